// The platform's roles and ours. What a member may do in a team is not told apart here: everyone in one is a developer.

import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import type { Wire } from '../../../shared/dialect/fields.ts';
import { listRoles } from '../../../shared/directory/structure/roles.ts';
import { RoleId } from '../../../shared/model/ids.ts';
import { type BuiltInRole, type Permission, permissionsOf, type Role } from '../../../shared/model/principal.ts';
import type { RoleView } from '../../../shared/model/role.ts';
import { refuse } from './errors.ts';
import { axway } from './manner.ts';
import { one, success } from './query.ts';

/** An owner is an administrator there, too. */
const SHOWN: Record<BuiltInRole, string> = {
  owner: 'administrator',
  admin: 'administrator',
  member: 'developer',
  viewer: 'auditor',
};
const READ: Readonly<Record<string, Role>> = { administrator: 'admin', developer: 'member', auditor: 'viewer' };
const RANK = ['administrator', 'developer', 'auditor'];

export const TEAM_ROLE = 'developer';

/** An org's own roles go by their ids. */
export const rolesShown = (roles: readonly Role[]): string[] => [
  ...new Set(roles.map((role) => SHOWN[role as BuiltInRole] ?? role)),
];

/** The default role: the first of those that allow most. */
export const defaultRole = (roles: readonly Role[]): string =>
  RANK.find((name) => rolesShown(roles).includes(name)) ?? 'developer';

/** What a client, which has permissions instead of roles, would be called. */
export function clientRoles(permissions: readonly Permission[]): string[] {
  if (permissions.includes('roles:write')) return ['administrator'];
  if (isDeepStrictEqual(permissions, permissionsOf(['viewer']))) return ['auditor'];
  return permissions.length > 0 ? ['developer'] : [];
}

/** What those roles allow. A client has none of the org's own: what such a role allows may change, a client's rights not. */
export const clientPermissions = (names: readonly unknown[]): Permission[] =>
  permissionsOf(
    names.map((name) =>
      typeof name === 'string' && Object.hasOwn(READ, name)
        ? (READ[name] as Role)
        : refuse('ROLE_NOT_ENABLED', String(name).slice(0, 100)),
    ),
  );

/** Roles by their names there. An owner who is written back as the administrator they are shown as stays an owner. */
export function rolesFrom(names: readonly unknown[], before: readonly Role[] = []): Role[] {
  const roles = names.map((name): Role => {
    if (typeof name !== 'string') return refuse('PARAM_INVALID', 'roles');
    if (name === 'administrator' && before.includes('owner')) return 'owner';
    const own = v.safeParse(RoleId, name);
    return (
      (Object.hasOwn(READ, name) ? READ[name] : undefined) ??
      (own.success ? own.output : refuse('ROLE_NOT_ENABLED', name.slice(0, 100)))
    );
  });
  return roles.length > 0 ? [...new Set(roles)] : refuse('PARAM_REQUIRED', 'roles');
}

/** Roles that a team member is given: the one there is. */
export function checkTeamRoles(names: unknown): void {
  const given: unknown[] = Array.isArray(names) && names.length > 0 ? names : refuse('PARAM_REQUIRED', 'roles');
  const other = given.find((name) => name !== TEAM_ROLE);
  if (other !== undefined) refuse('ROLE_NOT_ENABLED', String(other).slice(0, 100));
}

const NAMED: readonly Wire[] = [
  { id: 'administrator', name: 'Administrator', default: true, org: true, client: true, order: 1 },
  { id: 'developer', name: 'Developer', default: true, org: true, client: true, team: true, order: 2 },
  { id: 'auditor', name: 'Auditor', default: true, org: true, client: true, order: 3 },
];

const toRole = ({ id, name }: RoleView): Wire => ({ id, name: name.slice(0, 40), default: false, org: true });

const access = { permission: 'users:read' } as const;

export const roleOperations = [
  axway('GET /api/v1/role', {
    summary: 'List roles',
    access,
    async run(ctx, { query }) {
      const own = (await listRoles(ctx)).items.filter(({ builtIn }) => !builtIn).map(toRole);
      const flags = ['default', 'org', 'team'].filter((name) => one(query, name) !== undefined);
      const kept = [...NAMED, ...own].filter(
        (role) =>
          flags.every((name) => String(role[name] ?? false) === one(query, name)) &&
          (one(query, 'name') === undefined || one(query, 'name') === role.name),
      );
      return success(query, kept);
    },
  }),
  axway('GET /api/v1/role/{id}', {
    summary: 'Get a role',
    access,
    async run(ctx, { params, query }) {
      const own = async () => (await listRoles(ctx)).items.find(({ id, builtIn }) => id === params.id && !builtIn);
      const named = NAMED.find(({ id }) => id === params.id);
      if (named) return success(query, named);
      const role = await own();
      return role ? success(query, toRole(role)) : refuse('NOT_FOUND');
    },
  }),
];
