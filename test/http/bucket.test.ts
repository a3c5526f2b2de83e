import { expect, test } from 'vitest';
import { newBucket } from '../../shared/http/bucket.ts';

const times = (count: number, run: () => number) => Array.from({ length: count }, run);

test('a burst passes, the next call waits, and time refills at the rate', () => {
  const bucket = newBucket(10, 5);
  expect(times(6, () => bucket.take('a', 0, 1))).toEqual([0, 0, 0, 0, 0, 1]);
  expect(bucket.take('a', 100, 1)).toBe(0);
  expect(bucket.take('a', 100, 1)).toBe(1);
  expect(times(6, () => bucket.take('a', 60_000, 1))).toEqual([0, 0, 0, 0, 0, 1]);
});

test('callers do not share a bucket', () => {
  const bucket = newBucket(1, 1);
  expect([bucket.take('a', 0, 1), bucket.take('b', 0, 1), bucket.take('a', 0, 1)]).toEqual([0, 0, 1]);
});

test('a scale multiplies burst and rate', () => {
  const bucket = newBucket(10, 5);
  expect(times(50, () => bucket.take('a', 0, 10)).every((wait) => wait === 0)).toBe(true);
  expect(bucket.take('a', 0, 10)).toBe(1);
  expect(bucket.take('a', 10, 10)).toBe(0);
});

test('an allowance tells what is left and when all of it is back, and takes nothing', () => {
  const bucket = newBucket(10, 5);
  expect(bucket.allowance('a', 0, 1)).toEqual({ limit: 5, remaining: 5, fullAt: new Date(0) });
  times(3, () => bucket.take('a', 0, 1));
  const after = { limit: 5, remaining: 2, fullAt: new Date(300) };
  expect([bucket.allowance('a', 0, 1), bucket.allowance('a', 0, 1)]).toEqual([after, after]);
  expect(bucket.allowance('a', 250, 1)).toEqual({ limit: 5, remaining: 4, fullAt: new Date(300) });
  expect(bucket.allowance('b', 250, 10)).toEqual({ limit: 50, remaining: 50, fullAt: new Date(250) });
});

test('waiting callers do not sink deeper by asking again', () => {
  const bucket = newBucket(10, 1);
  bucket.take('a', 0, 1);
  times(1000, () => bucket.take('a', 1, 1));
  expect(bucket.take('a', 101, 1)).toBe(0);
});

test('a clock that goes back gives nothing away', () => {
  const bucket = newBucket(10, 1);
  expect([bucket.take('a', 10_000, 1), bucket.take('a', 0, 1)]).toEqual([0, 1]);
});

test('a crowd of callers costs bounded memory and forgets the oldest', () => {
  const bucket = newBucket(0, 1);
  bucket.take('first', 0, 1);
  for (let i = 0; i < 10_000; i++) bucket.take(`caller ${i}`, 0, 1);
  expect(bucket.take('first', 0, 1)).toBe(0);
  expect(bucket.take('caller 9999', 0, 1)).toBe(1);
});

test('somebody who keeps coming too often gets what the rate allows, no less', () => {
  const bucket = newBucket(200, 500);
  let passed = 0;
  for (let ms = 0; ms < 60_000; ms++) if (bucket.take('caller', ms, 1) === 0) passed++;
  expect(passed).toBeGreaterThan(200 * 60);
  expect(passed).toBeLessThanOrEqual(200 * 60 + 500);
});
