// The look at a typed password: the same calls and the same work whoever the address belongs to, counted before it is
// compared. Sign-in and accepting an invite share it.
import type { EmailAddress } from '../model/email-address.ts';
import type { OrgId, UserId } from '../model/ids.ts';
import { fail, hasCode } from '../model/problem.ts';
import { hashPassword, verifyPassword } from '../security/password-hash.ts';
import { type Holder, readClaim } from '../store/claim-items.ts';
import { h, keys } from '../store/keys.ts';
import { counterOf } from '../store/limiter-items.ts';
import { type Credential, readCredential } from '../store/secret-items.ts';
import { type Condition, equals, every, type Item, present, some } from '../store/table.ts';
import { readUserItem, type UserRecord } from '../store/user-items.ts';
import { type Context, newId, newOpId } from './context.ts';
import { count, countWithin, LIMITS, together, uncount } from './limits.ts';
import { lockedNow } from './standing.ts';

export interface Checked {
  user: UserRecord;
  /** Failures counted for the address before this success, this try included. */
  tries: number;
  /** Items of the org to sign in to and, where that is not the home, of the guest in it. */
  org: Item | undefined;
  guest: Item | undefined;
  /** The credential with today's parameters, and the hash it replaces, where the stored one is older. */
  rehashed?: Credential & { replaces: string };
}

/**
 * Checks address and password. Fails with `sign-in-failed` for an unknown address, a person without password and a
 * wrong password alike; with `sign-in-delayed` while the address is being guessed at.
 */
export async function checkSignInPassword(
  ctx: Context,
  address: EmailAddress,
  password: string,
  wantedOrg?: OrgId,
): Promise<Checked> {
  const [claim, tries] = await together([
    ctx.table.get(keys.emailClaim(address)),
    countFailure(ctx, address),
    countWithin(ctx, LIMITS.failedSignInsPerSource, ctx.source, 'too-many-requests'),
  ]).catch(async (error: unknown) => {
    // A source that may not try at all uses up nobody's turn.
    if (hasCode(error, 'too-many-requests')) await giveBackTurn(ctx, address);
    throw error;
  });
  const found = await readParts(ctx, readClaim(claim), wantedOrg);
  const { credential, user, org, guest } = found;
  const verdict = await verifyPassword(password, credential?.hash);
  const lives = user !== undefined && user.state !== 'deleted' && user.state !== 'erased';
  if (!verdict.matches || !credential || !lives || user.email !== address) {
    await noteFailure(ctx, address);
    fail('sign-in-failed');
  }
  const rehashed = verdict.outdated && {
    hash: await hashPassword(password),
    setAt: credential.setAt,
    replaces: credential.hash,
  };
  return { user, tries, org, guest, ...(rehashed && { rehashed }) };
}

interface Parts extends Pick<Checked, 'org' | 'guest'> {
  credential: Credential | undefined;
  user: UserRecord | undefined;
}

/** As many items in one call for anybody, whether somebody holds the address or not. */
async function readParts(ctx: Context, holder: Holder | undefined, wantedOrg?: OrgId): Promise<Parts> {
  const { orgId, userId } = holder ?? { orgId: newId<OrgId>(ctx), userId: newId<UserId>(ctx) };
  const into = wantedOrg ?? orgId;
  const abroad = into !== orgId;
  for (let attempt = 1; ; attempt++) {
    const [credentialItem, core, org, guest] = await ctx.table.getMany([
      keys.credential(orgId, userId),
      keys.user(orgId, userId),
      keys.org(into),
      ...(wantedOrg ? [keys.user(into, abroad ? userId : newId(ctx))] : []),
    ]);
    const credential = readCredential(credentialItem);
    const user = core && readUserItem(core);
    // A batch is no snapshot: the password of before a reset must not meet the epoch of after it.
    const torn = credential && user && user.passwordUpdatedAt !== credential.setAt;
    if (!torn || attempt === 3) return { credential, user: torn ? undefined : user, org, guest };
  }
}

/** Compares the own password of somebody signed in. A stolen access token guesses no faster than anybody at the door. */
export async function checkOwnPassword(ctx: Context, name: string, password: string, hash?: string): Promise<void> {
  const tries = await countFailure(ctx, name);
  if (!(await verifyPassword(password, hash)).matches) {
    await noteFailure(ctx, name);
    fail('sign-in-failed');
  }
  if (tries > 1) await clearFailures(ctx, name);
}

/** The person's own state, told only after the right password. */
export function mayComeIn(user: UserRecord, now: Date): void {
  if (lockedNow(user, now)) fail('user-locked');
  if (user.state === 'inactive') fail('user-inactive');
  if (user.state !== 'active') fail('user-not-activated');
}

/** The right password: this try and those before it were no failures. One write, two where there had been others. */
export async function forgiveFailures(ctx: Context, address: EmailAddress, tries: number): Promise<void> {
  await Promise.all([
    uncount(ctx, LIMITS.failedSignInsPerSource, ctx.source),
    ...(tries > 1 ? [clearFailures(ctx, address)] : []),
  ]);
}

async function giveBackTurn(ctx: Context, address: EmailAddress): Promise<void> {
  const { key } = counterOf(LIMITS.signInsPerAddress, address, ctx.now);
  const back = { copy: { at: 'was' }, add: { n: -1 }, when: { attribute: 'n', above: 0 } };
  await ctx.table.change({ update: key, ...back }, newOpId(ctx));
}

async function clearFailures(ctx: Context, name: string): Promise<void> {
  const { key } = counterOf(LIMITS.signInsPerAddress, name, ctx.now);
  await ctx.table.change({ update: key, set: { n: 0 } }, newOpId(ctx));
}

/** A reset ends the delay of its address, and no source is shut out of it any longer. */
export async function readmit(ctx: Context, address: string): Promise<void> {
  const { key } = counterOf(LIMITS.signInsPerAddress, address, ctx.now);
  await ctx.table.change({ update: key, set: { n: 0 }, remove: ['out'], when: present }, newOpId(ctx));
}

/**
 * Counts a failure of this source at this address. One that has failed too often is shut out: its name goes to the
 * address's own counter, whose condition then refuses it without a look elsewhere and without using up a turn of others.
 */
async function noteFailure(ctx: Context, address: string): Promise<void> {
  const failures = await count(ctx, LIMITS.failedSignInsPerPair, `${ctx.source} ${address}`);
  if (failures % Math.ceil(LIMITS.failedSignInsPerPair.max * ctx.limitScale) !== 0) return;
  const { key } = counterOf(LIMITS.signInsPerAddress, address, ctx.now);
  await ctx.table.change({ update: key, add: { out: new Set([h(ctx.source)]) } }, newOpId(ctx));
}

/** An admin asked for a new password, or its time is up: told only to who knew the old one. A reset sets a new one. */
export function mustChangePassword(user: UserRecord, now: Date): boolean {
  const expired = user.passwordExpiresAt !== undefined && user.passwordExpiresAt <= now.toISOString();
  return user.mustChangePassword === true || expired;
}

const MAX_DELAY_SECONDS = 900;

/** Seconds to wait after a failure, given how many went before the free ones: doubling to a quarter of an hour. */
export const delayAfter = (over: number): number => (over < 0 ? 0 : Math.min(MAX_DELAY_SECONDS, 2 ** over));
/** From here on every wait is the longest. */
const LAST_STEP = 10;

/**
 * Counts one more failure of the address (or of whoever else is named) before anything is compared, unless its delay is
 * still running. One conditional write: of parallel guesses only the one that finds the delay over goes through.
 */
async function countFailure(ctx: Context, name: string): Promise<number> {
  const { key, ttl, retryAfterSeconds } = counterOf(LIMITS.signInsPerAddress, name, ctx.now);
  const source = h(ctx.source);
  const now = ctx.now.getTime();
  const free = LIMITS.signInsPerAddress.max * ctx.limitScale;
  // Whoever waited to the very moment that Retry-After named has waited long enough.
  const waited = (over: number): Condition => ({ attribute: 'at', below: now - delayAfter(over) * 1000 + 1 });
  const steps = Array.from({ length: LAST_STEP }, (_, over) =>
    every({ attribute: 'n', equals: free + over }, waited(over)),
  );
  const due = some(
    { attribute: 'n', equals: undefined },
    { attribute: 'n', below: free },
    ...steps,
    every({ attribute: 'n', above: free + LAST_STEP - 1 }, waited(LAST_STEP)),
  );
  const when = every(some(equals('out', undefined), { attribute: 'out', lacks: source }), due);
  const change = { update: key, set: { k: 'limiter', ttl, at: now }, copy: { was: 'at' }, add: { n: 1 }, when };
  const changed = await ctx.table.change(change, newOpId(ctx));
  if (changed.done) return Number(changed.item.n);
  const { existing } = changed;
  if (existing?.out instanceof Set && existing.out.has(source)) fail({ code: 'sign-in-delayed', retryAfterSeconds });
  const wait = (Number(existing?.at) - now) / 1000 + delayAfter(Number(existing?.n) - free);
  fail({ code: 'sign-in-delayed', retryAfterSeconds: Math.max(1, Math.ceil(wait)) });
}
