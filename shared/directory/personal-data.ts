// Everything held about one person, gathered from where it lies. Reads only.
import type { OrgId, UserId } from '../model/ids.ts';
import { type BoundedPart, MOST, type PersonalData } from '../model/personal-data.ts';
import { fail } from '../model/problem.ts';
import type { OrgMembership } from '../model/structure.ts';
import type { Instant } from '../model/text.ts';
import { LIVE } from '../model/user.ts';
import { readInviteItem, toInvite } from '../store/invite-items.ts';
import { keys, partitions } from '../store/keys.ts';
import { readLetterItem } from '../store/letter-items.ts';
import { readCredential, readLinkItem } from '../store/secret-items.ts';
import { readSessionItem } from '../store/session-items.ts';
import { readPlaceItem, readUnitItem } from '../store/structure-items.ts';
import type { Item, QueryInput } from '../store/table.ts';
import { toUser, type UserRecord } from '../store/user-items.ts';
import { type Context, instant, orgOf, personOf, principalOf } from './context.ts';
import { listUserEvents } from './events.ts';
import { invitesNamed } from './invites-named.ts';
import { preferencesOf } from './preferences.ts';
import { listMemberships } from './structure/memberships.ts';
import { readWhole } from './users.ts';

/** Deleted people are still somebody, until they are erased. */
const HELD = [...LIVE, 'deleted'] as const;

/** Of a person of the caller's org, who must be allowed to read people and what happened to them. */
export function exportUser(ctx: Context, id: UserId): Promise<PersonalData> {
  if (!principalOf(ctx).permissions.includes('users:read')) fail('permission-missing');
  return gather(ctx, id);
}

/** The caller's own, in their home org. */
export function exportSelf(ctx: Context): Promise<PersonalData> {
  const { id, orgId, homeOrgId } = personOf(ctx);
  return orgId === homeOrgId ? gather(ctx, id) : fail('not-home-org');
}

async function gather(ctx: Context, id: UserId): Promise<PersonalData> {
  const { record, activity, work } = await readWhole(ctx, id, HELD);
  if (record.homeOrgId) fail('not-home-org');
  const orgId = orgOf(ctx);
  const [preferences, structure, memberships, invites, secrets, sessions, letters, events] = await Promise.all([
    preferencesOf(ctx, record),
    structureOf(ctx, record),
    allMemberships(ctx, id),
    invitesOf(ctx, record),
    secretsOf(ctx, orgId, id),
    newest(ctx, { pk: partitions.sessions(orgId, id), begins: 'S#' }, MOST.sessions),
    lettersOf(ctx, record),
    listUserEvents(ctx, id, { limit: MOST.events }),
  ]);
  const parts = { memberships, invites, proofs: secrets.proofs, sessions, letters };
  const more = Object.entries(parts).flatMap(([name, part]) => (part.more ? [name as BoundedPart] : []));
  const incomplete: BoundedPart[] = [...more, ...(events.nextCursor ? (['events'] as const) : [])];
  return {
    exportedAt: instant(ctx.now),
    user: toUser(record, activity, work),
    preferences,
    ...structure,
    memberships: memberships.items,
    invites: invites.items.map((item) => toInvite(readInviteItem(item), ctx.now)),
    credential: secrets.credential,
    proofs: secrets.proofs.items.map(toProof),
    sessions: sessions.items.map(toSession),
    letters: letters.items.map(toLetter),
    events: events.items,
    ...(events.nextCursor && { nextEventsCursor: events.nextCursor }),
    ...(incomplete.length > 0 && { incomplete }),
  };
}

interface Part<T> {
  items: T[];
  more: boolean;
}

/** The last so many of a partition, newest first. */
async function newest(ctx: Context, query: QueryInput, most: number): Promise<Part<Item>> {
  const { items, last } = await ctx.table.query({ ...query, descending: true, strong: true, limit: most });
  return { items, more: last !== undefined };
}

async function structureOf(
  ctx: Context,
  { orgId, divisionId, teams = [], groups = [] }: UserRecord,
): Promise<Pick<PersonalData, 'division' | 'teams' | 'groups'>> {
  const wanted = [
    ...teams.map((team) => keys.unit(orgId, 'team', team)),
    ...groups.map((group) => keys.unit(orgId, 'group', group)),
    ...(divisionId ? [keys.division(orgId, divisionId)] : []),
  ];
  const items = wanted.length > 0 ? await ctx.table.getMany(wanted) : [];
  const division = divisionId && items.at(-1);
  const nameOf = (item: Item | undefined) => (item ? readUnitItem(item).name : '');
  return {
    ...(division && divisionId && { division: { id: divisionId, name: readPlaceItem(division).name } }),
    teams: teams.map((team, n) => ({ id: team, name: nameOf(items[n]) })),
    groups: groups.map((group, n) => ({ id: group, name: nameOf(items[teams.length + n]) })),
  };
}

async function allMemberships(ctx: Context, id: UserId): Promise<Part<OrgMembership>> {
  const items: OrgMembership[] = [];
  let cursor: string | undefined;
  do {
    const page = await listMemberships(ctx, id, cursor, HELD);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor && items.length < MOST.memberships);
  return { items, more: cursor !== undefined };
}

/** Those that the person's newest entries name, whatever the address was then, and those to their present address. */
async function invitesOf(ctx: Context, { id, orgId, email }: UserRecord): Promise<Part<Item>> {
  const most = { index: 'byCreated', limit: 1000, descending: true } as const;
  const [entries, addressed] = await Promise.all([
    ctx.table.query({ pk: partitions.auditOfUser(orgId, id), ...most }),
    email
      ? ctx.table.query({ pk: partitions.invites(orgId), index: 'byEmail', begins: `${email}#`, limit: MOST.invites })
      : { items: [], last: undefined },
  ]);
  const named = await invitesNamed(ctx, orgId, entries.items);
  const theirs = named.filter((item) => {
    const { userId, userOrgId } = readInviteItem(item);
    return userId === id && userOrgId === orgId;
  });
  const all = [...new Map([...theirs, ...addressed.items].map((item) => [item.pk, item])).values()];
  const more = all.length > MOST.invites || entries.last !== undefined || addressed.last !== undefined;
  return { items: all.slice(0, MOST.invites), more };
}

async function secretsOf(ctx: Context, orgId: OrgId, id: UserId) {
  const pk = partitions.secrets(orgId, id);
  const [item, { items, more }] = await Promise.all([
    ctx.table.get(keys.credential(orgId, id)),
    newest(ctx, { pk, begins: 'L#' }, MOST.proofs),
  ]);
  const credential = readCredential(item);
  return {
    credential: credential ? { set: true, setAt: credential.setAt as Instant } : { set: false },
    proofs: { items: items.filter(({ k }) => k === 'link'), more },
  };
}

/** Letters about the person, and resets that anybody asked for with their address. */
async function lettersOf(ctx: Context, { id, orgId, email }: UserRecord): Promise<Part<Item>> {
  const [told, asked] = await Promise.all([
    newest(ctx, { pk: partitions.lettersTo(id) }, MOST.letters),
    email ? newest(ctx, { pk: partitions.resetsAsked(email) }, MOST.letters) : { items: [], more: false },
  ]);
  const own = told.items.filter(({ o }) => o === orgId);
  return { items: [...own, ...asked.items], more: told.more || asked.more };
}

function toProof(item: Item): PersonalData['proofs'][number] {
  const { id, purpose, email, createdAt, expiresAt, usedAt, cancelledAt } = readLinkItem(item);
  return {
    id,
    purpose,
    email,
    createdAt: createdAt as Instant,
    ...(expiresAt && { expiresAt: expiresAt as Instant }),
    ...(usedAt && { usedAt: usedAt as Instant }),
    ...(cancelledAt && { cancelledAt: cancelledAt as Instant }),
  };
}

function toSession(item: Item): PersonalData['sessions'][number] {
  const { id, client, orgId, createdAt, rotatedAt, expiresAt, endedAt } = readSessionItem(item);
  return {
    ...{ id, client, orgId },
    createdAt: createdAt as Instant,
    lastUsedAt: rotatedAt as Instant,
    expiresAt: expiresAt as Instant,
    ...(endedAt && { endedAt: endedAt as Instant }),
  };
}

function toLetter(item: Item): PersonalData['letters'][number] {
  const { kind, state, createdAt, to } = readLetterItem(item);
  return { kind, state, createdAt: createdAt as Instant, ...(to && { to }) };
}
