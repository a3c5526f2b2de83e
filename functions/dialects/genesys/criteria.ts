// Criteria of a search as a filter of the directory. What cannot be said in it is refused by name.
import { type Filter, membersOf, type Operator } from '../../../shared/model/filter.ts';
import { refuse } from './errors.ts';
import { ROWS } from './fields.ts';
import { listIn, objectIn } from './manner.ts';
import { ACTIVE, DELETED, INACTIVE } from './paging.ts';

/** Criteria of one search, those within groups among them. */
const MOST_CRITERIA = 20;
const MOST_VALUES = 25;
/** Comparisons that all of them come to: a criterion makes one for each of its fields and values, or four. */
const MOST_COMPARISONS = 200;

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
  const kind = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
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

const asksState = (criteria: readonly Criterion[]): boolean =>
  criteria.some(({ fields, group }) => fields.includes('state') || asksState(group));

/** One walk among the living; another among the deleted where the criteria speak of states. */
export function walksFor(criteria: readonly Criterion[]): (Filter | undefined)[] {
  const living = joined(criteria, 'living');
  const deleted = asksState(criteria) && and([joined(criteria, 'deleted'), DELETED]);
  return [living, deleted].flatMap((tree) => {
    if (typeof tree === 'boolean') return tree ? [undefined] : [];
    if (membersOf(tree).length <= MOST_COMPARISONS) return [tree];
    return refuse('too.many.search.criteria', 'query', `must come to at most ${MOST_COMPARISONS} comparisons`);
  });
}

/** Criteria as they were sent, judged for their form. */
export function readCriteria(query: unknown): Criterion[] {
  const counted = { left: MOST_CRITERIA };
  return listIn(query ?? [], MOST_CRITERIA + 1).map((one) => readCriterion(one, counted));
}
