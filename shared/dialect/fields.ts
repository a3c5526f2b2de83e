// The attributes of another system as rows: its name, the place in the record, the codec, who may write it. A row works
// both ways. What a row cannot say is a named function of that dialect.
import { isDeepStrictEqual } from 'node:util';
import type { User, UserPatch } from '../model/user.ts';
import type { Codec } from './codecs.ts';

/**
 * - `both`: shown and taken.
 * - `shown`: read-only there. Written, it is ignored, as those systems' own documents send it back.
 * - `accepted`: taken, never shown.
 * - `create`: shown, and taken only for somebody new.
 */
export type Access = 'both' | 'shown' | 'accepted' | 'create';

export interface Row {
  /** The attribute's name in the other system. */
  wire: string;
  /** Path in the record, such as `profile.givenName`. */
  path: string;
  codec: Codec;
  access: Access;
  /** May be filtered and sorted by there. */
  searchable?: boolean;
}

export const row = (wire: string, path: string, codec: Codec, access: Access = 'both', searchable = false): Row => ({
  wire,
  path,
  codec,
  access,
  ...(searchable && { searchable }),
});

export type Wire = Record<string, unknown>;

/** The member at a path of the record; undefined where any part of it is absent. */
export function valueAt(record: object, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => (at as Wire | undefined)?.[name], record);
}

/** Every attribute that the system shows, null where nothing is set; with `only`, those named. */
export function toWire(rows: readonly Row[], user: User, only?: ReadonlySet<string>): Wire {
  const shown = rows.filter(({ wire, access }) => access !== 'accepted' && (!only || only.has(wire)));
  return Object.fromEntries(shown.map((one) => [one.wire, showAt(one, user)]));
}

export function showAt({ path, codec }: Row, user: User): unknown {
  const value = valueAt(user, path);
  return value === undefined || value === null ? null : codec.show(value);
}

export interface Taken {
  patch: UserPatch;
  /** What could not be taken, by the attribute's name. */
  wrong: { wire: string; message: string }[];
}

/**
 * A merge patch of what was sent. An attribute that comes back as it is shown of `before` changes nothing: what the other
 * system cannot show of it stays. Without `before` it is about somebody new.
 */
export function fromWire(rows: readonly Row[], given: Wire, before?: User): Taken {
  const patch: Wire = {};
  const wrong: Taken['wrong'] = [];
  for (const [wire, value] of Object.entries(given)) {
    const found = rows.find((one) => one.wire === wire);
    if (!found) {
      wrong.push({ wire, message: 'is not an attribute' });
      continue;
    }
    if (found.access === 'shown') continue;
    if (before && isDeepStrictEqual(showAt(found, before), value)) continue;
    if (before && found.access === 'create') {
      wrong.push({ wire, message: 'cannot be changed' });
      continue;
    }
    const read = value === null ? { value: null } : found.codec.read(value);
    if ('wrong' in read) wrong.push({ wire, message: read.wrong });
    else if (before || read.value !== null) putAt(patch, found.path, read.value);
  }
  return { patch: patch as UserPatch, wrong };
}

/** Sets a member of a patch, making the groups above it. */
export function putAt(patch: Wire, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() ?? '';
  let at = patch;
  for (const name of names) {
    at[name] ??= {};
    at = at[name] as Wire;
  }
  at[last] = value;
}

/** The attribute behind the place in the record that a refusal points at: `/profile/givenName` is `firstName`. */
export function wireOf(rows: readonly Row[], pointer: string): string | undefined {
  const path = pointer.split('/').slice(1).join('.');
  return rows.find((one) => path === one.path || path.startsWith(`${one.path}.`))?.wire;
}
