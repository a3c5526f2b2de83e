// What sets a password, among it making a user: a function of its own, since hashing takes memory and credentials lie in
// a partition that other functions are denied.
import type { Wire } from '../../../shared/dialect/fields.ts';
import { type Context, orgOf } from '../../../shared/directory/context.ts';
import { createUser } from '../../../shared/directory/create-user.ts';
import { changePassword } from '../../../shared/directory/own-password.ts';
import { checkMaySetPasswords, setPassword } from '../../../shared/directory/set-password.ts';
import { getUser } from '../../../shared/directory/users.ts';
import { type Operation, parse } from '../../../shared/http/endpoint.ts';
import { problemOf } from '../../../shared/model/problem.ts';
import { type User, UserCreate } from '../../../shared/model/user.ts';
import { refuse } from './errors.ts';
import { showUser } from './expand.ts';
import { fromMembers } from './fields.ts';
import { answer, genesys, idOf, nothing, objectIn } from './manner.ts';

const MOST = 1024;

function passwordIn(given: Wire, name: string): string {
  const value = given[name];
  if (value === undefined || value === null || value === '') refuse('password.empty', name, 'is missing');
  const fits = typeof value === 'string' && value.length <= MOST;
  return fits ? value : refuse('invalid.value', name, `must be a string of at most ${MOST} characters`);
}

/** What stands before the last space, and the rest. One word is a given name. */
function partsOf(name: string): { givenName?: string; familyName?: string } {
  const at = name.lastIndexOf(' ');
  if (at < 0) return { givenName: name };
  const [givenName, familyName] = [name.slice(0, at), name.slice(at + 1)];
  return { ...(givenName && { givenName }), ...(familyName && { familyName }) };
}

/** `groups` are joined by a change; a new user has none there. */
const BESIDE = ['divisionId', 'password', 'state', 'version', 'acdAutoAnswer', 'groups'];

function readNew(ctx: Context, given: Wire): UserCreate {
  const { name, email, divisionId, acdAutoAnswer } = given;
  if (typeof name !== 'string' || name === '') refuse('constraint.validation', 'name', 'is required');
  if (typeof email !== 'string' || email === '') refuse('constraint.validation', 'email', 'is required');
  const { profile, ...patch } = fromMembers(given, BESIDE);
  return parse(UserCreate, {
    ...patch,
    profile: { ...partsOf(name), ...profile },
    // Whoever names no division, or the home one, belongs to none of ours.
    ...(divisionId && divisionId !== orgOf(ctx) ? { divisionId } : {}),
    ...(acdAutoAnswer === undefined || acdAutoAnswer === null ? {} : { routing: { autoAnswer: acdAutoAnswer } }),
  });
}

/** Nobody hears of it: the invite is a call of its own. A password that is refused leaves the user made, as there. */
async function create(ctx: Context, body: unknown): Promise<User> {
  const given = objectIn(body);
  const { state = 'active', password } = given;
  if (state !== 'active' && state !== 'inactive') refuse('invalid.value', 'state', 'must be active or inactive');
  const input = readNew(ctx, given);
  const first = password === undefined || password === null ? undefined : passwordIn(given, 'password');
  if (first !== undefined) await checkMaySetPasswords(ctx);
  const user = await createUser(ctx, input, { inactive: state === 'inactive' });
  if (first === undefined) return user;
  await setPassword(ctx, user.id, first).catch((error: unknown) => {
    const problem = problemOf(error);
    if (problem?.code !== 'password-unacceptable') throw error;
    refuse('invalid.password', 'password', problem.issues?.[0]?.message ?? 'is not acceptable');
  });
  return getUser(ctx, user.id);
}

export const operations: readonly Operation[] = [
  genesys('POST /api/v2/users', {
    summary: 'Make a user',
    access: { permission: 'users:write' },
    takesBody: true,
    run: async (ctx, { body }) => answer(ctx, await showUser(ctx, await create(ctx, body))),
  }),
  genesys('POST /api/v2/users/{id}/password', {
    summary: 'Set the password of a user',
    access: { permission: 'users:set-password' },
    takesBody: true,
    async run(ctx, { params, body }) {
      await setPassword(ctx, idOf(params), passwordIn(objectIn(body), 'newPassword'));
      return nothing(ctx);
    },
  }),
  genesys('POST /api/v2/users/me/password', {
    summary: 'Change the own password',
    access: 'person',
    takesBody: true,
    async run(ctx, { body }) {
      const given = objectIn(body);
      const old = passwordIn(given, 'oldPassword');
      await changePassword(ctx, old, passwordIn(given, 'newPassword'));
      return nothing(ctx);
    },
  }),
];
