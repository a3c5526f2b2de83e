// How Outreach's language says no, and the headers it says everything with.
import { beforeAll, describe, expect, test } from 'vitest';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, newAddress, newWorld, ok, type World } from '../support/world.ts';
import { document, outreachOf, USERS } from './outreach-speaker.ts';

let service: TestService;
let world: World;
let other: World;
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
  other = await newWorld(service, await service.secondOrg());
});

const { call, create, newTeam } = outreachOf(() => world);
const errorOf = ({ json }: { json: Json }) => json.errors[0];

describe('a refusal', () => {
  test('names the attribute, in words and by its pointer', async () => {
    const { attributes } = await create();
    const taken = await call('POST', '/users', document({ email: attributes.email }));
    expect(taken.status).toBe(422);
    expect(taken.json).toEqual({
      errors: [
        {
          id: 'validationError',
          title: 'Validation Error',
          detail: 'Email has already been taken.',
          source: { pointer: '/data/attributes/email' },
        },
      ],
    });
    const many = await call('POST', '/users', document({ firstName: 7, custom1: 'x'.repeat(226), nickname: 'A' }));
    expect(many.json.errors.map(({ source }: Json) => source.pointer)).toEqual([
      '/data/attributes/firstName',
      '/data/attributes/custom1',
      '/data/attributes/nickname',
    ]);
    const zone = await call('POST', '/users', document({ email: newAddress(), primaryTimezone: 'Mars/Base' }));
    expect(errorOf(zone)).toMatchObject({
      detail: 'Primary timezone must be an IANA time zone name.',
      source: { pointer: '/data/attributes/primaryTimezone' },
    });
    expect(errorOf(await call('POST', '/users', document({}))).source).toEqual({ pointer: '/data/attributes/email' });
  });

  test.each([
    ['a type of another kind', { data: { type: 'prospect', attributes: {} } }, '/data/type'],
    ['an id that the caller chose', document({ email: 'a@example.test' }, { id: 5 }), '/data/id'],
    [
      'a relationship nobody knows',
      document({}, { relationships: { pets: { data: [] } } }),
      '/data/relationships/pets',
    ],
    [
      'one where many are',
      document({}, { relationships: { teams: { data: { type: 'team', id: 1 } } } }),
      '/data/relationships/teams',
    ],
    [
      'another type than the relationship has',
      document({}, { relationships: { profile: { data: { type: 'role', id: 1 } } } }),
      '/data/relationships/profile',
    ],
    [
      'a team that is not there',
      document({}, { relationships: { teams: { data: [{ type: 'team', id: 99 }] } } }),
      '/data/relationships/teams',
    ],
    [
      'a role that is not there',
      document({}, { relationships: { role: { data: { type: 'role', id: 99 } } } }),
      '/data/relationships/role',
    ],
    ['no text where text is', document({ locked: 'yes' }), '/data/attributes/locked'],
  ])('of %s points at it', async (_what, body, pointer) => {
    const refused = await call('POST', '/users', body);
    expect(refused.status, refused.body).toBe(422);
    expect(refused.json.errors.map(({ source }: Json) => source.pointer)).toContain(pointer);
  });

  test('of an id that is not the address’s points at it', async () => {
    const { id } = await create();
    expect(errorOf(await call('PATCH', `/users/${id}`, document({}, { id: id + 1 }))).source.pointer).toBe('/data/id');
    expect((await call('PATCH', `/users/${id}`, document({}))).status).toBe(422);
  });

  test('for want of a scope names it in this system’s grammar', async () => {
    const { id } = await create();
    const refusedBy = async (permissions: string[], method: string, path: string, body?: Json) => {
      const made = { token: world.client, body: { name: 'some', permissions } };
      const { clientId, clientSecret } = await ok(service.call('POST', `/v1/orgs/${world.seed.orgId}/clients`, made));
      const answer = await call(method, path, body, await service.tokenFor(clientId, clientSecret));
      expect(answer.status).toBe(403);
      return errorOf(answer);
    };
    const role = { relationships: { role: { data: { type: 'role', id: 4 } } } };
    const teams = { relationships: { teams: { data: [{ type: 'team', id: (await newTeam('Scoped')).number }] } } };
    const wants = (scope: string) => ({ id: 'unauthorizedOauthScope', detail: expect.stringContaining(`'${scope}'`) });
    const changing = (more: Json) => document({}, { id, ...more });
    expect(await refusedBy([], 'GET', '/users')).toMatchObject(wants('users.read'));
    expect(await refusedBy([], 'GET', '/mailboxes/1')).toMatchObject(wants('mailboxes.read'));
    expect(await refusedBy(['users:read'], 'POST', '/users', document({}))).toMatchObject(wants('users.write'));
    const writer = ['users:read', 'users:write'];
    const invited = document({ email: newAddress() });
    expect(await refusedBy(writer, 'POST', '/users', invited)).toMatchObject(wants('users.invite'));
    expect(await refusedBy(writer, 'PATCH', `/users/${id}`, changing(role))).toMatchObject(wants('roles.write'));
    expect(await refusedBy(writer, 'PATCH', `/users/${id}`, changing(teams))).toMatchObject(wants('teams.write'));
  });

  test('by a role is another than one by a scope', async () => {
    const admin = await activePerson(service, world.seed.orgId as never, ['admin']);
    const owner = { relationships: { role: { data: { type: 'role', id: 1 } } } };
    const { id } = await create();
    const refused = await call('PATCH', `/users/${id}`, document({}, { id, ...owner }), admin.token);
    expect([refused.status, errorOf(refused).id]).toEqual([403, 'unauthorizedRequest']);
  });

  test('of a media type has its text under a name of its own', async () => {
    const headers = { 'content-type': 'application/json' };
    const refused = await service.call('POST', USERS, { token: world.client, body: document({}), headers });
    expect(refused.status).toBe(415);
    expect(refused.json).toEqual({
      errors: [{ id: 'unsupportedMediaType', title: 'Unsupported Media Type', details: expect.any(String) }],
    });
  });

  test('of somebody unknown names type and id', async () => {
    expect(errorOf(await call('GET', '/users/9'))).toEqual({
      id: 'resourceNotFound',
      title: 'Resource Not Found',
      detail: "Could not find 'user' with ID '9'.",
    });
  });

  test('of the last administrator’s lock leaves them in', async () => {
    await service.project();
    const token = other.client;
    const query = new URLSearchParams({ filter: 'roles eq "owner"' });
    const { items } = await ok(service.call('GET', `/v1/users?${query}`, { token }));
    const answers: number[] = [];
    for (const { number } of items) {
      answers.push((await call('PATCH', `/users/${number}`, document({ locked: true }, { id: number }), token)).status);
    }
    expect(answers.at(-1)).toBe(422);
  });
});

describe('its headers', () => {
  test('tell on every answer what the edge still lets through', async () => {
    const still = await testService({ still: true });
    const { client } = await newWorld(still);
    const ask = (path = USERS, token: string | undefined = client) =>
      still.call('GET', path, { ...(token && { token }) });
    const remaining = async (...args: Parameters<typeof ask>) =>
      Number((await ask(...args)).headers['x-ratelimit-remaining']);
    const first = await ask();
    expect(first.headers).toMatchObject({ 'x-ratelimit-limit': '500', 'x-ratelimit-remaining': '499' });
    expect(Date.parse(first.headers['x-ratelimit-reset'] ?? '') - still.clock.now().getTime()).toBe(5);
    expect(await remaining()).toBe(498);
    expect(await remaining(`${USERS}/9`)).toBe(497);
    expect(await remaining(USERS, 'a.b.c')).toBe(500);
    expect(await remaining('/outreach/api/v2/nothing')).toBe(500);
    for (let n = 0; n < 497; n++) await ask(`${USERS}/9`);
    const refused = await ask();
    expect([refused.status, refused.headers['x-ratelimit-remaining'], refused.headers['retry-after']]).toEqual([
      429,
      '0',
      '1',
    ]);
    expect(errorOf(refused).id).toBe('rateLimitExceeded');
  });

  test('say JSON:API whatever the caller accepts', async () => {
    for (const accept of ['*/*', 'application/json', 'text/html']) {
      const answer = await service.call('GET', USERS, { token: world.client, headers: { accept } });
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/vnd.api+json']);
    }
  });
});
