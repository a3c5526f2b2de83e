// How a machine client proves itself without a shared secret: a short-lived JWT signed with its private key (RFC 7523 §3,
// OIDC Core 1.0 §9 `private_key_jwt`). Reads public keys, verifies assertions; that one is used once is the directory's.
import { createPublicKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, decodeJwt, jwtVerify } from 'jose';
import type { PublicKey } from '../model/client.ts';

/** Never `none`, never a MAC: a public key must not pass for a shared secret. */
export const ASSERTION_ALGORITHMS = ['RS256', 'PS256', 'ES256'];
export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 4096;
const MIN_EXPONENT = 65_537n;

/** Seconds an assertion may be used after it was made, whatever end it names itself: some clients name an hour. */
export const ASSERTION_SECONDS = 300;
/** Seconds that the clocks of client and service may differ. */
const SKEW_SECONDS = 30;
const MAX_ASSERTION = 8192;

export interface ClientKey {
  /** SubjectPublicKeyInfo as PEM, in the one spelling that is kept. */
  pem: string;
  /** The key's thumbprint (RFC 7638). */
  keyId: string;
}

/** A public key in its kept form; undefined for what is none, is private, too weak, or of no kind that is taken. */
export async function readClientKey(given: PublicKey): Promise<ClientKey | undefined> {
  const key = publicKeyOf(given);
  if (!key || !isStrong(key)) return undefined;
  const pem = key.export({ type: 'spki', format: 'pem' }).toString();
  return { pem, keyId: await calculateJwkThumbprint(key.export({ format: 'jwk' })) };
}

// Node makes a public key of a private one and of a certificate, too: neither is taken for what it is not.
function publicKeyOf(given: PublicKey): KeyObject | undefined {
  try {
    if (typeof given !== 'string') {
      const { kty, n, e, crv, x, y } = given;
      return createPublicKey({ key: { kty, n, e, crv, x, y }, format: 'jwk' });
    }
    const pem = given.trim();
    return /^-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----$/.test(pem) ? createPublicKey(pem) : undefined;
  } catch {
    return undefined;
  }
}

function isStrong({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): boolean {
  const { modulusLength = 0, publicExponent = 0n, namedCurve } = asymmetricKeyDetails;
  if (asymmetricKeyType === 'ec') return namedCurve === 'prime256v1';
  const sized = modulusLength >= MIN_RSA_BITS && modulusLength <= MAX_RSA_BITS;
  return asymmetricKeyType === 'rsa' && sized && publicExponent >= MIN_EXPONENT;
}

/** Whom an assertion claims to come from. Nothing of it is proven yet. */
export function claimedClient(assertion: string): string | undefined {
  try {
    return assertion.length > MAX_ASSERTION ? undefined : decodeJwt(assertion).sub;
  } catch {
    return undefined;
  }
}

export interface ProvenAssertion {
  jti: string;
  /** Seconds since 1970 at which it could be used last. */
  lastUse: number;
}

/**
 * Verifies signature, `iss` and `sub` (the client), `aud` (one of ours and nobody else's), `exp`, `iat` and `jti`. It is
 * usable for five minutes after `iat`; without `iat` its end may lie no further ahead. Undefined for any other.
 */
export async function verifyAssertion(
  assertion: string,
  pem: string,
  clientId: string,
  audiences: readonly string[],
  at: Date,
): Promise<ProvenAssertion | undefined> {
  if (assertion.length > MAX_ASSERTION) return undefined;
  try {
    const { payload } = await jwtVerify(assertion, createPublicKey(pem), {
      algorithms: ASSERTION_ALGORITHMS,
      issuer: clientId,
      subject: clientId,
      requiredClaims: ['exp', 'jti', 'aud'],
      clockTolerance: SKEW_SECONDS,
      currentDate: at,
    });
    const { jti, exp = 0, iat, aud } = payload;
    const [audience, ...others] = [aud].flat();
    if (audience === undefined || others.length > 0 || !audiences.includes(audience)) return undefined;
    if (typeof jti !== 'string' || jti === '' || jti.length > 255) return undefined;
    const now = at.getTime() / 1000;
    if (iat !== undefined && iat > now + SKEW_SECONDS) return undefined;
    const end = iat === undefined ? exp : Math.min(exp, iat + ASSERTION_SECONDS);
    const soon = end <= now + ASSERTION_SECONDS + SKEW_SECONDS;
    return soon && end > now - SKEW_SECONDS ? { jti, lastUse: Math.ceil(end) + SKEW_SECONDS } : undefined;
  } catch {
    return undefined;
  }
}
