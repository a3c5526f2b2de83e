// The scalars of the record: what they take, what they refuse, what the API document says of them.
import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import {
  CalendarDate,
  DurationSeconds,
  decimal,
  Instant,
  Locale,
  personName,
  plainNote,
  TimeZone,
  text,
  WholeNumber,
} from '../../shared/model/text.ts';

const takes = (schema: v.GenericSchema, value: unknown) => {
  const result = v.safeParse(schema, value);
  if (result.success) expect(result.output).toBe(value);
  return result.success;
};

describe('text', () => {
  test.each([
    ['an empty string', ''],
    ['spaces at both ends, kept as sent', '  Ann  '],
    ['decomposed letters', 'Zoe\u0308'],
    ['emoji beyond the first plane', '👩🏽‍🚀'],
    ['right-to-left letters without control characters', 'דנה לוי'],
    ['eight combining marks in a row', `a${'\u0301'.repeat(8)}`],
    ['a URL, which only names refuse', 'see https://example.com'],
  ])('takes %s', (_, value) => expect(takes(text(100), value)).toBe(true));

  test.each([
    ['NUL', 'a\u0000b'],
    ['a newline on one line', 'a\nb'],
    ['a carriage return', 'a\rb'],
    ['a tab on one line', 'a\tb'],
    ['a C1 control', 'a\u0085b'],
    ['a line separator on one line', 'a\u2028b'],
    ['a right-to-left override', 'a\u202eb'],
    ['an isolate', 'a\u2066b'],
    ['a right-to-left mark', 'a\u200fb'],
    ['an Arabic letter mark', 'a\u061cb'],
    ['a lone high surrogate', 'a\ud83d'],
    ['a lone low surrogate', '\udc00a'],
    ['a noncharacter', 'a\ufffe'],
    ['a noncharacter of a higher plane', `a${String.fromCodePoint(0x1ffff)}`],
    ['nine combining marks in a row', `a${'\u0301'.repeat(9)}`],
    ['a number', 1],
    ['null', null],
  ])('refuses %s', (_, value) => expect(takes(text(100), value)).toBe(false));

  test('counts UTF-16 units', () => {
    expect(takes(text(4), '👩👩')).toBe(true);
    expect(takes(text(4), '👩👩a')).toBe(false);
  });

  test('takes line breaks of all forms and tabs where several lines are allowed', () => {
    const lines = text(100, { multiline: true });
    expect(takes(lines, 'a\nb\r\nc\td\u2028e')).toBe(true);
    expect(takes(lines, 'a\rb')).toBe(false);
    expect(takes(lines, 'a\u0000b')).toBe(false);
    expect(takes(lines, 'a\u202eb')).toBe(false);
  });

  test('answers a megabyte at once', () => {
    for (const long of ['a', '\r\n', '\n', '\u0301', '\ud800', 'www', ':/'].map((part) => part.repeat(500_000))) {
      const start = performance.now();
      expect(takes(plainNote(500), long)).toBe(false);
      expect(performance.now() - start).toBeLessThan(1000);
    }
  });
});

describe('names and notes', () => {
  test.each(['Ann', "O'Brien", 'J.R. Smith', 'Łukasz', '"><img src=x onerror=1>'])('a name may be %s', (name) =>
    expect(takes(personName(255), name)).toBe(true),
  );

  test.each([
    'http://evil.example',
    'HTTPS://evil.example',
    'call ftp://evil.example',
    'www.evil.example',
    'ｗｗｗ．evil.example',
    'ｈｔｔｐ：／／evil.example',
    'Ann\r\nBcc: all@example.com',
    'Ann\u2028Lee',
  ])('a name may not be %j', (name) => expect(takes(personName(255), name)).toBe(false));

  test('a note has lines but no URL', () => {
    expect(takes(plainNote(500), 'Welcome!\nSee you Monday.')).toBe(true);
    expect(takes(plainNote(500), 'Welcome!\nhttps://evil.example')).toBe(false);
  });
});

describe('moments and days', () => {
  test.each(['1970-01-01T00:00:00Z', '2024-02-29T23:59:59.999Z', '9999-12-31T23:59:59Z'])('%s is an instant', (at) =>
    expect(takes(Instant, at)).toBe(true),
  );

  test.each([
    '2023-02-29T00:00:00Z',
    '2024-04-31T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-00-10T00:00:00Z',
    '2024-01-01T24:00:00Z',
    '2016-12-31T23:59:60Z',
    '1969-12-31T23:59:59Z',
    '2024-01-01T00:00:00+00:00',
    '2024-01-01T00:00:00',
    '2024-01-01T00:00:00.1Z',
    '2024-01-01t00:00:00z',
    '2024-01-01T00:00:00Z\n',
    '+12024-01-01T00:00:00Z',
    '',
    0,
  ])('%j is no instant', (at) => expect(takes(Instant, at)).toBe(false));

  test.each(['2024-02-29', '1900-01-01', '0001-01-01'])('%s is a day', (day) =>
    expect(takes(CalendarDate, day)).toBe(true),
  );
  test.each(['2023-02-29', '1900-02-29', '2024-1-1', '2024-01-32', '2024-01-01T00:00:00Z'])('%s is no day', (day) =>
    expect(takes(CalendarDate, day)).toBe(false),
  );
});

describe('zones, locales and numbers', () => {
  test.each(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])(
    '%s is a zone',
    (zone) => {
      expect(takes(TimeZone, zone)).toBe(true);
      expect(takes(TimeZone, zone)).toBe(true);
    },
  );
  test.each(['', '+05:30', 'Mars/Olympus', 'Europe/Berlin\n', '__proto__', '../etc/passwd', 'x'.repeat(300)])(
    '%j is no zone',
    (zone) => expect(takes(TimeZone, zone)).toBe(false),
  );

  test('the locales are the four that pages and letters speak', () => {
    expect(Locale.options).toEqual(['en-US', 'fr-FR', 'de-DE', 'pt-BR']);
    expect(takes(Locale, 'en-us')).toBe(false);
  });

  test('a duration is a whole number of seconds within its bounds', () => {
    const hours = DurationSeconds(3600, 7200);
    expect([3600, 7200].every((seconds) => takes(hours, seconds))).toBe(true);
    for (const bad of [3599, 7201, 3600.5, Number.NaN, '3600']) expect(takes(hours, bad)).toBe(false);
  });

  test('numbers are those that the table and JSON both carry', () => {
    for (const good of [0, 5, 2.5, 1e-9]) expect(takes(decimal(0, 5), good)).toBe(true);
    for (const bad of [-1, 5.1, 1e-200, Number.POSITIVE_INFINITY, Number.NaN]) {
      expect(takes(decimal(0, 5), bad)).toBe(false);
    }
    expect(takes(WholeNumber, 2 ** 53 - 1)).toBe(true);
    for (const bad of [2 ** 53, 1.5, 1e308]) expect(takes(WholeNumber, bad)).toBe(false);
  });
});

describe('the API document', () => {
  const schemaOf = (schema: v.GenericSchema) => toJsonSchema(schema, { target: 'draft-2020-12', errorMode: 'ignore' });

  test('says length and pattern of text, and the pattern agrees with the schema in unicode mode', () => {
    for (const schema of [text(10), text(10, { multiline: true }), personName(10), plainNote(10)]) {
      const { type, maxLength, pattern } = schemaOf(schema);
      expect({ type, maxLength }).toEqual({ type: 'string', maxLength: 10 });
      expect(new RegExp(pattern ?? '', 'u').test('Zoë 👩')).toBe(true);
      expect(new RegExp(pattern ?? '', 'u').test('a\u0000b')).toBe(false);
    }
  });

  test('says format of moments and days, bounds of numbers, the locales', () => {
    expect(schemaOf(Instant)).toMatchObject({ type: 'string', format: 'date-time', pattern: expect.any(String) });
    expect(schemaOf(CalendarDate)).toMatchObject({ type: 'string', format: 'date' });
    expect(schemaOf(TimeZone)).toMatchObject({ type: 'string', maxLength: 255, pattern: expect.any(String) });
    expect(schemaOf(Locale)).toMatchObject({ enum: ['en-US', 'fr-FR', 'de-DE', 'pt-BR'] });
    expect(schemaOf(DurationSeconds(1, 9))).toMatchObject({ type: 'integer', minimum: 1, maximum: 9 });
    expect(schemaOf(decimal(0, 5))).toMatchObject({ type: 'number', minimum: 0, maximum: 5 });
    expect(schemaOf(WholeNumber)).toMatchObject({ type: 'integer' });
  });
});
