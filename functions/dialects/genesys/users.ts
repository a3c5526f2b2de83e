// Users: listed, read, changed, deleted and restored, and the person who asks.
import type { Wire } from '../../../shared/dialect/fields.ts';
import { type Context, principalOf } from '../../../shared/directory/context.ts';
import { getOrg } from '../../../shared/directory/orgs.ts';
import { knownUsers } from '../../../shared/directory/search/known.ts';
import { listManagers } from '../../../shared/directory/search/reports.ts';
import { joinUnit, leaveUnit } from '../../../shared/directory/structure/unit-members.ts';
import { listUsers } from '../../../shared/directory/user-lists.ts';
import { activateUser, deactivateUser, deleteUser, reviveUser } from '../../../shared/directory/user-states.ts';
import { checkPermission, getUser, updateUser } from '../../../shared/directory/users.ts';
import { updateWork } from '../../../shared/directory/work.ts';
import { type Operation, parse } from '../../../shared/http/endpoint.ts';
import type { GroupId, UserId } from '../../../shared/model/ids.ts';
import { fail, hasCode } from '../../../shared/model/problem.ts';
import { type User, UserPatch } from '../../../shared/model/user.ts';
import { refuse } from './errors.ts';
import { type Expand, expandIn, groupsFor, showUser, showUsers } from './expand.ts';
import { fromMembers, isObject, stateOf } from './fields.ts';
import { answer, genesys, idOf, listed, listIn, objectIn } from './manner.ts';
import {
  envelope,
  isDescending,
  pageIn,
  seenIn,
  sliceOver,
  stateIn,
  totalIn,
  type WantedState,
  walksOf,
} from './paging.ts';
import { allRoles, orgRole } from './roles.ts';

const read = { access: { permission: 'users:read' } } as const;
const write = { access: { permission: 'users:write' }, takesBody: true } as const;

const BASE = '/api/v2/users';
/** Ids that one list may name, and users that one bulk change may name. */
const MOST_IDS = 100;
const MOST_CHANGED = 50;

/** In the order of family and given name. */
const sortIn = (query: URLSearchParams): string => `${isDescending(query.get('sortOrder')) ? '-' : ''}familyName`;

async function list(ctx: Context, query: URLSearchParams) {
  const [ids, expand, page, state] = [listed(query, 'id'), expandIn(query), pageIn(query), stateIn(query)];
  if (ids.length > 0) return byIds(ctx, ids, query);
  const jabberId = query.get('jabberId');
  const fields = groupsFor(expand).join(',');
  const same = { member: 'contact.jabberId', operator: 'eq', value: jabberId } as const;
  const filters = walksOf(state).map((filter) => (jabberId ? (filter ? { and: [filter, same] } : same) : filter));
  const slice = await sliceOver(ctx, { filters, sort: sortIn(query), fields }, page);
  const seen = seenIn(slice, page);
  const total = jabberId ? seen : await totalIn(ctx, state, seen);
  return answer(ctx, envelope(await showUsers(ctx, slice.users, expand), total, page, BASE, query));
}

async function byIds(ctx: Context, ids: readonly string[], query: URLSearchParams) {
  if (query.get('jabberId')) refuse('invalid.query.param.value', 'jabberId', 'cannot be given beside id');
  if (ids.length > MOST_IDS) refuse('max.user.ids', 'id', `must be at most ${MOST_IDS} ids`);
  const [expand, page, state] = [expandIn(query), pageIn(query), stateIn(query)];
  const living = await knownUsers(ctx, ids, groupsFor(expand));
  const missing = state === 'any' || state === 'deleted' ? ids.filter((id) => !living.has(id)) : [];
  const deleted = await Promise.all(missing.map((id) => findDeleted(ctx, id as UserId)));
  const all = [...living.values(), ...deleted.flatMap((user) => user ?? [])];
  const wanted = all.filter((user) => state === 'any' || stateOf(user) === state);
  const from = (page.pageNumber - 1) * page.pageSize;
  const shown = await showUsers(ctx, wanted.slice(from, from + page.pageSize), expand);
  return answer(ctx, envelope(shown, wanted.length, page, BASE, query));
}

const findDeleted = (ctx: Context, id: UserId): Promise<User | undefined> =>
  getUser(ctx, id, 'deleted').catch((error: unknown) => {
    if (hasCode(error, 'not-found')) return undefined;
    throw error;
  });

/** A walk by cursor: the living first, and where everybody is asked for, the deleted behind them. */
async function byCursor(ctx: Context, query: URLSearchParams) {
  const [expand, state, { pageSize: limit }] = [expandIn(query), stateIn(query), pageIn(query)];
  const walks = walksOf(state);
  const [at = '0', given] = (query.get('cursor') ?? '').split(/:(.*)/s);
  const walk = at === '1' && walks.length > 1 ? 1 : 0;
  const filter = walks[walk];
  const cursor = given || undefined;
  if (query.get('cursor') && !cursor && walk === 0) fail('cursor-invalid');
  const fields = groupsFor(expand).join(',');
  const page = await listUsers(ctx, { filter, sort: sortIn(query), fields, limit: Math.min(limit, 200), cursor });
  const behind = walk + 1 < walks.length ? `${walk + 1}:` : undefined;
  const next = page.nextCursor ? `${walk}:${page.nextCursor}` : behind;
  const uri = (to: string | null | undefined) => {
    const there = new URLSearchParams([...query].filter(([name]) => name !== 'cursor'));
    if (to) there.set('cursor', to);
    return `${BASE}/query?${there}`;
  };
  const entities = await showUsers(ctx, page.items, expand);
  const more = next && { cursor: next, nextUri: uri(next) };
  return answer(ctx, { entities, results: entities.length, selfUri: uri(query.get('cursor')), ...more });
}

/** Somebody whatever their state, for who asks for a change of it. */
export const getAny = async (ctx: Context, id: UserId): Promise<User> =>
  getUser(ctx, id).catch(async (error: unknown) => {
    if (!hasCode(error, 'not-found')) throw error;
    return getUser(ctx, id, 'deleted');
  });

export function versionIn({ version }: Wire): number {
  if (version === undefined || version === null) refuse('constraint.validation', 'version', 'is required');
  return Number.isInteger(version) ? (version as number) : refuse('invalid.value', 'version', 'must be an integer');
}

/** Deleted people come back active, in one change. Both ends of a life need `users:delete`. */
export async function moveTo(ctx: Context, before: User, wanted: unknown, version?: number): Promise<User> {
  const [from, { id }] = [stateOf(before), before];
  if (wanted === from) return version === undefined || version === before.version ? before : fail('version-stale');
  if (wanted === 'deleted' || from === 'deleted') checkPermission(await ctx.standing(), 'users:delete');
  if (wanted === 'active') return (from === 'deleted' ? reviveUser : activateUser)(ctx, id, version);
  if (wanted === 'inactive') return deactivateUser(ctx, id, version);
  if (wanted !== 'deleted') refuse('invalid.value', 'state', 'must be active, inactive or deleted');
  await deleteUser(ctx, id, version);
  return getUser(ctx, id, 'deleted');
}

const BESIDE = ['version', 'state', 'acdAutoAnswer', 'groups'];

async function change(ctx: Context, id: UserId, body: unknown): Promise<User> {
  const given = objectIn(body);
  const version = versionIn(given);
  const { state, acdAutoAnswer, groups } = given;
  if (state === undefined || state === null) return changeMembers(ctx, await getUser(ctx, id), given, version);
  const before = await getAny(ctx, id);
  if (state === stateOf(before) && state !== 'deleted') return changeMembers(ctx, before, given, version);
  const others = Object.keys(fromMembers(given, BESIDE, before)).length > 0;
  const autoAnswer = before.routing?.autoAnswer ?? false;
  if (others || groups !== undefined || (acdAutoAnswer ?? autoAnswer) !== autoAnswer) {
    refuse('general.bad.request', 'state', 'is the only member that may change when it does');
  }
  return moveTo(ctx, before, state, version);
}

/** What lies beside the record follows once the version has been found to be the current one. */
async function changeMembers(ctx: Context, before: User, given: Wire, version: number): Promise<User> {
  if (before.version !== version) fail('version-stale');
  const { acdAutoAnswer, groups } = given;
  const flag = acdAutoAnswer ?? undefined;
  if (flag !== undefined && typeof flag !== 'boolean')
    refuse('invalid.value', 'acdAutoAnswer', 'must be true or false');
  const wanted = groups === undefined || groups === null ? undefined : groupIds(groups);
  const patch = parse(UserPatch, fromMembers(given, BESIDE, before));
  await updateUser(ctx, before.id, patch, version);
  if (flag !== undefined && flag !== (before.routing?.autoAnswer ?? false)) {
    await updateWork(ctx, before.id, 'routing', { autoAnswer: flag });
  }
  if (wanted) await moveBetween(ctx, before, wanted);
  return getUser(ctx, before.id);
}

const groupIds = (groups: unknown): GroupId[] =>
  listIn(groups, 40).map((group) => {
    const id = isObject(group) ? group.id : group;
    return typeof id === 'string' ? (id as GroupId) : refuse('invalid.value', 'groups', 'must be groups by their ids');
  });

async function moveBetween(ctx: Context, { id, groups: had = [] }: User, wanted: readonly GroupId[]): Promise<void> {
  const [joined, left] = [wanted.filter((it) => !had.includes(it)), had.filter((it) => !wanted.includes(it))];
  if (joined.length + left.length === 0) return;
  checkPermission(await ctx.standing(), 'teams:write');
  for (const group of joined) await joinUnit(ctx, 'group', group, id);
  for (const group of left) await leaveUnit(ctx, 'group', group, id);
}

async function bulk(ctx: Context, body: unknown, query: URLSearchParams) {
  if (Array.isArray(body) && body.length > MOST_CHANGED) {
    refuse('max.directory.users', 'body', `must be at most ${MOST_CHANGED} users`);
  }
  const changes = listIn(body, MOST_CHANGED).map((one) => {
    const { id, acdAutoAnswer, ...rest } = objectIn(one);
    const [other] = Object.keys(rest);
    if (other) refuse('invalid.value', other, 'cannot be changed in bulk');
    if (typeof acdAutoAnswer !== 'boolean') refuse('invalid.value', 'acdAutoAnswer', 'must be true or false');
    return { id: String(id) as UserId, autoAnswer: acdAutoAnswer };
  });
  const ids = changes.map(({ id }) => id);
  const known = await knownUsers(ctx, ids);
  if (ids.some((id) => !known.has(id))) fail('not-found');
  for (const { id, autoAnswer } of changes) await updateWork(ctx, id, 'routing', { autoAnswer });
  const users = [...(await knownUsers(ctx, ids, groupsFor(new Set()))).values()];
  const page = { pageSize: Math.max(users.length, 1), pageNumber: 1 };
  return answer(ctx, envelope(await showUsers(ctx, users), users.length, page, `${BASE}/bulk`, query));
}

async function remove(ctx: Context, id: UserId): Promise<void> {
  await deleteUser(ctx, id).catch((error: unknown) => {
    // Who is gone already is not there to be deleted.
    throw hasCode(error, 'state-not-allowed') ? notFound() : error;
  });
}

function notFound(): unknown {
  try {
    return fail('not-found');
  } catch (error) {
    return error;
  }
}

const REPORTS = 200;

const reportsOf = async (ctx: Context, id: UserId, expand: Expand): Promise<User[]> => {
  await getUser(ctx, id);
  const filter = { member: 'profile.managerId', operator: 'eq', value: id } as const;
  return (await listUsers(ctx, { filter, limit: REPORTS, fields: groupsFor(expand).join(',') })).items;
};

async function adjacents(ctx: Context, id: UserId, expand: Expand): Promise<Wire> {
  const [above, below] = await Promise.all([listManagers(ctx, id), reportsOf(ctx, id, expand)]);
  const [manager] = above.items;
  const beside = manager ? (await reportsOf(ctx, manager.id, expand)).filter((user) => user.id !== id) : [];
  const [superiors, siblings, directReports] = await Promise.all(
    [above.items, beside, below].map((users) => showUsers(ctx, users, expand)),
  );
  return { superiors, siblings, directReports };
}

async function me(ctx: Context, expand: Expand): Promise<Wire> {
  const user = await getUser(ctx, principalOf(ctx).id as UserId);
  const principal = principalOf(ctx);
  const near = expand.has('superiors') || expand.has('directreports') || expand.has('adjacents');
  const [shown, org, around, roles] = await Promise.all([
    showUser(ctx, user, expand),
    expand.has('organization') && principal.is === 'person' ? getOrg(ctx, principal.orgId) : undefined,
    near ? adjacents(ctx, user.id, new Set()) : undefined,
    expand.has('orgauthorization') ? allRoles(ctx) : undefined,
  ]);
  const { id = '', name = '', version = 1 } = org ?? {};
  return {
    ...shown,
    ...(org && { organization: { id, name, version, state: 'active', selfUri: `/api/v2/organizations/${id}` } }),
    ...(expand.has('date') && { date: { currentDate: ctx.now.toISOString() } }),
    ...(expand.has('superiors') && { superiors: around?.superiors }),
    ...(expand.has('directreports') && { directReports: around?.directReports }),
    ...(expand.has('adjacents') && { adjacents: around }),
    ...(roles && { orgAuthorization: roles.map(orgRole) }),
  };
}

const REASONS = ['Voluntary', 'Seasonal', 'Leave', 'Performance', 'Conduct', 'Unknown'];

const stateShown = (user: User): Wire => {
  const since = user.deletedAt ?? user.deactivatedAt ?? user.activatedAt ?? user.createdAt;
  return { state: stateOf(user), version: user.version, stateChangeDate: since };
};

async function putState(ctx: Context, id: UserId, body: unknown): Promise<Wire> {
  const { state, stateChangeReason: reason, ...given } = objectIn(body);
  if (reason !== undefined && reason !== null && !REASONS.includes(String(reason))) {
    refuse('invalid.value', 'stateChangeReason', `must be one of ${REASONS.join(', ')}`);
  }
  const version = given.version === undefined || given.version === null ? undefined : versionIn(given);
  return stateShown(await moveTo(ctx, await getAny(ctx, id), state, version));
}

/** Without a word on the state a deleted user is unknown. */
const getIn = (ctx: Context, id: UserId, state: WantedState | null): Promise<User> =>
  getUser(ctx, id, state === 'deleted' ? 'deleted' : undefined);

const one = `${BASE}/{userId}` as const;

export const userOperations: readonly Operation[] = [
  genesys(`GET ${BASE}`, { summary: 'List users', ...read, run: (ctx, { query }) => list(ctx, query) }),
  genesys(`GET ${BASE}/query`, {
    summary: 'List users by cursor',
    ...read,
    run: (ctx, { query }) => byCursor(ctx, query),
  }),
  genesys(`PATCH ${BASE}/bulk`, {
    summary: 'Change many users',
    ...write,
    run: (ctx, { body, query }) => bulk(ctx, body, query),
  }),
  genesys(`GET ${BASE}/me`, {
    summary: 'The user who asks',
    access: 'person',
    run: async (ctx, { query }) => answer(ctx, await me(ctx, expandIn(query))),
  }),
  genesys(`GET ${one}`, {
    summary: 'Get a user',
    ...read,
    async run(ctx, { params, query }) {
      const [id, expand] = [idOf(params), expandIn(query)];
      const user = await getIn(ctx, id, query.has('state') ? stateIn(query) : null);
      return answer(ctx, await showUser(ctx, user, expand));
    },
  }),
  genesys(`PATCH ${one}`, {
    summary: 'Change a user',
    ...write,
    run: async (ctx, { params, body }) => answer(ctx, await showUser(ctx, await change(ctx, idOf(params), body))),
  }),
  genesys(`DELETE ${one}`, {
    summary: 'Delete a user',
    access: { permission: 'users:delete' },
    async run(ctx, { params }) {
      await remove(ctx, idOf(params));
      return answer(ctx, {});
    },
  }),
  genesys(`GET ${one}/state`, {
    summary: 'State of a user',
    ...read,
    run: async (ctx, { params }) => answer(ctx, stateShown(await getAny(ctx, idOf(params)))),
  }),
  genesys(`PUT ${one}/state`, {
    summary: 'Set the state of a user',
    ...write,
    run: async (ctx, { params, body }) => answer(ctx, await putState(ctx, idOf(params), body)),
  }),
  genesys(`GET ${one}/directreports`, {
    summary: 'Users who report to a user',
    ...read,
    async run(ctx, { params, query }) {
      const expand = expandIn(query);
      return answer(ctx, await showUsers(ctx, await reportsOf(ctx, idOf(params), expand), expand));
    },
  }),
  genesys(`GET ${one}/superiors`, {
    summary: 'Managers above a user',
    ...read,
    async run(ctx, { params, query }) {
      return answer(ctx, await showUsers(ctx, (await listManagers(ctx, idOf(params))).items, expandIn(query)));
    },
  }),
  genesys(`GET ${one}/adjacents`, {
    summary: 'Users around a user',
    ...read,
    run: async (ctx, { params, query }) => answer(ctx, await adjacents(ctx, idOf(params), expandIn(query))),
  }),
];
