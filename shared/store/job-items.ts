// A job as an item: what is to be done, for whom, and the place it has come to.
import type { JobId, OrgId } from '../model/ids.ts';
import type { JobKind, JobState, RowOutcome } from '../model/job.ts';
import type { Permission } from '../model/principal.ts';
import type { ProblemCode } from '../model/problem.ts';
import { type Names, pack, unpack } from './attributes.ts';
import { DUE_SHARDS, keys, partitions, shardOf } from './keys.ts';
import { absent, equals, type Item, type Value, type Write } from './table.ts';

/** On whose behalf a job works: what the caller might do when they asked, and still may when it runs. */
export interface JobOwner {
  is: 'person' | 'client' | 'platform';
  id: string;
  homeOrgId?: OrgId;
  permissions: readonly Permission[];
}

export interface JobRecord {
  id: JobId;
  orgId: OrgId;
  kind: JobKind;
  state: JobState;
  createdAt: string;
  createdBy: JobOwner;
  /** Moment of the next run; the order of the due lane. */
  dueAt: string;
  /** A worker holds the job until then. */
  leasedUntil?: string;
  /** Runs in a row that ended with a failure that passes. */
  attempts: number;
  /** Where the next run goes on; each kind has its own meaning of it. */
  position?: string;
  /** What is to be done, in the words of the kind. */
  options: { [name: string]: Value };
  /** Blocks of rows that were kept and may still be there: those that the job has passed are gone. */
  blocks?: number;
  /** Rows in all, and those done by what became of them; of jobs that have rows. */
  total?: number;
  outcomes?: Partial<Record<RowOutcome, number>>;
  endedAt?: string;
  failure?: ProblemCode;
  /** What the last write left: any other write changes it. */
  revision?: string;
}

const NAMES: Names<JobRecord> = {
  id: 'id',
  orgId: 'o',
  kind: 'kind',
  state: 'st',
  createdAt: 'ca',
  createdBy: 'cb',
  dueAt: 'due',
  leasedUntil: 'lease',
  attempts: 'tries',
  position: 'pos',
  options: 'opt',
  blocks: 'blk',
  total: 'all',
  outcomes: 'done',
  endedAt: 'en',
  failure: 'why',
  revision: 'op',
};

/** An ended job is kept 30 days. */
export const JOB_KEPT_SECONDS = 30 * 86_400;

export const isEnded = ({ state }: Pick<JobRecord, 'state'>): boolean => state !== 'waiting' && state !== 'running';

/** What was sent of it, and nobody comes to any more, is still to go. */
export const leavesRows = (job: JobRecord): boolean => isEnded(job) && (job.blocks ?? 0) > 0;

/** Kinds that follow from something else: nobody counts them, and an org may have thousands of them at once. */
const BACKGROUND: readonly JobKind[] = ['unit-delete', 'user-erase'];

/** In the background all jobs of an org lie in one shard: however many they are, other shards are free of them. */
const dueIn = ({ kind, id, orgId }: JobRecord): string =>
  BACKGROUND.includes(kind)
    ? partitions.due('background', shardOf(orgId, DUE_SHARDS))
    : partitions.due('job', shardOf(id, DUE_SHARDS));

/** In a due lane while there is something to do for it. */
export function jobItem(job: JobRecord): Item {
  const key = keys.job(job.orgId, job.id);
  const packed = key.pk.slice(-22);
  const over = isEnded(job);
  return {
    ...pack(job, NAMES),
    ...key,
    k: 'job',
    ...(over && { ttl: Math.floor(Date.parse(job.endedAt ?? job.createdAt) / 1000) + JOB_KEPT_SECONDS }),
    ...((!over || leavesRows(job)) && { lp: dueIn(job), su: `${job.dueAt}#${packed}` }),
  };
}

export const readJobItem = (item: Item): JobRecord => unpack(item, NAMES);

export const newJob = (job: JobRecord): Write => ({
  put: jobItem(job),
  when: absent,
  otherwise: { code: 'version-conflict' },
});

/** Nobody wrote the job since it was read. */
export const replaceJob = (after: JobRecord, before: JobRecord): Extract<Write, { put: Item }> => ({
  put: jobItem(after),
  when: equals('op', before.revision),
  otherwise: { code: 'version-conflict' },
});
