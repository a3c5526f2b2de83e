// Refresh tokens: derived from the session and its counter, so that a lost answer can be given again without storing
// anything that opens an account.
import { bytesToUuid, uuidToBytes } from '../model/ids.ts';
import { currentMac, type KeyRing, mac, sameBytes, strictBase64url } from './key-ring.ts';

export interface RefreshToken {
  homeOrgId: string;
  /** The org the session is in: a hint that saves a read, checked against the session. */
  orgId: string;
  userId: string;
  sessionId: string;
  /** How many times the session had been refreshed when this token was made. */
  counter: number;
}

const LENGTH = 1 + 16 * 4 + 4 + 32;

export function refreshToken(ring: KeyRing, token: RefreshToken): string {
  const ids = [token.homeOrgId, token.orgId, token.userId, token.sessionId];
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(token.counter);
  const proof = currentMac(ring, 'refresh', ...ids, token.counter);
  return Buffer.concat([Buffer.of(ring.current), ...ids.map(uuidToBytes), counter, proof]).toString('base64url');
}

/** The token's content, or undefined for anything that this ring did not make. */
export function openRefreshToken(ring: KeyRing, text: string): RefreshToken | undefined {
  const bytes = text.length < 256 ? strictBase64url(text) : undefined;
  if (bytes?.length !== LENGTH) return undefined;
  const ids = [0, 1, 2, 3].map((i) => bytesToUuid(bytes.subarray(1 + i * 16, 17 + i * 16)));
  const counter = bytes.readUInt32BE(65);
  if (!sameBytes(bytes.subarray(69), mac(ring, bytes[0] ?? 0, 'refresh', ...ids, counter))) return undefined;
  const [homeOrgId = '', orgId = '', userId = '', sessionId = ''] = ids;
  return { homeOrgId, orgId, userId, sessionId, counter };
}
