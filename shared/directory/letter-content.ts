// What a due letter says: found out when it is sent, from what the table holds then. A letter whose reason is gone is
// voided; a retry of one that went out says the same again.
import type { Instant } from '../model/text.ts';
import { readClaim } from '../store/claim-items.ts';
import { keys } from '../store/keys.ts';
import type { LetterRecord } from '../store/letter-items.ts';
import { linkOrder, readLinkItem } from '../store/secret-items.ts';
import { provable } from './contact-proofs.ts';
import { PROOF_SECONDS } from './contacts.ts';
import { type Context, instant, secondsFrom } from './context.ts';
import { prepareInvite } from './invite-letter.ts';
import {
  greeting,
  type NotDue,
  type Prepared,
  readAddressee,
  renewLink,
  standingOf,
  withinLimits,
  withLink,
} from './letter-parts.ts';
import { LIMITS } from './limits.ts';
import { prepareReset } from './reset-letter.ts';

export async function prepareLetter(ctx: Context, letter: LetterRecord): Promise<Prepared | NotDue> {
  const prepared = await prepareKind(ctx, letter);
  if (typeof prepared === 'string' || letter.attempts > 1) return prepared;
  // Whatever the reason for each: nobody's inbox is filled by us.
  const within = await withinLimits(ctx, [LIMITS.lettersPerAddressDay], prepared.letter.to);
  return within ? prepared : 'voided';
}

async function prepareKind(ctx: Context, letter: LetterRecord): Promise<Prepared | NotDue> {
  switch (letter.kind) {
    case 'invite':
      return prepareInvite(ctx, letter);
    case 'address-proof':
      return prepareProof(ctx, letter);
    case 'address-changed':
    case 'password-changed':
    case 'session-reuse':
      return prepareNotice(ctx, letter);
    default:
      return prepareReset(ctx, letter);
  }
}

async function prepareProof(ctx: Context, letter: LetterRecord): Promise<Prepared | NotDue> {
  const { orgId = '', userId = '', linkId = '' } = letter;
  const [item, addressee] = await Promise.all([
    ctx.table.get(keys.link(orgId, userId, 'validate-email', linkId)),
    readAddressee(ctx, orgId, orgId, userId),
  ]);
  const link = item && readLinkItem(item);
  const user = addressee?.user;
  if (!link || !user || link.letterId !== letter.id || !provable(link, user)) return 'voided';
  const [claim, pointer] = await ctx.table.getMany([
    keys.emailClaim(link.email),
    keys.currentLink(orgId, userId, 'validate-email'),
  ]);
  const holder = readClaim(claim);
  if (holder && holder.userId !== userId) return 'voided';
  if (String(pointer?.cur ?? '') > linkOrder(link)) return 'voided';
  const limits = [LIMITS.proofsPerAddressHour, LIMITS.proofsPerAddressDay];
  if (letter.attempts === 1 && !(await withinLimits(ctx, limits, link.email))) return 'voided';
  if ((await standingOf(ctx, link.email)) === 'complained') return 'suppressed';
  const renewed = await renewLink(ctx, link, {
    expiresAt: instant(secondsFrom(ctx.now, PROOF_SECONDS)),
  });
  return renewed ? withLink(ctx, renewed, addressee, 'address-proof') : 'voided';
}

async function prepareNotice(ctx: Context, letter: LetterRecord): Promise<Prepared | NotDue> {
  const { orgId = '', userId = '', facts = {} } = letter;
  const addressee = await readAddressee(ctx, orgId, orgId, userId);
  const to = letter.to ?? addressee?.user?.email;
  if (!addressee || !to) return 'voided';
  if ((await standingOf(ctx, to)) !== 'good') return 'suppressed';
  const shown = greeting(addressee, to);
  if (letter.kind === 'address-changed') {
    const pending = facts.pending === 'yes' && { pending: true };
    return { letter: { kind: letter.kind, ...shown, newAddressHint: facts.newAddressHint ?? '', ...pending } };
  }
  const kind = letter.kind === 'session-reuse' ? 'session-reuse' : 'password-changed';
  const forgotLink = `${ctx.baseUrl}/forgot-password`;
  return { letter: { kind, ...shown, at: (facts.at ?? letter.createdAt) as Instant, forgotLink } };
}
