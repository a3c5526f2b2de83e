// Client secrets: derived, not stored.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  clientSecret,
  hashChosenSecret,
  isStrongSecret,
  provesChosenSecret,
  provesClient,
} from '../../shared/security/client-secret.ts';
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

describe('a secret that somebody chose', () => {
  const chosen = randomUUID();
  const hash = hashChosenSecret(ring, ID, chosen);

  it('proves its client alone, by a keyed hash that does not show it', () => {
    expect(hash).toMatch(/^1_[A-Za-z0-9_-]{43}$/);
    expect(hash).not.toContain(chosen);
    expect(provesChosenSecret(ring, ID, hash, chosen)).toBe(true);
    expect(provesChosenSecret(ring, ID, hash, `${chosen}x`)).toBe(false);
    expect(provesChosenSecret(ring, ID.replace('1', '2'), hash, chosen)).toBe(false);
    expect(hashChosenSecret(readKeyRing(JSON.stringify({ 1: 'c'.repeat(32) })), ID, chosen)).not.toBe(hash);
  });

  it('outlives a rotation of the key, and not its loss', () => {
    expect(provesChosenSecret(rotated, ID, hash, chosen)).toBe(true);
    expect(hashChosenSecret(rotated, ID, chosen)).toMatch(/^2_/);
    expect(provesChosenSecret(readKeyRing(JSON.stringify({ 2: 'b'.repeat(32) })), ID, hash, chosen)).toBe(false);
    expect(provesChosenSecret(ring, ID, 'nonsense', chosen)).toBe(false);
  });

  it('is strong: long, of visible signs, and no repetition', () => {
    for (const strong of [chosen, randomUUID().replaceAll('-', ''), 'a:b%c+d e'.replace(' ', '~').repeat(5)])
      expect(isStrongSecret(strong), strong).toBe(true);
    for (const weak of [
      '',
      'short',
      chosen.slice(0, 31),
      'a'.repeat(40),
      'abc1'.repeat(10),
      `${chosen} x`,
      `${chosen}é`,
    ])
      expect(isStrongSecret(weak), weak).toBe(false);
    expect(isStrongSecret(`${chosen}${'x'.repeat(221)}`)).toBe(false);
  });
});
