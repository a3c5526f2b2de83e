// A letter's way from due to done, as far as the directory knows it: leased, found still due, sent, or given up.
// Composing and sending are the post office's.
import { canonicalAddress } from '../model/email-address.ts';
import type { DeliveryState } from '../model/letter.ts';
import { hasCode } from '../model/problem.ts';
import { type AuditEvent, noEvent } from '../store/audit-items.ts';
import { h, keys } from '../store/keys.ts';
import { type LetterRecord, readLetterItem } from '../store/letter-items.ts';
import { linkOrder } from '../store/secret-items.ts';
import { below, type Change, equals, every, some, type Write } from '../store/table.ts';
import { commit } from './commit.ts';
import { type Context, instant, newOpId, secondsFrom, ttlAt } from './context.ts';
import type { Prepared } from './letter-parts.ts';

/** Seconds a worker may hold a letter before another takes it. */
const LEASE_SECONDS = 120;
/** Seconds after which a letter is given up. */
export const GIVE_UP_SECONDS = 86_400;

/**
 * Takes the letter for one attempt. Undefined when another worker has it, it is done, or its next attempt is not yet
 * due: a stream record that comes again hurries nothing.
 */
export async function leaseLetter(ctx: Context, id: string): Promise<LetterRecord | undefined> {
  const now = instant(ctx.now);
  const until = instant(secondsFrom(ctx.now, LEASE_SECONDS));
  const changed = await ctx.table.change(
    {
      update: keys.letter(id),
      set: { st: 'sending', lease: until, due: until, su: `${until}#${id}` },
      add: { tries: 1 },
      when: some(
        every(equals('st', 'queued'), some(equals('tries', 0), below('due', `${now}~`))),
        every(equals('st', 'sending'), below('lease', now)),
      ),
    },
    newOpId(ctx),
  );
  return changed.done ? readLetterItem(changed.item) : undefined;
}

/**
 * SES took the letter: an older link of the same purpose is dead from here on. The pointer moves first, so that a crash
 * between the two costs a second letter, never a link.
 */
export async function markSent(ctx: Context, letter: LetterRecord, prepared: Prepared, sesId: string): Promise<void> {
  const { link } = prepared;
  if (link) {
    const key = keys.currentLink(link.orgId, link.userId, link.purpose);
    const forward: Change = {
      set: { k: 'current', cur: linkOrder(link), id: link.id, ttl: ttlAt(ctx.now) + 40 * 86_400 },
    };
    const when = some(equals('cur', undefined), below('cur', linkOrder(link)));
    await ctx.table.change({ update: key, ...forward, when }, newOpId(ctx));
  }
  await settle(ctx, letter, 'sent', { ses: sesId }, prepared);
}

/** A letter that is no longer due, or can never be sent. */
export function markEnded(
  ctx: Context,
  letter: LetterRecord,
  state: 'voided' | 'suppressed' | 'abandoned',
): Promise<void> {
  return settle(ctx, letter, state, {});
}

async function settle(
  ctx: Context,
  letter: LetterRecord,
  state: DeliveryState,
  more: Record<string, string>,
  { event }: Partial<Prepared> = {},
): Promise<void> {
  const at = instant(ctx.now);
  const update = {
    update: keys.letter(letter.id),
    set: { st: state, at, ...more, ...(event && { told: true }) },
    remove: ['lp', 'su', 'lease'],
    when: equals('st', 'sending'),
  };
  const otherwise = { code: 'version-conflict' } as const;
  const writes: Write[] = [{ ...update, otherwise }, ...showOnInvite(letter, state, at)];
  try {
    await commit(ctx, event ?? noEvent('delivery'), writes, undefined);
  } catch (error) {
    if (!hasCode(error, 'version-conflict')) throw error;
    // The invite shows another letter by now, or feedback overtook the mark. Of the letter that feedback names as ours
    // the entry is still owed.
    const { done } = await ctx.table.change(update, newOpId(ctx));
    if (!done && event && more.ses) await tell(ctx, letter.id, more.ses, event);
  }
}

async function tell(ctx: Context, id: string, ses: string, event: AuditEvent): Promise<void> {
  const owed: Write = {
    update: keys.letter(id),
    set: { told: true },
    when: every(equals('ses', ses), equals('told', undefined)),
    otherwise: { code: 'version-conflict' },
  };
  await commit(ctx, event, [owed], undefined).catch((error) => {
    if (!hasCode(error, 'version-conflict')) throw error;
  });
}

/** The invite shows where its newest letter stands. */
function showOnInvite({ id, orgId, inviteId }: LetterRecord, state: DeliveryState, at: string): Write[] {
  if (!orgId || !inviteId) return [];
  return [
    {
      update: keys.invite(orgId, inviteId),
      set: { dst: state, dat: at },
      when: equals('lid', id),
      otherwise: { code: 'version-conflict' },
    },
  ];
}

/** Due at once, for the sweeper to find: no head start for a stream that has passed the letter by. */
export async function makeDue(ctx: Context, id: string): Promise<void> {
  const now = instant(ctx.now);
  const due = { set: { due: now, su: `${now}#${id}` }, when: equals('st', 'queued') };
  await ctx.table.change({ update: keys.letter(id), ...due }, newOpId(ctx));
}

/** Tries again later: the wait doubles from 15 seconds to 5 minutes, spread so that a backlog does not return at once. */
export async function markRetry(ctx: Context, letter: LetterRecord): Promise<'queued' | 'abandoned'> {
  const age = (ctx.now.getTime() - Date.parse(letter.createdAt)) / 1000;
  if (age > GIVE_UP_SECONDS) {
    await markEnded(ctx, letter, 'abandoned');
    return 'abandoned';
  }
  const spread = 0.75 + (ctx.randomBytes(1)[0] ?? 0) / 512;
  const wait = Math.min(300, 15 * 2 ** Math.min(letter.attempts, 6)) * spread;
  const due = instant(secondsFrom(ctx.now, wait));
  await ctx.table.change(
    {
      update: keys.letter(letter.id),
      set: { st: 'queued', due, su: `${due}#${letter.id}` },
      remove: ['lease'],
      when: equals('st', 'sending'),
    },
    newOpId(ctx),
  );
  return 'queued';
}

/** What SES says about a letter it took. */
export interface Feedback {
  letterId: string;
  sesId: string;
  state: Extract<DeliveryState, 'delivered' | 'delayed' | 'bounced' | 'complained' | 'abandoned'>;
  /** The address itself is bad or unwilling, not only this delivery. */
  permanent: boolean;
  recipient?: string | undefined;
}

/** States that each outcome may follow. Late and repeated events change nothing. */
const MAY_FOLLOW: Record<Feedback['state'], DeliveryState[]> = {
  delayed: ['sending', 'sent'],
  delivered: ['sending', 'sent', 'delayed'],
  abandoned: ['sending', 'sent', 'delayed'],
  bounced: ['sending', 'sent', 'delayed', 'delivered'],
  complained: ['sending', 'sent', 'delayed', 'delivered', 'bounced'],
};

/** Applies feedback to the letter it is about; only message ids that this deployment sent change anything. */
export async function applyFeedback(ctx: Context, feedback: Feedback): Promise<boolean> {
  const { letterId, sesId, state } = feedback;
  const item = await ctx.table.get(keys.letter(letterId));
  if (!item) return false;
  const letter = readLetterItem(item);
  // The event may come before the mark that stores SES's id.
  const ours = letter.sesId === sesId || (letter.sesId === undefined && letter.state === 'sending');
  if (!ours || !MAY_FOLLOW[state].includes(letter.state)) return false;
  const at = instant(ctx.now);
  const changed = await ctx.table.change(
    {
      update: keys.letter(letterId),
      set: { st: state, at, ses: sesId },
      remove: ['lp', 'su', 'lease'],
      when: { attribute: 'st', oneOf: MAY_FOLLOW[state] },
    },
    newOpId(ctx),
  );
  if (!changed.done) return false;
  for (const write of showOnInvite(letter, state, at)) {
    await ctx.table.change(write as Parameters<typeof ctx.table.change>[0], newOpId(ctx));
  }
  const address = canonicalAddress(feedback.recipient ?? '');
  if (address) await noteStanding(ctx, h(address), feedback, at);
  return true;
}

/** How an address takes our letters: a hard bounce or complaint stops resets, a delivery clears a bounce. */
async function noteStanding(ctx: Context, hash: string, feedback: Feedback, at: string): Promise<void> {
  const key = keys.addressStanding(hash);
  const { state, permanent } = feedback;
  if (permanent && (state === 'bounced' || state === 'complained')) {
    const when = state === 'bounced' ? { attribute: 'st', equals: undefined } : undefined;
    await ctx.table.change({ update: key, set: { k: 'standing', st: state, at }, ...(when && { when }) }, newOpId(ctx));
  } else if (state === 'delivered') {
    await ctx.table.change({ update: key, remove: ['st'], when: equals('st', 'bounced') }, newOpId(ctx));
  }
}
