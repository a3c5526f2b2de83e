// A schedule that runs a worker: every second here, every minute in a deployment. And all that is due at once,
// for when the clock was put forward.
import { setTimeout as sleep } from 'node:timers/promises';

export interface Sweeper {
  /** Runs until a run finds nothing to do. */
  untilDone(): Promise<void>;
  stop(): Promise<void>;
}

const EVERY_MS = 1_000;
const MOST_RUNS = 100;

/** Starts the schedule. `run` calls the worker; there is one run at a time. */
export function newSweeper(run: () => Promise<unknown>, onFault: (error: unknown) => void): Sweeper {
  const stopped = new AbortController();
  const { signal } = stopped;
  let last: Promise<unknown> = Promise.resolve();
  const next = (): Promise<unknown> => {
    last = last.then(run).catch(onFault);
    return last;
  };
  const scheduled = (async () => {
    while (!signal.aborted) {
      await next();
      await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  })();
  return {
    async untilDone() {
      for (let runs = 0; runs < MOST_RUNS && moved(await next()) > 0; runs++);
    },
    async stop() {
      stopped.abort();
      await scheduled;
    },
  };
}

/** Every figure of a run's answer counts something that moved. */
const moved = (ran: unknown): number =>
  Object.values((ran ?? {}) as Record<string, unknown>).reduce<number>(
    (sum, value) => sum + (typeof value === 'number' ? value : 0),
    0,
  );
