// People: create, read, change, and the moves between their states. Only the home org changes identity, profile and
// security; a guest's org changes its own roles and may let the person go.
import { domainOf } from '../model/email-address.ts';
import type { OrgId, UserId } from '../model/ids.ts';
import { domainAllowed } from '../model/org.ts';
import { mayGrant, type Role } from '../model/principal.ts';
import { fail, hasCode, type Problem } from '../model/problem.ts';
import type { Instant } from '../model/text.ts';
import type { User, UserCreate, UserPatch, UserState } from '../model/user.ts';
import type { EventType } from '../store/audit-items.ts';
import { keys } from '../store/keys.ts';
import type { OrgRecord } from '../store/org-items.ts';
import type { Item, Write } from '../store/table.ts';
import {
  claimEmail,
  claimExternalId,
  claimNumber,
  claimUsername,
  copyToGuests,
  governs,
  guardWrites,
  leaveAdmins,
  newUser,
  readActivity,
  readClaim,
  readUserItem,
  releaseEmail,
  releaseExternalId,
  releaseUsername,
  replaceUser,
  sideWrites,
  toUser,
  type UserRecord,
  withSide,
} from '../store/user-items.ts';
import { commit, reapply } from './commit.ts';
import { type Context, instant, newId, orgOf, principalOf } from './context.ts';
import { planInvite } from './invite-plan.ts';
import { addressNotice } from './outbox.ts';
import { applyPatch, changedMembers, checkSize } from './record.ts';

/** A person's record with all of its groups. Fails with `not-found` for ids of other orgs, deleted and erased people. */
export async function readUser(ctx: Context, id: UserId, states?: UserState[]): Promise<UserRecord> {
  const record = await findRecord(ctx, orgOf(ctx), id);
  const shown = states ?? ['staged', 'invited', 'active', 'inactive'];
  if (!record || !shown.includes(record.state)) fail('not-found');
  return record;
}

/** The record under an org, whatever its state. */
export async function findRecord(ctx: Context, orgId: OrgId, id: UserId): Promise<UserRecord | undefined> {
  const { items } = await ctx.table.query({ pk: keys.user(orgId, id).pk, begins: 'U', strong: true });
  return joinItems(items)?.record;
}

function joinItems(items: Item[]): { record: UserRecord; activity?: Item | undefined } | undefined {
  const part = (sk: string) => items.find((item) => item.sk === sk);
  const core = part('U');
  if (!core) return undefined;
  return { record: withSide(readUserItem(core), [part('U#p'), part('U#s')]), activity: part('U#a') };
}

export async function getUser(ctx: Context, id: UserId, state?: 'deleted'): Promise<User> {
  const { items } = await ctx.table.query({ pk: keys.user(orgOf(ctx), id).pk, begins: 'U', strong: true });
  const found = joinItems(items);
  const hidden =
    found && (found.record.state === 'erased' || (found.record.state === 'deleted') !== (state === 'deleted'));
  if (!found || hidden) fail('not-found');
  return toUser(found.record, readActivity(found.activity));
}

/** Two reads, whoever the address belongs to: a person of another org costs and answers as nobody does. */
export async function getUserByEmail(ctx: Context, address: string, state?: 'deleted'): Promise<User> {
  const holder = readClaim(await ctx.table.get(keys.emailClaim(address)));
  return getUser(ctx, holder?.userId ?? newId<UserId>(ctx), state);
}

export async function createUser(ctx: Context, input: UserCreate): Promise<User> {
  const standing = await ctx.standing();
  const org = standing.org ?? fail('permission-missing');
  const roles = input.roles ?? ['member'];
  checkGrant(standing.permissions, roles);
  checkDomain(org, input.email);
  if (input.invite && !standing.permissions.includes('users:invite')) fail('permission-missing');
  const now = instant(ctx.now);
  const id = newId<UserId>(ctx);
  const by = principalOf(ctx).id;
  const times = { createdAt: now, createdBy: by, updatedAt: now, updatedBy: by };
  const blank: UserRecord = { id, orgId: org.id, state: 'staged', version: 1, epoch: 1, roles, ...times };
  const { invite: _invite, roles: _roles, ...patch } = input;
  let record = applyPatch(blank, patch);
  const writes: Write[] = [];
  if (input.invite) {
    const plan = await planInvite(ctx, org, { email: input.email, roles }, record);
    record = { ...record, state: 'invited', invitedAt: now, inviteId: plan.invite.id };
    writes.push(...plan.writes);
  }
  checkSize(record);
  writes.unshift(newUser(record), claimEmail(input.email, org.id, id), claimNumber(org.id, id));
  if (record.username) writes.push(claimUsername(record.username, org.id, id));
  if (record.externalId) writes.push(claimExternalId(record.externalId, org.id, id));
  writes.push(...sideWrites(undefined, record));
  const answer = { ...toUser(record), ...(record.inviteId && { inviteId: record.inviteId }) };
  try {
    return await commit(ctx, event(record, 'user-created'), writes, answer);
  } catch (error) {
    throw hasCode(error, 'email-taken') ? await emailTaken(ctx, input.email) : error;
  }
}

/** The refusal for an address somebody holds. Callers of the home org are told which deleted person to restore. */
export async function emailTaken(ctx: Context, address: string): Promise<never> {
  const holder = readClaim(await ctx.table.get(keys.emailClaim(address)));
  const own = holder?.orgId === orgOf(ctx) ? await ctx.table.get(keys.user(holder.orgId, holder.userId)) : undefined;
  const deleted = own && readUserItem(own).state === 'deleted';
  fail({ code: 'email-taken', ...(deleted && holder && { deletedUserId: holder.userId }) });
}

/** A merge patch by the home org. A new address set here is not proven: see `changeAddress`. */
export async function updateUser(ctx: Context, id: UserId, patch: UserPatch, version?: number): Promise<User> {
  try {
    return await changeUser(ctx, id, 'user-updated', version, async (before) => {
      const after = applyPatch(before, patch);
      if (patch.email === undefined || patch.email === before.email) return { after };
      if (principalOf(ctx).id === id) fail('own-address-needs-proof');
      const { org } = await ctx.standing();
      if (org) checkDomain(org, patch.email);
      return changeAddress(ctx, before, after);
    });
  } catch (error) {
    throw hasCode(error, 'email-taken') && patch.email ? await emailTaken(ctx, patch.email) : error;
  }
}

/** What people may change in their own record: the same change without the permission. */
export function updateSelf(ctx: Context, patch: UserPatch, version?: number): Promise<User> {
  return changeUser(ctx, principalOf(ctx).id as UserId, 'user-updated', version, async (before) => ({
    after: applyPatch(before, patch),
  }));
}

/**
 * An address set by anyone but the person is not proven and ends links and sessions. It suspends the memberships
 * elsewhere, and an invite to the old address is void.
 */
function changeAddress(ctx: Context, before: UserRecord, after: UserRecord): Planned {
  const { emailVerifiedAt: _proof, inviteId, ...rest } = after;
  const changed: UserRecord = {
    ...rest,
    epoch: after.epoch + 1,
    ...(after.state === 'invited' && { state: 'staged' }),
  };
  return {
    type: 'user-email-changed',
    after: changed,
    writes: [
      ...(inviteId ? [revokePending(before.orgId, inviteId, ctx)] : []),
      ...(before.email ? [addressNotice(ctx, before, changed.email ?? '')] : []),
    ],
    guests: { sus: true },
  };
}

const revokePending = (orgId: string, inviteId: string, ctx: Context): Write => ({
  update: keys.invite(orgId, inviteId),
  set: { st: 'revoked', ra: instant(ctx.now) },
  when: { is: 'present' },
  otherwise: { code: 'version-conflict' },
});

export interface Planned {
  after: UserRecord;
  writes?: Write[];
  /** What else changes on the guest items. */
  guests?: { sus?: boolean };
  type?: EventType;
}

/**
 * Reads, decides and commits a change of a person by the home org; tried again when others changed the person
 * meanwhile. Raises the version, moves claims, side items, the admins guard and the guests' copies along. A change that
 * changes nothing commits nothing.
 */
export async function changeUser(
  ctx: Context,
  id: UserId,
  type: EventType,
  version: number | undefined,
  decide: (before: UserRecord) => Promise<Planned>,
  states?: UserState[],
): Promise<User> {
  return reapply(async () => {
    const before = await readUser(ctx, id, states);
    if (version !== undefined && before.version !== version) fail('version-stale');
    if (before.homeOrgId) fail('not-home-org');
    const { after: planned, writes = [], guests, type: actual = type } = await decide(before);
    const changed = changedMembers(before, planned);
    if (changed.length === 0) return toUser(before);
    const after = stamped(ctx, planned, before.version + 1);
    checkSize(after);
    const all = [replaceUser(after, before), ...moveClaims(before, after), ...sideWrites(before, after), ...writes];
    const copied = shownElsewhere(before, after) || guests ? copyToGuests(after, guests) : [];
    const done = { ...event(after, actual), changed };
    return commit(ctx, done, [...all, ...copied, ...guardWrites(before, after)], toUser(after));
  });
}

export function stamped(ctx: Context, record: UserRecord, version: number): UserRecord {
  return { ...record, version, updatedAt: instant(ctx.now), updatedBy: ctx.principal?.id ?? record.id };
}

function shownElsewhere(before: UserRecord, after: UserRecord): boolean {
  const shown = ({ email, state, profile }: UserRecord) =>
    JSON.stringify([email, state, profile?.givenName, profile?.familyName, profile?.displayName]);
  return shown(before) !== shown(after);
}

/** Claims follow the values they stand for. */
export function moveClaims(before: UserRecord, after: UserRecord): Write[] {
  const { orgId, id } = after;
  const moved = (
    was: string | undefined,
    is: string | undefined,
    claim: (v: string) => Write,
    release: (v: string) => Write,
  ) => (was === is ? [] : [...(is ? [claim(is)] : []), ...(was ? [release(was)] : [])]);
  const sameName = before.username?.toLowerCase() === after.username?.toLowerCase();
  return [
    ...moved(
      before.email,
      after.email,
      (v) => claimEmail(v, orgId, id),
      (v) => releaseEmail(v, id),
    ),
    ...(sameName
      ? []
      : moved(
          before.username,
          after.username,
          (v) => claimUsername(v, orgId, id),
          (v) => releaseUsername(v, id),
        )),
    ...moved(
      before.externalId,
      after.externalId,
      (v) => claimExternalId(v, orgId, id),
      (v) => releaseExternalId(v, orgId, id),
    ),
  ];
}

/** The moves between states, by name. Any other is `state-not-allowed`. */
const LIVE: UserState[] = ['staged', 'invited', 'active', 'inactive'];

function move(from: UserState, to: UserState, allowed: readonly UserState[]): void {
  if (!allowed.includes(from)) fail({ code: 'state-not-allowed', from, to });
}

export function deactivateUser(ctx: Context, id: UserId, version?: number): Promise<User> {
  return changeUser(ctx, id, 'user-deactivated', version, async (before) => {
    move(before.state, 'inactive', ['staged', 'invited', 'active']);
    return { after: { ...before, state: 'inactive', deactivatedAt: instant(ctx.now), epoch: before.epoch + 1 } };
  });
}

export function activateUser(ctx: Context, id: UserId, version?: number): Promise<User> {
  return changeUser(ctx, id, 'user-activated', version, async (before) => {
    move(before.state, 'active', ['inactive']);
    const { deactivatedAt: _at, ...rest } = before;
    const pending = before.inviteId ? 'invited' : 'staged';
    return { after: { ...rest, state: before.activatedAt ? 'active' : pending } };
  });
}

/** Ends sessions and links for good, revokes the pending invite, keeps the address reserved. A guest only leaves. */
export async function deleteUser(ctx: Context, id: UserId, version?: number): Promise<void> {
  const record = await readUser(ctx, id);
  if (record.homeOrgId) return leave(ctx, id, version);
  await changeUser(ctx, id, 'user-deleted', version, async (before) => {
    move(before.state, 'deleted', LIVE);
    const { inviteId, ...rest } = before;
    return {
      after: {
        ...rest,
        state: 'deleted',
        stateBefore: before.state,
        deletedAt: instant(ctx.now),
        epoch: before.epoch + 1,
      },
      ...(inviteId && { writes: [revokePending(before.orgId, inviteId, ctx)] }),
    };
  });
}

/** A guest's membership ends; the person and their home know nothing else of it. */
function leave(ctx: Context, id: UserId, version?: number): Promise<void> {
  return reapply(async () => {
    const guest = await readUser(ctx, id);
    const { homeOrgId, orgId } = guest;
    if (version !== undefined && guest.version !== version) fail('version-stale');
    const item = homeOrgId && (await ctx.table.get(keys.user(homeOrgId, id)));
    if (!item) fail('not-found');
    const home = readUserItem(item);
    const otherwise: Problem = { code: 'version-conflict' };
    const writes: Write[] = [
      { drop: keys.user(orgId, id), when: { attribute: 'op', equals: guest.revision }, otherwise },
      replaceUser({ ...home, guestOf: (home.guestOf ?? []).filter((org) => org !== orgId) }, home),
      { update: keys.membership(homeOrgId, id, orgId), set: { st: 'left' }, remove: ['i'], otherwise },
      ...(governs(guest) ? [leaveAdmins(orgId, id)] : []),
    ];
    await commit(ctx, { type: 'membership-ended', orgId, userId: id }, writes, undefined);
  });
}

/** Brings back record, memberships and password; no session. */
export function restoreUser(ctx: Context, id: UserId, version?: number): Promise<User> {
  const decide = async (before: UserRecord): Promise<Planned> => {
    move(before.state, before.stateBefore ?? 'staged', ['deleted']);
    const { deletedAt: _at, stateBefore = 'staged', ...rest } = before;
    return { after: { ...rest, state: stateBefore, epoch: before.epoch + 1 } };
  };
  return changeUser(ctx, id, 'user-restored', version, decide, [...LIVE, 'deleted']);
}

/** A hold on sign-in beside the state; ends sessions and links. */
export function lockUser(ctx: Context, id: UserId, reason: string, until?: Instant, version?: number): Promise<User> {
  return changeUser(ctx, id, 'user-locked', version, async (before) => ({
    after: { ...before, lock: { at: instant(ctx.now), reason, ...(until && { until }) }, epoch: before.epoch + 1 },
  }));
}

export function unlockUser(ctx: Context, id: UserId, version?: number): Promise<User> {
  return changeUser(ctx, id, 'user-unlocked', version, async ({ lock: _lock, ...after }) => ({ after }));
}

export interface MembershipView {
  userId: UserId;
  orgId: OrgId;
  roles: Role[];
  version: number;
}

/** Roles in the caller's org, for its own people and its guests alike. Nobody grants or takes away what they lack. */
export function setRoles(ctx: Context, id: UserId, roles: Role[], version?: number): Promise<MembershipView> {
  return reapply(async () => {
    const before = await readUser(ctx, id);
    if (version !== undefined && before.version !== version) fail('version-stale');
    const { permissions } = await ctx.standing();
    checkGrant(permissions, roles);
    checkGrant(permissions, before.roles);
    const wanted = [...new Set(roles)];
    const view = (record: UserRecord) => ({
      userId: id,
      orgId: record.orgId,
      roles: record.roles,
      version: record.version,
    });
    if (JSON.stringify(wanted) === JSON.stringify(before.roles)) return view(before);
    const after = stamped(ctx, { ...before, roles: wanted }, before.version + 1);
    const done = { ...event(after, 'user-roles-changed'), changed: ['roles'] };
    return commit(ctx, done, [replaceUser(after, before), ...guardWrites(before, after)], view(after));
  });
}

export function checkGrant(permissions: Parameters<typeof mayGrant>[0], roles: readonly Role[]): void {
  if (!mayGrant(permissions, roles)) fail('role-above-own');
}

export function checkDomain(org: OrgRecord, address: string): void {
  if (!domainAllowed(org.settings, domainOf(address))) fail('domain-not-allowed');
}

const event = ({ orgId, id, version }: UserRecord, type: EventType) => ({ type, orgId, userId: id, version });
