// The erasure of a person, and its receipt: ids, moments and counts, nothing about whoever it was.
import * as v from 'valibot';
import { JobId, UserId } from './ids.ts';
import { Instant } from './text.ts';

/**
 * - `scheduled`: due at `dueAt`; a restore of the person cancels it.
 * - `running`: its work has begun, and there is no way back.
 * - `done`: the directory holds nothing of the person but what the receipt and the events name by id.
 * - `cancelled`: the person was restored.
 */
export const ErasureState = v.picklist(['scheduled', 'running', 'done', 'cancelled']);
export type ErasureState = v.InferOutput<typeof ErasureState>;

export const Erasure = v.object({
  id: JobId,
  userId: UserId,
  state: ErasureState,
  requestedAt: Instant,
  requestedBy: v.object({ is: v.picklist(['person', 'client']), id: v.string() }),
  dueAt: Instant,
  cancelledAt: v.optional(Instant),
  /** From then on the address is free. */
  erasedAt: v.optional(Instant),
  /** When everything was looked at a second time, and nothing found. */
  doneAt: v.optional(Instant),
  /** Items removed, by kind. */
  removed: v.optional(v.record(v.string(), v.pipe(v.number(), v.integer()))),
  checksum: v.optional(
    v.pipe(
      v.string(),
      v.description(
        'SHA-256, hexadecimal, of the other members as JSON: names sorted at every level, no white space. Once done.',
      ),
    ),
  ),
});
export type Erasure = v.InferOutput<typeof Erasure>;
