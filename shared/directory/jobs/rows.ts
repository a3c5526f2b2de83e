// Jobs made of rows: how rows are kept when they are sent, and how each is done once, whatever stops the worker.
import type { InviteId, UserId } from '../../model/ids.ts';
import type { JobKind, RowOutcome, RowResult } from '../../model/job.ts';
import type { Permission } from '../../model/principal.ts';
import { fail, type Problem, type ProblemCode, problemOf } from '../../model/problem.ts';
import { dryTable } from '../../store/dry-table.ts';
import type { JobRecord } from '../../store/job-items.ts';
import { BLOCK_ROWS, blockItem, listJob, putRow, readBlock, readRow, rowItem } from '../../store/job-row-items.ts';
import { keys } from '../../store/keys.ts';
import { absent, type Value, type Write } from '../../store/table.ts';
import { type Context, newOpId } from '../context.ts';
import { actingFor, planJob } from './jobs.ts';

/** Rows of a block that are written, or done, at the same time: others' calls go between them. */
const AT_ONCE = 4;

export interface RowsPlanned {
  kind: JobKind;
  options: { dryRun: boolean } & { [name: string]: Value };
  rows: readonly unknown[];
}

/**
 * Keeps the rows, then gives the writes of the commit that starts the job. Rows kept for a commit that never comes are
 * nobody's, and go by themselves.
 */
export async function planRows(
  ctx: Context,
  { kind, options, rows }: RowsPlanned,
): Promise<{ job: JobRecord; writes: Write[] }> {
  const { job, write } = await planJob(ctx, { kind, options, total: rows.length });
  const blocks = Array.from({ length: Math.ceil(rows.length / BLOCK_ROWS) }, (_, n) => n);
  await inTurns(blocks, (n) => keepBlock(ctx, job, n, rows.slice(n * BLOCK_ROWS, (n + 1) * BLOCK_ROWS)));
  return { job, writes: [write, listJob(job)] };
}

/** Keeps a block of rows of a job that has not come to it yet. */
export async function keepBlock(ctx: Context, job: JobRecord, n: number, rows: readonly unknown[]): Promise<void> {
  await ctx.table.put(blockItem(job, n, rows), undefined, newOpId(ctx));
}

const PASSING: readonly ProblemCode[] = ['store-unavailable', 'version-conflict'];

const isDry = ({ options }: JobRecord): boolean => options.dryRun === true;

/** What became of a row: its number is the kernel's business. */
export type Outcome = Omit<RowResult, 'row'>;

/**
 * Does one row. `ctx` acts for the one who asked, and keeps the row's result in the first commit that is made with it;
 * `resultOf` makes that result of what the flow answers. A refusal thrown is the row's failure.
 */
export type RowRun = (ctx: Context, row: RowToDo) => Promise<Outcome>;

export interface RowToDo {
  /** The first is 1. */
  number: number;
  value: unknown;
  job: JobRecord;
  /** The context that keeps the result with the commit of a flow. */
  keeping(resultOf: (answer: never) => Outcome): Context;
}

export interface RowRules {
  /** What whoever asked must still be allowed to do, or the job fails with `permission-missing`. */
  needs?: Permission;
  /** What the result of a row names also when the row fails. */
  about?(value: unknown): Pick<Outcome, 'userId'>;
}

/** One step of a job with rows: a block of them. `position` is the number of rows that are done. */
export async function doRows(
  worker: Context,
  job: JobRecord,
  run: RowRun,
  { needs, about }: RowRules = {},
): Promise<JobRecord> {
  const first = Number(job.position ?? 0);
  const n = Math.floor(first / BLOCK_ROWS);
  const acting = actingFor(worker, job);
  const ctx = isDry(job) ? { ...acting, table: dryTable(worker.table) } : acting;
  // Whoever may do nothing here any more fails the job, not each of its rows.
  const { permissions } = await ctx.standing();
  if (needs && !permissions.includes(needs)) fail('permission-missing');
  const [block, done] = await Promise.all([
    worker.table.get(keys.jobBlock(job.orgId, job.id, n)),
    doneBetween(worker, job, n * BLOCK_ROWS + 1, (n + 1) * BLOCK_ROWS),
  ]);
  const rows = readBlock(block);
  const results = [...done];
  const left = rows.map((value, i) => ({ value, number: n * BLOCK_ROWS + i + 1 }));
  const isDone = new Set(done.map(({ row }) => row));
  await inTurns(
    left.filter(({ number }) => !isDone.has(number)),
    async ({ value, number }) => void results.push(await doRow(worker, ctx, { value, number, job }, run, about)),
  );
  const position = n * BLOCK_ROWS + rows.length;
  const ended = rows.length === 0 || position >= (job.total ?? 0);
  return {
    ...job,
    position: String(position),
    outcomes: added(job.outcomes ?? {}, results),
    ...(ended && { state: 'done' }),
  };
}

async function doneBetween(ctx: Context, { orgId, id }: JobRecord, from: number, to: number): Promise<RowResult[]> {
  const { pk, sk } = keys.jobRow(orgId, id, from);
  const { items } = await ctx.table.query({ pk, from: sk, to: keys.jobRow(orgId, id, to).sk, strong: true });
  return items.map(readRow);
}

async function doRow(
  worker: Context,
  ctx: Context,
  { number, value, job }: Omit<RowToDo, 'keeping'>,
  run: RowRun,
  about: RowRules['about'],
): Promise<RowResult> {
  let kept: RowResult | undefined;
  const keeping = (resultOf: (answer: never) => Outcome): Context => ({
    ...ctx,
    keep(answer) {
      kept = { row: number, ...resultOf(answer as never) };
      return putRow(job, kept);
    },
  });
  try {
    const outcome = await run(ctx, { number, value, job, keeping });
    if (kept && !isDry(job)) return kept;
    return await keepResult(worker, job, { row: number, ...outcome });
  } catch (error) {
    const problem = problemOf(error);
    if (problem && !PASSING.includes(problem.code)) {
      return keepResult(worker, job, { row: number, ...about?.(value), ...refused(problem) });
    }
    // Another worker may have done it beside this one; else it is the job's trouble, and the step is tried again.
    const before = await worker.table.get(keys.jobRow(job.orgId, job.id, number));
    if (before) return readRow(before);
    throw error;
  }
}

/** The first result of a row stands. */
async function keepResult(ctx: Context, job: JobRecord, result: RowResult): Promise<RowResult> {
  const put = await ctx.table.put(rowItem(job, result), absent, newOpId(ctx));
  return !put.done && put.existing ? readRow(put.existing) : result;
}

export const refused = ({ code, issues, inviteId, deletedUserId }: Problem): Outcome => ({
  outcome: 'failed',
  code,
  ...(inviteId && { inviteId: inviteId as InviteId }),
  ...(deletedUserId && { userId: deletedUserId as UserId }),
  ...(issues && { issues: issues.slice(0, 20) }),
});

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
