import { expect, test } from 'vitest';
import { rotated } from '../../infra/operate/rotate-keys.ts';
import { readKeyRing } from '../../shared/security/key-ring.ts';
import { linkToken, parseLinkToken, provesLink } from '../../shared/security/link-token.ts';

const RING = JSON.stringify({ 1: 'an old secret of at least thirty-two characters' });
const NEXT = 'a new secret of at least thirty-two characters';
const ids = [1, 2, 3, 4].map((n) => `01890000-0000-7000-8000-00000000000${n}`);
const token = linkToken(readKeyRing(RING), 'invite', ids, 'nonce');

/** Whether a link sent before the rotation still works with the ring. */
function works(ring: string): boolean {
  const parsed = parseLinkToken('invite', token);
  return parsed !== undefined && provesLink(readKeyRing(ring), 'invite', parsed, 'nonce');
}

test('a rotated ring makes with the new key and still verifies what the old one made', () => {
  const ring = rotated(RING, NEXT, false);
  expect(readKeyRing(ring).current).toBe(2);
  expect(works(ring)).toBe(true);
});

test('dropping the old keys voids every link sent so far', () => {
  const ring = rotated(RING, NEXT, true);
  expect(readKeyRing(ring).versions).toEqual([2]);
  expect(works(ring)).toBe(false);
});

test('a ring out of versions says so instead of beginning anew', () => {
  expect(() => rotated(JSON.stringify({ 255: NEXT }), NEXT, true)).toThrow(/all of its versions/);
});
