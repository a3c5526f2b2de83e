// The ledger of a person: what the projector has derived from which revision of their core. And the counters that it
// moves together with the ledger, so that they are exact.
import type { OrgId, UserId } from '../model/ids.ts';
import { COUNTER_SHARDS, h, keys } from './keys.ts';
import { type Card, cardOf, type Token, tokensOf } from './search-items.ts';
import { absent, equals, type Item, type Write } from './table.ts';
import type { UserRecord } from './user-items.ts';

export const COUNTED = ['staged', 'invited', 'active', 'inactive', 'deleted'] as const;
export type CountedState = (typeof COUNTED)[number];

export interface Ledger {
  orgId: OrgId;
  userId: UserId;
  /** Entries that may exist. Written before the first of them, so that none is ever forgotten. */
  tokens: Token[];
  /** Of the card that the word entries carry. */
  card?: string;
  /** The state that the counters count the person under. */
  counted?: CountedState;
  revision?: string;
}

const LINE = '\u0001';
const lineOf = ({ field, bucket, value }: Token): string => [field, bucket, value].join(LINE);
function tokenOf(line: string): Token {
  const [field = 'word', bucket = '', value = ''] = line.split(LINE);
  return { field: field as Token['field'], bucket, value };
}

export const sameToken = (a: Token, b: Token): boolean => lineOf(a) === lineOf(b);

export function ledgerItem({ orgId, userId, tokens, card, counted }: Ledger): Item {
  return { ...keys.ledger(orgId, userId), k: 'ledger', t: tokens.map(lineOf), c: card, st: counted };
}

export function readLedger(orgId: OrgId, userId: UserId, item: Item | undefined): Ledger {
  const tokens = ((item?.t ?? []) as string[]).map(tokenOf);
  return {
    orgId,
    userId,
    tokens,
    ...(item?.c !== undefined && { card: item.c as string }),
    ...(item?.st !== undefined && { counted: item.st as CountedState }),
    ...(item?.op !== undefined && { revision: item.op as string }),
  };
}

/** The ledger is as it was read. */
export const putLedger = (after: Ledger, before: Ledger): Write => ({
  put: ledgerItem(after),
  when: before.revision === undefined ? absent : equals('op', before.revision),
  otherwise: { code: 'version-conflict' },
});

export const dropLedger = (before: Ledger): Write => ({
  drop: keys.ledger(before.orgId, before.userId),
  when: equals('op', before.revision),
  otherwise: { code: 'version-conflict' },
});

const hashOf = (card: Card): string => h(JSON.stringify(card));

/** What the ledger says once everything is derived from the record. Without a record, nothing. */
export function wantedLedger(record: UserRecord | undefined, before: Ledger): Ledger {
  const { orgId, userId } = before;
  const state = record?.state;
  const counted = COUNTED.find((known) => known === state);
  const tokens = record ? tokensOf(record) : [];
  return {
    orgId,
    userId,
    tokens,
    ...(record && tokens.length > 0 && { card: hashOf(cardOf(record)) }),
    ...(counted && { counted }),
  };
}

/** One of the org's counters, taken at random by the caller: their sum counts, one of them may be below zero. */
export function moveCounters(orgId: OrgId, shard: number, deltas: ReadonlyMap<CountedState, number>): Write[] {
  const add = Object.fromEntries([...deltas].filter(([, by]) => by !== 0));
  if (Object.keys(add).length === 0) return [];
  const update = keys.counter(orgId, shard % COUNTER_SHARDS);
  return [{ update, set: { k: 'counter' }, add, otherwise: { code: 'version-conflict' } }];
}

/** A counter anew, if nobody moved it since it was read. */
export const setCounter = (orgId: OrgId, shard: number, counts: Counts, read: Item | undefined): Write => ({
  put: { ...keys.counter(orgId, shard), k: 'counter', ...counts },
  when: read === undefined ? absent : equals('op', read.op),
  otherwise: { code: 'version-conflict' },
});

export type Counts = Record<CountedState, number>;

export function sumCounters(items: readonly Item[]): Counts {
  const sum = (state: CountedState) => items.reduce((total, item) => total + Number(item[state] ?? 0), 0);
  return Object.fromEntries(COUNTED.map((state) => [state, sum(state)])) as Counts;
}
