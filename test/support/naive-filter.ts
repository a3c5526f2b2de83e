// What a filter means, written a second time and as simply as can be: RFC 7644 §3.4.2.2 over plain objects. No parser, no
// plan, nothing of the code under test but the list of members.
import { type Field, fieldAt } from '../../shared/model/fields.ts';
import type { Json } from './service.ts';

export type Naive =
  | { and: Naive[] }
  | { or: Naive[] }
  | { not: Naive }
  | { path: string; operator: string; value: string | number | boolean | null }
  | { path: string; operator: 'pr' }
  /** Of one element of a list; paths inside are relative. */
  | { path: string; where: Naive };

/** As it is written in a request. */
export function written(filter: Naive): string {
  if ('and' in filter) return filter.and.map((part) => `(${written(part)})`).join(' and ');
  if ('or' in filter) return filter.or.map((part) => `(${written(part)})`).join(' or ');
  if ('not' in filter) return `not (${written(filter.not)})`;
  if ('where' in filter) return `${filter.path}[${written(filter.where)}]`;
  return 'value' in filter ? `${filter.path} ${filter.operator} ${JSON.stringify(filter.value)}` : `${filter.path} pr`;
}

/** Everything that lies at a path, lists looked into. The name of a free pair may hold dots. */
export function at(value: Json, path: string): Json[] {
  if (Array.isArray(value)) return value.flatMap((one) => at(one, path));
  if (path === '') return [value];
  if (typeof value !== 'object' || value === null) return [];
  if (Object.hasOwn(value, path)) return [value[path]].flat();
  const [name = '', ...rest] = path.split('.');
  return Object.hasOwn(value, name) ? at(value[name], rest.join('.')) : [];
}

const isThere = (value: Json): boolean =>
  value !== undefined &&
  value !== null &&
  value !== '' &&
  !(typeof value === 'object' && Object.keys(value).length === 0);

export function holds(filter: Naive, person: Json, under = ''): boolean {
  if ('and' in filter) return filter.and.every((part) => holds(part, person, under));
  if ('or' in filter) return filter.or.some((part) => holds(part, person, under));
  if ('not' in filter) return !holds(filter.not, person, under);
  const path = under + filter.path;
  const all = at(person, filter.path);
  if ('where' in filter) return all.some((one) => typeof one === 'object' && holds(filter.where, one, `${path}.`));
  const found = all.filter(isThere);
  if (!('value' in filter)) return found.length > 0;
  const { operator, value } = filter;
  if (value === null) return (found.length === 0) === (operator === 'eq');
  const field = fieldAt(path) as Field;
  const equal = found.some((one) => compares(field, 'eq', one, value));
  return operator === 'ne' ? !equal : found.some((one) => compares(field, operator, one, value));
}

function compares(field: Field, operator: string, given: Json, wanted: Json): boolean {
  const moment = field.type === 'instant' && !['co', 'sw', 'ew'].includes(operator);
  const plain = (value: Json) => {
    if (moment) return new Date(value).getTime();
    return typeof value === 'string' && !field.exact ? value.toLowerCase() : value;
  };
  const [a, b] = [plain(given), plain(wanted)];
  const verdicts: Record<string, () => boolean> = {
    eq: () => a === b,
    gt: () => a > b,
    ge: () => a >= b,
    lt: () => a < b,
    le: () => a <= b,
    co: () => a.includes(b),
    sw: () => a.startsWith(b),
    ew: () => a.endsWith(b),
  };
  return verdicts[operator]?.() ?? false;
}
