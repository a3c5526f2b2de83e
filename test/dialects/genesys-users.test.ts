// Genesys Cloud: a user's members and states, pages, search, and who may do what.
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { manual } from '../../functions/dialects/genesys/manual.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, newAddress, newUserOf, newWorld, ok, type World } from '../support/world.ts';
import { EVERYTHING, genesysOf, refusedAs } from './genesys-speaker.ts';

let service: TestService;
let world: World;
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
});

const { call, get, newUser, native } = genesysOf(() => world);

/** The seed's properties in its order, as the wire spells them, a value for each. */
const seed = (email: string): Json => ({
  id: '0192f0c1-0000-7000-8000-000000000000',
  name: 'Ada Lovelace',
  division: { id: '0192f0c1-0000-7000-8000-000000000001', name: 'Sales', selfUri: '/api/v2/x' },
  chat: { jabberId: 'ada@chat.example' },
  department: 'Engines',
  email,
  primaryContactInfo: [{ address: email, mediaType: 'EMAIL', type: 'PRIMARY' }],
  addresses: [
    { address: '+13174181234', display: '+13174181234', mediaType: 'PHONE', type: 'WORK', countryCode: 'US' },
    { extension: '1234', mediaType: 'PHONE', type: 'WORK2' },
  ],
  state: 'active',
  title: 'Countess',
  username: email.split('@')[0],
  manager: { id: world.owner.id, selfUri: `/api/v2/users/${world.owner.id}` },
  images: [{ resolution: 'x96', imageUri: 'https://images.example/ada.png' }],
  version: 1,
  certifications: ['Analyst'],
  biography: {
    ...{ biography: 'First of them', interests: ['horses'], hobbies: ['flying'], spouse: 'William' },
    education: [{ school: 'Home', fieldOfStudy: 'Mathematics', notes: 'by letters', dateStart: '1828-01-01' }],
  },
  employerInfo: { officialName: 'Ada', employeeId: '1', employeeType: 'Full-time', dateHire: '1842-10-01' },
  routingStatus: { userId: 'x', status: 'IDLE', startTime: '2020-01-01T00:00:00.000Z' },
  presence: { source: 'PURECLOUD', primary: true },
  conversationSummary: { userId: 'x' },
  outOfOffice: { active: true },
  geolocation: { type: 'web' },
  station: {},
  authorization: { roles: [] },
  profileSkills: ['analysis'],
  locations: [{ id: 'site-1', notes: 'by the window', coordinates: { x: 1, y: 2 } }],
  groups: [],
  team: { name: 'Night' },
  skills: [],
  languages: [],
  acdAutoAnswer: true,
  languagePreference: 'en-us',
  lastTokenIssued: { dateIssued: '2020-01-01T00:00:00.000Z' },
  organization: { id: 'x', version: 1 },
});

describe('the seed’s user', () => {
  test('is accepted as it stands and answered in its shape', async () => {
    const email = newAddress();
    const sample = seed(email);
    expect(Object.keys(sample)).toHaveLength(34);
    const made = await ok(call('POST', '', sample));
    const read = await get(`/${made.id}?expand=${EVERYTHING}`);
    const kept = 'name chat department email title username images certifications biography employerInfo profileSkills';
    for (const name of [...kept.split(' '), 'acdAutoAnswer']) expect(read[name], name).toEqual(sample[name]);
    expect(read.addresses).toMatchObject(sample.addresses);
    expect(read.locations[0]).toMatchObject({ id: 'site-1', notes: 'by the window', coordinates: { x: 1, y: 2 } });
    expect(read.manager.id).toBe(world.owner.id);
    const shown = Object.keys(seed(email)).filter((name) => !['team', 'organization'].includes(name));
    expect(Object.keys(read)).toEqual(expect.arrayContaining(shown));
  });

  test('comes back unchanged from a client that reads, and writes all it has read', async () => {
    const { id } = await newUserOf(world, {
      profile: { givenName: 'Ada', familyName: 'King', locations: [{ id: 'l', name: 'London' }] },
      contact: { phone: { countryCode: 'GB', number: '20 7946 0000' } },
      custom: { custom1: 'kept' },
    });
    const before = await native(id);
    const read = await get(`/${id}?expand=${EVERYTHING}`);
    await ok(call('PATCH', `/${id}`, read));
    expect(await native(id)).toEqual(before);
  });

  test('shows what is expanded only when asked, and what is empty as empty', async () => {
    const { id } = await newUser();
    const plain = await get(`/${id}`);
    expect(plain).toMatchObject({
      department: '',
      title: '',
      addresses: [],
      images: [],
      chat: {},
      acdAutoAnswer: false,
    });
    for (const name of EVERYTHING.split(',')) expect(plain, name).not.toHaveProperty(name);
    const asked = await get(`/${id}?expand=skills,biography&expand=outOfOffice`);
    expect(asked).toMatchObject({ skills: [], biography: {}, outOfOffice: { active: false } });
    expect(asked).not.toHaveProperty('languages');
    await refusedAs('invalid.query.param.value', 400, call('GET', `/${id}?expand=shoeSize`));
  });
});

describe('a change', () => {
  let user: Json;
  beforeEach(async () => {
    user = await newUser();
  });

  test('needs the current version', async () => {
    await refusedAs('constraint.validation', 400, call('PATCH', `/${user.id}`, { title: 'x' }));
    await refusedAs('invalid.value', 400, call('PATCH', `/${user.id}`, { version: '1', title: 'x' }));
    const stale = await refusedAs('general.conflict', 409, call('PATCH', `/${user.id}`, { version: 7, title: 'x' }));
    expect(stale.message).toContain('does not match the current version');
    await refusedAs('general.conflict', 409, call('PATCH', `/${user.id}`, { version: 7, acdAutoAnswer: true }));
  });

  test('of the state changes nothing else', async () => {
    const both = { version: 1, state: 'inactive', title: 'x' };
    await refusedAs('general.bad.request', 400, call('PATCH', `/${user.id}`, both));
    expect((await get(`/${user.id}`)).state).toBe('active');
    await ok(call('PATCH', `/${user.id}`, { version: 1, state: 'active', title: 'x' }));
  });

  test('of the preferred name stands beside the name to show, and is found by', async () => {
    expect(user.preferredName).toBe('');
    const preferredName = `Lady Lovelace ${user.version}`;
    expect(await ok(call('PATCH', `/${user.id}`, { version: 1, preferredName }))).toMatchObject({
      name: 'Ada Lovelace',
      preferredName,
    });
    expect((await native(user.id)).profile).toMatchObject({ preferredName, displayName: 'Ada Lovelace' });
    const query = [{ type: 'EXACT', fields: ['preferredName'], value: preferredName }];
    expect((await ok(call('POST', '/search', { query }))).results.map(({ id }: Json) => id)).toEqual([user.id]);
    const back = await ok(call('PATCH', `/${user.id}`, { version: 2, preferredName: '' }));
    expect(back.preferredName).toBe('');
  });

  test('refuses members it does not know, naming them', async () => {
    const refused = await refusedAs('invalid.value', 400, call('PATCH', `/${user.id}`, { version: 1, shoeSize: 9 }));
    expect(refused.details).toEqual([{ errorCode: 'invalid.value', fieldName: 'shoeSize' }]);
    const both = [{ mediaType: 'PHONE', address: '1', extension: '2' }];
    await refusedAs('invalid.value', 400, call('PATCH', `/${user.id}`, { version: 1, addresses: both }));
  });

  test('of an address that is taken is a conflict', async () => {
    const email = world.owner.email;
    await refusedAs('general.conflict', 409, call('PATCH', `/${user.id}`, { version: 1, email }));
  });

  test('puts a user into groups and takes them out', async () => {
    const [one, two] = await Promise.all(
      ['Red', 'Blue'].map(async (name) =>
        ok(service.call('POST', '/v1/groups', { token: world.client, body: { name: `${name} ${user.id}` } })),
      ),
    );
    await ok(call('PATCH', `/${user.id}`, { version: 1, groups: [{ id: one.id }, two.id] }));
    const { groups, version } = await get(`/${user.id}?expand=groups`);
    expect(groups.map(({ id }: Json) => id).sort()).toEqual([one.id, two.id].sort());
    await ok(call('PATCH', `/${user.id}`, { version, groups: [two.id] }));
    expect((await get(`/${user.id}?expand=groups`)).groups.map(({ id }: Json) => id)).toEqual([two.id]);
  });

  test('of a deleted, inactive user to active restores and lets them in in one change', async () => {
    const inactive = await ok(call('PATCH', `/${user.id}`, { version: 1, state: 'inactive' }));
    await ok(call('DELETE', `/${user.id}`));
    const version = inactive.version + 1;
    await refusedAs('general.resource.not.found', 404, call('PATCH', `/${user.id}`, { version, title: 'x' }));
    const back = await ok(call('PATCH', `/${user.id}`, { version, state: 'active' }));
    expect(back).toMatchObject({ state: 'active', version: version + 1 });
  });

  test('of many sets how calls are answered, and is refused whole', async () => {
    const other = await newUser();
    const changes = [user, other].map(({ id }) => ({ id, acdAutoAnswer: true }));
    const listing = await ok(call('PATCH', '/bulk', changes));
    expect(listing.entities.map(({ acdAutoAnswer }: Json) => acdAutoAnswer)).toEqual([true, true]);
    await refusedAs('max.directory.users', 400, call('PATCH', '/bulk', Array(51).fill(changes[0])));
    const unknown = { id: '0192f0c1-0000-7000-8000-000000000000', acdAutoAnswer: false };
    await refusedAs('general.resource.not.found', 404, call('PATCH', '/bulk', [changes[0], unknown]));
    expect((await get(`/${user.id}`)).acdAutoAnswer).toBe(true);
  });
});

describe('the reason of a change of the state', () => {
  const state = (id: string, body: Json) => call('PUT', `/${id}/state`, body);
  const act = (id: string, move: string) =>
    ok(service.call('POST', `/v1/users/${id}/${move}`, { token: world.client }));

  test('stays with it, with its moment, and is named but not told among the events', async () => {
    const user = await newUser();
    expect(await get(`/${user.id}/state`)).toEqual({
      ...{ state: 'active', version: 1 },
      stateChangeDate: (await native(user.id)).createdAt,
    });
    service.advance(60_000);
    const left = await ok(state(user.id, { state: 'inactive', version: 1, stateChangeReason: 'Leave' }));
    const { deactivatedAt } = await native(user.id);
    expect(left).toEqual({
      ...{ state: 'inactive', version: 2, stateChangeReason: 'Leave', stateChangeDate: deactivatedAt },
    });
    await ok(call('PATCH', `/${user.id}`, { version: 2, title: 'Countess' }));
    expect(await get(`/${user.id}/state`)).toEqual({ ...left, version: 3 });
    expect(await native(user.id)).toMatchObject({ stateReason: 'leave', stateChangedAt: deactivatedAt });
    const { items } = await ok(service.call('GET', `/v1/users/${user.id}/events`, { token: world.client }));
    const told = items.find(({ type }: Json) => type === 'user-deactivated');
    expect(told.changed).toContain('stateReason');
    expect(JSON.stringify(told)).not.toMatch(/leave/i);
    await refusedAs('invalid.value', 400, state(user.id, { state: 'active', stateChangeReason: 'leave' }));
  });

  test('goes with the next change, by whatever way', async () => {
    const { id } = await newUser();
    await ok(state(id, { state: 'inactive', stateChangeReason: 'Conduct' }));
    expect((await ok(state(id, { state: 'inactive', stateChangeReason: 'Leave' }))).stateChangeReason).toBe('Conduct');
    const back = await act(id, 'activate');
    expect(back).not.toHaveProperty('stateReason');
    expect(await get(`/${id}/state`)).toEqual({
      ...{ state: 'active', version: 3, stateChangeDate: back.stateChangedAt },
    });
    await act(id, 'deactivate');
    expect(await get(`/${id}/state`)).not.toHaveProperty('stateChangeReason');
    const gone = await ok(state(id, { state: 'deleted', stateChangeReason: 'Voluntary' }));
    expect(gone).toMatchObject({ state: 'deleted', stateChangeReason: 'Voluntary' });
    const restored = await ok(state(id, { state: 'active', stateChangeReason: 'Seasonal' }));
    expect(restored).toMatchObject({ state: 'active', stateChangeReason: 'Seasonal' });
    await call('POST', `/${id}/invite`);
    expect(await get(`/${id}/state`)).not.toHaveProperty('stateChangeReason');
  });
});

describe('a new user', () => {
  test('begins as told, in the home division unless told', async () => {
    const division = await ok(
      service.call('POST', '/v1/divisions', { token: world.client, body: { name: `West ${newAddress()}` } }),
    );
    expect((await newUser({ divisionId: division.id })).division).toMatchObject({
      id: division.id,
      name: division.name,
    });
    const { id } = (await newUser()).division;
    expect((await newUser({ divisionId: id })).division.name).toBe('Home');
    expect((await newUser({ state: 'inactive' })).state).toBe('inactive');
    await refusedAs('invalid.value', 400, call('POST', '', { name: 'x', email: newAddress(), divisionId: 'nowhere' }));
  });

  test('needs a name and an address', async () => {
    await refusedAs('constraint.validation', 400, call('POST', '', { email: newAddress() }));
    await refusedAs('constraint.validation', 400, call('POST', '', { name: 'x' }));
  });

  test('is made even if the password is not acceptable, which is said', async () => {
    const email = newAddress();
    await refusedAs('invalid.password', 400, call('POST', '', { name: 'x', email, password: 'short' }));
    expect((await ok(service.call('GET', `/v1/users/by-email/${email}`, { token: world.client }))).state).toBe(
      'staged',
    );
  });

  test('of one word has a given name alone', async () => {
    const { id } = await newUser({ name: 'Cher' });
    expect((await native(id)).profile).toEqual({ givenName: 'Cher', displayName: 'Cher' });
  });
});

describe('pages', () => {
  test('of another size or number than there are, are refused', async () => {
    for (const query of ['pageSize=0', 'pageSize=501', 'pageSize=x', 'pageNumber=0', 'pageNumber=-1']) {
      await refusedAs('invalid.value', 400, call('GET', `?${query}`));
    }
    await refusedAs('too.many.requested.results', 400, call('GET', '?pageSize=500&pageNumber=22'));
    await refusedAs('invalid.value', 400, call('GET', '?sortOrder=sideways'));
    await refusedAs('invalid.query.param.value', 400, call('GET', '?state=asleep'));
  });

  test('by cursor are as large as others, and go on where they stopped', async () => {
    const all = (await get('?pageSize=500')).entities.map(({ id }: Json) => id);
    const whole = await get('/query?pageSize=500');
    expect(whole.entities.map(({ id }: Json) => id)).toEqual(all);
    expect(whole).not.toHaveProperty('cursor');
    const first = await get('/query?pageSize=3');
    expect(first).toMatchObject({ results: 3, cursor: expect.any(String) });
    const rest = await ok(service.call('GET', `/genesys${first.nextUri}`, { token: world.client }));
    expect([...first.entities, ...rest.entities].map(({ id }: Json) => id)).toEqual(all.slice(0, 6));
    await refusedAs('invalid.value', 400, call('GET', '/query?pageSize=501'));
  });

  test('keep the question in their addresses, which are relative', async () => {
    const page = await get('?pageSize=1&state=any&expand=skills,languages');
    expect(page.nextUri).toBe('/api/v2/users?pageSize=1&state=any&expand=skills%2Clanguages&pageNumber=2');
    expect(page.selfUri).toBe(page.firstUri);
    const next = await ok(service.call('GET', `/genesys${page.nextUri}`, { token: world.client }));
    expect(next.entities[0].id).not.toBe(page.entities[0].id);
  });

  test('by ids show those who are there, in either spelling of a list', async () => {
    const [a, b] = [await newUser(), await newUser()];
    for (const query of [`id=${a.id},${b.id}`, `id=${a.id}&id=${b.id}`]) {
      expect((await get(`?${query}`)).entities.map(({ id }: Json) => id).sort()).toEqual([a.id, b.id].sort());
    }
    await ok(call('DELETE', `/${b.id}`));
    expect((await get(`?id=${a.id},${b.id}`)).total).toBe(1);
    expect((await get(`?id=${a.id},${b.id}&state=any`)).total).toBe(2);
    await refusedAs('max.user.ids', 400, call('GET', `?id=${Array(101).fill('x').join(',')}`));
  });

  test('of a state show that state, and of any the deleted behind the others', async () => {
    const fresh = await testService();
    const [token, body] = [await fresh.tokenFor(), { name: 'A B' }];
    const made: Json[] = [];
    const on = (method: string, path: string, given?: Json) =>
      ok(fresh.call(method, `/genesys/api/v2/users${path}`, { token, ...(given && { body: given }) }));
    for (let n = 0; n < 4; n++) made.push(await on('POST', '', { ...body, email: newAddress() }));
    await on('DELETE', `/${made[0].id}`);
    await on('PUT', `/${made[1].id}/state`, { state: 'inactive' });
    await fresh.project();
    const ids = async (query: string) => {
      const page = await on('GET', `?${query}`);
      return { ids: page.entities.map(({ id }: Json) => id), total: page.total };
    };
    expect(await ids('state=deleted')).toEqual({ ids: [made[0].id], total: 1 });
    expect(await ids('state=inactive')).toEqual({ ids: [made[1].id], total: 1 });
    expect((await ids('')).total).toBe(3);
    const any = await ids('state=any');
    expect(any.total).toBe(5);
    expect(any.ids.at(-1)).toBe(made[0].id);
    const second = await ids('state=any&pageSize=3&pageNumber=2');
    expect(second.ids).toEqual(any.ids.slice(3));
    expect((await on('GET', `/${made[0].id}/state`)).state).toBe('deleted');
    expect(brokenInvariants(await fresh.dump(), fresh.clock.now())).toEqual([]);
  });
});

describe('search', () => {
  const search = async (query: Json[], more: Json = {}): Promise<Json> =>
    ok(call('POST', '/search', { query, ...more }));
  const found = async (...query: Json[]) => (await search(query)).results.map(({ id }: Json) => id);
  let ada: Json;
  beforeAll(async () => {
    ada = await newUser({ name: 'Zuleika Dobson Smith', department: 'Oxford', title: 'Senior Conjurer' });
    await service.project();
  });

  test('by every type that the directory can answer', async () => {
    const name = ['name'];
    const oxford = { type: 'EXACT', fields: ['department'], value: 'Oxford' };
    expect(await found({ type: 'EXACT', fields: name, value: 'zuleika dobson smith' })).toEqual([ada.id]);
    expect(await found({ type: 'STARTS_WITH', fields: name, value: 'Zule' })).toEqual([ada.id]);
    expect(await found(oxford, { type: 'CONTAINS', fields: ['title', 'email'], value: 'conj' })).toEqual([ada.id]);
    expect(await found(oxford, { type: 'TERM', fields: ['title'], value: 'senior' })).toEqual([ada.id]);
    expect(await found(oxford, { type: 'TERM', fields: ['title'], value: 'seni' })).toEqual([]);
    expect(await found(oxford, { type: 'TERMS', fields: name, values: ['nobody', 'dobson'] })).toEqual([ada.id]);
    expect(await found(oxford, { type: 'REQUIRED_FIELDS', fields: ['title', 'department'] })).toEqual([ada.id]);
    expect(await found(oxford, { type: 'REQUIRED_FIELDS', fields: ['manager'] })).toEqual([]);
    expect(await found(oxford, { type: 'RANGE', fields: ['version'], startValue: '1', endValue: '1' })).toEqual([
      ada.id,
    ]);
    expect(await found(oxford, { type: 'GREATER_THAN', fields: ['version'], value: '1' })).toEqual([]);
    expect(await found(oxford, { type: 'MATCH_ALL' })).toEqual([ada.id]);
  });

  test('joins by AND, OR and NOT, and within groups', async () => {
    const is = (fields: string, value: string, operator?: string) => ({
      ...{ type: 'EXACT', fields: [fields], value },
      ...(operator && { operator }),
    });
    const [oxford, cambridge] = [is('department', 'Oxford', 'OR'), is('department', 'Cambridge', 'OR')];
    expect(await found(oxford, cambridge)).toEqual([ada.id]);
    expect(await found(is('department', 'Oxford'), is('title', 'Senior Conjurer', 'NOT'))).toEqual([]);
    expect(await found({ group: [oxford, cambridge] }, is('state', 'active'))).toEqual([ada.id]);
    expect(await found(is('department', 'Oxford'), is('state', 'inactive'))).toEqual([]);
  });

  test('refuses by name what it cannot answer', async () => {
    const refused = async (query: Json, code = 'invalid.value') => refusedAs(code, 400, call('POST', '/search', query));
    const regex = await refused({ query: [{ type: 'REGEX', fields: ['name'], value: '.*' }] });
    expect(regex.message).toContain('REGEX is not supported');
    const text = await refused({ query: [{ type: 'QUERY_STRING', fields: ['name'], value: 'a OR b' }] });
    expect(text.message).toContain('QUERY_STRING is not supported');
    await refused({ query: [{ type: 'EXACT', fields: ['shoeSize'], value: '9' }] });
    await refused({ query: [{ type: 'EXACT', fields: ['name'] }] }, 'constraint.validation');
    const many = Array(21).fill({ type: 'MATCH_ALL' });
    await refused({ query: many }, 'too.many.search.criteria');
    await refused({ query: [], sortBy: 'shoeSize' });
    await refusedAs('invalid.query.param.value', 400, call('GET', '/search?q64=%7B'));
    await refusedAs('invalid.query.param.value', 400, call('GET', '/search'));
  });
});

describe('who may do what', () => {
  test('a reader changes nothing', async () => {
    const { id } = await newUser();
    const reader = world.reader;
    await refusedAs('missing.permissions', 403, call('PATCH', `/${id}`, { version: 1, title: 'x' }, reader));
    await refusedAs('missing.permissions', 403, call('DELETE', `/${id}`, undefined, reader));
    await refusedAs('missing.permissions', 403, call('POST', `/${id}/invite`, undefined, reader));
    await refusedAs('missing.permissions', 403, call('PUT', `/${id}/roles`, [], reader));
    expect((await call('GET', `/${id}`, undefined, reader)).status).toBe(200);
  });

  test('who may change and not delete neither deletes by the state nor restores', async () => {
    const body = { name: 'writer', permissions: ['users:read', 'users:write'] };
    const path = `/v1/orgs/${world.seed.orgId}/clients`;
    const made = await ok(service.call('POST', path, { token: world.client, body }));
    const writer = await service.tokenFor(made.clientId, made.clientSecret);
    const { id } = await newUser();
    await refusedAs('missing.permissions', 403, call('PUT', `/${id}/state`, { state: 'deleted' }, writer));
    await ok(call('DELETE', `/${id}`));
    await refusedAs('missing.permissions', 403, call('PATCH', `/${id}`, { version: 2, state: 'active' }, writer));
  });

  test('roles above the caller’s own stay as they are and are neither given nor taken', async () => {
    const admin = await activePerson(service, world.seed.orgId, ['admin']);
    const held = await ok(call('GET', `/${world.owner.id}/roles`));
    const [owner] = held.roles;
    const all = await ok(service.call('GET', '/v1/roles', { token: world.client }));
    const viewer = all.items.find(({ key }: Json) => key === 'viewer').id;
    const both = await ok(call('PUT', `/${world.owner.id}/roles`, [owner.id, viewer], admin.token));
    expect(both.roles.map(({ name }: Json) => name).sort()).toEqual(['owner', 'viewer']);
    await refusedAs('insufficient.permissions', 403, call('PUT', `/${world.owner.id}/roles`, [viewer], admin.token));
    const { id } = await newUser();
    await refusedAs('insufficient.permissions', 403, call('PUT', `/${id}/roles`, [owner.id], admin.token));
    await refusedAs('invalid.value', 400, call('PUT', `/${id}/roles`, []));
  });
});

const unserved = manual.endpoints.filter(({ served }) => served === 'not served');

describe('what is not served says so, and not that the user is unknown', () => {
  test.each(unserved.map(({ method, path }) => [method, path] as const))('%s %s', async (method, path) => {
    const { id } = await newUser();
    const at = `/genesys${path.replace('{userId}', id).replaceAll(/\{\w+\}/g, id)}`;
    const body = method === 'GET' || method === 'DELETE' ? undefined : {};
    const answer = service.call(method, at, { token: world.client, ...(body && { body }) });
    const { message } = await refusedAs('not.found', 404, answer);
    expect(message).not.toMatch(/user/i);
  });

  test('and a method that an address does not take is refused as that', async () => {
    const { id } = await newUser();
    for (const [method, path] of [
      ['DELETE', `/${id}/state`],
      ['PUT', `/${id}`],
      ['POST', `/${id}/roles`],
    ] as const) {
      await refusedAs('method.not.allowed', 405, call(method, path));
    }
  });
});
