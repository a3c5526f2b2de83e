// Makes a race real: callers wait until enough of them stand before the same door, then all go through at once.
import { setTimeout as sleep } from 'node:timers/promises';

export interface Barrier {
  arrive(): Promise<void>;
  /** Lets everyone go who waits now. */
  open(): void;
  /** How many groups have gone through. */
  openings(): number;
}

/** Opens each time `until` callers have arrived, or `maxMs` after the first of them did. */
export function barrier(until: number, maxMs: number): Barrier {
  let waiting: (() => void)[] = [];
  let openings = 0;
  const open = () => {
    openings++;
    const released = waiting;
    waiting = [];
    for (const go of released) go();
  };
  return {
    open,
    openings: () => openings,
    arrive() {
      const gone = new Promise<void>((resolve) => waiting.push(resolve));
      if (waiting.length >= until) {
        open();
      } else if (waiting.length === 1) {
        const group = waiting;
        sleep(maxMs, undefined, { ref: false }).then(() => {
          if (waiting === group) open();
        });
      }
      return gone;
    },
  };
}
