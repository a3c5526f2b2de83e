// Client secrets. Ours are derived from the client's id and secret version, so that none is stored and a lost answer can
// show it again. One that a caller chose cannot be: of it a keyed hash is kept, which neither shows it nor lets a reader
// of the table try guesses.
import { currentMac, type KeyRing, mac, sameBytes } from './key-ring.ts';

/** `rc_<version of key>_<43 characters>`. */
export function clientSecret(ring: KeyRing, clientId: string, secretVersion: number): string {
  return `rc_${ring.current}_${secretOf(ring, ring.current, clientId, secretVersion)}`;
}

export function provesClient(ring: KeyRing, clientId: string, secretVersion: number, secret: string): boolean {
  const match = /^rc_([1-9]\d{0,2})_([A-Za-z0-9_-]{43})$/.exec(secret);
  const expected = secretOf(ring, Number(match?.[1] ?? 0), clientId, secretVersion);
  return sameBytes(Buffer.from(match?.[2] ?? ''), expected === undefined ? undefined : Buffer.from(expected));
}

function secretOf(ring: KeyRing, version: number, clientId: string, secretVersion: number): string | undefined {
  return mac(ring, version, 'client', clientId, secretVersion)?.toString('base64url');
}

/** Characters of a chosen secret, visible ASCII. A UUID has 36. */
export const MIN_CHOSEN_SECRET = 32;
const MAX_CHOSEN_SECRET = 256;
/** Different signs, so that no repetition passes for length. A random UUID has fewer once in ten million. */
const MIN_DIFFERENT = 8;

/** Whether a chosen secret is too long to be guessed: a fast hash is enough for it, as it would not be for a password. */
export const isStrongSecret = (secret: string): boolean =>
  /^[\x21-\x7e]+$/.test(secret) &&
  secret.length >= MIN_CHOSEN_SECRET &&
  secret.length <= MAX_CHOSEN_SECRET &&
  new Set(secret).size >= MIN_DIFFERENT;

/** What is kept of a chosen secret: `<version of key>_<43 characters>`. Bound to its client. */
export const hashChosenSecret = (ring: KeyRing, clientId: string, secret: string): string =>
  `${ring.current}_${currentMac(ring, 'chosen-client-secret', clientId, secret).toString('base64url')}`;

export function provesChosenSecret(ring: KeyRing, clientId: string, hash: string, secret: string): boolean {
  const [, version, digest = ''] = /^(\d{1,3})_(.{43})$/.exec(hash) ?? [];
  const expected = mac(ring, Number(version ?? 0), 'chosen-client-secret', clientId, secret);
  return sameBytes(Buffer.from(digest, 'base64url'), expected);
}
