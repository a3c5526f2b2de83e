// The vendor's own JavaScript client against the running service: a user's whole life, and an org of many.
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Listening, listen, listenAsHost } from '../support/listening.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, NEW_PASSWORD, newAddress, newUserOf, newWorld, PASSWORD, type World } from '../support/world.ts';

// Its types describe a build of another module system.
const platform: Json = createRequire(import.meta.url)('purecloud-platform-client-v2');

let service: TestService;
let world: World;
let open: Listening;
let api: Json;
let users: Json;

/** The client's own settings for a service behind a gateway: nothing else is changed. */
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
  open = await listen(service);
  api = platform.ApiClient.instance;
  api.config.live_reload_config = false;
  pointTo(open, { path_params_api: 'genesys', path_params_login: 'login' });
  users = new platform.UsersApi();
});
afterAll(() => open.stop());

function pointTo({ base }: Listening, paths: Json = {}): void {
  const { hostname, port } = new URL(base);
  api.setGateway({ host: hostname, protocol: 'http', port: Number(port), ...paths });
}

/** What the client rejects with: the body of the refusal. */
const refused = async (call: Promise<unknown>): Promise<Json> =>
  call.then(
    () => expect.unreachable('the call was answered'),
    (error: unknown) => error,
  );

describe('its login', () => {
  test('by client credentials gives a token that the calls use', async () => {
    const { clientId, clientSecret } = world.seed;
    const auth = await api.loginClientCredentialsGrant(clientId, clientSecret);
    expect(auth.accessToken).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect((await users.getUsers()).entities.length).toBeGreaterThan(0);
  });

  test('with a wrong secret is refused in words that the client shows', async () => {
    const error = await refused(api.loginClientCredentialsGrant(world.seed.clientId, 'wrong'));
    const described = { error: 'invalid_client', description: expect.any(String) };
    expect(error.response.data).toMatchObject(described);
    api.setAccessToken(world.client);
  });
});

describe('a host name of its own', () => {
  let host: Listening;
  beforeAll(async () => {
    host = await listenAsHost(service, '/genesys');
    pointTo(host);
  });
  afterAll(async () => {
    pointTo(open, { path_params_api: 'genesys', path_params_login: 'login' });
    api.setAccessToken(world.client);
    await host.stop();
  });

  test('has the login and all calls at its root', async () => {
    const { clientId, clientSecret } = world.seed;
    await api.loginClientCredentialsGrant(clientId, clientSecret);
    const made = await users.postUsers({ name: 'Root Level', email: newAddress() });
    expect(await users.getUser(made.id)).toMatchObject({ id: made.id, selfUri: `/api/v2/users/${made.id}` });
    pointTo(host, { path_params_login: 'login' });
    expect((await api.loginClientCredentialsGrant(clientId, clientSecret)).accessToken).toBeTruthy();
  });

  test('refuses a wrong secret, and what it does not have, in the same words as the base', async () => {
    const error = await refused(api.loginClientCredentialsGrant(world.seed.clientId, 'wrong'));
    expect(error.response.data).toMatchObject({ error: 'invalid_client', description: expect.any(String) });
    api.setAccessToken(world.client);
    expect(await refused(users.getUserStation(world.owner.id))).toMatchObject({ status: 404 });
    expect((await fetch(`${host.base}/v1/users`)).status).toBe(404);
  });

  test('is made of a domain by the client itself, with the login at the root of another', () => {
    api.setEnvironment('calls.example.com');
    expect(api.config.basePath).toBe('https://api.calls.example.com');
    expect(api.config.authUrl).toBe('https://login.calls.example.com');
    api.setEnvironment();
  });
});

test('a user is made, invited, lets themself in, is changed, locked, given roles, deleted and restored', async () => {
  api.setAccessToken(world.client);
  const email = newAddress();
  const made = await users.postUsers({ name: 'Grace Brewster Hopper', email, department: 'Navy', title: 'Admiral' });
  expect(made).toMatchObject({ name: 'Grace Brewster Hopper', email, username: email, state: 'active', version: 1 });
  expect(made.division.name).toBe('Home');
  const native = (await service.call('GET', `/v1/users/${made.id}`, { token: world.client })).json;
  expect(native).toMatchObject({ state: 'staged', profile: { givenName: 'Grace Brewster', familyName: 'Hopper' } });

  expect(await users.postUserInvite(made.id)).toBeFalsy();
  await service.deliver();
  const [letter] = await service.letters(email);
  const accepted = await service.call('POST', '/v1/invites/accept', {
    body: { token: letter?.token, password: NEW_PASSWORD },
  });
  expect(accepted.status).toBe(200);
  expect((await refused(users.postUserInvite(made.id))).code).toBe('general.conflict');

  const before = await users.getUser(made.id, { expand: ['dateWelcomeSent', 'authorization', 'languagePreference'] });
  expect(before.dateWelcomeSent).toBeTruthy();
  const [version, title, preferredName] = [before.version, 'Rear Admiral', 'Amazing Grace'];
  const changed = await users.patchUser(made.id, { version, title, preferredName, manager: world.owner.id });
  expect(changed).toMatchObject({ title, preferredName, version: version + 1, manager: { id: world.owner.id } });
  const stale = await refused(users.patchUser(made.id, { version, title: 'Captain' }));
  expect(stale).toMatchObject({ status: 409, code: 'general.conflict' });
  expect(stale.message).toContain('does not match the current version');

  const inactive = await users.patchUser(made.id, { version: changed.version, state: 'inactive' });
  expect(inactive.state).toBe('inactive');
  const body = { email, password: NEW_PASSWORD };
  expect((await service.call('POST', '/v1/sessions', { body })).status).toBe(403);
  const state = await users.putUserState(made.id, { state: 'active', version: inactive.version });
  expect(state).toMatchObject({ state: 'active', version: inactive.version + 1 });
  expect((await service.call('POST', '/v1/sessions', { body })).status).toBe(200);

  const { orgAuthorization } = await userMe('orgauthorization');
  const admin = orgAuthorization.find(({ name }: Json) => name === 'admin');
  const roles = await users.putUserRoles(made.id, [admin.id]);
  expect(roles.roles).toEqual([{ id: admin.id, name: 'admin' }]);
  expect(roles.permissions).toContain('directory:user:edit');
  expect((await users.getUserRoles(made.id)).roles).toEqual(roles.roles);

  expect(await users.deleteUser(made.id)).toEqual({});
  expect((await refused(users.getUser(made.id))).code).toBe('general.resource.not.found');
  expect((await refused(users.deleteUser(made.id))).status).toBe(404);
  const gone = await users.getUser(made.id, { state: 'deleted' });
  expect(gone.state).toBe('deleted');
  const back = await users.patchUser(made.id, { version: gone.version, state: 'active' });
  expect(back).toMatchObject({ state: 'active', title });
  expect((await service.call('POST', '/v1/sessions', { body })).status).toBe(200);
});

async function userMe(expand: string): Promise<Json> {
  api.setAccessToken(world.owner.token);
  const me = await users.getUsersMe({ expand: [expand] });
  api.setAccessToken(world.client);
  return me;
}

describe('an org of 250', () => {
  beforeAll(async () => {
    api.setAccessToken(world.client);
    for (let n = 0; n < 250; n++) {
      const profile = { givenName: `N${n}`, familyName: `Many${String(n).padStart(3, '0')}`, department: `D${n % 5}` };
      await newUserOf(world, { profile });
    }
    await service.project();
  });

  test('is listed page by page: everybody once, and an empty page behind the last', async () => {
    const seen: string[] = [];
    let pages = 0;
    for (let pageNumber = 1; ; pageNumber++) {
      const page = await users.getUsers({ pageSize: 100, pageNumber, sortOrder: 'ascending' });
      if (page.entities.length === 0) break;
      pages = page.pageCount;
      expect(page).toMatchObject({ pageSize: 100, pageNumber, firstUri: expect.stringContaining('pageNumber=1') });
      expect('previousUri' in page).toBe(pageNumber > 1);
      expect('nextUri' in page).toBe(pageNumber < pages);
      seen.push(...page.entities.map(({ id }: Json) => id));
      expect(page.total).toBeGreaterThanOrEqual(seen.length);
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThanOrEqual(251);
    expect(pages).toBe(Math.ceil(seen.length / 100));
  });

  test('is listed by state, by ids and by a chat address', async () => {
    const [one, two, three] = (await users.getUsers({ pageSize: 3, sortOrder: 'descending' })).entities;
    await users.putUserState(one.id, { state: 'inactive', stateChangeReason: 'Seasonal' });
    await users.deleteUser(two.id);
    await users.patchUser(three.id, { version: three.version, chat: { jabberId: `${three.id}@chat.example` } });
    await service.project();
    const idsOf = async (options: Json) => (await users.getUsers(options)).entities.map(({ id }: Json) => id);
    expect(await idsOf({ state: 'inactive' })).toContain(one.id);
    expect(await idsOf({ state: 'deleted' })).toContain(two.id);
    expect(await idsOf({ id: [one.id, two.id, three.id], state: 'any' })).toHaveLength(3);
    expect(await idsOf({ id: [one.id, two.id, three.id] })).toEqual([three.id]);
    expect(await idsOf({ jabberId: [`${three.id}@chat.example`] })).toEqual([three.id]);
    expect(await users.getUserState(one.id)).toMatchObject({ state: 'inactive', stateChangeReason: 'Seasonal' });
    await users.putUserState(one.id, { state: 'active' });
    await users.putUserState(two.id, { state: 'active' });
    await service.project();
  });

  test('is walked by cursor, as many at once as elsewhere', async () => {
    expect((await users.getUsersQuery({ pageSize: 500 })).entities.length).toBeGreaterThanOrEqual(251);
    const seen = new Set<string>();
    for (let cursor: string | undefined; ; ) {
      const page = await users.getUsersQuery({ pageSize: 100, ...(cursor && { cursor }) });
      for (const { id } of page.entities) seen.add(id);
      cursor = page.cursor;
      if (!cursor) break;
    }
    expect(seen.size).toBeGreaterThanOrEqual(251);
  });

  test('is searched, and the pages of a search are turned by what it gave', async () => {
    const query = [{ type: 'EXACT', fields: ['department'], value: 'D3' }];
    const first = await users.postUsersSearch({ query, pageSize: 20, sortBy: 'name', sortOrder: 'ASC' });
    expect(first).toMatchObject({ total: 50, pageCount: 3, pageNumber: 1, types: ['users'] });
    const second = await users.getUsersSearch(first.nextPage);
    const third = await users.getUsersSearch(second.nextPage);
    expect('nextPage' in third).toBe(false);
    const names = [first, second, third].flatMap(({ results }) => results.map(({ name }: Json) => name));
    expect(names).toEqual(
      Array.from({ length: 50 }, (_, n) => `N${5 * n + 3} Many${String(5 * n + 3).padStart(3, '0')}`),
    );
  });
});

describe('what stands beside a user', () => {
  let id: string;
  beforeAll(async () => {
    api.setAccessToken(world.client);
    id = (await users.postUsers({ name: 'Many Sided', email: newAddress() })).id;
  });

  test('is given, read and taken: skills, languages, queues, the routing status, profile skills', async () => {
    await users.postUserRoutingskills(id, { id: 'java', proficiency: 2 });
    expect((await users.putUserRoutingskill(id, 'java', { proficiency: 5 })).proficiency).toBe(5);
    await users.putUserRoutingskillsBulk(id, [{ id: 'go', proficiency: 1 }]);
    expect((await users.getUserRoutingskills(id)).entities.map((skill: Json) => skill.id)).toEqual(['go']);
    await users.deleteUserRoutingskill(id, 'go');
    await users.postUserRoutinglanguages(id, { id: 'fr', proficiency: 3 });
    await users.patchUserRoutinglanguage(id, 'fr', { proficiency: 4 });
    expect((await users.getUserRoutinglanguages(id)).entities).toMatchObject([{ id: 'fr', proficiency: 4 }]);
    await users.deleteUserRoutinglanguage(id, 'fr');
    await users.patchUserQueue('support', id, { joined: true });
    expect((await users.getUserQueues(id)).entities).toMatchObject([{ id: 'support', joined: true }]);
    expect(await users.putUserRoutingstatus(id, { status: 'IDLE' })).toMatchObject({ status: 'IDLE' });
    expect(await users.putUserProfileskills(id, ['java'])).toEqual(['java']);
    const [changed] = (await users.patchUsersBulk([{ id, acdAutoAnswer: true }])).entities;
    expect(changed).toMatchObject({ id, acdAutoAnswer: true });
  });

  test('finds a user by an id in another system, and says when they are away', async () => {
    await users.postUserExternalid(id, { authorityName: 'HR', externalKey: 'K 7' });
    expect((await users.getUsersExternalidAuthorityNameExternalKey('HR', 'K 7')).id).toBe(id);
    expect(await users.getUserExternalid(id)).toMatchObject([{ authorityName: 'HR', externalKey: 'K 7' }]);
    await users.deleteUserExternalidAuthorityNameExternalKey(id, 'HR', 'K 7');
    const away = { startDate: '2026-12-24T00:00:00.000Z', endDate: '2027-01-02T00:00:00.000Z', active: true };
    expect(await users.putUserOutofoffice(id, away)).toMatchObject(away);
    expect(await users.getUserOutofoffice(id)).toMatchObject(away);
  });

  test('is of the org’s own making: custom attributes by schemas', async () => {
    const level = { title: 'Level', allOf: [{ $ref: '#/definitions/integer' }], minimum: 1, maximum: 5 };
    const jsonSchema = { title: 'Seniority', properties: { level } };
    const schema = await users.postUsersCustomattributesSchemas({ version: 1, jsonSchema });
    const wider = { ...jsonSchema, properties: { level: { ...level, maximum: 9 } } };
    const next = await users.putUsersCustomattributesSchema(schema.id, { ...schema, jsonSchema: wider });
    expect(next.version).toBe(2);
    expect((await users.getUsersCustomattributesSchemaVersions(schema.id)).total).toBe(2);
    expect((await users.getUsersCustomattributesSchemasLimits()).maxNumberOfSchemasPerOrg).toBe(20);
    expect((await users.getUsersCustomattributesSchemasCoretype('integer')).name).toBe('integer');
    await users.putUserCustomattributes(id, { schemaId: schema.id, attributes: { level: 7 } });
    const misfit = { schemaId: schema.id, attributes: { level: 10 } };
    const refusal = await refused(users.patchUserCustomattributes(id, misfit));
    expect(refusal.code).toBe('user.custom.attributes.schema.validation.error');
    expect((await users.getUserCustomattribute(id, schema.id)).attributes).toEqual({ level: 7 });
    const options = { expand: ['customAttributes'], userCustomAttributeSchemaIds: [schema.id] };
    expect((await users.getUser(id, options)).customAttributes).toMatchObject([{ attributes: { level: 7 } }]);
    expect(await users.getUserCustomattributesBulk(id, [schema.id])).toHaveLength(1);
    await users.deleteUserCustomattribute(id, schema.id);
    await users.deleteUsersCustomattributesSchema(schema.id);
    expect((await refused(users.getUsersCustomattributesSchema(schema.id))).status).toBe(404);
  });

  test('and is not served, is refused in the body that the client rejects with', async () => {
    for (const call of [
      users.getUserVerifiers(id),
      users.getUserStation(id),
      users.deleteUserStationAssociatedstation(id),
      users.getUserCallforwarding(id),
      users.getUserGeolocation(id, 'web'),
    ]) {
      const { contextId, ...refusal } = await refused(call);
      expect(refusal).toMatchObject({ status: 404, code: 'not.found', details: [], errors: [] });
      expect(contextId).toBeTruthy();
    }
  });
});

describe('what the Terraform provider does', () => {
  beforeAll(() => api.setAccessToken(world.client));

  test('finds a deleted holder of an address by search, restores them, and goes on from there', async () => {
    const email = newAddress();
    const first = await users.postUsers({ name: 'First Try', email, state: 'active' });
    await users.deleteUser(first.id);
    const again = await refused(users.postUsers({ name: 'Second Try', email }));
    expect(again).toMatchObject({ status: 409, code: 'general.conflict', entityId: first.id });
    const found = await users.postUsersSearch({
      query: [
        { fields: ['email'], value: email, type: 'EXACT' },
        { fields: ['state'], values: ['deleted'], type: 'EXACT' },
      ],
    });
    expect(found.results.map(({ id }: Json) => id)).toEqual([first.id]);
    const { version } = found.results[0];
    const back = await users.patchUser(first.id, { version, state: 'active' });
    const patched = await users.patchUser(first.id, {
      ...{ version: back.version, name: 'Second Try', department: '', title: '', manager: '', acdAutoAnswer: true },
      addresses: [
        { address: email, mediaType: 'EMAIL', type: 'WORK' },
        { address: '+13174181234', mediaType: 'PHONE', type: 'WORK' },
      ],
      ...{ locations: [], profileSkills: ['java'], certifications: ['CCNA'], employerInfo: { employeeId: '7' } },
    });
    expect(patched).toMatchObject({ name: 'Second Try', acdAutoAnswer: true });
    const expand = ['skills', 'languages', 'locations', 'profileSkills', 'certifications', 'employerInfo'];
    const read = await users.getUser(first.id, { expand, state: 'active' });
    expect(read).toMatchObject({
      profileSkills: ['java'],
      certifications: ['CCNA'],
      employerInfo: { employeeId: '7' },
    });
    expect(read).toMatchObject({ skills: [], languages: [], locations: [] });
  });

  test('writes skills in batches of fifty and reads them until a page is empty', async () => {
    const { id } = await users.postUsers({ name: 'Skilled', email: newAddress() });
    const skills = Array.from({ length: 50 }, (_, n) => ({ id: `skill-${n}`, proficiency: n % 6 }));
    await users.patchUserRoutingskillsBulk(id, skills);
    const read: Json[] = [];
    for (let pageNumber = 1; ; pageNumber++) {
      const page = await users.getUserRoutingskills(id, { pageSize: 20, pageNumber });
      if (page.entities.length === 0) break;
      read.push(...page.entities);
    }
    expect(read.map(({ id: skill, proficiency }) => ({ id: skill, proficiency }))).toEqual(skills);
    const tooMany = await refused(users.patchUserRoutingskillsBulk(id, [...skills, ...skills]));
    expect(tooMany.status).toBe(400);
  });
});

describe('a person’s token', () => {
  test('asks about its own user, and changes its own password by the old one', async () => {
    const person = await activePerson(service, world.seed.orgId);
    api.setAccessToken(person.token);
    const me = await users.getUsersMe({ expand: ['organization', 'date', 'adjacents'] });
    expect(me).toMatchObject({ id: person.id, organization: { id: world.seed.orgId, name: 'Example' } });
    expect(me.adjacents).toEqual({ superiors: [], siblings: [], directReports: [] });
    const place = { name: `Site ${me.id}`, city: 'Berlin', country: 'DE' };
    const { id } = (await service.call('POST', '/v1/locations', { token: world.client, body: place })).json;
    const more = await users.getUsersMe({ expand: ['token', 'locationdefinitions', 'trustors'] });
    expect(more.token).toEqual({
      organization: { id: world.seed.orgId },
      homeOrganization: { id: world.seed.orgId },
    });
    expect(more.locationDefinitions.find((it: Json) => it.id === id)).toMatchObject({
      name: place.name,
      address: { city: 'Berlin', country: 'DE' },
    });
    expect(more).not.toHaveProperty('trustors');
    const wrong = await refused(users.postUsersMePassword({ oldPassword: 'wrong', newPassword: NEW_PASSWORD }));
    expect(wrong).toMatchObject({ status: 400, code: 'invalid.old.password' });
    const short = await refused(users.postUsersMePassword({ oldPassword: PASSWORD, newPassword: 'short' }));
    expect(short).toMatchObject({ status: 400, code: 'password.too.short' });
    await users.postUsersMePassword({ oldPassword: PASSWORD, newPassword: NEW_PASSWORD });
    await service.signIn(person.email, NEW_PASSWORD);
    api.setAccessToken(world.client);
    expect((await refused(users.getUsersMe())).code).toBe('not.a.user');
  });
});
