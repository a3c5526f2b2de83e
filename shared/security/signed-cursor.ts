// Cursors: where a walk stands, signed and bound to org, route and query, so that none can be made, moved or reused.
import { fail } from '../model/problem.ts';
import { currentMac, type KeyRing, mac, sameBytes, strictBase64url } from './key-ring.ts';

const MAC_BYTES = 16;
/** Well under what a query string may hold (HTTP API: 10,240 bytes of request line and headers in all). */
const MAX_LENGTH = 1000;

/** Everything that must be the same on the next page. */
export type CursorScope = readonly string[];

export function signCursor(ring: KeyRing, scope: CursorScope, position: readonly string[]): string {
  const body = Buffer.from(JSON.stringify(position));
  const proof = currentMac(ring, 'cursor', ...scope, body.toString('base64url')).subarray(0, MAC_BYTES);
  return Buffer.concat([Buffer.of(ring.current), proof, body]).toString('base64url');
}

/** The position inside a cursor; fails with `cursor-invalid` for any that this scope did not give. */
export function openCursor(ring: KeyRing, scope: CursorScope, cursor: string): string[] {
  const bytes = cursor.length <= MAX_LENGTH ? strictBase64url(cursor) : undefined;
  if (bytes === undefined || bytes.length <= MAC_BYTES + 1) fail('cursor-invalid');
  const body = bytes.subarray(1 + MAC_BYTES);
  const expected = mac(ring, bytes[0] ?? 0, 'cursor', ...scope, body.toString('base64url'))?.subarray(0, MAC_BYTES);
  if (!sameBytes(bytes.subarray(1, 1 + MAC_BYTES), expected)) fail('cursor-invalid');
  return JSON.parse(body.toString('utf8')) as string[];
}
