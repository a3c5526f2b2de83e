// An erasure as an item. It stays for good, so it holds nothing about the person but their id.
import type { Erasure, ErasureState } from '../model/erasure.ts';
import type { JobId, OrgId, UserId } from '../model/ids.ts';
import type { Instant } from '../model/text.ts';
import { type Names, pack, unpack } from './attributes.ts';
import { keys, partitions } from './keys.ts';
import { absent, equals, type Item, type Write } from './table.ts';

export interface ErasureRecord {
  /** The same as of the job that does the work. */
  id: JobId;
  orgId: OrgId;
  userId: UserId;
  state: ErasureState;
  requestedAt: string;
  requestedBy: Erasure['requestedBy'];
  dueAt: string;
  cancelledAt?: string;
  erasedAt?: string;
  doneAt?: string;
  checksum?: string;
}

const NAMES: Names<ErasureRecord> = {
  id: 'id',
  orgId: 'o',
  userId: 'u',
  state: 'st',
  requestedAt: 'ra',
  requestedBy: 'rb',
  dueAt: 'due',
  cancelledAt: 'xa',
  erasedAt: 'ea',
  doneAt: 'da',
  checksum: 'sum',
};

/** Counts are attributes of their own, so that a commit adds to them. */
const COUNT = 'count_';
const conflict = { code: 'version-conflict' } as const;
const keyOf = ({ orgId, id }: Pick<ErasureRecord, 'orgId' | 'id'>) => keys.erasure(orgId, id);

export const readErasureItem = (item: Item): ErasureRecord => unpack(item, NAMES);

export function toErasure(item: Item): Erasure {
  const { orgId: _org, ...shown } = readErasureItem(item);
  const counts = Object.entries(item).filter(([name]) => name.startsWith(COUNT));
  const removed = Object.fromEntries(counts.map(([name, n]) => [name.slice(COUNT.length), Number(n)]));
  return { ...(shown as Erasure), ...(counts.length > 0 && { removed }) };
}

export function erasureItem(erasure: ErasureRecord): Item {
  const key = keyOf(erasure);
  return {
    ...pack(erasure, NAMES),
    ...key,
    k: 'erasure',
    lp: partitions.erasures(erasure.orgId),
    sc: key.pk.slice(-22),
  };
}

export const newErasure = (erasure: ErasureRecord): Write => ({
  put: erasureItem(erasure),
  when: absent,
  otherwise: conflict,
});

/** From one state to the next, unless it is in another by now. */
export const moveErasure = (
  erasure: ErasureRecord,
  state: ErasureState,
  set: Partial<Record<'xa' | 'ea' | 'da' | 'sum', string>> = {},
): Write => ({
  update: keyOf(erasure),
  set: { st: state, ...set },
  when: equals('st', erasure.state),
  otherwise: conflict,
});

/** Counts what goes in the same commit, by the kinds of its items; once, however often the step is done again. */
export function tally(erasure: ErasureRecord, kinds: readonly string[], set: { ea?: Instant } = {}): Write {
  const add: Record<string, number> = {};
  for (const kind of kinds) add[COUNT + kind] = (add[COUNT + kind] ?? 0) + 1;
  return { update: keyOf(erasure), set, add, when: equals('st', 'running'), otherwise: conflict };
}
