// A person's members as columns of a table: a path each, lists and free pairs as JSON in the cell. Cells are guarded so
// that a spreadsheet takes none for a formula, in a way that reads back the same.
import { FIELDS, PARENTS } from '../model/fields.ts';
import { parseJsonText } from '../model/json.ts';
import { fail, hasCode, type Issue } from '../model/problem.ts';
import { canonicalJson } from './ndjson.ts';

export interface Column {
  path: string;
  type: 'text' | 'number' | 'boolean' | 'json';
  /** A list of single values: may be written `one;two`. */
  list?: boolean;
}

/** What no person shows and a row may bring. */
const BROUGHT: readonly Column[] = [
  { path: 'passwordHash', type: 'text' },
  { path: 'invite', type: 'boolean' },
  { path: 'division', type: 'text' },
  { path: 'joinTeams', type: 'json', list: true },
  { path: 'emailVerified', type: 'boolean' },
  { path: 'emailVerifiedAt', type: 'text' },
];

const WHOLE = new Map<string, Column>();
for (const { path, many } of FIELDS.values()) if (many) WHOLE.set(path, { path, type: 'json', list: true });
const hasMembers = (path: string) =>
  [...FIELDS.keys(), ...PARENTS.keys()].some((other) => other.startsWith(`${path}.`));
for (const { path, many, free } of PARENTS.values()) {
  if (many || free || !hasMembers(path)) WHOLE.set(path, { path, type: 'json' });
}
const isWithin = (path: string) => [...WHOLE.keys()].some((whole) => path.startsWith(`${whole}.`));

/** Every member of a person, in the order of the record. */
export const USER_COLUMNS: readonly Column[] = [
  ...[...FIELDS.values()].map(({ path, type }): Column => {
    const scalar = type === 'number' || type === 'boolean' ? type : 'text';
    return WHOLE.get(path) ?? { path, type: scalar };
  }),
  ...[...WHOLE.values()].filter(({ path }) => !FIELDS.has(path)),
].filter(({ path }) => !isWithin(path));

const KNOWN = new Map([...USER_COLUMNS, ...BROUGHT].map((column) => [column.path, column]));
const LOWER = new Map([...KNOWN].map(([path, column]) => [path.toLowerCase(), column]));

/** Names of a file's columns to paths of members; an empty path leaves the column out. */
export type Mapping = ReadonlyMap<string, string>;

/** Reads `Mail=email,First name=profile.givenName`. A name with `=` or `,` in it cannot be mapped. */
export function readMapping(text: string): Mapping {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return new Map(
    pairs.map((pair): [string, string] => {
      const [name = '', path, ...more] = pair.split('=');
      if (path === undefined || more.length > 0)
        refuse([{ pointer: `/map/${name.trim()}`, message: 'must be NAME=MEMBER' }]);
      return [name.trim(), (path ?? '').trim()];
    }),
  );
}

/**
 * The member of each column of a header; undefined for those left out. Fails with `input-invalid`, naming every column
 * that is unknown or repeats another.
 */
export function readHeader(names: readonly string[], mapping: Mapping = new Map()): (Column | undefined)[] {
  const issues: Issue[] = [];
  const seen = new Set<string>();
  const columns = names.map((given) => {
    const name = given.trim();
    const path = mapping.get(name) ?? name;
    if (path === '') return undefined;
    const column = KNOWN.get(path) ?? LOWER.get(path.toLowerCase());
    const message = column ? 'names a member that another column names' : 'is no member of a person';
    if (!column || seen.has(column.path)) issues.push({ pointer: `/columns/${name.slice(0, 100)}`, message });
    if (column) seen.add(column.path);
    return column;
  });
  for (const name of mapping.keys()) {
    if (!names.some((given) => given.trim() === name))
      issues.push({ pointer: `/map/${name}`, message: 'is no column of the file' });
  }
  if (!seen.has('email')) issues.push({ pointer: '/columns/email', message: 'is missing' });
  if (issues.length > 0) refuse(issues);
  return columns;
}

const refuse = (issues: Issue[]): never => fail({ code: 'input-invalid', issues });

/** The row of a record's cells. An empty cell is an absent member. What a cell's type does not allow stays text. */
export function fromCells(cells: readonly string[], columns: readonly (Column | undefined)[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const [i, column] of columns.entries()) {
    const cell = cells[i] ?? '';
    if (column && cell !== '') put(row, column.path.split('.'), fromCell(unguarded(cell), column));
  }
  return row;
}

export const toCells = (record: object, columns: readonly Column[]): string[] =>
  columns.map((column) => cellOf(at(record, column.path.split('.')), column));

function at(value: unknown, [name, ...rest]: string[]): unknown {
  if (name === undefined) return value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return at((value as Record<string, unknown>)[name], rest);
}

function put(row: Record<string, unknown>, [name = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    row[name] = value;
    return;
  }
  const group = (row[name] ?? {}) as Record<string, unknown>;
  row[name] = group;
  put(group, rest, value);
}

function cellOf(value: unknown, { type }: Column): string {
  if (value === undefined || value === null) return '';
  if (type === 'json') return canonicalJson(value);
  return typeof value === 'string' ? guarded(value) : String(value);
}

const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const BOOLEANS: Record<string, boolean> = { true: true, yes: true, 1: true, false: false, no: false, 0: false };

function fromCell(cell: string, { type, list }: Column): unknown {
  if (type === 'number') return NUMBER.test(cell.trim()) ? Number(cell) : cell;
  if (type === 'boolean') return BOOLEANS[cell.trim().toLowerCase()] ?? cell;
  if (type === 'text') return cell;
  if (list && !/^\s*\[/.test(cell)) return cell.split(';').map((part) => part.trim());
  try {
    return parseJsonText(cell);
  } catch (error) {
    if (hasCode(error, 'malformed-json')) return cell;
    throw error;
  }
}

// What spreadsheets take for the beginning of a formula, full-width signs too (OWASP: CSV Injection). Empty text has to
// differ from an absent member, and text that begins with the guard itself from a guarded one.
const GUARDED = /^'*(?:[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]|$)/;

const guarded = (text: string): string => (GUARDED.test(text) ? `'${text}` : text);
const unguarded = (cell: string): string => (cell.startsWith("'") && GUARDED.test(cell) ? cell.slice(1) : cell);
