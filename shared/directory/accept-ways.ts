// The four ways in that an accepted invite opens: enter as somebody new, join as a guest, move the home of somebody who
// was never in, or take an address from somebody who never proved it.

import type { EventType } from '../model/event.ts';
import { type InviteId, numberOf, type OrgId } from '../model/ids.ts';
import { mergePatch } from '../model/patch.ts';
import { fail } from '../model/problem.ts';
import type { Profile } from '../model/user/profile.ts';
import { hashPassword } from '../security/password-hash.ts';
import { dropAdmin, governs, guardWrites } from '../store/admin-items.ts';
import type { AuditEvent } from '../store/audit-items.ts';
import {
  claimEmail,
  claimNumber,
  type Holder,
  releaseExternalId,
  releaseUsername,
  releaseVendorId,
  repoint,
} from '../store/claim-items.ts';
import { copyToGuests } from '../store/guest-items.ts';
import {
  type InviteRecord,
  type Membership,
  membershipItem,
  readInviteItem,
  readMembership,
} from '../store/invite-items.ts';
import { keys, partitions } from '../store/keys.ts';
import { dropAnswers, putCredential } from '../store/secret-items.ts';
import { leaveUnits } from '../store/structure-items.ts';
import { equals, present, type Write } from '../store/table.ts';
import { newUser, readUserItem, replaceUser, sideWrites, type UserRecord } from '../store/user-items.ts';
import {
  type Acceptance,
  type Accepted,
  type AcceptInput,
  acceptedInvite,
  dead,
  freshRecord,
  rolesOf,
  welcome,
} from './acceptance.ts';
import { commit } from './commit.ts';
import { type Context, instant } from './context.ts';
import { lighten } from './lighten.ts';
import { acceptable } from './passwords.ts';
import { checkSize, withNewPassword } from './record.ts';
import { checkSignInPassword, forgiveFailures, mayComeIn } from './sign-in-check.ts';
import { withInvited } from './structure/unit-members.ts';
import { stamped, stoneOf } from './users.ts';

const MAX_GUEST_ORGS = 20;
const otherwise = { code: 'version-conflict' } as const;

/** First proof in the inviting org: credential, names, terms, and the state active. Nothing set before it survives. */
export async function enter(
  ctx: Context,
  input: AcceptInput,
  { invite, org, holder }: Acceptance,
  before: UserRecord,
  type: EventType,
  others: Write[],
  elsewhere: AuditEvent[] = [],
): Promise<Accepted> {
  if (ctx.principal && ctx.principal.id !== before.id) fail('permission-missing');
  const { teams, places } = await withInvited(ctx, invite, before);
  const now = instant(ctx.now);
  const profile = mergePatch(before.profile ?? {}, input.profile ?? {}) as Profile;
  const { inviteId: _id, ...rest } = before;
  const entered: UserRecord = {
    ...withNewPassword(rest, now),
    email: invite.email,
    state: 'active',
    roles: rolesOf(invite, holder),
    ...(teams && { teams }),
    epoch: before.epoch + 1,
    activatedAt: now,
    emailVerifiedAt: now,
    ...(Object.keys(profile).length > 0 && { profile }),
    ...(input.locale && { preferences: { ...before.preferences, locale: input.locale } }),
    ...(org.settings.termsVersion && { termsAcceptedAt: now, termsVersion: org.settings.termsVersion }),
  };
  const after = { ...stamped(ctx, entered, before), updatedBy: before.id };
  if (input.password === undefined)
    fail({ code: 'input-invalid', issues: [{ pointer: '/password', message: 'is needed' }] });
  acceptable(input.password, after, org);
  const { termsVersion } = org.settings;
  if (termsVersion && input.acceptTerms !== true) fail({ code: 'terms-not-accepted', termsVersion });
  checkSize(after);
  const credential = { hash: await hashPassword(input.password), setAt: now };
  const stays = holder?.id === before.id && holder.orgId === invite.orgId;
  const known = stays ? before : undefined;
  const claims = [claimNumber(invite.orgId, before.id), claimEmail(invite.email, invite.orgId, before.id, otherwise)];
  return commit(
    ctx,
    [{ type, orgId: invite.orgId, userId: before.id, subjectId: invite.id, version: after.version }, ...elsewhere],
    [
      acceptedInvite({ ...invite, userId: before.id, userOrgId: invite.orgId }, invite, now),
      known ? replaceUser(after, known) : newUser(after),
      putCredential(invite.orgId, before.id, credential),
      ...(known ? [dropAnswers(invite.orgId, before.id)] : []),
      ...sideWrites(known, after),
      ...guardWrites(known, after),
      ...(holder ? [] : claims),
      ...places,
      ...others,
    ],
    welcome(after, invite, org),
  );
}

/**
 * A person with an account elsewhere joins as a guest: by their own access token, or by the password they already have,
 * checked with the counters of sign-in. Their credential, names and terms stay what they are.
 */
export async function join(
  ctx: Context,
  input: AcceptInput,
  { invite, org }: Acceptance,
  home: UserRecord,
): Promise<Accepted> {
  if (ctx.principal) {
    if (ctx.principal.id !== home.id) fail('permission-missing');
    await ctx.standing();
  } else {
    const { tries } = await checkSignInPassword(ctx, invite.email, input.password ?? '');
    await forgiveFailures(ctx, invite.email, tries);
  }
  mayComeIn(home, ctx.now);
  const now = instant(ctx.now);
  const [guestItem, offer] = await ctx.table.getMany([
    keys.user(invite.orgId, home.id),
    keys.membership(home.orgId, home.id, invite.orgId),
  ]);
  const before = guestItem && readUserItem(guestItem);
  // A home that moved away from this org left a stone behind, under the same id.
  const returns = before?.state === 'erased';
  if (before && !before.suspended && !returns) return dead();
  // A membership that was suspended goes on where it stopped.
  const { teams: had, groups } = before ?? {};
  const { teams, places } = await withInvited(ctx, invite, { id: home.id, ...(had && { teams: had }) });
  const guestOf = [...new Set([...(home.guestOf ?? []), invite.orgId])];
  if (guestOf.length > MAX_GUEST_ORGS) fail('limit-reached');
  const { givenName, familyName, displayName } = home.profile ?? {};
  const guest: UserRecord = {
    id: home.id,
    orgId: invite.orgId,
    homeOrgId: home.orgId,
    state: 'active',
    version: (before?.version ?? 0) + 1,
    // From the clock, so that no session of a membership that ended here lives again.
    epoch: Math.max((before?.epoch ?? 0) + 1, Math.floor(ctx.now.getTime() / 1000)),
    roles: invite.roles,
    ...(teams && { teams }),
    ...(groups && { groups }),
    createdAt: (returns ? undefined : before?.createdAt) ?? now,
    updatedAt: now,
    updatedBy: home.id,
    ...(home.email && { email: home.email }),
    profile: {
      ...(givenName && { givenName }),
      ...(familyName && { familyName }),
      ...(displayName && { displayName }),
    },
  };
  const { epoch: _epoch, ...offered } = invite;
  return commit(
    ctx,
    { type: 'membership-accepted', orgId: invite.orgId, userId: home.id, subjectId: invite.id, version: guest.version },
    [
      acceptedInvite({ ...offered, userId: home.id, userOrgId: home.orgId }, invite, now),
      {
        put: membershipItem(home.orgId, home.id, { orgId: invite.orgId, state: 'live' }),
        when: equals('op', offer?.op),
        otherwise,
      },
      before ? replaceUser(guest, before) : newUser(guest),
      // Any change of the person meanwhile (a lock, a deactivation) refuses this.
      replaceUser({ ...home, guestOf, emailVerifiedAt: home.emailVerifiedAt ?? now }, home),
      ...guardWrites(before, guest),
      ...places,
    ],
    welcome(guest, invite, org),
  );
}

/**
 * The holder was never in and never proved the address: the inviting org becomes the home. What the other org wrote
 * stays behind, its invite becomes an offer of membership, and its id for the person is unknown from now on.
 */
export async function moveHome(
  ctx: Context,
  input: AcceptInput,
  acceptance: Acceptance,
  found: UserRecord,
): Promise<Accepted> {
  const { invite } = acceptance;
  const holder = await lighten(ctx, found);
  const { id, orgId: oldOrg } = holder;
  const others: Write[] = [
    replaceUser(stoneOf(ctx, holder), holder),
    ...leaveUnits(holder),
    ...(['p', 's'] as const).map((part) => ({ drop: keys.side(oldOrg, id, part), otherwise })),
    { drop: keys.activity(oldOrg, id), otherwise },
    { drop: keys.work(oldOrg, id), otherwise },
    { drop: keys.credential(oldOrg, id), otherwise },
    dropAnswers(oldOrg, id),
    // Whoever was never proven has no say in who governs there.
    ...(governs(holder) ? [dropAdmin(oldOrg, id)] : []),
    ...(await carryOffers(ctx, invite, holder, { orgId: invite.orgId, userId: id })),
    repoint(keys.emailClaim(invite.email), id, invite.orgId),
    repoint(keys.numberClaim(numberOf(id)), id, invite.orgId),
    ...(holder.username ? [releaseUsername(holder.username, id)] : []),
    ...(holder.externalId ? [releaseExternalId(holder.externalId, oldOrg, id)] : []),
    ...(holder.side?.provisioning?.externalIds ?? []).map((vendorId) => releaseVendorId(vendorId, oldOrg, id)),
  ];
  const moved = { ...freshRecord(ctx, invite), id, version: holder.version, epoch: holder.epoch };
  return enter(ctx, input, acceptance, moved, 'home-moved', others, [lost(holder, 'home-moved')]);
}

/** The org that loses something is told in its own record of events. */
const lost = ({ orgId, id }: UserRecord, type: EventType): AuditEvent => ({ type, orgId, userId: id });

/**
 * The holder is somebody with an account who was given this address and never proved it: they lose it to the one who
 * just did.
 */
export async function releaseAddress(
  ctx: Context,
  input: AcceptInput,
  acceptance: Acceptance,
  holder: UserRecord,
): Promise<Accepted> {
  const { invite } = acceptance;
  const { email: _email, ...rest } = holder;
  const without = stamped(ctx, { ...rest, epoch: holder.epoch + 1 }, holder);
  const fresh = freshRecord(ctx, invite);
  const others: Write[] = [
    replaceUser(without, holder),
    ...copyToGuests(without),
    ...(await carryOffers(ctx, invite, holder, { orgId: invite.orgId, userId: fresh.id })),
    {
      update: keys.emailClaim(invite.email),
      set: { o: invite.orgId, u: fresh.id },
      when: equals('u', holder.id),
      otherwise,
    },
    claimNumber(invite.orgId, fresh.id),
  ];
  return enter(ctx, input, acceptance, fresh, 'address-released', others, [
    { ...lost(holder, 'address-released'), version: without.version },
  ]);
}

/**
 * Three writes each, of the hundred that a transaction holds. At worst forty go to the guest items of whoever loses the
 * address, twenty into teams. Further offers stay where they are: their links find the address's holder.
 */
const MAX_CARRIED = 8;
/** Memberships that are looked through for offers. */
const MAX_SEEN = 100;

type Offer = Membership & { inviteId: InviteId };

/** The other invites of the address become offers to whoever has it from now on. */
async function carryOffers(ctx: Context, invite: InviteRecord, from: UserRecord, to: Holder): Promise<Write[]> {
  const { orgId: oldOrg, id } = from;
  const { items } = await ctx.table.query({
    pk: partitions.userItems(oldOrg, id),
    begins: 'M#',
    strong: true,
    limit: MAX_SEEN,
  });
  const isOffer = (membership: Membership): membership is Offer =>
    membership.state === 'offered' && membership.inviteId !== undefined && membership.orgId !== invite.orgId;
  const own = { orgId: oldOrg, state: 'offered', inviteId: from.inviteId } as const;
  const offers = [own, ...items.map(readMembership)].filter(isOffer).slice(0, MAX_CARRIED);
  const found = await ctx.table.getMany(offers.map(({ orgId, inviteId }) => keys.invite(orgId, inviteId)));
  const carried = offers.filter((_, i) => {
    const item = found[i];
    return item !== undefined && readInviteItem(item).email === invite.email;
  });
  const goes = (orgId: OrgId) => orgId === invite.orgId || carried.some((offer) => offer.orgId === orgId);
  return [
    ...items.filter((item) => goes(readMembership(item).orgId)).map(({ pk, sk }) => ({ drop: { pk, sk }, otherwise })),
    ...carried.map((offer) => ({ put: membershipItem(to.orgId, to.userId, offer), otherwise })),
    ...carried.map(({ orgId, inviteId }) => ({
      update: keys.invite(orgId, inviteId),
      set: { u: to.userId, uo: to.orgId },
      when: present,
      otherwise,
    })),
  ];
}
