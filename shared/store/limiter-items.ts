// Counters with a window in their key. They stand apart from what they protect, so that an attack on a counter slows
// nobody's profile.
import type { Problem } from '../model/problem.ts';
import { keys } from './keys.ts';
import { type Attributes, below, type Condition, equals, type Item, type Key, some, type Write } from './table.ts';

export interface Limit {
  what: string;
  /** Allowed per window. */
  max: number;
  windowSeconds: number;
}

export interface Counter {
  key: Key;
  /** Seconds until the window ends. */
  retryAfterSeconds: number;
  ttl: number;
}

/** The counter of a key in the present window. */
export function counterOf(limit: Limit, key: string, now: Date): Counter {
  const seconds = Math.floor(now.getTime() / 1000);
  const window = Math.floor(seconds / limit.windowSeconds);
  const ends = (window + 1) * limit.windowSeconds;
  return { key: keys.limiter(limit.what, key, String(window)), retryAfterSeconds: ends - seconds, ttl: ends + 86_400 };
}

/** Raises a counter, by one unless told: `when` refuses it where it would pass the limit. */
export function raise(
  counter: Counter,
  max?: number,
  by = 1,
): { update: Key; set: Attributes; add: { n: number }; when?: Condition } {
  return {
    update: counter.key,
    set: { k: 'limiter', ttl: counter.ttl },
    add: { n: by },
    ...(max !== undefined && { when: some(equals('n', undefined), below('n', max - by + 1)) }),
  };
}

export const raiseWithin = (
  counter: Counter,
  max: number,
  by = 1,
  otherwise: Problem = { code: 'too-many-requests', retryAfterSeconds: counter.retryAfterSeconds },
): Write => ({ ...raise(counter, max, by), otherwise });

/** Where a counter stands; absent is none. */
export const readCounter = (item: Item | undefined): number => Number(item?.n ?? 0);
