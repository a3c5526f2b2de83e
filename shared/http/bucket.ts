// Edge throttle: a token bucket per caller in this instance's memory. It costs no table call, so it shields the table
// from one caller's haste; counters that must hold across instances live in the table.

export interface Bucket {
  /** Takes one. Returns 0, or the seconds to wait. */
  take(caller: string, nowMs: number, scale: number): number;
  /** What the caller may do now, without taking. */
  allowance(caller: string, nowMs: number, scale: number): Allowance;
}

export interface Allowance {
  /** Requests at once, and those left of them. */
  limit: number;
  remaining: number;
  /** When all of them are there again, if the caller rests. */
  fullAt: Date;
}

const MAX_CALLERS = 10_000;

export function newBucket(perSecond: number, burst: number): Bucket {
  const levels = new Map<string, { left: number; at: number }>();
  const levelOf = (caller: string, nowMs: number, scale: number): number => {
    const before = levels.get(caller) ?? { left: burst * scale, at: nowMs };
    const refilled = before.left + Math.max(0, nowMs - before.at) * 0.001 * perSecond * scale;
    return Math.min(burst * scale, refilled);
  };
  return {
    allowance(caller, nowMs, scale) {
      const level = levelOf(caller, nowMs, scale);
      const limit = burst * scale;
      const fullAt = new Date(nowMs + Math.ceil(((limit - level) * 1000) / (perSecond * scale)));
      return { limit, remaining: Math.floor(level), fullAt };
    },
    take(caller, nowMs, scale) {
      const left = levelOf(caller, nowMs, scale) - 1;
      // Oldest first: a map keeps the order of insertion.
      levels.delete(caller);
      // A refused one costs nothing: who comes too often still gets what the rate allows.
      levels.set(caller, { left: left < 0 ? left + 1 : left, at: nowMs });
      if (levels.size > MAX_CALLERS) levels.delete(levels.keys().next().value ?? '');
      return left >= 0 ? 0 : 1;
    },
  };
}
