// Teams, groups, divisions and locations as items, and somebody's place in a team or group as one.
import {
  type DivisionId,
  type GroupId,
  type LocationId,
  numberOf,
  type OrgId,
  type TeamId,
  type UserId,
} from '../model/ids.ts';
import { MAX_PLACES, type PlaceView, type UnitView } from '../model/structure.ts';
import type { Instant } from '../model/text.ts';
import type { SharedPreferences } from '../model/user/preferences.ts';
import { type Names, pack, unpack } from './attributes.ts';
import { fold, keys, type NamedKind, partitions, type Unit } from './keys.ts';
import { absent, below, equals, type Item, type Key, some, type Write } from './table.ts';
import type { UserRecord } from './user-items.ts';

interface Named {
  orgId: OrgId;
  name: string;
  description?: string;
  version: number;
  createdAt: string;
  updatedAt: string;
  /** What the last write left: any other write changes it. */
  revision?: string;
}

/** What is named, as far as its claims need to know it. */
type Claimed = Pick<Named, 'orgId' | 'name' | 'revision'> & { id: string };

export type UnitId = TeamId | GroupId;

export interface UnitRecord extends Named {
  id: UnitId;
  kind: Unit;
  /** A unit that is being deleted takes nobody in, and is unknown to callers. */
  state: 'live' | 'deleting';
  tags?: string[];
  /** What holds for its members who chose nothing else themselves. */
  preferences?: SharedPreferences;
}

const UNIT_NAMES: Names<UnitRecord> = {
  id: 'id',
  orgId: 'o',
  kind: 'unit',
  state: 'st',
  name: 'name',
  description: 'desc',
  tags: 'tags',
  preferences: 'pf',
  version: 'v',
  createdAt: 'ca',
  updatedAt: 'ua',
  revision: 'op',
};

export function unitItem(unit: UnitRecord): Item {
  const key = keys.unit(unit.orgId, unit.kind, unit.id);
  const packed = key.pk.slice(-22);
  const listed = {
    lp: partitions.units(unit.orgId, unit.kind),
    sc: packed,
    sn: `${fold(unit.name).slice(0, 120).toWellFormed()}#${packed}`,
  };
  return { ...pack(unit, UNIT_NAMES), ...key, k: unit.kind, ...(unit.state === 'live' && listed) };
}

export const readUnitItem = (item: Item): UnitRecord => unpack(item, UNIT_NAMES);

export function toUnit(unit: UnitRecord): UnitView {
  const { id, name, description, tags, preferences, version, createdAt, updatedAt } = unit;
  return {
    id,
    number: numberOf(id),
    name,
    ...(description && { description }),
    ...(tags && { tags }),
    ...(preferences && { preferences }),
    version,
    createdAt: createdAt as Instant,
    updatedAt: updatedAt as Instant,
  };
}

/** Somebody's place in a unit; `byCreated` lists those of a unit in the order in which the people were made. */
export const memberItem = (orgId: OrgId, userId: UserId, kind: Unit, id: UnitId): Item => {
  const key = keys.unitMember(orgId, userId, kind, id);
  return { ...key, k: `${kind}-member`, lp: partitions.unitMembers(orgId, kind, id), sc: key.pk.slice(-22) };
};

export const unitsOf = (record: UserRecord, kind: Unit): UnitId[] =>
  (kind === 'team' ? record.teams : record.groups) ?? [];

/** A place in a team, in a commit whose record names it, too. A team that is deleted meanwhile is a lost race. */
export const joinTeam = (orgId: OrgId, userId: UserId, team: TeamId): Write[] => [
  { put: memberItem(orgId, userId, 'team', team), otherwise: conflict },
  { check: keys.unit(orgId, 'team', team), when: equals('st', 'live'), otherwise: conflict },
];

export const leaveTeam = (orgId: OrgId, userId: UserId, team: TeamId): Write => ({
  drop: keys.unitMember(orgId, userId, 'team', team),
  otherwise: conflict,
});

/** Drops every place of somebody who is not of the org any more. */
export function leaveUnits(record: UserRecord): Write[] {
  const drops = (kind: Unit) =>
    unitsOf(record, kind).map((id) => ({
      drop: keys.unitMember(record.orgId, record.id, kind, id),
      otherwise: conflict,
    }));
  return [...drops('team'), ...drops('group')];
}

const conflict = { code: 'version-conflict' } as const;

export type PlaceKind = 'division' | 'location';
export type PlaceId = DivisionId | LocationId;

export interface PlaceRecord extends Named {
  id: PlaceId;
  kind: PlaceKind;
  street?: string;
  city?: string;
  region?: string;
  postalCode?: string;
  country?: string;
  timeZone?: string;
}

const PLACE_NAMES: Names<PlaceRecord> = {
  id: 'id',
  orgId: 'o',
  kind: 'place',
  name: 'name',
  description: 'desc',
  street: 'street',
  city: 'city',
  region: 'region',
  postalCode: 'zip',
  country: 'country',
  timeZone: 'tz',
  version: 'v',
  createdAt: 'ca',
  updatedAt: 'ua',
  revision: 'op',
};

export const placeKey = (orgId: OrgId, kind: PlaceKind, id: string): Key =>
  kind === 'division' ? keys.division(orgId, id) : keys.location(orgId, id);

export const placeItem = (place: PlaceRecord): Item => ({
  ...pack(place, PLACE_NAMES),
  ...placeKey(place.orgId, place.kind, place.id),
  k: place.kind,
});

export const readPlaceItem = (item: Item): PlaceRecord => unpack(item, PLACE_NAMES);

export function toPlace(place: PlaceRecord): PlaceView {
  const { orgId: _org, kind: _kind, revision: _revision, createdAt, updatedAt, ...shown } = place;
  return { ...shown, number: numberOf(place.id), createdAt: createdAt as Instant, updatedAt: updatedAt as Instant };
}

/** One thing more of an org, as long as there is room. */
export const countUp = (key: Key, kind: string, most: number, things: string): Write => ({
  update: key,
  set: { k: kind },
  add: { count: 1 },
  when: some(equals('count', undefined), below('count', most)),
  otherwise: { code: 'limit-reached', detail: `an org has at most ${most} ${things}` },
});

/** Stands beside the write that drops what was counted, and happens as often as that. */
export const countDown = (key: Key): Write => ({ update: key, add: { count: -1 }, otherwise: conflict });

export const countPlace = (orgId: OrgId, kind: PlaceKind): Write =>
  countUp(keys.placeCount(orgId, kind), 'place-count', MAX_PLACES[kind], `${kind}s`);

export const uncountPlace = (orgId: OrgId, kind: PlaceKind): Write => countDown(keys.placeCount(orgId, kind));

/** Something new of an org, its name and its number. Refused for the number, another id is drawn. */
export function newNamed(item: Item, { orgId, id, name }: Claimed, kind: NamedKind): Write[] {
  return [
    { put: item, when: absent, otherwise: conflict },
    claimName(orgId, kind, name, id),
    { put: { ...keys.unitNumberClaim(orgId, numberOf(id)), k: 'claim', u: id }, when: absent, otherwise: conflict },
  ];
}

const claimName = (orgId: OrgId, kind: NamedKind, name: string, id: string): Write => ({
  put: { ...keys.nameClaim(orgId, kind, name), k: 'claim', u: id },
  when: absent,
  otherwise: { code: 'name-taken' },
});

/** The item as it is now, and its name's claim where the name is another one. */
export function replaceNamed(item: Item, before: Claimed, kind: NamedKind): Write[] {
  const { orgId, id, name } = before;
  const same = fold(String(item.name)) === fold(name);
  const release: Write = { drop: keys.nameClaim(orgId, kind, name), otherwise: conflict };
  return [
    { put: item, when: equals('op', before.revision), otherwise: conflict },
    ...(same ? [] : [claimName(orgId, kind, String(item.name), id), release]),
  ];
}

/** Frees name and number. */
export const releaseNamed = ({ orgId, id, name }: Claimed, kind: NamedKind): Write[] => [
  { drop: keys.nameClaim(orgId, kind, name), otherwise: conflict },
  { drop: keys.unitNumberClaim(orgId, numberOf(id)), otherwise: conflict },
];
