// How a value of the record looks in another system's words, and back. Not here: any system's name or list of values.

/** A value read from the wire, or what is wrong with it in words for the caller. */
export type Read = { value: unknown } | { wrong: string };

/** Both ways of one kind of value. Null and absent mean the same and never come here. */
export interface Codec {
  show(value: unknown): unknown;
  read(value: unknown): Read;
}

const wrong = (message: string): Read => ({ wrong: message });
const as = (value: unknown): Read => ({ value });

/** Text. What is longer than the other system allows is shown cut, and refused when it is written. */
export const text = (max = Number.POSITIVE_INFINITY): Codec => ({
  show: (value) => cut(String(value), max),
  read: (value) => {
    if (typeof value !== 'string') return wrong('must be a string');
    return value.length > max ? wrong(`is too long (maximum is ${max} characters)`) : as(value);
  },
});

/** No half of a character is left at the end. */
function cut(value: string, max: number): string {
  if (value.length <= max) return value;
  const short = value.slice(0, max);
  return short.isWellFormed() ? short : short.slice(0, -1);
}

const plain = (is: (value: unknown) => boolean, message: string): Codec => ({
  show: (value) => value,
  read: (value) => (is(value) ? as(value) : wrong(message)),
});

export const flag = plain((value) => typeof value === 'boolean', 'must be true or false');
export const integer = plain(Number.isSafeInteger, 'must be an integer');
export const number = plain(Number.isFinite, 'must be a number');
export const instant = plain((value) => typeof value === 'string', 'must be an instant');
/** Taken and shown as it is: the record's own schema judges what is in it. */
export const asIs = plain(() => true, '');

export const strings = plain(
  (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  'must be a list of strings',
);

/** A list as one text with commas. */
export const commas: Codec = {
  show: (value) => (value as string[]).join(','),
  read: (value) => {
    if (typeof value !== 'string') return wrong('must be a string');
    return as(
      value
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    );
  },
};

/** Values with names of their own in the other system. A stored value that has none there is shown as `other`. */
export function named(names: Readonly<Record<string, string>>, other: unknown = null): Codec {
  const back = new Map(Object.entries(names).map(([ours, theirs]) => [theirs, ours]));
  return {
    show: (value) => names[String(value)] ?? other,
    read: (value) => {
      const ours = typeof value === 'string' ? back.get(value) : undefined;
      return ours === undefined ? wrong(`must be one of ${[...back.keys()].join(', ')}`) : as(ours);
    },
  };
}

/** Shown, and never taken. */
export const shown = (show: (value: unknown) => unknown): Codec => ({ show, read: () => wrong('is read-only') });

/** Everything as text, as systems have it whose attributes are pairs of strings. */
export const asText = (inner: Codec): Codec => ({
  show: (value) => String(inner.show(value)),
  read: (value) => {
    if (typeof value !== 'string') return inner.read(value);
    if (inner === flag) return /^(true|false)$/.test(value) ? as(value === 'true') : inner.read(value);
    return inner === integer || inner === number ? inner.read(Number(value)) : inner.read(value);
  },
});
