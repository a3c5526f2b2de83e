// A clock that can be put forward: the real time and an offset in memory.

export interface LocalClock {
  now(): Date;
  /** Milliseconds ahead of real time. */
  offset(): number;
  advance(ms: number): void;
  reset(): void;
}

export function localClock(realTime: () => number = Date.now): LocalClock {
  let offset = 0;
  return {
    now: () => new Date(realTime() + offset),
    offset: () => offset,
    advance(ms) {
      offset += ms;
    },
    reset() {
      offset = 0;
    },
  };
}

const UNITS = { weeks: 604_800, days: 86_400, hours: 3_600, minutes: 60, seconds: 1 } as const;
const DURATION =
  /^P(?=.)(?:(?<weeks>\d{1,6})W)?(?:(?<days>\d{1,6})D)?(?:T(?=.)(?:(?<hours>\d{1,6})H)?(?:(?<minutes>\d{1,8})M)?(?:(?<seconds>\d{1,9}(?:\.\d{1,3})?)S)?)?$/;

/** Milliseconds of an ISO 8601 duration; undefined for anything else. Years and months have no fixed length: refused. */
export function durationMs(text: string): number | undefined {
  const parts = DURATION.exec(text)?.groups;
  if (!parts) return undefined;
  const seconds = Object.entries(UNITS).map(([unit, length]) => Number(parts[unit] ?? 0) * length);
  return Math.round(seconds.reduce((sum, part) => sum + part, 0) * 1000);
}
