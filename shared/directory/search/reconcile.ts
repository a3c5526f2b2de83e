// What the stream forgot or the projector gave up on heals by itself: each hour whoever changed since the hour before is
// looked at again, in every org, whether the stream brought them or not.
import { type OrgId, unpackId } from '../../model/ids.ts';
import { keys, partitions } from '../../store/keys.ts';
import {
  PARTS,
  type Part,
  type Reconciled,
  type Round,
  readReconciled,
  readRound,
  reconciledItem,
  roundItem,
} from '../../store/reconcile-items.ts';
import type { Item } from '../../store/table.ts';
import { type Context, instant, newOpId, secondsFrom } from '../context.ts';
import { type Projected, personOfKey, projectEach } from './project.ts';

const EVERY_SECONDS = 3600;
/** A change may reach the table later than its own moment says, by its request's time and by another machine's clock. */
const MARGIN_SECONDS = 3600;

export interface ReconcileOptions {
  /** People that one run looks at; an org costs as much as ten of them. */
  most?: number;
  /** People of one org before the next org's turn comes. */
  mostOfOrg?: number;
  onFailure?(failed: Projected['failed'][number]): void;
}

export interface Reconciling {
  /** People looked at, and those of them of whom something had to be derived anew. */
  looked: number;
  corrected: number;
  /** The round is not at its end: the next run goes on with it. */
  more: boolean;
}

/** A run under way: what it has told so far, and since when its round goes. */
interface Run extends Reconciling {
  began: string;
  onFailure: NonNullable<ReconcileOptions['onFailure']>;
}

const ORG_COST = 10;

/**
 * One run of a round over all orgs. A round begins an hour after the end of the one before; what does not fit into a run
 * is the next one's, which is due at once. Between rounds it reads one item. An org in which nobody changed costs 1.5 read
 * units a round, each person who changed two more; a person found behind costs what projecting them costs. Fails only if
 * the table does; then the next run goes on from the last place kept.
 */
export async function reconcile(ctx: Context, options: ReconcileOptions = {}): Promise<Reconciling> {
  const { most = 20_000, mostOfOrg = 5_000, onFailure = () => undefined } = options;
  const now = instant(ctx.now);
  const round = readRound(await ctx.table.get(keys.reconciler, { eventual: true }));
  const began = round?.began ?? now;
  const run: Run = { looked: 0, corrected: 0, more: false, began, onFailure };
  if (round && !isDue(ctx, round)) return told(run);
  let { at, unfinished = false } = round ?? {};
  let left = most;
  const visit = async (org: string) => {
    const before = run.looked;
    const finished = await reconcileOrg(ctx, unpackId(org) as OrgId, Math.min(left, mostOfOrg), run);
    unfinished ||= !finished;
    left -= ORG_COST + run.looked - before;
  };
  while (left > 0) {
    const page = await orgsFrom(ctx, at);
    for (const org of page.orgs) {
      at = org;
      if (left <= 0) break;
      await visit(org);
      at = `${org}${BEHIND}`;
    }
    if (page.more || left <= 0) continue;
    if (!unfinished) {
      await keepRound(ctx, { dueAt: instant(secondsFrom(ctx.now, EVERY_SECONDS)) });
      return told(run);
    }
    // Round again: whoever was left waits for no other run while this one has room.
    [at, unfinished] = [undefined, false];
  }
  await keepRound(ctx, { dueAt: now, began, ...(at !== undefined && { at }), unfinished });
  return told({ ...run, more: true });
}

const told = ({ looked, corrected, more }: Run): Reconciling => ({ looked, corrected, more });

/** Also when it is due later than a round can be: then the clock was put back. */
const isDue = ({ now }: Context, { dueAt }: Round): boolean =>
  dueAt <= instant(now) || dueAt > instant(secondsFrom(now, EVERY_SECONDS));

async function keepRound(ctx: Context, round: Round): Promise<void> {
  await ctx.table.put(roundItem(round), undefined, newOpId(ctx));
}

const ORGS = 25;
/** Sorts behind every character of an id. */
const BEHIND = '~';

async function orgsFrom(ctx: Context, at: string | undefined): Promise<{ orgs: string[]; more: boolean }> {
  const query = { pk: partitions.orgs, index: 'byCreated', limit: ORGS } as const;
  const page = await ctx.table.query({ ...query, ...(at !== undefined && { from: at }) });
  return { orgs: page.items.map(({ sc }) => String(sc)), more: page.last !== undefined };
}

/** Looks at up to so many people of an org, in both partitions. Resolves to whether that was everyone who changed. */
async function reconcileOrg(ctx: Context, orgId: OrgId, most: number, run: Run): Promise<boolean> {
  const { items } = await ctx.table.query({ pk: partitions.reconciled(orgId) });
  const ends = run.looked + most;
  for (const part of PARTS) {
    const known = readReconciled(items, part);
    if (isDone(ctx, known, run)) continue;
    if (run.looked >= ends) return false;
    if (!(await walk(ctx, { orgId, part, known, ends, run }))) return false;
  }
  return true;
}

/** Walked to its end in this round. */
const isDone = ({ now }: Context, known: Reconciled | undefined, { began }: Run): boolean =>
  known !== undefined && known.position === undefined && known.to >= began && known.to <= instant(now);

interface Walk {
  orgId: OrgId;
  part: Part;
  known: Reconciled | undefined;
  /** How many the run may have looked at when the walk stops. */
  ends: number;
  run: Run;
}

const PAGE = 50;

/** Goes on with an unfinished walk to its end, or begins one from an hour before the end of the last one to now. */
async function walk(ctx: Context, { orgId, part, known, ends, run }: Walk): Promise<boolean> {
  const now = instant(ctx.now);
  const pk = part === 'live' ? partitions.users(orgId) : partitions.deletedUsers(orgId);
  const to = known?.position === undefined ? now : known.to;
  let from = known?.position ?? (known && marginBefore(known.to < now ? known.to : now));
  for (;;) {
    const page = await ctx.table.query({ pk, index: 'byUpdated', ...(from && { from }), to: `${to}~`, limit: PAGE });
    await lookAt(ctx, page.items, run);
    const position = page.last && String(page.items.at(-1)?.su);
    // Where nobody changed, the end kept before is as good.
    if (page.items.length > 0 || known?.position !== undefined) {
      const item = reconciledItem(orgId, part, { to, ...(position !== undefined && { position }) });
      await ctx.table.put(item, undefined, newOpId(ctx));
    }
    if (position === undefined) return true;
    if (run.looked >= ends) return false;
    from = position;
  }
}

const marginBefore = (at: string): string => instant(secondsFrom(new Date(at), -MARGIN_SECONDS));

async function lookAt(ctx: Context, items: readonly Item[], run: Run): Promise<void> {
  const people = items.flatMap((item) => personOfKey(item.pk));
  const { changed, failed } = await projectEach(ctx, people);
  run.looked += items.length;
  run.corrected += changed;
  for (const one of failed) run.onFailure(one);
}
