// Access tokens: ES256 JWTs as RFC 9068 wants them. Signing needs the secret ring; verifying
// needs the public keys only.
import { createECDH, hkdfSync } from 'node:crypto';
import { importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import type { ClientId, OrgId, UserId } from '../model/ids.ts';
import { PERMISSIONS, type Permission, type Principal } from '../model/principal.ts';
import type { KeyRing } from './key-ring.ts';

/** Seconds an access token lives: ten minutes for people, an hour for machine clients. */
export const PERSON_TOKEN_SECONDS = 600;
export const CLIENT_TOKEN_SECONDS = 3600;

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** A P-256 key from a ring's secret: HKDF, then extra random bits reduced mod n − 1 (FIPS 186-5 A.2.1). */
function signingKey(ring: KeyRing, version: number): JWK & { kid: string } {
  const seed = Buffer.from(hkdfSync('sha256', ring.secret(version) ?? '', '', `rollcall es256 ${version}`, 48));
  const scalar = (BigInt(`0x${seed.toString('hex')}`) % (ORDER - 1n)) + 1n;
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex'));
  const point = curve.getPublicKey();
  const part = (bytes: Buffer) => bytes.toString('base64url');
  const [x, y, d] = [part(point.subarray(1, 33)), part(point.subarray(33)), part(curve.getPrivateKey())];
  const padded = d.length === 43 ? d : part(Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex'));
  return { kty: 'EC', crv: 'P-256', x, y, d: padded, kid: `${version}-${x.slice(0, 8)}`, alg: 'ES256', use: 'sig' };
}

export type PublicKeys = { keys: JWK[] };

/** The JWK set (RFC 7517) of a ring's public halves. */
export function publicKeys(ring: KeyRing): PublicKeys {
  return {
    keys: ring.versions.map((version) => {
      const { d: _private, ...key } = signingKey(ring, version);
      return key;
    }),
  };
}

export interface IssuedToken {
  accessToken: string;
  expiresIn: number;
}

export type TokenSigner = (principal: Principal, at: Date, tokenId: string) => Promise<IssuedToken>;

/** `issuer` is the base URL, also the audience: these tokens are for this service alone. */
export function tokenSigner(ring: KeyRing, issuer: string): TokenSigner {
  const { d, ...shown } = signingKey(ring, ring.current);
  const key = importJWK({ ...shown, d } as JWK, 'ES256');
  return async (principal, at, tokenId) => {
    const expiresIn = principal.is === 'person' ? PERSON_TOKEN_SECONDS : CLIENT_TOKEN_SECONDS;
    const seconds = Math.floor(at.getTime() / 1000);
    const claims = {
      client_id: principal.is === 'person' ? 'rollcall' : principal.id,
      scope: principal.permissions.join(' '),
      is: principal.is,
      ep: principal.epoch,
      oep: principal.orgEpoch,
      ...(principal.is !== 'platform' && { org: principal.orgId }),
      ...(principal.is === 'person' && {
        home: principal.homeOrgId,
        sid: principal.sessionId,
        auth_time: principal.authenticatedAt,
      }),
    };
    const accessToken = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: shown.kid })
      .setIssuer(issuer)
      .setAudience(issuer)
      .setSubject(principal.id)
      .setJti(tokenId)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + expiresIn)
      .sign(await key);
    return { accessToken, expiresIn };
  };
}

export type TokenVerifier = (token: string, at: Date) => Promise<Principal | undefined>;

/**
 * Verifies against public keys that `findKeys` brings; asked again (`fresh`) when a token names a key not among them.
 * Undefined for every token that is not this issuer's, whatever is wrong with it. No clock skew is granted: issuer and
 * verifier are one service.
 */
export function tokenVerifier(findKeys: (fresh: boolean) => Promise<PublicKeys>, issuer: string): TokenVerifier {
  const imported = new Map<string, ReturnType<typeof importJWK>>();
  const keyOf = async (kid: string | undefined) => {
    if (kid === undefined || kid.length > 40) throw new Error('token names no key');
    const known = imported.get(kid);
    if (known) return known;
    const pick = async (fresh: boolean) => (await findKeys(fresh)).keys.find((candidate) => candidate.kid === kid);
    const jwk = (await pick(false)) ?? (await pick(true));
    if (!jwk) throw new Error('token names an unknown key');
    const key = importJWK(jwk, 'ES256');
    imported.set(kid, key);
    return key;
  };
  const options = {
    algorithms: ['ES256'],
    issuer,
    audience: issuer,
    typ: 'at+jwt',
    requiredClaims: ['exp', 'iat', 'sub'],
    maxTokenAge: CLIENT_TOKEN_SECONDS,
  };
  return async (token, at) => {
    if (token.length > 4096) return undefined;
    try {
      const { payload } = await jwtVerify(token, (header) => keyOf(header.kid), { ...options, currentDate: at });
      return principalOf(payload);
    } catch {
      return undefined;
    }
  };
}

function principalOf(claims: Record<string, unknown>): Principal | undefined {
  const scope = new Set(String(claims.scope ?? '').split(' '));
  const permissions: Permission[] = PERMISSIONS.filter((permission) => scope.has(permission));
  const token = {
    permissions,
    epoch: Number(claims.ep),
    orgEpoch: Number(claims.oep),
    issuedAt: Number(claims.iat),
  };
  const orgId = String(claims.org) as OrgId;
  switch (claims.is) {
    case 'person':
      return {
        is: 'person',
        id: String(claims.sub) as UserId,
        orgId,
        homeOrgId: String(claims.home) as OrgId,
        sessionId: String(claims.sid),
        authenticatedAt: Number(claims.auth_time),
        ...token,
      };
    case 'client':
      return { is: 'client', id: String(claims.sub) as ClientId, orgId, ...token };
    case 'platform':
      return { is: 'platform', id: String(claims.sub) as ClientId, ...token };
    default:
      return undefined;
  }
}
