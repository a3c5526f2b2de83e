// Record, state, roles and teams changed at once: all of it in one commit or none.
import { beforeAll, expect, test } from 'vitest';
import type { Context } from '../../shared/directory/context.ts';
import { createUser } from '../../shared/directory/create-user.ts';
import { getUser } from '../../shared/directory/users.ts';
import { changeWhole, type WholeChange } from '../../shared/directory/whole-changes.ts';
import type { TeamId, UserId } from '../../shared/model/ids.ts';
import { PERMISSIONS, type Permission } from '../../shared/model/principal.ts';
import { workerContext } from '../../shared/post-office.ts';
import { keys } from '../../shared/store/keys.ts';
import { readOrgItem } from '../../shared/store/org-items.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type TestService, testService } from '../support/service.ts';
import { activePerson, newAddress, newUserOf, newWorld, ok, type World } from '../support/world.ts';

let service: TestService;
let world: World;
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
});

/** A caller with these permissions now. */
async function caller(permissions: readonly Permission[] = PERMISSIONS): Promise<Context> {
  const ctx = workerContext(service.services);
  const org = readOrgItem((await ctx.table.get(keys.org(service.seed.orgId))) ?? { pk: '', sk: '' });
  const token = { permissions, epoch: 1, orgEpoch: org.epoch, issuedAt: 0 };
  const principal = { is: 'client', id: service.seed.clientId as never, orgId: org.id, ...token } as const;
  return { ...ctx, principal, standing: async () => ({ permissions, org }) };
}

const newTeam = async (name: string): Promise<TeamId> =>
  (await ok(service.call('POST', '/v1/teams', { token: world.client, body: { name } }))).id;

test('is one version, one entry, and takes effect whole', async () => {
  const team = await newTeam('Whole');
  const { id } = await activePerson(service, service.seed.orgId);
  const ctx = await caller();
  const change: WholeChange = {
    patch: { profile: { title: 'Pilot' } },
    inactive: true,
    roles: ['viewer'],
    teams: [team],
  };
  const after = await changeWhole(ctx, id, change);
  expect(after).toMatchObject({ version: 2, state: 'inactive', roles: ['viewer'], teams: [team] });
  expect(await changeWhole(await caller(), id, change)).toEqual(after);
  const { items } = await ok(service.call('GET', `/v1/users/${id}/events`, { token: world.client }));
  expect(items[0]).toMatchObject({ type: 'user-deactivated', version: 2 });
  expect(items[0].changed.toSorted()).toEqual(['deactivatedAt', 'profile', 'roles', 'state', 'teams']);
  await changeWhole(await caller(), id, { inactive: false, teams: [] });
  expect(await getUser(ctx, id)).toMatchObject({ version: 3, state: 'active' });
  expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
});

test.each([
  ['roles without the permission for it', { roles: ['viewer'] }, 'permission-missing'],
  ['teams without the permission for it', { teams: ['0192f0c1-0000-7000-8000-000000000001'] }, 'permission-missing'],
] as const)('%s refuse the rest, too', async (_what, part, code) => {
  const { id } = await newUserOf(world);
  const ctx = await caller(['users:read', 'users:write']);
  const change = { patch: { profile: { title: 'Pilot' } }, ...part } as object as WholeChange;
  await expect(changeWhole(ctx, id, change)).rejects.toThrow(code);
  expect(await getUser(ctx, id)).toMatchObject({ version: 1, roles: ['member'] });
});

test('an unknown team or role, and a role above the caller’s own, refuse the rest, too', async () => {
  const { id } = await newUserOf(world);
  const ctx = await caller(PERMISSIONS.filter((permission) => permission !== 'owners:write'));
  const unknown = '0192f0c1-0000-7000-8000-000000000001' as TeamId;
  const changes: [WholeChange, string][] = [
    [{ teams: [unknown] }, 'input-invalid'],
    [{ roles: [unknown as never] }, 'role-unknown'],
    [{ roles: ['owner'] }, 'role-above-own'],
  ];
  for (const [change, code] of changes) {
    await expect(changeWhole(ctx, id, { ...change, inactive: true })).rejects.toThrow(code);
  }
  expect(await getUser(ctx, id)).toMatchObject({ version: 1, state: 'staged' });
});

test('the last administrator is kept, whichever part of the change would end it', async () => {
  const seed = await service.secondOrg();
  const token = await service.tokenFor(seed.clientId, seed.clientSecret);
  const { items } = await ok(service.call('GET', '/v1/users', { token }));
  const [owner] = items as { id: UserId; version: number }[];
  const ctx = await caller();
  const org = readOrgItem((await ctx.table.get(keys.org(seed.orgId))) ?? { pk: '', sk: '' });
  const there = {
    ...ctx,
    principal: { ...ctx.principal, orgId: seed.orgId } as Context['principal'] & object,
    standing: async () => ({ permissions: PERMISSIONS, org }),
  };
  for (const change of [{ inactive: true }, { roles: ['member'] as const }]) {
    await expect(changeWhole(there, owner?.id as UserId, change as WholeChange)).rejects.toThrow('last-admin');
  }
});

test('races of changes to one person lose none of them', async () => {
  const teams = await Promise.all(['One', 'Two', 'Three'].map(newTeam));
  const { id } = await newUserOf(world);
  const ctxs = await Promise.all(teams.map(() => caller()));
  await Promise.all([
    changeWhole(ctxs[0] as Context, id, { patch: { profile: { title: 'Pilot' } } }),
    changeWhole(ctxs[1] as Context, id, { teams }),
    changeWhole(ctxs[2] as Context, id, { inactive: true }),
  ]);
  const user = await getUser(ctxs[0] as Context, id);
  expect(user).toMatchObject({ version: 4, state: 'inactive', profile: { title: 'Pilot' } });
  expect(user.teams).toEqual([...teams].sort());
  expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
});

test('somebody new may begin kept out and in teams', async () => {
  const team = await newTeam('Beginning');
  const ctx = await caller();
  const user = await createUser(ctx, { email: newAddress() as never }, { inactive: true, teams: [team] });
  expect(user).toMatchObject({ state: 'inactive', teams: [team], deactivatedAt: user.createdAt });
  const { items } = await ok(service.call('GET', `/v1/teams/${team}/members`, { token: world.client }));
  expect(items.map((one: { id: UserId }) => one.id)).toEqual([user.id]);
  const weaker = await caller(['users:write']);
  await expect(createUser(weaker, { email: newAddress() as never }, { teams: [team] })).rejects.toThrow(
    'permission-missing',
  );
});
