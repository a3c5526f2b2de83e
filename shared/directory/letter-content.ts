// What a due letter says: found out when it is sent, from what the table holds then. A letter whose reason is gone is
// voided; a retry of one that went out says the same again.
import type { Letter } from '../mail/letter.ts';
import type { Instant, Locale } from '../model/text.ts';
import { displayNameOf } from '../model/user.ts';
import { type Locator, linkCode, linkToken } from '../security/link-token.ts';
import type { AuditEvent } from '../store/audit-items.ts';
import { type InviteRecord, readInviteItem } from '../store/invite-items.ts';
import { h, keys } from '../store/keys.ts';
import type { LetterRecord } from '../store/letter-items.ts';
import { type OrgRecord, readOrgItem } from '../store/org-items.ts';
import { type LinkRecord, linkItem, linkOrder, readLinkItem } from '../store/secret-items.ts';
import { equals, every } from '../store/table.ts';
import { readClaim, readUserItem, type UserRecord } from '../store/user-items.ts';
import { codeLocatorOf, locatorOf } from './accept-invite.ts';
import { PROOF_SECONDS } from './contacts.ts';
import { type Context, instant, newNonce, newOpId, secondsFrom } from './context.ts';
import { count, LIMITS } from './limits.ts';
import { lockedNow } from './standing.ts';

export interface Prepared {
  letter: Letter;
  /** The link record whose pointer moves forward once the letter is sent. */
  link?: LinkRecord;
  /** The audit entry that waited until the person was known. */
  event?: AuditEvent;
  /** The letter that the invite shows, where it is another than this one. */
  letterIdOfInvite?: string;
}

/** Why there is nothing to send. */
export type NotDue = 'voided' | 'suppressed';

/** Seconds a reset link lives, counted from sending. */
export const RESET_SECONDS = 3600;
/** An invite that goes out late still gives its reader a day. */
const INVITE_MIN_SECONDS = 86_400;

export async function prepareLetter(ctx: Context, letter: LetterRecord): Promise<Prepared | NotDue> {
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

interface Addressee {
  user: UserRecord | undefined;
  org: OrgRecord;
}

async function readAddressee(
  ctx: Context,
  orgId: string,
  userOrgId: string,
  userId: string,
): Promise<Addressee | undefined> {
  const [org, user] = await ctx.table.getMany([keys.org(orgId), keys.user(userOrgId, userId)]);
  return org && { org: readOrgItem(org), user: user && readUserItem(user) };
}

/** Letter's language: the person's, else the invite's, else the org's. */
function localeOf({ user, org }: Addressee, invite?: InviteRecord): Locale {
  return user?.preferences?.locale ?? invite?.locale ?? org.settings.defaultLocale ?? 'en-US';
}

function greeting({ user, org }: Addressee, to: string, invite?: InviteRecord) {
  const givenName = user?.profile?.givenName ?? invite?.profile?.givenName;
  return { to, orgName: org.name, locale: localeOf({ user, org }, invite), ...(givenName && { givenName }) };
}

type StandingOfAddress = 'good' | 'bounced' | 'complained';

async function standingOf(ctx: Context, address: string): Promise<StandingOfAddress> {
  const item = await ctx.table.get(keys.addressStanding(h(address)));
  return (item?.st as StandingOfAddress | undefined) ?? 'good';
}

async function prepareInvite(ctx: Context, letter: LetterRecord): Promise<Prepared | NotDue> {
  const item = await ctx.table.get(keys.invite(letter.orgId ?? '', letter.inviteId ?? ''));
  const invite = item && readInviteItem(item);
  if (invite?.state !== 'pending' || invite.letterId !== letter.id) return 'voided';
  return inviteLetter(ctx, 'invite', invite);
}

/** The invite's letter, or for an invited person who asked for a password, the same way in as an activation. */
async function inviteLetter(
  ctx: Context,
  kind: 'invite' | 'activation',
  invite: InviteRecord,
): Promise<Prepared | NotDue> {
  const addressee = await readAddressee(ctx, invite.orgId, invite.userOrgId, invite.userId);
  if (!addressee) return 'voided';
  const { user } = addressee;
  const own = invite.userOrgId === invite.orgId;
  if (own && (user?.state !== 'invited' || user.email !== invite.email)) return 'voided';
  // A bounce is tried again when an admin asks for it; a complaint is the reader's own word.
  if ((await standingOf(ctx, invite.email)) === 'complained') return 'suppressed';
  const expiresAt = await giveTime(ctx, invite);
  if (expiresAt === undefined) return 'voided';
  const way = wayIn(ctx, 'invite', locatorOf(invite), codeLocatorOf(invite), invite.nonce, localeOf(addressee, invite));
  const inviterName = await nameOfInviter(ctx, invite);
  const shown = { ...greeting(addressee, invite.email, invite), ...way, expiresAt: expiresAt as Instant };
  const letter: Letter =
    kind === 'invite'
      ? { kind, ...shown, ...(inviterName && { inviterName }), ...(invite.note && { note: invite.note }) }
      : { kind, ...shown };
  return { letter, ...(invite.letterId && { letterIdOfInvite: invite.letterId }) };
}

async function giveTime(ctx: Context, invite: InviteRecord): Promise<string | undefined> {
  const least = instant(secondsFrom(ctx.now, INVITE_MIN_SECONDS));
  if (invite.expiresAt >= least) return invite.expiresAt;
  const changed = await ctx.table.change(
    {
      update: keys.invite(invite.orgId, invite.id),
      set: { xp: least },
      when: every(equals('st', 'pending'), equals('n', invite.nonce), equals('xp', invite.expiresAt)),
    },
    newOpId(ctx),
  );
  return changed.done ? least : undefined;
}

async function nameOfInviter(ctx: Context, { orgId, createdBy }: InviteRecord): Promise<string | undefined> {
  if (createdBy?.is !== 'person') return undefined;
  const item = await ctx.table.get(keys.user(orgId, createdBy.id), { eventual: true });
  return item && displayNameOf(readUserItem(item));
}

const PAGES = { invite: 'accept-invite', reset: 'reset-password', 'validate-email': 'verify-email' } as const;

function wayIn(
  ctx: Context,
  purpose: keyof typeof PAGES,
  locator: Locator,
  codeLocator: Locator,
  nonce: string,
  lang: string,
) {
  const token = linkToken(ctx.keys.links, purpose, locator, nonce);
  const link = `${ctx.baseUrl}/${PAGES[purpose]}?token=${token}&lang=${lang}`;
  return { link, code: linkCode(ctx.keys.links, purpose, codeLocator, nonce) };
}

/** Who asked for a reset gets what their account can have; nobody is told anything by getting nothing. */
async function prepareReset(ctx: Context, letter: LetterRecord): Promise<Prepared | NotDue> {
  const person = await findAsked(ctx, letter);
  if (!person?.email) return 'voided';
  if (letter.attempts === 1 && !(await withinLimits(ctx, person.email))) return 'voided';
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
  if (person.state === 'active' && lockedNow(person, ctx.now)) return { letter: { kind: 'account-locked', ...shown } };
  if (person.state === 'active') return resetLetter(ctx, letter, person, addressee);
  if (person.state !== 'invited' || !person.inviteId) return 'voided';
  const item = await ctx.table.get(keys.invite(person.orgId, person.inviteId));
  const invite = item && readInviteItem(item);
  return invite?.state === 'pending' ? inviteLetter(ctx, 'activation', invite) : 'voided';
}

async function findAsked(ctx: Context, letter: LetterRecord): Promise<UserRecord | undefined> {
  const claim = letter.addressHash
    ? readClaim(await ctx.table.get(keys.emailClaimByHash(letter.addressHash)))
    : { orgId: letter.orgId ?? '', userId: letter.userId ?? '' };
  const item = claim && (await ctx.table.get(keys.user(claim.orgId, claim.userId)));
  return item && readUserItem(item);
}

async function withinLimits(ctx: Context, address: string): Promise<boolean> {
  const limits = [LIMITS.resetsPerAddressHour, LIMITS.resetsPerAddressDay];
  const counted = await Promise.all(limits.map((limit) => count(ctx, limit, address)));
  return limits.every((limit, i) => (counted[i] ?? 0) <= limit.max * ctx.limitScale);
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
  return opened.existing && renewLink(ctx, readLinkItem(opened.existing), wanted);
}

/** Its life counts from this sending; a used or cancelled link is not revived. */
async function renewLink(
  ctx: Context,
  link: LinkRecord,
  now: { expiresAt?: string; epoch: number },
): Promise<LinkRecord | undefined> {
  const { ttl } = linkItem({ ...link, ...now });
  const changed = await ctx.table.change(
    {
      update: keys.link(link.orgId, link.userId, link.purpose, link.id),
      set: { xp: now.expiresAt, ep: now.epoch, ttl },
      when: every(equals('n', link.nonce), equals('used', undefined), equals('off', undefined)),
    },
    newOpId(ctx),
  );
  return changed.done ? readLinkItem(changed.item) : undefined;
}

function withLink(
  ctx: Context,
  link: LinkRecord,
  addressee: Addressee,
  kind: 'password-reset' | 'address-proof',
): Prepared {
  const locator = [link.orgId, link.userId, link.id];
  const way = wayIn(ctx, link.purpose, locator, locator, link.nonce, localeOf(addressee));
  const letter: Letter = { kind, ...greeting(addressee, link.email), ...way, expiresAt: link.expiresAt as Instant };
  return { letter, link };
}

async function prepareProof(ctx: Context, letter: LetterRecord): Promise<Prepared | NotDue> {
  const { orgId = '', userId = '', linkId = '' } = letter;
  const [item, addressee] = await Promise.all([
    ctx.table.get(keys.link(orgId, userId, 'validate-email', linkId)),
    readAddressee(ctx, orgId, orgId, userId),
  ]);
  const link = item && readLinkItem(item);
  const live = addressee?.user && ['staged', 'invited', 'active'].includes(addressee.user.state);
  if (!link || !live || link.letterId !== letter.id || link.epoch !== addressee.user?.epoch) return 'voided';
  const holder = readClaim(await ctx.table.get(keys.emailClaim(link.email)));
  if (holder && holder.userId !== userId) return 'voided';
  if ((await standingOf(ctx, link.email)) === 'complained') return 'suppressed';
  const renewed = await renewLink(ctx, link, {
    expiresAt: instant(secondsFrom(ctx.now, PROOF_SECONDS)),
    epoch: link.epoch,
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
