import { beforeAll, describe, expect, test } from 'vitest';
import { allOperations } from '../../infra/operate/write-docs.ts';
import { REQUESTS, type Request } from '../support/operations.ts';
import { type TestService, testService } from '../support/service.ts';
import { differences, send, stateOf } from '../support/sweep.ts';
import { activePerson, NEW_PASSWORD, newUserOf, newWorld, PASSWORD, type World } from '../support/world.ts';

const operations = await allOperations();
const keyed = operations.filter(({ idempotent }) => idempotent);
const DAY = 24 * 3_600_000;

let service: TestService;
let world: World;
let keys = 0;

beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
});

const newKey = () => ({ 'idempotency-key': `key-${keys++}` });
const prepare = (route: string): Promise<Request> => (REQUESTS[route] as (w: World) => Promise<Request>)(world);

test('every POST that carries an access token or a link token honours the header, no other call does', () => {
  const without = operations.filter(({ method, idempotent }) => method === 'POST' && !idempotent);
  expect(without.map(({ route }) => route).sort()).toEqual([
    'POST /accept-invite',
    'POST /forgot-password',
    'POST /oauth/token',
    'POST /reset-password',
    'POST /v1/password-resets',
    'POST /v1/sessions',
    'POST /v1/sessions/refresh',
    'POST /verify-email',
  ]);
  expect(keyed.every(({ method }) => method === 'POST')).toBe(true);
});

describe('the same request under the same key', () => {
  // A change of the own password ends the token that asked for it: kill points repeat that one with a renewed token.
  const replayed = keyed.filter(({ path }) => path !== '/v1/me/password');
  test.each(replayed.map((operation) => [operation.route, operation] as const))(
    'is answered again byte for byte: %s',
    async (route, operation) => {
      const prepared = await prepare(route);
      const request = { ...prepared, headers: { ...prepared.headers, ...newKey() } };
      const first = await send(service, operation, request);
      expect(first.status, first.body).toBe(request.status);
      const before = await stateOf(service);
      const again = await send(service, operation, request);
      const { 'x-request-id': one, ...headers } = first.headers;
      const { 'x-request-id': other, ...repeated } = again.headers;
      expect([again.status, repeated, again.body]).toEqual([first.status, headers, first.body]);
      expect(other).not.toBe(one);
      expect(differences(before, await stateOf(service))).toEqual([]);
    },
  );
});

test('another body, path or If-Match under the key is refused, and the first answer stays', async () => {
  const headers = newKey();
  const { id } = await newUserOf(world);
  const { id: other } = await newUserOf(world);
  const lock = (to: string, reason: string, more = {}) =>
    service.call('POST', `/v1/users/${to}/lock`, {
      token: world.client,
      headers: { ...headers, ...more },
      body: { reason },
    });
  const first = await lock(id, 'one');
  expect(first.status).toBe(200);
  for (const answer of [
    await lock(id, 'two'),
    await lock(other, 'one'),
    await lock(id, 'one', { 'if-match': '"1"' }),
  ]) {
    expect([answer.status, answer.json.code]).toEqual([422, 'idempotency-key-reused']);
  }
  expect((await lock(id, 'one')).body).toBe(first.body);
  expect((await service.call('GET', `/v1/users/${other}`, { token: world.client })).json.security).toBeUndefined();
});

test('another query under the key is refused: a dry run is no answer to a run', async () => {
  const { path: _path, status: _status, headers, ...options } = await prepare('POST /v1/imports');
  const under = { ...options, headers: { ...headers, ...newKey() } };
  const dry = await service.call('POST', '/v1/imports?dryRun=true', under);
  expect([dry.status, dry.json.dryRun]).toEqual([202, true]);
  const run = await service.call('POST', '/v1/imports', under);
  expect([run.status, run.json.code]).toEqual([422, 'idempotency-key-reused']);
});

test('a late repeat of what changed nothing changes nothing, either', async () => {
  const { id } = await newUserOf(world);
  const move = (name: string, headers?: Record<string, string>) =>
    service.call('POST', `/v1/users/${id}/${name}`, {
      token: world.client,
      ...(headers && { headers }),
      ...(name === 'lock' && { body: { reason: 'a test' } }),
    });
  const headers = newKey();
  const first = await move('unlock', headers);
  await move('lock');
  expect((await move('unlock', headers)).body).toBe(first.body);
  expect((await service.call('GET', `/v1/users/${id}`, { token: world.client })).json.security.locked).toBeDefined();
});

test('a refusal is not kept: once its reason is gone the same key works', async () => {
  const headers = newKey();
  const { id } = await newUserOf(world);
  const activate = () => service.call('POST', `/v1/users/${id}/activate`, { token: world.client, headers });
  expect((await activate()).status).toBe(409);
  await service.call('POST', `/v1/users/${id}/deactivate`, { token: world.client });
  expect((await activate()).status).toBe(200);
});

test('whoever lost the permission gets no kept answer', async () => {
  const headers = newKey();
  const path = `/v1/orgs/${world.seed.orgId}/clients`;
  const made = await service.call('POST', path, {
    token: world.client,
    body: { name: 'short-lived', permissions: ['users:write'] },
  });
  const token = await service.tokenFor(made.json.clientId, made.json.clientSecret);
  const create = () => service.call('POST', '/v1/users', { token, headers, body: { email: 'kept@example.test' } });
  expect((await create()).status).toBe(201);
  expect((await create()).status).toBe(201);
  await service.call('DELETE', `/v1/clients/${made.json.clientId}`, { token: world.client });
  const refused = await create();
  expect([refused.status, refused.json.code]).toEqual([401, 'token-invalid']);
});

test.each(['', ' ', 'a b', 'x'.repeat(256), 'é', 'a\u0000b'])('%j is no key', async (key) => {
  const answer = await service.call('POST', '/v1/users', {
    token: world.client,
    headers: { 'idempotency-key': key },
    body: { email: 'no-key@example.test' },
  });
  expect([answer.status, answer.json.code]).toEqual([400, 'malformed-request']);
});

test('nothing kept opens an account: no secret, no password, no way to try one', async () => {
  const headers = newKey();
  const person = await activePerson(service, world.seed.orgId);
  const body = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
  expect((await service.call('POST', '/v1/me/password', { token: person.token, headers, body })).status).toBe(204);
  const client = await send(service, keyed.find(({ path }) => path.endsWith('/clients')) as never, {
    ...(await prepare('POST /v1/orgs/{id}/clients')),
    headers,
  });
  const kept = (await service.dump()).filter(({ k }) => k === 'kept');
  const text = JSON.stringify(await service.dump());
  expect(text).not.toContain(client.json.clientSecret);
  // A plain hash of the request would let a reader of the table try passwords offline.
  const { createHash } = await import('node:crypto');
  const plain = createHash('sha256')
    .update(['POST', '/v1/me/password', ''].join('\n'))
    .update('\n')
    .update(JSON.stringify(body))
    .digest('base64url');
  expect(kept.map(({ fp }) => fp)).not.toContain(plain);
});

test('after a day the key is free again', async () => {
  const later = await testService();
  const token = await later.tokenFor();
  const headers = newKey();
  const create = (bearer: string, email: string) =>
    later.call('POST', '/v1/users', { token: bearer, headers, body: { email } });
  expect((await create(token, 'first@example.test')).status).toBe(201);
  later.advance(DAY + 2000);
  const next = await create(await later.tokenFor(), 'second@example.test');
  expect([next.status, next.json.email]).toEqual([201, 'second@example.test']);
});
