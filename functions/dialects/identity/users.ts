// Users in this service's words: found by the name they go by, changed by what is supplied, listed by example.

import type { Wire } from '../../../shared/dialect/fields.ts';
import { type Context, orgOf } from '../../../shared/directory/context.ts';
import { createUser } from '../../../shared/directory/create-user.ts';
import { getUserByName } from '../../../shared/directory/named-users.ts';
import { knownUsers } from '../../../shared/directory/search/known.ts';
import { setSecurityAnswers } from '../../../shared/directory/security-answers.ts';
import { checkMaySetPasswords } from '../../../shared/directory/set-password.ts';
import { listUsers } from '../../../shared/directory/user-lists.ts';
import { deleteUser } from '../../../shared/directory/user-states.ts';
import { getUser } from '../../../shared/directory/users.ts';
import { changeWhole } from '../../../shared/directory/whole-changes.ts';
import { updateWork } from '../../../shared/directory/work.ts';
import { parse } from '../../../shared/http/endpoint.ts';
import type { UserId } from '../../../shared/model/ids.ts';
import { fail } from '../../../shared/model/problem.ts';
import { RoutingPatch } from '../../../shared/model/user/routing.ts';
import { Roles, type User, UserCreate, UserPatch } from '../../../shared/model/user.ts';
import { needed, type Values } from './arguments.ts';
import { refuse } from './errors.ts';
import { ATTRIBUTES, FIELDS, fromIdentity, keyOf, rolesFrom, TAGS, toIdentity } from './fields.ts';

/** What a list by example answers at most. */
const MOST_LISTED = 1000;
const PAGE = 200;
/** Calls that a list by example may take where few of many match. */
const MOST_CALLS = 30;
const GROUPS = 'profile,preferences,telephony,routing,activity';

/** By the directory's own id, or by a name: externalId, username, address. */
export function find(ctx: Context, by: UserId | Values): Promise<User> {
  return typeof by === 'string' ? getUser(ctx, by) : getUserByName(ctx, needed(by, 'externalId'));
}

export const showOne = async (ctx: Context, key: Values): Promise<Wire> => shown(ctx, await find(ctx, key));

async function shown(ctx: Context, user: User): Promise<Wire> {
  const [one] = await allShown(ctx, [user]);
  return one ?? {};
}

/** With the keys of those who made and last changed them, where they are people of the org. */
async function allShown(ctx: Context, users: readonly User[]): Promise<Wire[]> {
  const others = users.flatMap(({ createdBy, updatedBy }) => [createdBy, updatedBy]);
  const names = await keysOf(ctx, others, users);
  return users.map((user) => toIdentity(user, names));
}

/** The keys of the people of the org among these ids, and of those that are known already. */
export async function keysOf(
  ctx: Context,
  ids: readonly (string | undefined)[],
  known: readonly User[],
): Promise<Map<string, string>> {
  const names = new Map(known.map((user) => [user.id as string, keyOf(user)]));
  const unknown = ids.filter((id) => id !== undefined && !names.has(id)) as string[];
  for (const user of (await knownUsers(ctx, unknown)).values()) names.set(user.id, keyOf(user));
  return names;
}

/** An invite goes out with it, unless the user may not sign in. */
export async function createOne(ctx: Context, given: Values): Promise<Wire> {
  const externalId = needed<string>(given, 'externalId');
  if (given.email === undefined) refuse('ATTRIBUTE_NULL', 'email', 'is missing');
  const { patch, roles, loginEnabled = true, tags, answers } = fromIdentity(given);
  if (Object.keys(answers).length > 0) await checkMaySetPasswords(ctx);
  const body = {
    ...patch,
    externalId,
    ...(roles && { roles }),
    ...(tags && { routing: { tags } }),
    ...(loginEnabled && { invite: true }),
  };
  const { id } = await createUser(ctx, parse(UserCreate, body), { inactive: !loginEnabled });
  await setSecurityAnswers(ctx, id, answers);
  return shown(ctx, await getUser(ctx, id));
}

/**
 * Record, roles and state change in one commit. Tags and answers lie apart from it and are changes of their own, in an
 * order that may be done again: a call whose answer was lost is repeated.
 */
export async function changeOne(ctx: Context, given: Values): Promise<Wire> {
  const before = await find(ctx, given);
  const { patch, roles, loginEnabled, tags, answers } = fromIdentity(given, before);
  const answered = Object.keys(answers).length > 0;
  // Of a guest an org changes the roles alone: what is a change of its own is refused before any other is made.
  if (before.orgId !== orgOf(ctx) && (answered || tags !== undefined)) fail('not-home-org');
  if (answered) await checkMaySetPasswords(ctx);
  await changeWhole(ctx, before.id, {
    ...(Object.keys(patch).length > 0 && { patch: parse(UserPatch, patch) }),
    ...(roles && { roles: parse(Roles, roles, '/roles') }),
    ...(loginEnabled !== undefined && { inactive: !loginEnabled }),
  });
  if (tags !== undefined) await updateWork(ctx, before.id, 'routing', parse(RoutingPatch, { tags }));
  await setSecurityAnswers(ctx, before.id, answers);
  return shown(ctx, await getUser(ctx, before.id));
}

export async function deleteOne(ctx: Context, key: Values): Promise<void> {
  await deleteUser(ctx, (await find(ctx, key)).id);
}

/** Everyone who equals the sample in all that it says; a thousand at most, else refused by this service's symbol. */
export async function listAll(ctx: Context, sample: Values): Promise<Wire[]> {
  const filter = filterOf(sample);
  const users: User[] = [];
  let cursor: string | undefined;
  for (let calls = 0; calls < MOST_CALLS; calls++) {
    const page = await listUsers(ctx, { filter, cursor, limit: PAGE, fields: GROUPS });
    users.push(...page.items);
    cursor = page.nextCursor;
    if (users.length > MOST_LISTED) break;
    if (cursor === undefined) return allShown(ctx, users);
  }
  return fail('sort-too-large');
}

function filterOf(sample: Values): string | undefined {
  const { externalId, loginEnabled, roles, attributes = [], preferences = [], ...fields } = sample;
  const parts = [
    ...Object.entries(fields).map(([wire, value]) => equalTo(wire, value)),
    ...(attributes as { name: string; value?: string }[]).map(({ name, value }) => equalTo(name, value)),
    ...(preferences as { name: string; value?: string }[]).map(
      ({ name, value }) => `preferences.map.${plainName(name)} eq ${JSON.stringify(value ?? '')}`,
    ),
    ...(roles === undefined ? [] : rolesFrom(roles as string[]).map((role) => `roles eq ${JSON.stringify(role)}`)),
    ...(externalId === undefined
      ? []
      : [`(${['externalId', 'username', 'email'].map((m) => `${m} eq ${JSON.stringify(externalId)}`).join(' or ')})`]),
    ...(loginEnabled === undefined ? [] : [`state ${loginEnabled ? 'ne' : 'eq'} "inactive"`]),
  ];
  return parts.length > 0 ? parts.join(' and ') : undefined;
}

function equalTo(wire: string, value: unknown): string {
  const row = [...FIELDS, ...ATTRIBUTES, TAGS].find((one) => one.wire === wire);
  if (!row) return refuse('ARG_INVALID_DATA', wire, 'cannot be in a sample');
  const read = row.access === 'shown' ? { value } : row.codec.read(value);
  if ('wrong' in read) return refuse('ARG_INVALID_DATA', wire, read.wrong);
  const values = Array.isArray(read.value) ? read.value : [read.value];
  return values.map((one) => `${row.path} eq ${JSON.stringify(one)}`).join(' and ');
}

/** A pair's name stands in a filter as it is: only what the grammar takes. */
const plainName = (name: string): string =>
  /^[\w.-]{1,128}$/.test(name) ? name : refuse('ARG_INVALID_CHAR', 'preferences', 'a name that cannot be looked for');
