// Secret keys with versions. A ring is JSON such as {"1":"…","2":"…"}: the highest number makes, all of them verify.
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface KeyRing {
  readonly current: number;
  readonly versions: readonly number[];
  /** The secret of a version; undefined for one that the ring does not hold (any longer). */
  secret(version: number): string | undefined;
}

/** Reads a ring. Throws on anything that is not one: a service must not start with half a key. */
export function readKeyRing(json: string): KeyRing {
  const entries = Object.entries(JSON.parse(json) as Record<string, unknown>);
  const secrets = new Map(entries.map(([version, secret]) => [Number(version), String(secret)]));
  const versions = [...secrets.keys()].sort((a, b) => a - b);
  const current = versions.at(-1);
  const sound = versions.every((n) => Number.isInteger(n) && n > 0 && n < 256);
  if (current === undefined || !sound || [...secrets.values()].some((secret) => secret.length < 32)) {
    throw new Error('a key ring is a JSON object of versions 1..255 and secrets of at least 32 characters');
  }
  return { current, versions, secret: (version) => secrets.get(version) };
}

/** HMAC-SHA-256 over parts that cannot run into each other. 32 bytes; undefined if the ring lacks the version. */
export function mac(ring: KeyRing, version: number, ...parts: (string | number)[]): Buffer | undefined {
  const secret = ring.secret(version);
  if (secret === undefined) return undefined;
  const hmac = createHmac('sha256', secret);
  for (const part of parts) hmac.update(`${String(part).length}:${part}`);
  return hmac.digest();
}

export function currentMac(ring: KeyRing, ...parts: (string | number)[]): Buffer {
  return mac(ring, ring.current, ...parts) as Buffer;
}

/** Equality that takes the same time wherever the difference lies. Lengths are public. */
export function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && a.length === b.length && timingSafeEqual(a, b);
}

/** Base64url that has one spelling only: padding, odd characters and loose trailing bits are refused. */
export function strictBase64url(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
