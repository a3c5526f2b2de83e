// The orgs that a person is in, and what becomes of places in teams on the way in, out and to another home.
import { beforeEach, describe, expect, test } from 'vitest';
import { newGuest } from '../../support/guests.ts';
import { brokenInvariants } from '../../support/invariants.ts';
import { accept } from '../../support/invited.ts';
import { type Json, type Seed, type TestService, testService } from '../../support/service.ts';
import { activePerson, newAddress, newUserOf, newWorld, ok, type World, withLetters } from '../../support/world.ts';

let service: TestService;
let world: World;
let other: World;

beforeEach(async () => {
  service = await testService();
  world = await newWorld(service);
  other = await newWorld(service, await service.secondOrg());
  return async () => expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
});

const call = (method: string, path: string, body?: Json, { client }: World = world) =>
  service.call(method, path, { token: client, ...(body !== undefined && { body }) });
let named = 0;
const newTeam = (of: World = world): Promise<Json> => ok(call('POST', '/v1/teams', { name: `Team ${++named}` }, of));
const join = (team: Json, id: string, of: World = world) =>
  ok(call('PUT', `/v1/teams/${team.id}/members/${id}`, undefined, of));
const members = async (team: Json, of: World = world): Promise<string[]> =>
  (await ok(call('GET', `/v1/teams/${team.id}/members`, undefined, of))).items.map(({ id }: Json) => id);
const teamsOf = async (id: string, of: World = world): Promise<string[] | undefined> =>
  (await ok(call('GET', `/v1/users/${id}`, undefined, of))).teams;
async function invite(body: Json, of: World = world): Promise<{ invite: Json; token: string }> {
  const { answer, letters } = await withLetters(service, 'POST', '/v1/invites', { token: of.client, body });
  return { invite: answer, token: letters[0]?.token as string };
}

describe('memberships', () => {
  const list = async (id: string, of: World = world): Promise<Json[]> =>
    (await ok(call('GET', `/v1/users/${id}/memberships`, undefined, of))).items;
  const nameOf = async ({ client, seed }: World): Promise<string> =>
    (await ok(service.call('GET', `/v1/orgs/${seed.orgId}`, { token: client }))).name;

  test('are shown whole to the home, without what the person is elsewhere; another org sees its own', async () => {
    const here = { orgId: world.seed.orgId, orgName: await nameOf(world), home: true, state: 'live' };
    const there = { orgId: other.seed.orgId, orgName: await nameOf(other), home: false };
    const person = await activePerson(service, world.seed.orgId);
    expect(await list(person.id)).toEqual([here]);
    const { token } = await invite({ email: person.email, roles: ['admin'] }, other);
    expect(await list(person.id)).toEqual([here, { ...there, state: 'offered' }]);
    expect((await call('GET', `/v1/users/${person.id}/memberships`, undefined, other)).status).toBe(404);
    await ok(service.call('POST', '/v1/invites/accept', { token: person.token, body: { token } }));
    expect(await list(person.id)).toEqual([here, { ...there, state: 'live' }]);
    expect(await list(person.id, other)).toEqual([{ ...there, state: 'live' }]);
    await ok(call('PATCH', `/v1/users/${person.id}`, { email: newAddress() }));
    expect(await list(person.id)).toEqual([here, { ...there, state: 'suspended' }]);
    expect(await list(person.id, other)).toEqual([{ ...there, state: 'suspended' }]);
    await ok(call('DELETE', `/v1/users/${person.id}`, undefined, other));
    expect(await list(person.id)).toEqual([here]);
  });

  test('are no offer once its invite is revoked or its time is up', async () => {
    const [revoked, late] = [
      await activePerson(service, world.seed.orgId),
      await activePerson(service, world.seed.orgId),
    ];
    const first = await invite({ email: revoked.email }, other);
    await invite({ email: late.email }, other);
    await ok(call('DELETE', `/v1/invites/${first.invite.id}`, undefined, other));
    expect(await list(revoked.id)).toHaveLength(1);
    expect(await list(late.id)).toHaveLength(2);
    service.advance(8 * 86_400_000);
    const client = await service.tokenFor();
    const { items } = await ok(service.call('GET', `/v1/users/${late.id}/memberships`, { token: client }));
    expect(items).toHaveLength(1);
  });
});

describe('teams of an invite', () => {
  test('are joined at accept, in its commit: those that are still there', async () => {
    const [stays, goes] = [await newTeam(), await newTeam()];
    const { invite: made, token } = await invite({ email: newAddress(), teams: [goes.id, stays.id, stays.id] });
    expect(made.teams).toEqual([goes.id, stays.id].sort());
    expect(await members(stays)).toEqual([]);
    await ok(call('DELETE', `/v1/teams/${goes.id}`));
    const user = await ok(accept(service, { token }));
    expect(user).toMatchObject({ teams: [stays.id], version: 2 });
    expect(await members(stays)).toEqual([user.id]);
  });

  test('are joined by a guest, and by somebody who is in some of them already', async () => {
    const [team, another] = [await newTeam(), await newTeam()];
    const guest = await activePerson(service, other.seed.orgId);
    const { token } = await invite({ email: guest.email, teams: [team.id] });
    await ok(service.call('POST', '/v1/invites/accept', { token: guest.token, body: { token } }));
    expect(await teamsOf(guest.id)).toEqual([team.id]);
    expect(await teamsOf(guest.id, other)).toBeUndefined();
    const own = await invite({ email: newAddress(), teams: [team.id, another.id] });
    await join(team, own.invite.userId);
    await ok(accept(service, { token: own.token }));
    expect(await teamsOf(own.invite.userId)).toEqual([team.id, another.id].sort());
    expect((await members(team)).sort()).toEqual([guest.id, own.invite.userId].sort());
  });

  test('must be of the org, and are given only by those who may put people into teams', async () => {
    const [team, foreign] = [await newTeam(), await newTeam(other)];
    expect(await call('POST', '/v1/invites', { email: newAddress(), teams: [team.id, foreign.id] })).toMatchObject({
      status: 422,
      json: { code: 'input-invalid', issues: [{ pointer: '/teams/1' }] },
    });
    const role = await ok(call('POST', '/v1/roles', { name: 'Inviters', permissions: ['users:read', 'users:invite'] }));
    const inviter = await activePerson(service, world.seed.orgId);
    await ok(call('PUT', `/v1/users/${inviter.id}/roles`, { roles: [role.id] }));
    const { accessToken } = await service.signIn(inviter.email, inviter.password);
    const ask = (body: Json) => service.call('POST', '/v1/invites', { token: accessToken, body });
    expect(await ask({ email: newAddress(), teams: [team.id] })).toMatchObject({
      status: 403,
      json: { code: 'permission-missing' },
    });
    expect((await ask({ email: newAddress() })).status).toBe(201);
  });

  test('that go while the accept is under way are left out of it', async () => {
    const team = await newTeam();
    const { token } = await invite({ email: newAddress(), teams: [team.id] });
    service.faults.add({
      service: 'dynamodb',
      operation: 'TransactWriteItems',
      mode: 'hold',
      hold: { until: 2, maxMs: 5000 },
    });
    const [accepted, deleted] = await Promise.all([accept(service, { token }), call('DELETE', `/v1/teams/${team.id}`)]);
    service.faults.clear();
    expect([accepted.status, deleted.status]).toEqual([200, 204]);
    for (let n = 0; n < 2; n++) {
      await service.handlers.work('worker', {});
      service.advance(61_000);
    }
    expect((await service.dump()).filter(({ k }) => k === 'team-member')).toEqual([]);
  });
});

describe('places in teams', () => {
  test('are there again when a suspended guest is invited once more', async () => {
    const guest = await newGuest(service, other.seed as Seed);
    const [team, more] = [await newTeam(other), await newTeam(other)];
    await join(team, guest.id, other);
    const email = newAddress();
    await ok(call('PATCH', `/v1/users/${guest.id}`, { email }));
    const { token } = await invite({ email, teams: [more.id] }, other);
    await ok(accept(service, { token, password: guest.password }));
    expect(await teamsOf(guest.id, other)).toEqual([team.id, more.id].sort());
  });

  test('and keys go with the home also when the accept is stopped at each of its commits', async () => {
    const email = newAddress();
    const externalIds = Array.from({ length: 40 }, (_, n) => ({ authority: 'crm', key: `K${n}` }));
    const user = await newUserOf(world, { email, provisioning: { externalIds } });
    for (let n = 0; n < 5; n++) await join(await newTeam(), user.id);
    const abroad = await newTeam(other);
    const { token } = await invite({ email, teams: [abroad.id] }, other);
    const stops = [1, 2].flatMap((nth) =>
      (['fail-before', 'commit-then-fail'] as const).map((mode) => ({ nth, mode })),
    );
    for (const { nth, mode } of stops) {
      service.faults.add({ service: 'dynamodb', operation: 'TransactWriteItems', mode, nth, per: 'call' });
      await accept(service, { token });
      service.faults.clear();
      expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
    }
    await accept(service, { token });
    expect(await members(abroad, other)).toEqual([user.id]);
    const left = (await service.dump()).filter(({ k, pk }) => k === 'team-member' || /#C#vendor#/.test(pk));
    expect(left).toHaveLength(1);
  });

  test.each([
    ['few', 3, 5],
    ['as many as there may be', 20, 40],
  ])(
    'and keys of other systems, %s, stay behind when the home moves',
    async (_name, places, keys) => {
      const email = newAddress();
      const of = (n: number, from: number) =>
        Array.from({ length: n }, (_, i) => ({ authority: 'crm', key: `K${from + i}` }));
      const user = await newUserOf(world, { email, provisioning: { externalIds: of(keys, 0) } });
      if (keys > 30) {
        for (let n = 60; n <= 100; n += 20)
          await ok(call('PATCH', `/v1/users/${user.id}`, { provisioning: { externalIds: of(n, 0) } }));
      }
      for (let n = 0; n < places; n++) {
        await join(await newTeam(), user.id);
        const group = await ok(call('POST', '/v1/groups', { name: `Group ${++named}` }));
        await ok(call('PUT', `/v1/groups/${group.id}/members/${user.id}`));
      }
      const { token } = await invite({ email }, other);
      const moved = await ok(accept(service, { token }));
      expect(moved).toMatchObject({ id: user.id, state: 'active', orgId: other.seed.orgId });
      expect(moved.teams).toBeUndefined();
      expect((await call('GET', `/v1/users/${user.id}`)).status).toBe(404);
      const left = (await service.dump()).filter(({ k, pk }) => k === 'team-member' || /#C#vendor#/.test(pk));
      expect(left).toEqual([]);
      await newUserOf(world, { provisioning: { externalIds: of(5, 0) } });
    },
    30_000,
  );
});
