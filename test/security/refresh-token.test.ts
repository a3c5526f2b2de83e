// Refresh tokens by themselves. Not here: sessions.
import { describe, expect, it } from 'vitest';
import { readKeyRing } from '../../shared/security/key-ring.ts';
import { openRefreshToken, refreshToken } from '../../shared/security/refresh-token.ts';

const ring = readKeyRing(JSON.stringify({ 1: 'a'.repeat(32) }));
const rotated = readKeyRing(JSON.stringify({ 1: 'a'.repeat(32), 2: 'b'.repeat(32) }));
const id = (n: number) => `0189000${n}-0000-7000-8000-00000000000${n}`;
const content = { homeOrgId: id(1), orgId: id(2), userId: id(3), sessionId: id(4), counter: 70_000 };
const token = refreshToken(ring, content);

describe('a refresh token', () => {
  it('is the same again for the same session and counter, and opens to them', () => {
    expect(refreshToken(ring, content)).toBe(token);
    expect(openRefreshToken(ring, token)).toEqual(content);
    expect(refreshToken(ring, { ...content, counter: content.counter + 1 })).not.toBe(token);
  });

  it('opens with a retired key of the ring and with no other', () => {
    expect(openRefreshToken(rotated, token)).toEqual(content);
    expect(openRefreshToken(ring, refreshToken(rotated, content))).toBeUndefined();
    expect(openRefreshToken(readKeyRing(JSON.stringify({ 1: 'c'.repeat(32) })), token)).toBeUndefined();
  });

  it('does not open when any byte of it is changed', () => {
    const bytes = Buffer.from(token, 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 1;
      expect(openRefreshToken(rotated, copy.toString('base64url'))).toBeUndefined();
    }
  });

  it('does not open when it is cut, extended or spelt another way', () => {
    for (const other of ['', 'x', token.slice(0, -1), `${token}=`, `${token}A`, `${token}\n`, 'A'.repeat(1000)]) {
      expect(openRefreshToken(ring, other)).toBeUndefined();
    }
  });
});
