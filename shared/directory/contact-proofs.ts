// A proof of an address completed: the present one is verified, a new one takes its place.
import type { EmailAddress } from '../model/email-address.ts';
import type { LinkId, OrgId, UserId } from '../model/ids.ts';
import { fail, hasCode } from '../model/problem.ts';
import type { Instant } from '../model/text.ts';
import { parseLinkToken, provesCode, provesLink } from '../security/link-token.ts';
import { moveClaims, readClaim } from '../store/claim-items.ts';
import { copyToGuests } from '../store/guest-items.ts';
import { keys } from '../store/keys.ts';
import { dropAnswers, isCurrent, type LinkRecord, readLinkItem, spendLink } from '../store/secret-items.ts';
import type { Write } from '../store/table.ts';
import { replaceUser, type UserRecord } from '../store/user-items.ts';
import { countLetterTry, countTry, uncountTry } from './codes.ts';
import { commit, reapply } from './commit.ts';
import { proofEvent } from './contacts.ts';
import { type Context, instant, newId } from './context.ts';
import { together } from './limits.ts';
import { addressNotice } from './outbox.ts';
import { isUnproven } from './record.ts';
import { findRecord, revokePending, stamped } from './users.ts';

const dead = (): never => fail('link-not-usable');

/** Proves the address by link, or by the proof's id and code. Signs nobody in and shows nothing of the account. */
export async function completeValidation(
  ctx: Context,
  proof: { token: string } | { id: LinkId; code: string },
): Promise<{ email: string; emailVerifiedAt: Instant }> {
  const link = 'token' in proof ? await byToken(ctx, proof.token) : await byCode(ctx, proof.id, proof.code);
  try {
    return await reapply(async () => {
      const before = await findRecord(ctx, link.orgId, link.userId);
      const now = instant(ctx.now);
      const usable = !link.usedAt && !link.cancelledAt && (link.expiresAt ?? '') > now;
      if (!usable || !before || !provable(link, before)) return dead();
      const answer = { email: link.email, emailVerifiedAt: now };
      // A proof of the present address is a fact beside the record; a new address is a new version of it, and so is an end
      // of what was set before the first proof.
      const raised = (before.email !== link.email || wiped(before)) && { version: before.version + 1 };
      return commit(
        ctx,
        { ...proofEvent(link, 'contact-validated'), ...raised },
        [spendLink(link, now), isCurrent(link), ...prove(ctx, before, link)],
        answer,
      );
    });
  } catch (error) {
    // Somebody else proved the address meanwhile: the link is no good any more, and says nothing about whose it is.
    throw hasCode(error, 'email-taken') ? dead() : error;
  }
}

/** The person is as they were when the letter was made: the same epoch, and the same address or already the new one. */
export function provable(link: LinkRecord, user: UserRecord): boolean {
  const sameAddress = user.email === link.from || user.email === link.email;
  return user.epoch === link.epoch && sameAddress && ['staged', 'invited', 'active'].includes(user.state);
}

/** Whoever gives their first proof loses a password that was set before it; answers to questions go besides. */
const wiped = (before: UserRecord): boolean => isUnproven(before) && before.passwordUpdatedAt !== undefined;

/** The person with a proven address; every session that an unproven password opened has ended. */
function proven(before: UserRecord, now: string): UserRecord {
  if (!wiped(before)) return { ...before, emailVerifiedAt: now };
  const { passwordUpdatedAt: _set, ...rest } = before;
  const came = before.state === 'active' && { activatedAt: now };
  return { ...rest, ...came, emailVerifiedAt: now, epoch: before.epoch + 1 };
}

function prove(ctx: Context, before: UserRecord, link: LinkRecord): Write[] {
  const dropped: Write = {
    drop: keys.credential(before.orgId, before.id),
    otherwise: { code: 'version-conflict' },
  };
  const { orgId, id } = before;
  const cleared = [...(wiped(before) ? [dropped] : []), ...(isUnproven(before) ? [dropAnswers(orgId, id)] : [])];
  const known = proven(before, instant(ctx.now));
  const stampedBySelf = (record: UserRecord) => ({ ...stamped(ctx, record, before), updatedBy: before.id });
  if (before.email === link.email)
    return [replaceUser(wiped(before) ? stampedBySelf(known) : known, before), ...cleared];
  const { inviteId, ...rest } = known;
  const after = stampedBySelf({
    ...rest,
    email: link.email as EmailAddress,
    ...(before.state === 'invited' && { state: 'staged' as const }),
  });
  return [
    replaceUser(after, before),
    ...moveClaims(before, after),
    ...copyToGuests(after),
    ...(before.email ? [addressNotice(ctx, before, link.email)] : []),
    ...(inviteId ? [revokePending(before.orgId, inviteId, ctx)] : []),
    ...cleared,
  ];
}

async function byToken(ctx: Context, token: string): Promise<LinkRecord> {
  const parsed = parseLinkToken('validate-email', token);
  const [orgId = '', userId = '', linkId = ''] = parsed?.locator ?? [];
  const item = parsed && (await ctx.table.get(keys.link(orgId, userId, 'validate-email', linkId)));
  const link = item && readLinkItem(item);
  return link && provesLink(ctx.keys.links, 'validate-email', parsed, link.nonce) ? link : dead();
}

/** The tries of an address count together, however many proofs of it were started: hence a look before the count. */
async function byCode(ctx: Context, id: LinkId, code: string): Promise<LinkRecord> {
  const locator = await ctx.table.get(keys.proofLocator(id));
  const { orgId, userId } = readClaim(locator) ?? { orgId: newId<OrgId>(ctx), userId: newId<UserId>(ctx) };
  const item = await ctx.table.get(keys.link(orgId, userId, 'validate-email', id));
  const link = item && readLinkItem(item);
  const [address, letter] = [link?.email ?? id, `${id}.${link?.nonce ?? ''}`];
  const [alive] = await together([countLetterTry(ctx, letter), countTry(ctx, address)]);
  const right = link && provesCode(ctx.keys.links, 'validate-email', [orgId, userId, id], link.nonce, code);
  if (!right || !alive) return dead();
  await uncountTry(ctx, address, letter);
  return link;
}
