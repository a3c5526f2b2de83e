// What somebody who asked for a password is sent, as their account stands when the letter goes out.
import type { AuditEvent } from '../store/audit-items.ts';
import { readClaim } from '../store/claim-items.ts';
import { keys } from '../store/keys.ts';
import type { LetterRecord } from '../store/letter-items.ts';
import { type LinkRecord, linkItem, linkOrder, readLinkItem } from '../store/secret-items.ts';
import { readUserItem, type UserRecord } from '../store/user-items.ts';
import { type Context, instant, newNonce, newOpId, secondsFrom } from './context.ts';
import { prepareActivation } from './invite-letter.ts';
import {
  type Addressee,
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
import { lockedNow } from './standing.ts';

/** Seconds a reset link lives, counted from sending. */
export const RESET_SECONDS = 3600;

/** Who asked for a reset gets what their account can have; nobody is told anything by getting nothing. */
export async function prepareReset(ctx: Context, letter: LetterRecord): Promise<Prepared | NotDue> {
  const person = await findAsked(ctx, letter);
  if (!person?.email) return 'voided';
  const limits = [LIMITS.resetsPerAddressHour, LIMITS.resetsPerAddressDay];
  if (letter.attempts === 1 && !(await withinLimits(ctx, limits, person.email))) return 'voided';
  if ((await standingOf(ctx, person.email)) !== 'good') return 'suppressed';
  const addressee = await readAddressee(ctx, person.orgId, person.orgId, person.id);
  if (!addressee) return 'voided';
  const asked = letter.addressHash !== undefined;
  const event: AuditEvent = {
    type: 'password-reset-asked',
    orgId: person.orgId,
    userId: person.id,
    subjectId: letter.linkId ?? '',
  };
  const prepared = await answerToAsk(ctx, letter, person, addressee);
  return typeof prepared === 'object' && asked ? { ...prepared, event } : prepared;
}

async function answerToAsk(
  ctx: Context,
  letter: LetterRecord,
  person: UserRecord,
  addressee: Addressee,
): Promise<Prepared | NotDue> {
  const shown = greeting(addressee, person.email ?? '');
  if (person.state === 'inactive') return { letter: { kind: 'account-inactive', ...shown } };
  if (person.state !== 'active' && person.state !== 'invited') return 'voided';
  if (lockedNow(person, ctx.now)) return { letter: { kind: 'account-locked', ...shown } };
  return person.state === 'active' ? resetLetter(ctx, letter, person, addressee) : prepareActivation(ctx, person);
}

async function findAsked(ctx: Context, letter: LetterRecord): Promise<UserRecord | undefined> {
  const claim = letter.addressHash
    ? readClaim(await ctx.table.get(keys.emailClaimByHash(letter.addressHash)))
    : { orgId: letter.orgId ?? '', userId: letter.userId ?? '' };
  const item = claim && (await ctx.table.get(keys.user(claim.orgId, claim.userId)));
  return item && readUserItem(item);
}

async function resetLetter(
  ctx: Context,
  letter: LetterRecord,
  person: UserRecord,
  addressee: Addressee,
): Promise<Prepared | NotDue> {
  const { orgId, id: userId } = person;
  const wanted: LinkRecord = {
    purpose: 'reset',
    orgId,
    userId,
    id: letter.linkId as LinkRecord['id'],
    nonce: newNonce(ctx),
    epoch: person.epoch,
    email: person.email ?? '',
    createdAt: letter.createdAt,
    ...(letter.askedBy && { createdBy: letter.askedBy }),
    expiresAt: instant(secondsFrom(ctx.now, RESET_SECONDS)),
    letterId: letter.id,
  };
  const pointer = await ctx.table.get(keys.currentLink(orgId, userId, 'reset'));
  if (String(pointer?.cur ?? '') > linkOrder(wanted)) return 'voided';
  const link = await openLink(ctx, wanted);
  return link ? withLink(ctx, link, addressee, 'password-reset') : 'voided';
}

/** Opens the record, or finds the one an earlier attempt opened: the same nonce, so the same link. */
async function openLink(ctx: Context, wanted: LinkRecord): Promise<LinkRecord | undefined> {
  const opened = await ctx.table.put(linkItem(wanted), { is: 'absent' }, newOpId(ctx));
  if (opened.done) return wanted;
  const before = opened.existing && readLinkItem(opened.existing);
  // What ended the person's links since the first attempt ended this one: a retry brings nothing back.
  const ended = before?.epoch !== wanted.epoch || before.email !== wanted.email;
  return before && !ended ? renewLink(ctx, before, wanted) : undefined;
}
