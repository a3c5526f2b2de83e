// Jobs: how one is made, and what a worker needs to carry one on. What the kinds do is in files of their own.
import type { ClientId, JobId, UserId } from '../../model/ids.ts';
import type { Principal } from '../../model/principal.ts';
import { hasCode } from '../../model/problem.ts';
import { isEnded, type JobRecord, leavesRows, newJob, readJobItem, replaceJob } from '../../store/job-items.ts';
import { dropBlock } from '../../store/job-row-items.ts';
import { keys } from '../../store/keys.ts';
import type { Write } from '../../store/table.ts';
import { reapply } from '../commit.ts';
import { type Context, instant, newId, newOpId, orgOf, principalOf, secondsFrom } from '../context.ts';
import { actorStanding } from '../standing.ts';

/** Seconds a worker holds a job; every step that saves renews it. */
export const LEASE_SECONDS = 120;

type Planned = Pick<JobRecord, 'kind' | 'options'> &
  Partial<Pick<JobRecord, 'dueAt' | 'position' | 'total' | 'blocks'>>;

/**
 * What a step leaves: the job as it is then, and what is written only together with it. A worker whose lease ran out, and
 * whose job another one has taken over, writes none of it.
 */
export interface Stepped {
  job: JobRecord;
  writes?: Write[];
}

/** A job of the caller's org on the caller's behalf, as a write of the commit that asks for it. */
export async function planJob(ctx: Context, planned: Planned): Promise<{ job: JobRecord; write: Write }> {
  const principal = principalOf(ctx);
  const { permissions } = await ctx.standing();
  const job: JobRecord = {
    id: newId<JobId>(ctx),
    orgId: orgOf(ctx),
    state: 'waiting',
    createdAt: instant(ctx.now),
    createdBy: {
      is: principal.is,
      id: principal.id,
      ...(principal.is === 'person' && { homeOrgId: principal.homeOrgId }),
      permissions,
    },
    dueAt: instant(ctx.now),
    attempts: 0,
    ...planned,
  };
  return { job, write: newJob(job) };
}

/**
 * The context in which a job's step acts: as the one who asked for it, with what they may do now. Its audit entries name
 * them, and the job as the request.
 */
export function actingFor(ctx: Context, job: JobRecord): Context {
  const { createdBy, orgId } = job;
  let standing: ReturnType<Context['standing']> | undefined;
  return {
    ...ctx,
    requestId: job.id,
    principal: principalFor(job),
    standing() {
      standing ??= actorStanding(ctx, orgId, createdBy);
      return standing;
    },
  };
}

function principalFor({ id: jobId, orgId, createdBy }: JobRecord): Principal {
  // No token stands behind it: `actorStanding` looks at the account itself.
  const token = { permissions: createdBy.permissions, epoch: 0, orgEpoch: 0, issuedAt: 0 };
  if (createdBy.is === 'platform') return { ...token, is: 'platform', id: createdBy.id as ClientId };
  if (createdBy.is === 'client') return { ...token, is: 'client', id: createdBy.id as ClientId, orgId };
  const person = { homeOrgId: createdBy.homeOrgId ?? orgId, sessionId: jobId, authenticatedAt: 0 };
  return { ...token, is: 'person', id: createdBy.id as UserId, orgId, ...person };
}

/**
 * Takes a due job for this worker. Undefined when it is not due, another worker holds it, or it has ended. One that has
 * ended and leaves rows is taken without a lease: what is dropped twice is dropped.
 */
export async function leaseJob(ctx: Context, orgId: string, id: string): Promise<JobRecord | undefined> {
  const item = await ctx.table.get(keys.job(orgId, id));
  if (!item) return undefined;
  const job = readJobItem(item);
  const now = instant(ctx.now);
  const held = job.leasedUntil !== undefined && job.leasedUntil > now;
  if (held || job.dueAt > now) return undefined;
  if (isEnded(job)) return leavesRows(job) ? job : undefined;
  return saveJob(ctx, { job: { ...job, state: 'running' } }, job);
}

/**
 * Keeps how far a job has come and renews the lease, or ends it, with whatever is to be written only then. Undefined, and
 * nothing is written, when somebody else wrote it meanwhile, since the lease ran out. The caller stops then.
 */
export async function saveJob(
  ctx: Context,
  { job: after, writes = [] }: Stepped,
  before: JobRecord,
): Promise<JobRecord | undefined> {
  const until = instant(secondsFrom(ctx.now, LEASE_SECONDS));
  const { leasedUntil: _lease, ...rest } = after;
  const kept: JobRecord =
    after.state === 'running' ? { ...rest, leasedUntil: until, dueAt: until } : { ...rest, ...endOf(ctx, after) };
  const opId = newOpId(ctx);
  const write = replaceJob(kept, before);
  if (writes.length === 0)
    return (await ctx.table.put(write.put, write.when, opId)).done ? saved(kept, opId) : undefined;
  try {
    await ctx.table.commit([write, ...writes], opId);
    return saved(kept, opId);
  } catch (error) {
    if (hasCode(error, 'version-conflict')) return undefined;
    throw error;
  }
}

const saved = (job: JobRecord, revision: string): JobRecord => ({ ...job, revision });

/** Blocks dropped in one step: even of the longest rows, less than the 4 MB that a transaction may concern. */
const DROPPED_AT_ONCE = 10;

/** A step of a job that has ended: some of the rows that it left go, the last ones first. */
export async function dropRows(_worker: Context, job: JobRecord): Promise<Stepped> {
  const { blocks = 0, ...rest } = job;
  const left = Math.max(0, blocks - DROPPED_AT_ONCE);
  const writes = Array.from({ length: blocks - left }, (_, i) => dropBlock(job, left + i));
  return { job: { ...rest, ...(left > 0 && { blocks: left }) }, writes };
}

/**
 * What a step did whose job was cancelled meanwhile is counted, too. Where another worker had gone on already, that one
 * counts.
 */
export function countCancelled(ctx: Context, after: JobRecord, before: JobRecord): Promise<void> {
  return reapply(async () => {
    const item = await ctx.table.get(keys.job(before.orgId, before.id));
    const job = item && readJobItem(item);
    if (job?.state !== 'cancelled' || job.position !== before.position) return;
    const { position, outcomes } = after;
    const counted = { ...job, ...(position && { position }), ...(outcomes && { outcomes }) };
    await ctx.table.commit([replaceJob(counted, job)], newOpId(ctx));
  });
}

/** From then on it is due for whatever rows it leaves. */
function endOf(ctx: Context, job: JobRecord): Partial<JobRecord> {
  const now = instant(ctx.now);
  return isEnded(job) && !job.endedAt ? { endedAt: now, dueAt: now } : {};
}
