// A person's preferences: what holds for them and who said so, and what they say themselves.

import type { UserId } from '../model/ids.ts';
import { fail } from '../model/problem.ts';
import { flatPreferences, type PreferencesPatch, type PreferencesView } from '../model/user/preferences.ts';
import { keys } from '../store/keys.ts';
import { readOrgItem } from '../store/org-items.ts';
import { readUnitItem } from '../store/structure-items.ts';
import type { UserRecord } from '../store/user-items.ts';
import type { Context } from './context.ts';
import { layered } from './preference-layers.ts';
import { readOwn, updateSelf, updateUser } from './users.ts';

/** Fails with `not-home-org` for guests: what they prefer is their home's to say. */
export async function getPreferences(ctx: Context, id: UserId): Promise<PreferencesView> {
  return preferencesOf(ctx, await readOwn(ctx, id));
}

/** Of a record at hand. Fails with `not-found` where its org is gone. */
export async function preferencesOf(ctx: Context, user: UserRecord): Promise<PreferencesView> {
  const teams = [...(user.teams ?? [])].sort();
  const [org, ...units] = await ctx.table.getMany([
    keys.org(user.orgId),
    ...teams.map((team) => keys.unit(user.orgId, 'team', team)),
  ]);
  if (!org) fail('not-found');
  const flats = units.flatMap((item) => (item ? [flatPreferences(readUnitItem(item).preferences)] : []));
  const own = user.preferences;
  const effective = layered(ctx, readOrgItem(org), flats, flatPreferences(own));
  return { effective, ...(own && { own }), version: user.version };
}

/** A merge patch of the person's own layer. Fails with `preference-locked`. */
export async function updatePreferences(
  ctx: Context,
  id: UserId,
  preferences: PreferencesPatch,
  version?: number,
): Promise<PreferencesView> {
  const self = ctx.principal?.is === 'person' && ctx.principal.id === id;
  await (self ? updateSelf(ctx, { preferences }, version) : updateUser(ctx, id, { preferences }, version));
  return getPreferences(ctx, id);
}
