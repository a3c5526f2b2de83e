// The primitive behind every emailed link and code.
import { describe, expect, it } from 'vitest';
import { readKeyRing } from '../../shared/security/key-ring.ts';
import {
  CODE_LENGTH,
  type LinkPurpose,
  linkCode,
  linkToken,
  parseLinkToken,
  provesCode,
  provesLink,
} from '../../shared/security/link-token.ts';

const first = readKeyRing(JSON.stringify({ 1: 'a'.repeat(32) }));
const both = readKeyRing(JSON.stringify({ 1: 'a'.repeat(32), 2: 'b'.repeat(32) }));
const second = readKeyRing(JSON.stringify({ 2: 'b'.repeat(32) }));
const id = (n: number) => `0189000${n}-0000-7000-8000-00000000000${n}`;
const locator = [id(1), id(2), id(3)];
const NONCE = 'nonce-of-the-record';

const proves = (ring: typeof first, token: string, nonce = NONCE, purpose: LinkPurpose = 'reset') => {
  const parsed = parseLinkToken(purpose, token);
  return parsed !== undefined && provesLink(ring, purpose, parsed, nonce);
};

describe('a link token', () => {
  const token = linkToken(first, 'reset', locator, NONCE);

  it('is the same again for the same record, leads to it, and proves it', () => {
    expect(linkToken(first, 'reset', locator, NONCE)).toBe(token);
    expect(parseLinkToken('reset', token)).toMatchObject({ version: 1, locator });
    expect(proves(first, token)).toBe(true);
    expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(token.length).toBeLessThan(140);
  });

  it('proves nothing once the record has another nonce', () => {
    expect(proves(first, token, 'another')).toBe(false);
    expect(proves(first, token, '')).toBe(false);
  });

  it('proves nothing for another purpose, even one of the same form', () => {
    expect(parseLinkToken('validate-email', token)).toBeDefined();
    expect(proves(first, token, NONCE, 'validate-email')).toBe(false);
    expect(parseLinkToken('invite', token)).toBeUndefined();
    expect(parseLinkToken('reset', linkToken(first, 'invite', [...locator, id(4)], NONCE))).toBeUndefined();
  });

  it('proves nothing when any byte of it is changed', () => {
    const bytes = Buffer.from(token, 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      for (const bit of [1, 0x80]) {
        const copy = Buffer.from(bytes);
        copy[at] = (copy[at] ?? 0) ^ bit;
        expect(proves(both, copy.toString('base64url'))).toBe(false);
      }
    }
  });

  it('is no token when it is cut, extended or spelt another way', () => {
    const others = [token.slice(0, -1), `${token}A`, `${token}=`, `${token}AAAA`, ` ${token}`, `${token}\n`, ''];
    for (const other of [...others, Buffer.from(token, 'base64url').toString('hex')]) {
      expect(parseLinkToken('reset', other)).toBeUndefined();
    }
  });

  it('of a retired key still proves, and of a forgotten one does not', () => {
    expect(proves(both, token)).toBe(true);
    expect(proves(second, token)).toBe(false);
    expect(proves(both, linkToken(both, 'reset', locator, NONCE))).toBe(true);
    expect(proves(first, linkToken(both, 'reset', locator, NONCE))).toBe(false);
  });
});

describe('a code', () => {
  const code = linkCode(first, 'reset', locator, NONCE);

  it('has eight characters that nobody misreads, and is the same again', () => {
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/);
    expect(code).toHaveLength(CODE_LENGTH);
    expect(linkCode(first, 'reset', locator, NONCE)).toBe(code);
  });

  it('is taken however it is typed', () => {
    const typed = [code.toLowerCase(), `${code.slice(0, 4)}-${code.slice(4)}`, ` ${[...code].join(' ')} `];
    const misread = code.replaceAll('0', 'O').replaceAll('1', 'l');
    for (const spelling of [code, ...typed, misread]) {
      expect(provesCode(first, 'reset', locator, NONCE, spelling)).toBe(true);
    }
  });

  it('belongs to its letter, purpose and record, and to a key of the ring', () => {
    expect(provesCode(first, 'reset', locator, 'another', code)).toBe(false);
    expect(provesCode(first, 'validate-email', locator, NONCE, code)).toBe(false);
    expect(provesCode(first, 'reset', [id(1), id(2), id(4)], NONCE, code)).toBe(false);
    expect(provesCode(both, 'reset', locator, NONCE, code)).toBe(true);
    expect(provesCode(second, 'reset', locator, NONCE, code)).toBe(false);
    for (const other of ['', code.slice(1), `${code}0`, '00000000', 'é'.repeat(8)]) {
      expect(provesCode(first, 'reset', locator, NONCE, other)).toBe(false);
    }
  });

  it('tells nothing of the token', () => {
    expect(linkToken(first, 'reset', locator, NONCE).toUpperCase()).not.toContain(code);
  });

  it('uses its whole alphabet evenly enough', () => {
    const codes = Array.from({ length: 400 }, (_, i) => linkCode(first, 'reset', locator, `nonce ${i}`)).join('');
    expect(new Set(codes).size).toBe(32);
  });
});
