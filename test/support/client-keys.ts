// Keys of machine clients, and the assertions signed with them.
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';

export interface KeyPair {
  /** SubjectPublicKeyInfo as PEM. */
  publicKey: string;
  /** PKCS #8 as PEM. */
  privateKey: string;
  key: KeyObject;
  alg: 'RS256' | 'ES256';
}

const paired = ({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }, alg: KeyPair['alg']) => ({
  publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  key: privateKey,
  alg,
});

export const rsaKeys = (modulusLength = 2048, publicExponent = 65_537): KeyPair =>
  paired(generateKeyPairSync('rsa', { modulusLength, publicExponent }), 'RS256');
export const ecKeys = (namedCurve = 'P-256'): KeyPair => paired(generateKeyPairSync('ec', { namedCurve }), 'ES256');

/** An assertion of a client at a moment, as RFC 7523 has it; what is `changed` takes the place of a claim. */
export function assertionOf(
  { key, alg }: Pick<KeyPair, 'key' | 'alg'>,
  clientId: string,
  audience: string,
  at: Date,
  changed: JWTPayload = {},
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  const now = Math.floor(at.getTime() / 1000);
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: audience,
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
    ...changed,
  };
  const given = Object.entries(claims).filter(([, value]) => value !== undefined);
  return new SignJWT(Object.fromEntries(given)).setProtectedHeader({ alg, typ: 'JWT', ...header }).sign(key);
}
