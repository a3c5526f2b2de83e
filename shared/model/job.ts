// Work that outlives its request: what it is, how far it has come, how it ended. Not here: what each kind does.
import * as v from 'valibot';
import { JobId, OrgId } from './ids.ts';
import { Instant } from './text.ts';

/**
 * - `import`: rows become people.
 * - `invite`: rows become invites.
 * - `change`: everyone that a filter finds is changed.
 * - `unit-delete`: the members of a deleted team or group are released.
 * - `erase`: every trace of a deleted person is removed.
 */
export const JobKind = v.picklist(['import', 'invite', 'change', 'unit-delete', 'erase']);
export type JobKind = v.InferOutput<typeof JobKind>;

/**
 * - `waiting`: due at `dueAt`, for the first time or again (a daily limit, a failure that passes).
 * - `running`: a worker holds it.
 * - `done`: every row was dealt with; some may have failed.
 * - `cancelled`: stopped by a caller; what was done stays done.
 * - `failed`: cannot go on; `failure` says why.
 */
export const JobState = v.picklist(['waiting', 'running', 'done', 'cancelled', 'failed']);
export type JobState = v.InferOutput<typeof JobState>;

const count = v.pipe(v.number(), v.integer());

/** Rows seen so far, by what became of them. `total` is absent where nobody knows it before the end. */
export const JobProgress = v.object({
  total: v.optional(count),
  done: count,
  failed: count,
  /** Left as they were: done before, or nothing to do. */
  skipped: count,
});
export type JobProgress = v.InferOutput<typeof JobProgress>;

export const Job = v.object({
  id: JobId,
  orgId: OrgId,
  kind: JobKind,
  state: JobState,
  dryRun: v.boolean(),
  progress: JobProgress,
  createdAt: Instant,
  createdBy: v.optional(v.string()),
  /** When it runs next. */
  dueAt: v.optional(Instant),
  endedAt: v.optional(Instant),
  failure: v.optional(v.string()),
});
export type Job = v.InferOutput<typeof Job>;
