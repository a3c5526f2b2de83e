// What happened, as an org and its people are told of it. Who is concerned is named by id; values of theirs never are.
import * as v from 'valibot';
import { UserId } from './ids.ts';
import { Instant } from './text.ts';

/** Past tense, stable: part of the contract like the problem codes. */
export const EventType = v.picklist([
  'user-created',
  'user-updated',
  'user-email-changed',
  'user-deleted',
  'user-restored',
  'user-erase-asked',
  'user-erased',
  'user-activated',
  'user-deactivated',
  'user-locked',
  'user-unlocked',
  'user-roles-changed',
  'user-invited',
  'invite-resent',
  'invite-extended',
  'invite-revoked',
  'invite-accepted',
  'membership-accepted',
  'membership-ended',
  'home-moved',
  'address-released',
  'password-reset-asked',
  'password-reset-completed',
  'password-reset-cancelled',
  'password-changed',
  'password-set',
  'security-answers-changed',
  'contact-validation-started',
  'contact-validation-resent',
  'contact-validation-cancelled',
  'contact-validated',
  'session-ended',
  'sessions-ended',
  'session-reuse-detected',
  'org-created',
  'org-updated',
  'client-created',
  'client-updated',
  'client-rotated',
  'client-revoked',
  'user-routing-changed',
  'user-presence-changed',
  'terms-accepted',
  'role-created',
  'role-updated',
  'role-deleted',
  'team-created',
  'team-updated',
  'team-deleted',
  'team-member-added',
  'team-member-removed',
  'group-created',
  'group-updated',
  'group-deleted',
  'group-member-added',
  'group-member-removed',
  'division-created',
  'division-updated',
  'division-deleted',
  'location-created',
  'location-updated',
  'location-deleted',
  'attribute-schema-created',
  'attribute-schema-updated',
  'attribute-schema-deleted',
  'import-started',
  'bulk-invite-started',
  'bulk-change-started',
  'job-cancelled',
]);
export type EventType = v.InferOutput<typeof EventType>;

/** `signed-in` is no entry of its own: the session that a sign-in makes is its record. */
export const ToldType = v.picklist([...EventType.options, 'signed-in']);
export type ToldType = v.InferOutput<typeof ToldType>;

export const Event = v.object({
  /** Rises with time. */
  id: v.string(),
  at: Instant,
  type: ToldType,
  /** A signed-in person, a machine client, the platform, or anyone: who only held a link, or asked without a token. */
  actor: v.object({ is: v.picklist(['person', 'client', 'platform', 'anyone']), id: v.optional(v.string()) }),
  /** The person it happened to. */
  userId: v.optional(UserId),
  /** The invite, client, session, team or other thing it happened to. */
  subjectId: v.optional(v.string()),
  /** Names of the members that changed, never their values. */
  changed: v.optional(v.array(v.string())),
  /** The person's version after it. */
  version: v.optional(v.pipe(v.number(), v.integer())),
  /** Of the request that did it, as its answer showed in `x-request-id`. */
  requestId: v.optional(v.string()),
});
export type Event = v.InferOutput<typeof Event>;
