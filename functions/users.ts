// People: the record, its states, roles, and a person's own record.
import * as v from 'valibot';
import { type Context, personOf, principalOf } from '../shared/directory/context.ts';
import { createUser } from '../shared/directory/new-users.ts';
import { getPreferences, updatePreferences } from '../shared/directory/preferences.ts';
import { acceptTerms } from '../shared/directory/terms.ts';
import {
  activateUser,
  deactivateUser,
  deleteUser,
  lockUser,
  restoreUser,
  setRoles,
  unlockUser,
} from '../shared/directory/user-states.ts';
import { getUser, getUserByEmail, updateSelf, updateUser } from '../shared/directory/users.ts';
import { endpoint, type Operation } from '../shared/http/endpoint.ts';
import { canonicalAddress } from '../shared/model/email-address.ts';
import { OrgId, UserId } from '../shared/model/ids.ts';
import { group } from '../shared/model/patch.ts';
import { Role } from '../shared/model/principal.ts';
import { fail } from '../shared/model/problem.ts';
import { Instant, text } from '../shared/model/text.ts';
import { PreferencesPatch, PreferencesView } from '../shared/model/user/preferences.ts';
import { OwnPatch, Roles, User, UserCreate, UserPatch } from '../shared/model/user.ts';

const params = { id: UserId };
const tag = 'Users';
/** Reads may ask for a deleted person, who is unknown otherwise. */
const stateQuery = v.strictObject({ state: v.optional(v.literal('deleted')) });

const create = endpoint('POST /v1/users', {
  tag,
  summary: 'Create a person',
  description:
    'Without `invite` the person is staged and hears nothing. With it an invite goes out in the same commit.',
  access: { permission: 'users:write' },
  rate: 'write',
  body: UserCreate,
  answer: User,
  status: 201,
  versioned: true,
  location: (user) => `/v1/users/${user.id}`,
  problems: [
    'email-taken',
    'username-taken',
    'external-id-taken',
    'role-above-own',
    'domain-not-allowed',
    'preference-locked',
    'invite-limit',
  ],
  run: (ctx, { body, version }) => (version === undefined ? createUser(ctx, body) : fail('version-stale')),
});

const get = endpoint('GET /v1/users/{id}', {
  tag,
  summary: 'Get a person',
  access: { permission: 'users:read' },
  rate: 'read',
  params,
  query: stateQuery,
  answer: User,
  versioned: true,
  run: (ctx, { params, query }) => getUser(ctx, params.id, query.state),
});

const getByEmail = endpoint('GET /v1/users/by-email/{email}', {
  tag,
  summary: 'Get a person by address',
  access: { permission: 'users:read' },
  rate: 'read',
  params: { email: v.string() },
  query: stateQuery,
  answer: User,
  versioned: true,
  run: (ctx, { params, query }) =>
    getUserByEmail(ctx, canonicalAddress(params.email) ?? fail('not-found'), query.state),
});

const patch = endpoint('PATCH /v1/users/{id}', {
  tag,
  summary: 'Change a person',
  description: 'A JSON merge patch. A new address holds at once, is unproven, and ends links and sessions.',
  access: { permission: 'users:write' },
  rate: 'write',
  params,
  body: UserPatch,
  answer: User,
  versioned: true,
  problems: [
    'email-taken',
    'username-taken',
    'external-id-taken',
    'not-home-org',
    'own-address-needs-proof',
    'role-above-own',
    'domain-not-allowed',
    'preference-locked',
  ],
  run: (ctx, { params, body, version }) => updateUser(ctx, params.id, body, version),
});

const remove = endpoint('DELETE /v1/users/{id}', {
  tag,
  summary: 'Delete a person, or end the membership of a guest',
  description: 'Ends sessions and links, revokes the pending invite and keeps the address reserved; can be restored.',
  access: { permission: 'users:delete' },
  rate: 'write',
  params,
  versioned: true,
  problems: ['last-admin', 'state-not-allowed'],
  run: (ctx, { params, version }) => deleteUser(ctx, params.id, version),
});

interface Move {
  name: string;
  summary: string;
  description: string;
  run: typeof activateUser;
  permission?: 'users:delete';
}

/** The moves between states that need nothing but the person. */
const moves: Move[] = [
  {
    name: 'restore',
    summary: 'Restore a deleted person',
    description: 'Brings back record, memberships and password in the state held before; no session.',
    run: restoreUser,
    permission: 'users:delete',
  },
  {
    name: 'activate',
    summary: 'Let an inactive person in again',
    description: 'Active again if they ever were, else invited or staged.',
    run: activateUser,
  },
  {
    name: 'deactivate',
    summary: 'Keep a person out',
    description: 'Ends sessions and links. A pending invite stays, unusable until they are activated.',
    run: deactivateUser,
  },
  { name: 'unlock', summary: 'Lift a lock', description: 'Lifts the hold on sign-in.', run: unlockUser },
];

const moveOperations = moves.map(({ name, summary, description, run, permission }) =>
  endpoint(`POST /v1/users/{id}/${name}`, {
    tag,
    summary,
    description,
    access: { permission: permission ?? 'users:write' },
    rate: 'write',
    params,
    answer: User,
    versioned: true,
    problems: ['state-not-allowed', 'not-home-org', 'last-admin'],
    run: (ctx, { params, version }) => run(ctx, params.id, version),
  }),
);

const lock = endpoint('POST /v1/users/{id}/lock', {
  tag,
  summary: 'Put a hold on sign-in',
  description: 'Beside the state; ends sessions and links. Without `until` it holds until it is lifted.',
  access: { permission: 'users:write' },
  rate: 'write',
  params,
  body: group({ reason: v.pipe(text(200), v.minLength(1)), until: v.nullish(Instant) }),
  answer: User,
  versioned: true,
  problems: ['not-home-org', 'last-admin'],
  run: (ctx, { params, body, version }) => lockUser(ctx, params.id, body.reason, body.until ?? undefined, version),
});

const Membership = v.object({ userId: UserId, orgId: OrgId, roles: v.array(Role), version: v.number() });

const putRoles = endpoint('PUT /v1/users/{id}/roles', {
  tag,
  summary: 'Set the roles in this org',
  description: 'Nobody grants or takes away more than they hold. One active owner or admin always remains.',
  access: { permission: 'roles:write' },
  rate: 'write',
  params,
  body: group({ roles: Roles }),
  answer: Membership,
  versioned: true,
  problems: ['role-above-own', 'last-admin'],
  run: (ctx, { params, body, version }) => setRoles(ctx, params.id, body.roles, version),
});

const me = endpoint('GET /v1/me', {
  tag: 'Me',
  summary: 'Get the own record',
  access: 'person',
  rate: 'read',
  answer: User,
  versioned: true,
  run: (ctx) => getUser(ctx, principalOf(ctx).id as UserId),
});

const patchMe = endpoint('PATCH /v1/me', {
  tag: 'Me',
  summary: 'Change the own record',
  description: 'A JSON merge patch of what people may change themselves. The address changes by proof.',
  access: 'person',
  rate: 'write',
  body: OwnPatch,
  answer: User,
  versioned: true,
  problems: ['not-home-org', 'preference-locked'],
  run: (ctx, { body, version }) => updateSelf(ctx, body, version),
});

const terms = endpoint('POST /v1/me/terms', {
  tag: 'Me',
  summary: 'Accept the terms of the own org',
  description: 'The version must be the current one; the refusal names it.',
  access: 'person',
  rate: 'write',
  body: group({ termsVersion: v.pipe(text(50), v.minLength(1)) }),
  answer: User,
  versioned: true,
  problems: ['terms-not-accepted', 'not-home-org'],
  run: (ctx, { body }) => acceptTerms(ctx, body.termsVersion),
});

const preferencesOf = (path: '/v1/users/{id}' | '/v1/me'): Operation[] => {
  const own = path === '/v1/me';
  const common = { tag: own ? 'Me' : 'Users', answer: PreferencesView, versioned: true, ...(!own && { params }) };
  const idOf = (ctx: Context, given: { id?: UserId }) => given.id ?? personOf(ctx).id;
  return [
    endpoint(`GET ${path}/preferences`, {
      ...common,
      summary: 'Get the preferences as they hold',
      description: 'Environment, org, team, person: the nearest says what holds, unless the org has fixed it.',
      access: own ? 'person' : { permission: 'users:read' },
      rate: 'read',
      problems: ['not-home-org'],
      run: (ctx, { params }) => getPreferences(ctx, idOf(ctx, params)),
    }),
    endpoint(`PATCH ${path}/preferences`, {
      ...common,
      summary: 'Change the own layer of preferences',
      description: 'A JSON merge patch; null takes a choice back. The version is that of the record.',
      access: own ? 'person' : { permission: 'users:write' },
      rate: 'write',
      body: PreferencesPatch,
      problems: ['not-home-org', 'preference-locked'],
      run: (ctx, { params, body, version }) => updatePreferences(ctx, idOf(ctx, params), body, version),
    }),
  ];
};

export const operations: readonly Operation[] = [
  create,
  get,
  getByEmail,
  patch,
  remove,
  ...moveOperations,
  lock,
  putRoles,
  me,
  patchMe,
  terms,
  ...preferencesOf('/v1/users/{id}'),
  ...preferencesOf('/v1/me'),
];
