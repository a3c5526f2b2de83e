// Users: read, changed, deleted and restored. Lists are in lists.ts, the people around a user in around.ts.
import type { Wire } from '../../../shared/dialect/fields.ts';
import type { Context } from '../../../shared/directory/context.ts';
import { knownUnits, knownUsers } from '../../../shared/directory/search/known.ts';
import { joinUnit, leaveUnit } from '../../../shared/directory/structure/unit-members.ts';
import { activateUser, deactivateUser, deleteUser, reviveUser } from '../../../shared/directory/user-states.ts';
import { checkPermission, getUser, updateUser } from '../../../shared/directory/users.ts';
import { updateWork } from '../../../shared/directory/work.ts';
import { type Operation, parse } from '../../../shared/http/endpoint.ts';
import { type GroupId, type UserId, UUID_V7 } from '../../../shared/model/ids.ts';
import { fail, hasCode } from '../../../shared/model/problem.ts';
import { StateReason, type User, UserPatch } from '../../../shared/model/user.ts';
import { refuse } from './errors.ts';
import { expandIn, groupsFor, showUser, showUsers } from './expand.ts';
import { fromMembers, isObject, stateOf } from './fields.ts';
import { answer, genesys, idOf, listIn, objectIn } from './manner.ts';
import { envelope, stateIn, type WantedState } from './paging.ts';

const read = { access: { permission: 'users:read' } } as const;
const write = { access: { permission: 'users:write' }, takesBody: true } as const;

const BASE = '/api/v2/users';
/** Users that one bulk change may name. */
const MOST_CHANGED = 50;

/** Somebody whatever their state, for who asks for a change of it. */
const getAny = async (ctx: Context, id: UserId): Promise<User> =>
  getUser(ctx, id).catch(async (error: unknown) => {
    if (!hasCode(error, 'not-found')) throw error;
    return getUser(ctx, id, 'deleted');
  });

function versionIn({ version }: Wire): number {
  if (version === undefined || version === null) refuse('constraint.validation', 'version', 'is required');
  return Number.isInteger(version) ? (version as number) : refuse('invalid.value', 'version', 'must be an integer');
}

/** Deleted people come back active, in one change. Both ends of a life need `users:delete`. */
async function moveTo(
  ctx: Context,
  before: User,
  wanted: unknown,
  version?: number,
  reason?: StateReason,
): Promise<User> {
  const [from, { id }] = [stateOf(before), before];
  if (wanted === from) return version === undefined || version === before.version ? before : fail('version-stale');
  if (wanted === 'deleted' || from === 'deleted') checkPermission(await ctx.standing(), 'users:delete');
  if (wanted === 'active') return (from === 'deleted' ? reviveUser : activateUser)(ctx, id, version, reason);
  if (wanted === 'inactive') return deactivateUser(ctx, id, version, reason);
  if (wanted !== 'deleted') refuse('invalid.value', 'state', 'must be active, inactive or deleted');
  await deleteUser(ctx, id, version, reason);
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
  // What would be refused is refused before anything changes.
  if (wanted) await checkGroups(ctx, before, wanted);
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
    const fits = typeof id === 'string' && UUID_V7.test(id);
    return fits ? (id as GroupId) : refuse('invalid.value', 'groups', 'must be groups by their ids');
  });

async function checkGroups(ctx: Context, { groups: had = [] }: User, wanted: readonly GroupId[]): Promise<void> {
  const joined = wanted.filter((id) => !had.includes(id));
  if (joined.length === 0 && had.every((id) => wanted.includes(id))) return;
  checkPermission(await ctx.standing(), 'teams:write');
  const known = await knownUnits(ctx, 'group', joined);
  if (known.length < new Set(joined).size) fail('not-found');
}

async function moveBetween(ctx: Context, { id, groups: had = [] }: User, wanted: readonly GroupId[]): Promise<void> {
  const [joined, left] = [wanted.filter((it) => !had.includes(it)), had.filter((it) => !wanted.includes(it))];
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
    return { id: idOf({ userId: String(id) }), autoAnswer: acdAutoAnswer };
  });
  const ids = changes.map(({ id }) => id);
  const known = await knownUsers(ctx, ids);
  if (known.size < new Set(ids).size) fail('not-found');
  for (const { id, autoAnswer } of changes) await updateWork(ctx, id, 'routing', { autoAnswer });
  const users = [...(await knownUsers(ctx, ids, groupsFor(new Set()))).values()];
  const page = { pageSize: Math.max(users.length, 1), pageNumber: 1 };
  return answer(ctx, envelope(await showUsers(ctx, users), users.length, page, `${BASE}/bulk`, query));
}

/** Who is gone already is not there to be deleted. */
async function remove(ctx: Context, id: UserId): Promise<void> {
  try {
    await deleteUser(ctx, id);
  } catch (error) {
    if (hasCode(error, 'state-not-allowed')) fail('not-found');
    throw error;
  }
}

/** Those of the record, capitalised. */
const REASONS = new Map(
  StateReason.options.map((reason) => [`${reason.charAt(0).toUpperCase()}${reason.slice(1)}`, reason]),
);

const stateShown = (user: User): Wire => {
  const [reason] = [...REASONS].find(([, ours]) => ours === user.stateReason) ?? [];
  return {
    ...{ state: stateOf(user), version: user.version, stateChangeDate: user.stateChangedAt ?? user.createdAt },
    ...(reason && { stateChangeReason: reason }),
  };
};

/** Whose state is the wanted one already has the reason for it that was given then. */
async function putState(ctx: Context, id: UserId, body: unknown): Promise<Wire> {
  const { state, stateChangeReason, ...given } = objectIn(body);
  const unset = stateChangeReason === undefined || stateChangeReason === null;
  const reason = unset ? undefined : REASONS.get(String(stateChangeReason));
  if (!unset && !reason) {
    refuse('invalid.value', 'stateChangeReason', `must be one of ${[...REASONS.keys()].join(', ')}`);
  }
  const version = given.version === undefined || given.version === null ? undefined : versionIn(given);
  return stateShown(await moveTo(ctx, await getAny(ctx, id), state, version, reason));
}

/** Without a word on the state a deleted user is unknown. */
const getIn = (ctx: Context, id: UserId, state: WantedState | null): Promise<User> =>
  getUser(ctx, id, state === 'deleted' ? 'deleted' : undefined);

const one = `${BASE}/{userId}` as const;

export const userOperations: readonly Operation[] = [
  genesys(`PATCH ${BASE}/bulk`, {
    summary: 'Change many users',
    ...write,
    run: (ctx, { body, query }) => bulk(ctx, body, query),
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
];
