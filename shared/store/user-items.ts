// A person as items: the core that lists and sign-in read, the side groups, activity.
import { isDeepStrictEqual } from 'node:util';
import type { EmailAddress } from '../model/email-address.ts';
import {
  type DivisionId,
  type GroupId,
  type InviteId,
  type JobId,
  legacyIdOf,
  numberOf,
  type OrgId,
  type TeamId,
  type UserId,
  unpackId,
} from '../model/ids.ts';
import type { Role } from '../model/principal.ts';
import type { Problem } from '../model/problem.ts';
import type { Contact } from '../model/user/contact.ts';
import type { Preferences } from '../model/user/preferences.ts';
import type { Profile } from '../model/user/profile.ts';
import type { Lock, SecurityQuestion } from '../model/user/security.ts';
import { displayNameOf, type SideGroup, type StateReason, type User, type UserState } from '../model/user.ts';
import { type Names, pack, present, unpack } from './attributes.ts';
import type { Counted, Work } from './beside-items.ts';
import { fold, keys, partitions } from './keys.ts';
import { type Attributes, absent, equals, type Item, type Value, type Write } from './table.ts';

/** The record as flows hold it. What the API shows is made from it by `toUser`. */
export interface UserRecord {
  id: UserId;
  /** The org whose item this is: the home, or the org of a guest. */
  orgId: OrgId;
  /** Set on a guest: the org that keeps the person's record. */
  homeOrgId?: OrgId;
  email?: EmailAddress;
  username?: string;
  externalId?: string;
  state: UserState;
  /** The state before a delete, for restore. */
  stateBefore?: UserState;
  version: number;
  /** Token epoch: raised to end every session and link of the person at once. */
  epoch: number;
  createdAt: string;
  createdBy?: string;
  updatedAt: string;
  updatedBy?: string;
  invitedAt?: string;
  activatedAt?: string;
  deactivatedAt?: string;
  deletedAt?: string;
  stateChangedAt?: string;
  stateReason?: StateReason;
  termsAcceptedAt?: string;
  termsVersion?: string;
  roles: Role[];
  /** The person's place in this org. */
  divisionId?: DivisionId;
  teams?: TeamId[];
  groups?: GroupId[];
  /** The home org's pending invite. */
  inviteId?: InviteId;
  emailVerifiedAt?: string;
  passwordUpdatedAt?: string;
  passwordExpiresAt?: string;
  mustChangePassword?: boolean;
  mfaEnabled?: boolean;
  authenticatorEnabled?: boolean;
  questions?: SecurityQuestion[];
  lock?: Lock;
  /** A guest's membership waits for a new invite after its password or address was set by somebody else. */
  suspended?: boolean;
  /** Of a deleted person, and of what is left of an erased one: the erasure that was asked for. */
  erasureId?: JobId;
  /** Its work has begun: no way back. */
  erasing?: boolean;
  /** Orgs in which the person is a guest. */
  guestOf?: OrgId[];
  profile?: Profile;
  contact?: Contact;
  preferences?: Preferences;
  /** What the last write left on the core: any other write changes it. */
  revision?: string;
  /** Side groups, read only when asked for. */
  side?: SideGroups;
}

export type SideGroups = Partial<Pick<User, SideGroup>> & {
  /** Members of profile and preferences that the core does not carry. */
  profile?: Profile;
  preferences?: Preferences;
};

const CORE_PROFILE = [
  'givenName',
  'familyName',
  'displayName',
  'title',
  'department',
  'managerId',
  'timeZones',
] as const;
const CORE_PREFERENCES = ['locale', 'loginOrg', 'defaultOrgId'] as const;

function split<T extends object>(group: T | undefined, inCore: readonly string[]): [T | undefined, T | undefined] {
  const entries = Object.entries(group ?? {});
  const part = (wanted: boolean) => {
    const chosen = entries.filter(([name]) => inCore.includes(name) === wanted);
    return chosen.length > 0 ? (Object.fromEntries(chosen) as T) : undefined;
  };
  return [part(true), part(false)];
}

/** What the indexes sort a record by. */
export const indexed = (record: UserRecord): Attributes => {
  const u = keys.user(record.orgId, record.id).pk.slice(-22);
  const { givenName = '', familyName = '' } = record.profile ?? {};
  const deleted = record.state === 'deleted' || record.state === 'erased';
  return {
    lp: deleted ? partitions.deletedUsers(record.orgId) : partitions.users(record.orgId),
    sc: u,
    su: `${record.updatedAt}#${u}`,
    // The separator sorts before every character of a name, so that Smith stands before Smithson.
    sn: `${fold(`${familyName}\u0001${givenName}`).slice(0, 120).toWellFormed()}#${u}`,
    se: `${record.email ?? ''}#${u}`,
  };
};

const NAMES: Names<Omit<UserRecord, 'id' | 'orgId' | 'side'>> = {
  homeOrgId: 'home',
  email: 'em',
  username: 'un',
  externalId: 'xi',
  state: 'st',
  stateBefore: 'sb',
  version: 'v',
  epoch: 'ep',
  createdAt: 'ca',
  createdBy: 'cb',
  updatedAt: 'ua',
  updatedBy: 'ub',
  invitedAt: 'ia',
  activatedAt: 'aa',
  deactivatedAt: 'da',
  deletedAt: 'xa',
  stateChangedAt: 'sa',
  stateReason: 'sr',
  termsAcceptedAt: 'ta',
  termsVersion: 'tv',
  roles: 'ro',
  divisionId: 'dv',
  teams: 'tm',
  groups: 'gr',
  inviteId: 'inv',
  emailVerifiedAt: 'ev',
  passwordUpdatedAt: 'pw',
  passwordExpiresAt: 'px',
  mustChangePassword: 'mc',
  mfaEnabled: 'mf',
  authenticatorEnabled: 'au',
  questions: 'qs',
  lock: 'lock',
  suspended: 'sus',
  erasureId: 'er',
  erasing: 'eg',
  guestOf: 'gu',
  profile: 'pr',
  contact: 'co',
  preferences: 'pf',
  revision: 'op',
};

/** The core item. Everything in it is in four indexes, so it is kept near a kilobyte. */
export function userItem(record: UserRecord): Item {
  const [profile] = split(record.profile, CORE_PROFILE);
  const [preferences] = split(record.preferences, CORE_PREFERENCES);
  return {
    ...pack({ ...record, profile, preferences }, NAMES),
    ...keys.user(record.orgId, record.id),
    k: record.homeOrgId ? 'guest' : 'user',
    ...indexed(record),
  };
}

/** Reads a core or guest item. */
export function readUserItem(item: Item): UserRecord {
  const [, o = '', , u = ''] = item.pk.split('#');
  return { id: unpackId(u) as UserId, orgId: unpackId(o) as OrgId, ...unpack(item, NAMES) };
}

/** The side items of a record: only those that hold something. */
export function sideItems(record: UserRecord): Item[] {
  const [, profile] = split(record.profile, CORE_PROFILE);
  const [, preferences] = split(record.preferences, CORE_PREFERENCES);
  const { profile: _p, preferences: _f, ...groups } = record.side ?? {};
  const settings = { ...groups, ...(preferences && { preferences }) };
  return [
    ...(profile ? [{ ...keys.side(record.orgId, record.id, 'p'), k: 'profile', profile: profile as Value }] : []),
    ...(Object.keys(settings).length > 0
      ? [{ ...keys.side(record.orgId, record.id, 's'), k: 'settings', ...(settings as Record<string, Value>) }]
      : []),
  ];
}

/** Joins the side items to a core, so that the record is whole. */
export function withSide(record: UserRecord, items: readonly (Item | undefined)[]): UserRecord {
  const side: SideGroups = {};
  for (const item of items) {
    if (item === undefined) continue;
    const { pk: _pk, sk: _sk, k: _k, op: _op, ...groups } = item;
    Object.assign(side, groups);
  }
  const { profile, preferences, ...groups } = side;
  return {
    ...record,
    ...(profile && { profile: { ...record.profile, ...profile } }),
    ...(preferences && { preferences: { ...record.preferences, ...preferences } }),
    side: groups,
  };
}

/** The side items that a change touches: written where they hold something, dropped where they no longer do. */
export function sideWrites(before: UserRecord | undefined, after: UserRecord): Write[] {
  const [olds, news] = [before ? sideItems(before) : [], sideItems(after)];
  const isThere = (item: Item) => olds.some((old) => isDeepStrictEqual(old, item));
  const otherwise: Problem = { code: 'version-conflict' };
  return [
    ...news.filter((item) => !isThere(item)).map((put) => ({ put, otherwise })),
    ...olds
      .filter((old) => !news.some((item) => item.sk === old.sk))
      .map(({ pk, sk }) => ({ drop: { pk, sk }, otherwise })),
  ];
}

/** Bytes of the largest item of a record, roughly as DynamoDB counts them. */
export function largestItem(record: UserRecord): { core: number; side: number } {
  const bytes = (item: Item) => Buffer.byteLength(JSON.stringify(item));
  return { core: bytes(userItem(record)), side: Math.max(0, ...sideItems(record).map(bytes)) };
}

/**
 * What the API shows: the display name is the stored one, else it follows from the parts. A guest shows identity, names,
 * state and the roles in that org.
 */
export function toUser(record: UserRecord, activity?: Counted, work?: Work): User {
  const number = numberOf(record.id);
  const { givenName, familyName } = record.profile ?? {};
  const displayName = displayNameOf({ profile: record.profile }) || undefined;
  const shared = {
    id: record.id,
    number,
    legacyId: legacyIdOf(number),
    email: record.email,
    state: record.state,
    version: record.version,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    roles: record.roles,
    divisionId: record.divisionId,
    teams: record.teams,
    groups: record.groups,
  };
  if (record.homeOrgId) return present({ ...shared, profile: present({ givenName, familyName, displayName }) }) as User;
  const { side = {} } = record;
  const security = {
    locked: record.lock,
    mfaEnabled: record.mfaEnabled,
    authenticatorEnabled: record.authenticatorEnabled,
    mustChangePassword: record.mustChangePassword,
    emailVerifiedAt: record.emailVerifiedAt,
    passwordUpdatedAt: record.passwordUpdatedAt,
    passwordExpiresAt: record.passwordExpiresAt,
    questions: record.questions,
    failedPasswordResets: activity?.failedPasswordResets,
  };
  return present({
    ...shared,
    orgId: record.orgId,
    username: record.username,
    externalId: record.externalId,
    createdBy: record.createdBy,
    updatedBy: record.updatedBy,
    invitedAt: record.invitedAt,
    activatedAt: record.activatedAt,
    deactivatedAt: record.deactivatedAt,
    deletedAt: record.deletedAt,
    stateChangedAt: record.stateChangedAt,
    stateReason: record.stateReason,
    termsAcceptedAt: record.termsAcceptedAt,
    termsVersion: record.termsVersion,
    profile: present({ ...record.profile, displayName }),
    contact: record.contact,
    preferences: record.preferences,
    ...side,
    security: present(security),
    routing: work?.routing,
    presence: work?.presence,
    activity: activity && present({ ...activity, failedPasswordResets: undefined }),
  }) as User;
}

/**
 * Nobody wrote the record since it was read. A loser reads again and finds out whether that was a new version (a stale
 * If-Match) or something beside it.
 */
export const replaceUser = (after: UserRecord, before: UserRecord): Write => ({
  put: userItem(after),
  when: equals('op', before.revision),
  otherwise: { code: 'version-conflict' },
});

export const newUser = (record: UserRecord): Write => ({
  put: userItem(record),
  when: absent,
  otherwise: { code: 'version-conflict' },
});
