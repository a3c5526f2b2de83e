// What a plan costs and tells: orders, counts, units. That it finds whom a look at everyone finds is in naive.test.ts.
import { beforeAll, expect, test } from 'vitest';
import { countUsers } from '../../../shared/directory/search/count.ts';
import { listUsers } from '../../../shared/directory/user-lists.ts';
import { type Crowd, DIVISIONS, newCrowd } from '../../support/crowd.ts';
import { type TestService, testService } from '../../support/service.ts';

let service: TestService;
let crowd: Crowd;

beforeAll(async () => {
  service = await testService();
  crowd = await newCrowd(service, 240);
}, 60_000);

test('pages come in the order asked for, those without a value last', async () => {
  const titles = async (sort: string) =>
    (await listUsers(crowd.ctx, { sort, limit: 200 })).items.map(({ profile }) => profile?.title?.toLowerCase());
  const up = await titles('profile.title');
  const named = up.filter((title) => title !== undefined);
  expect(up.slice(0, named.length)).toEqual([...named].sort());
  const down = (await titles('-profile.title')).filter((title) => title !== undefined);
  expect(down).toEqual([...down].sort().reverse());
});

test('counts are exact for a state and for everyone, and complete for a filter within the budget', async () => {
  const { users, ctx } = crowd;
  const states = ['staged', 'invited', 'inactive', 'deleted'] as const;
  for (const state of states) {
    const count = users.filter((user) => user.state === state).length;
    expect(await countUsers(ctx, `state eq "${state}"`)).toEqual({ count, complete: true });
  }
  await service.project();
  const all = await countUsers(ctx);
  // The seeded owner is one of them.
  expect(all.count).toBe(users.filter(({ state }) => state !== 'deleted').length + 1);
  const engineers = users.filter(({ state, profile }) => state !== 'deleted' && /engineer/i.test(profile?.title ?? ''));
  expect(await countUsers(ctx, 'profile.title co "engineer"')).toEqual({ count: engineers.length, complete: true });
});

test('an explanation tells the units that the emulator counted', async () => {
  const wanted = [undefined, 'divisionId pr', `divisionId eq "${DIVISIONS[0]}"`, 'custom.custom1 pr'];
  for (const given of wanted) {
    let told = 0;
    const calls = await service.trace(async () => {
      const page = await listUsers(crowd.ctx, { filter: given, limit: 50, explain: true });
      told = page.explain?.readUnits ?? 0;
    });
    expect(told).toBeGreaterThan(0);
    expect(calls.length).toBeGreaterThan(0);
    const { explain } = await listUsers(crowd.ctx, { filter: given, limit: 50, explain: true });
    expect(explain).toMatchObject({ calls: calls.length, readUnits: told });
  }
});
