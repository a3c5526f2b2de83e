// People as lists show and filters judge them: the core, and the groups beside it that somebody asked for.
import type { UserId } from '../../model/ids.ts';
import { LIST_FIELDS, type ListField, SIDE_GROUPS, type User, WORK_GROUPS } from '../../model/user.ts';
import { readActivity, readWork } from '../../store/beside-items.ts';
import { keys } from '../../store/keys.ts';
import type { Item, Key, Meter } from '../../store/table.ts';
import { toUser, type UserRecord, withSide } from '../../store/user-items.ts';
import type { Context } from '../context.ts';

/** The items beside the core: profile, settings, work, activity. */
export type Part = 'p' | 's' | 'r' | 'a';

const PARTS: Partial<Record<ListField, Part>> = { profile: 'p', activity: 'a', routing: 'r', presence: 'r' };
export const partOf = (field: ListField): Part => PARTS[field] ?? 's';

/** Members of profile and preferences that lie in the core. */
const IN_CORE =
  /^(profile\.(givenName|familyName|displayName|title|department|managerId|timeZones)|preferences\.(locale|loginOrg|defaultOrgId))\b/;

/** The items that must be read to see the members at these paths. */
export function partsFor(paths: readonly string[]): Part[] {
  const beyond = paths.filter((path) => !IN_CORE.test(path));
  const fields = beyond.map((path) => path.split('.')[0] ?? '');
  const counted = paths.some((path) => path === 'security.failedPasswordResets') ? (['a'] as const) : [];
  return [...new Set([...LIST_FIELDS.filter((field) => fields.includes(field)).map(partOf), ...counted])];
}

const MOST_AT_ONCE = 100;

/** Up to any number of items, a hundred a call, the calls at once. */
export async function readAll(
  ctx: Context,
  wanted: Key[],
  units?: Meter,
  eventual = true,
): Promise<(Item | undefined)[]> {
  const options = { eventual, ...(units && { units }) };
  const calls = Array.from({ length: Math.ceil(wanted.length / MOST_AT_ONCE) }, (_, i) =>
    ctx.table.getMany(wanted.slice(i * MOST_AT_ONCE, (i + 1) * MOST_AT_ONCE), options),
  );
  return (await Promise.all(calls)).flat();
}

const keyOf = ({ orgId, id }: { orgId: string; id: UserId }, part: Part): Key => {
  if (part === 'a') return keys.activity(orgId, id);
  return part === 'r' ? keys.work(orgId, id) : keys.side(orgId, id, part);
};

/** The records with these items beside them, whole. Of guests the core is all there is. */
export async function wholeUsers(
  ctx: Context,
  records: readonly UserRecord[],
  parts: readonly Part[],
  units?: Meter,
): Promise<User[]> {
  const own = records.filter(({ homeOrgId }) => !homeOrgId);
  const wanted = own.flatMap((record) => parts.map((part) => ({ id: record.id, part, key: keyOf(record, part) })));
  const items = await readAll(
    ctx,
    wanted.map(({ key }) => key),
    units,
  );
  const found = new Map(wanted.map(({ id, part }, i) => [`${id} ${part}`, items[i]]));
  return records.map((record) => {
    const item = (part: Part) => found.get(`${record.id} ${part}`);
    return toUser(withSide(record, [item('p'), item('s')]), readActivity(item('a')), readWork(item('r')));
  });
}

/** What a list shows of somebody: the core, and of the groups that were read beside it those it names. */
export function shownGroups(user: User, core: UserRecord, fields: readonly ListField[], read: readonly Part[]): User {
  if (read.length === 0) return user;
  const { profile, preferences, activity, ...shown } = user;
  const hidden = [...SIDE_GROUPS, ...WORK_GROUPS].filter((group) => !fields.includes(group));
  for (const group of hidden) delete shown[group];
  const plain = toUser(core);
  return {
    ...shown,
    ...(fields.includes('profile') ? { profile } : { profile: plain.profile }),
    ...(fields.includes('preferences') ? { preferences } : { preferences: plain.preferences }),
    ...(fields.includes('activity') && { activity }),
  };
}
