// Who is asking, and what the built-in roles may do. A principal comes from a verified access token, from nothing else.
import * as v from 'valibot';
import type { ClientId, OrgId, UserId } from './ids.ts';

/** Every permission there is. `owners:write` is what an owner has above an admin: granting and removing owners. */
export const PERMISSIONS = [
  'users:read',
  'users:write',
  'users:delete',
  'users:invite',
  'users:set-password',
  'orgs:read',
  'orgs:write',
  'roles:write',
  'clients:write',
  'events:read',
  'owners:write',
] as const;
export const Permission = v.picklist(PERMISSIONS);
export type Permission = v.InferOutput<typeof Permission>;

/** The roles every org has. Roles of an org's own come beside them later, under ids of their own. */
export const Role = v.picklist(['owner', 'admin', 'member', 'viewer']);
export type Role = v.InferOutput<typeof Role>;

const READING: Permission[] = ['users:read', 'orgs:read'];
const ROLE_PERMISSIONS: Record<Role, readonly Permission[]> = {
  owner: PERMISSIONS,
  admin: PERMISSIONS.filter((permission) => permission !== 'owners:write'),
  member: READING,
  viewer: [...READING, 'events:read'],
};

export function permissionsOf(roles: readonly Role[]): Permission[] {
  const held = new Set(roles.flatMap((role) => ROLE_PERMISSIONS[role]));
  return PERMISSIONS.filter((permission) => held.has(permission));
}

/**
 * Nobody grants more than they hold: every permission of the roles must be among the granter's own. What each member
 * may do goes without saying, so that a client which only invites can invite members.
 */
export function mayGrant(held: readonly Permission[], roles: readonly Role[]): boolean {
  return permissionsOf(roles).every((permission) => READING.includes(permission) || held.includes(permission));
}

/** Whether the roles grant anything beyond what every member may do. */
export function isElevated(roles: readonly Role[]): boolean {
  return !mayGrant([], roles);
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
