// Resets that an admin sends to somebody: started, told, cancelled. None of it shows a link; the person completes it in
// passwords.ts.
import type { LinkId, UserId } from '../model/ids.ts';
import { fail } from '../model/problem.ts';
import type { Instant } from '../model/text.ts';
import { keys, letterIds, partitions } from '../store/keys.ts';
import { isFinal, type LetterRecord, putLetter, readLetterItem, voidLetter } from '../store/letter-items.ts';
import { cancelLink, type LinkRecord, putLink, readLinkItem, tracesOf } from '../store/secret-items.ts';
import type { Write } from '../store/table.ts';
import type { UserRecord } from '../store/user-items.ts';
import { commit, reapply } from './commit.ts';
import { type Context, instant, newId, newNonce, principalOf } from './context.ts';
import { newLetter } from './outbox.ts';
import { readOwn } from './users.ts';

export interface ResetView {
  id: string;
  state: 'queued' | 'open' | 'used' | 'dead';
  createdAt: Instant;
  /** Id of the person or client that asked for it; absent where the person themselves did. */
  createdBy?: string | undefined;
  /** When it was sent for, used or cancelled, and by whom. */
  updatedAt: Instant;
  updatedBy?: string | undefined;
  expiresAt?: Instant;
}

/** A reset asked for by an admin: the same letter, without any link in the answer. */
export async function triggerReset(ctx: Context, id: UserId): Promise<ResetView> {
  const user = await readOwn(ctx, id);
  const linkId = newId<LinkId>(ctx);
  // The letter is named by its link, so that a reset can be told before it is sent.
  const letter = newLetter(ctx, {
    id: letterIds.ofPerson(id, linkId),
    kind: 'password-reset',
    orgId: user.orgId,
    userId: id,
    linkId,
    askedBy: principalOf(ctx).id,
  });
  const event = { type: 'password-reset-asked', orgId: user.orgId, userId: id, subjectId: linkId } as const;
  return commit(ctx, event, [putLetter(letter)], waitingView(linkId, letter));
}

/** The resets sent to a person and where they stand; never a link. */
export async function listResets(ctx: Context, id: UserId): Promise<{ items: ResetView[] }> {
  const user = await readOwn(ctx, id);
  const secrets = partitions.secrets(user.orgId, id);
  const { items } = await ctx.table.query({ pk: secrets, begins: 'L#reset', descending: true, limit: 100 });
  const current = items.find((item) => item.k === 'current')?.id;
  const links = items.filter((item) => item.k === 'link').map(readLinkItem);
  return { items: links.map((link) => linkView(link, user, link.id === current, ctx.now)) };
}

interface Found {
  view: ResetView;
  user: UserRecord;
  link?: LinkRecord | undefined;
  /** While it waits, or waits for another try. */
  letter?: LetterRecord | undefined;
}

async function findReset(ctx: Context, userId: UserId, id: LinkId): Promise<Found> {
  const user = await readOwn(ctx, userId);
  const [linkItem, pointer, letterItem] = await ctx.table.getMany([
    keys.link(user.orgId, userId, 'reset', id),
    keys.currentLink(user.orgId, userId, 'reset'),
    keys.letter(letterIds.ofPerson(userId, id)),
  ]);
  const sent = letterItem && readLetterItem(letterItem);
  const own = sent?.userId === userId && sent.orgId === user.orgId ? sent : undefined;
  const letter = own && !isFinal(own.state) ? own : undefined;
  const link = linkItem && readLinkItem(linkItem);
  if (link) {
    // A link that an earlier try opened is no link yet for anybody.
    const view = linkView(link, user, pointer?.id === id || letter !== undefined, ctx.now);
    return { user, link, letter, view: letter && view.state === 'open' ? { ...view, state: 'queued' } : view };
  }
  if (!own) fail('not-found');
  return { user, letter, view: { ...waitingView(id, own), state: letter ? 'queued' : 'dead' } };
}

/** One reset of a person by its id; `queued` while its letter waits. Fails with `not-found`. */
export const getReset = async (ctx: Context, userId: UserId, id: LinkId): Promise<ResetView> =>
  (await findReset(ctx, userId, id)).view;

/**
 * Ends a reset that nobody used. A letter that waits is void; one that a mailer holds finds its link cancelled, whether it
 * has opened it or not, so that what may still arrive leads nowhere. One that is used or dead is refused by its state.
 */
export function cancelReset(ctx: Context, userId: UserId, id: LinkId): Promise<void> {
  return reapply(async () => {
    const { user, view, link, letter } = await findReset(ctx, userId, id);
    if (view.state !== 'open' && view.state !== 'queued') {
      fail({ code: 'state-not-allowed', from: view.state, to: 'cancelled' });
    }
    const ended = { at: instant(ctx.now), by: principalOf(ctx).id };
    const writes: Write[] = [
      link ? cancelLink(link, ended) : putLink(unsent(ctx, user, id, view, ended)),
      ...(letter?.state === 'queued' ? [voidLetter(letter, ended.at)] : []),
    ];
    const event = { type: 'password-reset-cancelled', orgId: user.orgId, userId, subjectId: id } as const;
    await commit(ctx, event, writes, undefined);
  });
}

/** The record of a link that is cancelled before it was opened: it stands where the mailer would open it. */
function unsent(
  ctx: Context,
  { orgId, id: userId, epoch, email }: UserRecord,
  id: LinkId,
  { createdAt, createdBy }: ResetView,
  { at, by }: { at: string; by: string },
): LinkRecord {
  const made = { createdAt, ...(createdBy && { createdBy }), cancelledAt: at, cancelledBy: by };
  return { purpose: 'reset', orgId, userId, id, nonce: newNonce(ctx), epoch, email: email ?? '', ...made };
}

const waitingView = (id: LinkId, { createdAt, askedBy }: LetterRecord): ResetView => ({
  id,
  state: 'queued',
  createdAt: createdAt as Instant,
  createdBy: askedBy,
  updatedAt: createdAt as Instant,
  updatedBy: askedBy,
});

function linkView(link: LinkRecord, user: UserRecord, isNewest: boolean, now: Date): ResetView {
  const alive =
    isNewest && !link.cancelledAt && link.epoch === user.epoch && (link.expiresAt ?? '') > now.toISOString();
  const open = alive ? ('open' as const) : ('dead' as const);
  return {
    id: link.id,
    state: link.usedAt ? 'used' : open,
    ...tracesOf(link),
    ...(link.expiresAt && { expiresAt: link.expiresAt as Instant }),
  };
}
