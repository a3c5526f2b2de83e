// What an operator sees of a long command, and what keeps it from being in anybody's way.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { lineOf } from '../../infra/operate/progress.ts';
import { firstRows } from '../../infra/operate/seen-addresses.ts';
import { newThrottle } from '../../infra/operate/throttle.ts';
import { fail } from '../../shared/model/problem.ts';

test('a line tells how far it is, how fast, how long it takes, and what failed', () => {
  expect(lineOf('rows', { done: 41_000, share: 0.41, failed: 3 }, 50, 40_000)).toBe(
    '[==========              ]  41 %  41,000 rows  800/s  1 min 14 s left  3 failed',
  );
  expect(lineOf('people', { done: 1200 }, 2, 1200)).toBe('1,200 people  600/s');
  expect(lineOf('rows', { done: 10, share: 1 }, 1, 10)).toBe('[========================] 100 %  10 rows  10/s');
  expect(lineOf('rows', { done: 0, share: 0 }, 0, 0)).toBe('[                        ]   0 %  0 rows  0/s');
});

test('the first row of each of many addresses is known, in little memory', () => {
  const first = firstRows();
  for (let row = 1; row <= 20_000; row++) expect(first(`p${row}@moved.test`, row)).toBeUndefined();
  for (const row of [1, 777, 1024, 20_000]) expect(first(`p${row}@moved.test`, 99_999)).toBe(row);
});

test('never more run at once than there is room for, and a failure stops what has not begun', async () => {
  const throttle = newThrottle({ tries: 1 });
  let running = 0;
  let most = 0;
  let begun = 0;
  const work = (n: number) => async () => {
    begun++;
    most = Math.max(most, ++running);
    await sleep(1);
    running--;
    if (n === 30) throw new Error('broken');
  };
  const all = async () => {
    for (let n = 0; n < 200; n++) await throttle.start(1, work(n));
  };
  await expect(all()).rejects.toThrow('broken');
  await expect(throttle.drained()).rejects.toThrow('broken');
  expect(most).toBeLessThanOrEqual(8);
  expect(begun).toBeLessThan(60);
  expect(running).toBe(0);
});

test('what is refused for now is tried again, anything else is not', async () => {
  const throttle = newThrottle();
  let tries = 0;
  await throttle.start(1, async () => {
    if (++tries < 2) fail('store-unavailable');
  });
  await throttle.drained();
  expect(tries).toBe(2);
  const other = newThrottle();
  let once = 0;
  await other.start(1, async () => {
    once++;
    fail('not-found');
  });
  await expect(other.drained()).rejects.toThrow('not-found');
  expect(once).toBe(1);
});
