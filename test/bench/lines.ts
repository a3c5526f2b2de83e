// Lines of the one table: what was measured, what was wanted, and whether it holds. And the statistics behind them.
export type Verdict = 'pass' | 'fall short' | 'reported';

export interface Line {
  goal: number;
  what: string;
  figure: string;
  wanted: string;
  verdict: Verdict;
}

export const line = (goal: number, what: string, figure: string, wanted: string, holds: boolean): Line => ({
  ...{ goal, what, figure, wanted },
  verdict: holds ? 'pass' : 'fall short',
});

export const reported = (goal: number, what: string, figure: string, wanted = ''): Line => ({
  ...{ goal, what, figure, wanted },
  verdict: 'reported',
});

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The median meets the goal, and all rounds but one of seven are on its right side. */
export function heldBy(rounds: readonly number[], most: number): boolean {
  const right = rounds.filter((ratio) => ratio <= most).length;
  return median(rounds) <= most && right >= rounds.length - Math.floor(rounds.length / 7);
}

/** Two-sided p of the Mann-Whitney U test by its normal approximation, ties corrected: do two samples differ in rank? */
export function mannWhitney(a: readonly number[], b: readonly number[]): number {
  const all = [...a.map((value) => ({ value, mine: true })), ...b.map((value) => ({ value, mine: false }))];
  all.sort((x, y) => x.value - y.value);
  let [rankSum, ties] = [0, 0];
  for (let i = 0; i < all.length; ) {
    let end = i;
    while (end < all.length && all[end]?.value === all[i]?.value) end++;
    const rank = (i + 1 + end) / 2;
    rankSum += rank * all.slice(i, end).filter(({ mine }) => mine).length;
    ties += (end - i) ** 3 - (end - i);
    i = end;
  }
  const [n, m] = [a.length, b.length];
  const u = rankSum - (n * (n + 1)) / 2;
  const variance = ((n * m) / 12) * (n + m + 1 - ties / ((n + m) * (n + m - 1)));
  return variance === 0 ? 1 : 2 * (1 - normal(Math.abs(u - (n * m) / 2) / Math.sqrt(variance)));
}

/** Φ by Abramowitz and Stegun 26.2.17, to seven digits. */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const tail = [1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.31938153].reduce((sum, c) => (sum + c) * t, 0);
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * tail;
}
