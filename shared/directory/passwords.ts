// Passwords: reset by letter, and what one must be. Resets that an admin sends are in reset-requests.ts, the change by the
// person in own-password.ts.
import type { EmailAddress } from '../model/email-address.ts';
import type { LinkId } from '../model/ids.ts';
import { fail } from '../model/problem.ts';
import { parseLinkToken, provesCode, provesLink } from '../security/link-token.ts';
import { hashPassword } from '../security/password-hash.ts';
import { checkPassword, MIN_PASSWORD_LENGTH, SAME_AS_CURRENT } from '../security/password-policy.ts';
import { guardWrites } from '../store/admin-items.ts';
import { noEvent } from '../store/audit-items.ts';
import { readClaim } from '../store/claim-items.ts';
import { h, keys, letterIds } from '../store/keys.ts';
import { putLetter } from '../store/letter-items.ts';
import { type OrgRecord, readOrgItem } from '../store/org-items.ts';
import {
  dropAnswers,
  isCurrent,
  isSuperseded,
  type LinkRecord,
  putCredential,
  readLinkItem,
  spendLink,
} from '../store/secret-items.ts';
import type { Write } from '../store/table.ts';
import { readUserItem, replaceUser, type UserRecord } from '../store/user-items.ts';
import { countLetterTry, countTry, uncountTry } from './codes.ts';
import { commit, reapply } from './commit.ts';
import { type Context, instant, newId } from './context.ts';
import { countInCommit, LIMITS, together } from './limits.ts';
import { newLetter, notice } from './outbox.ts';
import { isUnproven, withNewPassword } from './record.ts';
import { readmit } from './sign-in-check.ts';
import { stamped } from './users.ts';

const WINDOW_MS = 60_000;

/**
 * Asks for a reset: one transaction that never looks the person up, so it cannot tell who exists. A second ask for the
 * same address within the minute is the same letter.
 */
export async function askReset(ctx: Context, address: EmailAddress): Promise<void> {
  const minute = Math.floor(ctx.now.getTime() / WINDOW_MS);
  const hash = h(address);
  const letter = newLetter(ctx, { kind: 'password-reset', addressHash: hash, linkId: newId<LinkId>(ctx) });
  const due = putLetter({ ...letter, id: letterIds.ofAsk(hash, minute) });
  let repeated = false;
  const asked: Write = {
    ...due,
    otherwise: () => {
      repeated = true;
      return { code: 'version-conflict' };
    },
  };
  try {
    await commit(
      ctx,
      noEvent('reset-asked'),
      [countInCommit(ctx, LIMITS.resetAsksPerSource, ctx.source), asked],
      undefined,
    );
  } catch (error) {
    if (!repeated) throw error;
  }
}

interface ResetLocator {
  orgId: string;
  userId: string;
  id: string;
}

interface Parts {
  link: LinkRecord;
  user: UserRecord;
  org: OrgRecord;
  /** A newer letter has been sent. */
  superseded: boolean;
}

interface Found extends Parts {
  /** Takes back what was counted, once the code has proven right. */
  proven(): Promise<void>;
}

const dead = (): never => fail('link-not-usable');

/**
 * Completes a reset by link or by address and code: spends the link, sets the credential, raises the epoch so that
 * every session and sibling link ends, and tells the person. Signs nobody in, touches no second factor.
 */
export async function completeReset(
  ctx: Context,
  proof: { token: string } | { email: EmailAddress; code: string },
  password: string,
): Promise<{ continueUrl?: string }> {
  const found = 'token' in proof ? await byToken(ctx, proof.token) : await byCode(ctx, proof.email, proof.code);
  usable(ctx, found);
  await found.proven();
  acceptable(password, found.user, found.org);
  // Before the commit: a reset whose answer is lost has let the person in again all the same.
  const [hash] = await Promise.all([hashPassword(password), readmit(ctx, found.link.email)]);
  return reapply(async (attempt) => {
    const parts = attempt === 1 ? found : await readParts(ctx, found.link);
    usable(ctx, parts);
    return commitReset(ctx, parts, hash);
  });
}

/** A link dies with its use, its hour, and whatever changes the epoch or the address of the person. */
function usable(ctx: Context, { link, user, superseded }: Parts): void {
  const fresh = !superseded && !link.usedAt && !link.cancelledAt && (link.expiresAt ?? '') > instant(ctx.now);
  if (!fresh || link.epoch !== user.epoch || link.email !== user.email || user.state !== 'active') dead();
}

function commitReset(ctx: Context, { link, user, org }: Parts, hash: string): Promise<{ continueUrl?: string }> {
  const now = instant(ctx.now);
  // A lock set by an admin ended this link when it raised the epoch; one that has run out goes with the proof.
  const { lock: _lock, ...rest } = user;
  const proven = {
    ...withNewPassword(rest, now),
    emailVerifiedAt: user.emailVerifiedAt ?? now,
    // Whoever was imported with a password that nobody vouched for comes in for the first time.
    activatedAt: user.activatedAt ?? now,
    epoch: user.epoch + 1,
  };
  const after = stamped(ctx, proven, user);
  const { defaultRedirectUrl } = org.settings;
  return commit(
    ctx,
    { type: 'password-reset-completed', orgId: user.orgId, userId: user.id, version: after.version },
    [
      spendLink(link, now),
      isCurrent(link),
      putCredential(user.orgId, user.id, { hash, setAt: now }),
      replaceUser(after, user),
      ...(isUnproven(user) ? [dropAnswers(user.orgId, user.id)] : []),
      ...guardWrites(user, after),
      notice(ctx, 'password-changed', user.orgId, user.id),
    ],
    defaultRedirectUrl ? { continueUrl: defaultRedirectUrl } : {},
  );
}

async function readParts(ctx: Context, { orgId, userId, id }: ResetLocator): Promise<Parts> {
  const [linkItem, core, org, pointer] = await ctx.table.getMany([
    keys.link(orgId, userId, 'reset', id),
    keys.user(orgId, userId),
    keys.org(orgId),
    keys.currentLink(orgId, userId, 'reset'),
  ]);
  if (!linkItem || !core || !org) return dead();
  const link = readLinkItem(linkItem);
  return { link, user: readUserItem(core), org: readOrgItem(org), superseded: isSuperseded(link, pointer) };
}

async function byToken(ctx: Context, token: string): Promise<Found> {
  const parsed = parseLinkToken('reset', token);
  if (!parsed) return dead();
  const [orgId = '', userId = '', id = ''] = parsed.locator;
  const parts = await readParts(ctx, { orgId, userId, id });
  if (!provesLink(ctx.keys.links, 'reset', parsed, parts.link.nonce)) dead();
  return { ...parts, proven: async () => undefined };
}

/** The link of a reset that may be completed now. Changes nothing. */
export async function readOpenReset(ctx: Context, token: string): Promise<LinkRecord> {
  const found = await byToken(ctx, token);
  usable(ctx, found);
  return found.link;
}

/** The same calls for every address: someone unknown is looked for under an id that nobody has. */
async function byCode(ctx: Context, email: EmailAddress, code: string): Promise<Found> {
  const [claim] = await together([ctx.table.get(keys.emailClaim(email)), countTry(ctx, email)]);
  const nobody = { orgId: newId(ctx), userId: newId(ctx) };
  const { orgId, userId } = readClaim(claim) ?? nobody;
  const [core, pointer, org] = await ctx.table.getMany([
    keys.user(orgId, userId),
    keys.currentLink(orgId, userId, 'reset'),
    keys.org(orgId),
  ]);
  const linkId = (pointer?.id as string | undefined) ?? newId(ctx);
  const [linkItem, alive] = await Promise.all([
    ctx.table.get(keys.link(orgId, userId, 'reset', linkId)),
    countLetterTry(ctx, linkId),
  ]);
  const link = linkItem && readLinkItem(linkItem);
  const right = link && provesCode(ctx.keys.links, 'reset', [orgId, userId, link.id], link.nonce, code);
  if (!core || !org || !link || !right || !alive) return dead();
  const parts = { link, user: readUserItem(core), org: readOrgItem(org), superseded: false };
  return { ...parts, proven: () => uncountTry(ctx, email, linkId) };
}

/** Fails with `password-unacceptable` where the deployment's or the org's rules are broken. */
export function acceptable(
  password: string,
  user: Pick<UserRecord, 'email' | 'profile'>,
  org: OrgRecord,
  { pointer = '/password', current }: { pointer?: string; current?: string } = {},
): void {
  const { givenName, familyName } = user.profile ?? {};
  const context = [user.email ?? '', givenName ?? '', familyName ?? '', org.name];
  const minLength = Math.max(MIN_PASSWORD_LENGTH, org.settings.passwordPolicy?.minLength ?? 0);
  const issues = checkPassword(password, { minLength, context });
  if (current?.normalize('NFC') === password.normalize('NFC')) issues.push(SAME_AS_CURRENT);
  if (issues.length > 0) {
    fail({ code: 'password-unacceptable', issues: issues.map((issue) => ({ pointer, ...issue })) });
  }
}
