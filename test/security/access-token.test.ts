// Access tokens by themselves: what a verifier takes and what it does not. Not here: the requests that carry them.
import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Principal } from '../../shared/model/principal.ts';
import { PERMISSIONS } from '../../shared/model/principal.ts';
import { publicKeys, tokenSigner, tokenVerifier } from '../../shared/security/access-token.ts';
import { readKeyRing } from '../../shared/security/key-ring.ts';

const ISSUER = 'https://id.example.com';
const ring = readKeyRing(JSON.stringify({ 1: 'a'.repeat(32) }));
const rotated = readKeyRing(JSON.stringify({ 1: 'a'.repeat(32), 2: 'b'.repeat(32) }));
const verify = tokenVerifier(async () => publicKeys(ring), ISSUER);
const AT = new Date('2027-03-01T08:00:00Z');
const at = (seconds: number) => new Date(AT.getTime() + seconds * 1000);
const seconds = AT.getTime() / 1000;

const id = (n: number) => `0189000${n}-0000-7000-8000-00000000000${n}`;
const person = {
  is: 'person',
  id: id(1),
  orgId: id(2),
  homeOrgId: id(3),
  sessionId: id(4),
  authenticatedAt: seconds - 60,
  permissions: [...PERMISSIONS],
  epoch: 7,
  orgEpoch: 3,
  issuedAt: seconds,
} as unknown as Principal;
const {
  homeOrgId: _home,
  sessionId: _sid,
  authenticatedAt: _at,
  ...rest
} = person as Extract<Principal, { is: 'person' }>;
const client = { ...rest, is: 'client' } as unknown as Principal;

const decode = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString());

describe('an access token', () => {
  it('opens to the principal it was made for, under two kilobytes with every permission', async () => {
    for (const principal of [person, client]) {
      const { accessToken } = await tokenSigner(ring, ISSUER)(principal, AT, 'token-id');
      expect(await verify(accessToken, AT)).toEqual(principal);
      expect(accessToken.length).toBeLessThan(2048);
      expect(decode(accessToken.split('.')[0])).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) });
      expect(decode(accessToken.split('.')[1])).toMatchObject({ iss: ISSUER, aud: ISSUER, jti: 'token-id' });
    }
  });

  it('lives ten minutes for people and an hour for clients, to the second', async () => {
    const sign = tokenSigner(ring, ISSUER);
    for (const [principal, life] of [
      [person, 600],
      [client, 3600],
    ] as const) {
      const { accessToken, expiresIn } = await sign(principal, AT, 'x');
      expect(expiresIn).toBe(life);
      expect(await verify(accessToken, at(life - 1))).toBeDefined();
      for (const wrong of [life, life + 1, -2]) expect(await verify(accessToken, at(wrong))).toBeUndefined();
    }
  });

  it('of an older key verifies as long as its public half is published', async () => {
    const { accessToken } = await tokenSigner(ring, ISSUER)(person, AT, 'x');
    expect(await tokenVerifier(async () => publicKeys(rotated), ISSUER)(accessToken, AT)).toBeDefined();
    const only = readKeyRing(JSON.stringify({ 2: 'b'.repeat(32) }));
    expect(await tokenVerifier(async () => publicKeys(only), ISSUER)(accessToken, AT)).toBeUndefined();
  });

  it('of a newer key has the keys read once more', async () => {
    const asked: boolean[] = [];
    const find = async (fresh: boolean) => {
      asked.push(fresh);
      return publicKeys(fresh ? rotated : ring);
    };
    const { accessToken } = await tokenSigner(rotated, ISSUER)(person, AT, 'x');
    const verifier = tokenVerifier(find, ISSUER);
    expect(await verifier(accessToken, AT)).toEqual(person);
    expect(await verifier(accessToken, AT)).toEqual(person);
    expect(asked).toEqual([false, true]);
  });

  it('of another issuer or for another audience is refused', async () => {
    const { accessToken } = await tokenSigner(ring, 'https://staging.example.com')(person, AT, 'x');
    expect(await verify(accessToken, AT)).toBeUndefined();
  });

  it('is refused with claims that are missing, late, early or of another type, though well signed', async () => {
    const { accessToken } = await tokenSigner(ring, ISSUER)(person, AT, 'x');
    const [head, body] = accessToken.split('.');
    const good = decode(body);
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const header = { ...decode(head), kid: 'ours' };
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'ours', alg: 'ES256' };
    const verify = tokenVerifier(async () => ({ keys: [jwk] }), ISSUER);
    const sign = (claims: Record<string, unknown>, more = {}) =>
      new SignJWT(claims).setProtectedHeader({ ...header, ...more }).sign(privateKey);
    expect(await verify(await sign(good), AT)).toEqual(person);
    const wrong: Record<string, unknown>[] = [
      { ...good, exp: undefined },
      { ...good, exp: String(good.exp) },
      { ...good, exp: seconds },
      { ...good, exp: seconds - 1 },
      { ...good, iat: undefined },
      { ...good, iat: seconds + 3600, exp: seconds + 7200 },
      { ...good, iat: seconds - 3601 },
      { ...good, nbf: seconds + 60 },
      { ...good, sub: undefined },
      { ...good, iss: undefined },
      { ...good, aud: undefined },
      { ...good, aud: 'https://other.example.com' },
      { ...good, is: 'owner' },
      { ...good, is: undefined },
    ];
    for (const claims of wrong) expect(await verify(await sign(claims), AT)).toBeUndefined();
    for (const typ of ['JWT', 'id+jwt', 'refresh', undefined]) {
      expect(await verify(await sign(good, { typ }), AT)).toBeUndefined();
    }
    // Permissions that nobody knows are none.
    const odd = await verify(await sign({ ...good, scope: 'users:read everything __proto__' }), AT);
    expect(odd?.permissions).toEqual(['users:read']);
  });

  it('is refused without being read when it is too long or no token at all', async () => {
    for (const token of ['', '.', '..', 'a.b', 'a.b.c', 'a.b.c.d.e', 'x'.repeat(100_000), '\u0000', 'é.é.é']) {
      expect(await verify(token, AT)).toBeUndefined();
    }
  });
});

describe('public keys', () => {
  it('show no private part, and each has a name of its own', () => {
    const { keys } = publicKeys(rotated);
    expect(keys).toHaveLength(2);
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(2);
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
      expect([key.x?.length, key.y?.length]).toEqual([43, 43]);
    }
    expect(publicKeys(rotated)).toEqual({ keys });
  });

  it('are sound for any secret', () => {
    for (let i = 0; i < 100; i++) {
      const [key] = publicKeys(readKeyRing(JSON.stringify({ 1: `secret number ${i}`.padEnd(32, '.') }))).keys;
      expect([key?.x?.length, key?.y?.length]).toEqual([43, 43]);
    }
  });
});
