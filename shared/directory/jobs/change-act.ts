// What each change of many is: the flow of a single one, what it needs, and when it is so already.
import type { Change } from '../../model/bulk.ts';
import type { UserId } from '../../model/ids.ts';
import type { Permission, Role } from '../../model/principal.ts';
import { fail } from '../../model/problem.ts';
import type { LockInput } from '../../model/user/security.ts';
import { MAX_ROLES } from '../../model/user.ts';
import { keys, type Unit } from '../../store/keys.ts';
import { readUnitItem, type UnitId } from '../../store/structure-items.ts';
import type { UserRecord } from '../../store/user-items.ts';
import { type Context, orgOf } from '../context.ts';
import { checkReferences } from '../references.ts';
import { joinUnit, leaveUnit } from '../structure/unit-members.ts';
import { activateUser, changeRoles, deactivateUser, lockUser, unlockUser } from '../user-states.ts';
import { checkGrant, updateUser } from '../users.ts';

export interface Act {
  needs: Permission;
  /** It could end what whoever asked may do: they are left out. */
  sparesOwner?: boolean;
  /** Whether it is so already, where the flow would refuse that or write it again. */
  isSo?(before: UserRecord): boolean;
  /** The person's version after it: unchanged where nothing was. */
  run(ctx: Context, id: UserId): Promise<{ version: number }>;
  /** Fails where it could be done to nobody. */
  check?(ctx: Context): Promise<void>;
}

export function actOf(change: Change): Act {
  return stateAct(change) ?? roleAct(change) ?? unitAct(change) ?? patchAct(change);
}

function stateAct({ deactivate, activate, lock, unlock }: Change): Act | undefined {
  const needs = 'users:write';
  if (deactivate) {
    return {
      needs,
      sparesOwner: true,
      isSo: ({ state }) => state === 'inactive',
      run: (ctx, id) => deactivateUser(ctx, id),
    };
  }
  if (activate) return { needs, isSo: ({ state }) => state === 'active', run: (ctx, id) => activateUser(ctx, id) };
  if (unlock) return { needs, run: (ctx, id) => unlockUser(ctx, id) };
  return lock && lockAct(lock);
}

const lockAct = ({ reason, until }: LockInput): Act => ({
  needs: 'users:write',
  sparesOwner: true,
  isSo: ({ lock }) => lock !== undefined && lock.reason === reason && lock.until === (until ?? undefined),
  run: (ctx, id) => lockUser(ctx, id, reason, until ?? undefined),
  async check(ctx) {
    const issues = [{ pointer: '/change/lock/until', message: 'must be in the future' }];
    if (until && new Date(until) <= ctx.now) fail({ code: 'input-invalid', issues });
  },
});

function roleAct({ addRoles, removeRoles }: Change): Act | undefined {
  const needs = 'roles:write';
  if (addRoles) {
    const check = async (ctx: Context) => checkGrant(await ctx.standing(), addRoles);
    return { needs, check, run: (ctx, id) => changeRoles(ctx, id, (before) => withRoles(before, addRoles)) };
  }
  if (!removeRoles) return undefined;
  return {
    needs,
    sparesOwner: true,
    run: (ctx, id) => changeRoles(ctx, id, (before) => withoutRoles(before, removeRoles)),
  };
}

function withRoles(before: readonly Role[], added: readonly Role[]): Role[] {
  const roles = [...new Set([...before, ...added])];
  return roles.length > MAX_ROLES ? fail('limit-reached') : roles;
}

function withoutRoles(before: readonly Role[], removed: readonly Role[]): Role[] {
  const roles = before.filter((role) => !removed.includes(role));
  const issues = [{ pointer: '/change/removeRoles', message: 'would leave no role' }];
  return roles.length === 0 ? fail({ code: 'input-invalid', issues }) : roles;
}

function unitAct({ addTeam, removeTeam, addGroup, removeGroup }: Change): Act | undefined {
  if (addTeam) return unit('team', addTeam, 'addTeam', joinUnit);
  if (removeTeam) return unit('team', removeTeam, 'removeTeam', leaveUnit);
  if (addGroup) return unit('group', addGroup, 'addGroup', joinUnit);
  return removeGroup && unit('group', removeGroup, 'removeGroup', leaveUnit);
}

const unit = (kind: Unit, unitId: UnitId, member: keyof Change, move: typeof joinUnit): Act => ({
  needs: 'teams:write',
  run: (ctx, id) => move(ctx, kind, unitId, id),
  async check(ctx) {
    const item = await ctx.table.get(keys.unit(orgOf(ctx), kind, unitId));
    const issues = [{ pointer: `/change/${member}`, message: `is no ${kind} of this org` }];
    if (!item || readUnitItem(item).state !== 'live') fail({ code: 'input-invalid', issues });
  },
});

function patchAct({ patch = {} }: Change): Act {
  return {
    needs: 'users:write',
    run: (ctx, id) => updateUser(ctx, id, patch),
    check: (ctx) => checkReferences(ctx, orgOf(ctx), patch),
  };
}
