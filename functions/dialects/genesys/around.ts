// The people around a user, and the user who asks.
import type { Wire } from '../../../shared/dialect/fields.ts';
import { type Context, principalOf } from '../../../shared/directory/context.ts';
import { getOrg } from '../../../shared/directory/orgs.ts';
import { listManagers } from '../../../shared/directory/search/reports.ts';
import { listPlaces } from '../../../shared/directory/structure/places.ts';
import { listUsers } from '../../../shared/directory/user-lists.ts';
import { getUser } from '../../../shared/directory/users.ts';
import type { Operation } from '../../../shared/http/endpoint.ts';
import type { UserId } from '../../../shared/model/ids.ts';
import { fail } from '../../../shared/model/problem.ts';
import type { User } from '../../../shared/model/user.ts';
import { type Expand, expandIn, groupsFor, showUser, showUsers } from './expand.ts';
import { answer, genesys, idOf } from './manner.ts';
import { allRoles, orgRole } from './roles.ts';

const read = { access: { permission: 'users:read' } } as const;

const one = '/api/v2/users/{userId}';
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

/** The first hundred. */
async function locationDefinitions(ctx: Context): Promise<Wire[]> {
  const { items } = await listPlaces(ctx, 'location', { limit: 100 });
  return items.map(({ id, name, description: notes, version, street, city, region, postalCode, country }) => {
    const known = Object.entries({ street1: street, city, state: region, zipcode: postalCode, country });
    return {
      ...{ id, name, version, state: 'active', ...(notes && { notes }) },
      address: Object.fromEntries(known.filter(([, value]) => value)),
      selfUri: `/api/v2/locations/${id}`,
    };
  });
}

async function me(ctx: Context, expand: Expand): Promise<Wire> {
  const principal = principalOf(ctx);
  if (principal.is !== 'person') fail('person-only');
  const user = await getUser(ctx, principal.id);
  const near = expand.has('superiors') || expand.has('directreports') || expand.has('adjacents');
  const { permissions } = principal;
  const ofOrg = near || expand.has('orgauthorization') || expand.has('locationdefinitions');
  if (ofOrg && !permissions.includes('users:read')) fail('permission-missing');
  if (expand.has('organization') && !permissions.includes('orgs:read')) fail('permission-missing');
  const [shown, org, around, roles, locations] = await Promise.all([
    showUser(ctx, user, expand),
    expand.has('organization') ? getOrg(ctx, principal.orgId) : undefined,
    near ? adjacents(ctx, user.id, new Set()) : undefined,
    expand.has('orgauthorization') ? allRoles(ctx) : undefined,
    expand.has('locationdefinitions') ? locationDefinitions(ctx) : undefined,
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
    ...(locations && { locationDefinitions: locations }),
    ...(expand.has('token') && {
      token: { organization: { id: principal.orgId }, homeOrganization: { id: principal.homeOrgId } },
    }),
  };
}

export const aroundOperations: readonly Operation[] = [
  genesys(`GET /api/v2/users/me`, {
    summary: 'The user who asks',
    access: 'person',
    run: async (ctx, { query }) => answer(ctx, await me(ctx, expandIn(query))),
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
