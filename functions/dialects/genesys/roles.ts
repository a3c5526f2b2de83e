// Roles and what they allow, in that system's words.
import * as v from 'valibot';
import type { Wire } from '../../../shared/dialect/fields.ts';
import type { Context } from '../../../shared/directory/context.ts';
import { listRoles } from '../../../shared/directory/structure/roles.ts';
import { setRoles } from '../../../shared/directory/user-states.ts';
import { getUser } from '../../../shared/directory/users.ts';
import type { Operation } from '../../../shared/http/endpoint.ts';
import { BUILT_IN_ROLES, type Permission, type Role } from '../../../shared/model/principal.ts';
import type { RoleView } from '../../../shared/model/role.ts';
import { Roles } from '../../../shared/model/user.ts';
import { refuse } from './errors.ts';
import { answer, genesys, idOf, listIn } from './manner.ts';

/** What our permissions are called there, where there is a word. */
const PERMISSIONS: Partial<Record<Permission, readonly string[]>> = {
  'users:read': ['directory:user:view', 'directory:userProfile:view'],
  'users:write': ['directory:user:add', 'directory:user:edit', 'directory:userProfile:edit'],
  'users:delete': ['directory:user:delete'],
  'users:set-password': ['directory:user:setPassword'],
  'roles:write': ['authorization:grant:add', 'authorization:grant:delete', 'authorization:role:edit'],
  'teams:write': ['groups:team:edit', 'authorization:division:edit'],
  'clients:write': ['oauth:client:edit'],
  'events:read': ['audits:audit:view'],
};

export const allRoles = async (ctx: Context): Promise<RoleView[]> => (await listRoles(ctx)).items;

/** Ids are the roles' own, of the built-in ones, too. */
const idOfRole = (role: Role): string => (role in BUILT_IN_ROLES ? BUILT_IN_ROLES[role as 'owner'].id : role);

export function authorizationOf(roles: readonly Role[], all: readonly RoleView[]): Wire {
  const held = roles.map((role) => all.find(({ id }) => id === idOfRole(role)));
  const allowed = new Set(held.flatMap((role) => role?.permissions ?? []));
  return {
    roles: held.flatMap((role) => (role ? [{ id: role.id, name: role.name }] : [])),
    unusedRoles: [],
    permissions: [...allowed].flatMap((permission) => PERMISSIONS[permission] ?? []),
    permissionPolicies: [],
  };
}

/** As an org has it: `/users/me?expand=orgauthorization`. */
export const orgRole = ({ id, name, description, permissions, builtIn }: RoleView): Wire => ({
  ...{ id, name, description: description ?? '', base: builtIn, default: builtIn },
  permissions: permissions.flatMap((permission) => PERMISSIONS[permission] ?? []),
  selfUri: `/api/v2/authorization/roles/${id}`,
});

async function shown(ctx: Context, roles: readonly Role[]) {
  return answer(ctx, authorizationOf(roles, await allRoles(ctx)));
}

const path = '/api/v2/users/{userId}/roles';

export const roleOperations: readonly Operation[] = [
  genesys(`GET ${path}`, {
    summary: 'Roles and permissions of a user',
    access: { permission: 'users:read' },
    run: async (ctx, { params }) => shown(ctx, (await getUser(ctx, idOf(params))).roles),
  }),
  genesys(`PUT ${path}`, {
    summary: 'Set the roles of a user',
    access: { permission: 'roles:write' },
    takesBody: true,
    async run(ctx, { params, body }) {
      const id = idOf(params);
      const read = v.safeParse(Roles, listIn(body, 20));
      if (!read.success) refuse('invalid.value', 'roles', 'must be ids of roles, one at least');
      const { roles } = await setRoles(ctx, id, read.output);
      return shown(ctx, roles);
    },
  }),
];
