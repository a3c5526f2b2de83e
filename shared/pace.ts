// How fast many changes are written while others use the same table: as fast as there is room for, and clearly below the
// first refusal, since what a table has no room for it refuses to whoever comes next, not to who took it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Table } from './store/table.ts';

/** Items a second to begin with, in one go too: a new on-demand table has room for three times that, search entries included. */
const FIRST = 250;
const LEAST = 10;
/** Each second of waiting for the pace raises it by a twentieth, which doubles it in a quarter of a minute. */
const RAISED = 1.05;
/** From a first refusal on it stays at this part of the refused rate, which lies above the room by what a table lends, */
const KEPT = 0.6;
/** comes back to it in steps of this part a second, */
const STEP = 0.1;
/** and after so long looks, as at first, whether there is more room by now. */
const STILL_MS = 300_000;
/** Refusals so close to each other are one. Behind each nothing is written for a moment: others' turn. */
const ONE_REFUSAL_MS = 1000;
const PAUSE_MS = 500;

export interface Pace {
  /** Resolves when so many items may be written. */
  turn(items: number): Promise<void>;
  /** The table had no room for a write. */
  throttled(): void;
}

interface Clock {
  now(): number;
  sleep(ms: number): Promise<unknown>;
}

interface PaceOptions {
  /** Items a second to begin with, where the table is known to have more room than a new one. */
  first?: number | undefined;
  /** For tests. */
  clock?: Clock;
}

/** The pace of one process. */
export function newPace({ first = FIRST, clock = { now: () => performance.now(), sleep } }: PaceOptions = {}): Pace {
  let rate = first;
  let refusedAt = Number.NEGATIVE_INFINITY;
  let refusedRate = Number.POSITIVE_INFINITY;
  let nextAt = Number.NEGATIVE_INFINITY;
  let raisedAt = clock.now();

  /** Only while it is the pace that holds the writes up: what has not been tried is not known to be there. */
  const raise = (now: number) => {
    if (now - raisedAt < 1000) return;
    raisedAt = now;
    const kept = refusedRate * KEPT;
    if (rate < kept && Number.isFinite(kept)) rate = Math.min(kept, rate + refusedRate * STEP);
    else if (now - refusedAt > STILL_MS) rate *= RAISED;
  };

  return {
    async turn(items) {
      const now = clock.now();
      // After a rest the first writes go in one go.
      const at = Math.max(nextAt, now - (first / rate) * 1000);
      if (at > now) raise(now);
      nextAt = at + (items / rate) * 1000;
      if (at > now) await clock.sleep(at - now);
    },
    throttled() {
      const now = clock.now();
      nextAt = Math.max(nextAt, now + PAUSE_MS);
      if (now - refusedAt < ONE_REFUSAL_MS) return;
      refusedAt = now;
      refusedRate = rate;
      // Below what it comes back to: what was taken too much, and what waits for the room, has a moment to be made up for.
      rate = Math.max(LEAST, rate / 2);
    },
  };
}

/** The table, with its writes at this pace. Reads, which cost a tenth, go as they come. */
export function pacedTable(table: Table, pace: Pace): Table {
  return {
    ...table,
    async change(write, opId) {
      await pace.turn(1);
      return table.change(write, opId);
    },
    async put(item, when, opId) {
      await pace.turn(1);
      return table.put(item, when, opId);
    },
    async commit(writes, opId) {
      await pace.turn(writes.length);
      await table.commit(writes, opId, pace);
    },
  };
}
