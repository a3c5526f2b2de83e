// Arguments of a method, read strictly by the types of their objects: the same whichever binding brought them.
import { refuse } from './errors.ts';
import { type Member, membersOf } from './types.ts';

export type Values = Record<string, unknown>;

/** The arguments that a method names. Unknown ones are refused, nulls are absent. */
export function readArguments(wanted: readonly Member[], given: unknown): Values {
  return readObject(wanted, given ?? {}, '');
}

function readObject(members: readonly Member[], given: unknown, at: string): Values {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return refuse('ARG_INVALID_TYPE', at, 'must be an object');
  }
  const unknown = Object.keys(given).find((name) => !members.some(([member]) => member === name));
  if (unknown !== undefined) refuse('ARG_INVALID_DATA', at, `has no member ${unknown.slice(0, 100)}`);
  const read = members.flatMap(([name, type, many]): [string, unknown][] => {
    const value = (given as Values)[name];
    if (value === undefined || value === null) return [];
    return [[name, many ? readMany(type, value, name) : readOne(type, value, name)]];
  });
  return Object.fromEntries(read);
}

function readMany(type: string, value: unknown, at: string): unknown[] {
  const all = Array.isArray(value) ? value : [value];
  if (all.length > 1000) refuse('ARG_TOO_LARGE', at, 'has more than 1,000 items');
  return all.map((one) => readOne(type, one, at));
}

function readOne(type: string, value: unknown, at: string): unknown {
  const members = membersOf(type);
  if (members) return readObject(members, value, at);
  if (type === 'boolean') {
    if (value === true || value === 'true' || value === '1') return true;
    return value === false || value === 'false' || value === '0'
      ? false
      : refuse('ARG_INVALID_TYPE', at, 'must be a boolean');
  }
  return typeof value === 'string' ? value : refuse('ARG_INVALID_TYPE', at, 'must be a string');
}

/** An argument that a method cannot do without. */
export function needed<T>(values: Values, name: string): T {
  return (values[name] as T | undefined) ?? refuse('ARG_NULL', name, 'is missing');
}
