// Invites as the inviting org sees them: create, list, resend, extend, revoke. Accepting is in accept-invite.ts.
import type { InviteId, UserId } from '../model/ids.ts';
import type { Invite, InviteCreate } from '../model/invite.ts';
import type { Page } from '../model/page.ts';
import type { Role } from '../model/principal.ts';
import { fail, hasCode } from '../model/problem.ts';
import type { ProfilePatch } from '../model/user/profile.ts';
import { claimEmail, claimNumber, type Holder, readClaim } from '../store/claim-items.ts';
import {
  type InviteRecord,
  membershipItem,
  newInvite,
  putInvite,
  readInviteItem,
  readMembership,
  toInvite,
} from '../store/invite-items.ts';
import { keys, partitions } from '../store/keys.ts';
import { putLetter } from '../store/letter-items.ts';
import type { OrgRecord } from '../store/org-items.ts';
import { equals, type Write } from '../store/table.ts';
import { newUser, readUserItem, replaceUser, sideWrites, type UserRecord } from '../store/user-items.ts';
import { commit, reapply } from './commit.ts';
import { type Context, instant, newId, newNonce, orgOf, secondsFrom } from './context.ts';
import { countInvite, inviteSeconds, planInvite } from './invite-plan.ts';
import { together } from './limits.ts';
import { listPage, type PageInput } from './lists.ts';
import { newLetter } from './outbox.ts';
import { applyPatch, checkSize } from './record.ts';
import { checkTeams } from './references.ts';
import { checkAboveNone, checkDomain, checkGrant, findRecord, readOwn, stamped } from './users.ts';

/**
 * Invites an address. Nobody with it yet: the person is created in the same commit. The claim of the address decides
 * which of the two it is, so two invites at once make one person.
 */
export const createInvite = (ctx: Context, input: InviteCreate): Promise<Invite> =>
  invite(ctx, input, countInvite(ctx));

/** The same for an invite that was counted before. */
export const createCounted = (ctx: Context, input: InviteCreate): Promise<Invite> =>
  invite(ctx, input, Promise.resolve());

async function invite(ctx: Context, input: InviteCreate, counted: Promise<void>): Promise<Invite> {
  const teams = input.teams ?? [];
  const [standing] = await together([ctx.standing(), counted, checkTeams(ctx, orgOf(ctx), teams)]);
  const { org = fail('permission-missing') } = standing;
  if (teams.length > 0 && !standing.permissions.includes('teams:write')) fail('permission-missing');
  const wanted = { ...input, roles: [...new Set(input.roles ?? (['member'] as const))] };
  checkGrant(standing, wanted.roles);
  checkDomain(org, input.email);
  // Another may have got the number that follows from the id: the next try draws another id.
  return reapply(() => inviteNew(ctx, org, wanted));
}

async function inviteNew(ctx: Context, org: OrgRecord, wanted: InviteCreate & { roles: Role[] }): Promise<Invite> {
  const now = instant(ctx.now);
  const by = ctx.principal?.id;
  const times = { createdAt: now, updatedAt: now, invitedAt: now, ...(by && { createdBy: by, updatedBy: by }) };
  const id = newId<UserId>(ctx);
  const blank: UserRecord = {
    id,
    orgId: org.id,
    state: 'invited',
    version: 1,
    epoch: 1,
    roles: wanted.roles,
    ...times,
  };
  const plan = planInvite(ctx, org, wanted, blank);
  const named = applyPatch(blank, { email: wanted.email, ...(wanted.profile && { profile: wanted.profile }) });
  const person: UserRecord = { ...named, inviteId: plan.invite.id };
  checkSize(person);
  const claims = [claimEmail(wanted.email, org.id, id), claimNumber(org.id, id)];
  const writes = [newUser(person), ...claims, ...sideWrites(undefined, person), ...plan.writes];
  try {
    return await commit(ctx, invited(plan.invite, person.version), writes, toInvite(plan.invite, ctx.now));
  } catch (error) {
    if (!hasCode(error, 'email-taken')) throw error;
    return inviteHolder(ctx, org, plan.invite, wanted.profile ?? {}, plan.writes.slice(1));
  }
}

const invited = ({ orgId, userId, id }: InviteRecord, version?: number) => ({
  ...({ type: 'user-invited', orgId, userId, subjectId: id } as const),
  ...(version !== undefined && { version }),
});

interface Joined {
  invite: InviteRecord;
  writes: Write[];
  /** The person's version after it, where it raises one. */
  version?: number;
}

/** Invites the person who holds the address already: of this org, or of another. */
function inviteHolder(
  ctx: Context,
  org: OrgRecord,
  planned: InviteRecord,
  profile: ProfilePatch,
  letters: Write[],
): Promise<Invite> {
  return reapply(async () => {
    const holder = readClaim(await ctx.table.get(keys.emailClaim(planned.email)));
    // Freed in this moment: the next try finds the address free again.
    if (!holder) fail('version-conflict');
    const { epoch: _epoch, ...rest } = planned;
    const held: InviteRecord = { ...rest, userId: holder.userId, userOrgId: holder.orgId };
    const { invite, writes, version } = await (holder.orgId === org.id
      ? joinOwn(ctx, held, profile)
      : offer(ctx, held, holder));
    return commit(ctx, invited(invite, version), [newInvite(invite), ...letters, ...writes], toInvite(invite, ctx.now));
  });
}

/** A person of the own org: only one who was never in may be invited. */
async function joinOwn(ctx: Context, invite: InviteRecord, profile: ProfilePatch): Promise<Joined> {
  const before = await findRecord(ctx, invite.orgId, invite.userId);
  // Erased in this moment: the next try finds the address free.
  if (!before || before.state === 'erased') fail('version-conflict');
  if (before.state === 'deleted') fail({ code: 'email-taken', deletedUserId: before.id });
  if (before.state === 'active' || before.state === 'inactive') fail('already-member');
  // An invite replaces the roles: nobody takes away what they could not give.
  checkAboveNone(await ctx.standing(), before.roles);
  const superseded = await supersede(ctx, invite, before.inviteId);
  const named = applyPatch(before, { profile });
  const joined: UserRecord = {
    ...named,
    state: 'invited',
    invitedAt: instant(ctx.now),
    inviteId: invite.id,
    roles: invite.roles,
  };
  const after = stamped(ctx, joined, before);
  checkSize(after);
  return {
    invite: { ...invite, epoch: before.epoch },
    version: after.version,
    writes: [replaceUser(after, before), ...sideWrites(before, after), ...superseded],
  };
}

/** A person of another org: the offer is an item on the person's side, one per org, so none is made twice. */
async function offer(ctx: Context, invite: InviteRecord, holder: Holder): Promise<Joined> {
  const [membershipOf, guest] = await ctx.table.getMany([
    keys.membership(holder.orgId, holder.userId, invite.orgId),
    keys.user(invite.orgId, holder.userId),
  ]);
  const membership = membershipOf && readMembership(membershipOf);
  const member = guest && readUserItem(guest);
  if (member && member.state !== 'erased' && !member.suspended) fail('already-member');
  const superseded = await supersede(ctx, invite, membership?.inviteId);
  const offered = { orgId: invite.orgId, state: 'offered', inviteId: invite.id } as const;
  const write: Write = {
    put: membershipItem(holder.orgId, holder.userId, offered),
    when: equals('op', membershipOf?.op),
    otherwise: { code: 'version-conflict' },
  };
  return { invite, writes: [write, ...superseded] };
}

/** A pending invite stands in the way; one whose time is up is replaced. */
async function supersede(ctx: Context, invite: InviteRecord, inviteId: InviteId | undefined): Promise<Write[]> {
  const item = inviteId && (await ctx.table.get(keys.invite(invite.orgId, inviteId)));
  if (!item) return [];
  const before = readInviteItem(item);
  // An offer to an address that the person gave up goes on by itself: whoever has that address may take it.
  if (before.email !== invite.email) return [];
  if (toInvite(before, ctx.now).state === 'pending') fail({ code: 'invite-pending', inviteId: before.id });
  if (before.state !== 'pending') return [];
  const revoked: InviteRecord = { ...before, state: 'revoked', revokedAt: instant(ctx.now) };
  return [putInvite(revoked, before, { code: 'version-conflict' })];
}

async function readInvite(ctx: Context, id: InviteId): Promise<InviteRecord> {
  const item = await ctx.table.get(keys.invite(orgOf(ctx), id));
  return item ? readInviteItem(item) : fail('not-found');
}

export async function getInvite(ctx: Context, id: InviteId): Promise<Invite> {
  return toInvite(await readInvite(ctx, id), ctx.now);
}

export function listInvites(ctx: Context, input: PageInput): Promise<Page<Invite>> {
  const query = { pk: partitions.invites(orgOf(ctx)), index: 'byCreated' as const, descending: true };
  return listPage(ctx, ['invites', orgOf(ctx)], input, query, async (items) =>
    items.map((item) => toInvite(readInviteItem(item), ctx.now)),
  );
}

/** Same invite, new link, new letter, new expiry: the older link is dead from this commit on. */
export function resendInvite(ctx: Context, id: InviteId, expiresInSeconds?: number): Promise<Invite> {
  return reapply(async (attempt) => {
    const counted = attempt === 1 ? countInvite(ctx) : Promise.resolve();
    const [before, { org }] = await together([readInvite(ctx, id), ctx.standing(), counted]);
    if (before.state !== 'pending') fail({ code: 'state-not-allowed', from: before.state, to: 'pending' });
    const own = before.userOrgId === before.orgId && (await ctx.table.get(keys.user(before.orgId, before.userId)));
    const letter = newLetter(ctx, { kind: 'invite', orgId: before.orgId, inviteId: id });
    const lifetime = expiresInSeconds ?? (org ? inviteSeconds(org) : 0);
    const after: InviteRecord = {
      ...before,
      nonce: newNonce(ctx),
      expiresAt: instant(secondsFrom(ctx.now, lifetime)),
      letterId: letter.id,
      delivery: { state: 'queued', at: instant(ctx.now) },
      ...(own && { epoch: readUserItem(own).epoch }),
    };
    const type = expiresInSeconds === undefined ? 'invite-resent' : 'invite-extended';
    const writes = [putInvite(after, before, { code: 'version-conflict' }), putLetter(letter)];
    return commit(ctx, { ...invited(after), type }, writes, toInvite(after, ctx.now));
  });
}

/** The invite that a person of the org was sent last, sent again. Fails with `not-found` for who has none. */
export async function resendInviteTo(ctx: Context, id: UserId): Promise<Invite> {
  const { inviteId } = await readOwn(ctx, id);
  return resendInvite(ctx, inviteId ?? fail('not-found'));
}

/** The link is dead at once; a person who was only invited is staged again. */
export function revokeInvite(ctx: Context, id: InviteId): Promise<void> {
  return reapply(async () => {
    const before = await readInvite(ctx, id);
    if (before.state !== 'pending') fail({ code: 'state-not-allowed', from: before.state, to: 'revoked' });
    const after: InviteRecord = { ...before, state: 'revoked', revokedAt: instant(ctx.now) };
    const { writes, version } = await withdraw(ctx, before);
    const ended = putInvite(after, before, { code: 'version-conflict' });
    await commit(ctx, { ...invited(after, version), type: 'invite-revoked' }, [ended, ...writes], undefined);
  });
}

async function withdraw(ctx: Context, invite: InviteRecord): Promise<Omit<Joined, 'invite'>> {
  const { orgId, userOrgId, userId } = invite;
  if (userOrgId !== orgId) {
    const left: Write = {
      update: keys.membership(userOrgId, userId, orgId),
      set: { k: 'membership', o: orgId, st: 'left' },
      remove: ['i'],
      otherwise: { code: 'version-conflict' },
    };
    return { writes: [left] };
  }
  const item = await ctx.table.get(keys.user(orgId, userId));
  const before = item && readUserItem(item);
  if (!before || before.inviteId !== invite.id) return { writes: [] };
  const { inviteId: _id, ...rest } = before;
  const state = before.state === 'invited' ? ('staged' as const) : before.state;
  const after = stamped(ctx, { ...rest, state }, before);
  return { writes: [replaceUser(after, before)], version: after.version };
}
