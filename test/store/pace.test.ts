// The pace of many changes against a table with room for so many a second, in a time of its own: no second passes for real.
import { describe, expect, test } from 'vitest';
import { newPace, pacedTable } from '../../shared/pace.ts';
import type { Table, Write } from '../../shared/store/table.ts';

interface Sleeper {
  at: number;
  wake(): void;
}

/** A clock that stands still while anybody works and then goes to the next one who waits. */
function newTime() {
  let now = 0;
  const sleepers: Sleeper[] = [];
  const sleep = (ms: number) => new Promise<void>((wake) => void sleepers.push({ at: now + ms, wake }));
  return {
    clock: { now: () => now, sleep },
    async until(end: number) {
      while (now < end) {
        await new Promise(setImmediate);
        sleepers.sort((a, b) => a.at - b.at);
        const next = sleepers.shift();
        now = Math.min(end, next?.at ?? end);
        if (next && next.at <= end) next.wake();
        else if (next) sleepers.push(next);
      }
    },
  };
}

/** Writers that do a hundred items in ten milliseconds each, as long as there is room for `room` a second. */
function running({ room = Number.POSITIVE_INFINITY, atOnce = 4 } = {}) {
  const time = newTime();
  const pace = newPace({ clock: time.clock });
  const table = { room };
  const done: number[] = [];
  const refused: number[] = [];
  let [level, filledAt] = [room, 0];
  const second = () => Math.floor(time.clock.now() / 1000);
  const write = async () => {
    await pace.turn(100);
    level = Math.min(table.room, level + ((time.clock.now() - filledAt) / 1000) * table.room);
    filledAt = time.clock.now();
    if (level <= 0) {
      refused[second()] = (refused[second()] ?? 0) + 1;
      pace.throttled();
    } else {
      level -= 100;
      done[second()] = (done[second()] ?? 0) + 100;
    }
    await time.clock.sleep(10);
  };
  const writer = async () => {
    for (;;) await write();
  };
  for (let i = 0; i < atOnce; i++) void writer();
  const sum = (all: number[], from: number, to: number) => all.slice(from, to).reduce((a, b) => a + (b ?? 0), 0);
  return {
    ...{ table, time },
    written: (from: number, to: number) => sum(done, from, to) / (to - from),
    refused: (from: number, to: number) => sum(refused, from, to),
  };
}

describe('the pace of many writes', () => {
  test('begins slowly and rises while nothing is refused, to all that the writers can do', async () => {
    const run = running();
    await run.time.until(120_000);
    expect(run.written(0, 1)).toBeLessThanOrEqual(700);
    expect(run.written(110, 120)).toBeGreaterThan(30_000);
  });

  test('is soon below what the table has room for, and keeps the room’s larger part', async () => {
    const run = running({ room: 2000 });
    await run.time.until(180_000);
    expect(run.written(60, 180)).toBeGreaterThan(1100);
    expect(run.written(60, 180)).toBeLessThan(1800);
    expect(run.refused(0, 180)).toBeLessThanOrEqual(8);
  });

  test('goes down with a table that has less room, however little, and takes more again once there is', async () => {
    const run = running({ room: 5000 });
    await run.time.until(60_000);
    run.table.room = 100;
    await run.time.until(120_000);
    expect(run.written(100, 120)).toBeLessThanOrEqual(110);
    expect(run.written(100, 120)).toBeGreaterThan(20);
    run.table.room = 5000;
    await run.time.until(900_000);
    expect(run.written(880, 900)).toBeGreaterThan(1500);
  });

  test('writes nothing for a moment behind a refusal, whoever’s it was', async () => {
    const time = newTime();
    const pace = newPace({ clock: time.clock });
    await pace.turn(1);
    pace.throttled();
    let wrote = false;
    void pace.turn(1).then(() => {
      wrote = true;
    });
    await time.until(400);
    expect(wrote).toBe(false);
    await time.until(600);
    expect(wrote).toBe(true);
  });

  test('is not raised by writers who ask for less than it allows', async () => {
    const time = newTime();
    const pace = newPace({ clock: time.clock });
    void (async () => {
      for (let n = 0; n < 3000; n++) {
        await pace.turn(1);
        await time.clock.sleep(10);
      }
    })();
    await time.until(30_000);
    let written = 0;
    void (async () => {
      for (;;) {
        await pace.turn(100);
        written += 100;
      }
    })();
    await time.until(31_000);
    expect(written).toBeLessThanOrEqual(700);
  });
});

test('a paced table counts every item that it writes, and hears of refusals that were got over', async () => {
  const turns: number[] = [];
  let throttled = 0;
  const pace = {
    turn: async (items: number) => void turns.push(items),
    throttled: () => void throttled++,
  };
  const done = { done: true, item: { pk: 'a', sk: 'b' } } as const;
  const nothing = () => Promise.reject(new Error('not asked for'));
  const table: Table = {
    ...{ get: nothing, getMany: nothing, query: nothing },
    change: async () => done,
    put: async () => done,
    commit: async (_writes, _op, watch) => watch?.throttled(),
  };
  const paced = pacedTable(table, pace);
  const key = { pk: 'a', sk: 'b' };
  const write: Write = { drop: key, otherwise: { code: 'not-found' } };
  await paced.put(key, undefined, 'op');
  await paced.change({ update: key }, 'op');
  await paced.commit([write, write, write], 'op');
  expect(turns).toEqual([1, 1, 3]);
  expect(throttled).toBe(1);
});
