// Everything held about one person, in one answer.
import { beforeAll, describe, expect, test } from 'vitest';
import { anotherOrg } from '../support/invited.ts';
import { type Rich, richPerson } from '../support/rich-person.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, newUserOf, newWorld, ok, type World } from '../support/world.ts';

let service: TestService;
let world: World;
let second: World;
let person: Rich;

beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
  second = await newWorld(service, await service.secondOrg());
  const { client, id } = await anotherOrg(service, 'Third');
  person = await richPerson(world, second, { ...second, client, seed: { ...second.seed, orgId: id as never } });
}, 30_000);

const exported = (id: string, token: string = world.client) => service.call('GET', `/v1/users/${id}/export`, { token });

describe('an export', () => {
  test('holds the record, and all that stands beside it', async () => {
    const data = await ok(exported(person.id));
    expect(data.user).toMatchObject({
      id: person.id,
      email: person.email,
      state: 'active',
      contact: { phone: { countryCode: '49' } },
      custom: { custom1: expect.stringContaining('secret hobby') },
      presence: { current: { message: expect.stringContaining('pier') } },
      activity: { signInCount: 2 },
    });
    expect(data.preferences.own).toEqual({ locale: 'de-DE' });
    expect(data.teams.map(({ name }: Json) => name.split(' ')[0])).toEqual(['teams', 'teams']);
    expect(data.groups).toHaveLength(1);
    const states = data.memberships.map(({ home, state }: Json) => [home, state]);
    expect(states).toEqual([
      [true, 'live'],
      [false, 'suspended'],
      [false, 'offered'],
    ]);
    expect(data.invites).toEqual([expect.objectContaining({ state: 'accepted', email: person.old })]);
    expect(data.credential).toEqual({ set: true, setAt: data.user.security.passwordUpdatedAt });
    expect(new Set(data.proofs.map(({ purpose }: Json) => purpose))).toEqual(new Set(['reset', 'validate-email']));
    expect(data.sessions).toHaveLength(2);
    const letters = data.letters.map(({ kind, state }: Json) => `${kind} ${state}`);
    for (const letter of ['password-reset sent', 'address-proof sent', 'address-changed suppressed']) {
      expect(letters).toContain(letter);
    }
    const types = data.events.map(({ type }: Json) => type);
    for (const type of ['invite-accepted', 'user-email-changed', 'signed-in']) expect(types).toContain(type);
    expect(data.incomplete).toBeUndefined();
  });

  test('is the same for the person themselves, at home', async () => {
    const own = await ok(service.call('GET', '/v1/me/export', { token: person.token }));
    const { exportedAt: _at, ...data } = await ok(exported(person.id));
    expect(own).toMatchObject(data);
  });

  test('holds no secret and no link', async () => {
    const { body } = await exported(person.id);
    const items = await service.dump();
    const secrets = items.filter(({ k }) => k === 'credential' || k === 'link' || k === 'invite');
    const values = secrets.flatMap(({ hash, n }) => [hash, n]).filter((value) => typeof value === 'string');
    expect(values.length).toBeGreaterThan(5);
    expect(values.filter((value) => body.includes(value as string))).toEqual([]);
    expect(body).not.toMatch(/token=|\$argon2|"(hash|nonce|refreshToken|accessToken)"/);
  });

  test('is for those who may see people and events, of the home org', async () => {
    const call = (permissions: string[]) =>
      service.call('POST', `/v1/orgs/${world.seed.orgId}/clients`, {
        token: world.client,
        body: { name: 'some', permissions },
      });
    for (const permissions of [['users:read'], ['events:read']]) {
      const { clientId, clientSecret } = await ok(call(permissions));
      expect((await exported(person.id, await service.tokenFor(clientId, clientSecret))).status).toBe(403);
    }
    expect(await exported(person.id, second.client)).toMatchObject({ status: 403, json: { code: 'not-home-org' } });
    const stranger = await newUserOf(second);
    expect((await exported(stranger.id)).status).toBe(404);
  });

  test('is there for a deleted person until they are erased', async () => {
    const user = await newUserOf(world, { profile: { givenName: 'Ada' } });
    await ok(service.call('DELETE', `/v1/users/${user.id}`, { token: world.client }));
    expect((await ok(exported(user.id))).user).toMatchObject({ state: 'deleted', profile: { givenName: 'Ada' } });
    const settings = { eraseGraceSeconds: 0 };
    await ok(service.call('PATCH', `/v1/orgs/${world.seed.orgId}`, { token: world.client, body: { settings } }));
    await ok(service.call('POST', `/v1/users/${user.id}/erase`, { token: world.client }));
    await service.handlers.work('worker', {});
    expect((await exported(user.id)).status).toBe(404);
  });

  test('of somebody of whom there is more than one answer holds names what goes on, and how', async () => {
    const busy = await activePerson(service, world.seed.orgId);
    for (let n = 0; n < 201; n++) {
      const body = { current: { message: `busy ${n}` } };
      await ok(service.call('PATCH', '/v1/me/presence', { token: busy.token, body }));
    }
    const data = await ok(exported(busy.id));
    expect(data).toMatchObject({ incomplete: ['events'], nextEventsCursor: expect.any(String) });
    const path = `/v1/users/${busy.id}/events?cursor=${data.nextEventsCursor}`;
    const rest = await ok(service.call('GET', path, { token: world.client }));
    const ids = [...data.events, ...rest.items].map(({ id }: Json) => id);
    expect([ids.length, new Set(ids).size]).toEqual([203, 203]);
  }, 20_000);
});
