// Attacks on access and refresh tokens: forged, borrowed, edited, malformed, and the headers that carry them.
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, newWorld, ok, type Person, type World } from '../support/world.ts';

let service: TestService;
let world: World;
let who: Person;
/** Another deployment with keys of its own, such as a staging one. */
let staging: TestService;

beforeAll(async () => {
  [service, staging] = await Promise.all([testService(), testService()]);
  world = await newWorld(service);
  who = await activePerson(service, service.seed.orgId);
});

const me = (token: string) => service.call('GET', '/v1/me', { token });
const withHeader = (authorization: string) => service.call('GET', '/v1/me', { headers: { authorization } });
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string | undefined): Json => JSON.parse(Buffer.from(part ?? '', 'base64url').toString());

async function refused(token: string): Promise<void> {
  const calls = await service.trace(async () => {
    const { status, json, headers } = await me(token);
    expect([status, json.code]).toEqual([401, 'token-invalid']);
    expect(headers['www-authenticate']).toBe('Bearer error="invalid_token"');
  });
  // Nothing of the token is looked up. A key that is not among the known ones is asked for once in a while.
  expect(calls.filter(({ keys }) => !keys.includes('JWKS J'))).toEqual([]);
}

describe('an access token', () => {
  const parts = () => who.token.split('.');

  it('is refused without a signature, whatever it calls its algorithm', async () => {
    const [head, body] = parts();
    for (const alg of ['none', 'None', 'nOnE', 'NONE', '']) {
      const header = encode({ ...decode(head), alg });
      for (const signature of ['', 'AA', parts()[2]]) await refused(`${header}.${body}.${signature}`);
    }
  });

  it('is refused when our public key was used as a shared secret', async () => {
    const [head, body] = parts();
    const { keys } = (await service.call('GET', '/oauth/jwks.json')).json;
    const [jwk] = keys;
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const spellings = [
      key.export({ type: 'spki', format: 'pem' }) as string,
      key.export({ type: 'spki', format: 'der' }),
      JSON.stringify(jwk),
      jwk.x,
    ];
    for (const secret of spellings) {
      for (const alg of ['HS256', 'HS512', 'ES256']) {
        const text = `${encode({ ...decode(head), alg })}.${body}`;
        const digest = alg === 'HS512' ? 'sha512' : 'sha256';
        await refused(`${text}.${createHmac(digest, secret).update(text).digest('base64url')}`);
      }
    }
  });

  it('is refused when it brings or names a key of its own', async () => {
    const [head, body] = parts();
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = publicKey.export({ format: 'jwk' });
    const { kid } = decode(head);
    for (const more of [
      { jwk },
      { jku: 'https://evil.test/jwks.json' },
      { x5u: 'https://evil.test/x.pem' },
      { kid },
      { kid: '../../etc/passwd' },
      { kid: 'x'.repeat(500) },
      { kid: undefined },
      { crit: ['b64'], b64: false },
    ]) {
      const text = `${encode({ ...decode(head), ...more })}.${body}`;
      const key = createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }));
      const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
      await refused(`${text}.${signature}`);
    }
  });

  it('is refused when it is edited, swapped, padded, nested or too large', async () => {
    const [head, body, signature] = parts();
    const claims = decode(body);
    const other = world.client.split('.');
    const edited = [
      `${head}.${encode({ ...claims, sub: world.owner.id })}.${signature}`,
      `${head}.${encode({ ...claims, scope: 'users:write' })}.${signature}`,
      `${head}.${encode({ ...claims, exp: claims.exp + 3600 })}.${signature}`,
      `${body}.${head}.${signature}`,
      `${head}.${other[1]}.${signature}`,
      `${head}.${body}.${other[2]}`,
      `${head}.${body}`,
      `${head}.${body}.${signature}.`,
      `${head}.${body}.${signature}.x.y`,
      `${head}.${body}.${signature}=`,
      `${head}.${body}.${signature?.slice(0, -2)}`,
      encode(who.token),
      `${head}.${encode(who.token)}.${signature}`,
      'a'.repeat(8000),
      `${head}.${body}.${'A'.repeat(4000)}`,
      '.',
      '..',
      '...',
    ];
    for (const token of edited) await refused(token);
    expect((await me(who.token)).status).toBe(200);
  });

  it('of another deployment, or of another kind, is none of ours', async () => {
    const theirs = await activePerson(staging, staging.seed.orgId);
    await refused(theirs.token);
    await refused(await staging.tokenFor());
    await refused(who.refreshToken);
    await refused(world.seed.clientSecret);
  });

  it('holds for ten minutes, an hour for machine clients, and not before it was made', async () => {
    const fresh = await activePerson(service, service.seed.orgId);
    const claims = decode(fresh.token.split('.')[1]);
    expect(claims.exp - claims.iat).toBe(600);
    const client = decode((await service.tokenFor()).split('.')[1]);
    expect(client.exp - client.iat).toBe(3600);
    service.advance(-61_000);
    await refused(fresh.token);
    service.advance(61_000);
    expect((await me(fresh.token)).status).toBe(200);
    service.advance(540_000);
    expect((await me(fresh.token)).status).toBe(200);
    service.advance(60_000);
    await refused(fresh.token);
    service.clock.reset();
  });

  it('stays under two kilobytes', async () => {
    for (const token of [world.owner.token, world.client, world.platform]) expect(token.length).toBeLessThan(2048);
  });

  it('names no person and no org to act on but its own', async () => {
    const other = await activePerson(service, service.seed.orgId);
    for (const path of [`/v1/me?id=${other.id}`, `/v1/me?org=${other.id}`]) {
      const answer = await service.call('GET', path, { token: who.token });
      if (answer.status === 200) expect(answer.json.id).toBe(who.id);
    }
    const headers = { 'x-org-id': other.id, 'x-user-id': other.id, 'x-http-method-override': 'DELETE' };
    expect((await service.call('GET', '/v1/me', { token: who.token, headers })).json.id).toBe(who.id);
    const body = { userId: other.id, currentPassword: 'x', newPassword: 'a new umbrella in the snow' };
    expect((await service.call('POST', '/v1/me/password', { token: who.token, body })).status).toBe(422);
  });
});

describe('the Authorization header', () => {
  it('is refused when it is malformed, with no fault of ours', async () => {
    const { token } = who;
    for (const value of [
      'Bearer',
      'Bearer ',
      'Bearer  x',
      'bearer',
      token,
      `Basic ${token}`,
      `Bearer ${token} ${token}`,
      `Bearer ${token},Bearer ${token}`,
      `Bearer\t${token}`,
      `Bearer ${token}\u0000`,
      `Bearer "${token}"`,
      `Bearer ${token};`,
      `Bearer é${token}`,
      `Token ${token}`,
      `Bearer ${'x'.repeat(9000)}`,
      ' ',
      '',
    ]) {
      const { status, json } = await withHeader(value);
      expect([400, 401, 431]).toContain(status);
      expect(json.code).toMatch(/^token-(invalid|missing)$/);
    }
    expect((await service.call('GET', '/v1/me')).json.code).toBe('token-missing');
  });

  it('takes its scheme in any case', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      expect((await withHeader(`${scheme} ${who.token}`)).status).toBe(200);
    }
  });
});

describe('a refresh token', () => {
  const refresh = (refreshToken: string) => service.call('POST', '/v1/sessions/refresh', { body: { refreshToken } });

  it('is refused when anything of it is changed', async () => {
    const bytes = Buffer.from(who.refreshToken, 'base64url');
    for (let at = 0; at < bytes.length; at += 3) {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 0x80;
      const { status, json } = await refresh(copy.toString('base64url'));
      expect([status, json.code]).toEqual([401, 'session-ended']);
    }
    expect((await refresh(who.refreshToken)).status).toBe(200);
  });

  it('is no access token, and an access token is none', async () => {
    // Longer than any refresh token, it is not even looked at.
    for (const token of [who.token, world.client]) expect((await refresh(token)).status).toBe(422);
    await refused(who.refreshToken);
  });
});

describe('one instance serving many', () => {
  it('mixes up nobody', async () => {
    const people = await Promise.all(Array.from({ length: 3 }, () => activePerson(service, service.seed.orgId)));
    const turns = Array.from({ length: 60 }, (_, i) => people[i % 3] as Person);
    const seen = await Promise.all(turns.map(({ token }) => me(token)));
    expect(seen.map(({ json }) => json.id)).toEqual(turns.map(({ id }) => id));
    const sessions = await Promise.all(
      turns.slice(0, 12).map(({ token }) => ok(service.call('GET', '/v1/sessions', { token }))),
    );
    expect(sessions.map(({ items }) => items.map(({ id }: Json) => id))).toEqual(
      turns.slice(0, 12).map(({ sessionId }) => [sessionId]),
    );
    const anonymous = await Promise.all(turns.map((_, i) => (i % 2 ? service.call('GET', '/v1/me') : undefined)));
    expect(anonymous.every((answer) => answer === undefined || answer.status === 401)).toBe(true);
  });
});
