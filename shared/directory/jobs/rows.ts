// Jobs made of rows: how rows are kept when they are sent, and how each is done once, whatever stops the worker.
import type { InviteId, UserId } from '../../model/ids.ts';
import type { JobKind, RowOutcome, RowResult } from '../../model/job.ts';
import type { Permission } from '../../model/principal.ts';
import { fail, type Problem, type ProblemCode, problemOf } from '../../model/problem.ts';
import { dryTable } from '../../store/dry-table.ts';
import type { JobRecord } from '../../store/job-items.ts';
import {
  BLOCK_ROWS,
  blockItem,
  dropBlock,
  listJob,
  putRow,
  readBlock,
  readRow,
  rowItem,
} from '../../store/job-row-items.ts';
import { keys } from '../../store/keys.ts';
import { absent, type Value, type Write } from '../../store/table.ts';
import { type Context, newOpId, orgOf } from '../context.ts';
import { countWithin, LIMITS } from '../limits.ts';
import { actingFor, planJob, type Stepped } from './jobs.ts';

/** Rows of a block that are written, or done, at the same time: others' calls go between them. */
const AT_ONCE = 4;

export interface RowsPlanned {
  kind: JobKind;
  options: { dryRun: boolean } & { [name: string]: Value };
  rows: readonly unknown[];
}

/**
 * Keeps the rows, then gives the writes of the commit that starts the job. Rows kept for a commit that never comes are
 * nobody's, and go by themselves. Fails with `too-many-requests` past the jobs that an org may start in a day.
 */
export async function planRows(
  ctx: Context,
  { kind, options, rows }: RowsPlanned,
): Promise<{ job: JobRecord; writes: Write[] }> {
  const total = rows.length;
  const blocks = Math.ceil(total / BLOCK_ROWS);
  const { job, write } = await planJob(ctx, { kind, options, total, blocks });
  await countJob(ctx);
  await inTurns([...Array(blocks).keys()], (n) =>
    keepBlock(ctx, job, n, rows.slice(n * BLOCK_ROWS, (n + 1) * BLOCK_ROWS)),
  );
  return { job, writes: [write, listJob(job)] };
}

/** Counts a job that is asked for. Fails with `too-many-requests` past those that an org may start in a day. */
export const countJob = (ctx: Context): Promise<void> =>
  countWithin(ctx, LIMITS.jobsPerOrg, orgOf(ctx), 'too-many-requests');

async function keepBlock(ctx: Context, job: JobRecord, n: number, rows: readonly unknown[]): Promise<void> {
  await ctx.table.put(blockItem(job, n, rows), undefined, newOpId(ctx));
}

const PASSING: readonly ProblemCode[] = ['store-unavailable', 'version-conflict'];

const isDry = ({ options }: JobRecord): boolean => options.dryRun === true;

/** What became of a row: its number is the kernel's business. */
export type Outcome = Omit<RowResult, 'row'>;

/**
 * Does one row: by one commit at most, made with a context of `keeping`, or by none. A refusal thrown is the row's
 * failure; anything else, and a table that is not there, is the job's trouble: the row is done again.
 */
export type RowRun = (ctx: Context, row: RowToDo) => Promise<Outcome>;

export interface RowToDo {
  /** The first is 1. */
  number: number;
  value: unknown;
  job: JobRecord;
  /** The context that keeps the row's result in the commit of a flow; `resultOf` makes it of what the flow answers. */
  keeping(resultOf: (answer: never) => Outcome): Context;
}

/**
 * One step of a job with rows: a block of them, which goes in the commit in which the job passes it. `position` is the
 * number of rows that are done. Fails with `permission-missing`, for the job and not for each row, where the one who asked
 * may no longer do what it `needs`.
 */
export async function doRows(
  worker: Context,
  job: JobRecord,
  run: RowRun,
  needs: readonly Permission[] = [],
): Promise<Stepped> {
  const acting = actingFor(worker, job);
  const { permissions } = await acting.standing();
  if (needs.some((permission) => !permissions.includes(permission))) fail('permission-missing');
  const ctx = isDry(job) ? { ...acting, table: dryTable(worker.table) } : acting;
  const n = Math.floor(Number(job.position ?? 0) / BLOCK_ROWS);
  const before = n * BLOCK_ROWS;
  const total = job.total ?? 0;
  const size = Math.max(0, Math.min(BLOCK_ROWS, total - before));
  const results = size > 0 ? await doBlock(worker, ctx, job, n, size, run) : [];
  const position = before + results.length;
  const { blocks, ...rest } = job;
  const after: JobRecord = { ...rest, position: String(position), outcomes: added(job.outcomes ?? {}, results) };
  return {
    job: position >= total ? { ...after, state: 'done' } : { ...after, ...(blocks && { blocks }) },
    writes: size > 0 ? [dropBlock(job, n)] : [],
  };
}

/** Does those rows of a block that have no result yet. */
async function doBlock(
  worker: Context,
  ctx: Context,
  job: JobRecord,
  n: number,
  size: number,
  run: RowRun,
): Promise<RowResult[]> {
  const first = n * BLOCK_ROWS + 1;
  const [block, done] = await Promise.all([
    worker.table.get(keys.jobBlock(job.orgId, job.id, n)),
    doneBetween(worker, job, first, first + size - 1),
  ]);
  const isDone = new Set(done.map(({ row }) => row));
  const left = readBlock(block)
    .map((value, i) => ({ value, number: first + i, job }))
    .filter(({ number }) => !isDone.has(number));
  const results = [...done];
  await inTurns(left, async (row) => void results.push(await doRow(worker, ctx, row, run)));
  // Rows that are not there any more, of a job that nobody carried on for days.
  if (results.length < size) fail('not-found');
  return results;
}

async function doneBetween(ctx: Context, { orgId, id }: JobRecord, from: number, to: number): Promise<RowResult[]> {
  const { pk, sk } = keys.jobRow(orgId, id, from);
  const { items } = await ctx.table.query({ pk, from: sk, to: keys.jobRow(orgId, id, to).sk, strong: true });
  return items.map(readRow);
}

type Row = Omit<RowToDo, 'keeping'>;

async function doRow(worker: Context, ctx: Context, row: Row, run: RowRun): Promise<RowResult> {
  const { number, job } = row;
  let kept: RowResult | undefined;
  const keeping = keepingIn(ctx, row, (result) => {
    // A commit that is only tried keeps nothing.
    if (!isDry(job)) kept = result;
  });
  try {
    const outcome = await run(ctx, { ...row, keeping });
    return kept ?? (await keepResult(worker, job, { row: number, ...outcome }));
  } catch (error) {
    if (kept) return kept;
    const problem = problemOf(error);
    if (problem && !PASSING.includes(problem.code)) {
      return keepResult(worker, job, { row: number, ...refused(problem) });
    }
    // Done after all, by a commit whose answer was lost or by another worker; else the step is tried again.
    const done = await worker.table.get(keys.jobRow(job.orgId, job.id, number));
    if (done) return readRow(done);
    throw error;
  }
}

/** Says which result was kept: a flow may make one for a commit that is refused, and answer without any. */
function keepingIn(ctx: Context, { number, job }: Row, onKept: (result: RowResult) => void): RowToDo['keeping'] {
  return (resultOf) => {
    let planned: { result: RowResult; write: Write } | undefined;
    const commit: Context['table']['commit'] = async (writes, opId) => {
      await ctx.table.commit(writes, opId);
      if (planned && writes.includes(planned.write)) onKept(planned.result);
    };
    return {
      ...ctx,
      table: { ...ctx.table, commit },
      keep(answer) {
        const result = { row: number, ...resultOf(answer as never) };
        planned = { result, write: putRow(job, result) };
        return planned.write;
      },
    };
  };
}

/** The first result of a row stands. */
async function keepResult(ctx: Context, job: JobRecord, result: RowResult): Promise<RowResult> {
  const put = await ctx.table.put(rowItem(job, result), absent, newOpId(ctx));
  return !put.done && put.existing ? readRow(put.existing) : result;
}

/** The refusal that the same change would have met by itself, with what it names. */
export const refused = ({ code, issues, deletedUserId, inviteId }: Problem): Outcome => ({
  outcome: 'failed',
  code,
  ...(issues && { issues: issues.slice(0, 20) }),
  ...(deletedUserId && { userId: deletedUserId as UserId }),
  ...(inviteId && { inviteId: inviteId as InviteId }),
});

/** The refusal behind an error as a row's outcome. Throws on what passes, and what is no refusal. */
export function outcomeOf(error: unknown): Outcome {
  const problem = problemOf(error);
  if (!problem || PASSING.includes(problem.code)) throw error;
  return refused(problem);
}

function added(
  before: Partial<Record<RowOutcome, number>>,
  results: readonly RowResult[],
): Partial<Record<RowOutcome, number>> {
  const after = { ...before };
  for (const { outcome } of results) after[outcome] = (after[outcome] ?? 0) + 1;
  return after;
}

/** A few at the same time, in order; the first failure is thrown once those under way have ended. */
async function inTurns<T>(all: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  const rest = [...all];
  const failures: unknown[] = [];
  const turn = async (): Promise<void> => {
    for (let one = rest.shift(); one !== undefined && failures.length === 0; one = rest.shift()) {
      await run(one).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, turn));
  if (failures.length > 0) throw failures[0];
}
