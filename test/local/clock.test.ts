import { expect, test } from 'vitest';
import { durationMs, localClock } from '../../infra/local/clock.ts';

test('the clock goes on from wherever it was put', () => {
  let real = Date.parse('2026-01-01T00:00:00Z');
  const clock = localClock(() => real);
  clock.advance(3_600_000);
  clock.advance(60_000);
  real += 500;
  expect(clock.now().toISOString()).toBe('2026-01-01T01:01:00.500Z');
  expect(clock.offset()).toBe(3_660_000);
  clock.reset();
  expect(clock.now().getTime()).toBe(real);
});

test.each([
  ['PT25H', 25 * 3_600_000],
  ['P8D', 8 * 86_400_000],
  ['P1W', 7 * 86_400_000],
  ['P1DT2H3M4.5S', 86_400_000 + 7_384_500],
  ['PT0S', 0],
])('%s is a duration', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});

test.each(['', 'P', 'PT', 'P1', '25H', 'P1Y', 'P1M', 'PT1H1D', '-PT1H', 'PT1.5H', 'P1DT', ' PT1H', 'PT1H\n'])(
  '%j is none',
  (text) => {
    expect(durationMs(text)).toBeUndefined();
  },
);
