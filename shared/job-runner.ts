// Carries due jobs on, one step at a time, until there are none or time is up. What a step does is the kind's own.
import type { Context } from './directory/context.ts';
import { instant, secondsFrom } from './directory/context.ts';
import { countCancelled, dropRows, leaseJob, type Stepped, saveJob } from './directory/jobs/jobs.ts';
import { describeError } from './log.ts';
import type { JobKind } from './model/job.ts';
import { problemOf } from './model/problem.ts';
import { workerContext } from './post-office.ts';
import type { Services } from './services.ts';
import { isEnded, type JobRecord, leavesRows, readJobItem } from './store/job-items.ts';
import { DUE_SHARDS, type JobLane, partitions } from './store/keys.ts';

/**
 * Does a bounded part of a job (seconds at most) and returns it with its new position and progress. It may be done again
 * from the position before, after a crash: what was done already must be found done. `state` says whether it goes on.
 */
export type JobStep = (ctx: Context, job: JobRecord) => Promise<Stepped>;

export interface Ran {
  steps: number;
  ended: number;
  failed: number;
}

export type Steps = Readonly<Record<JobKind, JobStep>>;

/**
 * How long one job goes on while others wait, so that a large one holds up nobody's small one; and how long all that lies
 * in the background do, together, while jobs that somebody asked for wait.
 */
const SLICE_MS = 10_000;

/** Failures in a row after which a job is given up. Between them it waits, twice as long each time. */
const TRIES = 8;

/** Due jobs looked at in one of the eight shards of a lane: one org's of a whole day hide no other's. */
const PER_SHARD = 100;

/** Runs everything that is due by the clock, oldest first, the orgs by turns, what was asked for before the background. */
export async function runDueJobs(
  services: Services,
  steps: Steps,
  { deadlineMs = 240_000, sliceMs = SLICE_MS } = {},
): Promise<Ran> {
  const ran: Ran = { steps: 0, ended: 0, failed: 0 };
  const ends = performance.now() + deadlineMs;
  const did = () => ran.steps + ran.failed;
  const takeTurns = async (lane: JobLane, until: number) => {
    const before = did();
    for (const { job: due, turn } of inTurn(await dueJobs(services, lane))) {
      // Every org, or the background, had its turn: what has come meanwhile is looked at before anybody's second job.
      const over = lane === 'job' ? turn > 0 : performance.now() >= until;
      if ((over && did() > before) || performance.now() >= ends) return;
      const job = await leaseJob(workerContext(services), due.orgId, due.id);
      if (job) await carryOn(services, steps, job, Math.min(until, performance.now() + sliceMs), ran);
    }
  };
  for (let before = -1; did() > before; ) {
    before = did();
    await takeTurns('job', ends);
    await takeTurns('background', Math.min(ends, performance.now() + sliceMs));
  }
  return ran;
}

/** The oldest job of each org first, then the second of each: many jobs of one org hold up no other's. */
function inTurn(due: readonly JobRecord[]): { job: JobRecord; turn: number }[] {
  const turns = new Map<string, number>();
  const all = due.map((job) => {
    const turn = turns.get(job.orgId) ?? 0;
    turns.set(job.orgId, turn + 1);
    return { job, turn };
  });
  return all.sort((a, b) => a.turn - b.turn);
}

/** One step at least, so that every turn brings the job on. */
async function carryOn(services: Services, steps: Steps, leased: JobRecord, ends: number, ran: Ran): Promise<void> {
  let job: JobRecord | undefined = leased;
  do {
    job = await step(services, isEnded(job) ? dropRows : steps[job.kind], job, ran);
  } while (job && (job.state === 'running' || leavesRows(job)) && performance.now() < ends);
  // The next one's turn has come; this one goes on behind it.
  if (job?.state === 'running') await letGo(services, job);
}

async function letGo(services: Services, job: JobRecord): Promise<void> {
  const ctx = workerContext(services);
  await saveJob(ctx, { job: { ...job, state: 'waiting', dueAt: instant(ctx.now) } }, job);
}

async function step(services: Services, run: JobStep, job: JobRecord, ran: Ran): Promise<JobRecord | undefined> {
  const ctx = workerContext(services);
  try {
    const { job: after, writes } = await run(ctx, job);
    ran.steps++;
    const attempts = isEnded(job) ? job.attempts : 0;
    const saved = await saveJob(workerContext(services), { job: { ...after, attempts }, writes }, job);
    if (!saved && !isEnded(job)) await countCancelled(workerContext(services), after, job);
    if (saved && isEnded(saved) && !isEnded(job)) ran.ended++;
    return saved;
  } catch (error) {
    ran.failed++;
    return failed(services, job, error, ran);
  }
}

/** A refusal that will not pass ends the job; anything else is tried again later. */
async function failed(services: Services, job: JobRecord, error: unknown, ran: Ran): Promise<JobRecord | undefined> {
  const code = problemOf(error)?.code;
  services.log({
    level: 'error',
    message: 'job step failed',
    jobId: job.id,
    jobKind: job.kind,
    error: describeError(error),
  });
  const ctx = workerContext(services);
  const passes = code === undefined || code === 'store-unavailable' || code === 'version-conflict';
  const attempts = job.attempts + 1;
  const dueAt = instant(secondsFrom(ctx.now, 15 * 2 ** Math.min(attempts, TRIES)));
  // What it left is tried for as long as the job is kept.
  if (isEnded(job)) return void (await saveJob(ctx, { job: { ...job, attempts, dueAt } }, job));
  if (!passes || attempts >= TRIES) {
    const after: JobRecord = { ...job, state: 'failed', attempts, ...(code && { failure: code }) };
    const saved = await saveJob(ctx, { job: after }, job);
    if (saved) ran.ended++;
    return saved;
  }
  return saveJob(ctx, { job: { ...job, state: 'waiting', attempts, dueAt } }, job);
}

async function dueJobs(services: Services, lane: JobLane): Promise<JobRecord[]> {
  const ctx = workerContext(services);
  const pages = await Promise.all(
    Array.from({ length: DUE_SHARDS }, (_, shard) =>
      ctx.table.query({
        pk: partitions.due(lane, shard),
        index: 'byUpdated',
        to: `${instant(ctx.now)}~`,
        limit: PER_SHARD,
      }),
    ),
  );
  const due = pages.flatMap(({ items }) => items.map(readJobItem));
  return due.sort((a, b) => a.dueAt.localeCompare(b.dueAt));
}
