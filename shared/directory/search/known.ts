// People, teams and groups by their ids, for what names several of them at once.
import type { GroupId, TeamId, UserId } from '../../model/ids.ts';
import type { UnitView } from '../../model/structure.ts';
import { LIVE, type ListField, type User } from '../../model/user.ts';
import { keys, type Unit } from '../../store/keys.ts';
import { readUnitItem, toUnit } from '../../store/structure-items.ts';
import { readUserItem } from '../../store/user-items.ts';
import { type Context, orgOf } from '../context.ts';
import { partOf, readAll, wholeUsers } from './people.ts';

/** Those of the caller's org who are there, with these groups; whoever is not is left out. One call for each hundred. */
export async function knownUsers(
  ctx: Context,
  ids: readonly string[],
  groups: readonly ListField[] = [],
): Promise<Map<string, User>> {
  const wanted = [...new Set(ids)] as UserId[];
  const items = await readAll(
    ctx,
    wanted.map((id) => keys.user(orgOf(ctx), id)),
  );
  const people = items.flatMap((item) => {
    const kind = item?.k === 'user' || item?.k === 'guest';
    const record = kind && item ? readUserItem(item) : undefined;
    return record && LIVE.includes(record.state) ? [record] : [];
  });
  const users = await wholeUsers(ctx, people, [...new Set(groups.map(partOf))]);
  return new Map(users.map((user) => [user.id, user]));
}

/** The teams or groups of the caller's org among these. */
export async function knownUnits(ctx: Context, kind: Unit, ids: readonly (TeamId | GroupId)[]): Promise<UnitView[]> {
  const items = await readAll(
    ctx,
    [...new Set(ids)].map((id) => keys.unit(orgOf(ctx), kind, id)),
  );
  const units = items.flatMap((item) => (item ? [readUnitItem(item)] : []));
  return units.filter(({ state }) => state === 'live').map(toUnit);
}
