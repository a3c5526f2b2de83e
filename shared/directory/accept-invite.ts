// Accepting an invite. The link or code proves the address; whose record it then opens depends on who holds the address
// at that moment: nobody but the invite, somebody who never proved it, or a person with an account.
import type { EmailAddress } from '../model/email-address.ts';
import { type InviteId, numberOf, type OrgId, PLATFORM_ORG, type UserId } from '../model/ids.ts';
import { mergePatch } from '../model/patch.ts';
import { isElevated, mayGrant, type Permission, permissionsOf } from '../model/principal.ts';
import { fail } from '../model/problem.ts';
import type { Instant, Locale } from '../model/text.ts';
import type { Profile, ProfilePatch } from '../model/user/profile.ts';
import type { User } from '../model/user.ts';
import { type Locator, parseLinkToken, provesCode, provesLink } from '../security/link-token.ts';
import { hashPassword } from '../security/password-hash.ts';
import type { EventType } from '../store/audit-items.ts';
import { type InviteRecord, membershipItem, putInvite, readInviteItem, readMembership } from '../store/invite-items.ts';
import { keys, partitions } from '../store/keys.ts';
import { type OrgRecord, readClientItem, readOrgItem } from '../store/org-items.ts';
import { putCredential } from '../store/secret-items.ts';
import type { Write } from '../store/table.ts';
import {
  claimNumber,
  copyToGuests,
  guardWrites,
  newUser,
  readClaim,
  readUserItem,
  releaseExternalId,
  releaseUsername,
  replaceUser,
  repoint,
  sideWrites,
  toUser,
  type UserRecord,
  withSide,
} from '../store/user-items.ts';
import { countLetterTry, countTry, uncountTry } from './codes.ts';
import { commit, reapply } from './commit.ts';
import { type Context, instant, newId } from './context.ts';
import { acceptable } from './passwords.ts';
import { checkSize } from './record.ts';
import { checkSignInPassword, mayComeIn } from './sign-in-check.ts';
import { findRecord, stamped } from './users.ts';

export interface AcceptInput {
  proof: { token: string } | { email: EmailAddress; code: string };
  password?: string | undefined;
  profile?: ProfilePatch | null | undefined;
  locale?: Locale | null | undefined;
  acceptTerms?: boolean | null | undefined;
}

/** The person as the inviting org now sees them, and what the page that thanks them says. */
export type Accepted = User & { orgName: string; continueUrl?: string };

/** What accepting one invite means for the one who holds the address. */
interface Acceptance {
  invite: InviteRecord;
  org: OrgRecord;
  holder: UserRecord | undefined;
  proven(): Promise<void>;
}

const dead = (): never => fail('link-not-usable');
const MAX_GUEST_ORGS = 20;

export async function acceptInvite(ctx: Context, input: AcceptInput): Promise<Accepted> {
  const { proof } = input;
  const first = 'token' in proof ? await byToken(ctx, proof.token) : await byCode(ctx, proof);
  return reapply(async (attempt) => {
    const { invite, org, record } = attempt === 1 ? first : await readParts(ctx, locatorOf(first.invite));
    if (invite.state !== 'pending' || invite.expiresAt <= instant(ctx.now) || invite.nonce !== first.invite.nonce)
      dead();
    const holds = record && record.email === invite.email && record.state !== 'erased';
    const holder = holds ? record : await findHolder(ctx, invite.email);
    await checkInviter(ctx, invite);
    return accept(ctx, input, { invite, org, holder, proven: first.proven });
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

function accept(ctx: Context, input: AcceptInput, acceptance: Acceptance): Promise<Accepted> {
  const { invite, holder } = acceptance;
  if (!holder) return enter(ctx, input, acceptance, freshRecord(ctx, invite), 'invite-accepted', []);
  const proven = holder.emailVerifiedAt !== undefined;
  if (holder.orgId === invite.orgId) {
    if (holder.state !== 'staged' && holder.state !== 'invited') return dead();
    return enter(ctx, input, acceptance, holder, 'invite-accepted', []);
  }
  if (proven) return join(ctx, input, acceptance, holder);
  return holder.activatedAt ? releaseAddress(ctx, input, acceptance, holder) : moveHome(ctx, input, acceptance, holder);
}

type Found = Parts & Pick<Acceptance, 'proven'>;

async function byToken(ctx: Context, token: string): Promise<Found> {
  const parsed = parseLinkToken('invite', token);
  if (!parsed) return dead();
  const parts = await readParts(ctx, parsed.locator);
  if (!provesLink(ctx.keys.links, 'invite', parsed, parts.invite.nonce)) dead();
  return { ...parts, proven: async () => undefined };
}

/** By address and code: the pending invites of whoever holds the address, or the same calls for nobody. */
async function byCode(ctx: Context, { email, code }: { email: EmailAddress; code: string }): Promise<Found> {
  const [claim] = await Promise.all([ctx.table.get(keys.emailClaim(email)), countTry(ctx, email)]);
  const { orgId, userId } = readClaim(claim) ?? { orgId: newId<OrgId>(ctx), userId: newId<UserId>(ctx) };
  const [core, memberships] = await Promise.all([
    ctx.table.get(keys.user(orgId, userId)),
    ctx.table.query({ pk: partitions.userItems(orgId, userId), begins: 'M#', strong: true, limit: 100 }),
  ]);
  const home = core && readUserItem(core);
  const offers = memberships.items.map(readMembership).filter(({ state }) => state === 'offered');
  const wanted = [
    ...(home?.inviteId ? [keys.invite(home.orgId, home.inviteId)] : []),
    ...offers.flatMap(({ orgId: from, inviteId }) => (inviteId ? [keys.invite(from, inviteId)] : [])),
  ];
  const nobody = keys.invite(orgId, newId<InviteId>(ctx));
  const items = await ctx.table.getMany(wanted.length > 0 ? wanted : [nobody]);
  const invites = items.flatMap((item) => (item ? [readInviteItem(item)] : []));
  const letters = invites.length > 0 ? invites.map(letterOf) : [nobody.pk];
  const alive = await Promise.all(letters.map((letter) => countLetterTry(ctx, letter)));
  const right = invites.find(
    (invite, i) => alive[i] && provesCode(ctx.keys.links, 'invite', codeLocatorOf(invite), invite.nonce, code),
  );
  if (!right) return dead();
  return { ...(await readParts(ctx, locatorOf(right))), proven: () => uncountTry(ctx, email, letterOf(right)) };
}

const letterOf = (invite: InviteRecord): string => `${invite.id}.${invite.nonce}`;

/** Where a token of the invite leads. The person's place in it saves a read; it is a hint, checked against the invite. */
export const locatorOf = ({ orgId, id, userOrgId, userId }: InviteRecord): Locator => [orgId, id, userOrgId, userId];
/** What a code is made over: the part of the locator that never changes. */
export const codeLocatorOf = ({ orgId, id }: InviteRecord): Locator => [orgId, id];

/** Who holds the invited address now: it may have moved, changed or been freed since the invite was made. */
async function findHolder(ctx: Context, email: EmailAddress): Promise<UserRecord | undefined> {
  const claim = readClaim(await ctx.table.get(keys.emailClaim(email)));
  return claim && findRecord(ctx, claim.orgId, claim.userId);
}

/** Nobody grants more than they hold, also when they lost it since. Members may always be invited. */
async function checkInviter(ctx: Context, invite: InviteRecord): Promise<void> {
  if (!isElevated(invite.roles) || !invite.createdBy) return;
  if (!mayGrant(await inviterPermissions(ctx, invite.orgId, invite.createdBy), invite.roles)) fail('role-above-own');
}

async function inviterPermissions(
  ctx: Context,
  orgId: OrgId,
  by: NonNullable<InviteRecord['createdBy']>,
): Promise<readonly Permission[]> {
  if (by.is === 'person') {
    const item = await ctx.table.get(keys.user(orgId, by.id));
    const inviter = item && readUserItem(item);
    return inviter?.state === 'active' && !inviter.lock && !inviter.suspended ? permissionsOf(inviter.roles) : [];
  }
  const item = await ctx.table.get(keys.client(by.is === 'platform' ? PLATFORM_ORG : orgId, by.id));
  const client = item && readClientItem(item);
  return client && !client.revokedAt ? client.permissions : [];
}

function freshRecord(ctx: Context, invite: InviteRecord): UserRecord {
  const now = instant(ctx.now);
  const id = newId<UserId>(ctx);
  return {
    id,
    orgId: invite.orgId,
    email: invite.email,
    state: 'invited',
    version: 0,
    epoch: 1,
    roles: invite.roles,
    createdAt: now,
    updatedAt: now,
    invitedAt: invite.createdAt,
    ...(invite.profile && { profile: invite.profile }),
  };
}

/** First proof in the inviting org: credential, names, terms, and the state active. Nothing set before it survives. */
async function enter(
  ctx: Context,
  input: AcceptInput,
  { invite, org, holder, proven }: Acceptance,
  before: UserRecord,
  type: EventType,
  others: Write[],
): Promise<Accepted> {
  if (ctx.principal && ctx.principal.id !== before.id) fail('permission-missing');
  const now = instant(ctx.now);
  const profile = mergePatch(before.profile ?? {}, input.profile ?? {}) as Profile;
  const { inviteId: _id, ...rest } = before;
  const entered: UserRecord = {
    ...rest,
    email: invite.email,
    state: 'active',
    roles: invite.roles,
    epoch: before.epoch + 1,
    activatedAt: now,
    emailVerifiedAt: now,
    passwordUpdatedAt: now,
    ...(Object.keys(profile).length > 0 && { profile }),
    ...(input.locale && { preferences: { ...before.preferences, locale: input.locale } }),
    ...(org.settings.termsVersion && { termsAcceptedAt: now, termsVersion: org.settings.termsVersion }),
  };
  const after = { ...stamped(ctx, entered, before.version + 1), updatedBy: before.id };
  if (input.password === undefined)
    fail({ code: 'input-invalid', issues: [{ pointer: '/password', message: 'is needed' }] });
  acceptable(input.password, after, org);
  const { termsVersion } = org.settings;
  if (termsVersion && input.acceptTerms !== true) fail({ code: 'terms-not-accepted', termsVersion });
  checkSize(after);
  await proven();
  const credential = { hash: await hashPassword(input.password), setAt: now };
  const stays = holder?.id === before.id && holder.orgId === invite.orgId;
  return commit(
    ctx,
    { type, orgId: invite.orgId, userId: before.id, subjectId: invite.id, version: after.version },
    [
      accepted({ ...invite, userId: before.id, userOrgId: invite.orgId }, invite, now),
      stays ? { ...replaceUser(after, before), otherwise: { code: 'version-conflict' as const } } : newUser(after),
      putCredential(invite.orgId, before.id, credential),
      ...sideWrites(stays ? before : undefined, after),
      ...guardWrites(stays ? before : undefined, after),
      ...(holder ? [] : [claimNumber(invite.orgId, before.id), ...claimFreed(invite, before.id)]),
      ...others,
    ],
    welcome(after, invite, org),
  );
}

function welcome(user: UserRecord, { redirectUrl }: InviteRecord, org: OrgRecord): Accepted {
  const continueUrl = redirectUrl ?? org.settings.defaultRedirectUrl;
  return { ...toUser(user), orgName: org.name, ...(continueUrl && { continueUrl }) };
}

const accepted = (after: InviteRecord, before: InviteRecord, now: Instant): Write =>
  putInvite({ ...after, state: 'accepted', acceptedAt: now }, before, { code: 'version-conflict' });

const claimFreed = (invite: InviteRecord, userId: string): Write[] => [
  {
    put: { ...keys.emailClaim(invite.email), k: 'claim', o: invite.orgId, u: userId },
    when: { is: 'absent' },
    otherwise: { code: 'version-conflict' },
  },
];

/**
 * A person with an account elsewhere joins as a guest: by their own access token, or by the password they already have,
 * checked with the counters of sign-in. Their credential, names and terms stay what they are.
 */
async function join(ctx: Context, input: AcceptInput, acceptance: Acceptance, home: UserRecord): Promise<Accepted> {
  const { invite, org, proven } = acceptance;
  if (ctx.principal) {
    if (ctx.principal.id !== home.id) fail('permission-missing');
    await ctx.standing();
  } else {
    await checkSignInPassword(ctx, invite.email, input.password ?? '');
  }
  mayComeIn(home, ctx.now);
  await proven();
  const now = instant(ctx.now);
  const [guestItem, offer] = await ctx.table.getMany([
    keys.user(invite.orgId, home.id),
    keys.membership(home.orgId, home.id, invite.orgId),
  ]);
  const before = guestItem && readUserItem(guestItem);
  if (before && !before.suspended) return dead();
  const guestOf = [...new Set([...(home.guestOf ?? []), invite.orgId])];
  if (guestOf.length > MAX_GUEST_ORGS) fail('limit-reached');
  const { givenName, familyName, displayName } = home.profile ?? {};
  const guest: UserRecord = {
    id: home.id,
    orgId: invite.orgId,
    homeOrgId: home.orgId,
    state: 'active',
    version: (before?.version ?? 0) + 1,
    epoch: (before?.epoch ?? 0) + 1,
    roles: invite.roles,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
    updatedBy: home.id,
    ...(home.email && { email: home.email }),
    profile: {
      ...(givenName && { givenName }),
      ...(familyName && { familyName }),
      ...(displayName && { displayName }),
    },
  };
  return commit(
    ctx,
    { type: 'membership-accepted', orgId: invite.orgId, userId: home.id, subjectId: invite.id, version: guest.version },
    [
      accepted(invite, invite, now),
      {
        put: membershipItem(home.orgId, home.id, { orgId: invite.orgId, state: 'live' }),
        when: { attribute: 'op', equals: offer?.op },
        otherwise: { code: 'version-conflict' },
      },
      before ? replaceUser(guest, before) : newUser(guest),
      // Any change of the person meanwhile (a lock, a deactivation) refuses this.
      replaceUser({ ...home, guestOf }, home),
      ...guardWrites(before, guest),
    ],
    welcome(guest, invite, org),
  );
}

/**
 * The holder was never in and never proved the address: the inviting org becomes the home. What the other org wrote
 * stays behind, its invite becomes an offer of membership, and its id for the person is unknown from now on.
 */
async function moveHome(
  ctx: Context,
  input: AcceptInput,
  acceptance: Acceptance,
  holder: UserRecord,
): Promise<Accepted> {
  const { invite } = acceptance;
  const { id, orgId: oldOrg } = holder;
  const { items } = await ctx.table.query({
    pk: partitions.userItems(oldOrg, id),
    begins: 'M#',
    strong: true,
    limit: 100,
  });
  const offers = items.map(readMembership).filter(({ orgId, state }) => orgId !== invite.orgId && state === 'offered');
  const otherwise = { code: 'version-conflict' } as const;
  const kept = [
    ...offers,
    ...(holder.inviteId ? [{ orgId: oldOrg, state: 'offered' as const, inviteId: holder.inviteId }] : []),
  ];
  const tombstone: UserRecord = {
    id,
    orgId: oldOrg,
    state: 'erased',
    version: holder.version + 1,
    epoch: holder.epoch + 1,
    roles: [],
    createdAt: holder.createdAt,
    updatedAt: instant(ctx.now),
  };
  const others: Write[] = [
    replaceUser(tombstone, holder),
    ...(['p', 's'] as const).map((part) => ({ drop: keys.side(oldOrg, id, part), otherwise })),
    { drop: keys.activity(oldOrg, id), otherwise },
    { drop: keys.credential(oldOrg, id), otherwise },
    ...items.map(({ pk, sk }) => ({ drop: { pk, sk }, otherwise })),
    ...kept.map((offer) => ({ put: membershipItem(invite.orgId, id, offer), otherwise })),
    repoint(keys.emailClaim(invite.email), id, invite.orgId),
    ...(holder.inviteId ? [followPerson(oldOrg, holder.inviteId, invite.orgId)] : []),
    repoint(keys.numberClaim(numberOf(id)), id, invite.orgId),
    ...(holder.username ? [releaseUsername(holder.username, id)] : []),
    ...(holder.externalId ? [releaseExternalId(holder.externalId, oldOrg, id)] : []),
  ];
  const moved = { ...freshRecord(ctx, invite), id, version: holder.version, epoch: holder.epoch };
  return enter(ctx, input, acceptance, moved, 'home-moved', others);
}

/** The old org's invite names where the person went, so that it no longer shows their id as one of its own. */
const followPerson = (orgId: OrgId, inviteId: InviteId, to: OrgId): Write => ({
  update: keys.invite(orgId, inviteId),
  set: { uo: to },
  when: { is: 'present' },
  otherwise: { code: 'version-conflict' },
});

/**
 * The holder is somebody with an account who was given this address and never proved it: they lose it to the one who
 * just did.
 */
function releaseAddress(
  ctx: Context,
  input: AcceptInput,
  acceptance: Acceptance,
  holder: UserRecord,
): Promise<Accepted> {
  const { invite } = acceptance;
  const { email: _email, ...rest } = holder;
  const without = stamped(ctx, { ...rest, epoch: holder.epoch + 1 }, holder.version + 1);
  const fresh = freshRecord(ctx, invite);
  const others: Write[] = [
    replaceUser(without, holder),
    ...copyToGuests(without),
    { drop: keys.membership(holder.orgId, holder.id, invite.orgId), otherwise: { code: 'version-conflict' } },
    {
      update: keys.emailClaim(invite.email),
      set: { o: invite.orgId, u: fresh.id },
      when: { attribute: 'u', equals: holder.id },
      otherwise: { code: 'version-conflict' },
    },
    claimNumber(invite.orgId, fresh.id),
  ];
  return enter(ctx, input, acceptance, fresh, 'address-released', others);
}
