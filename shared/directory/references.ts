// What a record may point at: a division and a manager of the same org; and an invite: its teams. Looked up beside the
// other reads.
import type { OrgId, TeamId, UserId } from '../model/ids.ts';
import { fail, type Issue } from '../model/problem.ts';
import { LIVE, type UserPatch } from '../model/user.ts';
import { keys } from '../store/keys.ts';
import { readUnitItem } from '../store/structure-items.ts';
import { readUserItem } from '../store/user-items.ts';
import type { Context } from './context.ts';

/**
 * Fails with `input-invalid` where the patch names a division or a manager that the org does not have, or the person as
 * their own manager. A promise to start early and wait for before deciding.
 */
export async function checkReferences(ctx: Context, orgId: OrgId, patch: UserPatch, self?: UserId): Promise<void> {
  const { divisionId } = patch;
  const managerId = patch.profile?.managerId;
  const wanted = [
    ...(divisionId ? [keys.division(orgId, divisionId)] : []),
    ...(managerId ? [keys.user(orgId, managerId)] : []),
  ];
  if (wanted.length === 0) return;
  const items = await ctx.table.getMany(wanted);
  const issues: Issue[] = [];
  if (divisionId && !items[0]) issues.push({ pointer: '/divisionId', message: 'is no division of this org' });
  const manager = managerId ? items.at(-1) : undefined;
  const there = manager && LIVE.includes(readUserItem(manager).state);
  if (managerId && (!there || managerId === self)) {
    issues.push({ pointer: '/profile/managerId', message: 'is nobody else of this org' });
  }
  if (issues.length > 0) fail({ code: 'input-invalid', issues });
}

/** Fails with `input-invalid` where one of them is no team of the org. */
export async function checkTeams(ctx: Context, orgId: OrgId, teams: readonly TeamId[]): Promise<void> {
  if (teams.length === 0) return;
  const items = await ctx.table.getMany(teams.map((team) => keys.unit(orgId, 'team', team)));
  const issues = items.flatMap((item, i): Issue[] =>
    item && readUnitItem(item).state === 'live' ? [] : [{ pointer: `/teams/${i}`, message: 'is no team of this org' }],
  );
  if (issues.length > 0) fail({ code: 'input-invalid', issues });
}
