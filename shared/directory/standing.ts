// The caller as the table knows them now. Read beside every change, so that a token outlives its epoch in no commit.

import { type OrgId, PLATFORM_ORG } from '../model/ids.ts';
import type { Permission, Principal } from '../model/principal.ts';
import { PERMISSIONS, permissionsOf } from '../model/principal.ts';
import { fail } from '../model/problem.ts';
import { readClientItem } from '../store/client-items.ts';
import { keys } from '../store/keys.ts';
import { type OrgRecord, readOrgItem } from '../store/org-items.ts';
import type { Item } from '../store/table.ts';
import { readUserItem, type UserRecord } from '../store/user-items.ts';
import { type Context, principalOf, type Standing } from './context.ts';

/**
 * Checks epoch and state of the caller and the epoch of the org in one call. Fails with `token-invalid` when the token
 * has been overtaken, with `permission-missing` when the roles of now no longer carry what the operation needs.
 */
export async function readStanding(ctx: Context, access?: { permission: Permission }): Promise<Standing> {
  const principal = principalOf(ctx);
  const standing = await look(ctx, principal);
  const platform = principal.is === 'platform';
  if (access && !platform && !standing.permissions.includes(access.permission)) fail('permission-missing');
  return standing;
}

/**
 * The context of a caller who proved themselves within the call. Fails with `permission-missing` where they may not do
 * what is asked; every commit looks at their standing, as after a token.
 */
export function actingAs(ctx: Context, principal: Principal, permission: Permission): Context {
  if (principal.is === 'platform' || !principal.permissions.includes(permission)) fail('permission-missing');
  let standing: Promise<Standing> | undefined;
  const acting: Context = {
    ...ctx,
    principal,
    standing() {
      standing ??= readStanding(acting, { permission });
      return standing;
    },
  };
  return acting;
}

async function look(ctx: Context, principal: Principal): Promise<Standing> {
  if (principal.is === 'platform') {
    const [item] = await ctx.table.getMany([keys.client(PLATFORM_ORG, principal.id)]);
    return { permissions: clientPermissions(principal, item) };
  }
  const orgKey = keys.org(principal.orgId);
  if (principal.is === 'client') {
    const [org, item] = await ctx.table.getMany([orgKey, keys.client(principal.orgId, principal.id)]);
    return { permissions: clientPermissions(principal, item), org: liveOrg(principal, org) };
  }
  const abroad = principal.orgId !== principal.homeOrgId;
  const [org, home, guest] = await ctx.table.getMany([
    orgKey,
    keys.user(principal.homeOrgId, principal.id),
    ...(abroad ? [keys.user(principal.orgId, principal.id)] : []),
  ]);
  const person = livePerson(ctx, home && readUserItem(home));
  const member = abroad ? guest && readUserItem(guest) : person;
  if (!member || member.suspended || member.state !== 'active') fail('token-invalid');
  if ((abroad ? person.epoch + member.epoch : person.epoch) !== principal.epoch) fail('token-invalid');
  const into = liveOrg(principal, org);
  const now = permissionsOf(member.roles, into.ownRoles);
  return { permissions: now.filter((permission) => principal.permissions.includes(permission)), org: into };
}

function clientPermissions(principal: Principal, item: Item | undefined): readonly Permission[] {
  const client = item && readClientItem(item);
  if (!client || client.revokedAt || client.epoch !== principal.epoch) fail('token-invalid');
  return PERMISSIONS.filter((p) => client.permissions.includes(p) && principal.permissions.includes(p));
}

function liveOrg(principal: Principal, item: Item | undefined): OrgRecord {
  const org = item && readOrgItem(item);
  if (!org || org.epoch !== principal.orgEpoch) fail('token-invalid');
  return org;
}

function livePerson(ctx: Context, record: UserRecord | undefined): UserRecord {
  if (record?.state !== 'active' || lockedNow(record, ctx.now)) fail('token-invalid');
  return record;
}

/** A lock holds until its end, or until somebody lifts it. */
export function lockedNow(record: Pick<UserRecord, 'lock'>, now: Date): boolean {
  return record.lock !== undefined && (record.lock.until === undefined || record.lock.until > now.toISOString());
}

/** Whoever asked for something that is done later, or that somebody else completes. */
export interface Actor {
  is: 'person' | 'client' | 'platform';
  id: string;
  homeOrgId?: OrgId;
  /** What the caller might do when they asked. */
  permissions: readonly Permission[];
}

/**
 * What somebody who asked earlier may still do in the org. Sessions and tokens may have ended since; the account, the
 * membership and the roles count. Fails with `permission-missing` when they are gone.
 */
export async function actorStanding(ctx: Context, orgId: OrgId, actor: Actor): Promise<Standing> {
  const own = keys.org(orgId);
  const kept = (now: readonly Permission[]) => now.filter((permission) => actor.permissions.includes(permission));
  if (actor.is !== 'person') {
    const home = actor.is === 'platform' ? PLATFORM_ORG : orgId;
    const [org, item] = await ctx.table.getMany([own, keys.client(home, actor.id)]);
    const client = item && readClientItem(item);
    if (!org || !client || client.revokedAt) fail('permission-missing');
    return {
      permissions: actor.is === 'platform' ? actor.permissions : kept(client.permissions),
      org: readOrgItem(org),
    };
  }
  const homeKey = keys.user(actor.homeOrgId ?? orgId, actor.id);
  const [item, homeItem, memberItem] = await ctx.table.getMany([own, homeKey, keys.user(orgId, actor.id)]);
  const home = homeItem && readUserItem(homeItem);
  const member = memberItem && readUserItem(memberItem);
  const alive =
    home?.state === 'active' && !lockedNow(home, ctx.now) && member?.state === 'active' && !member.suspended;
  if (!item || !alive) fail('permission-missing');
  const org = readOrgItem(item);
  return { permissions: kept(permissionsOf(member.roles, org.ownRoles)), org };
}
