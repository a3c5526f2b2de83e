// People: read, change. Only the home org changes identity, profile and security. Somebody new is in create-user.ts; the
// moves between their states are in user-states.ts.
import { domainOf } from '../model/email-address.ts';
import type { EventType } from '../model/event.ts';
import type { OrgId, UserId } from '../model/ids.ts';
import { domainAllowed } from '../model/org.ts';
import { knowsRoles, mayGrant, type Permission, type Role } from '../model/principal.ts';
import { fail, hasCode } from '../model/problem.ts';
import { LIVE, type StateReason, type User, type UserPatch, type UserState } from '../model/user.ts';
import { guardWrites } from '../store/admin-items.ts';
import { type Counted, readActivity, readWork, type Work } from '../store/beside-items.ts';
import { moveClaims, readClaim } from '../store/claim-items.ts';
import { copyToGuests } from '../store/guest-items.ts';
import { INVITE_KEPT_SECONDS } from '../store/invite-items.ts';
import { keys } from '../store/keys.ts';
import type { OrgRecord } from '../store/org-items.ts';
import type { Write } from '../store/table.ts';
import { readUserItem, replaceUser, sideWrites, toUser, type UserRecord, withSide } from '../store/user-items.ts';
import { commit, reapply, unchanged } from './commit.ts';
import { type Context, instant, newId, orgOf, principalOf, type Standing, ttlAt } from './context.ts';
import { addressNotice } from './outbox.ts';
import { checkLocked } from './preference-layers.ts';
import { applyPatch, changedMembers, checkKeys, checkSize } from './record.ts';
import { checkReferences } from './references.ts';

/** A record with all of its groups, and what is kept beside it. */
export interface Found {
  record: UserRecord;
  activity?: Counted | undefined;
  work?: Work | undefined;
}

/** A person's record with all of its groups. Fails with `not-found` for ids of other orgs, deleted and erased people. */
export async function readUser(ctx: Context, id: UserId): Promise<UserRecord> {
  return (await readWhole(ctx, id)).record;
}

/** Fails with `not-found` as `readUser`, unless the states name more. A guest's delete is their home's business. */
export async function readWhole(ctx: Context, id: UserId, states: readonly UserState[] = LIVE): Promise<Found> {
  const found = await findWhole(ctx, orgOf(ctx), id);
  const shown = found?.record.homeOrgId ? LIVE : states;
  return found && shown.includes(found.record.state) ? found : fail('not-found');
}

/** A person whose home is the caller's org: nobody else may look into their security or change it. */
export async function readOwn(ctx: Context, id: UserId): Promise<UserRecord> {
  const user = await readUser(ctx, id);
  return user.homeOrgId ? fail('not-home-org') : user;
}

/** The record under an org, whatever its state. */
export async function findRecord(ctx: Context, orgId: OrgId, id: UserId): Promise<UserRecord | undefined> {
  return (await findWhole(ctx, orgId, id))?.record;
}

async function findWhole(ctx: Context, orgId: OrgId, id: UserId): Promise<Found | undefined> {
  const { items } = await ctx.table.query({ pk: keys.user(orgId, id).pk, begins: 'U', strong: true });
  const part = (sk: string) => items.find((item) => item.sk === sk);
  const core = part('U');
  if (!core) return undefined;
  const record = withSide(readUserItem(core), [part('U#p'), part('U#s')]);
  return { record, activity: readActivity(part('U#a')), work: readWork(part('U#r')) };
}

/** One read. With `state` only a deleted person, without it only one who is there. */
export async function getUser(ctx: Context, id: UserId, state?: 'deleted'): Promise<User> {
  const found = await findWhole(ctx, orgOf(ctx), id);
  const shown: readonly UserState[] = state ? [state] : LIVE;
  if (!found || !shown.includes(found.record.state)) fail('not-found');
  return toUser(found.record, found.activity, found.work);
}

/** Two reads, whoever the address belongs to: a person of another org costs and answers as nobody does. */
export async function getUserByEmail(ctx: Context, address: string, state?: 'deleted'): Promise<User> {
  const holder = readClaim(await ctx.table.get(keys.emailClaim(address)));
  return getUser(ctx, holder?.userId ?? newId<UserId>(ctx), state);
}

/** As by address, for systems whose ids are integers. */
export async function getUserByNumber(ctx: Context, number: number, state?: 'deleted'): Promise<User> {
  const holder = readClaim(await ctx.table.get(keys.numberClaim(number)));
  return getUser(ctx, holder?.userId ?? newId<UserId>(ctx), state);
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
  const references = settled(checkReferences(ctx, orgOf(ctx), patch, id));
  try {
    return await changeUser(ctx, id, 'user-updated', version, (before) => toPatched(ctx, before, patch, references));
  } catch (error) {
    throw hasCode(error, 'email-taken') && patch.email ? await emailTaken(ctx, patch.email) : error;
  }
}

/** The plan of a merge patch; `references` are those of the patch, checked beside the reads. */
export async function toPatched(
  ctx: Context,
  before: UserRecord,
  patch: UserPatch,
  references: Promise<void>,
): Promise<Planned> {
  const after = applyPatch(before, patch);
  await references;
  if (patch.preferences) await checkLocked(ctx, before, after);
  // It keeps the person out until they have set a new password.
  if (patch.security) checkAboveNone(await ctx.standing(), before.roles);
  if (patch.email === undefined || patch.email === before.email) return { after };
  if (principalOf(ctx).id === before.id) fail('own-address-needs-proof');
  const standing = await ctx.standing();
  if (standing.org) checkDomain(standing.org, patch.email);
  // Whoever sets an address can have a password reset sent to it: nobody becomes more than they are that way.
  checkAboveNone(standing, before.roles);
  return changeAddress(ctx, before, after);
}

/** What people may change in their own record: the same change without the permission. */
export function updateSelf(ctx: Context, patch: UserPatch, version?: number): Promise<User> {
  const id = principalOf(ctx).id as UserId;
  const references = settled(checkReferences(ctx, orgOf(ctx), patch, id));
  return changeUser(ctx, id, 'user-updated', version, async (before) => {
    const after = applyPatch(before, patch);
    await references;
    if (patch.preferences) await checkLocked(ctx, before, after);
    return { after };
  });
}

/** Its failure is heard where it is waited for, also when that is never reached. */
export function settled(started: Promise<void>): Promise<void> {
  started.catch(() => undefined);
  return started;
}

/**
 * An address set by anyone but the person is not proven and ends links and sessions. It suspends the memberships
 * elsewhere, and an invite to the old address is void.
 */
export function changeAddress(ctx: Context, before: UserRecord, after: UserRecord): Planned {
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

export const revokePending = (orgId: string, inviteId: string, ctx: Context): Write => ({
  update: keys.invite(orgId, inviteId),
  set: { st: 'revoked', ra: instant(ctx.now), ttl: ttlAt(ctx.now) + INVITE_KEPT_SECONDS },
  when: { is: 'present' },
  otherwise: { code: 'version-conflict' },
});

export interface Planned {
  after: UserRecord;
  writes?: Write[];
  /** What else changes on the guest items. */
  guests?: { sus?: boolean };
  type?: EventType;
  /** Why the state changes, where whoever changes it said so. */
  stateReason?: StateReason | undefined;
}

/**
 * Reads, decides and commits a change of a person by the home org; tried again when others changed the person
 * meanwhile.
 */
export function changeUser(
  ctx: Context,
  id: UserId,
  type: EventType,
  version: number | undefined,
  decide: (before: UserRecord) => Promise<Planned>,
  states?: readonly UserState[],
): Promise<User> {
  return reapply(async () => changeFound(ctx, await readWhole(ctx, id, states), type, version, decide));
}

/** One try to change the person who was found, by their home. */
export async function changeFound(
  ctx: Context,
  found: Found,
  type: EventType,
  version: number | undefined,
  decide: (before: UserRecord) => Promise<Planned>,
): Promise<User> {
  const { homeOrgId, version: present } = found.record;
  if (homeOrgId) fail(version === undefined || version === present ? 'not-home-org' : 'version-stale');
  return changeMember(ctx, found, type, version, decide);
}

/**
 * The same for a guest, too, of whom the plan changes roles and teams alone: what a membership is. Raises the version,
 * moves claims, side items, the admins guard and the guests' copies along. A change that changes nothing commits nothing.
 */
export async function changeMember(
  ctx: Context,
  { record: before, activity, work }: Found,
  type: EventType,
  version: number | undefined,
  decide: (before: UserRecord) => Promise<Planned>,
): Promise<User> {
  if (version !== undefined && before.version !== version) fail('version-stale');
  const { after: planned, writes = [], guests, type: actual = type, stateReason } = await decide(before);
  if (changedMembers(before, planned).length === 0) return unchanged(ctx, toUser(before, activity, work));
  const after = stamped(ctx, planned, before, stateReason);
  checkSize(after);
  checkKeys(before, after);
  const all = [replaceUser(after, before), ...moveClaims(before, after), ...sideWrites(before, after), ...writes];
  const copied = shownElsewhere(before, after) || guests ? copyToGuests(after, guests) : [];
  const done = { ...eventOf(after, actual), changed: changedMembers(before, after) };
  const guards = [...guardWrites(before, after), ...(await returnToGuards(ctx, before, after))];
  return commit(ctx, done, [...all, ...copied, ...guards], toUser(after, activity, work));
}

/** Somebody who may come in again governs again where they are a guest with the roles for it. */
async function returnToGuards(ctx: Context, before: UserRecord, after: UserRecord): Promise<Write[]> {
  const comesIn = ({ state, lock }: UserRecord) => state === 'active' && !lock;
  if (comesIn(before) || !comesIn(after) || !after.guestOf) return [];
  const items = await ctx.table.getMany(after.guestOf.map((orgId) => keys.user(orgId, after.id)));
  const guests = items.flatMap((item) => (item ? [readUserItem(item)] : []));
  return guests.flatMap((guest) => guardWrites({ ...guest, state: 'inactive' }, { ...guest, state: 'active' }));
}

/** The next version of a record. A reason belongs to one change of the state and goes with the next, whoever makes it. */
export function stamped(ctx: Context, record: UserRecord, before: UserRecord, stateReason?: StateReason): UserRecord {
  const now = instant(ctx.now);
  const next = { ...record, version: before.version + 1, updatedAt: now, updatedBy: ctx.principal?.id ?? record.id };
  if (record.state === before.state) return next;
  const { stateReason: _reason, ...rest } = next;
  return { ...rest, stateChangedAt: now, ...(stateReason && { stateReason }) };
}

function shownElsewhere(before: UserRecord, after: UserRecord): boolean {
  const shown = ({ email, state, lock, profile }: UserRecord) =>
    JSON.stringify([email, state, Boolean(lock), profile?.givenName, profile?.familyName, profile?.displayName]);
  return shown(before) !== shown(after);
}

/** Fails with `permission-missing`, naming it: of a change that needs more than its operation does. */
export function checkPermission({ permissions }: Standing, wanted: Permission): void {
  if (!permissions.includes(wanted)) fail({ code: 'permission-missing', detail: wanted });
}

/** Roles that the caller gives: the org has them, and they grant nothing that the caller lacks. */
export function checkGrant(standing: Standing, roles: readonly Role[]): void {
  if (!knowsRoles(roles, standing.org?.ownRoles)) fail('role-unknown');
  checkAboveNone(standing, roles);
}

/** Roles given and taken: what stays as it is asks for nothing, also where it is above the caller's own. */
export function checkRoleChange(standing: Standing, before: readonly Role[], wanted: readonly Role[]): void {
  if (!knowsRoles(wanted, standing.org?.ownRoles)) fail('role-unknown');
  const given = wanted.filter((role) => !before.includes(role));
  const taken = before.filter((role) => !wanted.includes(role));
  checkAboveNone(standing, [...given, ...taken]);
}

/** Roles of somebody the caller acts on: nobody takes from, or gets at, one who may more than they. */
export function checkAboveNone({ permissions, org }: Standing, roles: readonly Role[]): void {
  if (!mayGrant(permissions, roles, org?.ownRoles)) fail('role-above-own');
}

export function checkDomain(org: OrgRecord, address: string): void {
  if (!domainAllowed(org.settings, domainOf(address))) fail('domain-not-allowed');
}

/** What stays under an org of somebody who is not of it any more: it says that they are gone, and nothing of them. */
export const stoneOf = (ctx: Context, { id, orgId, version, epoch, createdAt }: UserRecord): UserRecord => ({
  id,
  orgId,
  state: 'erased',
  version: version + 1,
  epoch: epoch + 1,
  roles: [],
  createdAt,
  updatedAt: instant(ctx.now),
});

export const eventOf = ({ orgId, id, version }: UserRecord, type: EventType) => ({ type, orgId, userId: id, version });
