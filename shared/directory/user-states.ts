// The moves of people between their states, the lock beside them, and their roles. Any move that is not here is refused
// with `state-not-allowed`. A guest's org changes its own roles and may let the person go, nothing else.
import type { OrgId, UserId } from '../model/ids.ts';
import { permissionsOf, type Role } from '../model/principal.ts';
import { fail, type Problem } from '../model/problem.ts';
import type { Instant } from '../model/text.ts';
import { LIVE, type StateReason, type User, type UserState } from '../model/user.ts';
import { governs, guardWrites, leaveAdmins } from '../store/admin-items.ts';
import { keys } from '../store/keys.ts';
import { leaveUnits } from '../store/structure-items.ts';
import type { Write } from '../store/table.ts';
import { readUserItem, replaceUser, type UserRecord } from '../store/user-items.ts';
import { commit, reapply, unchanged } from './commit.ts';
import { type Context, instant } from './context.ts';
import { cancelErase } from './erase/erasures.ts';
import {
  changeFound,
  changeUser,
  checkRoleChange,
  eventOf,
  type Planned,
  readUser,
  readWhole,
  revokePending,
  stamped,
  stoneOf,
} from './users.ts';

/** A move of a deleted person is refused by name, not as one of somebody unknown. */
const KNOWN: readonly UserState[] = [...LIVE, 'deleted'];

function move(from: UserState, to: UserState, allowed: readonly UserState[]): void {
  if (!allowed.includes(from)) fail({ code: 'state-not-allowed', from, to });
}

/** Only who may make owners decides whether one, by whatever role, may come in. */
async function checkAbove(ctx: Context, { roles }: UserRecord): Promise<void> {
  const { permissions, org } = await ctx.standing();
  const above = permissionsOf(roles, org?.ownRoles).includes('owners:write');
  if (above && !permissions.includes('owners:write')) fail('role-above-own');
}

export async function toInactive(ctx: Context, before: UserRecord): Promise<Planned> {
  await checkAbove(ctx, before);
  move(before.state, 'inactive', ['staged', 'invited', 'active']);
  return { after: { ...before, state: 'inactive', deactivatedAt: instant(ctx.now), epoch: before.epoch + 1 } };
}

export async function fromInactive(ctx: Context, before: UserRecord): Promise<Planned> {
  await checkAbove(ctx, before);
  move(before.state, 'active', ['inactive']);
  const { deactivatedAt: _at, ...rest } = before;
  const pending = before.inviteId ? 'invited' : 'staged';
  return { after: { ...rest, state: before.activatedAt ? 'active' : pending } };
}

type Decide = (ctx: Context, before: UserRecord) => Promise<Planned>;

/** The reason stays with the record until the state changes again. */
const because =
  (ctx: Context, decide: Decide, stateReason: StateReason | undefined) =>
  async (before: UserRecord): Promise<Planned> => ({ ...(await decide(ctx, before)), stateReason });

export function deactivateUser(ctx: Context, id: UserId, version?: number, reason?: StateReason): Promise<User> {
  return changeUser(ctx, id, 'user-deactivated', version, because(ctx, toInactive, reason), KNOWN);
}

export function activateUser(ctx: Context, id: UserId, version?: number, reason?: StateReason): Promise<User> {
  return changeUser(ctx, id, 'user-activated', version, because(ctx, fromInactive, reason), KNOWN);
}

/** Ends sessions and links for good, revokes the pending invite, keeps the address reserved. A guest only leaves. */
export function deleteUser(ctx: Context, id: UserId, version?: number, reason?: StateReason): Promise<void> {
  return reapply(async () => {
    const found = await readWhole(ctx, id, KNOWN);
    if (found.record.homeOrgId) await leave(ctx, found.record, found.record.homeOrgId, version);
    else await changeFound(ctx, found, 'user-deleted', version, because(ctx, toDeleted, reason));
  });
}

async function toDeleted(ctx: Context, before: UserRecord): Promise<Planned> {
  await checkAbove(ctx, before);
  move(before.state, 'deleted', LIVE);
  const { inviteId, ...rest } = before;
  const gone = { state: 'deleted', stateBefore: before.state, deletedAt: instant(ctx.now) } as const;
  return {
    after: { ...rest, ...gone, epoch: before.epoch + 1 },
    ...(inviteId && { writes: [revokePending(before.orgId, inviteId, ctx)] }),
  };
}

/** A guest's membership ends; the person and their home know nothing else of it. Three trips: the home is read, too. */
async function leave(ctx: Context, guest: UserRecord, homeOrgId: OrgId, version?: number): Promise<void> {
  const { id, orgId } = guest;
  await checkAbove(ctx, guest);
  if (version !== undefined && guest.version !== version) fail('version-stale');
  const item = (await ctx.table.get(keys.user(homeOrgId, id))) ?? fail('not-found');
  const home = readUserItem(item);
  const otherwise: Problem = { code: 'version-conflict' };
  const writes: Write[] = [
    replaceUser(stoneOf(ctx, guest), guest),
    ...leaveUnits(guest),
    replaceUser({ ...home, guestOf: (home.guestOf ?? []).filter((org) => org !== orgId) }, home),
    { update: keys.membership(homeOrgId, id, orgId), set: { st: 'left' }, remove: ['i'], otherwise },
    ...(governs(guest) ? [leaveAdmins(orgId, id)] : []),
  ];
  const ended = { type: 'membership-ended', orgId, userId: id, version: guest.version + 1 } as const;
  await commit(ctx, ended, writes, undefined);
}

async function toRestored(ctx: Context, before: UserRecord): Promise<Planned> {
  await checkAbove(ctx, before);
  move(before.state, before.stateBefore ?? before.state, ['deleted']);
  const writes = await cancelErase(ctx, before);
  const { deletedAt: _at, erasureId: _erasure, stateBefore = 'staged', ...rest } = before;
  // The delete revoked the invite: who was only invited has none to accept.
  const state = stateBefore === 'invited' ? 'staged' : stateBefore;
  return { after: { ...rest, state, epoch: before.epoch + 1 }, writes };
}

/** Brings back record, memberships and password; no session. An erase that waits is cancelled. */
export function restoreUser(ctx: Context, id: UserId, version?: number): Promise<User> {
  return changeUser(ctx, id, 'user-restored', version, (before) => toRestored(ctx, before), KNOWN);
}

/** Restores a deleted person and, where they were inactive, lets them in again: one change. */
export function reviveUser(ctx: Context, id: UserId, version?: number, reason?: StateReason): Promise<User> {
  return changeUser(ctx, id, 'user-restored', version, because(ctx, toRevived, reason), KNOWN);
}

async function toRevived(ctx: Context, before: UserRecord): Promise<Planned> {
  const restored = await toRestored(ctx, before);
  const { after } = restored;
  return after.state === 'inactive' ? { ...restored, ...(await fromInactive(ctx, after)) } : restored;
}

/** A hold on sign-in beside the state; ends sessions and links. */
export function lockUser(ctx: Context, id: UserId, reason: string, until?: Instant, version?: number): Promise<User> {
  if (until && new Date(until) <= ctx.now) {
    fail({ code: 'input-invalid', issues: [{ pointer: '/until', message: 'must be in the future' }] });
  }
  return changeUser(ctx, id, 'user-locked', version, async (before) => {
    await checkAbove(ctx, before);
    const lock = { at: instant(ctx.now), reason, ...(until && { until }) };
    return { after: { ...before, lock, epoch: before.epoch + 1 } };
  });
}

export function unlockUser(ctx: Context, id: UserId, version?: number): Promise<User> {
  return changeUser(ctx, id, 'user-unlocked', version, async (before) => {
    await checkAbove(ctx, before);
    const { lock: _lock, ...after } = before;
    return { after };
  });
}

export interface MembershipView {
  userId: UserId;
  orgId: OrgId;
  roles: Role[];
  version: number;
}

/** Roles in the caller's org, for its own people and its guests alike. Nobody grants or takes away what they lack. */
export const setRoles = (ctx: Context, id: UserId, roles: Role[], version?: number): Promise<MembershipView> =>
  changeRoles(ctx, id, () => roles, version);

/** The same by what the person has when it is committed. */
export function changeRoles(
  ctx: Context,
  id: UserId,
  rolesOf: (before: readonly Role[]) => Role[],
  version?: number,
): Promise<MembershipView> {
  return reapply(async () => {
    const before = await readUser(ctx, id);
    if (version !== undefined && before.version !== version) fail('version-stale');
    const standing = await ctx.standing();
    const wanted = [...new Set(rolesOf(before.roles))];
    checkRoleChange(standing, before.roles, wanted);
    if (JSON.stringify(wanted) === JSON.stringify(before.roles)) return unchanged(ctx, membershipOf(before));
    const after = stamped(ctx, { ...before, roles: wanted }, before);
    const done = { ...eventOf(after, 'user-roles-changed'), changed: ['roles'] };
    return commit(ctx, done, [replaceUser(after, before), ...guardWrites(before, after)], membershipOf(after));
  });
}

const membershipOf = ({ id, orgId, roles, version }: UserRecord): MembershipView => ({
  userId: id,
  orgId,
  roles,
  version,
});
