// Takes due letters through their stations: lease, prepare, compose, send, mark. Mailer and sweeper both call here.
import { type Context, instant, secondsFrom } from './directory/context.ts';
import { prepareLetter } from './directory/letter-content.ts';
import type { Prepared } from './directory/letter-parts.ts';
import { leaseLetter, makeDue, markEnded, markRetry, markSent } from './directory/letters.ts';
import { describeError } from './log.ts';
import { writeLetter } from './mail/letters.ts';
import { composeMime } from './mail/mime.ts';
import { classifySendFailure } from './mail/ses.ts';
import { canonicalAddress } from './model/email-address.ts';
import type { DeliveryState } from './model/letter.ts';
import type { Services } from './services.ts';
import { DUE_SHARDS, type Lane, partitions } from './store/keys.ts';
import type { LetterRecord } from './store/letter-items.ts';

/** The context of work that nobody asked for by request. Made anew per letter: the clock moves on. */
export function workerContext(services: Services): Context {
  return {
    ...services.directory,
    now: services.clock(),
    requestId: services.newRequestId(),
    source: 'worker',
    standing: () => Promise.reject(new Error('a worker has no principal')),
  };
}

/** Delivers one letter if it is due and free. Undefined when there was nothing to do. Fails only if the table does. */
export async function deliverLetter(services: Services, id: string): Promise<DeliveryState | undefined> {
  const ctx = workerContext(services);
  const letter = await leaseLetter(ctx, id);
  if (!letter) return undefined;
  const state = await attempt(services, ctx, letter);
  services.log({ level: 'info', message: 'letter', letterId: id, letterKind: letter.kind, state });
  return state;
}

/** Lets the sweeper have the letter in its next run, which sends resets first. */
export async function leaveToSweeper(services: Services, id: string): Promise<void> {
  await makeDue(workerContext(services), id);
}

async function attempt(services: Services, ctx: Context, letter: LetterRecord): Promise<DeliveryState> {
  let prepared: Prepared;
  let sesId: string;
  try {
    const found = await prepareLetter(ctx, letter);
    if (typeof found === 'string') return await ended(ctx, letter, found);
    if (canonicalAddress(found.letter.to) !== found.letter.to) {
      services.log({ level: 'error', message: 'letter not sent: its recipient is no address', letterId: letter.id });
      return await ended(ctx, letter, 'abandoned');
    }
    prepared = found;
    sesId = await send(services, letter, prepared);
  } catch (error) {
    return failed(services, ctx, letter, error);
  }
  await mark(services, letter, prepared, sesId);
  return 'sent';
}

async function ended(
  ctx: Context,
  letter: LetterRecord,
  state: Parameters<typeof markEnded>[2],
): Promise<DeliveryState> {
  await markEnded(ctx, letter, state);
  return state;
}

async function send(services: Services, { id: letterId }: LetterRecord, { letter }: Prepared): Promise<string> {
  const { mailFrom, mailRatePerSecond } = services.config;
  const { to, locale } = letter;
  const from = { name: 'Rollcall', address: mailFrom };
  const raw = await composeMime({ ...writeLetter(letter), from, to, locale, letterId });
  await pace(mailRatePerSecond);
  const { sesId } = await services.sendLetter({ raw, from: mailFrom, to, letterId });
  return sesId;
}

/** A letter that went out is never put back because the table failed after it: that would send it twice for nothing. */
async function mark(services: Services, letter: LetterRecord, prepared: Prepared, sesId: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await markSent(workerContext(services), letter, prepared, sesId);
    } catch (error) {
      if (tries === MARK_TRIES) throw error;
    }
  }
}

async function failed(services: Services, ctx: Context, letter: LetterRecord, error: unknown): Promise<DeliveryState> {
  const failure = classifySendFailure(error);
  const level = failure === 'retry' ? 'warn' : 'error';
  services.log({ level, message: `letter not sent: ${failure}`, letterId: letter.id, error: describeError(error) });
  return failure === 'permanent' ? ended(ctx, letter, 'abandoned') : markRetry(ctx, letter);
}

let nextSlot = 0;

/** Spaces letters by the rate that SES allows, across everything this process sends. */
async function pace(perSecond: number): Promise<void> {
  const now = performance.now();
  nextSlot = Math.max(nextSlot, now) + 1000 / perSecond;
  const wait = nextSlot - 1000 / perSecond - now;
  if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
}

export interface Swept {
  sent: number;
  waiting: number;
  other: number;
}

const PER_SHARD = 25;
const AT_ONCE = 8;
/** Letters of the bulk lane between two looks at the resets: what those wait for at most. */
const BULK_ROUND = 40;
/** Failures in a row after which SES, or the table, is taken to be down: the rest waits for the next sweep. */
const TOLERATED = 10;
const MARK_TRIES = 3;

/**
 * Delivers what is due: letters that the stream did not bring, and those whose next attempt has come. Resets go first,
 * also those that fall due meanwhile. `all` takes the newest too, which the stream is still given time for.
 */
export async function deliverDue(services: Services, { all = false, deadlineMs = 50_000 } = {}): Promise<Swept> {
  const swept: Swept = { sent: 0, waiting: 0, other: 0 };
  const ends = performance.now() + deadlineMs;
  let failures = 0;
  const round = async (ids: string[]): Promise<number> => {
    let moved = 0;
    for (let i = 0; i < ids.length && failures < TOLERATED && performance.now() < ends; i += AT_ONCE) {
      const states = await Promise.all(ids.slice(i, i + AT_ONCE).map((id) => tried(services, id)));
      for (const state of states) {
        if (state === undefined) continue;
        moved++;
        failures = state === 'queued' || state === 'failed' ? failures + 1 : 0;
        if (state === 'sent') swept.sent++;
        else if (state === 'queued') swept.waiting++;
        else if (state !== 'failed') swept.other++;
      }
    }
    return moved;
  };
  for (let moved = 1; moved > 0 && failures < TOLERATED && performance.now() < ends; ) {
    moved = await round(await dueLetters(services, 'reset', all));
    moved += await round((await dueLetters(services, 'bulk', all)).slice(0, BULK_ROUND));
  }
  return swept;
}

/** One letter that the table fails for must not keep the others waiting. */
async function tried(services: Services, id: string): Promise<DeliveryState | 'failed' | undefined> {
  try {
    return await deliverLetter(services, id);
  } catch (error) {
    services.log({ level: 'error', message: 'letter failed', letterId: id, error: describeError(error) });
    return 'failed';
  }
}

async function dueLetters(services: Services, lane: Lane, all: boolean): Promise<string[]> {
  const ctx = workerContext(services);
  // A head start is a minute at most; of retries that are not due yet the lease is refused.
  const upTo = instant(all ? secondsFrom(ctx.now, 61) : ctx.now);
  const pages = await Promise.all(
    Array.from({ length: DUE_SHARDS }, (_, shard) =>
      ctx.table.query({ pk: partitions.due(lane, shard), index: 'byUpdated', to: `${upTo}~`, limit: PER_SHARD }),
    ),
  );
  const due = pages.flatMap(({ items }) => items.map((item) => ({ id: String(item.id), su: String(item.su) })));
  return due.sort((a, b) => a.su.localeCompare(b.su)).map(({ id }) => id);
}
