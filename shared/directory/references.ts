// What a record may point at: a division, a manager and schemas of attributes of the same org; and an invite: its teams.
// Looked up beside the other reads.

import { misfits } from '../model/attribute-schema.ts';
import type { OrgId, TeamId, UserId } from '../model/ids.ts';
import { fail, type Issue } from '../model/problem.ts';
import { LIVE, type UserPatch } from '../model/user.ts';
import { readAttributeSchemaItem } from '../store/attribute-schema-items.ts';
import { keys } from '../store/keys.ts';
import { readUnitItem } from '../store/structure-items.ts';
import { readUserItem } from '../store/user-items.ts';
import type { Context } from './context.ts';

/**
 * Fails with `input-invalid` where the patch names a division, a manager or a schema that the org does not have, the
 * person as their own manager, or a value that does not fit its schema. A promise to start early and wait for before
 * deciding.
 */
export async function checkReferences(ctx: Context, orgId: OrgId, patch: UserPatch, self?: UserId): Promise<void> {
  const { divisionId } = patch;
  const managerId = patch.profile?.managerId;
  const attributes = Object.entries(patch.customAttributes ?? {}).flatMap(([id, values]) =>
    values ? [{ id, values }] : [],
  );
  const wanted = [
    ...attributes.map(({ id }) => keys.attributeSchema(orgId, id)),
    ...(divisionId ? [keys.division(orgId, divisionId)] : []),
    ...(managerId ? [keys.user(orgId, managerId)] : []),
  ];
  if (wanted.length === 0) return;
  const items = await ctx.table.getMany(wanted);
  const issues = attributes.flatMap(({ id, values }, i): Issue[] => {
    const schema = items[i];
    return misfits(schema && readAttributeSchemaItem(schema), id, values);
  });
  const division = items[attributes.length];
  if (divisionId && !division) issues.push({ pointer: '/divisionId', message: 'is no division of this org' });
  const manager = managerId ? items.at(-1) : undefined;
  const there = manager && LIVE.includes(readUserItem(manager).state);
  if (managerId && (!there || managerId === self)) {
    issues.push({ pointer: '/profile/managerId', message: 'is nobody else of this org' });
  }
  if (issues.length > 0) fail({ code: 'input-invalid', issues });
}

/** Fails with `input-invalid` where one of them is no team of the org; `member` is what names them. */
export async function checkTeams(
  ctx: Context,
  orgId: OrgId,
  teams: readonly TeamId[],
  member = 'teams',
): Promise<void> {
  if (teams.length === 0) return;
  const items = await ctx.table.getMany(teams.map((team) => keys.unit(orgId, 'team', team)));
  const issues = items.flatMap((item, i): Issue[] =>
    item && readUnitItem(item).state === 'live'
      ? []
      : [{ pointer: `/${member}/${i}`, message: 'is no team of this org' }],
  );
  if (issues.length > 0) fail({ code: 'input-invalid', issues });
}
