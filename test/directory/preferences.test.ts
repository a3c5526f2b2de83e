// Preferences in layers: what holds, who said so, and what the org has fixed.
import { beforeEach, expect, test } from 'vitest';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, newAddress, newUserOf, newWorld, ok, type Person, type World } from '../support/world.ts';

let service: TestService;
let world: World;
let person: Person;

beforeEach(async () => {
  service = await testService({
    config: { preferences: JSON.stringify({ locale: 'en-US', everywhere: { windowMode: false } }) },
  });
  world = await newWorld(service);
  person = await activePerson(service, service.seed.orgId);
});

const call = (method: string, path: string, body?: Json, token = world.client, headers?: Record<string, string>) =>
  service.call(method, path, { token, ...(body !== undefined && { body }), ...(headers && { headers }) });
const settings = (body: Json) => ok(call('PATCH', `/v1/orgs/${service.seed.orgId}`, { settings: body }));
const path = () => `/v1/users/${person.id}/preferences`;
const effective = async (): Promise<Json> => (await ok(call('GET', path()))).effective;

async function join(preferences: Json): Promise<Json> {
  const team = await ok(call('POST', '/v1/teams', { name: `Team ${newAddress()}`.replace('@', ' at '), preferences }));
  await ok(call('PUT', `/v1/teams/${team.id}/members/${person.id}`));
  return team;
}

test('the nearest to the person holds: environment, org, team, person', async () => {
  expect(await effective()).toEqual({
    locale: { value: 'en-US', from: 'environment' },
    'everywhere.windowMode': { value: false, from: 'environment' },
  });
  await settings({
    defaultLocale: 'de-DE',
    preferences: { taskFlowDefaultTab: 'org', map: { theme: 'org', 'a.b': '1' } },
  });
  expect(await effective()).toMatchObject({
    locale: { value: 'de-DE', from: 'org' },
    taskFlowDefaultTab: { value: 'org', from: 'org' },
    'map.a.b': { value: '1', from: 'org' },
  });
  await join({ taskFlowDefaultTab: 'first', map: { theme: 'team' } });
  const second = await join({ taskFlowDefaultTab: 'second', defaultRulesetId: 7 });
  expect(await effective()).toMatchObject({
    taskFlowDefaultTab: { value: 'first', from: 'team' },
    'map.theme': { value: 'team', from: 'team' },
    defaultRulesetId: { value: 7, from: 'team' },
  });
  const own = await ok(
    call('PATCH', '/v1/me/preferences', { taskFlowDefaultTab: 'mine', locale: 'fr-FR' }, person.token),
  );
  expect(own).toMatchObject({
    own: { taskFlowDefaultTab: 'mine', locale: 'fr-FR' },
    effective: { taskFlowDefaultTab: { value: 'mine', from: 'user' }, locale: { value: 'fr-FR', from: 'user' } },
  });
  expect(await ok(call('GET', '/v1/me/preferences', undefined, person.token))).toEqual(own);
  await ok(call('PATCH', '/v1/me/preferences', { taskFlowDefaultTab: null }, person.token));
  await ok(call('DELETE', `/v1/teams/${second.id}`));
  await ok(call('PATCH', `/v1/orgs/${service.seed.orgId}`, { settings: { preferences: null } }));
  const after = await effective();
  expect(after.taskFlowDefaultTab).toEqual({ value: 'first', from: 'team' });
  expect(after['map.a.b']).toBeUndefined();
});

test('what the org has fixed holds for everybody, and nobody sets it otherwise, by any way', async () => {
  await join({ taskFlowDefaultTab: 'team' });
  await ok(call('PATCH', path(), { taskFlowDefaultTab: 'mine', map: { theme: 'mine' } }));
  await settings({ preferences: { taskFlowDefaultTab: 'org' }, lockedPreferences: ['taskFlowDefaultTab', 'locale'] });
  expect(await effective()).toMatchObject({
    taskFlowDefaultTab: { value: 'org', from: 'org', locked: true },
    locale: { value: 'en-US', from: 'environment', locked: true },
    'map.theme': { value: 'mine', from: 'user' },
  });
  const locked = {
    status: 409,
    json: { code: 'preference-locked', issues: [{ pointer: '/preferences/taskFlowDefaultTab' }] },
  };
  const other = { taskFlowDefaultTab: 'other' };
  expect(await call('PATCH', path(), other)).toMatchObject(locked);
  expect(await call('PATCH', '/v1/me/preferences', other, person.token)).toMatchObject(locked);
  expect(await call('PATCH', '/v1/me', { preferences: other }, person.token)).toMatchObject(locked);
  expect(await call('PATCH', `/v1/users/${person.id}`, { preferences: other })).toMatchObject(locked);
  expect(await call('POST', '/v1/users', { email: newAddress(), preferences: other })).toMatchObject(locked);
  // A client that writes back what it read changes nothing, and taking back an own choice is always allowed.
  await ok(call('PATCH', path(), { taskFlowDefaultTab: 'mine' }));
  await ok(call('PATCH', path(), { taskFlowDefaultTab: 'org' }));
  await ok(call('PATCH', path(), { taskFlowDefaultTab: null }));
  expect((await effective()).taskFlowDefaultTab).toEqual({ value: 'org', from: 'org', locked: true });
});

test('they change with the version of the record, and only the home says them', async () => {
  const { version } = await ok(call('GET', path()));
  const changed = await call('PATCH', path(), { locale: 'pt-BR' }, world.client, { 'if-match': `"${version}"` });
  expect(changed).toMatchObject({ status: 200, headers: { etag: `"${version + 1}"` } });
  const stale = await call('PATCH', path(), { locale: 'de-DE' }, world.client, { 'if-match': `"${version}"` });
  expect(stale.status).toBe(412);
  const { id } = await newUserOf(world);
  expect(await ok(call('GET', `/v1/users/${id}/preferences`))).not.toHaveProperty('own');
});

test.each([
  [{ lockedPreferences: ['shoeSize'] }],
  [{ lockedPreferences: ['everywhere'] }],
  [{ lockedPreferences: ['map.'] }],
  [{ lockedPreferences: ['__proto__'] }],
  [{ preferences: { locale: 'de-DE' } }],
  [{ preferences: { map: { __proto__: 'x', toString: 'x' } } }],
])('settings that make no sense are refused: %j', async (wrong) => {
  expect((await call('PATCH', `/v1/orgs/${service.seed.orgId}`, { settings: wrong })).status).toBe(422);
});
