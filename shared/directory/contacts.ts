// Proving an address by letter: the person's present one, or a new one. Started, sent again, cancelled here; completed in
// contact-proofs.ts.
import type { EmailAddress } from '../model/email-address.ts';
import type { LinkId, OrgId, UserId } from '../model/ids.ts';
import { fail, hasCode } from '../model/problem.ts';
import type { Instant } from '../model/text.ts';
import { locate, moveClaims } from '../store/claim-items.ts';
import { copyToGuests } from '../store/guest-items.ts';
import { keys } from '../store/keys.ts';
import { putLetter } from '../store/letter-items.ts';
import { readOrgItem } from '../store/org-items.ts';
import {
  type LinkRecord,
  linkItem,
  putLink,
  readCredential,
  readLinkItem,
  type Traces,
  tracesOf,
} from '../store/secret-items.ts';
import type { Write } from '../store/table.ts';
import { replaceUser, type UserRecord } from '../store/user-items.ts';
import { commit, reapply } from './commit.ts';
import { type Context, instant, newId, newNonce, personOf, principalOf, secondsFrom } from './context.ts';
import { countWithin, LIMITS, together } from './limits.ts';
import { addressNotice, newLetter } from './outbox.ts';
import { changedMembers } from './record.ts';
import { checkOwnPassword } from './sign-in-check.ts';
import { changeAddress, checkAboveNone, checkDomain, emailTaken, findRecord, readOwn, stamped } from './users.ts';

/** Seconds an address proof lives, counted from sending. */
export const PROOF_SECONDS = 86_400;
/** Seconds after a sign-in in which a person may ask for a new address without giving the password again. */
export const REAUTHENTICATE_SECONDS = 3600;

export interface ValidationView {
  id: LinkId;
  expiresAt: Instant;
}

/** Starts a proof for the signed-in person. The answer is the same whoever the address belongs to. */
export async function startOwnValidation(
  ctx: Context,
  email: EmailAddress,
  currentPassword?: string,
): Promise<ValidationView> {
  const principal = personOf(ctx);
  const [user, credential] = await together([
    findRecord(ctx, principal.homeOrgId, principal.id),
    ctx.table.get(keys.credential(principal.homeOrgId, principal.id)),
    countProof(ctx),
  ]);
  if (!user) fail('token-invalid');
  if (email !== user.email) {
    const age = ctx.now.getTime() / 1000 - principal.authenticatedAt;
    // Whoever holds the address holds the account: an old session alone is not enough to change it.
    if (currentPassword !== undefined) {
      await checkOwnPassword(ctx, `own ${principal.id}`, currentPassword, readCredential(credential)?.hash);
    } else if (age > REAUTHENTICATE_SECONDS) fail('reauthentication-needed');
  }
  return start(ctx, user, email);
}

/**
 * Starts a proof of the address that a person of the caller's org has. Another address than the present one holds from
 * this commit on, unproven, as with any change that somebody else makes.
 */
export async function startValidation(ctx: Context, id: UserId, email: EmailAddress): Promise<ValidationView> {
  try {
    return await reapply(async () => {
      const user = await readOwn(ctx, id);
      if (email === user.email || principalOf(ctx).id === id) return start(ctx, user, email);
      return replaceAddress(ctx, user, email);
    });
  } catch (error) {
    throw hasCode(error, 'email-taken') ? await emailTaken(ctx, email) : error;
  }
}

async function replaceAddress(ctx: Context, before: UserRecord, email: EmailAddress): Promise<ValidationView> {
  const standing = await ctx.standing();
  if (standing.org) checkDomain(standing.org, email);
  checkAboveNone(standing, before.roles);
  const { after: changed, writes = [], guests } = changeAddress(ctx, before, { ...before, email });
  const after = stamped(ctx, changed, before);
  const { link, writes: proof } = newProof(ctx, after, email);
  const done = {
    ...proofEvent(link, 'user-email-changed'),
    changed: changedMembers(before, after),
    version: after.version,
  };
  const moved = [replaceUser(after, before), ...moveClaims(before, after), ...copyToGuests(after, guests)];
  return commit(ctx, done, [...moved, ...writes, ...proof], viewOf(link));
}

/** Letters to addresses that nobody proved yet: so many a day for one caller. */
const countProof = (ctx: Context) =>
  countWithin(ctx, LIMITS.proofsPerCallerDay, principalOf(ctx).id, 'too-many-requests');

async function start(ctx: Context, user: UserRecord, email: EmailAddress): Promise<ValidationView> {
  const { org } = await ctx.standing();
  if (email !== user.email) {
    const item = org?.id === user.orgId ? undefined : await ctx.table.get(keys.org(user.orgId));
    const home = item ? readOrgItem(item) : org;
    if (home) checkDomain(home, email);
  }
  const { link, writes } = newProof(ctx, user, email);
  // The old address hears of it before anything changes; an admin's proof of the present address tells nobody.
  const told = user.email && email !== user.email ? [addressNotice(ctx, user, email, true)] : [];
  return commit(ctx, proofEvent(link, 'contact-validation-started'), [...writes, ...told], viewOf(link));
}

/** The record of a proof, what finds it by its id, and its letter. */
function newProof(ctx: Context, user: UserRecord, email: EmailAddress): { link: LinkRecord; writes: Write[] } {
  const id = newId<LinkId>(ctx);
  const letter = newLetter(ctx, { kind: 'address-proof', orgId: user.orgId, userId: user.id, linkId: id });
  const link: LinkRecord = {
    purpose: 'validate-email',
    orgId: user.orgId,
    userId: user.id,
    id,
    nonce: newNonce(ctx),
    epoch: user.epoch,
    email,
    ...(user.email && { from: user.email }),
    createdAt: instant(ctx.now),
    createdBy: principalOf(ctx).id,
    expiresAt: instant(secondsFrom(ctx.now, PROOF_SECONDS)),
    letterId: letter.id,
  };
  return {
    link,
    writes: [putLink(link), locate(id, user.orgId, user.id, linkItem(link).ttl as number), putLetter(letter)],
  };
}

export const proofEvent = (
  { orgId, userId, id }: LinkRecord,
  type:
    | 'contact-validation-started'
    | 'contact-validation-resent'
    | 'contact-validation-cancelled'
    | 'contact-validated'
    | 'user-email-changed',
) => ({ type, orgId, userId, subjectId: id });

const viewOf = ({ id, expiresAt }: LinkRecord): ValidationView => ({ id, expiresAt: expiresAt as Instant });

/** Whose validations the caller means: their own, or a person's of their org. */
export async function ownerOf(ctx: Context, userId?: UserId): Promise<{ orgId: OrgId; userId: UserId }> {
  if (userId !== undefined) {
    const user = await readOwn(ctx, userId);
    return { orgId: user.orgId, userId };
  }
  const { homeOrgId, id } = personOf(ctx);
  return { orgId: homeOrgId, userId: id };
}

async function readLink(ctx: Context, id: LinkId, userId?: UserId): Promise<LinkRecord> {
  const owner = await ownerOf(ctx, userId);
  const item = await ctx.table.get(keys.link(owner.orgId, owner.userId, 'validate-email', id));
  return item ? readLinkItem(item) : fail('not-found');
}

async function readOpen(ctx: Context, id: LinkId, userId?: UserId): Promise<LinkRecord> {
  const link = await readLink(ctx, id, userId);
  if (link.usedAt || link.cancelledAt)
    fail({ code: 'state-not-allowed', from: link.usedAt ? 'used' : 'cancelled', to: 'open' });
  return link;
}

/** A proof of a person by its id, whatever became of it. Fails with `not-found`. */
export async function getValidation(ctx: Context, id: LinkId, userId?: UserId): Promise<ValidationView & Traces> {
  const link = await readLink(ctx, id, userId);
  return { ...viewOf(link), ...tracesOf(link) };
}

/** The same proof with a new link and letter; the older link is dead. */
export function resendValidation(ctx: Context, id: LinkId, userId?: UserId): Promise<ValidationView> {
  return reapply(async () => {
    const [before] = await together([readOpen(ctx, id, userId), countProof(ctx)]);
    const user = await findRecord(ctx, before.orgId, before.userId);
    const letter = newLetter(ctx, { kind: 'address-proof', orgId: before.orgId, userId: before.userId, linkId: id });
    const after: LinkRecord = {
      ...before,
      nonce: newNonce(ctx),
      epoch: user?.epoch ?? before.epoch,
      ...(user?.email && { from: user.email }),
      createdAt: instant(ctx.now),
      createdBy: principalOf(ctx).id,
      expiresAt: instant(secondsFrom(ctx.now, PROOF_SECONDS)),
      letterId: letter.id,
    };
    const writes = [replaceLink(after, before), putLetter(letter)];
    return commit(ctx, proofEvent(after, 'contact-validation-resent'), writes, viewOf(after));
  });
}

export function cancelValidation(ctx: Context, id: LinkId, userId?: UserId): Promise<void> {
  return reapply(async () => {
    const before = await readOpen(ctx, id, userId);
    const off = { cancelledAt: instant(ctx.now), cancelledBy: principalOf(ctx).id };
    const cancelled = replaceLink({ ...before, ...off }, before);
    await commit(ctx, proofEvent(before, 'contact-validation-cancelled'), [cancelled], undefined);
  });
}

const replaceLink = (after: LinkRecord, before: LinkRecord): Write => ({
  put: linkItem(after),
  when: {
    every: [
      { attribute: 'n', equals: before.nonce },
      { attribute: 'used', equals: undefined },
      { attribute: 'off', equals: undefined },
    ],
  },
  otherwise: { code: 'version-conflict' },
});
