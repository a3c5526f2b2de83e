// Machine clients that prove themselves by a key (RFC 7523, `private_key_jwt`): registered, used, refused, replaced.
import { createHash, createPublicKey, randomUUID } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { assertionOf, ecKeys, type KeyPair, rsaKeys } from '../support/client-keys.ts';
import { type Answer, type Json, type TestService, testService } from '../support/service.ts';
import { newAddress, ok } from '../support/world.ts';

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const NOBODY = '01900000-0000-7000-8000-000000000000';
let service: TestService;
let token: string;
let rsa: KeyPair;
let ec: KeyPair;
let client: Json;

beforeAll(async () => {
  service = await testService({ still: true });
  token = await service.tokenFor();
  [rsa, ec] = [rsaKeys(), ecKeys()];
  client = await ok(make(rsa.publicKey));
});

const make = (publicKey: unknown, permissions = ['users:read', 'users:write']): Promise<Answer> =>
  service.call('POST', `/v1/orgs/${service.seed.orgId}/clients`, {
    token,
    body: { name: 'signer', permissions, publicKey },
  });
const patch = (id: string, body: Json, by = token, headers = {}): Promise<Answer> =>
  service.call('PATCH', `/v1/clients/${id}`, { token: by, body, headers });
const endpointOf = (path = '/oauth/token') => `${service.config.baseUrl}${path}`;
const ask = (assertion: string, more: Record<string, string> = {}, path = '/oauth/token'): Promise<Answer> =>
  service.call('POST', path, {
    form: { grant_type: 'client_credentials', client_assertion_type: TYPE, client_assertion: assertion, ...more },
  });
const sign = (
  changed: Json = {},
  header: Json = {},
  key: Pick<KeyPair, 'key' | 'alg'> = rsa,
  audience = endpointOf(),
) => assertionOf(key, client.clientId, audience, service.clock.now(), changed, header);
const now = () => Math.floor(service.clock.now().getTime() / 1000);

async function expectRefused(answer: Promise<Answer>): Promise<void> {
  const { status, json, headers } = await answer;
  expect([status, json.error]).toEqual([401, 'invalid_client']);
  expect(headers['cache-control']).toBe('no-store');
}

describe('a client with a key', () => {
  test('is made without a secret, and shows the key and its thumbprint', async () => {
    expect(client).not.toHaveProperty('clientSecret');
    expect(client).toMatchObject({ publicKey: rsa.publicKey, secretVersion: 1, version: 1 });
    expect(client.keyId).toMatch(/^[\w-]{43}$/);
    const again = await ok(service.call('GET', `/v1/clients/${client.clientId}`, { token }));
    expect(again).toEqual(client);
    const { n, e } = JSON.parse(JSON.stringify(jwkOf(rsa)));
    const thumbprint = createHash('sha256')
      .update(JSON.stringify({ e, kty: 'RSA', n }))
      .digest('base64url');
    expect(client.keyId).toBe(thumbprint);
  });

  test.each(['/oauth/token', '/login/oauth/token', '/axway/auth/realms/Broker/protocol/openid-connect/token'])(
    'gets a token by an assertion at %s',
    async (path) => {
      for (const audience of [endpointOf(path), service.config.baseUrl]) {
        const { json } = await ask(await sign({}, {}, rsa, audience), { client_id: client.clientId }, path);
        expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'users:read users:write' });
        const made = await service.call('POST', '/v1/users', {
          token: json.access_token,
          body: { email: newAddress() },
        });
        expect(made.status).toBe(201);
      }
    },
  );

  test('may name the host that a language has for itself, as the deployment knows it', async () => {
    const hosted = await testService({ still: true, config: { hosts: { axway: 'amplify.example.com' } } });
    const [by, path] = [await hosted.tokenFor(), '/auth/realms/Broker/protocol/openid-connect/token'];
    const body = { name: 'signer', permissions: ['users:read'], publicKey: ec.publicKey };
    const made = await ok(hosted.call('POST', `/v1/orgs/${hosted.seed.orgId}/clients`, { token: by, body }));
    const use = async (audience: string, headers: Record<string, string> = {}) => {
      const client_assertion = await assertionOf(ec, made.clientId, audience, hosted.clock.now());
      const form = { grant_type: 'client_credentials', client_assertion_type: TYPE, client_assertion };
      return (await hosted.call('POST', `/axway${path}`, { form, headers })).status;
    };
    expect(await use(`https://amplify.example.com${path}`)).toBe(200);
    expect(await use(`https://evil.example${path}`, { host: 'evil.example' })).toBe(401);
  });

  test('signs with RS256, PS256 or ES256, and a JWK is as good as PEM', async () => {
    expect((await ask(await sign({}, { alg: 'PS256' }))).status).toBe(200);
    for (const key of [ec.publicKey, jwkOf(ec), { ...jwkOf(ec), kid: 'mine', alg: 'ES256', use: 'sig' }]) {
      const { clientId } = await ok(make(key));
      const assertion = await assertionOf(ec, clientId, endpointOf(), service.clock.now());
      expect((await ask(assertion)).status).toBe(200);
    }
  });

  test('is answered the scope it asks for', async () => {
    expect((await ok(ask(await sign(), { scope: 'users:read' }))).scope).toBe('users:read');
    expect((await ask(await sign(), { scope: 'users:delete' })).json.error).toBe('invalid_scope');
  });

  test('has no secret that would do, and one with a secret has no key', async () => {
    const form = { grant_type: 'client_credentials', client_id: client.clientId, client_secret: randomUUID() };
    await expectRefused(service.call('POST', '/oauth/token', { form }));
    const seeded = await assertionOf(rsa, service.seed.clientId, endpointOf(), service.clock.now());
    await expectRefused(ask(seeded));
  });
});

const jwkOf = ({ publicKey }: KeyPair) => {
  const { kty, n, e, crv, x, y } = createPublicKey(publicKey).export({ format: 'jwk' });
  return { kty, n, e, crv, x, y };
};

describe('an assertion', () => {
  test('is used once, by however many at once', async () => {
    const assertion = await sign();
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(assertion)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401]);
    const jti = randomUUID();
    expect((await ask(await sign({ jti }))).status).toBe(200);
    await expectRefused(ask(await sign({ jti, exp: now() + 90 })));
  });

  test('lives five minutes from when it was made, whatever end it names', async () => {
    const early = await testService({ still: true });
    const by = await early.tokenFor();
    const body = { name: 'signer', permissions: ['users:read'], publicKey: rsa.publicKey };
    const made = await ok(early.call('POST', `/v1/orgs/${early.seed.orgId}/clients`, { token: by, body }));
    const audience = `${early.config.baseUrl}/oauth/token`;
    const at = early.clock.now();
    const seconds = Math.floor(at.getTime() / 1000);
    const an = (claims: Json) => assertionOf(rsa, made.clientId, audience, at, claims);
    const use = (assertion: string) =>
      early.call('POST', '/oauth/token', {
        form: { grant_type: 'client_credentials', client_assertion_type: TYPE, client_assertion: assertion },
      });
    const hour = () => an({ exp: seconds + 3600 });
    const [first, second, third] = [await hour(), await hour(), await hour()];
    await expectRefused(use(await an({ iat: undefined, exp: seconds + 3600 })));
    expect((await use(await an({ iat: undefined, exp: seconds + 300 }))).status).toBe(200);
    expect((await use(first)).status).toBe(200);
    early.advance(4 * 60_000);
    expect((await use(second)).status).toBe(200);
    early.advance(2 * 60_000);
    await expectRefused(use(third));
    await expectRefused(use(first));
  });

  test.each<[string, () => Promise<string>]>([
    ['of another issuer', () => sign({ iss: NOBODY })],
    ['of another subject', () => sign({ sub: NOBODY })],
    ['of nobody', () => assertionOf(rsa, NOBODY, endpointOf(), service.clock.now())],
    ['without a subject', () => sign({ sub: undefined })],
    ['for somebody else', () => sign({ aud: 'https://elsewhere.example/oauth/token' })],
    ['for another endpoint of ours', () => sign({ aud: endpointOf('/v1/users') })],
    ['for us and somebody else', () => sign({ aud: [endpointOf(), 'https://elsewhere.example'] })],
    ['for nobody', () => sign({ aud: undefined })],
    ['without an end', () => sign({ exp: undefined })],
    ['that has ended', () => sign({ iat: now() - 120, exp: now() - 60 })],
    ['of tomorrow', () => sign({ iat: now() + 86_400, exp: now() + 86_500 })],
    ['not yet to be used', () => sign({ nbf: now() + 120 })],
    ['without an id', () => sign({ jti: undefined })],
    ['with an empty id', () => sign({ jti: '' })],
    ['with an endless id', () => sign({ jti: 'x'.repeat(256) })],
    ['by another key', () => sign({}, {}, { ...rsaKeys(), alg: 'RS256' })],
    ['by a key of another kind', () => sign({}, {}, ec)],
    ['with RS512', () => sign({}, { alg: 'RS512' })],
    ['with a MAC by the public key', () => maced(rsa.publicKey)],
    ['without a signature', async () => unsigned()],
    ['that demands what is not understood', () => critical()],
    ['that is none', async () => 'x.y.z'],
  ])('%s is refused', async (_what, assertion) => {
    await expectRefused(ask(await assertion()));
  });

  const claims = () => ({
    iss: client.clientId,
    sub: client.clientId,
    aud: endpointOf(),
    jti: randomUUID(),
    iat: now(),
    exp: now() + 60,
  });
  const maced = (secret: string) =>
    new SignJWT(claims()).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));
  const unsigned = () => new UnsecuredJWT(claims()).encode();
  const critical = () =>
    new SignJWT(claims()).setProtectedHeader({ alg: 'RS256', crit: ['x'], x: 1 }).sign(rsa.key, { crit: { x: false } });

  test('stands alone: with a secret, Basic or another client’s id it proves nothing', async () => {
    await expectRefused(ask(await sign(), { client_id: NOBODY }));
    await expectRefused(ask(await sign(), { client_secret: 'x' }));
    await expectRefused(
      ask(await sign(), { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' }),
    );
    const form = { grant_type: 'client_credentials', client_assertion_type: TYPE, client_assertion: await sign() };
    const headers = { authorization: `Basic ${Buffer.from('a:b').toString('base64')}` };
    await expectRefused(service.call('POST', '/oauth/token', { form, headers }));
    await expectRefused(
      service.call('POST', '/oauth/token', {
        form: { grant_type: 'client_credentials', client_assertion: await sign() },
      }),
    );
  });

  test('tells nobody whether its client exists', async () => {
    const by = (id: string) => assertionOf(ec, id, endpointOf(), service.clock.now());
    const calls = async (id: string) => {
      const assertion = await by(id);
      const seen = await service.trace(() => ask(assertion));
      return seen.map(({ operation, keys }) => [operation, keys.length]);
    };
    expect(await calls(NOBODY)).toEqual(await calls(client.clientId));
    expect((await ask(await by(NOBODY))).body).toBe((await ask(await by(client.clientId))).body);
  });

  test('whose mark cannot be kept gets no token, and may come again', async () => {
    const assertion = await sign();
    service.faults.add({ service: 'dynamodb', operation: 'PutItem', mode: 'fail-before' });
    expect((await ask(assertion)).status).toBe(503);
    service.faults.clear();
    expect((await ask(assertion)).status).toBe(200);
  });
});

describe('a new key', () => {
  test('ends the old one and its tokens for changes', async () => {
    const made = await ok(make(rsa.publicKey));
    const first = await ok(ask(await assertionOf(rsa, made.clientId, endpointOf(), service.clock.now())));
    const changed = await patch(made.clientId, { publicKey: ec.publicKey }, token, { 'if-match': '"1"' });
    expect(changed).toMatchObject({ status: 200, headers: { etag: '"2"' }, json: { version: 2, secretVersion: 2 } });
    expect((await patch(made.clientId, { name: 'late' }, token, { 'if-match': '"1"' })).status).toBe(412);
    await expectRefused(ask(await assertionOf(rsa, made.clientId, endpointOf(), service.clock.now())));
    const body = { email: newAddress() };
    expect((await service.call('POST', '/v1/users', { token: first.access_token, body })).json.code).toBe(
      'token-invalid',
    );
    expect((await ask(await assertionOf(ec, made.clientId, endpointOf(), service.clock.now()))).status).toBe(200);
  });

  test('takes the place of a secret, and a rotation that of a key', async () => {
    const made = await ok(make(undefined));
    await ok(patch(made.clientId, { publicKey: ec.publicKey }));
    await expect(service.tokenFor(made.clientId, made.clientSecret)).rejects.toThrow('401');
    const rotated = await ok(service.call('POST', `/v1/clients/${made.clientId}/rotate`, { token }));
    expect(rotated).not.toHaveProperty('publicKey');
    await service.tokenFor(made.clientId, rotated.clientSecret);
    await expectRefused(ask(await assertionOf(ec, made.clientId, endpointOf(), service.clock.now())));
  });

  test('is given by nobody who holds less than the client', async () => {
    const strong = await ok(make(rsa.publicKey, ['users:read', 'users:delete']));
    const weak = await ok(make(undefined, ['users:read', 'clients:write']));
    const by = await service.tokenFor(weak.clientId, weak.clientSecret);
    const refused = { status: 403, json: { code: 'role-above-own' } };
    expect(await patch(strong.clientId, { publicKey: ec.publicKey }, by)).toMatchObject(refused);
    expect(await patch(strong.clientId, { permissions: ['users:read', 'users:write'] }, by)).toMatchObject(refused);
    expect(await patch(weak.clientId, { permissions: ['users:read', 'events:read'] }, by)).toMatchObject(refused);
    const renamed = await ok(patch(strong.clientId, { name: 'strong', permissions: ['users:read'] }, by));
    expect(renamed).toMatchObject({ name: 'strong', permissions: ['users:read'] });
  });

  test.each<[string, () => unknown]>([
    ['too short', () => rsaKeys(1024).publicKey],
    ['too long', () => rsaKeys(4104).publicKey],
    ['of a small exponent', () => rsaKeys(2048, 3).publicKey],
    ['on another curve', () => ecKeys('P-384').publicKey],
    ['private', () => rsa.privateKey],
    ['private, as a JWK', () => rsa.key.export({ format: 'jwk' })],
    ['of two', () => `${rsa.publicKey}${ec.publicKey}`],
    ['of bytes', () => ({ kty: 'oct', k: 'AAAA' })],
    ['half', () => ({ kty: 'RSA', e: 'AQAB' })],
    ['nothing', () => ''],
    ['no key', () => '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'],
    ['a number', () => 7],
  ])('that is %s is refused', async (_what, key) => {
    const { status, json } = await make(key());
    expect([status, json.code]).toEqual([422, 'input-invalid']);
    expect(json.issues[0].pointer).toMatch(/^\/publicKey/);
  });
});
