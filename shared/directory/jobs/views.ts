// Jobs as those see them who asked for them, and as everyone does who may change people. A job of others is no job.
import type { JobId } from '../../model/ids.ts';
import type { Job, JobKind, RowOutcome, RowResult } from '../../model/job.ts';
import type { Page } from '../../model/page.ts';
import type { Permission } from '../../model/principal.ts';
import { fail } from '../../model/problem.ts';
import type { Instant } from '../../model/text.ts';
import { isEnded, type JobRecord, readJobItem, replaceJob } from '../../store/job-items.ts';
import { readRow } from '../../store/job-row-items.ts';
import { keys, partitions } from '../../store/keys.ts';
import { equals, type ItemPage } from '../../store/table.ts';
import { commit, reapply } from '../commit.ts';
import { type Context, instant, orgOf, principalOf } from '../context.ts';
import { listPage, type PageInput } from '../lists.ts';

export function toJob(job: JobRecord): Job {
  const outcomes = job.outcomes ?? {};
  return {
    id: job.id,
    kind: job.kind,
    state: job.state,
    dryRun: job.options.dryRun === true,
    createdAt: job.createdAt as Instant,
    createdBy: job.createdBy.id,
    ...(job.endedAt && { endedAt: job.endedAt as Instant }),
    ...(job.total !== undefined && { total: job.total }),
    done: Object.values(outcomes).reduce((sum, n) => sum + n, 0),
    outcomes,
    ...(job.failure && { failure: job.failure }),
  };
}

/** What nobody asked for by itself, and what is shown as a thing of its own. */
const HIDDEN: readonly JobKind[] = ['unit-delete', 'user-erase'];

function mayLookAt(ctx: Context, job: JobRecord, permissions = principalOf(ctx).permissions): boolean {
  if (HIDDEN.includes(job.kind)) return false;
  const { id } = principalOf(ctx);
  return job.createdBy.id === id || permissions.includes('users:write');
}

async function readJob(ctx: Context, id: JobId, permissions?: readonly Permission[]): Promise<JobRecord> {
  const item = await ctx.table.get(keys.job(orgOf(ctx), id));
  const job = item && readJobItem(item);
  return job && mayLookAt(ctx, job, permissions) ? job : fail('not-found');
}

export const getJob = async (ctx: Context, id: JobId): Promise<Job> => toJob(await readJob(ctx, id));

/** Newest first. */
export function listJobs(ctx: Context, page: PageInput): Promise<Page<Job>> {
  const orgId = orgOf(ctx);
  const query = { pk: partitions.jobs(orgId), descending: true };
  return listPage(ctx, ['jobs', orgId, principalOf(ctx).id], page, query, async (listed) => {
    const items = await Promise.all(
      chunks(listed.map(({ sk }) => keys.packedJob(orgId, sk))).map((some) => ctx.table.getMany(some)),
    );
    const jobs = items.flat().flatMap((item) => (item ? [readJobItem(item)] : []));
    return jobs.filter((job) => mayLookAt(ctx, job)).map(toJob);
  });
}

/** A call reads a hundred items. */
const chunks = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / 100) }, (_, n) => all.slice(n * 100, (n + 1) * 100));

/** The rows that are done, in their order; those of one outcome where it is named. */
export async function listRows(
  ctx: Context,
  id: JobId,
  { outcome, ...page }: PageInput & { outcome?: RowOutcome | undefined },
): Promise<Page<RowResult>> {
  const { orgId } = await readJob(ctx, id);
  const query = {
    pk: keys.job(orgId, id).pk,
    begins: 'R#',
    strong: true,
    ...(outcome && { where: equals('out', outcome) }),
  };
  return listPage(ctx, ['job-rows', orgId, id, outcome ?? ''], page, query, async (items) => items.map(readRow));
}

/** Every row of an outcome, in their order: for an operator, who holds no key that signs cursors. */
export async function* eachRow(ctx: Context, id: JobId, outcome: RowOutcome): AsyncGenerator<RowResult> {
  const { orgId } = await readJob(ctx, id);
  const query = { pk: keys.job(orgId, id).pk, begins: 'R#', strong: true, where: equals('out', outcome) };
  let page: ItemPage | undefined;
  do {
    page = await ctx.table.query({ ...query, ...(page?.last && { after: page.last }) });
    yield* page.items.map(readRow);
  } while (page.last);
}

/** Rows done before stay done; those under way in this moment still end. Ended jobs stay as they are. */
export function cancelJob(ctx: Context, id: JobId): Promise<Job> {
  return reapply(async () => {
    const before = await readJob(ctx, id, (await ctx.standing()).permissions);
    if (isEnded(before)) fail({ code: 'state-not-allowed', from: before.state, to: 'cancelled' });
    const { leasedUntil: _lease, ...rest } = before;
    const now = instant(ctx.now);
    const after: JobRecord = { ...rest, state: 'cancelled', endedAt: now, dueAt: now };
    const event = { type: 'job-cancelled', orgId: before.orgId, subjectId: id } as const;
    return commit(ctx, event, [replaceJob(after, before)], toJob(after));
  });
}
