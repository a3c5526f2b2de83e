// Members that are not the caller's to set, on every way to write them: refused by name, and nothing changed. Attacks
// M1, M2, M4, M6.
import { beforeAll, describe, expect, test } from 'vitest';
import { REQUESTS, type Request } from '../support/operations.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { differences, stateOf } from '../support/sweep.ts';
import { newWorld, type World } from '../support/world.ts';

let service: TestService;
let world: World;

beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
});

/** Members of the record and of its item that nobody writes by hand, and names that other systems give them. */
const PRIVILEGED: Record<string, Json> = {
  id: '01a20556-661c-7819-a3cd-3742b52e755a',
  userId: '01a20556-661c-7819-a3cd-3742b52e755a',
  number: 1,
  legacyId: '000000000000000000000001',
  orgId: '01a20556-661c-7819-a3cd-3742b52e755a',
  homeOrgId: '01a20556-661c-7819-a3cd-3742b52e755a',
  state: 'active',
  version: 99,
  epoch: 0,
  createdAt: '2020-01-01T00:00:00.000Z',
  createdBy: 'me',
  updatedAt: '2020-01-01T00:00:00.000Z',
  activatedAt: '2020-01-01T00:00:00.000Z',
  emailVerifiedAt: '2020-01-01T00:00:00.000Z',
  termsAcceptedAt: '2020-01-01T00:00:00.000Z',
  security: { mfaEnabled: false },
  locked: false,
  activity: { signInCount: 0 },
  isAdmin: true,
  admin: true,
  active: true,
  activated: true,
  loginEnabled: true,
  permissions: ['owners:write'],
  passwordHash: '$argon2id$',
  mfaEnabled: false,
  guestOf: [],
  suspended: false,
  inviteId: null,
  pk: 'O#x',
  sk: 'U',
  _pk: 'O#x',
  GSI1PK: 'x',
  lp: 'x',
  op: 'x',
  ttl: 1,
  k: 'user',
  attributes: { roles: ['owner'] },
  'roles/-': 'owner',
  'profile.givenName': 'x',
  actor: 'somebody else',
};

/** Of the members above, none is taken by these; roles and the password are, here and there, by design. */
const WRITES: Record<string, string[]> = {
  'POST /v1/users': ['password'],
  'PATCH /v1/users/{id}': ['password', 'roles'],
  'PATCH /v1/me': ['password', 'roles', 'email', 'username', 'externalId', 'telephony', 'provisioning', 'custom'],
  'POST /v1/invites': ['password', 'username'],
  'POST /v1/invites/bulk': ['roles', 'email'],
  'POST /v1/users/bulk': ['roles', 'patch'],
  'POST /v1/invites/accept': ['roles', 'username', 'contact', 'preferences', 'invite'],
  'PUT /v1/users/{id}/roles': ['password', 'email'],
  'POST /v1/users/{id}/lock': ['roles', 'by'],
  'POST /v1/contact-validations': ['password', 'roles', 'verified'],
  'POST /v1/sessions': ['roles', 'scope'],
  'POST /v1/password-resets/complete': ['roles'],
  'POST /v1/me/password': ['password', 'email'],
  'POST /v1/orgs/{id}/clients': ['clientId', 'clientSecret', 'secretVersion', 'secret', 'secretHash', 'keyId'],
  'PATCH /v1/clients/{id}': ['clientId', 'clientSecret', 'secretVersion', 'secret', 'secretHash', 'keyId', 'epoch'],
  'PATCH /v1/orgs/{id}': ['password', 'roles', 'email'],
};

describe('members that only the directory sets', () => {
  test.each(Object.entries(WRITES))('are refused by %s', async (route, own) => {
    const request = await (REQUESTS[route] as (w: World) => Promise<Request>)(world);
    const method = route.split(' ')[0] as string;
    const before = await stateOf(service);
    const more = Object.fromEntries(own.map((name) => [name, name === 'roles' ? ['owner'] : 'x']));
    for (const [name, value] of Object.entries({ ...PRIVILEGED, ...more })) {
      if (name === 'orgId' && route === 'POST /v1/sessions') continue;
      if (name === 'permissions' && route.includes('/clients')) continue;
      const { path, status: _status, ...rest } = request;
      const answer = await service.call(method, path, { ...rest, body: { ...request.body, [name]: value } });
      expect([answer.status, answer.json.code], `${name}: ${answer.body}`).toEqual([422, 'input-invalid']);
      const pointers = answer.json.issues.map(({ pointer }: Json) => pointer);
      const pointer = `/${name.replaceAll('/', '~1')}`;
      expect(
        pointers.some((at: string) => at === pointer || at.startsWith(`${pointer}/`)),
        answer.body,
      ).toBe(true);
    }
    expect(differences(before, await stateOf(service))).toEqual([]);
  });

  test('are refused inside the groups of a person, too', async () => {
    const request = await (REQUESTS['PATCH /v1/users/{id}'] as (w: World) => Promise<Request>)(world);
    const before = await stateOf(service);
    for (const group of [
      'profile',
      'contact',
      'telephony',
      'notifications',
      'savedViews',
      'preferences',
      'custom',
      'provisioning',
    ]) {
      for (const name of ['id', 'orgId', 'roles', 'isAdmin', 'passwordHash', 'pk', 'ttl']) {
        const body = { [group]: { [name]: 'x' } };
        const answer = await service.call('PATCH', request.path, { token: world.client, body });
        expect([answer.status, answer.json.issues?.[0]?.pointer], answer.body).toEqual([422, `/${group}/${name}`]);
      }
    }
    expect(differences(before, await stateOf(service))).toEqual([]);
  });
});

test('a JSON patch is no way to write', async () => {
  const request = await (REQUESTS['PATCH /v1/users/{id}'] as (w: World) => Promise<Request>)(world);
  const body = JSON.stringify([{ op: 'add', path: '/roles/-', value: 'owner' }]);
  const headers = { 'content-type': 'application/json-patch+json' };
  expect((await service.call('PATCH', request.path, { token: world.client, body, headers })).status).toBe(415);
  expect((await service.call('PATCH', request.path, { token: world.client, body })).status).toBe(422);
});

test('the org of a call is the token’s, whatever headers and query say', async () => {
  const other = await service.secondOrg();
  const headers = { 'x-org-id': other.orgId, 'x-tenant': other.orgId, 'x-organization-id': other.orgId };
  const me = await service.call('GET', `/v1/me?org=${other.orgId}&orgId=${other.orgId}`, {
    token: world.owner.token,
    headers,
  });
  expect([me.status, me.json.orgId]).toEqual([200, world.seed.orgId]);
  const made = await service.call('POST', '/v1/users', {
    token: world.client,
    headers,
    body: { email: 'mine@example.test' },
  });
  expect([made.status, made.json.orgId]).toEqual([201, world.seed.orgId]);
  const list = await service.call('GET', `/v1/users?org=${other.orgId}`, { token: world.client });
  expect(list.status).toBe(422);
});
