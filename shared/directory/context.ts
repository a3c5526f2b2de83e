// What a flow knows about the call it serves, and the one way to commit. Made once per request by the edge.

import type { OrgId } from '../model/ids.ts';
import { uuidV7 } from '../model/ids.ts';
import type { Permission, Person, Principal } from '../model/principal.ts';
import { fail } from '../model/problem.ts';
import type { Instant } from '../model/text.ts';
import type { Preferences } from '../model/user/preferences.ts';
import type { IssuedToken } from '../security/access-token.ts';
import type { KeyRing } from '../security/key-ring.ts';
import type { OrgRecord } from '../store/org-items.ts';
import type { Table, Write } from '../store/table.ts';

/** The rings a function holds. One that it was not given throws when it is asked for: a wiring fault, not a refusal. */
export interface Keys {
  links: KeyRing;
  clients: KeyRing;
  cursors: KeyRing;
  signing: KeyRing;
}

/** What the deployment decides, the same for every request. */
export interface Directory {
  table: Table;
  keys: Keys;
  baseUrl: string;
  /** Host names at whose root another system's language is spoken, by the name of its mount. */
  hosts?: Readonly<Record<string, string>>;
  /** Multiplies every limit: 1 in a deployment, 10 on a laptop. */
  limitScale: number;
  /** Preferences of everybody in the deployment: the lowest layer. */
  preferences: Preferences;
  issueAccessToken(principal: Principal, at: Date, tokenId: string): Promise<IssuedToken>;
  randomBytes(length: number): Uint8Array;
}

/** The caller as the table knows them now, not as their token remembers them. */
export interface Standing {
  /** What the token allows and the present roles still do. */
  permissions: readonly Permission[];
  org?: OrgRecord;
}

export interface Context extends Directory {
  now: Date;
  requestId: string;
  /** The caller's network address as API Gateway saw it; IPv6 cut to its /64. */
  source: string;
  /**
   * Where the surface that was called begins for its caller, for addresses that lead back there: at the root of a host
   * name of its own, else under its mount. Absent where no surface was called.
   */
  surfaceUrl?: string;
  principal?: Principal;
  /** Reads the caller's standing once per request. Every commit waits for it, so no change escapes the check. */
  standing(): Promise<Standing>;
  /** The idempotency record to write in the same commit, given what the operation will answer. */
  keep?(answer: unknown): Write;
}

export const instant = (date: Date): Instant => date.toISOString() as Instant;
export const secondsFrom = (date: Date, seconds: number): Date => new Date(date.getTime() + seconds * 1000);
/** DynamoDB's TTL counts in seconds. It only cleans: no use of an item relies on it. */
export const ttlAt = (date: Date): number => Math.floor(date.getTime() / 1000);

export function newId<Id extends string>(ctx: Context): Id {
  return uuidV7(ctx.now.getTime(), ctx.randomBytes(10)) as Id;
}

/**
 * Names one attempt to write: stored on what it writes, so that a write whose answer was lost is known again, and sent
 * as the transaction's token. Never shared by two attempts that may differ.
 */
export function newOpId(ctx: Context): string {
  return Buffer.from(ctx.randomBytes(16)).toString('base64url');
}

/** A nonce that gives a link its token. 128 bits. */
export function newNonce(ctx: Context): string {
  return Buffer.from(ctx.randomBytes(16)).toString('base64url');
}

/** The org of the call: the token's. There is no other source. */
export function orgOf(ctx: Context): OrgId {
  const { principal } = ctx;
  if (principal === undefined || principal.is === 'platform') fail('permission-missing');
  return principal.orgId;
}

/** The signed-in person of an operation that is for people only. */
export function personOf(ctx: Context): Person {
  const principal = principalOf(ctx);
  return principal.is === 'person' ? principal : fail('person-only');
}

export function principalOf(ctx: Context): Principal {
  return ctx.principal ?? fail('token-missing');
}
