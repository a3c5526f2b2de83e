// Edge throttle: a token bucket per caller in this instance's memory. It costs no table call, so it shields the table
// from one caller's haste; counters that must hold across instances live in the table.

export interface Bucket {
  /** Takes one. Returns 0, or the seconds to wait. */
  take(caller: string, nowMs: number, scale: number): number;
}

const MAX_CALLERS = 10_000;

export function newBucket(perSecond: number, burst: number): Bucket {
  const levels = new Map<string, { left: number; at: number }>();
  return {
    take(caller, nowMs, scale) {
      const before = levels.get(caller) ?? { left: burst * scale, at: nowMs };
      const refilled = before.left + Math.max(0, nowMs - before.at) * 0.001 * perSecond * scale;
      const left = Math.min(burst * scale, refilled) - 1;
      // Oldest first: a map keeps the order of insertion.
      levels.delete(caller);
      levels.set(caller, { left: Math.max(left, 0), at: nowMs });
      if (levels.size > MAX_CALLERS) levels.delete(levels.keys().next().value ?? '');
      return left >= 0 ? 0 : 1;
    },
  };
}
