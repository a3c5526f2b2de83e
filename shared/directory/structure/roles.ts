// An org's own roles. What a role allows stands on the org too, which every change reads: a role that is changed or taken
// away counts from the next change on, and for plain reads from the next token on.
import { isDeepStrictEqual } from 'node:util';
import type { OrgId, RoleId } from '../../model/ids.ts';
import { BUILT_IN_ROLES, BuiltInRole, PERMISSIONS, type Permission, permissionsOf } from '../../model/principal.ts';
import { fail } from '../../model/problem.ts';
import { MAX_OWN_ROLES, type RoleCreate, type RolePatch, type RoleView } from '../../model/role.ts';
import { keys, partitions } from '../../store/keys.ts';
import { type OrgRecord, putOrg, readOrgItem } from '../../store/org-items.ts';
import { type RoleRecord, readRoleItem, roleItem, toRole } from '../../store/role-items.ts';
import { newNamed, releaseNamed, replaceNamed } from '../../store/structure-items.ts';
import { equals, type Write } from '../../store/table.ts';
import { commit, reapply } from '../commit.ts';
import { type Context, instant, newId, orgOf } from '../context.ts';
import { together } from '../limits.ts';

const builtIn = (key: BuiltInRole): RoleView => ({
  ...BUILT_IN_ROLES[key],
  key,
  name: key,
  permissions: permissionsOf([key]),
  builtIn: true,
  version: 1,
});

/** The built-in roles first, then the org's own in order of creation. */
export async function listRoles(ctx: Context): Promise<{ items: RoleView[] }> {
  const { items } = await ctx.table.query(partitions.roles(orgOf(ctx)));
  const own = items.map((item) => toRole(readRoleItem(item)));
  return { items: [...BuiltInRole.options.map(builtIn), ...own] };
}

export async function getRole(ctx: Context, id: RoleId): Promise<RoleView> {
  const key = BuiltInRole.options.find((option) => BUILT_IN_ROLES[option].id === id);
  return key ? builtIn(key) : toRole(await readRole(ctx, id));
}

async function readRole(ctx: Context, id: RoleId): Promise<RoleRecord> {
  const item = await ctx.table.get(keys.role(orgOf(ctx), id));
  return item ? readRoleItem(item) : fail('not-found');
}

/** As it is now, not as it was when the request began: a lost race is decided again. */
async function readOrg(ctx: Context, id: OrgId): Promise<OrgRecord> {
  const item = await ctx.table.get(keys.org(id));
  return item ? readOrgItem(item) : fail('not-found');
}

/** Nobody makes, changes or takes away a role that allows more than they may. */
async function checkHolds(ctx: Context, permissions: readonly Permission[]): Promise<void> {
  const { permissions: held } = await ctx.standing();
  if (!permissions.every((permission) => held.includes(permission))) fail('role-above-own');
}

const inOrder = (permissions: readonly Permission[]) => PERMISSIONS.filter((it) => permissions.includes(it));

/** The org with what the role allows, or without the role. */
function orgWith(ctx: Context, org: OrgRecord, id: RoleId, permissions: Permission[] | undefined): Write {
  const { [id]: _old, ...others } = org.ownRoles ?? {};
  const ownRoles = permissions ? { ...others, [id]: permissions } : others;
  const after = { ...org, ownRoles, version: org.version + 1, updatedAt: instant(ctx.now) };
  return putOrg(after, org.version, 'version-conflict');
}

/** At most 50 in an org. Fails with `name-taken`, with `role-above-own` for permissions that the caller lacks. */
export function createRole(ctx: Context, { name, description, permissions }: RoleCreate): Promise<RoleView> {
  return reapply(async () => {
    await checkHolds(ctx, permissions);
    const org = await readOrg(ctx, orgOf(ctx));
    if (Object.keys(org.ownRoles ?? {}).length >= MAX_OWN_ROLES) fail('limit-reached');
    const at = instant(ctx.now);
    const role: RoleRecord = {
      id: newId<RoleId>(ctx),
      orgId: org.id,
      name,
      ...(description && { description }),
      permissions: inOrder(permissions),
      version: 1,
      createdAt: at,
      updatedAt: at,
    };
    const event = { type: 'role-created', orgId: org.id, subjectId: role.id } as const;
    const writes = [...newNamed(roleItem(role), role, 'role'), orgWith(ctx, org, role.id, role.permissions)];
    return commit(ctx, event, writes, toRole(role));
  });
}

export function updateRole(ctx: Context, id: RoleId, patch: RolePatch, version?: number): Promise<RoleView> {
  return reapply(async () => {
    const [before, org] = await together([readRole(ctx, id), readOrg(ctx, orgOf(ctx))]);
    if (version !== undefined && before.version !== version) fail('version-stale');
    const { description = before.description, name = before.name, permissions = before.permissions } = patch;
    await checkHolds(ctx, [...before.permissions, ...permissions]);
    const { description: _description, ...rest } = before;
    const wanted = { ...rest, name, ...(description && { description }), permissions: inOrder(permissions) };
    const changed = (['name', 'description', 'permissions'] as const).filter(
      (member) => !isDeepStrictEqual(before[member], (wanted as RoleRecord)[member]),
    );
    if (changed.length === 0) return toRole(before);
    const after: RoleRecord = { ...wanted, version: before.version + 1, updatedAt: instant(ctx.now) };
    const event = { type: 'role-updated', orgId: org.id, subjectId: id, changed } as const;
    const writes = [...replaceNamed(roleItem(after), before, 'role'), orgWith(ctx, org, id, after.permissions)];
    return commit(ctx, event, writes, toRole(after));
  });
}

/**
 * Fails with `role-in-use` while somebody has it. Somebody who is given it in the same moment keeps its id, which then
 * allows nothing.
 */
export function deleteRole(ctx: Context, id: RoleId, version?: number): Promise<void> {
  return reapply(async () => {
    const orgId = orgOf(ctx);
    const holders = { pk: partitions.searchEntries(orgId, 'role', id), limit: 1 };
    const [before, org, { items }] = await together([readRole(ctx, id), readOrg(ctx, orgId), ctx.table.query(holders)]);
    if (version !== undefined && before.version !== version) fail('version-stale');
    await checkHolds(ctx, before.permissions);
    if (items.length > 0) fail('role-in-use');
    const gone: Write = {
      drop: keys.role(orgId, id),
      when: equals('op', before.revision),
      otherwise: { code: 'version-conflict' },
    };
    const writes = [gone, ...releaseNamed(before, 'role'), orgWith(ctx, org, id, undefined)];
    await commit(ctx, { type: 'role-deleted', orgId, subjectId: id }, writes, undefined);
  });
}
