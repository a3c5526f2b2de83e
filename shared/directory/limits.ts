// How often anything may be tried: the counters that flows raise before they act.
import { fail, type ProblemCode } from '../model/problem.ts';
import { counterOf, type Limit, raise, raiseWithin, readCounter } from '../store/limiter-items.ts';
import type { Write } from '../store/table.ts';
import { type Context, newOpId } from './context.ts';

const DAY = 86_400;

/** Per window; a local run allows ten times these. */
export const LIMITS = {
  resetAsksPerSource: { what: 'ask', max: 100, windowSeconds: 600 },
  failedSignInsPerSource: { what: 'fail', max: 100, windowSeconds: 600 },
  failedSignInsPerPair: { what: 'pair', max: 100, windowSeconds: DAY },
  signInsPerAddress: { what: 'sign-in', max: 5, windowSeconds: DAY },
  wrongCodesPerSource: { what: 'code-source', max: 20, windowSeconds: 3600 },
  wrongCodesPerAddress: { what: 'code-address', max: 20, windowSeconds: DAY },
  wrongCodesPerLetter: { what: 'code-letter', max: 5, windowSeconds: 60 * DAY },
  invitesPerInviter: { what: 'inviter', max: 1000, windowSeconds: DAY },
  invitesPerOrg: { what: 'invites', max: 10_000, windowSeconds: DAY },
  jobsPerOrg: { what: 'jobs', max: 500, windowSeconds: DAY },
  resetsPerAddressHour: { what: 'reset-hour', max: 5, windowSeconds: 3600 },
  resetsPerAddressDay: { what: 'reset-day', max: 20, windowSeconds: DAY },
  lettersPerAddressDay: { what: 'letters', max: 50, windowSeconds: DAY },
  proofsPerCallerDay: { what: 'proofs', max: 50, windowSeconds: DAY },
  proofsPerAddressHour: { what: 'proof-hour', max: 5, windowSeconds: 3600 },
  proofsPerAddressDay: { what: 'proof-day', max: 20, windowSeconds: DAY },
} as const satisfies Record<string, Limit>;

/** Raises a counter and says where it now stands. The raise comes before the act, so parallel tries all count. */
export async function count(ctx: Context, limit: Limit, key: string): Promise<number> {
  const changed = await ctx.table.change(raise(counterOf(limit, key, ctx.now)), newOpId(ctx));
  return changed.done ? Number(changed.item.n) : Number.POSITIVE_INFINITY;
}

/** Raises a counter and refuses above its limit. */
export async function countWithin(ctx: Context, limit: Limit, key: string, code: ProblemCode): Promise<void> {
  const n = await count(ctx, limit, key);
  if (n > limit.max * ctx.limitScale)
    fail({ code, retryAfterSeconds: counterOf(limit, key, ctx.now).retryAfterSeconds });
}

/** Takes one back: what was counted turned out not to be a failure. */
export async function uncount(ctx: Context, limit: Limit, key: string): Promise<void> {
  const { key: update } = counterOf(limit, key, ctx.now);
  await ctx.table.change({ update, add: { n: -1 }, when: { attribute: 'n', above: 0 } }, newOpId(ctx));
}

/** The same raise as part of a commit. */
export const countInCommit = (ctx: Context, limit: Limit, key: string): Write =>
  raiseWithin(counterOf(limit, key, ctx.now), limit.max * ctx.limitScale);

/**
 * How many of so many the limits still allow, and the writes that take them. Of two commits at once that do not both fit,
 * the second is refused as a lost race.
 */
export async function takeWithin(
  ctx: Context,
  limits: readonly (readonly [limit: Limit, key: string])[],
  wanted: number,
): Promise<{ allowed: number; writes: Write[] }> {
  const counters = limits.map(([limit, key]) => ({
    max: limit.max * ctx.limitScale,
    counter: counterOf(limit, key, ctx.now),
  }));
  const items = await ctx.table.getMany(counters.map(({ counter }) => counter.key));
  const room = counters.map(({ max }, i) => Math.max(0, max - readCounter(items[i])));
  const allowed = Math.min(wanted, ...room);
  const take = ({ counter, max }: (typeof counters)[number]) =>
    raiseWithin(counter, max, allowed, { code: 'version-conflict' });
  return { allowed, writes: allowed > 0 ? counters.map(take) : [] };
}

/**
 * Waits for all, then fails as the first of them in order did. A refusal that did not wait would leave calls under way
 * behind it: what is asked of the table would differ from one request to the next.
 */
export async function together<T extends readonly unknown[]>(
  calls: readonly [...{ [Index in keyof T]: Promise<T[Index]> }],
): Promise<T> {
  await Promise.allSettled(calls);
  return Promise.all(calls) as Promise<unknown> as Promise<T>;
}
