import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../shared/model/json.ts';
import { hasCode } from '../../shared/model/problem.ts';

const read = (text: string) => parseJson(Buffer.from(text));
const refuses = (text: string | Buffer) => {
  try {
    parseJson(Buffer.from(text));
    return false;
  } catch (error) {
    return hasCode(error, 'malformed-json');
  }
};

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

test('what JSON can say and the store can keep is read as the platform reads it', () => {
  const keys = fc.string().filter((key) => !key.includes('\0'));
  const strings = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'));
  const scalars = fc.oneof(
    strings,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
  );
  const values = fc.oneof(scalars, fc.array(scalars), fc.dictionary(keys, fc.oneof(scalars, fc.array(scalars))));
  fc.assert(
    fc.property(values, (value) => {
      const text = JSON.stringify(value);
      expect(read(text)).toEqual(JSON.parse(text));
      expect(read(JSON.stringify(value, null, 2))).toEqual(JSON.parse(text));
    }),
  );
});

describe('refused', () => {
  test.each([
    ['nothing', ''],
    ['a repeated key', '{"a":1,"a":1}'],
    ['a repeated key deeper in', '{"x":[{"a":1,"b":2,"a":3}]}'],
    ['a key repeated by escape', '{"a":1,"\\u0061":2}'],
    ['a key repeated across white space', '{"a"\n\t:1, "a"\r :2}'],
    ['a repeated __proto__', '{"__proto__":1,"__proto__":2}'],
    ['NUL in a value', '{"a":"\\u0000"}'],
    ['NUL in a key', '{"\\u0000":1}'],
    ['a lone high surrogate', '["\\ud800"]'],
    ['a lone low surrogate', '["\\udc00x"]'],
    ['surrogates the wrong way round', '["\\udc00\\ud800"]'],
    ['a depth of thirteen', nested(13)],
    ['a depth that would break a stack', nested(200_000)],
    ['a byte order mark', '\ufeff{}'],
    ['2,001 keys', JSON.stringify(Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`k${i}`, 1])))],
    ['two values', '{}{}'],
    ['NaN', 'NaN'],
  ])('%s', (_what, text) => {
    expect(refuses(text)).toBe(true);
  });

  test.each([
    ['overlong', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['cut', [0xe2, 0x82]],
    ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
  ])('bytes that are no UTF-8: %s', (_what, bytes) => {
    expect(refuses(Buffer.concat([Buffer.from('"'), Buffer.from(bytes), Buffer.from('"')]))).toBe(true);
  });
});

test('the same key in different objects is no repeat, nor is a value that equals a key', () => {
  expect(read('{"a":{"a":"a"},"b":[{"a":1},{"a":2}]}')).toEqual({ a: { a: 'a' }, b: [{ a: 1 }, { a: 2 }] });
  expect(read('{"a":"b","b":"a:","c":"\\"a\\":"}')).toEqual({ a: 'b', b: 'a:', c: '"a":' });
});

test('a depth of twelve and two thousand keys are taken', () => {
  expect(refuses(nested(12))).toBe(false);
  expect(refuses(JSON.stringify(Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`k${i}`, 1]))))).toBe(false);
});
