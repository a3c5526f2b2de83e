// Scalars of the record: text that is safe to store and show, moments, dates, time zones, locales, bounded numbers.
// Nothing is trimmed or normalised: what was sent is stored. Addresses and ids have files of their own.
import * as v from 'valibot';

// Portable source without flags, because it becomes the `pattern` of the API document. U+061C, U+200E-F, U+202A-E and
// U+2066-9 are the bidirectional controls: they let a name read as another one.
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the purpose
const ONE_LINE = /^[^\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]*$/;
// A carriage return passes only as half of the CRLF that browsers send for every line break of a form.
const MANY_LINES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the purpose
  /^(?![\s\S]*\r(?!\n))[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]*$/;
const NOT_TEXT = /\p{Noncharacter_Code_Point}|\p{M}{9}/u;
const URL_LIKE = /:\/\/|\bwww\./i;

/** Text that every store, page and letter can carry: well-formed UTF-16 and no pile of combining marks. */
export const isSoundText = (value: string): boolean => value.isWellFormed() && !NOT_TEXT.test(value);

// NFKC first, so that full-width letters and signs hide nothing.
const isFreeOfUrls = (value: string): boolean => !URL_LIKE.test(value.normalize('NFKC'));

/**
 * Text of at most `max` UTF-16 units, empty allowed. One line unless `multiline`. Refused: control characters (line
 * breaks and tab where `multiline`), bidirectional controls, lone surrogates, noncharacters, more than 8 combining
 * marks in a row.
 */
export const text = (max: number, { multiline = false }: { multiline?: boolean } = {}) =>
  v.pipe(
    v.string(),
    v.maxLength(max, `must be at most ${max} characters`),
    v.regex(multiline ? MANY_LINES : ONE_LINE, 'must not contain control or bidirectional control characters'),
    v.check(isSoundText, 'must be well-formed text without piles of combining marks'),
  );

/** At most 30 of 40 characters. Source: Axway teams and service accounts. */
export const tags = () => v.pipe(v.array(v.pipe(text(40), v.minLength(1))), v.maxLength(30));

/** A name of a person or a thing: one line that can stand in a letter's subject, without anything like a URL. */
export const personName = (max: number) => v.pipe(text(max), v.check(isFreeOfUrls, 'must not contain a URL'));

/** A note a person reads in a letter: several lines of plain text without anything like a URL. */
export const plainNote = (max: number) =>
  v.pipe(text(max, { multiline: true }), v.check(isFreeOfUrls, 'must not contain a URL'));

// Date.parse takes 30 February for 1 March, and 24:00 for the next day: only what it gives back unchanged is real.
const isRealInstant = (value: string): boolean => {
  const time = Date.parse(value);
  return time >= 0 && new Date(time).toISOString().slice(0, 19) === value.slice(0, 19);
};

const isRealDate = (value: string): boolean => {
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === value;
};

/** A moment: RFC 3339 in UTC, seconds or milliseconds, `2026-04-21T00:00:00Z`. Years 1970 to 9999, no leap second. */
export const Instant = v.pipe(
  v.string(),
  v.regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{3})?Z$/, 'must be an RFC 3339 UTC instant'),
  v.check(isRealInstant, 'must be a moment that exists, from 1970 on'),
  v.metadata({ format: 'date-time', description: 'RFC 3339 UTC instant with seconds or milliseconds' }),
  v.brand('Instant'),
);
export type Instant = v.InferOutput<typeof Instant>;

/** A day of the calendar without time or zone, `YYYY-MM-DD` (RFC 3339 full-date). */
export const CalendarDate = v.pipe(
  v.string(),
  v.regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, 'must be a date as YYYY-MM-DD'),
  v.check(isRealDate, 'must be a day that exists'),
  v.metadata({ format: 'date', description: 'Calendar day as YYYY-MM-DD' }),
  v.brand('CalendarDate'),
);
export type CalendarDate = v.InferOutput<typeof CalendarDate>;

// Building a formatter takes about 0.1 ms, and a page of 50 people carries up to 150 zones. Capped, because Intl takes
// names in any case and a caller could otherwise fill the memory with spellings of one zone.
const knownZones = new Set<string>();

const isTimeZone = (value: string): boolean => {
  if (knownZones.has(value)) return true;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: value });
  } catch {
    return false;
  }
  if (knownZones.size < 1000) knownZones.add(value);
  return true;
};

/** A time zone by its IANA name (`Europe/Berlin`, `UTC`), as the runtime's own tz database knows it. No offsets. */
export const TimeZone = v.pipe(
  v.string(),
  v.maxLength(255, 'must be at most 255 characters'),
  // Intl also takes offsets such as +05:30; the first letter keeps them out.
  v.regex(/^[A-Za-z][A-Za-z0-9_+/-]*$/, 'must be an IANA time zone name'),
  v.check(isTimeZone, 'must be an IANA time zone name'),
  v.metadata({ description: 'IANA time zone name', examples: ['Europe/Berlin'] }),
);
export type TimeZone = v.InferOutput<typeof TimeZone>;

/** The languages that pages and letters speak. */
export const Locale = v.picklist(['en-US', 'fr-FR', 'de-DE', 'pt-BR']);
export type Locale = v.InferOutput<typeof Locale>;

/** A whole number of seconds from `min` to `max`. */
export const DurationSeconds = (min: number, max: number) =>
  v.pipe(v.number(), v.integer('must be a whole number of seconds'), v.minValue(min), v.maxValue(max));

// The table keeps no number nearer to zero than 1e-130: such a value would fail the commit, not the request.
const isStorable = (value: number): boolean => value === 0 || Math.abs(value) >= 1e-12;

/** A number from `min` to `max`, zero or at least 1e-12 in size. */
export const decimal = (min: number, max: number) =>
  v.pipe(v.number(), v.minValue(min), v.maxValue(max), v.check(isStorable, 'must be zero or at least 1e-12 in size'));

/** An integer that another system keeps as an id: any that a JSON number carries exactly. */
export const WholeNumber = v.pipe(v.number(), v.safeInteger('must be an integer'));

/** A yes or no in a query. */
export const Flag = v.pipe(
  v.picklist(['true', 'false']),
  v.transform((text) => text === 'true'),
);
