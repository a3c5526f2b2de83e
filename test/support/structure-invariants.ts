// Rule 11 of a full scan: what an org is made of. Names and numbers have their claims, places in teams and groups stand on
// both sides, and the org knows what its own roles allow.
import { isDeepStrictEqual } from 'node:util';
import { numberOf } from '../../shared/model/ids.ts';
import { readAttributeSchemaItem } from '../../shared/store/attribute-schema-items.ts';
import { keys, type Unit } from '../../shared/store/keys.ts';
import { readOrgItem } from '../../shared/store/org-items.ts';
import { readRoleItem } from '../../shared/store/role-items.ts';
import { memberItem, readPlaceItem, readUnitItem, unitsOf } from '../../shared/store/structure-items.ts';
import type { Item, Key } from '../../shared/store/table.ts';
import { readUserItem } from '../../shared/store/user-items.ts';
import { canonical } from './sweep.ts';

const nameOf = ({ pk, sk }: Key) => `${pk} ${sk}`;

interface Named {
  orgId: Parameters<typeof keys.nameClaim>[0];
  id: string;
  name: string;
}

/** Claims that things of an org hold, by key, and the broken rules as sentences. */
export function structureOf(items: readonly Item[]): { held: Map<string, string>; broken: string[] } {
  const of = (kind: string) => items.filter(({ k }) => k === kind);
  const table = new Map(items.map((item) => [nameOf(item), item]));
  const held = new Map<string, string>();
  const broken: string[] = [];
  const hold = (kind: Parameters<typeof keys.nameClaim>[1], { orgId, id, name }: Named) => {
    held.set(nameOf(keys.nameClaim(orgId, kind, name)), id);
    held.set(nameOf(keys.unitNumberClaim(orgId, numberOf(id))), id);
  };
  for (const kind of ['team', 'group'] as const) {
    for (const unit of of(kind).map(readUnitItem)) if (unit.state === 'live') hold(kind, unit);
  }
  for (const kind of ['division', 'location'] as const)
    for (const place of of(kind).map(readPlaceItem)) hold(kind, place);
  for (const schema of of('attribute-schema').map(readAttributeSchemaItem)) hold('attribute-schema', schema);
  const roles = of('role').map(readRoleItem);
  for (const role of roles) hold('role', role);
  for (const [key, id] of held) if (table.get(key)?.u !== id) broken.push(`${key} does not name its holder ${id}`);
  for (const org of of('org').map(readOrgItem)) {
    const own = roles.filter(({ orgId }) => orgId === org.id);
    const allowed = Object.fromEntries(own.map(({ id, permissions }) => [id, permissions]));
    if (!isDeepStrictEqual(org.ownRoles ?? {}, allowed)) broken.push(`${org.id} does not know its roles`);
  }
  broken.push(...places(items), ...counts(items), ...schemas(items));
  return { held, broken };
}

function counts(items: readonly Item[]): string[] {
  const orgs = items.filter(({ k }) => k === 'org').map(readOrgItem);
  const found = items.filter(({ k }) => k === 'division' || k === 'location').map(readPlaceItem);
  return orgs.flatMap(({ id }) =>
    (['division', 'location'] as const).flatMap((kind) => {
      const { pk, sk } = keys.placeCount(id, kind);
      const counted = items.find((item) => item.pk === pk && item.sk === sk)?.count ?? 0;
      const there = found.filter((place) => place.orgId === id && place.kind === kind).length;
      return counted === there ? [] : [`${id} has ${there} ${kind}s and counts ${counted}`];
    }),
  );
}

/** Each schema has all its versions, no version is of none, and the org has as many as it counts. */
function schemas(items: readonly Item[]): string[] {
  const read = (kind: string) => items.filter(({ k }) => k === kind).map(readAttributeSchemaItem);
  const nameOf = ({ id, version }: { id: string; version: number }) => `version ${version} of schema ${id}`;
  const found = read('attribute-schema-version').map(nameOf);
  const all = read('attribute-schema');
  const wanted = all.flatMap(({ id, version }) =>
    Array.from({ length: version }, (_, i) => nameOf({ id, version: i + 1 })),
  );
  const orgs = items.filter(({ k }) => k === 'org').map(readOrgItem);
  return [
    ...wanted.filter((name) => !found.includes(name)).map((name) => `${name} is missing`),
    ...found.filter((name) => !wanted.includes(name)).map((name) => `${name} is of none`),
    ...orgs.flatMap(({ id }) => {
      const { pk, sk } = keys.attributeSchemaCount(id);
      const counted = items.find((item) => item.pk === pk && item.sk === sk)?.count ?? 0;
      const there = all.filter(({ orgId }) => orgId === id).length;
      return counted === there ? [] : [`${id} has ${there} schemas and counts ${counted}`];
    }),
  ];
}

function places(items: readonly Item[]): string[] {
  const people = items.filter(({ k }) => k === 'user' || k === 'guest').map(readUserItem);
  const kinds: Unit[] = ['team', 'group'];
  const wanted = people.flatMap((person) =>
    kinds.flatMap((kind) => unitsOf(person, kind).map((id) => memberItem(person.orgId, person.id, kind, id))),
  );
  const text = ({ op: _op, ...item }: Item) => canonical(item as Item);
  const found = items.filter(({ k }) => k === 'team-member' || k === 'group-member').map(text);
  const should = wanted.map(text);
  return [
    ...should.filter((item) => !found.includes(item)).map((item) => `a record names what no item says: ${item}`),
    ...found.filter((item) => !should.includes(item)).map((item) => `an item says what no record names: ${item}`),
  ];
}
