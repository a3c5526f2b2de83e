// What may be told about a person's security, and the little of it that is written: facts, never secrets.
import * as v from 'valibot';
import { group, patchOf } from '../patch.ts';
import { Instant, text, WholeNumber } from '../text.ts';

/** A hold on sign-in beside the state, set by an admin or by failures. */
export const Lock = v.object({ at: Instant, reason: v.string(), until: v.optional(Instant) });
export type Lock = v.InferOutput<typeof Lock>;

/** What a lock is made of. Without `until` it holds until it is lifted. */
export const LockInput = group({ reason: v.pipe(text(200), v.minLength(1)), until: v.nullish(Instant) });
export type LockInput = v.InferOutput<typeof LockInput>;

/** A question the person chose, never its answer. Source: the Identity seed, which has three. */
export const SecurityQuestion = group({
  id: v.pipe(text(255), v.minLength(1)),
  text: v.optional(text(255)),
});
export type SecurityQuestion = v.InferOutput<typeof SecurityQuestion>;

const questions = v.optional(v.pipe(v.array(SecurityQuestion), v.maxLength(3)));

export const SecurityFacts = v.object({
  locked: v.optional(Lock),
  mfaEnabled: v.optional(v.boolean()),
  authenticatorEnabled: v.optional(v.boolean()),
  /** The next sign-in must set a new password. */
  mustChangePassword: v.optional(v.boolean()),
  passwordUpdatedAt: v.optional(Instant),
  /** From then on a sign-in must set a new password. */
  passwordExpiresAt: v.optional(Instant),
  emailVerifiedAt: v.optional(Instant),
  questions,
  /** Resets that ended with a wrong answer or code since the last success. */
  failedPasswordResets: v.optional(WholeNumber),
});
export type SecurityFacts = v.InferOutput<typeof SecurityFacts>;

/** The facts that an admin writes. All others follow from what happened. */
export const SecuritySettings = group({
  mustChangePassword: v.optional(v.boolean()),
  passwordExpiresAt: v.optional(Instant),
  questions,
});
export type SecuritySettings = v.InferOutput<typeof SecuritySettings>;
export const SecurityPatch = patchOf(SecuritySettings);
export type SecurityPatch = v.InferOutput<typeof SecurityPatch>;
