// Ids and what is derived from them.
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { legacyIdOf, numberOf, packId, UserId, unpackId, uuidToBytes, uuidV7 } from '../../shared/model/ids.ts';

fc.configureGlobal({ seed: 20260101 });

const moment = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2092, 11, 31) });
const random = fc.uint8Array({ minLength: 10, maxLength: 10 });
const id = fc.tuple(moment, random).map(([ms, bytes]) => uuidV7(ms, bytes));

describe('an id', () => {
  it('is a UUIDv7 of its moment', () => {
    fc.assert(
      fc.property(moment, random, (ms, bytes) => {
        const made = uuidV7(ms, bytes);
        expect(v.is(UserId, made)).toBe(true);
        expect(Number.parseInt(made.replaceAll('-', '').slice(0, 12), 16)).toBe(ms);
      }),
    );
  });

  it('survives packing to 22 characters, and packed ids sort as the ids do', () => {
    fc.assert(
      fc.property(id, id, (a, b) => {
        expect(packId(a)).toHaveLength(22);
        expect(unpackId(packId(a))).toBe(a);
        expect(Math.sign(Buffer.compare(uuidToBytes(a), uuidToBytes(b)))).toBe(
          Math.sign(Buffer.compare(Buffer.from(packId(a)), Buffer.from(packId(b)))),
        );
      }),
    );
  });

  it('packs without any character that parts a key', () => {
    fc.assert(
      fc.property(id, (made) => {
        expect(packId(made)).toMatch(/^[-0-9A-Z_a-z]{22}$/);
      }),
    );
  });

  it.each([
    '',
    'x',
    '01900000-0000-7000-8000-00000000000',
    '01900000-0000-7000-8000-0000000000000',
    '01900000-0000-4000-8000-000000000000',
    '01900000-0000-7000-c000-000000000000',
    '01900000-0000-7000-8000-00000000000G',
    '01900000-0000-7000-8000-00000000000A',
    '{01900000-0000-7000-8000-000000000000}',
    '01900000000070008000000000000000',
    'user#1#ORG#b',
    '01900000-0000-7000-8000-000000000000\n',
  ])('is not %j', (text) => {
    expect(v.is(UserId, text)).toBe(false);
  });
});

describe('the number of an id', () => {
  it('is a positive integer below 2^53 until 2093, in order of creation', () => {
    fc.assert(
      fc.property(id, id, (a, b) => {
        expect(Number.isSafeInteger(numberOf(a))).toBe(true);
        expect(numberOf(a)).toBeGreaterThanOrEqual(0);
        if (a.slice(0, 13) < b.slice(0, 13)) expect(numberOf(a)).toBeLessThan(numberOf(b));
      }),
    );
    expect(numberOf(uuidV7(Date.UTC(2093, 0, 1), new Uint8Array(10).fill(255)))).toBeLessThan(2 ** 53);
  });

  it('is milliseconds since 2024 times 4096 and the twelve random bits', () => {
    const bytes = new Uint8Array(10);
    bytes.set([0xfa, 0xbc]);
    expect(numberOf(uuidV7(Date.UTC(2024, 0, 1) + 3, bytes))).toBe(3 * 4096 + 0xabc);
  });
});

describe('the legacy id', () => {
  it('is 24 hex digits: the second of creation and the number', () => {
    fc.assert(
      fc.property(moment, random, (ms, bytes) => {
        const number = numberOf(uuidV7(ms, bytes));
        const legacy = legacyIdOf(number);
        expect(legacy).toMatch(/^[0-9a-f]{24}$/);
        expect(Number.parseInt(legacy.slice(0, 8), 16)).toBe(Math.floor(ms / 1000));
        expect(Number.parseInt(legacy.slice(8), 16)).toBe(number);
      }),
    );
  });
});
