// An org as an item.
import { numberOf, type OrgId, unpackId } from '../model/ids.ts';
import type { Org, OrgSettings } from '../model/org.ts';
import type { OwnRoles } from '../model/principal.ts';
import type { Instant } from '../model/text.ts';
import { type Names, pack, unpack } from './attributes.ts';
import { keys, partitions } from './keys.ts';
import { packRoles, unpackRoles } from './role-items.ts';
import { absent, equals, type Item, type Write } from './table.ts';

export interface OrgRecord {
  id: OrgId;
  name: string;
  settings: OrgSettings;
  version: number;
  /** Raised, it ends every token and session in the org. */
  epoch: number;
  createdAt: string;
  updatedAt: string;
  /** Permissions of the org's own roles, here so that whoever reads the org knows what a role allows. */
  ownRoles?: OwnRoles;
}

const ORG_NAMES: Names<Omit<OrgRecord, 'id'>> = {
  name: 'name',
  settings: 'settings',
  version: 'v',
  epoch: 'ep',
  createdAt: 'ca',
  updatedAt: 'ua',
  ownRoles: 'roles',
};

export function orgItem(org: OrgRecord): Item {
  const key = keys.org(org.id);
  const roles = org.ownRoles && { roles: packRoles(org.ownRoles) };
  return { ...pack(org, ORG_NAMES), ...key, k: 'org', lp: partitions.orgs, sc: key.pk.slice(-22), ...roles };
}

export function readOrgItem(item: Item): OrgRecord {
  const org = { id: unpackId(item.pk.slice(2)) as OrgId, ...unpack(item, ORG_NAMES) };
  return item.roles ? { ...org, ownRoles: unpackRoles(item.roles as Record<string, string>) } : org;
}

export function toOrg({ id, name, settings, version, createdAt, updatedAt }: OrgRecord): Org {
  const times = { createdAt: createdAt as Instant, updatedAt: updatedAt as Instant };
  return { id, number: numberOf(id), name, settings, version, ...times };
}

/** The org and the claim of its number. Refused, another id is drawn: the number follows from the id. */
export const newOrg = (org: OrgRecord): Write[] => [
  { put: orgItem(org), when: absent, otherwise: { code: 'version-conflict' } },
  {
    put: { ...keys.orgNumberClaim(numberOf(org.id)), k: 'claim', o: org.id },
    when: absent,
    otherwise: { code: 'version-conflict' },
  },
];

export const putOrg = (org: OrgRecord, version: number, stale: 'version-stale' | 'version-conflict'): Write => ({
  put: orgItem(org),
  when: equals('v', version),
  otherwise: { code: stale },
});
