// Routing and presence, terms, and a password that must be changed.
import { beforeEach, expect, test } from 'vitest';
import { type Json, type TestService, testService } from '../support/service.ts';
import {
  activePerson,
  NEW_PASSWORD,
  newUserOf,
  newWorld,
  ok,
  PASSWORD,
  type World,
  withLetters,
} from '../support/world.ts';

let service: TestService;
let world: World;

beforeEach(async () => {
  service = await testService();
  world = await newWorld(service);
});

const call = (method: string, path: string, body?: Json, token = world.client, headers?: Record<string, string>) =>
  service.call(method, path, { token, ...(body !== undefined && { body }), ...(headers && { headers }) });

test('routing and presence share a version, raise none of the record, and show in it', async () => {
  const user = await newUserOf(world);
  const path = `/v1/users/${user.id}`;
  expect(await ok(call('GET', `${path}/routing`))).toEqual({ version: 0 });
  const skills = [{ id: 's1', name: 'French', proficiency: 4 }];
  expect(await ok(call('PATCH', `${path}/routing`, { autoAnswer: true, skills }))).toEqual({
    autoAnswer: true,
    skills,
    version: 1,
  });
  const presence = await call('PATCH', `${path}/presence`, { current: { name: 'Away' } }, world.client, {
    'if-match': '"1"',
  });
  expect(presence).toMatchObject({
    status: 200,
    headers: { etag: '"2"' },
    json: { current: { name: 'Away' }, version: 2 },
  });
  const stale = await call('PATCH', `${path}/routing`, { autoAnswer: false }, world.client, { 'if-match': '"1"' });
  expect(stale.status).toBe(412);
  expect(await call('PATCH', `${path}/routing`, { skills: [{ id: 's1', proficiency: 9 }] })).toMatchObject({
    status: 422,
  });
  const whole = await ok(call('GET', path));
  expect(whole).toMatchObject({
    version: 1,
    updatedAt: user.updatedAt,
    routing: { skills },
    presence: { current: { name: 'Away' } },
  });
  const filter = encodeURIComponent(`number eq ${user.number}`);
  const listed = async (fields: string) =>
    (await ok(call('GET', `/v1/users?filter=${filter}&fields=${fields}`))).items[0];
  expect(await listed('custom')).not.toHaveProperty('routing');
  expect(await listed('routing')).toMatchObject({ routing: { skills } });
  expect(await listed('routing')).not.toHaveProperty('presence');
  const created = await newUserOf(world, {
    routing: { autoAnswer: true },
    presence: { outOfOffice: { active: true } },
  });
  expect(await ok(call('GET', `/v1/users/${created.id}/presence`))).toEqual({
    outOfOffice: { active: true },
    version: 1,
  });
});

test('of two writers at once neither is lost', async () => {
  const { id } = await newUserOf(world);
  const path = `/v1/users/${id}`;
  const answers = await Promise.all([
    call('PATCH', `${path}/routing`, { autoAnswer: true }),
    call('PATCH', `${path}/presence`, { current: { message: 'Lunch' } }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(await ok(call('GET', path))).toMatchObject({
    routing: { autoAnswer: true },
    presence: { current: { message: 'Lunch' } },
  });
});

test('terms are accepted in their present version, once', async () => {
  const person = await activePerson(service, service.seed.orgId);
  const accept = (termsVersion: string) => call('POST', '/v1/me/terms', { termsVersion }, person.token);
  expect(await accept('v1')).toMatchObject({ status: 422, json: { code: 'terms-not-accepted' } });
  await ok(call('PATCH', `/v1/orgs/${service.seed.orgId}`, { settings: { termsVersion: 'v2' } }));
  expect(await accept('v1')).toMatchObject({ status: 422, json: { termsVersion: 'v2' } });
  const accepted = await ok(accept('v2'));
  expect(accepted).toMatchObject({ termsVersion: 'v2', version: 2 });
  expect(await ok(accept('v2'))).toEqual(accepted);
});

test('a password that must be changed, or whose time is up, lets nobody in until a reset sets a new one', async () => {
  for (const security of [{ mustChangePassword: true }, { passwordExpiresAt: '2026-01-01T00:00:00Z' }]) {
    const { id, email } = await activePerson(service, service.seed.orgId);
    const signIn = (password: string) => service.call('POST', '/v1/sessions', { body: { email, password } });
    expect((await signIn(PASSWORD)).status).toBe(200);
    const asked = await ok(call('PATCH', `/v1/users/${id}`, { security }));
    expect(asked.security).toMatchObject(security);
    expect(await signIn(PASSWORD)).toMatchObject({ status: 403, json: { code: 'password-change-required' } });
    // Who does not know the password is told nothing of it.
    expect(await signIn('not the password at all')).toMatchObject({ status: 401, json: { code: 'sign-in-failed' } });
    const { letters } = await withLetters(service, 'POST', '/v1/password-resets', { body: { email } });
    const body = { token: letters[0]?.token, password: NEW_PASSWORD };
    await ok(service.call('POST', '/v1/password-resets/complete', { body }));
    expect((await signIn(NEW_PASSWORD)).status).toBe(200);
    const { security: facts } = await ok(call('GET', `/v1/users/${id}`));
    expect(facts).not.toHaveProperty('mustChangePassword');
    expect(facts).not.toHaveProperty('passwordExpiresAt');
  }
});
