// What the rest of the code may ask of the table, and the writes it may propose. A write carries its own refusal: if
// the store turns it down, the caller gets exactly that problem.
import type { Problem } from '../model/problem.ts';

export interface Key {
  pk: string;
  sk: string;
}

export type Value = string | number | boolean | null | Uint8Array | Set<string> | Value[] | { [name: string]: Value };

export type Attributes = Record<string, Value | undefined>;
export type Item = Key & Attributes;

/** Conditions as a closed union: what is not here cannot be asked of the table. */
export type Condition =
  | { is: 'absent' }
  | { is: 'present' }
  | { attribute: string; equals: Value | undefined }
  | { attribute: string; oneOf: Value[] }
  | { attribute: string; above: number | string }
  | { attribute: string; below: number | string }
  | { attribute: string; contains: string }
  | { attribute: string; lacks: string }
  | { attribute: string; sizeAbove: number }
  | { attribute: string; sizeBelow: number }
  | { every: Condition[] }
  | { some: Condition[] };

export const absent: Condition = { is: 'absent' };
export const present: Condition = { is: 'present' };
/** Equal to the value; `undefined` asks that the attribute be absent. */
export const equals = (attribute: string, value: Value | undefined): Condition => ({ attribute, equals: value });
export const oneOf = (attribute: string, values: Value[]): Condition => ({ attribute, oneOf: values });
export const above = (attribute: string, value: number | string): Condition => ({ attribute, above: value });
export const below = (attribute: string, value: number | string): Condition => ({ attribute, below: value });
export const every = (...conditions: Condition[]): Condition => ({ every: conditions });
export const some = (...conditions: Condition[]): Condition => ({ some: conditions });

/** The problem of a refused write; as a function it sees the item that stood in the way. */
export type Refusal = Problem | ((existing: Item | undefined) => Problem);

export interface Change {
  set?: Attributes;
  remove?: string[];
  /** Sets an attribute to what another one held before this change; empty where that is absent. */
  copy?: Record<string, string>;
  /** Adds numbers, or members to string sets. Creates what is absent. */
  add?: Record<string, number | Set<string>>;
  /** Takes members out of string sets. */
  take?: Record<string, Set<string>>;
}

export type Write = ({ put: Item } | ({ update: Key } & Change) | { drop: Key } | { check: Key }) & {
  when?: Condition;
  otherwise: Refusal;
};

export type IndexName = 'byCreated' | 'byUpdated' | 'byName' | 'byEmail';

/** The attribute that an index sorts by. */
export const RANGES = { byCreated: 'sc', byUpdated: 'su', byName: 'sn', byEmail: 'se' } as const satisfies Record<
  IndexName,
  string
>;

export interface QueryInput {
  pk: string;
  index?: IndexName;
  /** Range of the sort key: a prefix, or from..to inclusive. */
  begins?: string;
  from?: string;
  to?: string;
  descending?: boolean;
  limit?: number;
  /** Key of the last item of the page before. */
  after?: Record<string, string>;
  /** Applied after reading: what it drops is paid for. */
  where?: Condition;
  /** Strongly consistent; base table only. */
  strong?: boolean;
  /** Asks for the read units that the call consumed, and is told them. */
  units?: Meter;
}

export type Meter = (units: number) => void;

export interface ReadOptions {
  eventual?: boolean;
  units?: Meter;
}

export interface ItemPage {
  items: Item[];
  /** Where reading stopped; absent when there is nothing more. */
  last?: Record<string, string>;
}

export type Changed = { done: true; item: Item } | { done: false; existing?: Item };

export interface Table {
  /** One item, strongly consistent unless `eventual`. */
  get(key: Key, options?: ReadOptions): Promise<Item | undefined>;
  /** Up to 100 items in one call, in the order of the keys, absent ones undefined. */
  getMany(keys: Key[], options?: ReadOptions): Promise<(Item | undefined)[]>;
  query(input: QueryInput): Promise<ItemPage>;
  /** One conditional update outside any transaction: half its price. Says whether its condition held. */
  change(write: { update: Key; when?: Condition } & Change, opId: string): Promise<Changed>;
  /** One conditional put outside any transaction. */
  put(item: Item, when: Condition | undefined, opId: string): Promise<Changed>;
  /**
   * All of the writes or none. Throws the refusal of the first write that was turned down. `watch` learns of each try that
   * the table had no room for.
   */
  commit(writes: Write[], opId: string, watch?: { throttled(): void }): Promise<void>;
}
