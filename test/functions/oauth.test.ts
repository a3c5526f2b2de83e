// The token endpoint as RFC 6749 has it, the metadata beside it (RFC 8414) and the key set (RFC 7517).
import { createLocalJWKSet, jwtVerify } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../shared/model/principal.ts';
import { type CallOptions, type Json, type TestService, testService } from '../support/service.ts';
import { ok } from '../support/world.ts';

let service: TestService;
let client: { id: string; secret: string };

const HOUR = 3600;
const grant = { grant_type: 'client_credentials' };

beforeAll(async () => {
  service = await testService();
  const token = await service.tokenFor();
  const body = { name: 'a client', permissions: ['users:read', 'users:write'] };
  const made = await ok(service.call('POST', `/v1/orgs/${service.seed.orgId}/clients`, { token, body }));
  client = { id: made.clientId, secret: made.clientSecret };
});

const basic = (id: string, secret: string, encode = encodeURIComponent) => ({
  authorization: `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}`,
});
const ask = (options: CallOptions) => service.call('POST', '/oauth/token', options);
const byBasic = (form: Record<string, string> = grant, { id, secret } = client) =>
  ask({ form, headers: basic(id, secret) });
const byForm = (form: Record<string, string> = grant, { id, secret } = client) =>
  ask({ form: { ...form, client_id: id, client_secret: secret } });
const keySet = async () => createLocalJWKSet((await service.call('GET', '/oauth/jwks.json')).json);

describe('POST /oauth/token', () => {
  it('gives a token of an hour by Basic and by form, and forbids keeping it', async () => {
    for (const answer of [await byBasic(), await byForm()]) {
      expect(answer.status).toBe(200);
      expect(answer.json).toEqual({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: HOUR,
        scope: 'users:read users:write',
      });
      expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
      expect(answer.headers['content-type']).toBe('application/json');
      expect(answer.json.access_token.length).toBeLessThan(2048);
    }
  });

  it('makes tokens that anyone can verify by the published keys, of RFC 9068’s shape', async () => {
    const { access_token: token } = await ok(byBasic());
    const { payload, protectedHeader } = await jwtVerify(token, await keySet(), {
      issuer: service.config.baseUrl,
      audience: service.config.baseUrl,
      typ: 'at+jwt',
      algorithms: ['ES256'],
      currentDate: service.clock.now(),
    });
    expect(protectedHeader.alg).toBe('ES256');
    expect(payload).toMatchObject({ sub: client.id, client_id: client.id, scope: 'users:read users:write' });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(HOUR);
    const another = await jwtVerify((await ok(byForm())).access_token, await keySet(), {
      currentDate: service.clock.now(),
    });
    expect(payload.jti).not.toBe(another.payload.jti);
  });

  it('gives the permissions of the scope, and an empty parameter counts as left out', async () => {
    expect((await ok(byBasic({ ...grant, scope: 'users:read' }))).scope).toBe('users:read');
    expect((await ok(byBasic({ ...grant, scope: 'users:write  users:read users:read' }))).scope).toBe(
      'users:read users:write',
    );
    expect((await ok(byBasic({ ...grant, scope: '' }))).scope).toBe('users:read users:write');
    const { access_token: token } = await ok(byBasic({ ...grant, scope: 'users:read' }));
    const body = { email: 'scoped@example.test' };
    expect((await service.call('POST', '/v1/users', { token, body })).status).toBe(403);
    expect((await service.call('GET', '/v1/users', { token })).status).toBe(200);
  });

  it.each([['users:read users:delete'], ['openid'], ['users:read openid'], ['USERS:READ'], ['users:*']])(
    'refuses the scope %j',
    async (scope) => {
      const answer = await byBasic({ ...grant, scope });
      expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_scope' } });
    },
  );

  it.each([
    [{}, 'invalid_request'],
    [{ grant_type: '' }, 'invalid_request'],
    [{ grant_type: 'password', username: 'a', password: 'b' }, 'unsupported_grant_type'],
    [{ grant_type: 'authorization_code', code: 'x' }, 'unsupported_grant_type'],
    [{ grant_type: 'refresh_token', refresh_token: 'x' }, 'unsupported_grant_type'],
  ])('answers %j with %s', async (form, error) => {
    const answer = await byBasic(form as Record<string, string>);
    expect(answer).toMatchObject({ status: 400, json: { error }, headers: { 'cache-control': 'no-store' } });
    expect(Object.keys(answer.json).sort()).toEqual(['error', 'error_description']);
  });

  it('answers an unknown client as one with a wrong secret: 401, a challenge, the same bytes', async () => {
    const unknown = '01900000-0000-7000-8000-000000000000';
    const wrong = client.secret.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    const answers = [
      await byBasic(grant, { id: client.id, secret: wrong }),
      await byBasic(grant, { id: unknown, secret: client.secret }),
      await byBasic(grant, { id: unknown, secret: 'x' }),
      await byBasic(grant, { id: 'no-uuid', secret: client.secret }),
      await byForm(grant, { id: client.id, secret: wrong }),
      await byForm(grant, { id: unknown, secret: client.secret }),
      await byBasic(grant, { id: client.id, secret: service.seed.clientSecret }),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
      expect(answer.headers['www-authenticate']).toMatch(/^Basic /);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.body).toBe(answers[0]?.body);
    }
  });

  it('makes the same table calls for an unknown client as for a wrong secret', async () => {
    const calls = async (id: string) => {
      const seen = await service.trace(() => byBasic(grant, { id, secret: 'x' }));
      return seen.map(({ operation, keys }) => [operation, keys.length]);
    };
    expect(await calls('01900000-0000-7000-8000-000000000000')).toEqual(await calls(client.id));
  });

  it('takes credentials in one place only', async () => {
    const both = { ...grant, client_id: client.id, client_secret: client.secret };
    const headers = basic(client.id, client.secret);
    expect(await ask({ form: both, headers })).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
    expect((await ask({ form: { ...grant, client_id: client.id }, headers })).status).toBe(200);
  });

  it.each([
    ['nothing', {}],
    ['Basic alone', { authorization: 'Basic' }],
    ['no base64', { authorization: 'Basic !!!' }],
    ['no colon', { authorization: `Basic ${Buffer.from('abc').toString('base64')}` }],
    ['broken escapes', { authorization: `Basic ${Buffer.from('%zz:%zz').toString('base64')}` }],
    ['a bearer token', { authorization: 'Bearer abc' }],
    ['NUL', { authorization: `Basic ${Buffer.from('a\0b:c').toString('base64')}` }],
  ])('answers %s for credentials with 401', async (_what, headers) => {
    const answer = await ask({ form: grant, headers: headers as Record<string, string> });
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
  });

  it('takes forms only, each parameter once, by POST only', async () => {
    const headers = { ...basic(client.id, client.secret), 'content-type': 'application/json' };
    const json = await ask({ body: grant, headers });
    expect(json).toMatchObject({ status: 415, json: { error: 'invalid_request' } });
    const type = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
    const twice = await ask({ body: 'grant_type=client_credentials&grant_type=password', headers: type });
    expect(twice).toMatchObject({ status: 400, json: { error: 'invalid_request' } });
    expect((await service.call('GET', '/oauth/token?grant_type=client_credentials', { headers })).status).toBe(405);
    const long = await ask({ body: `grant_type=client_credentials&scope=${'x'.repeat(70_000)}`, headers: type });
    expect(long).toMatchObject({ status: 413, json: { error: 'invalid_request' } });
  });

  it('ignores credentials in the query', async () => {
    const query = new URLSearchParams({ ...grant, client_id: client.id, client_secret: client.secret });
    expect((await service.call('POST', `/oauth/token?${query}`, { form: grant })).status).toBe(401);
  });

  it('gives the platform client a token that names no org', async () => {
    const token = await service.platformToken();
    const { payload } = await jwtVerify(token, await keySet(), { currentDate: service.clock.now() });
    expect(payload.org).toBeUndefined();
    expect(payload.scope).toBe('');
  });

  it('makes tokens that end after their hour', async () => {
    const own = await testService();
    const token = await own.tokenFor();
    own.advance((HOUR - 60) * 1000);
    expect((await own.call('GET', '/v1/users', { token })).status).toBe(200);
    own.advance(61_000);
    expect(await own.call('GET', '/v1/users', { token })).toMatchObject({
      status: 401,
      json: { code: 'token-invalid' },
    });
  });
});

describe('discovery', () => {
  it.each(['oauth-authorization-server', 'openid-configuration'])(
    'by %s names endpoints that are there',
    async (name) => {
      const answer = await service.call('GET', `/.well-known/${name}`);
      const metadata = await ok(answer);
      const base = service.config.baseUrl;
      expect(metadata).toMatchObject({
        issuer: base,
        token_endpoint: `${base}/oauth/token`,
        grant_types_supported: ['client_credentials'],
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
        token_endpoint_auth_signing_alg_values_supported: ['RS256', 'PS256', 'ES256'],
        scopes_supported: [...PERMISSIONS],
      });
      const keys = await service.call('GET', new URL(metadata.jwks_uri).pathname);
      expect(keys.status).toBe(200);
      const evil = { host: 'evil.test', 'x-forwarded-host': 'evil.test', forwarded: 'host=evil.test' };
      expect((await service.call('GET', `/.well-known/${name}`, { headers: evil })).json).toEqual(metadata);
    },
  );

  it('publishes the public halves of the keys and no secret', async () => {
    const { keys } = await ok(service.call('GET', '/oauth/jwks.json'));
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys as Json[]) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
      expect(key).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
    }
  });
});
