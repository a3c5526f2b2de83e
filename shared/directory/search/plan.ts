// Which way leads to the people that a filter finds: by the parts of its outermost `and`. Every way may bring too many,
// none brings too few: whoever walks it judges each person by the whole filter.
import { canonicalAddress } from '../../model/email-address.ts';
import { conjunctsOf, type Filter } from '../../model/filter.ts';
import { idsOf, legacyNumber, numberMs, type OrgId, type UserId, UUID_V7 } from '../../model/ids.ts';
import { fail } from '../../model/problem.ts';
import { fold, keys, partitions } from '../../store/keys.ts';
import { bucketOf, departmentBucket, foldWords, type SearchField, shortestPrefix } from '../../store/search-items.ts';
import type { IndexName, Key } from '../../store/table.ts';

/** Part of a sort key: a prefix, or bounds that belong to it. */
export interface Range {
  begins?: string;
  from?: string;
  to?: string;
}

export type Way =
  /** One person at most, read consistently. */
  | { by: 'claim'; on: string; key: Key }
  | { by: 'id'; on: string; id: UserId }
  /** One person at most for each of a few values. */
  | { by: 'claims'; on: string; keys: Key[] }
  /** Entries of people who share a value. In the order of creation unless they are words. */
  | { by: 'entries'; on: string; pk: string; begins?: string; ordered: boolean }
  /** Members of a team or group, in the order of creation. */
  | { by: 'members'; on: string; pk: string }
  /** A part of one index. */
  | { by: 'index'; on: string; index: IndexName; range: Range }
  /** Nobody can match. */
  | { by: 'nothing'; on: string };

export interface Plan {
  /** Whether the list is about deleted people. */
  deleted: boolean;
  /** The ways there are, the best first. None: everyone must be looked at. */
  ways: Way[];
}

type Comparison = Extract<Filter, { operator: unknown }>;

const isComparison = (filter: Filter): filter is Comparison => 'operator' in filter;
const nobody = (on: string): Way => ({ by: 'nothing', on });

/**
 * Plans a filter. Deleted people are found only by a filter whose outermost `and` says `state eq "deleted"`; fails with
 * `filter-invalid` where it is said elsewhere, since the list would leave them out.
 */
export function planFilter(orgId: OrgId, filter: Filter | undefined): Plan {
  const conjuncts = conjunctsOf(filter);
  const states = conjuncts
    .filter(isComparison)
    .filter(({ member, operator }) => member === 'state' && operator === 'eq');
  const values = [...new Set(states.map(({ value }) => String(value).toLowerCase()))];
  const deleted = values.includes('deleted');
  if (!deleted && filter && asksDeleted(filter)) {
    fail({ code: 'filter-invalid', detail: 'state eq "deleted" must be joined to the rest by "and"' });
  }
  if (values.length > 1 || values[0] === 'erased') return { deleted, ways: [nobody('state')] };
  const claim = first(conjuncts, (part) => claimed(orgId, part));
  if (claim) return { deleted, ways: [claim] };
  const several = first(conjuncts, (part) => severalClaims(orgId, part));
  if (several) return { deleted, ways: [several] };
  const entries = deleted ? undefined : shared(orgId, conjuncts);
  const ranges = conjuncts.flatMap((part) => ranged(part) ?? []);
  return { deleted, ways: [...(entries ? [entries] : []), ...ranges] };
}

function asksDeleted(filter: Filter): boolean {
  if ('and' in filter) return filter.and.some(asksDeleted);
  if ('or' in filter) return filter.or.some(asksDeleted);
  if ('not' in filter || !('operator' in filter)) return false;
  return filter.member === 'state' && filter.operator === 'eq' && String(filter.value).toLowerCase() === 'deleted';
}

function first(parts: readonly Filter[], look: (part: Filter) => Way | undefined): Way | undefined {
  for (const part of parts) {
    const way = look(part);
    if (way) return way;
  }
  return undefined;
}

function claimed(orgId: OrgId, part: Filter): Way | undefined {
  if ('where' in part) return part.member === 'provisioning.externalIds' ? vendorId(orgId, part.where) : undefined;
  if (!isComparison(part) || part.operator !== 'eq' || part.value === null) return undefined;
  const { member: on, value } = part;
  const text = String(value);
  switch (on) {
    case 'email': {
      const address = canonicalAddress(text);
      return address === undefined ? nobody(on) : { by: 'claim', on, key: keys.emailClaim(address) };
    }
    case 'username':
      return { by: 'claim', on, key: keys.usernameClaim(text) };
    case 'externalId':
      return { by: 'claim', on, key: keys.externalIdClaim(orgId, text) };
    case 'number':
      return { by: 'claim', on, key: keys.numberClaim(Number(value)) };
    case 'legacyId': {
      const number = legacyNumber(text);
      return number === undefined ? nobody(on) : { by: 'claim', on, key: keys.numberClaim(number) };
    }
    case 'id':
      return UUID_V7.test(text) ? { by: 'id', on, id: text as UserId } : nobody(on);
    default:
      return undefined;
  }
}

/** People by a list of claimed values: `number eq 1 or number eq 2`. */
function severalClaims(orgId: OrgId, part: Filter): Way | undefined {
  if (!('or' in part)) return undefined;
  const ways = part.or.map((one) => claimed(orgId, one));
  if (!ways.every((way) => way?.by === 'claim' || way?.by === 'nothing')) return undefined;
  const on = ways[0]?.on ?? '';
  const wanted = ways.flatMap((way) => (way?.by === 'claim' ? [way.key] : []));
  return wanted.length > 0 ? { by: 'claims', on, keys: wanted } : nobody(on);
}

function vendorId(orgId: OrgId, where: Filter): Way | undefined {
  const equal = (name: string) =>
    conjunctsOf(where)
      .filter(isComparison)
      .find(({ member, operator }) => member === `provisioning.externalIds.${name}` && operator === 'eq')?.value;
  const [authority, key] = [equal('authority'), equal('key')];
  if (typeof authority !== 'string' || typeof key !== 'string') return undefined;
  return { by: 'claim', on: 'provisioning.externalIds', key: keys.vendorIdClaim(orgId, authority, key) };
}

/** The members whose values are entries of their own, those that fewest share first. */
const SHARED: [member: string, field: SearchField][] = [
  ['profile.managerId', 'manager'],
  ['security.locked', 'locked'],
  ['state', 'state'],
  ['roles', 'role'],
  ['profile.department', 'department'],
  ['divisionId', 'division'],
  ['email', 'domain'],
];

function shared(orgId: OrgId, conjuncts: readonly Filter[]): Way | undefined {
  const unit = first(conjuncts, (part) => membersWay(orgId, part));
  if (unit) return unit;
  for (const [member, field] of SHARED) {
    const bucket = conjuncts.map((part) => ofMember(part, member) && bucketFor(field, part)).find(Boolean);
    if (bucket) {
      return { by: 'entries', on: member, pk: partitions.searchEntries(orgId, field, bucket), ordered: true };
    }
  }
  return first(conjuncts, (part) => wordWay(orgId, part));
}

const ofMember = (part: Filter, member: string): boolean => 'member' in part && part.member === member;

function membersWay(orgId: OrgId, part: Filter): Way | undefined {
  if (!isComparison(part) || part.operator !== 'eq' || !UUID_V7.test(String(part.value))) return undefined;
  const kind = part.member === 'teams' ? 'team' : part.member === 'groups' ? 'group' : undefined;
  return kind && { by: 'members', on: part.member, pk: partitions.unitMembers(orgId, kind, String(part.value)) };
}

/** The bucket in which everyone lies who passes this comparison; undefined where entries do not serve it. */
function bucketFor(field: SearchField, part: Filter): string | undefined {
  if (field === 'locked') return 'present' in part ? 'yes' : undefined;
  if (!isComparison(part) || typeof part.value !== 'string') return undefined;
  const value = part.value;
  if (field === 'domain') {
    return part.operator === 'ew' && /^@[^@]+$/.test(value) ? value.slice(1).toLowerCase() : undefined;
  }
  if (part.operator !== 'eq') return undefined;
  if (field === 'department') return departmentBucket(value);
  if (field === 'state') {
    const state = value.toLowerCase();
    return ['staged', 'invited', 'inactive'].includes(state) ? state : undefined;
  }
  if (field === 'role' && value === 'member') return undefined;
  return value === '' ? undefined : value;
}

const NAMES = new Set(['profile.givenName', 'profile.familyName', 'profile.displayName', 'username']);

function wordWay(orgId: OrgId, part: Filter): Way | undefined {
  if (!isComparison(part) || typeof part.value !== 'string' || !NAMES.has(part.member)) return undefined;
  if (part.operator !== 'sw' && part.operator !== 'eq') return undefined;
  const [word] = foldWords(part.value);
  if (word === undefined || [...word].length < shortestPrefix(word)) return undefined;
  const pk = partitions.searchEntries(orgId, 'word', bucketOf(word));
  return { by: 'entries', on: part.member, pk, begins: word, ordered: false };
}

const LOWER = new Set(['gt', 'ge', 'eq']);
const UPPER = new Set(['lt', 'le', 'eq']);

function ranged(part: Filter): Way | undefined {
  if (!isComparison(part) || part.value === null) return undefined;
  const { member: on, operator, value } = part;
  const text = String(value);
  const bounds = (from: string, to: string): Range | undefined => {
    if (LOWER.has(operator)) return operator === 'eq' ? { from, to } : { from };
    return UPPER.has(operator) ? { to } : undefined;
  };
  const way = (index: IndexName, range: Range | undefined): Way | undefined =>
    range && { by: 'index', on, index, range };
  const moment = Date.parse(text);
  switch (on) {
    case 'createdAt':
      return Number.isNaN(moment) ? undefined : way('byCreated', bounds(...idsOf(moment)));
    case 'number':
      return way('byCreated', bounds(...idsOf(numberMs(Number(value)))));
    case 'updatedAt': {
      if (Number.isNaN(moment)) return undefined;
      const at = new Date(moment).toISOString();
      return way('byUpdated', bounds(at, `${at}~`));
    }
    case 'email':
      return operator === 'sw' && text ? way('byEmail', { begins: text.toLowerCase() }) : undefined;
    case 'profile.familyName':
      return operator === 'sw' && text ? way('byName', { begins: fold(text).slice(0, 60).toWellFormed() }) : undefined;
    default:
      return undefined;
  }
}
