// Genesys Cloud: what stands beside a user. Invites, passwords, skills, languages, queues, status, ids, out of office.
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { brokenInvariants } from '../support/invariants.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, NEW_PASSWORD, newAddress, newWorld, ok, type World } from '../support/world.ts';
import { genesysOf, refusedAs } from './genesys-speaker.ts';

let service: TestService;
let world: World;
let user: Json;
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
});

const { call, get, newUser } = genesysOf(() => world);

beforeEach(async () => {
  user = await newUser();
});

describe('an invite', () => {
  test('goes out once, and again when it is forced', async () => {
    for (const [query, letters] of [
      ['', 1],
      ['', 1],
      ['?force=true', 2],
    ] as const) {
      expect((await call('POST', `/${user.id}/invite${query}`)).status).toBe(204);
      await service.deliver();
      expect((await service.letters(user.email)).length).toBe(letters);
    }
    const [first, second] = await service.letters(user.email);
    const accept = (token?: string) =>
      service.call('POST', '/v1/invites/accept', { body: { token, password: NEW_PASSWORD } });
    expect((await accept(first?.token)).status).toBe(410);
    expect((await accept(second?.token)).status).toBe(200);
  });

  test('is refused for who is inactive, unknown or in already', async () => {
    await refusedAs('general.conflict', 409, call('POST', `/${world.owner.id}/invite`));
    await refusedAs('general.resource.not.found', 404, call('POST', '/0192f0c1-0000-7000-8000-000000000000/invite'));
    await ok(call('PUT', `/${user.id}/state`, { state: 'inactive' }));
    await refusedAs('general.conflict', 409, call('POST', `/${user.id}/invite`));
  });
});

describe('a password set by an admin', () => {
  const set = (id: string, newPassword: string, token?: string) =>
    call('POST', `/${id}/password`, { newPassword }, token);

  test('ends sessions, lets in, and is told to the person', async () => {
    const person = await activePerson(service, world.seed.orgId);
    expect((await set(person.id, NEW_PASSWORD)).status).toBe(204);
    const { refreshToken } = person;
    expect((await service.call('POST', '/v1/sessions/refresh', { body: { refreshToken } })).status).toBe(401);
    await service.signIn(person.email, NEW_PASSWORD);
    await service.deliver();
    expect((await service.letters(person.email)).length).toBe(1);
    const events = await ok(service.call('GET', `/v1/users/${person.id}/events`, { token: world.client }));
    expect(events.items.map(({ type }: Json) => type)).toContain('password-set');
    expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
  });

  test('keeps to the rules of passwords, in that system’s codes', async () => {
    await refusedAs('password.too.short', 400, set(user.id, 'short'));
    await refusedAs('password.compromised', 400, set(user.id, 'passwordpassword'));
    await refusedAs('password.empty', 400, set(user.id, ''));
  });

  test('is nobody’s own, and nobody’s who may more', async () => {
    const admin = await activePerson(service, world.seed.orgId, ['admin']);
    await refusedAs('not.authorized', 403, set(admin.id, NEW_PASSWORD, admin.token));
    await refusedAs('insufficient.permissions', 403, set(world.owner.id, NEW_PASSWORD, admin.token));
  });

  test('needs the org’s leave', async () => {
    const path = `/v1/orgs/${world.seed.orgId}`;
    const allow = (adminMaySetPasswords: boolean | null) =>
      ok(service.call('PATCH', path, { token: world.client, body: { settings: { adminMaySetPasswords } } }));
    await allow(null);
    await refusedAs('missing.permissions', 403, set(user.id, NEW_PASSWORD));
    const email = newAddress();
    await refusedAs('missing.permissions', 403, call('POST', '', { name: 'x', email, password: NEW_PASSWORD }));
    expect((await service.call('GET', `/v1/users/by-email/${email}`, { token: world.client })).status).toBe(404);
    await allow(true);
  });

  test('does not outlive the first proof of the address', async () => {
    const email = newAddress();
    const made = await newUser({ email, password: 'set by somebody else' });
    await call('POST', `/${made.id}/invite`);
    await service.deliver();
    const [letter] = await service.letters(email);
    const body = { token: letter?.token, password: NEW_PASSWORD };
    await ok(service.call('POST', '/v1/invites/accept', { body }));
    const old = { email, password: 'set by somebody else' };
    expect((await service.call('POST', '/v1/sessions', { body: old })).status).toBe(401);
    await service.signIn(email, NEW_PASSWORD);
  });
});

describe.each([
  ['routingskills', 'PUT', 'skillUri', 200],
  ['routinglanguages', 'PATCH', 'languageUri', 204],
] as const)('%s', (name, verb, uri, gone) => {
  test('are given, changed, merged and taken', async () => {
    const path = `/${user.id}/${name}`;
    const given = await ok(call('POST', path, { id: 'one', proficiency: 2 }));
    expect(given).toMatchObject({ id: 'one', proficiency: 2, state: 'active', [uri]: expect.any(String) });
    await refusedAs('general.conflict', 400, call('POST', path, { id: 'one', proficiency: 3 }));
    await refusedAs('constraint.validation', 400, call('POST', path, { id: 'two' }));
    await refusedAs('invalid.value', 400, call('POST', path, { id: 'two', proficiency: 6 }));
    expect((await ok(call(verb, `${path}/one`, { proficiency: 4.5 }))).proficiency).toBe(4.5);
    const more = await ok(call('PATCH', `${path}/bulk`, [{ id: 'two', proficiency: 1 }]));
    expect(more.entities.map(({ id }: Json) => id)).toEqual(['one', 'two']);
    expect((await call('DELETE', `${path}/one`)).status).toBe(gone);
    await refusedAs('general.resource.not.found', 404, call('DELETE', `${path}/one`));
    const { total, entities } = await get(path);
    expect([total, entities[0].id]).toEqual([1, 'two']);
  });

  test('of two changes at once both count', async () => {
    const path = `/${user.id}/${name}`;
    await Promise.all(['a', 'b'].map((id) => ok(call('POST', path, { id, proficiency: 1 }))));
    expect((await get(path)).total).toBe(2);
  });
});

test('all skills are set at once', async () => {
  const path = `/${user.id}/routingskills`;
  await ok(call('POST', path, { id: 'old', proficiency: 1 }));
  const all = await ok(call('PUT', `${path}/bulk`, [{ id: 'new', proficiency: 2 }]));
  expect(all.entities.map(({ id }: Json) => id)).toEqual(['new']);
  expect((await get(`/${user.id}?expand=skills`)).skills).toEqual(all.entities);
});

test('queues are joined and left', async () => {
  const queue = 'q1';
  const joined = await ok(call('PATCH', `/${user.id}/queues/${queue}`, { joined: true }));
  expect(joined).toMatchObject({ id: queue, joined: true });
  expect((await get(`/${user.id}/queues`)).total).toBe(1);
  await ok(call('PATCH', `/${user.id}/queues`, [{ id: queue, joined: false }]));
  expect((await get(`/${user.id}/queues`)).total).toBe(0);
  expect((await get(`/${user.id}/queues?joined=false`)).entities[0].id).toBe(queue);
});

test('the routing status is set with its moment', async () => {
  expect(await get(`/${user.id}/routingstatus`)).toEqual({ userId: user.id, status: 'OFF_QUEUE' });
  const idle = await ok(call('PUT', `/${user.id}/routingstatus`, { status: 'IDLE' }));
  expect(idle).toMatchObject({ userId: user.id, status: 'IDLE', startTime: expect.any(String) });
  expect(await ok(call('PUT', `/${user.id}/routingstatus`, { status: 'IDLE' }))).toEqual(idle);
  await refusedAs('invalid.value', 400, call('PUT', `/${user.id}/routingstatus`, { status: 'ASLEEP' }));
});

test('ids of other systems are given once in the org, and lead back to the user', async () => {
  const id = { authorityName: 'Employee IDs', externalKey: newAddress() };
  const path = `/${user.id}/externalid`;
  const first = await call('POST', path, id);
  expect([first.status, first.json[0]]).toMatchObject([201, id]);
  expect((await call('POST', path, id)).status).toBe(200);
  const other = await newUser();
  await refusedAs('general.resource.conflict', 409, call('POST', `/${other.id}/externalid`, id));
  const [authority, key] = [encodeURIComponent(id.authorityName), encodeURIComponent(id.externalKey)];
  expect((await get(`/externalid/${authority}/${key}`)).id).toBe(user.id);
  expect(await get(`${path}/${authority}`)).toMatchObject(id);
  expect((await call('DELETE', `${path}/${authority}/${key}`)).status).toBe(204);
  expect(await get(path)).toEqual([]);
  await refusedAs('general.resource.not.found', 404, call('GET', `/externalid/${authority}/${key}`));
});

test('skills of the profile are set whole', async () => {
  expect(await get(`/${user.id}/profileskills`)).toEqual([]);
  expect(await ok(call('PUT', `/${user.id}/profileskills`, ['java', 'go']))).toEqual(['java', 'go']);
  expect((await get(`/${user.id}?expand=profileSkills`)).profileSkills).toEqual(['java', 'go']);
});

test('being out of office is said whole', async () => {
  const dates = { startDate: '2026-12-24T00:00:00.000Z', endDate: '2027-01-02T00:00:00.000Z' };
  const away = await ok(call('PUT', `/${user.id}/outofoffice`, { ...dates, active: true, indefinite: false }));
  expect(away).toMatchObject({ ...dates, active: true, indefinite: false });
  expect(await get(`/${user.id}/outofoffice`)).toEqual(away);
  const back = await ok(call('PUT', `/${user.id}/outofoffice`, { active: false }));
  expect(back).not.toHaveProperty('startDate');
  await refusedAs('invalid.value', 400, call('PUT', `/${user.id}/outofoffice`, { startDate: 'tomorrow' }));
});

test('the people around a user', async () => {
  const manager = world.owner.id;
  const [{ id: one }, { id: two }] = [await newUser({ manager }), await newUser({ manager })];
  await service.project();
  const around = await get(`/${one}/adjacents`);
  expect(around.superiors.map(({ id }: Json) => id)).toEqual([manager]);
  expect(around.siblings.map(({ id }: Json) => id)).toEqual([two]);
  expect((await get(`/${manager}/directreports`)).length).toBe(2);
  expect((await get(`/${one}/superiors`))[0].id).toBe(manager);
});
