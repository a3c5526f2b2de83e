// One change of all whom a filter finds, as one job: first it finds them and keeps their ids, then it changes one a row.
// So the change itself cannot move the ground under the walk.
import type { BulkChange, Change } from '../../model/bulk.ts';
import { type Filter, parseFilter } from '../../model/filter.ts';
import type { OrgId, UserId } from '../../model/ids.ts';
import type { Job } from '../../model/job.ts';
import { fail } from '../../model/problem.ts';
import type { JobRecord } from '../../store/job-items.ts';
import { BLOCK_ROWS, listJob, putBlock } from '../../store/job-row-items.ts';
import type { Write } from '../../store/table.ts';
import { commit } from '../commit.ts';
import { type Context, orgOf } from '../context.ts';
import { findClaimed, type Walk, walkOf } from '../search/find.ts';
import { planFilter } from '../search/plan.ts';
import { walkPeople } from '../user-lists.ts';
import { type Act, actOf } from './change-act.ts';
import { actingFor, planJob, type Stepped } from './jobs.ts';
import { countJob, doRows, type Outcome, outcomeOf, type RowToDo } from './rows.ts';
import { toJob } from './views.ts';

/** People whom one change may concern. A job that finds more fails before it has changed anybody. */
export const MOST_CHANGED = 100_000;
/** People found in one step, at most. */
const FOUND_AT_ONCE = 1000;

/**
 * Starts the job. Fails at once where the filter or the change makes no sense, or the caller lacks the permission of the
 * single change.
 */
export async function startChange(ctx: Context, { filter, change, dryRun }: BulkChange): Promise<Job> {
  readWalk(orgOf(ctx), filter);
  const act = actOf(change);
  const { permissions } = await ctx.standing();
  if (!permissions.includes(act.needs)) fail('permission-missing');
  await act.check?.(ctx);
  await countJob(ctx);
  const options = { filter, change: JSON.stringify(change), dryRun: dryRun === true };
  const { job, write } = await planJob(ctx, { kind: 'bulk-change', options });
  const event = { type: 'bulk-change-started', orgId: job.orgId, subjectId: job.id } as const;
  return commit(ctx, event, [write, listJob(job)], toJob(job));
}

function readWalk(orgId: OrgId, text: string): Walk {
  const filter: Filter = parseFilter(text);
  return walkOf(orgId, planFilter(orgId, filter), filter);
}

export function changeStep(worker: Context, job: JobRecord): Promise<Stepped> {
  const { filter, change } = job.options as { filter: string; change: string };
  const act = actOf(JSON.parse(change) as Change);
  if (job.total === undefined) return findMore(worker, job, filter, act);
  const walk = readWalk(job.orgId, filter);
  const run = (ctx: Context, row: RowToDo) => changeRow(ctx, row, walk, act);
  return doRows(worker, job, run, [act.needs]);
}

/** How far the walk has come: ids in full blocks, those that fill none yet, and the place to go on from. */
interface Reached {
  kept: number;
  rest: UserId[];
  from?: string[];
}

/** The ids found are kept in the commit in which the walk goes on: another worker's walk may find others. */
async function findMore(worker: Context, job: JobRecord, filter: string, { needs }: Act): Promise<Stepped> {
  const acting = actingFor(worker, job);
  if (!(await acting.standing()).permissions.includes(needs)) fail('permission-missing');
  const { kept, rest, from } = JSON.parse(job.position ?? '{"kept":0,"rest":[]}') as Reached;
  const found = await walkPeople(acting, { filter, limit: FOUND_AT_ONCE, from });
  const ids = [...rest, ...found.records.map(({ id }) => id)];
  if (kept + ids.length > MOST_CHANGED) fail('too-many-matches');
  const whole = found.position ? ids.length - (ids.length % BLOCK_ROWS) : ids.length;
  const writes: Write[] = [];
  for (let i = 0; i < whole; i += BLOCK_ROWS) {
    writes.push(putBlock(job, (kept + i) / BLOCK_ROWS, ids.slice(i, Math.min(i + BLOCK_ROWS, whole))));
  }
  const total = kept + whole;
  const blocks = Math.ceil(total / BLOCK_ROWS);
  if (found.position) {
    const reached: Reached = { kept: total, rest: ids.slice(whole), from: found.position };
    return { job: { ...job, blocks, position: JSON.stringify(reached) }, writes };
  }
  return { job: { ...job, blocks, total, position: '0', ...(total === 0 && { state: 'done' }) }, writes };
}

/** Judged again just before: whoever does not match any more is left as they are. */
async function changeRow(ctx: Context, { value, job, keeping }: RowToDo, walk: Walk, act: Act): Promise<Outcome> {
  const userId = value as UserId;
  const { matches } = await findClaimed(ctx, walk, { by: 'id', on: 'id', id: userId });
  const [match] = matches;
  if (!match) return { outcome: 'skipped', userId, code: 'not-matching' };
  if (act.sparesOwner && userId === job.createdBy.id) return { outcome: 'skipped', userId, code: 'own-account' };
  const { record } = match;
  if (act.isSo?.(record)) return { outcome: 'unchanged', userId };
  const resultOf = ({ version }: { version: number }): Outcome => ({
    outcome: version === record.version ? 'unchanged' : 'updated',
    userId,
  });
  try {
    return resultOf(await act.run(keeping(resultOf), userId));
  } catch (error) {
    return { ...outcomeOf(error), userId };
  }
}
