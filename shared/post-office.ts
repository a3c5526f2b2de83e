// Takes due letters through their stations: lease, prepare, compose, send, mark. Mailer and sweeper both call here.
import { type Context, instant, secondsFrom } from './directory/context.ts';
import { prepareLetter } from './directory/letter-content.ts';
import { leaseLetter, markEnded, markRetry, markSent } from './directory/letters.ts';
import { describeError } from './log.ts';
import { writeLetter } from './mail/letters.ts';
import { composeMime } from './mail/mime.ts';
import { classifySendFailure } from './mail/ses.ts';
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

async function attempt(services: Services, ctx: Context, letter: LetterRecord): Promise<DeliveryState> {
  const prepared = await prepareLetter(ctx, letter);
  if (typeof prepared === 'string') {
    await markEnded(ctx, letter, prepared);
    return prepared;
  }
  const { mailFrom, mailRatePerSecond } = services.config;
  const { to, locale } = prepared.letter;
  const written = writeLetter(prepared.letter);
  const from = { name: 'Rollcall', address: mailFrom };
  try {
    const raw = await composeMime({ ...written, from, to, locale, letterId: letter.id });
    await pace(mailRatePerSecond);
    const { sesId } = await services.sendLetter({ raw, from: mailFrom, to, letterId: letter.id });
    await markSent(ctx, letter, prepared, sesId);
    return 'sent';
  } catch (error) {
    return failed(services, ctx, letter, error);
  }
}

async function failed(services: Services, ctx: Context, letter: LetterRecord, error: unknown): Promise<DeliveryState> {
  const failure = classifySendFailure(error);
  const level = failure === 'retry' ? 'warn' : 'error';
  services.log({ level, message: `letter not sent: ${failure}`, letterId: letter.id, error: describeError(error) });
  if (failure === 'permanent') {
    await markEnded(ctx, letter, 'abandoned');
    return 'abandoned';
  }
  return markRetry(ctx, letter);
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

const LANES: Lane[] = ['reset', 'bulk'];
const PER_SHARD = 25;
const AT_ONCE = 8;
/** Failures in a row after which SES is taken to be down: the rest waits for the next sweep. */
const TOLERATED = 10;

/**
 * Delivers what is due: letters that the stream did not bring, and those whose next attempt has come. Resets go first.
 * `all` takes the newest too, which the stream is still given time for.
 */
export async function deliverDue(services: Services, { all = false, deadlineMs = 50_000 } = {}): Promise<Swept> {
  const swept: Swept = { sent: 0, waiting: 0, other: 0 };
  const started = performance.now();
  let failures = 0;
  for (const lane of LANES) {
    for (;;) {
      const ids = await dueLetters(services, lane, all);
      let moved = 0;
      for (let i = 0; i < ids.length; i += AT_ONCE) {
        if (failures >= TOLERATED || performance.now() - started > deadlineMs) return swept;
        const states = await Promise.all(ids.slice(i, i + AT_ONCE).map((id) => deliverLetter(services, id)));
        for (const state of states) {
          if (state === undefined) continue;
          moved++;
          failures = state === 'queued' ? failures + 1 : 0;
          if (state === 'sent') swept.sent++;
          else if (state === 'queued') swept.waiting++;
          else swept.other++;
        }
      }
      if (moved === 0) break;
    }
  }
  return swept;
}

async function dueLetters(services: Services, lane: Lane, all: boolean): Promise<string[]> {
  const ctx = workerContext(services);
  // A head start is a minute at most, a first retry is never sooner than ten seconds after its attempt.
  const upTo = instant(all ? secondsFrom(ctx.now, 61) : ctx.now);
  const pages = await Promise.all(
    Array.from({ length: DUE_SHARDS }, (_, shard) =>
      ctx.table.query({ pk: partitions.due(lane, shard), index: 'byUpdated', to: `${upTo}~`, limit: PER_SHARD }),
    ),
  );
  const due = pages.flatMap(({ items }) => items.map((item) => ({ id: String(item.id), su: String(item.su) })));
  return due.sort((a, b) => a.su.localeCompare(b.su)).map(({ id }) => id);
}
