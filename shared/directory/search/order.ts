// The orders of a list: four by an index, any other member by collecting the matches and sorting them here.
import { fieldAt } from '../../model/fields.ts';
import { fail } from '../../model/problem.ts';
import { fold } from '../../store/keys.ts';
import { type IndexName, RANGES } from '../../store/table.ts';
import { indexed } from '../../store/user-items.ts';
import type { Match } from './find.ts';

export interface Order {
  /** As the caller named it, without the sign. */
  member: string;
  descending: boolean;
  /** Set where an index has this order. */
  index?: IndexName;
}

const INDEXES = new Map<string, IndexName>([
  ['createdAt', 'byCreated'],
  // Ids and numbers rise with time.
  ['id', 'byCreated'],
  ['number', 'byCreated'],
  ['updatedAt', 'byUpdated'],
  ['email', 'byEmail'],
  ['familyName', 'byName'],
  ['profile.familyName', 'byName'],
]);

/** Reads `sort`: a member, `-` before it for descending. Fails with `input-invalid` for what cannot be sorted by. */
export function readOrder(text = 'createdAt'): Order {
  const descending = text.startsWith('-');
  const member = descending ? text.slice(1) : text;
  const index = INDEXES.get(member);
  if (index) return { member, descending, index };
  const field = fieldAt(member);
  if (!field || field.many) {
    const message = 'must name a single value of a person, with - before it for descending';
    fail({ code: 'input-invalid', issues: [{ pointer: '/sort', message }] });
  }
  return { member: field.path, descending };
}

/**
 * Where an index has the order, as the index has it. Else those without the value come last in ascending order, people of
 * one value in the order of creation.
 */
export function sorted(
  matches: readonly Match[],
  { member, descending, index }: Order,
): { match: Match; place: string[] }[] {
  const placeIn = ({ record }: Match, name: IndexName) => [String(indexed(record)[RANGES[name]])];
  const placed = matches.map((match) => ({
    match,
    place: index ? placeIn(match, index) : [...placeOf(match, member), match.record.id],
  }));
  placed.sort((a, b) => comparePlaces(a.place, b.place));
  return descending ? placed.reverse() : placed;
}

/** Text that sorts as the values do: a class, so that the absent stand at the end, and the value. */
function placeOf({ user }: Match, member: string): string[] {
  const path = fieldAt(member)?.path ?? member;
  const value = path
    .split('.')
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], user);
  if (value === undefined || value === null) return ['1', ''];
  if (typeof value === 'number') return ['0', ordinal(value)];
  return ['0', fold(String(value)).slice(0, 120)];
}

/** A double as sixteen hex digits in the order of its values. */
function ordinal(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const ordered = bits >> 63n ? ~bits & 0xffffffffffffffffn : bits | 0x8000000000000000n;
  return ordered.toString(16).padStart(16, '0');
}

export function comparePlaces(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [x = '', y = ''] = [a[i], b[i]];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}
