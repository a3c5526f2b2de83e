// How a person is at work: routing and presence. They change often, so they have a version of their own, one for both,
// and raise none of the record's.
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import type { UserId } from '../model/ids.ts';
import { type MergePatch, mergePatch } from '../model/patch.ts';
import { fail } from '../model/problem.ts';
import { Presence } from '../model/user/presence.ts';
import { Routing } from '../model/user/routing.ts';
import { LIVE, type WorkGroup } from '../model/user.ts';
import { putWork, readWork, type Work } from '../store/beside-items.ts';
import { keys } from '../store/keys.ts';
import { readUserItem } from '../store/user-items.ts';
import { commit, reapply, unchanged } from './commit.ts';
import { type Context, orgOf } from './context.ts';

const SCHEMAS = { routing: Routing, presence: Presence } as const;

/** One of the groups with the version that both share. */
export type WorkView<Group extends WorkGroup> = NonNullable<Work[Group]> & { version: number };

/** Fails with `not-found` for ids of other orgs, with `not-home-org` for guests. Version 0: nothing was ever written. */
async function readOwnWork(ctx: Context, id: UserId): Promise<Work> {
  const orgId = orgOf(ctx);
  const [core, item] = await ctx.table.getMany([keys.user(orgId, id), keys.work(orgId, id)]);
  const person = core && readUserItem(core);
  if (!person || !LIVE.includes(person.state)) fail('not-found');
  if (person.homeOrgId) fail('not-home-org');
  return readWork(item) ?? { version: 0 };
}

type WorkChange<Group extends WorkGroup> = MergePatch<NonNullable<Work[Group]>>;

const viewOf = <Group extends WorkGroup>(work: Work, group: Group) =>
  ({ ...work[group], version: work.version }) as WorkView<Group>;

export const getWork = async <Group extends WorkGroup>(ctx: Context, id: UserId, group: Group) =>
  viewOf(await readOwnWork(ctx, id), group);

/** A merge patch of one of the groups, or what makes one of the group as it is. */
export function updateWork<Group extends WorkGroup>(
  ctx: Context,
  id: UserId,
  group: Group,
  change: WorkChange<Group> | ((before: NonNullable<Work[Group]>) => WorkChange<Group>),
  version?: number,
): Promise<WorkView<Group>> {
  return reapply(async () => {
    const before = await readOwnWork(ctx, id);
    if (version !== undefined && before.version !== version) fail('version-stale');
    const patch = typeof change === 'function' ? change(before[group] ?? {}) : change;
    const merged = mergePatch<object>(before[group] ?? {}, patch);
    const result = v.safeParse(SCHEMAS[group], merged);
    if (!result.success) {
      const issues = result.issues.map(({ path = [], message }) => ({
        pointer: path.map(({ key }) => `/${String(key)}`).join(''),
        message,
      }));
      fail({ code: 'input-invalid', issues });
    }
    if (isDeepStrictEqual(merged, before[group] ?? {})) return unchanged(ctx, viewOf(before, group));
    const after = { ...before, [group]: result.output, version: before.version + 1 } as Work;
    const orgId = orgOf(ctx);
    const event = { type: `user-${group}-changed`, orgId, userId: id, changed: Object.keys(patch) } as const;
    return commit(ctx, event, [putWork(orgId, id, after)], viewOf(after, group));
  });
}
