// Client secrets: derived from the client's id and secret version, so that none is stored and a lost answer can show
// it again.
import { type KeyRing, mac, sameBytes } from './key-ring.ts';

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
