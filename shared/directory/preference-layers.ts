// Preferences in layers: environment, org, team, person. Each says what it wants, the nearest to the person holds, and an
// org may fix what nobody below it changes.
import { fail, type Issue } from '../model/problem.ts';
import { type Effective, flatPreferences } from '../model/user/preferences.ts';
import type { OrgRecord } from '../store/org-items.ts';
import type { UserRecord } from '../store/user-items.ts';
import type { Context } from './context.ts';

type Flat = ReadonlyMap<string, string | number | boolean>;

/** What the org says to everybody: its settings, and its locale. */
function ofOrg({ settings }: OrgRecord): Flat {
  const { preferences, defaultLocale } = settings;
  return flatPreferences({ ...preferences, ...(defaultLocale && { locale: defaultLocale }) });
}

/** Each preference as it holds, and who said so. Of several teams the first to say something holds, by their ids. */
export function layered(ctx: Context, org: OrgRecord, teams: readonly Flat[], own: Flat): Record<string, Effective> {
  const layers: [Effective['from'], Flat][] = [
    ['environment', flatPreferences(ctx.preferences)],
    ['org', ofOrg(org)],
    ...[...teams].reverse().map((flat): [Effective['from'], Flat] => ['team', flat]),
    ['user', own],
  ];
  const locked = new Set<string>(org.settings.lockedPreferences);
  const effective = new Map<string, Effective>();
  for (const [from, flat] of layers) {
    for (const [name, value] of flat) {
      const fixed = locked.has(name);
      if (fixed && (from === 'team' || from === 'user')) continue;
      effective.set(name, { value, from, ...(fixed && { locked: true }) });
    }
  }
  return Object.fromEntries([...effective].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * What an org has fixed is not changed by a change of a record. Fails with `preference-locked`, unless the change says
 * what holds anyway, as a client does that writes back what it read; taking an own value away is always allowed.
 */
export async function checkLocked(ctx: Context, before: UserRecord | undefined, after: UserRecord): Promise<void> {
  const { org } = await ctx.standing();
  const locked = org?.settings.lockedPreferences ?? [];
  if (!org || locked.length === 0) return;
  const holds = layered(ctx, org, [], new Map());
  const [was, is] = [flatPreferences(before?.preferences), flatPreferences(after.preferences)];
  const issues = locked
    .filter((name) => is.has(name) && is.get(name) !== was.get(name) && is.get(name) !== holds[name]?.value)
    .map((name): Issue => ({ pointer: `/preferences/${name.replace('.', '/')}`, message: 'is fixed by the org' }));
  if (issues.length > 0) fail({ code: 'preference-locked', issues });
}
