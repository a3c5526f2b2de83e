// A few batches at a time, each tried again while the table is not to be had.
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from '../../shared/model/problem.ts';

const AT_ONCE = 4;
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
  let nextAt = 0;
  let failure: unknown;
  const running = new Set<Promise<void>>();

  const persist = async (work: () => Promise<void>) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!hasCode(error, 'store-unavailable') || attempt >= tries) throw error;
        await sleep(Math.min(PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2));
      }
    }
  };

  return {
    async start(size, work) {
      while (running.size >= AT_ONCE) await Promise.race(running);
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
