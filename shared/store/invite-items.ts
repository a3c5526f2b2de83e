// An invite as an item, and a membership as the person's side of it.
import type { EmailAddress } from '../model/email-address.ts';
import type { InviteId, OrgId, TeamId, UserId } from '../model/ids.ts';
import type { Delivery, Invite, InviteState } from '../model/invite.ts';
import type { Role } from '../model/principal.ts';
import type { Instant, Locale } from '../model/text.ts';
import type { Profile } from '../model/user/profile.ts';
import { type Names, pack, unpack } from './attributes.ts';
import { keys, partitions } from './keys.ts';
import { absent, equals, every, type Item, type Refusal, type Write } from './table.ts';

export interface InviteRecord {
  id: InviteId;
  orgId: OrgId;
  email: EmailAddress;
  state: Exclude<InviteState, 'expired'>;
  roles: Role[];
  /** Joined at accept. */
  teams?: TeamId[];
  profile?: Profile;
  locale?: Locale;
  redirectUrl?: string;
  note?: string;
  /** Gives the link and code of the newest letter; changed by a resend, which kills the older link. */
  nonce: string;
  createdAt: string;
  /** Who invited: their permissions are checked again at accept. */
  createdBy?: { is: 'person' | 'client' | 'platform'; id: string; homeOrgId?: OrgId };
  expiresAt: string;
  acceptedAt?: string;
  revokedAt?: string;
  /** Where the person's record lay when the invite was made. It may have moved or been freed since. */
  userId: UserId;
  userOrgId: OrgId;
  /** Of a person of the own org: their token epoch when the link was made. A deactivation ends it with all others. */
  epoch?: number;
  /** The newest letter's id and where it stands. */
  letterId?: string;
  delivery?: Delivery;
}

/** An ended invite is kept 90 days; a pending one, also past its time, as long as the person it waits for. */
export const INVITE_KEPT_SECONDS = 90 * 86_400;

type Stored = Omit<InviteRecord, 'delivery'> & { deliveryState?: Delivery['state']; deliveredAt?: Delivery['at'] };

const NAMES: Names<Stored> = {
  id: 'i',
  orgId: 'o',
  email: 'em',
  state: 'st',
  roles: 'ro',
  teams: 'tm',
  profile: 'pr',
  locale: 'loc',
  redirectUrl: 'to',
  note: 'note',
  nonce: 'n',
  createdAt: 'ca',
  createdBy: 'cb',
  expiresAt: 'xp',
  acceptedAt: 'aa',
  revokedAt: 'ra',
  userId: 'u',
  userOrgId: 'uo',
  epoch: 'ep',
  letterId: 'lid',
  deliveryState: 'dst',
  deliveredAt: 'dat',
};

export function inviteItem({ delivery, ...invite }: InviteRecord): Item {
  const key = keys.invite(invite.orgId, invite.id);
  const i = key.pk.slice(-22);
  const ended = invite.acceptedAt ?? invite.revokedAt;
  return {
    ...pack<Stored>({ ...invite, ...(delivery && { deliveryState: delivery.state, deliveredAt: delivery.at }) }, NAMES),
    ...key,
    k: 'invite',
    lp: partitions.invites(invite.orgId),
    sc: i,
    se: `${invite.email}#${i}`,
    ...(ended && { ttl: Math.floor(Date.parse(ended) / 1000) + INVITE_KEPT_SECONDS }),
  };
}

export function readInviteItem(item: Item): InviteRecord {
  const { deliveryState, deliveredAt, ...invite } = unpack(item, NAMES);
  return { ...invite, ...(deliveryState && deliveredAt && { delivery: { state: deliveryState, at: deliveredAt } }) };
}

export function toInvite(invite: InviteRecord, now: Date): Invite {
  const expired = invite.state === 'pending' && invite.expiresAt <= now.toISOString();
  const by = invite.createdBy?.id;
  return {
    id: invite.id,
    orgId: invite.orgId,
    email: invite.email,
    state: expired ? 'expired' : invite.state,
    roles: invite.roles,
    ...(invite.teams && { teams: invite.teams }),
    createdAt: invite.createdAt as Instant,
    expiresAt: invite.expiresAt as Instant,
    ...(invite.locale && { locale: invite.locale }),
    ...(invite.redirectUrl && { redirectUrl: invite.redirectUrl }),
    ...(invite.note && { note: invite.note }),
    ...(invite.delivery && { delivery: invite.delivery }),
    ...(by && { createdBy: by }),
    ...(invite.acceptedAt && { acceptedAt: invite.acceptedAt as Instant }),
    ...(invite.revokedAt && { revokedAt: invite.revokedAt as Instant }),
    ...(invite.userOrgId === invite.orgId && { userId: invite.userId }),
  };
}

export const newInvite = (invite: InviteRecord): Write => ({
  put: inviteItem(invite),
  when: absent,
  otherwise: { code: 'version-conflict' },
});

/** The invite is as it was read: same state, same link. */
export const putInvite = (after: InviteRecord, before: InviteRecord, otherwise: Refusal): Write => ({
  put: inviteItem(after),
  when: every(equals('st', before.state), equals('n', before.nonce), equals('xp', before.expiresAt)),
  otherwise,
});

/** The person's side of a membership elsewhere: one item per org, so that an org offers or holds it once. */
export interface Membership {
  orgId: OrgId;
  state: 'offered' | 'live' | 'left';
  inviteId?: InviteId;
}

export function membershipItem(home: string, userId: string, membership: Membership): Item {
  const { orgId, state, inviteId } = membership;
  return { ...keys.membership(home, userId, orgId), k: 'membership', o: orgId, st: state, i: inviteId };
}

export function readMembership(item: Item): Membership {
  const membership = { orgId: item.o as OrgId, state: item.st as Membership['state'] };
  return { ...membership, ...(item.i !== undefined && { inviteId: item.i as InviteId }) };
}
