// Everything that the directory holds about one person, in one answer (GDPR articles 15 and 20). No secret is part of it.
import * as v from 'valibot';
import { Event } from './event.ts';
import { DivisionId, GroupId, LinkId, OrgId, SessionId, TeamId } from './ids.ts';
import { Invite } from './invite.ts';
import { DeliveryState, LetterKind } from './letter.ts';
import { OrgMembership } from './structure.ts';
import { Instant } from './text.ts';
import { PreferencesView } from './user/preferences.ts';
import { User } from './user.ts';

const named = <Id extends v.GenericSchema>(id: Id) => v.object({ id, name: v.string() });

/** Parts that grow with time are bounded: the newest so many. `incomplete` names those that hold more. */
export const MOST = { memberships: 300, invites: 100, proofs: 200, sessions: 500, letters: 500, events: 200 } as const;
export const BoundedPart = v.picklist(['memberships', 'invites', 'proofs', 'sessions', 'letters', 'events']);
export type BoundedPart = v.InferOutput<typeof BoundedPart>;

export const PersonalData = v.object({
  exportedAt: Instant,
  user: User,
  preferences: PreferencesView,
  division: v.optional(named(DivisionId)),
  teams: v.array(named(TeamId)),
  groups: v.array(named(GroupId)),
  memberships: v.array(OrgMembership),
  /** Of this org. */
  invites: v.array(Invite),
  /** Whether there is a password, and since when. */
  credential: v.object({ set: v.boolean(), setAt: v.optional(Instant) }),
  /** Links that were asked for: to set a password, to prove an address. */
  proofs: v.array(
    v.object({
      id: LinkId,
      purpose: v.picklist(['reset', 'validate-email']),
      email: v.string(),
      createdAt: Instant,
      expiresAt: v.optional(Instant),
      usedAt: v.optional(Instant),
      cancelledAt: v.optional(Instant),
    }),
  ),
  sessions: v.array(
    v.object({
      id: SessionId,
      client: v.string(),
      orgId: OrgId,
      createdAt: Instant,
      lastUsedAt: Instant,
      expiresAt: Instant,
      endedAt: v.optional(Instant),
    }),
  ),
  /** Kept 30 days. `to` is there where no record holds the address any more. */
  letters: v.array(
    v.object({ kind: LetterKind, state: DeliveryState, createdAt: Instant, to: v.optional(v.string()) }),
  ),
  events: v.array(Event),
  /** Goes on at `/v1/users/{id}/events`, or `/v1/me/events`, as `cursor`. */
  nextEventsCursor: v.optional(v.string()),
  incomplete: v.optional(v.array(BoundedPart)),
});
export type PersonalData = v.InferOutput<typeof PersonalData>;
