// An org's own role as an item, and the short form in which the org itself carries what its roles allow.
import { numberOf, type OrgId, packId, type RoleId, unpackId } from '../model/ids.ts';
import type { OwnRoles, Permission } from '../model/principal.ts';
import type { RoleView } from '../model/role.ts';
import type { Instant } from '../model/text.ts';
import { type Names, pack, unpack } from './attributes.ts';
import { keys } from './keys.ts';
import type { Item, Value } from './table.ts';

/** One letter each, never given to another: the org is read with every change, so its roles must stay small. */
const LETTERS: Record<Permission, string> = {
  'users:read': 'r',
  'users:write': 'w',
  'users:delete': 'd',
  'users:invite': 'i',
  'users:set-password': 'p',
  'orgs:read': 'o',
  'orgs:write': 'g',
  'roles:write': 'x',
  'teams:write': 't',
  'clients:write': 'c',
  'events:read': 'e',
  'owners:write': 'z',
};
const PERMISSION_OF = new Map(
  Object.entries(LETTERS).map(([permission, letter]) => [letter, permission as Permission]),
);

export function packRoles(roles: OwnRoles): Value {
  const packed = Object.entries(roles).map(([id, permissions]) => [
    packId(id),
    permissions.map((permission) => LETTERS[permission]).join(''),
  ]);
  return Object.fromEntries(packed);
}

/** Letters of permissions that are no more grant nothing. */
export function unpackRoles(packed: Record<string, string>): OwnRoles {
  return Object.fromEntries(
    Object.entries(packed).map(([id, letters]) => [
      unpackId(id),
      [...letters].flatMap((letter) => PERMISSION_OF.get(letter) ?? []),
    ]),
  );
}

export interface RoleRecord {
  id: RoleId;
  orgId: OrgId;
  name: string;
  description?: string;
  permissions: Permission[];
  version: number;
  createdAt: string;
  updatedAt: string;
  revision?: string;
}

const NAMES: Names<RoleRecord> = {
  id: 'id',
  orgId: 'o',
  name: 'name',
  description: 'desc',
  permissions: 'permissions',
  version: 'v',
  createdAt: 'ca',
  updatedAt: 'ua',
  revision: 'op',
};

export const roleItem = (role: RoleRecord): Item => ({
  ...pack(role, NAMES),
  ...keys.role(role.orgId, role.id),
  k: 'role',
});

export const readRoleItem = (item: Item): RoleRecord => unpack(item, NAMES);

export const toRole = ({
  id,
  name,
  description,
  permissions,
  version,
  createdAt,
  updatedAt,
}: RoleRecord): RoleView => ({
  id,
  number: numberOf(id),
  name,
  ...(description && { description }),
  permissions,
  builtIn: false,
  version,
  createdAt: createdAt as Instant,
  updatedAt: updatedAt as Instant,
});
