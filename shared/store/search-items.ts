// What people can be found by without walking their org: words of their names, and the values that few share. Derived
// from the core items by the projector; never the authority on anything.
import { domainOf } from '../model/email-address.ts';
import { numberOf, type UserId } from '../model/ids.ts';
import { displayNameOf, LIVE, type UserState } from '../model/user.ts';
import { fold, h, keys } from './keys.ts';
import type { Item } from './table.ts';
import type { UserRecord } from './user-items.ts';

export type SearchField = 'word' | 'domain' | 'state' | 'locked' | 'role' | 'division' | 'department' | 'manager';

/** One way to find a person: the entry lies at `bucket` of `field`, in the order of `value` and then of creation. */
export interface Token {
  field: SearchField;
  bucket: string;
  value: string;
}

/** What a typeahead shows of a person, carried by each of their word entries. */
export type Card = {
  id: UserId;
  number: number;
  displayName: string;
  email?: string;
  username?: string;
  state: UserState;
};

const MAX_WORDS = 20;
const MAX_WORD = 40;
/** Scripts that write words of one or two signs, without spaces. */
const DENSE = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** The words of a text, folded: no case, no accents. */
export function foldWords(text: string): string[] {
  return fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .map((word) => [...word].slice(0, MAX_WORD).join(''));
}

/** Characters a prefix needs at least: entries lie in buckets of the word's first ones. */
export const shortestPrefix = (word: string): number => (DENSE.test(word) ? 1 : 2);

export const bucketOf = (word: string): string => [...word].slice(0, shortestPrefix(word)).join('');

/** Every word that finds the person: of the names, the username, the address's local part, and the address itself. */
function wordsOf({ email: address, username = '', profile = {} }: UserRecord): string[] {
  const email: string = address ?? '';
  const { givenName = '', familyName = '', displayName = '' } = profile;
  const local = email.slice(0, Math.max(0, email.lastIndexOf('@')));
  const parts = [givenName, familyName, displayName, username, local].map(foldWords);
  const whole = [local, username].map((text) => fold(text).slice(0, MAX_WORD)).filter(Boolean);
  // The first word of each goes first: a filter by the beginning of a name relies on it.
  const firsts = parts.flatMap((words) => words.slice(0, 1));
  return [...new Set([...firsts, ...parts.flat(), ...whole])].slice(0, MAX_WORDS);
}

/** The department as entries name it: folded, so that "R&D" and "r&d" are one. */
export const departmentBucket = (department: string): string => h(fold(department));

/** All ways to find the person. None for one who is deleted or erased. */
export function tokensOf(record: UserRecord): Token[] {
  const { state, email, profile = {}, divisionId, roles, lock } = record;
  if (!LIVE.includes(state)) return [];
  const one = (field: SearchField, bucket: string | undefined): Token[] =>
    bucket ? [{ field, bucket, value: '' }] : [];
  return [
    ...wordsOf(record).map((word) => ({ field: 'word' as const, bucket: bucketOf(word), value: word })),
    ...one('domain', email && domainOf(email)),
    // Nearly everyone is active, a member and unlocked: those are found by a walk.
    ...one('state', state === 'active' ? undefined : state),
    ...one('locked', lock && 'yes'),
    ...roles.filter((role) => role !== 'member').flatMap((role) => one('role', role)),
    ...one('division', divisionId),
    ...one('department', profile.department && departmentBucket(profile.department)),
    ...one('manager', profile.managerId),
  ];
}

export function cardOf(record: UserRecord): Card {
  const { id, email, username, state, profile, homeOrgId } = record;
  return {
    id,
    number: numberOf(id),
    displayName: displayNameOf({ profile, email }),
    ...(email && { email }),
    ...(username && !homeOrgId && { username }),
    state,
  };
}

export function entryItem(record: UserRecord, { field, bucket, value }: Token): Item {
  const card = field === 'word' && { card: { ...cardOf(record) } };
  return { ...keys.searchEntry(record.orgId, field, bucket, value, record.id), k: 'entry', u: record.id, ...card };
}

export const readCard = (item: Item): Card => item.card as Card;
