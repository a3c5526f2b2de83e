// How many batches are under way at once: more while the table answers as fast as it can, fewer when it slows down or
// says no, so that everybody else keeps their latency.
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from '../../shared/model/problem.ts';

const [FIRST, MOST] = [2, 8];
/** A batch that takes so many times the quickest has waited for others. */
const SLOW = 2.5;
const [PAUSE_MS, LONGEST_PAUSE_MS] = [250, 30_000];

export interface Throttle {
  /** Starts work once there is room for it; resolves when it has started. `size` counts against the rate. */
  start(size: number, work: () => Promise<void>): Promise<void>;
  /** Waits for all that has started. The first failure is thrown, here or at the next start. */
  drained(): Promise<void>;
}

export interface ThrottleOptions {
  /** Sizes a second at most. */
  rate?: number | undefined;
  /** Tries of a batch while the table is not to be had: ten take about three minutes. */
  tries?: number | undefined;
}

export function newThrottle({ rate = Number.POSITIVE_INFINITY, tries = 10 }: ThrottleOptions = {}): Throttle {
  let window = FIRST;
  let quickest = Number.POSITIVE_INFINITY;
  let calm = 0;
  let nextAt = 0;
  let failure: unknown;
  const running = new Set<Promise<void>>();

  const shrink = () => {
    window = Math.max(1, Math.floor(window / 2));
    calm = 0;
  };

  const judge = (ms: number) => {
    // It forgets slowly: rows grow, and so may what a batch takes at best.
    quickest = Math.min(ms, quickest * 1.01);
    if (ms > quickest * SLOW) shrink();
    else if (++calm >= window) {
      window = Math.min(MOST, window + 1);
      calm = 0;
    }
  };

  const persist = async (work: () => Promise<void>) => {
    for (let attempt = 1; ; attempt++) {
      const began = performance.now();
      try {
        await work();
        return judge(performance.now() - began);
      } catch (error) {
        if (!hasCode(error, 'store-unavailable') || attempt >= tries) throw error;
        shrink();
        await sleep(Math.min(PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2));
      }
    }
  };

  return {
    async start(size, work) {
      while (running.size >= window) await Promise.race(running);
      if (failure !== undefined) throw failure;
      const now = performance.now();
      if (nextAt > now) await sleep(nextAt - now);
      nextAt = Math.max(nextAt, now) + (size / rate) * 1000;
      const task: Promise<void> = persist(work)
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => running.delete(task));
      running.add(task);
    },
    async drained() {
      await Promise.all(running);
      if (failure !== undefined) throw failure;
    },
  };
}
