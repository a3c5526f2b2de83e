// An invite: an org's offer to one address, with its own life.
import * as v from 'valibot';
import { EmailAddress } from './email-address.ts';
import { InviteId, OrgId, TeamId, UserId } from './ids.ts';
import { DeliveryState } from './letter.ts';
import { group } from './patch.ts';
import { Role } from './principal.ts';
import { Instant, Locale, plainNote } from './text.ts';
import { ProfilePatch } from './user/profile.ts';
import { Roles } from './user.ts';

/** Expired is derived: a pending invite whose time is up. */
export const InviteState = v.picklist(['pending', 'accepted', 'revoked', 'expired']);
export type InviteState = v.InferOutput<typeof InviteState>;

/** Seconds from creation: an hour to 30 days. */
export const InviteLifetime = v.pipe(v.number(), v.integer(), v.minValue(3600), v.maxValue(30 * 86_400));

/** Each is two writes of the commit that accepts. */
const Teams = v.pipe(v.array(TeamId), v.maxLength(10));

export const InviteCreate = group({
  email: EmailAddress,
  roles: v.nullish(Roles),
  /** Joined at accept, as far as the org has them then and the person has room. */
  teams: v.nullish(Teams),
  profile: v.nullish(ProfilePatch),
  locale: v.nullish(Locale),
  redirectUrl: v.nullish(v.pipe(v.string(), v.maxLength(2000))),
  note: v.nullish(plainNote(500)),
  expiresInSeconds: v.nullish(InviteLifetime),
  /** False sends no letter; the link exists all the same and a resend sends it. */
  notify: v.nullish(v.boolean()),
});
export type InviteCreate = v.InferOutput<typeof InviteCreate>;

/** Where the newest letter of the invite stands. Absent while none was asked for (`notify: false`). */
export const Delivery = v.object({ state: DeliveryState, at: Instant });
export type Delivery = v.InferOutput<typeof Delivery>;

export const Invite = v.object({
  id: InviteId,
  orgId: OrgId,
  email: v.string(),
  state: InviteState,
  roles: v.array(Role),
  teams: v.optional(v.array(TeamId)),
  locale: v.optional(Locale),
  redirectUrl: v.optional(v.string()),
  note: v.optional(v.string()),
  delivery: v.optional(Delivery),
  createdAt: Instant,
  createdBy: v.optional(v.string()),
  expiresAt: Instant,
  acceptedAt: v.optional(Instant),
  revokedAt: v.optional(Instant),
  /** Named only where the person's home is the org that asks. */
  userId: v.optional(UserId),
});
export type Invite = v.InferOutput<typeof Invite>;
