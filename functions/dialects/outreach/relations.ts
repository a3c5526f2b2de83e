// The 21 relationships of a user: their types, where each lives in the record, and how they are read and written.
// Teams, roles and users are the directory's own; all others are references to things of other systems.

import type { Wire } from '../../../shared/dialect/fields.ts';
import type { Context } from '../../../shared/directory/context.ts';
import { idOfNumber, roleOfNumber } from '../../../shared/directory/structure/numbers.ts';
import { numberOf, type TeamId } from '../../../shared/model/ids.ts';
import { BUILT_IN_ROLES, type BuiltInRole, type Role } from '../../../shared/model/principal.ts';
import type { Issue } from '../../../shared/model/problem.ts';
import type { Relations } from '../../../shared/model/user/relations.ts';
import type { User } from '../../../shared/model/user.ts';

export type Kind = 'reference' | 'role' | 'team' | 'user';

export interface Relation {
  name: string;
  type: string;
  many: boolean;
  kind: Kind;
  /** Cannot be written there. */
  readOnly?: boolean;
  /** Shows a link and no data. */
  linkOnly?: boolean;
  /** How the other side is asked for it: `filter[user][id]`. */
  inverse: string;
}

const relation = (name: string, type: string, many: boolean, more: Partial<Relation> = {}): Relation => ({
  name,
  type,
  many,
  kind: 'reference',
  inverse: 'user',
  ...more,
});

const one = (name: string, type: string, more?: Partial<Relation>) => relation(name, type, false, more);
const many = (name: string, type: string, more?: Partial<Relation>) => relation(name, type, true, more);

export const relations: readonly Relation[] = [
  many('batches', 'batch', { readOnly: true, linkOnly: true }),
  one('calendar', 'calendar'),
  many('contentCategories', 'contentCategory'),
  many('contentCategoryOwnerships', 'contentCategoryOwnership'),
  one('creator', 'user', { kind: 'user', readOnly: true }),
  many('directAssignedTeams', 'team', { kind: 'team', inverse: 'directAssignedUsers' }),
  many('favorites', 'favorite'),
  one('jobRole', 'jobRole'),
  one('mailbox', 'mailbox'),
  many('mailboxes', 'mailbox'),
  many('outboundVoicemails', 'outboundVoicemail'),
  one('phone', 'phone'),
  many('phones', 'phone'),
  one('profile', 'profile'),
  many('recipients', 'recipient'),
  one('role', 'role', { kind: 'role' }),
  many('roleAssignedTeams', 'team', { inverse: 'roleAssignedUsers' }),
  one('smsPhone', 'phone'),
  many('teams', 'team', { kind: 'team', inverse: 'users' }),
  one('updater', 'user', { kind: 'user', readOnly: true }),
  many('voicemailPrompts', 'voicemailPrompt'),
];

/** Types by the collections that hold them. */
export const PLURALS: Readonly<Record<string, string>> = {
  batch: 'batches',
  calendar: 'calendars',
  contentCategory: 'contentCategories',
  contentCategoryOwnership: 'contentCategoryOwnerships',
  favorite: 'favorites',
  jobRole: 'jobRoles',
  mailbox: 'mailboxes',
  outboundVoicemail: 'outboundVoicemails',
  phone: 'phones',
  profile: 'profiles',
  recipient: 'recipients',
  role: 'roles',
  team: 'teams',
  user: 'users',
  voicemailPrompt: 'voicemailPrompts',
};

export interface Reference {
  type: string;
  id: number;
  name?: string | undefined;
}

/** People that records name as their maker, by id: machine clients are not among them. */
export type Known = ReadonlyMap<string, User>;

export const roleNumber = (role: Role): number =>
  role in BUILT_IN_ROLES ? BUILT_IN_ROLES[role as BuiltInRole].number : numberOf(role);

/** What the relationship of this person names. */
export function referencesOf({ name, type, kind }: Relation, user: User, known: Known): Reference[] {
  if (kind === 'team') return (user.teams ?? []).map((id) => ({ type, id: numberOf(id) }));
  if (kind === 'role') return user.roles.slice(0, 1).map((role) => ({ type, id: roleNumber(role) }));
  if (kind === 'user') {
    const by = known.get((name === 'creator' ? user.createdBy : user.updatedBy) ?? '');
    return by ? [{ type, id: by.number }] : [];
  }
  return [user.relations?.[name as keyof Relations] ?? []].flat();
}

export interface Related {
  /** Of `relations`, as a merge patch. */
  references: Wire;
  roles?: Role[];
  teams?: TeamId[];
  issues: Issue[];
}

/** Reads what a document says of relationships. What comes back as it is shown of `before` changes nothing. */
export async function readRelationships(ctx: Context, given: Wire, before?: User): Promise<Related> {
  const read: Related = { references: {}, issues: [] };
  for (const [name, value] of Object.entries(given)) {
    const found = relations.find((one) => one.name === name);
    const pointer = `/data/relationships/${name}`.slice(0, 120);
    const wrong = (message: string) => void read.issues.push({ pointer, message });
    if (!found) wrong('is not a relationship');
    if (!found || found.readOnly) continue;
    const ids = idsIn(found, value);
    if (typeof ids === 'string') wrong(ids);
    if (typeof ids !== 'object') continue;
    const had = before ? referencesOf(found, before, new Map()) : [];
    if (before && sameIds(found, ids, had)) continue;
    const message = await take(ctx, read, found, ids, { had, before });
    if (message) wrong(message);
  }
  return read;
}

const sameIds = ({ kind }: Relation, ids: readonly number[], had: readonly Reference[]): boolean => {
  const order = (all: readonly number[]) => (kind === 'team' ? all.toSorted((a, b) => a - b) : all).join();
  return order(ids) === order(had.map(({ id }) => id));
};

/** As the record keeps of each kind. */
const MOST_NAMED = 100;

/** The ids of a relationship object; undefined where it only carries links; or what is wrong with it. */
function idsIn({ type, many }: Relation, value: unknown): number[] | string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object with data';
  const { data } = value as { data?: unknown };
  if (data === undefined) return undefined;
  if (Array.isArray(data) && data.length > MOST_NAMED) return `must not name more than ${MOST_NAMED} resources`;
  if (many !== Array.isArray(data)) return many ? 'must be a list' : 'must be one resource or null';
  const named = data === null ? [] : [data].flat();
  const ids = named.map((one) => idOf(one, type));
  if (ids.includes(undefined)) return `must name resources by type "${type}" and an integer id`;
  return new Set(ids).size === ids.length ? (ids as number[]) : 'must not name an id twice';
}

function idOf(one: unknown, type: string): number | undefined {
  const { type: given, id } = (one ?? {}) as { type?: unknown; id?: unknown };
  const number = typeof id === 'string' && /^\d{1,16}$/.test(id) ? Number(id) : id;
  const known = given === type || given === PLURALS[type];
  return known && Number.isSafeInteger(number) && (number as number) >= 0 ? (number as number) : undefined;
}

async function take(
  ctx: Context,
  read: Related,
  { name, type, kind, many }: Relation,
  ids: readonly number[],
  { had, before }: { had: readonly Reference[]; before: User | undefined },
): Promise<string | undefined> {
  if (kind === 'team') {
    const teams = await Promise.all(ids.map((id) => idOfNumber(ctx, id)));
    if (teams.includes(undefined)) return 'names a team that does not exist';
    if (read.teams && read.teams.join() !== teams.join()) return 'contradicts the other relationship to teams';
    read.teams = teams as TeamId[];
  } else if (kind === 'role') {
    const role = ids[0] === undefined ? 'member' : await roleOfNumber(ctx, ids[0]);
    if (!role) return 'does not exist';
    // Roles beside the one that is shown stay.
    read.roles = [role, ...(before?.roles.slice(1) ?? [])];
  } else {
    const nameOf = (id: number) => had.find((one) => one.id === id)?.name;
    const wanted = ids.map((id) => ({ type, id, ...(nameOf(id) && { name: nameOf(id) }) }));
    // A merge patch would keep the name of the one before.
    read.references[name] = many ? wanted : (wanted[0] ?? null) && { name: null, ...wanted[0] };
  }
  return undefined;
}
