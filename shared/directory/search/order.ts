// The orders of a list: four by an index, any other member by collecting the matches and sorting them here.
import { fieldAt } from '../../model/fields.ts';
import { fail } from '../../model/problem.ts';
import { fold } from '../../store/keys.ts';
import type { IndexName } from '../../store/table.ts';
import type { Match } from './find.ts';

export interface Order {
  /** As the caller named it, without the sign. */
  member: string;
  descending: boolean;
  /** Not the order of the values: whoever has this one comes last. */
  is?: string;
  /** Set where an index has this order. */
  index?: IndexName;
  /** The order among those of one value. */
  within?: Order;
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

/** Members that one order may name. */
const MOST_MEMBERS = 4;

/**
 * Reads `sort`: members by commas, `-` before one for descending, `state=inactive` for those of one value last. Fails with
 * `input-invalid` for what cannot be sorted by.
 */
export function readOrder(text = 'createdAt'): Order {
  const [first = '', ...more] = text.split(',', MOST_MEMBERS + 1);
  if (more.length >= MOST_MEMBERS) refuse(`must name at most ${MOST_MEMBERS} members`);
  if (more.length === 0) return readMember(first);
  const { index: _index, ...order } = readMember(first);
  return { ...order, within: readOrder(more.join(',')) };
}

/** The same people from the other end. */
export const reversed = (order: Order): Order => ({
  ...order,
  descending: !order.descending,
  ...(order.within && { within: reversed(order.within) }),
});

/** Every member that an order looks at. */
export const sortedBy = (order: Order): string[] => partsOf(order).map(({ member }) => member);

const partsOf = (order: Order): Order[] => [order, ...(order.within ? partsOf(order.within) : [])];

const refuse = (message: string): never => fail({ code: 'input-invalid', issues: [{ pointer: '/sort', message }] });

function readMember(text: string): Order {
  const descending = text.startsWith('-');
  const [member = '', is] = (descending ? text.slice(1) : text).split('=', 2);
  const index = INDEXES.get(member);
  if (index && is === undefined) return { member, descending, index };
  const field = fieldAt(member);
  if (!field || field.many) {
    return refuse('must name a single value of a person, with - before it for descending');
  }
  return { member: field.path, descending, ...(is !== undefined && { is }) };
}

/** Those without the value come last in ascending order; people of one value in the order of creation. */
export function sorted(matches: readonly Match[], order: Order): { match: Match; place: string[] }[] {
  const parts = partsOf(order);
  // A cursor carries the place: several values share its room.
  const longest = parts.length > 1 ? 40 : 120;
  const placed = matches.map((match) => ({
    match,
    place: [...parts.flatMap((part) => placeOf(match, part, longest)), match.record.id],
  }));
  return placed.sort((a, b) => comparePlaces(order, a.place, b.place));
}

/** Text that sorts as the values do: a class, so that the absent stand at the end, and the value. */
function placeOf({ user }: Match, { member, is }: Order, longest: number): string[] {
  const path = fieldAt(member === 'familyName' ? 'profile.familyName' : member)?.path ?? member;
  const value = path
    .split('.')
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], user);
  if (is !== undefined) return [String(value) === is ? '1' : '0', ''];
  if (value === undefined || value === null) return ['1', ''];
  if (typeof value === 'number') return ['0', ordinal(value)];
  return ['0', fold(String(value)).slice(0, longest)];
}

/** A double as sixteen hex digits in the order of its values. */
function ordinal(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const ordered = bits >> 63n ? ~bits & 0xffffffffffffffffn : bits | 0x8000000000000000n;
  return ordered.toString(16).padStart(16, '0');
}

/** Which of two places comes first in the order. People of one value stand in the order of creation. */
export function comparePlaces(order: Order, a: readonly string[], b: readonly string[]): number {
  let at = 0;
  for (let one: Order | undefined = order; one; one = one.within) {
    const found = compareTexts(a.slice(at, at + 2), b.slice(at, at + 2));
    if (found !== 0) return one.descending ? -found : found;
    at += 2;
  }
  const found = compareTexts(a.slice(at), b.slice(at));
  return order.descending ? -found : found;
}

function compareTexts(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [x = '', y = ''] = [a[i], b[i]];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}
