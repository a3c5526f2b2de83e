// Key rings, and what is made with them.
import { describe, expect, it } from 'vitest';
import { currentMac, mac, readKeyRing, sameBytes, strictBase64url } from '../../shared/security/key-ring.ts';

const SECRET = 'a'.repeat(32);
const ring = readKeyRing(JSON.stringify({ 1: SECRET, 3: 'b'.repeat(40) }));

describe('a key ring', () => {
  it('makes with its highest version and knows all of them', () => {
    expect([ring.current, ring.versions]).toEqual([3, [1, 3]]);
    expect([ring.secret(1), ring.secret(2)]).toEqual([SECRET, undefined]);
    expect(currentMac(ring, 'x')).toEqual(mac(ring, 3, 'x'));
    expect(mac(ring, 2, 'x')).toBeUndefined();
  });

  it('refuses to be half a ring', () => {
    const broken = [
      '{}',
      '[]',
      'null',
      '"x"',
      'nonsense',
      '{"1":"short"}',
      `{"0":"${SECRET}"}`,
      `{"256":"${SECRET}"}`,
      `{"1.5":"${SECRET}"}`,
      `{"x":"${SECRET}"}`,
      `{"1":"${SECRET}","2":""}`,
    ];
    for (const json of broken) expect(() => readKeyRing(json)).toThrow();
  });
});

describe('a MAC', () => {
  it('is over parts that cannot run into each other', () => {
    const made = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['', 'abc'], ['1:a', 'bc'], ['a', '2:bc']].map(
      (parts) => mac(ring, 1, ...parts)?.toString('hex'),
    );
    expect(new Set(made).size).toBe(made.length);
    expect(mac(ring, 1, 'abc')?.length).toBe(32);
    expect(mac(ring, 1, 'abc')).not.toEqual(mac(ring, 3, 'abc'));
  });
});

describe('comparing bytes', () => {
  it('says no to what is missing or of another length', () => {
    const bytes = Buffer.from('abc');
    expect(sameBytes(bytes, Buffer.from('abc'))).toBe(true);
    for (const other of [undefined, Buffer.from('abd'), Buffer.from('ab'), Buffer.from('abcd'), Buffer.alloc(0)]) {
      expect(sameBytes(bytes, other)).toBe(false);
      expect(sameBytes(other, bytes)).toBe(false);
    }
    expect(sameBytes(undefined, undefined)).toBe(false);
  });
});

describe('base64url', () => {
  it('has one spelling for the same bytes', () => {
    expect(strictBase64url('AQI')).toEqual(Buffer.from([1, 2]));
    expect(strictBase64url('')).toEqual(Buffer.alloc(0));
    for (const other of ['AQJ', 'AQI=', 'AQI\n', ' AQI', 'A', 'AQ+I', 'AQ/I', 'AQ I', 'AQI\u0000', 'é']) {
      expect(strictBase64url(other)).toBeUndefined();
    }
  });
});
