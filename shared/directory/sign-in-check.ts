// The look at a typed password: the same calls and the same work whoever the address belongs to, counted before it is
// compared. Sign-in and accepting an invite share it.
import type { EmailAddress } from '../model/email-address.ts';
import type { OrgId, UserId } from '../model/ids.ts';
import { fail } from '../model/problem.ts';
import { hashPassword, verifyPassword } from '../security/password-hash.ts';
import { keys } from '../store/keys.ts';
import { counterOf } from '../store/limiter-items.ts';
import { readCredential } from '../store/secret-items.ts';
import { type Condition, every, type Item, some } from '../store/table.ts';
import { readClaim, readUserItem, type UserRecord } from '../store/user-items.ts';
import { type Context, newId, newOpId } from './context.ts';
import { count, countWithin, LIMITS, uncount } from './limits.ts';
import { lockedNow } from './standing.ts';

export interface Checked {
  user: UserRecord;
  /** Failures counted for the address before this success, this try included. */
  tries: number;
  /** Items of the org to sign in to and, where that is not the home, of the guest in it. */
  org: Item | undefined;
  guest: Item | undefined;
  /** A hash with today's parameters, where the stored one is older. */
  rehashed?: string;
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
  const pair = `${ctx.source} ${address}`;
  const [claim, tries] = await Promise.all([
    ctx.table.get(keys.emailClaim(address)),
    countFailure(ctx, address),
    countWithin(ctx, LIMITS.failedSignInsPerSource, ctx.source, 'too-many-requests'),
  ]);
  // Only an address under long attack gets here: then a source that failed too often itself is out for the day.
  if (tries > LIMITS.failedSignInsPerPair.max) await refuseWornPair(ctx, pair);
  const nobody = { orgId: newId<OrgId>(ctx), userId: newId<UserId>(ctx) };
  const { orgId, userId } = readClaim(claim) ?? nobody;
  const into = wantedOrg ?? orgId;
  const [credentialItem, core, org, guest] = await ctx.table.getMany([
    keys.credential(orgId, userId),
    keys.user(orgId, userId),
    keys.org(into),
    ...(into === orgId ? [] : [keys.user(into, userId)]),
  ]);
  const credential = readCredential(credentialItem);
  const verdict = await verifyPassword(password, credential?.hash);
  const user = core && readUserItem(core);
  if (!verdict.matches || !user || user.email !== address || user.state === 'deleted' || user.state === 'erased') {
    await count(ctx, LIMITS.failedSignInsPerPair, pair);
    fail('sign-in-failed');
  }
  const rehashed = verdict.outdated ? await hashPassword(password) : undefined;
  return { user, tries, org, guest, ...(rehashed && { rehashed }) };
}

/** The person's own state, told only after the right password. */
export function mayComeIn(user: UserRecord, now: Date): void {
  if (lockedNow(user, now)) fail('user-locked');
  if (user.state === 'inactive') fail('user-inactive');
  if (user.state !== 'active') fail('user-not-activated');
}

/** The right password: this try and those before it were no failures. One write, two where there had been others. */
export async function forgiveFailures(ctx: Context, address: EmailAddress, tries: number): Promise<void> {
  const { key } = counterOf(LIMITS.signInsPerAddress, address, ctx.now);
  const clear = () => ctx.table.change({ update: key, set: { n: 0, next: 0 } }, newOpId(ctx));
  await Promise.all([uncount(ctx, LIMITS.failedSignInsPerSource, ctx.source), ...(tries > 1 ? [clear()] : [])]);
}

async function refuseWornPair(ctx: Context, pair: string): Promise<void> {
  const { key, retryAfterSeconds } = counterOf(LIMITS.failedSignInsPerPair, pair, ctx.now);
  const item = await ctx.table.get(key);
  if (Number(item?.n ?? 0) >= LIMITS.failedSignInsPerPair.max * ctx.limitScale) {
    fail({ code: 'sign-in-delayed', retryAfterSeconds });
  }
}

const MAX_DELAY_SECONDS = 900;

/** Seconds to wait after a failure, given how many went before the free ones: doubling to a quarter of an hour. */
export const delayAfter = (over: number): number => (over < 0 ? 0 : Math.min(MAX_DELAY_SECONDS, 2 ** over));
/** From here on every wait is the longest. */
const LAST_STEP = 10;

/**
 * Counts one more failure of the address before anything is compared, unless its delay is still running. One
 * conditional write: of parallel guesses only the one that finds the delay over goes through.
 */
async function countFailure(ctx: Context, address: EmailAddress): Promise<number> {
  const { key, ttl } = counterOf(LIMITS.signInsPerAddress, address, ctx.now);
  const now = ctx.now.getTime();
  const free = LIMITS.signInsPerAddress.max * ctx.limitScale;
  const waited = (over: number): Condition => ({ attribute: 'at', below: now - delayAfter(over) * 1000 });
  const steps = Array.from({ length: LAST_STEP }, (_, over) =>
    every({ attribute: 'n', equals: free + over }, waited(over)),
  );
  const when = some(
    { attribute: 'n', equals: undefined },
    { attribute: 'n', below: free },
    ...steps,
    every({ attribute: 'n', above: free + LAST_STEP - 1 }, waited(LAST_STEP)),
  );
  const change = { update: key, set: { k: 'limiter', ttl, at: now }, add: { n: 1 }, when };
  const changed = await ctx.table.change(change, newOpId(ctx));
  if (changed.done) return Number(changed.item.n);
  const delay = delayAfter(Number(changed.existing?.n) - free) * 1000;
  const wait = (Number(changed.existing?.at) + delay - now) / 1000;
  fail({ code: 'sign-in-delayed', retryAfterSeconds: Math.max(1, Math.ceil(wait)) });
}
