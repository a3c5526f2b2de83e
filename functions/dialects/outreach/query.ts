// The query parameters of a list, read: pages, order, what to include and to show. Filters are in filters.ts.
import { fail, type Issue } from '../../../shared/model/problem.ts';
import type { Fields } from './resources.ts';
import { rows } from './rows.ts';

export const MAX_PAGE = 1000;
const DEFAULT_PAGE = 50;

export type Paging =
  | { by: 'cursor'; size: number; after?: string; before?: string }
  | { by: 'offset'; limit: number; offset: number };

export interface Asked {
  paging: Paging;
  /** Over members of the record. */
  sort?: string;
  /** Paths of relationships, by their names. */
  include: string[][];
  fields: Fields;
  count: boolean;
  authorization: boolean;
  connections: boolean;
  /** The parameters of `filter`, by what stands in their brackets. */
  filters: [names: string[], value: string][];
  newSyntax: boolean;
}

export const refuse = (parameter: string, message: string): never =>
  fail({ code: 'input-invalid', issues: [{ pointer: `?${parameter}`, message } satisfies Issue] });

const PLAIN = ['sort', 'include', 'count', 'newFilterSyntax', 'provideAuthorizationMeta', 'provideDataConnections'];
const PAGE = ['size', 'after', 'before', 'offset', 'limit'];

/** `filter[a][b]` is `filter`, `a` and `b`; undefined for what is no such name. */
function bracketsOf(name: string): string[] | undefined {
  const match = /^(\w+)((?:\[[^[\]]*\])+)$/.exec(name);
  if (!match?.[1] || !match[2]) return undefined;
  return [match[1], ...match[2].slice(1, -1).split('][')];
}

/** Of these only lists take any. */
const OF_LISTS = /^(filter|page|sort|count|newFilterSyntax)\b/;

/** Fails with `input-invalid` for parameters that a list, or one thing, does not take, and for those given twice. */
export function readQuery(query: URLSearchParams, about: 'list' | 'one' = 'list'): Asked {
  const plain = new Map<string, string>();
  const pages = new Map<string, string>();
  const fields = new Map<string, ReadonlySet<string>>();
  const filters: Asked['filters'] = [];
  for (const [name, value] of query) {
    const [head = '', ...inner] = bracketsOf(name) ?? [name];
    const many = head === 'filter' && inner.at(-1) === '';
    if (!many && query.getAll(name).length > 1) refuse(name.slice(0, 100), 'is given twice');
    if (about === 'one' && OF_LISTS.test(name)) refuse(name.slice(0, 100), 'is for lists');
    if (head === 'filter' && inner.length > 0) filters.push([inner, value]);
    else if (head === 'page' && inner.length === 1 && PAGE.includes(inner[0] ?? '')) pages.set(inner[0] ?? '', value);
    else if (head === 'fields' && inner.length === 1) fields.set(inner[0] ?? '', new Set(namesIn(value)));
    else if (PLAIN.includes(name)) plain.set(name, value);
    else refuse(name.slice(0, 100), 'is not a parameter here');
  }
  const flag = (name: string) => readFlag(name, plain.get(name));
  const sort = plain.get('sort');
  return {
    paging: readPaging(pages),
    ...(sort && { sort: readSort(sort) }),
    include: namesIn(plain.get('include') ?? '').map((path) => path.split('.')),
    fields,
    count: flag('count'),
    authorization: flag('provideAuthorizationMeta'),
    connections: flag('provideDataConnections'),
    filters,
    newSyntax: flag('newFilterSyntax'),
  };
}

const namesIn = (value: string): string[] =>
  value
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

function readFlag(name: string, value = 'false'): boolean {
  if (value !== 'true' && value !== 'false') refuse(name, 'must be true or false');
  return value === 'true';
}

function readPaging(pages: ReadonlyMap<string, string>): Paging {
  const whole = (name: string, least: number, most: number, otherwise: number): number => {
    const text = pages.get(name);
    const value = text === undefined ? otherwise : /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) refuse(`page[${name}]`, `must be a whole number from ${least} to ${most}`);
    return value;
  };
  const offset = pages.has('offset') || pages.has('limit');
  const [after, before] = [pages.get('after'), pages.get('before')];
  if (offset && (after !== undefined || before !== undefined || pages.has('size'))) {
    refuse('page[offset]', 'cannot be joined to pages by cursor');
  }
  if (offset) {
    return { by: 'offset', limit: whole('limit', 1, MAX_PAGE, DEFAULT_PAGE), offset: whole('offset', 0, 10_000, 0) };
  }
  if (after !== undefined && before !== undefined) refuse('page[before]', 'cannot be joined to page[after]');
  const size = whole('size', 1, MAX_PAGE, DEFAULT_PAGE);
  return { by: 'cursor', size, ...(after !== undefined && { after }), ...(before !== undefined && { before }) };
}

/** The order of a list over members of the record. */
function readSort(text: string): string {
  const parts = text.split(',').map((part) => {
    const down = part.startsWith('-');
    const name = down ? part.slice(1) : part;
    const row = rows.find(({ wire, searchable }) => searchable && wire === name);
    if (!row) return refuse('sort', `cannot be by ${name.slice(0, 100)}`);
    return `${down ? '-' : ''}${name === 'locked' ? 'state=inactive' : row.path}`;
  });
  return parts.join(',');
}
