// The one primitive behind every emailed link and code. A token locates its record and proves, by a MAC over the
// record's nonce, that it was made for it; nothing in the table is enough to make one.
import { bytesToUuid, uuidToBytes } from '../model/ids.ts';
import { type KeyRing, mac, sameBytes, strictBase64url } from './key-ring.ts';

/** What a link is for. Part of the MAC: a link of one purpose is nothing to any other. */
export type LinkPurpose = 'invite' | 'reset' | 'validate-email';

/** Where the link's record lies: org, invite, the person's org, person; or org, person, link. UUIDs. */
export type Locator = readonly string[];

/** Ids that a locator holds per purpose. */
const LENGTHS: Record<LinkPurpose, number> = { invite: 4, reset: 3, 'validate-email': 3 };
const MAC_BYTES = 32;

/** The token: base64url of key version, the locator's ids, and the MAC. The same input gives the same token again. */
export function linkToken(ring: KeyRing, purpose: LinkPurpose, locator: Locator, nonce: string): string {
  const proof = mac(ring, ring.current, 'token', purpose, ...locator, nonce) as Buffer;
  return Buffer.concat([Buffer.of(ring.current), ...locator.map(uuidToBytes), proof]).toString('base64url');
}

export interface ParsedToken {
  version: number;
  locator: Locator;
  proof: Buffer;
}

/** Takes a token apart without judging it. Undefined for anything that is no token of this purpose. */
export function parseLinkToken(purpose: LinkPurpose, token: string): ParsedToken | undefined {
  const bytes = strictBase64url(token);
  const ids = LENGTHS[purpose];
  if (bytes?.length !== 1 + ids * 16 + MAC_BYTES) return undefined;
  const locator = Array.from({ length: ids }, (_, i) => bytesToUuid(bytes.subarray(1 + i * 16, 17 + i * 16)));
  return { version: bytes[0] as number, locator, proof: bytes.subarray(1 + ids * 16) };
}

/** Whether the token was made for the record that holds this nonce. */
export function provesLink(ring: KeyRing, purpose: LinkPurpose, token: ParsedToken, nonce: string): boolean {
  return sameBytes(token.proof, mac(ring, token.version, 'token', purpose, ...token.locator, nonce));
}

// Crockford's alphabet: no I, L, O, U, so nothing is misread aloud.
const CODE_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
export const CODE_LENGTH = 8;

/** The short code of the same letter: 40 bits, derived as the token is, stored nowhere. */
export function linkCode(
  ring: KeyRing,
  purpose: LinkPurpose,
  locator: Locator,
  nonce: string,
  version?: number,
): string {
  const proof = mac(ring, version ?? ring.current, 'code', purpose, ...locator, nonce) ?? Buffer.alloc(CODE_LENGTH);
  return Array.from(proof.subarray(0, CODE_LENGTH), (byte) => CODE_ALPHABET[byte & 31]).join('');
}

/** Whether a typed code is the one of the letter under any key of the ring. Case, spaces and dashes do not matter. */
export function provesCode(
  ring: KeyRing,
  purpose: LinkPurpose,
  locator: Locator,
  nonce: string,
  typed: string,
): boolean {
  const code = Buffer.from(readCode(typed));
  return ring.versions
    .map((version) => sameBytes(code, Buffer.from(linkCode(ring, purpose, locator, nonce, version))))
    .includes(true);
}

function readCode(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
}
