// Work that outlives its request: what it is, how far it has come, what became of each row. Not here: what each kind does.
import * as v from 'valibot';
import { InviteId, JobId, UserId } from './ids.ts';
import { PROBLEMS, type ProblemCode } from './problem.ts';
import { Instant } from './text.ts';

/**
 * - `import`: rows become people.
 * - `bulk-invite`: many addresses are invited, one a row.
 * - `bulk-change`: those whom a filter finds are changed, one a row.
 * - `unit-delete`: the members of a deleted team or group are released. Nobody asked for it by itself, so it is not shown.
 */
export const JobKind = v.picklist(['import', 'bulk-invite', 'bulk-change', 'unit-delete']);
export type JobKind = v.InferOutput<typeof JobKind>;

/**
 * - `waiting`: due at `dueAt`, for the first time or again.
 * - `running`: a worker holds it.
 * - `done`: nothing is left to do.
 * - `failed`: cannot go on; `failure` says why. Rows done before stay done.
 * - `cancelled`: was told to stop. Rows done before stay done.
 */
export const JobState = v.picklist(['waiting', 'running', 'done', 'failed', 'cancelled']);
export type JobState = v.InferOutput<typeof JobState>;

/** What became of a row; of a dry run, what would have. `unchanged`: it was so already. */
export const RowOutcome = v.picklist(['created', 'invited', 'updated', 'unchanged', 'skipped', 'failed']);
export type RowOutcome = v.InferOutput<typeof RowOutcome>;

const whole = v.pipe(v.number(), v.integer());
const code = v.picklist(Object.keys(PROBLEMS) as ProblemCode[]);

/** A row by its place in what was sent, the first is 1, and what became of it. */
export const RowResult = v.object({
  row: whole,
  outcome: RowOutcome,
  userId: v.optional(UserId),
  inviteId: v.optional(InviteId),
  /** Why it failed or was skipped: the refusal that the same change would have met by itself. */
  code: v.optional(code),
  issues: v.optional(v.array(v.object({ pointer: v.string(), message: v.string(), code: v.optional(v.string()) }))),
  /** The row that this one repeats. */
  sameAsRow: v.optional(whole),
});
export type RowResult = v.InferOutput<typeof RowResult>;

export const Job = v.object({
  id: JobId,
  kind: JobKind,
  state: JobState,
  /** Nothing is changed: the rows tell what would be. */
  dryRun: v.boolean(),
  createdAt: Instant,
  /** The person or client that asked for it. */
  createdBy: v.string(),
  endedAt: v.optional(Instant),
  /** Rows in all; absent while they are still being looked for. */
  total: v.optional(whole),
  done: whole,
  /** Rows done, by what became of them. */
  outcomes: v.object(v.entriesFromList(RowOutcome.options, v.optional(whole))),
  failure: v.optional(code),
});
export type Job = v.InferOutput<typeof Job>;
