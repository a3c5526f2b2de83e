// Who is asking, and what the built-in roles may do. A principal comes from a verified access token, from nothing else.
import * as v from 'valibot';
import { type ClientId, type OrgId, RoleId, type UserId } from './ids.ts';

/**
 * Every permission there is. `teams:write` covers teams, groups, divisions and locations; `owners:write` is what an owner
 * has above an admin: granting and removing owners.
 */
export const PERMISSIONS = [
  'users:read',
  'users:write',
  'users:delete',
  'users:invite',
  'users:set-password',
  'orgs:read',
  'orgs:write',
  'roles:write',
  'teams:write',
  'clients:write',
  'events:read',
  'owners:write',
] as const;
export const Permission = v.picklist(PERMISSIONS);
export type Permission = v.InferOutput<typeof Permission>;

/** The roles every org has. Their ids and numbers are the same in each. */
export const BUILT_IN_ROLES = {
  owner: { id: '018cc251-f400-7001-8000-000000000001' as RoleId, number: 1 },
  admin: { id: '018cc251-f400-7002-8000-000000000002' as RoleId, number: 2 },
  member: { id: '018cc251-f400-7003-8000-000000000003' as RoleId, number: 3 },
  viewer: { id: '018cc251-f400-7004-8000-000000000004' as RoleId, number: 4 },
} as const;
export const BuiltInRole = v.picklist(['owner', 'admin', 'member', 'viewer']);
export type BuiltInRole = v.InferOutput<typeof BuiltInRole>;

const KEY_OF_ID = new Map<string, BuiltInRole>(BuiltInRole.options.map((key) => [BUILT_IN_ROLES[key].id, key]));

/** A role as records hold it: the key of a built-in one, or the id of one of the org's own. */
export const Role = v.union([BuiltInRole, RoleId]);
export type Role = v.InferOutput<typeof Role>;

/** A role as callers name it: key or id. A built-in role's id is taken for its key. */
export const RoleName = v.pipe(
  Role,
  v.transform((role): Role => KEY_OF_ID.get(role) ?? role),
);

/** The permissions of an org's own roles, by id. A role that is not in it grants nothing. */
export type OwnRoles = Readonly<Record<string, readonly Permission[]>>;

const READING: Permission[] = ['users:read', 'orgs:read'];
const BUILT_IN_PERMISSIONS: Record<BuiltInRole, readonly Permission[]> = {
  owner: PERMISSIONS,
  admin: PERMISSIONS.filter((permission) => permission !== 'owners:write'),
  member: READING,
  viewer: [...READING, 'events:read'],
};

const isBuiltIn = (role: Role): role is BuiltInRole => role in BUILT_IN_PERMISSIONS;

export function permissionsOf(roles: readonly Role[], own: OwnRoles = {}): Permission[] {
  const granted = (role: Role) => (isBuiltIn(role) ? BUILT_IN_PERMISSIONS[role] : (own[role] ?? []));
  const held = new Set(roles.flatMap(granted));
  return PERMISSIONS.filter((permission) => held.has(permission));
}

/** Whether the org has every one of the roles. */
export function knowsRoles(roles: readonly Role[], own: OwnRoles = {}): boolean {
  return roles.every((role) => isBuiltIn(role) || Object.hasOwn(own, role));
}

/**
 * Nobody grants more than they hold: every permission of the roles must be among the granter's own. What each member
 * may do goes without saying, so that a client which only invites can invite members.
 */
export function mayGrant(held: readonly Permission[], roles: readonly Role[], own: OwnRoles = {}): boolean {
  return permissionsOf(roles, own).every((permission) => READING.includes(permission) || held.includes(permission));
}

/** Whether the roles grant anything beyond what every member may do. */
export function isElevated(roles: readonly Role[], own: OwnRoles = {}): boolean {
  return !mayGrant([], roles, own);
}

/** Owners and admins keep an org governable: at least one of them stays active. */
export function isAdmin(roles: readonly Role[]): boolean {
  return roles.includes('owner') || roles.includes('admin');
}

interface Token {
  permissions: readonly Permission[];
  /** Token epoch of the principal at issue, compared with the stored one before every change. */
  epoch: number;
  /** Token epoch of the org at issue. */
  orgEpoch: number;
  issuedAt: number;
}

/** A signed-in person. `orgId` is the org the session is in, `homeOrgId` the org that keeps the record. */
export interface Person extends Token {
  is: 'person';
  id: UserId;
  orgId: OrgId;
  homeOrgId: OrgId;
  sessionId: string;
  /** When the person last gave their password: the session's birth. Seconds since 1970. */
  authenticatedAt: number;
}

/** A machine client of one org. */
export interface Client extends Token {
  is: 'client';
  id: ClientId;
  orgId: OrgId;
}

/** A machine client of the whole deployment: makes orgs and their clients, sees no user. */
export interface Platform extends Token {
  is: 'platform';
  id: ClientId;
}

export type Principal = Person | Client | Platform;
