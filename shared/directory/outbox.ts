// Letters as writes of the commit that makes them due. What a letter says is read when it is sent, not when it is asked.
import { hintOf } from '../model/email-address.ts';
import type { LetterKind } from '../model/letter.ts';
import { type Lane, letterIds } from '../store/keys.ts';
import type { LetterRecord } from '../store/letter-items.ts';
import { putLetter } from '../store/letter-items.ts';
import type { Write } from '../store/table.ts';
import type { UserRecord } from '../store/user-items.ts';
import { type Context, instant, newId, secondsFrom } from './context.ts';

/** Seconds the stream has to deliver a letter before the sweeper looks after it. */
export const HEAD_START_SECONDS = 60;

/** Letters that somebody sits and waits for. */
const WAITED_FOR = new Set<LetterKind>([
  'password-reset',
  'activation',
  'address-proof',
  'account-inactive',
  'account-locked',
]);

type Due = Pick<LetterRecord, 'kind'> &
  Partial<Omit<LetterRecord, 'kind' | 'state' | 'createdAt' | 'dueAt' | 'attempts'>>;

export function newLetter(ctx: Context, { kind, ...rest }: Due): LetterRecord {
  const lane: Lane = WAITED_FOR.has(kind) ? 'reset' : 'bulk';
  const id = newId(ctx);
  return {
    id: rest.userId ? letterIds.ofPerson(rest.userId, id) : id,
    kind,
    lane,
    state: 'queued',
    createdAt: instant(ctx.now),
    dueAt: instant(secondsFrom(ctx.now, HEAD_START_SECONDS)),
    attempts: 0,
    ...rest,
  };
}

export const letterDue = (ctx: Context, due: Due): Write => putLetter(newLetter(ctx, due));

/**
 * Tells the old address that it was replaced, or that a new one is being proven (`pending`). The one letter that keeps an
 * address: no record holds it any more.
 */
export const addressNotice = (ctx: Context, before: UserRecord, newAddress: string, pending = false): Write =>
  letterDue(ctx, {
    kind: 'address-changed',
    orgId: before.orgId,
    userId: before.id,
    ...(before.email && { to: before.email }),
    facts: { newAddressHint: hintOf(newAddress), ...(pending && { pending: 'yes' }) },
  });

/** Tells a person about something that happened to their account. */
export const notice = (
  ctx: Context,
  kind: 'password-changed' | 'session-reuse',
  orgId: string,
  userId: string,
): Write => letterDue(ctx, { kind, orgId, userId, facts: { at: instant(ctx.now) } });
