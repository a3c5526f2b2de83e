// Accepting an invite. The link or code proves the address; whose record it then opens depends on who holds the address
// at that moment: nobody but the invite, somebody who never proved it, or a person with an account.
import type { EmailAddress } from '../model/email-address.ts';
import { type InviteId, type OrgId, PLATFORM_ORG, type UserId } from '../model/ids.ts';
import { isElevated, mayGrant, type Permission, permissionsOf, type Role } from '../model/principal.ts';
import { fail, hasCode } from '../model/problem.ts';
import { type Locator, parseLinkToken, provesCode, provesLink } from '../security/link-token.ts';
import { readClaim } from '../store/claim-items.ts';
import { readClientItem } from '../store/client-items.ts';
import { type InviteRecord, readInviteItem, readMembership } from '../store/invite-items.ts';
import { keys, partitions } from '../store/keys.ts';
import { type OrgRecord, readOrgItem } from '../store/org-items.ts';
import { readUserItem, type UserRecord, withSide } from '../store/user-items.ts';
import { enter, join, moveHome, releaseAddress } from './accept-ways.ts';
import {
  type Acceptance,
  type Accepted,
  type AcceptInput,
  codeLocatorOf,
  dead,
  freshRecord,
  locatorOf,
  rolesOf,
} from './acceptance.ts';
import { countLetterTry, countTry, uncountTry } from './codes.ts';
import { reapply } from './commit.ts';
import { type Context, instant, newId } from './context.ts';
import { together } from './limits.ts';
import { lockedNow } from './standing.ts';
import { findRecord } from './users.ts';

/** Offers to one person that are looked through for a typed code. */
const MAX_OFFERS = 50;

export async function acceptInvite(ctx: Context, input: AcceptInput): Promise<Accepted> {
  const { proof } = input;
  const first = 'token' in proof ? await byToken(ctx, proof.token) : await byCode(ctx, proof);
  return reapply(async (attempt) => {
    const { invite, org, record } = attempt === 1 ? first : await readParts(ctx, locatorOf(first.invite));
    const usable = invite.state === 'pending' && invite.expiresAt > instant(ctx.now);
    if (!usable || invite.nonce !== first.invite.nonce) dead();
    // A guest item where the home once lay is no record of the person: the claim of the address leads to that.
    const holds = record && !record.homeOrgId && record.email === invite.email && record.state !== 'erased';
    const holder = holds ? record : await findHolder(ctx, invite.email);
    await checkInviter(ctx, invite, org, rolesOf(invite, holder));
    return accept(ctx, input, { invite, org, holder });
  });
}

interface Parts {
  invite: InviteRecord;
  org: OrgRecord;
  /** The person the invite was made for, where their record lay then. */
  record: UserRecord | undefined;
}

/** Everything that accepting usually needs, in one call. */
async function readParts(
  ctx: Context,
  [orgId = '', inviteId = '', userOrgId = '', userId = '']: Locator,
): Promise<Parts> {
  const [invite, org, core, ...side] = await ctx.table.getMany([
    keys.invite(orgId, inviteId),
    keys.org(orgId),
    keys.user(userOrgId, userId),
    keys.side(userOrgId, userId, 'p'),
    keys.side(userOrgId, userId, 's'),
  ]);
  if (!invite || !org) return dead();
  const record = core && withSide(readUserItem(core), side);
  return { invite: readInviteItem(invite), org: readOrgItem(org), record };
}

async function accept(ctx: Context, input: AcceptInput, acceptance: Acceptance): Promise<Accepted> {
  const { invite, holder } = acceptance;
  if (!holder) return enter(ctx, input, acceptance, freshRecord(ctx, invite), 'invite-accepted', []);
  if (holder.orgId === invite.orgId) {
    const mayEnter = holder.state === 'staged' || holder.state === 'invited';
    // What ended the person's other links, such as a deactivation, ended this one too.
    const outlived = invite.epoch !== undefined && invite.epoch !== holder.epoch;
    if (!mayEnter || outlived) return dead();
    return enter(ctx, input, acceptance, holder, 'invite-accepted', []);
  }
  if (holder.emailVerifiedAt) return join(ctx, input, acceptance, holder);
  if (!holder.activatedAt) return moveHome(ctx, input, acceptance, holder);
  return acceptUnproven(ctx, input, acceptance, holder);
}

/**
 * The holder has an account but never proved this address. Who knows their password, or holds their token, is that
 * person and proves it now; anybody else who reads the letters of the address takes it from them.
 */
async function acceptUnproven(
  ctx: Context,
  input: AcceptInput,
  acceptance: Acceptance,
  holder: UserRecord,
): Promise<Accepted> {
  if (ctx.principal?.id !== holder.id && input.password === undefined) {
    return releaseAddress(ctx, input, acceptance, holder);
  }
  try {
    return await join(ctx, input, acceptance, holder);
  } catch (error) {
    if (!hasCode(error, 'sign-in-failed')) throw error;
    return releaseAddress(ctx, input, acceptance, holder);
  }
}

async function byToken(ctx: Context, token: string): Promise<Parts> {
  const parsed = parseLinkToken('invite', token);
  if (!parsed) return dead();
  const parts = await readParts(ctx, parsed.locator);
  if (!provesLink(ctx.keys.links, 'invite', parsed, parts.invite.nonce)) dead();
  return parts;
}

/** The invite behind a link that may be accepted now; the reads and the checks of accepting, without a write. */
export async function readOpenInvite(ctx: Context, token: string): Promise<InviteRecord> {
  const { invite, record } = await byToken(ctx, token);
  const outlived = record && invite.epoch !== undefined && invite.epoch !== record.epoch;
  return invite.state === 'pending' && invite.expiresAt > instant(ctx.now) && !outlived ? invite : dead();
}

/** By address and code: the pending invites of whoever holds the address, or the same calls for nobody. */
async function byCode(ctx: Context, { email, code }: { email: EmailAddress; code: string }): Promise<Parts> {
  const [claim] = await together([ctx.table.get(keys.emailClaim(email)), countTry(ctx, email)]);
  const { orgId, userId } = readClaim(claim) ?? { orgId: newId<OrgId>(ctx), userId: newId<UserId>(ctx) };
  const [core, memberships] = await Promise.all([
    ctx.table.get(keys.user(orgId, userId)),
    ctx.table.query({ pk: partitions.userItems(orgId, userId), begins: 'M#', strong: true, limit: MAX_OFFERS }),
  ]);
  const home = core && readUserItem(core);
  const offers = memberships.items.map(readMembership).filter(({ state }) => state === 'offered');
  const wanted = [
    ...(home?.inviteId ? [keys.invite(home.orgId, home.inviteId)] : []),
    ...offers.flatMap(({ orgId: from, inviteId }) => (inviteId ? [keys.invite(from, inviteId)] : [])),
  ];
  const nobody = keys.invite(orgId, newId<InviteId>(ctx));
  const items = await ctx.table.getMany(wanted.length > 0 ? wanted : [nobody]);
  const invites = items.flatMap((item) => (item ? [readInviteItem(item)] : [])).filter((it) => it.email === email);
  const letters = invites.length > 0 ? invites.map(letterOf) : [nobody.pk];
  const alive = await Promise.all(letters.map((letter) => countLetterTry(ctx, letter)));
  const right = invites.find(
    (invite, i) => alive[i] && provesCode(ctx.keys.links, 'invite', codeLocatorOf(invite), invite.nonce, code),
  );
  if (!right) return dead();
  const [parts] = await Promise.all([readParts(ctx, locatorOf(right)), uncountTry(ctx, email, letterOf(right))]);
  return parts;
}

const letterOf = (invite: InviteRecord): string => `${invite.id}.${invite.nonce}`;

/** Who holds the invited address now: it may have moved, changed or been freed since the invite was made. */
async function findHolder(ctx: Context, email: EmailAddress): Promise<UserRecord | undefined> {
  const claim = readClaim(await ctx.table.get(keys.emailClaim(email)));
  return claim && findRecord(ctx, claim.orgId, claim.userId);
}

/** Nobody grants more than they hold, also when they lost it since. Members may always be invited. */
async function checkInviter(
  ctx: Context,
  { createdBy, roles }: InviteRecord,
  org: OrgRecord,
  granted: Role[],
): Promise<void> {
  // A role that somebody else gave the invited person was checked when they did.
  const invited = roles.filter((role) => granted.includes(role));
  if (!isElevated(invited, org.ownRoles) || !createdBy) return;
  if (!mayGrant(await inviterPermissions(ctx, org, createdBy), invited, org.ownRoles)) fail('role-above-own');
}

async function inviterPermissions(
  ctx: Context,
  { id: orgId, ownRoles }: OrgRecord,
  by: NonNullable<InviteRecord['createdBy']>,
): Promise<readonly Permission[]> {
  if (by.is === 'person') {
    // A guest's roles are of this org; whether the person may sign in at all, only their home knows.
    const places = [keys.user(orgId, by.id), keys.user(by.homeOrgId ?? orgId, by.id)];
    const [member, home] = (await ctx.table.getMany(places)).map((item) => item && readUserItem(item));
    const alive = home?.state === 'active' && !lockedNow(home, ctx.now) && member?.state === 'active';
    return alive && !member.suspended ? permissionsOf(member.roles, ownRoles) : [];
  }
  const item = await ctx.table.get(keys.client(by.is === 'platform' ? PLATFORM_ORG : orgId, by.id));
  const client = item && readClientItem(item);
  return client && !client.revokedAt ? client.permissions : [];
}
