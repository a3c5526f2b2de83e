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
