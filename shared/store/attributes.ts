// Members of a record and the short attribute names they lie under: one table of names serves both directions.
import type { Attributes, Item, Value } from './table.ts';

/** Short name of each member. A member that the table forgets does not compile. */
export type Names<T> = { readonly [Member in keyof T]-?: string };

export function pack<T extends object>(record: T, names: Names<T>): Attributes {
  const members = Object.keys(names) as (keyof T & string)[];
  return Object.fromEntries(members.map((member) => [names[member], record[member] as Value | undefined]));
}

/** Members whose attribute is absent are absent. */
export function unpack<T extends object>(item: Item, names: Names<T>): T {
  const members = Object.keys(names) as (keyof T & string)[];
  const held = members.filter((member) => item[names[member]] !== undefined);
  return Object.fromEntries(held.map((member) => [member, item[names[member]]])) as T;
}

/** Absent and null mean the same, and so do absent and empty. */
export function present<T extends object>(group: T): T | undefined {
  const entries = Object.entries(group).filter(([, value]) => value !== undefined && value !== null);
  return entries.length > 0 ? (Object.fromEntries(entries) as T) : undefined;
}
