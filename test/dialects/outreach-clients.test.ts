// Two clients that were written for Outreach's API and know nothing of this one, through whole journeys over HTTP.
import { initSDK } from '@opensdks/runtime';
import { outreachSdkDef } from '@opensdks/sdk-outreach';
import Kitsu from 'kitsu';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newCrowd } from '../support/crowd.ts';
import { type Listening, listen } from '../support/listening.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, newAddress, newWorld, ok, PASSWORD, type World } from '../support/world.ts';

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

/** Accepts by the link that was mailed, as the page's form would. */
async function activate(email: string): Promise<void> {
  await service.deliver();
  const [letter] = await service.letters(email);
  const accept = { token: letter?.token, password: PASSWORD, acceptTerms: true };
  await ok(service.call('POST', '/v1/invites/accept', { body: accept }));
}

/** What a promise was refused with. */
const refusal = (call: Promise<unknown>): Promise<Json> =>
  call.then(
    () => undefined,
    (error) => error,
  );

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
    await activate(email);
    await ok(service.call('POST', '/v1/sessions', { body: { email, password: PASSWORD } }));
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
    const conflict = await refusal(kitsu.patch('users', { id: second.id, username: first.username }));
    expect([conflict.response.status, conflict.errors[0].source.pointer]).toEqual([422, '/data/attributes/username']);
    const gone = await refusal(kitsu.delete('users', second.id));
    expect([gone.response.status, gone.errors[0].id]).toEqual([405, 'badRequest']);
    const unknown = await refusal(kitsu.get('users/9'));
    expect([unknown.response.status, unknown.errors[0].id]).toEqual([404, 'resourceNotFound']);
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
  test('invites, lists, changes, and reads errors by their ids', async () => {
    const email = newAddress();
    const attributes = { email, firstName: 'Grace', lastName: 'Hopper', duties: { lead: true }, tasksViewId: 4 };
    const made = await sdk.POST('/users', { body: { data: { type: 'user', attributes } } });
    expect(made.response.status).toBe(201);
    const { id } = made.data.data;
    expect(made.data.data.attributes).toMatchObject(attributes);
    await activate(email);
    const locked = await sdk.PATCH('/users/{id}', {
      params: { path: { id } },
      body: { data: { type: 'user', id, attributes: { locked: true } } },
    });
    expect(locked.data.data.attributes.locked).toBe(true);
    expect((await sdk.GET('/users/{id}', { params: { path: { id } } })).data.data).toEqual(locked.data.data);
    expect((await sdk.GET('/users', {})).data.data).toHaveLength(50);
    const refused = await refusal(sdk.POST('/users', { body: { data: { type: 'user', attributes: { email } } } }));
    expect([refused.error.errors[0].id, refused.error.errors[0].detail]).toEqual([
      'validationError',
      'Email has already been taken.',
    ]);
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
