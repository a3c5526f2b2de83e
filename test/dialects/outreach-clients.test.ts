// Two clients that were written for Outreach's API and know nothing of this one, through whole journeys over HTTP.
import { initSDK } from '@opensdks/runtime';
import { outreachSdkDef } from '@opensdks/sdk-outreach';
import Kitsu from 'kitsu';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newCrowd } from '../support/crowd.ts';
import { type Listening, listen } from '../support/listening.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, newAddress, newWorld, ok, type World } from '../support/world.ts';
import { comesIn, overtaken, refusal, removed } from './journeys.ts';

const MEDIA = 'application/vnd.api+json';

let service: TestService;
let world: World;
let open: Listening;
let kitsu: Json;
let sdk: Json;
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
  await newCrowd(service, 320);
  open = await listen(service);
  const baseURL = `${open.base}/outreach/api/v2`;
  kitsu = new Kitsu({ baseURL, headers: { Authorization: `Bearer ${world.client}` }, resourceCase: 'none' });
  const headers = { authorization: `Bearer ${world.client}`, 'content-type': MEDIA };
  sdk = initSDK(outreachSdkDef, { baseUrl: baseURL, headers } as never);
}, 60_000);
afterAll(() => open.stop());

const NAME_TAKEN = '/data/attributes/username';

describe('kitsu', () => {
  test('invites somebody, who comes in by the mailed link, and sees when they signed in', async () => {
    const email = newAddress();
    const { data } = await kitsu.create('users', {
      email,
      firstName: 'Ada',
      role: { data: { type: 'role', id: 4 } },
      profile: { data: { type: 'profile', id: 7 } },
    });
    expect(data).toMatchObject({ type: 'user', email, name: 'Ada', locked: false, currentSignInAt: null });
    await comesIn(world, email);
    const found = await kitsu.get('users', { params: { filter: { email }, include: 'role,profile' } });
    expect(found.data).toHaveLength(1);
    expect(found.data[0]).toMatchObject({
      id: data.id,
      role: { data: { type: 'role', id: 4, name: 'viewer' } },
      profile: { data: { type: 'profile', id: 7 } },
      currentSignInAt: expect.any(String),
    });
    const filter = { currentSignInAt: '__notnull__' };
    const lately = await kitsu.get('users', { params: { filter, sort: '-currentSignInAt', page: { size: 1 } } });
    expect(lately.data[0].email).toBe(email);
  });

  test('lists hundreds by pages and filters, and the same backwards', async () => {
    const seen: number[] = [];
    let params: Json = { page: { size: 60 }, count: true, sort: '-createdAt', filter: { locked: false } };
    let total = 0;
    for (;;) {
      const { data, links, meta } = await kitsu.get('users', { params });
      seen.push(...data.map(({ id }: Json) => id));
      total = meta.count;
      if (!links.next) break;
      params = { ...params, page: { size: 60, after: new URL(links.next).searchParams.get('page[after]') } };
    }
    expect(seen.length).toBeGreaterThan(200);
    expect(seen).toHaveLength(total);
    expect(new Set(seen).size).toBe(total);
    expect(seen).toEqual(seen.toSorted((a, b) => b - a));
    const { data } = await kitsu.get('users', { params: { fields: { user: 'firstName' }, page: { size: 1 } } });
    expect(Object.keys(data[0]).sort()).toEqual(['firstName', 'id', 'links', 'type']);
  });

  test('changes, locks and unlocks, and is told what is wrong', async () => {
    const [first, second] = [
      (await kitsu.create('users', { email: newAddress(), username: newAddress().replace('@', '.') })).data,
      (await kitsu.create('users', { email: newAddress() })).data,
    ];
    const changed = await kitsu.patch('users', { id: first.id, title: 'Pilot', custom1: null });
    expect(changed.data).toMatchObject({ id: first.id, title: 'Pilot', username: first.username });
    expect((await kitsu.patch('users', { id: first.id, locked: true })).data.locked).toBe(true);
    expect((await kitsu.patch('users', { id: first.id, locked: false })).data.locked).toBe(false);
    const taken = await refusal(kitsu.patch('users', { id: second.id, username: first.username }));
    expect([taken.response.status, taken.errors[0].source.pointer]).toEqual([422, NAME_TAKEN]);
    const late = await overtaken(world, second.userGuid, 'Late', () =>
      refusal(kitsu.patch('users', { id: second.id, title: 'Late' })),
    );
    expect([late.response.status, late.errors[0].id]).toEqual([409, 'conflict']);
    expect((await kitsu.get(`users/${second.id}`)).data.title).toBeNull();
    const gone = await refusal(kitsu.delete('users', second.id));
    expect([gone.response.status, gone.errors[0].id]).toEqual([405, 'badRequest']);
    const unknown = await refusal(kitsu.get('users/9'));
    expect([unknown.response.status, unknown.errors[0].id]).toEqual([404, 'resourceNotFound']);
  });

  test('gives roles, and finds whoever was deleted gone and, restored, as they were', async () => {
    const { data } = await kitsu.create('users', { email: newAddress(), title: 'Pilot' });
    await kitsu.patch('users', { id: data.id, role: { data: { type: 'role', id: 2 } } });
    const asked = { params: { include: 'role' } };
    const before = (await kitsu.get(`users/${data.id}`, asked)).data;
    expect(before.role.data).toMatchObject({ id: 2, name: 'admin' });
    const restore = await removed(world, data.userGuid);
    const gone = await refusal(kitsu.get(`users/${data.id}`, asked));
    expect([gone.response.status, gone.errors[0].id]).toEqual([404, 'resourceNotFound']);
    const changed = await refusal(kitsu.patch('users', { id: data.id, title: 'Nobody' }));
    expect(changed.response.status).toBe(404);
    expect((await kitsu.get('users', { params: { filter: { email: data.email } } })).data).toEqual([]);
    const again = await refusal(kitsu.create('users', { email: data.email }));
    expect([again.response.status, again.errors[0].detail]).toEqual([422, 'Email has already been taken.']);
    await restore();
    const after = (await kitsu.get(`users/${data.id}`, asked)).data;
    expect({ ...after, updatedAt: null }).toEqual({ ...before, updatedAt: null });
  });

  test('reads what people are related to', async () => {
    const team = await ok(service.call('POST', '/v1/teams', { token: world.client, body: { name: 'Clients' } }));
    const { data } = await kitsu.create('users', {
      email: newAddress(),
      teams: { data: [{ type: 'team', id: team.number }] },
    });
    const { data: roles } = await kitsu.get('roles');
    expect(roles.map(({ name }: Json) => name)).toEqual(expect.arrayContaining(['owner', 'member']));
    const members = await kitsu.get('users', { params: { filter: { teams: { id: team.number } } } });
    expect(members.data.map(({ id }: Json) => id)).toEqual([data.id]);
    expect((await kitsu.get(`teams/${team.number}`)).data.name).toBe('Clients');
    const { meta } = (await kitsu.get(`users/${data.id}`, { params: { provideAuthorizationMeta: true } })).data;
    expect(meta).toEqual({ canWrite: true });
  });
});

describe('the SDK that was made from that system’s own document', () => {
  const of = (id: number) => ({ params: { path: { id } } });
  const read = (id: number) => sdk.GET('/users/{id}', of(id));
  const change = (id: number, attributes: Json, more: Json = {}) =>
    sdk.PATCH('/users/{id}', { ...of(id), body: { data: { type: 'user', id, attributes, ...more } } });
  const create = async (attributes: Json) =>
    (await sdk.POST('/users', { body: { data: { type: 'user', attributes } } })) as Json;

  test('invites, lists, changes, locks, and reads errors by their ids', async () => {
    const email = newAddress();
    const attributes = { email, firstName: 'Grace', lastName: 'Hopper', duties: { lead: true }, tasksViewId: 4 };
    const made = await create(attributes);
    expect(made.response.status).toBe(201);
    const { id } = made.data.data;
    expect(made.data.data.attributes).toMatchObject(attributes);
    await comesIn(world, email);
    const locked = await change(id, { locked: true });
    expect(locked.data.data.attributes.locked).toBe(true);
    expect((await read(id)).data.data).toEqual(locked.data.data);
    expect((await change(id, { locked: false })).data.data.attributes.locked).toBe(false);
    expect((await sdk.GET('/users', {})).data.data).toHaveLength(50);
    const refused = await refusal(create({ email }));
    expect([refused.error.errors[0].id, refused.error.errors[0].detail]).toEqual([
      'validationError',
      'Email has already been taken.',
    ]);
  });

  test('lists more than 250 by pages, and those that a filter finds', async () => {
    await service.project();
    const all: Json[] = [];
    const base = { sort: 'email', 'page[size]': 100, count: true };
    let total = 0;
    for (let after: string | undefined; ; ) {
      const query = { ...base, ...(after && { 'page[after]': after }) };
      const { data } = await sdk.GET('/users', { params: { query } });
      all.push(...data.data);
      total = data.meta.count;
      if (!data.links.next) break;
      after = new URL(data.links.next).searchParams.get('page[after]') ?? undefined;
    }
    expect(all.length).toBeGreaterThan(250);
    expect(new Set(all.map(({ id }) => id)).size).toBe(total);
    const query = { 'filter[locked]': true, 'filter[lastName]': 'Smith', 'page[size]': 1000 };
    const found = (await sdk.GET('/users', { params: { query } })).data.data.map(({ id }: Json) => id);
    const wanted = all.filter(({ attributes }) => attributes.locked && attributes.lastName === 'Smith');
    expect(found.sort()).toEqual(wanted.map(({ id }) => id).sort());
  });

  test('meets conflicts, gives roles, and finds whoever was deleted gone and back again', async () => {
    const username = newAddress().replace('@', '.');
    await create({ email: newAddress(), username });
    const made = (await create({ email: newAddress() })).data.data;
    const taken = await refusal(change(made.id, { username }));
    expect([taken.error.errors[0].id, taken.error.errors[0].source.pointer]).toEqual(['validationError', NAME_TAKEN]);
    const late = await overtaken(world, made.attributes.userGuid, 'Late', () =>
      refusal(change(made.id, { title: 'Late' })),
    );
    expect(late.error.errors[0].id).toBe('conflict');
    const role = { relationships: { role: { data: { type: 'role', id: 4 } } } };
    const before = (await change(made.id, { title: 'Pilot' }, role)).data.data;
    expect(before.relationships.role.data).toEqual({ type: 'role', id: 4 });
    const restore = await removed(world, made.attributes.userGuid);
    expect((await refusal(read(made.id))).error.errors[0].id).toBe('resourceNotFound');
    await restore();
    const { attributes, relationships } = (await read(made.id)).data.data;
    expect(relationships).toEqual(before.relationships);
    expect({ ...attributes, updatedAt: null }).toEqual({ ...before.attributes, updatedAt: null });
  });
});

test('a person of the org uses it by their own token, as far as their roles allow', async () => {
  const person = await activePerson(service, service.seed.orgId);
  const baseURL = `${open.base}/outreach/api/v2`;
  const own = new Kitsu({
    baseURL,
    headers: { Authorization: `Bearer ${person.token}` },
    resourceCase: 'none',
  }) as Json;
  expect((await own.get('users', { params: { filter: { email: person.email } } })).data).toHaveLength(1);
  const refused = await refusal(own.create('users', { email: newAddress() }));
  expect([refused.response.status, refused.errors[0].id]).toEqual([403, 'unauthorizedOauthScope']);
});
