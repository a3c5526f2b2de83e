// Members of the org: listed, invited, given roles, removed.
import type { Wire } from '../../../shared/dialect/fields.ts';
import { MAX_OFFSET, sliceOf } from '../../../shared/dialect/paging.ts';
import type { Context } from '../../../shared/directory/context.ts';
import { createInvite } from '../../../shared/directory/invites.ts';
import { countUsers } from '../../../shared/directory/search/count.ts';
import { listUsers } from '../../../shared/directory/user-lists.ts';
import { deleteUser, setRoles } from '../../../shared/directory/user-states.ts';
import { parse } from '../../../shared/http/endpoint.ts';
import { emptyReply } from '../../../shared/http/reply.ts';
import type { Filter } from '../../../shared/model/filter.ts';
import { numberOf, type OrgId } from '../../../shared/model/ids.ts';
import { InviteCreate } from '../../../shared/model/invite.ts';
import { displayNameOf, type User } from '../../../shared/model/user.ts';
import { may } from './caller.ts';
import { clientsShown } from './client-views.ts';
import { refuse } from './errors.ts';
import { MAX_EMAIL, toAxwayUser } from './fields.ts';
import { axway, checkOrg, findPerson } from './manner.ts';
import { byTerm } from './people.ts';
import { bodyOf, many, metadataOf, needed, one, type Paging, pagingOf, success } from './query.ts';
import { checkTeamRoles, defaultRole, rolesFrom, rolesShown } from './roles.ts';

/** Members that a list without `limit` shows at most: at less than a kilobyte each they stay far below 4 MB. */
export const MOST_MEMBERS = 2000;
const PAGE = 200;
const MOST_CALLS = 40;
const GROUPS = 'profile,provisioning,activity';

const SHARED = [
  ...['guid', 'user_id', 'email', 'firstname', 'lastname', 'created', 'activated', 'active', 'date_activated'],
  ...['external', 'last_login', 'mfa'],
];

export function toMember(user: User, orgId: OrgId): Wire {
  const shown = toAxwayUser(user);
  return {
    ...Object.fromEntries(SHARED.flatMap((name) => (name in shown ? [[name, shown[name]]] : []))),
    name: displayNameOf(user),
    org_id: numberOf(orgId),
    role: defaultRole(user.roles),
    roles: rolesShown(user.roles),
    primary: false,
    teams: user.teams?.length ?? 0,
  };
}

/** What the platform sorts by, as far as it is known of anybody here. */
const SORTS: Readonly<Record<string, string>> = {
  activated: 'activatedAt',
  email: 'email',
  firstname: 'profile.givenName',
  last_login: 'activity.lastSignInAt',
  lastname: 'profile.familyName',
  name: 'profile.displayName',
};

/** No order: everybody signs in in one way, and nobody is the primary contact. */
const SAME_FOR_ALL = ['idp', 'primary'];

function sortOf(query: URLSearchParams): string | undefined {
  const names = many(query, 'sort').flatMap((name) => {
    const [sign = '', wire = ''] = /^(-?)(.*)$/.exec(name)?.slice(1) ?? [];
    if (SAME_FOR_ALL.includes(wire)) return [];
    return [`${sign}${SORTS[wire] ?? refuse('PARAM_INVALID', 'sort')}`];
  });
  return names.length > 0 ? names.join(',') : undefined;
}

const anyOf = (member: string, values: readonly string[]): Filter[] =>
  values.length === 0 ? [] : [{ or: values.map((value): Filter => ({ member, operator: 'eq', value })) }];

/** An owner is found among the administrators. */
function rolesWanted(query: URLSearchParams): string[] {
  const names = many(query, 'roles');
  if (names.length === 0) return [];
  return [...rolesFrom(names), ...(names.includes('administrator') ? ['owner'] : [])];
}

function filterOf(query: URLSearchParams): Filter | undefined {
  const term = one(query, 'term');
  const parts = [
    ...anyOf('email', many(query, 'email')),
    ...anyOf('id', many(query, 'user_guid')),
    ...anyOf('roles', rolesWanted(query)),
    // Nobody is a primary contact here.
    ...(one(query, 'primary') === 'true' ? anyOf('id', ['nobody']) : []),
    ...(term === undefined ? [] : [byTerm(term)]),
  ];
  return parts.length > 1 ? { and: parts } : parts[0];
}

interface List {
  filter?: Filter;
  sort?: string;
  fields?: string;
}

/** Whom the list finds, as far as it shows them: not all where there are more, or few among more than one call looks at. */
export async function membersOf(ctx: Context, list: List): Promise<{ users: User[]; complete: boolean }> {
  const users: User[] = [];
  let cursor: string | undefined;
  for (let calls = 0; calls < MOST_CALLS; calls++) {
    const page = await listUsers(ctx, { ...list, limit: PAGE, cursor });
    users.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === undefined && users.length <= MOST_MEMBERS) return { users, complete: true };
    if (users.length > MOST_MEMBERS) break;
  }
  return { users: users.slice(0, MOST_MEMBERS), complete: false };
}

/** Everyone that the list finds; refused where that is not all. */
export async function everyMember(ctx: Context, list: List): Promise<User[]> {
  const { users, complete } = await membersOf(ctx, list);
  return complete ? users : refuse('PARAM_INVALID', 'limit');
}

async function pageOf(
  ctx: Context,
  list: List,
  { limit = 0, offset }: Paging,
): Promise<{ users: User[]; matched: number }> {
  if (offset > MAX_OFFSET) refuse('PARAM_INVALID', 'page');
  const [{ count }, { users, more }] = await Promise.all([
    countUsers(ctx, list.filter),
    limit > 0 ? sliceOf(ctx, list, offset, limit) : { users: [], more: false },
  ]);
  // The counters lag for a second; what was seen is there.
  const seen = users.length > 0 ? offset + users.length + (more ? 1 : 0) : 0;
  return { users, matched: Math.max(count, seen) };
}

async function list(ctx: Context, orgId: OrgId, query: URLSearchParams) {
  const paging = pagingOf(query, 100);
  const [filter, sort] = [filterOf(query), sortOf(query)];
  const wanted: List = { fields: GROUPS, ...(filter && { filter }), ...(sort && { sort }) };
  if (paging.limit !== undefined) {
    const { users, matched } = await pageOf(ctx, wanted, paging);
    const shown = users.map((user) => toMember(user, orgId));
    return success(query, shown, metadataOf(paging, shown.length, matched));
  }
  const people = (await everyMember(ctx, wanted)).map((user) => toMember(user, orgId));
  const withClients = one(query, 'clients') === '1' && may(ctx, 'clients:write');
  const shown = withClients ? [...people, ...(await clientsShown(ctx, orgId))] : people;
  return success(query, shown, metadataOf(paging, shown.length, shown.length));
}

const teamsFrom = (given: unknown): string[] => {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) return refuse('PARAM_INVALID', 'teams');
  return given.map((team) => {
    const { guid, roles } = bodyOf(team, ['guid', 'roles']);
    if (roles !== undefined) checkTeamRoles(roles);
    return typeof guid === 'string' ? guid : refuse('PARAM_REQUIRED', 'guid');
  });
};

function rolesIn(body: Wire): string[] | undefined {
  const { roles, role } = body;
  if (roles === undefined) return typeof role === 'string' ? [role] : undefined;
  return Array.isArray(roles) ? roles : refuse('PARAM_INVALID', 'roles');
}

async function invite(ctx: Context, body: unknown): Promise<Wire> {
  const given = bodyOf(body, ['email', 'roles', 'role', 'idp', 'suppressEmail', 'teams']);
  if (given.idp) refuse('PARAM_INVALID', 'idp');
  const email = needed(given, 'email');
  if (email.length > MAX_EMAIL) refuse('PARAM_INVALID', 'email');
  const roles = rolesIn(given);
  const teams = teamsFrom(given.teams);
  const wanted = {
    email,
    ...(roles && { roles: rolesFrom(roles) }),
    ...(teams.length > 0 && { teams }),
    ...(given.suppressEmail === true && { notify: false }),
  };
  const { id, userId } = await createInvite(ctx, parse(InviteCreate, wanted));
  // Somebody whose home is elsewhere is no member before they accept: until then the invite stands for them.
  return { guid: userId ?? id };
}

const path = '/api/v1/org/{org_id}/user';

export const memberOperations = [
  axway(`GET ${path}`, {
    summary: 'List the members of the org',
    access: { permission: 'users:read' },
    run: (ctx, { params, query }) => list(ctx, checkOrg(ctx, params.org_id), query),
  }),
  axway(`POST ${path}`, {
    summary: 'Invite an address to the org',
    access: { permission: 'users:invite' },
    takesBody: true,
    async run(ctx, { params, query, body }) {
      checkOrg(ctx, params.org_id);
      return success(query, await invite(ctx, body));
    },
  }),
  axway(`GET ${path}/{id}`, {
    summary: 'Get a member',
    access: { permission: 'users:read' },
    async run(ctx, { params, query }) {
      const orgId = checkOrg(ctx, params.org_id);
      return success(query, toMember(await findPerson(ctx, params.id), orgId));
    },
  }),
  axway(`PUT ${path}/{id}`, {
    summary: 'Give a member roles',
    access: { permission: 'roles:write' },
    takesBody: true,
    async run(ctx, { params, query, body }) {
      const orgId = checkOrg(ctx, params.org_id);
      const given = bodyOf(body, ['roles', 'role', 'idp']);
      if (given.idp) refuse('PARAM_INVALID', 'idp');
      const user = await findPerson(ctx, params.id);
      const roles = rolesIn(given);
      if (roles) await setRoles(ctx, user.id, rolesFrom(roles, user.roles));
      return success(query, toMember(await findPerson(ctx, user.id), orgId));
    },
  }),
  axway(`DELETE ${path}/{id}`, {
    summary: 'Remove a member from the org',
    access: { permission: 'users:delete' },
    async run(ctx, { params }) {
      checkOrg(ctx, params.org_id);
      await deleteUser(ctx, (await findPerson(ctx, params.id)).id);
      return emptyReply(204);
    },
  }),
];
