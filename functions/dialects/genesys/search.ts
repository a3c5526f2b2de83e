// Search: criteria of that system as a filter of the directory. What cannot be said in it is refused by name.
import type { Context } from '../../../shared/directory/context.ts';
import { countUsers } from '../../../shared/directory/search/count.ts';
import type { Operation } from '../../../shared/http/endpoint.ts';
import type { HttpReply } from '../../../shared/http/request.ts';
import type { Filter, Operator } from '../../../shared/model/filter.ts';
import { refuse } from './errors.ts';
import { expandIn, groupsFor, readExpand, showUsers } from './expand.ts';
import { ROWS } from './fields.ts';
import { answer, genesys, listIn, objectIn } from './manner.ts';
import { ACTIVE, DELETED, INACTIVE, isDescending, type PageWanted, pageOf, seenIn, sliceOver } from './paging.ts';

/** Criteria of one search, those within groups among them. */
const MOST_CRITERIA = 20;
const MOST_VALUES = 25;

/** True and false are filters that everybody and nobody passes. */
type Tree = Filter | boolean;

const and = (parts: readonly Tree[]): Tree => {
  if (parts.includes(false)) return false;
  const left = parts.filter((part): part is Filter => part !== true);
  return left.length === 0 ? true : left.length === 1 ? (left[0] as Filter) : { and: left };
};
const or = (parts: readonly Tree[]): Tree => {
  if (parts.includes(true)) return true;
  const left = parts.filter((part): part is Filter => part !== false);
  return left.length === 0 ? false : left.length === 1 ? (left[0] as Filter) : { or: left };
};
const not = (part: Tree): Tree => (typeof part === 'boolean' ? !part : { not: part });

const compare = (member: string, operator: Operator, value: string | number): Filter => ({ member, operator, value });

/** Whom a walk goes through: a state is known of all of them, or asks the record. */
type Among = 'living' | 'deleted';

const TEXTS = new Map([
  ['id', 'id'],
  ['divisionId', 'divisionId'],
  ['manager.id', 'profile.managerId'],
  ['profileSkills', 'profile.skills'],
  ['certifications', 'profile.certifications'],
  ['addresses', 'contact.addresses.address'],
  ['chat.jabberId', 'contact.jabberId'],
  ...ROWS.filter(({ searchable, wire }) => searchable && !['name', 'state', 'version'].includes(wire)).map(
    ({ wire, path }) => [wire, path] as const,
  ),
]);

const MOMENTS = new Set(['activity.lastSignInAt', 'invitedAt']);

function memberOf(field: string): string {
  return TEXTS.get(field) ?? refuse('invalid.value', 'fields', `${field.slice(0, 40)} cannot be searched`);
}

const words = (member: string, value: string): Tree =>
  or([
    compare(member, 'eq', value),
    compare(member, 'sw', `${value} `),
    compare(member, 'ew', ` ${value}`),
    compare(member, 'co', ` ${value} `),
  ]);

type Kind = 'EXACT' | 'STARTS_WITH' | 'CONTAINS' | 'TERM';

const OPERATORS: Record<Exclude<Kind, 'TERM'>, Operator> = { EXACT: 'eq', STARTS_WITH: 'sw', CONTAINS: 'co' };

const look = (kind: Kind, member: string, value: string): Tree =>
  kind === 'TERM' ? words(member, value) : compare(member, OPERATORS[kind], value);

/** A word of the name may stand in a part of it that the name to show leaves out. */
function byName(kind: Kind, value: string): Tree {
  const whole = look(kind, 'profile.displayName', value);
  if (kind === 'TERM') return or([whole, words('profile.givenName', value), words('profile.familyName', value)]);
  return whole;
}

function byState(value: string, among: Among): Tree {
  if (value === 'deleted' || among === 'deleted') return (value === 'deleted') === (among === 'deleted');
  if (value === 'inactive') return INACTIVE;
  return value === 'active' ? ACTIVE : false;
}

const TYPES: Readonly<Record<string, Kind>> = {
  EXACT: 'EXACT',
  STARTS_WITH: 'STARTS_WITH',
  CONTAINS: 'CONTAINS',
  TERM: 'TERM',
  TERMS: 'TERM',
};
const RANGES: Readonly<Record<string, Operator>> = {
  LESS_THAN: 'lt',
  LESS_THAN_EQUAL_TO: 'le',
  GREATER_THAN: 'gt',
  GREATER_THAN_EQUAL_TO: 'ge',
};

interface Criterion {
  type: string;
  fields: string[];
  values: string[];
  startValue?: string | undefined;
  endValue?: string | undefined;
  operator: 'AND' | 'OR' | 'NOT';
  group: Criterion[];
}

const asText = (value: unknown, name: string): string | undefined => {
  if (value === undefined || value === null) return undefined;
  const plain = typeof value === 'string' || typeof value === 'number';
  return plain ? String(value).slice(0, 300) : refuse('invalid.value', name, 'must be a string');
};

function readCriterion(given: unknown, counted: { left: number }): Criterion {
  if (--counted.left < 0) refuse('too.many.search.criteria', 'query', `must be at most ${MOST_CRITERIA} criteria`);
  const { type, fields, value, values, startValue, endValue, operator, group, dateFormat } = objectIn(given);
  if (dateFormat) refuse('invalid.value', 'dateFormat', 'is not supported: moments are ISO-8601');
  const op = ['AND', 'OR', 'NOT'].find((one) => one === (operator ?? 'AND')) as Criterion['operator'] | undefined;
  const all = [...(value === undefined || value === null ? [] : [value]), ...listIn(values ?? [], MOST_VALUES)];
  return {
    type: String(type ?? (group ? 'GROUP' : '')),
    fields: listIn(fields ?? [], 10).map(String),
    values: all.flatMap((one) => asText(one, 'value') ?? []),
    startValue: asText(startValue, 'startValue'),
    endValue: asText(endValue, 'endValue'),
    operator: op ?? refuse('invalid.value', 'operator', 'must be AND, OR or NOT'),
    group: listIn(group ?? [], MOST_CRITERIA).map((one) => readCriterion(one, counted)),
  };
}

/** Criteria that must hold, of those joined by OR one at least, and none of those under NOT. */
function joined(criteria: readonly Criterion[], among: Among): Tree {
  const of = (operator: Criterion['operator']) =>
    criteria.filter((one) => one.operator === operator).map((one) => compiled(one, among));
  const [musts, cans, nots] = [of('AND'), of('OR'), of('NOT')];
  return and([...musts, ...(cans.length > 0 ? [or(cans)] : []), ...nots.map(not)]);
}

function compiled({ type, fields, values, startValue, endValue, group }: Criterion, among: Among): Tree {
  if (group.length > 0) return joined(group, among);
  if (type === 'MATCH_ALL') return true;
  if (fields.length === 0) refuse('constraint.validation', 'fields', 'is missing');
  if (type === 'REQUIRED_FIELDS') return and(fields.map(isThere));
  const kind = TYPES[type];
  if (kind) {
    if (values.length === 0) refuse('constraint.validation', 'value', 'is missing');
    return or(fields.flatMap((field) => values.map((value) => ofField(kind, field, value, among))));
  }
  const bound = RANGES[type];
  const [value] = values;
  const bounds: [Operator, string | undefined][] = bound
    ? [[bound, value]]
    : type === 'RANGE'
      ? [
          ['ge', startValue],
          ['le', endValue],
        ]
      : refuse('invalid.value', 'type', `${type.slice(0, 40)} is not supported`);
  const given = bounds.flatMap(([operator, limit]) => (limit === undefined ? [] : [{ operator, limit }]));
  if (given.length === 0) refuse('constraint.validation', 'value', 'is missing');
  return or(fields.map((field) => and(given.map(({ operator, limit }) => bounded(field, operator, limit)))));
}

const isThere = (field: string): Tree =>
  field === 'state' || field === 'version'
    ? true
    : { member: field === 'name' ? 'profile.displayName' : memberOf(field), present: true };

function ofField(kind: Kind, field: string, value: string, among: Among): Tree {
  if (field === 'state') {
    return kind === 'CONTAINS' || kind === 'STARTS_WITH'
      ? refuse('invalid.value', 'fields', 'a state can only be equal')
      : byState(value.toLowerCase(), among);
  }
  if (field === 'name') return byName(kind, value);
  if (field === 'version') return bounded(field, 'eq', value);
  const member = memberOf(field);
  return MOMENTS.has(member) ? bounded(field, 'eq', value) : look(kind, member, value);
}

function bounded(field: string, operator: Operator, limit: string): Tree {
  if (field === 'version') {
    const number = Number(limit);
    return Number.isFinite(number)
      ? compare(field, operator, number)
      : refuse('invalid.value', 'value', 'is no number');
  }
  const member = memberOf(field);
  if (!MOMENTS.has(member)) refuse('invalid.value', 'fields', `${field} has no ranges`);
  if (Number.isNaN(Date.parse(limit))) refuse('invalid.value', 'value', 'is no ISO-8601 moment');
  return compare(member, operator, new Date(limit).toISOString());
}

const SORTS = new Map([
  ['name', 'familyName'],
  ['email', 'email'],
  ['title', 'profile.title'],
  ['department', 'profile.department'],
  ['username', 'username'],
  ['id', 'createdAt'],
]);

function sortOf({ sortBy, sortOrder, sort }: Record<string, unknown>): string {
  const all = listIn(sort ?? [], 4).map(objectIn);
  const wanted = all.length > 0 ? all : [{ sortBy, sortOrder }];
  return wanted
    .map(({ sortBy: by, sortOrder: order }) => {
      const member = SORTS.get(String(by ?? 'name'));
      if (!member) refuse('invalid.value', 'sortBy', `must be one of ${[...SORTS.keys()].join(', ')}`);
      return `${isDescending(order) ? '-' : ''}${member}`;
    })
    .join(',');
}

const asksState = (criteria: readonly Criterion[]): boolean =>
  criteria.some(({ fields, group }) => fields.includes('state') || asksState(group));

/** One walk among the living; another among the deleted where the criteria speak of states. */
function walksFor(criteria: readonly Criterion[]): (Filter | undefined)[] {
  const living = joined(criteria, 'living');
  const deleted = asksState(criteria) && and([joined(criteria, 'deleted'), DELETED]);
  return [living, deleted].flatMap((tree) => (tree === false ? [] : [tree === true ? undefined : tree]));
}

/** A search as the address of its replay carries it: nothing in it but what the caller sent. */
const packed = (request: Record<string, unknown>, pageNumber: number): string =>
  Buffer.from(JSON.stringify({ ...request, pageNumber })).toString('base64url');

function unpacked(q64: string | null): Record<string, unknown> {
  try {
    return objectIn(JSON.parse(Buffer.from(q64 ?? '', 'base64url').toString('utf8')));
  } catch {
    return refuse('invalid.query.param.value', 'q64', 'is not one that a search gave');
  }
}

async function search(ctx: Context, request: Record<string, unknown>, expand: readonly unknown[]): Promise<HttpReply> {
  const counted = { left: MOST_CRITERIA };
  const criteria = listIn(request.query ?? [], MOST_CRITERIA + 1).map((one) => readCriterion(one, counted));
  const [page, shown] = [pageOf(request), readExpand(expand)];
  const filters = walksFor(criteria);
  const fields = groupsFor(shown).join(',');
  const slice = await sliceOver(ctx, { filters, sort: sortOf(request), fields }, page);
  const total = Math.max(await countAll(ctx, filters), seenIn(slice, page));
  return answer(ctx, {
    results: await showUsers(ctx, slice.users, shown),
    ...pages(request, page, total),
    types: ['users'],
  });
}

async function countAll(ctx: Context, filters: readonly (Filter | undefined)[]): Promise<number> {
  const counts = await Promise.all(filters.map((filter) => countUsers(ctx, filter)));
  return counts.reduce((sum, { count }) => sum + count, 0);
}

function pages(request: Record<string, unknown>, { pageSize, pageNumber }: PageWanted, total: number): object {
  const pageCount = Math.ceil(total / pageSize);
  return {
    ...{ total, pageCount, pageSize, pageNumber },
    ...(pageNumber > 1 && { previousPage: packed(request, pageNumber - 1) }),
    currentPage: packed(request, pageNumber),
    ...(pageNumber < pageCount && { nextPage: packed(request, pageNumber + 1) }),
  };
}

const path = '/api/v2/users/search';

export const searchOperations: readonly Operation[] = [
  genesys(`POST ${path}`, {
    summary: 'Search users',
    access: { permission: 'users:read' },
    rate: 'read',
    takesBody: true,
    run: (ctx, { body }) => {
      const request = objectIn(body);
      return search(ctx, request, listIn(request.expand ?? [], 50));
    },
  }),
  genesys(`GET ${path}`, {
    summary: 'Turn to a page of a search',
    access: { permission: 'users:read' },
    run: (ctx, { query }) => {
      const request = unpacked(query.get('q64'));
      const asked = expandIn(query);
      return search(ctx, request, asked.size > 0 ? [...asked] : listIn(request.expand ?? [], 50));
    },
  }),
];
