// A letter in the outbox: why it is due, to whom, and where it stands. It holds no link, no code and, but for notices
// to an address already given up, no address: the mailer reads those when it sends.
import type { DeliveryState, LetterKind } from '../model/letter.ts';
import { type Names, pack, unpack } from './attributes.ts';
import { DUE_SHARDS, keys, type Lane, partitions, shardOf } from './keys.ts';
import type { Item, Write } from './table.ts';

export interface LetterRecord {
  /** Key of the item and tag of the letter: letters, digits, `-` and `_` only. */
  id: string;
  kind: LetterKind;
  lane: Lane;
  state: DeliveryState;
  createdAt: string;
  /** Moment of the next attempt; the order of the due lanes. */
  dueAt: string;
  attempts: number;
  /** A worker holds the letter until then. */
  leasedUntil?: string;
  sesId?: string;
  orgId?: string;
  userId?: string;
  inviteId?: string;
  linkId?: string;
  /** Who asked for it in the person's place. */
  askedBy?: string;
  /** Hash of the address asked about, where nobody has been looked up yet. */
  addressHash?: string;
  /** An address that no record holds any more, for the notice to the old one. */
  to?: string;
  /** Facts the letter shows, such as the hint of a new address. Never a secret. */
  facts?: Record<string, string>;
}

const FINAL = new Set<DeliveryState>([
  'sent',
  'delivered',
  'bounced',
  'complained',
  'suppressed',
  'voided',
  'abandoned',
  'delayed',
]);
export const isFinal = (state: DeliveryState): boolean => FINAL.has(state);

/** Kept 30 days, also when nobody ever finishes it. */
const KEPT_SECONDS = 30 * 86_400;

const NAMES: Names<LetterRecord> = {
  id: 'id',
  kind: 'kind',
  lane: 'lane',
  state: 'st',
  createdAt: 'ca',
  dueAt: 'due',
  attempts: 'tries',
  leasedUntil: 'lease',
  sesId: 'ses',
  orgId: 'o',
  userId: 'u',
  inviteId: 'i',
  linkId: 'link',
  askedBy: 'by',
  addressHash: 'ah',
  to: 'to',
  facts: 'facts',
};

export function letterItem(letter: LetterRecord): Item {
  const waiting = !isFinal(letter.state);
  return {
    ...pack(letter, NAMES),
    ...keys.letter(letter.id),
    k: 'letter',
    ...(waiting && {
      lp: partitions.due(letter.lane, shardOf(letter.id, DUE_SHARDS)),
      su: `${letter.dueAt}#${letter.id}`,
    }),
    ttl: Math.floor(Date.parse(letter.createdAt) / 1000) + KEPT_SECONDS,
  };
}

export const readLetterItem = (item: Item): LetterRecord => unpack(item, NAMES);

export const putLetter = (letter: LetterRecord): Write => ({
  put: letterItem(letter),
  when: { is: 'absent' },
  otherwise: { code: 'version-conflict' },
});

/** Takes a letter that nobody holds out of its lane. */
export const voidLetter = ({ id }: LetterRecord, at: string): Write => ({
  update: keys.letter(id),
  set: { st: 'voided', at },
  remove: ['lp', 'su'],
  when: { attribute: 'st', equals: 'queued' },
  otherwise: { code: 'version-conflict' },
});
