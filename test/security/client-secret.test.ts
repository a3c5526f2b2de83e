// Client secrets: derived, not stored.
import { describe, expect, it } from 'vitest';
import { clientSecret, provesClient } from '../../shared/security/client-secret.ts';
import { readKeyRing } from '../../shared/security/key-ring.ts';

const ring = readKeyRing(JSON.stringify({ 1: 'a'.repeat(32) }));
const rotated = readKeyRing(JSON.stringify({ 1: 'a'.repeat(32), 2: 'b'.repeat(32) }));
const ID = '01890000-0000-7000-8000-000000000001';
const secret = clientSecret(ring, ID, 1);

describe('a client secret', () => {
  it('is derived: the same again for client and version, another for any other', () => {
    expect(secret).toMatch(/^rc_1_[A-Za-z0-9_-]{43}$/);
    expect(clientSecret(ring, ID, 1)).toBe(secret);
    expect(clientSecret(ring, ID, 2)).not.toBe(secret);
    expect(provesClient(ring, ID, 1, secret)).toBe(true);
    expect(provesClient(ring, ID, 2, secret)).toBe(false);
    expect(provesClient(ring, ID.replace('1', '2'), 1, secret)).toBe(false);
  });

  it('outlives a rotation of the key, and not its loss', () => {
    expect(provesClient(rotated, ID, 1, secret)).toBe(true);
    expect(provesClient(rotated, ID, 1, clientSecret(rotated, ID, 1))).toBe(true);
    expect(provesClient(readKeyRing(JSON.stringify({ 2: 'b'.repeat(32) })), ID, 1, secret)).toBe(false);
  });

  it('is refused in any other form', () => {
    const body = secret.slice(5);
    for (const other of ['', secret.slice(0, -1), `${secret}A`, `rc_2_${body}`, `rc_01_${body}`, `${secret}\n`, body]) {
      expect(provesClient(ring, ID, 1, other)).toBe(false);
    }
  });
});
