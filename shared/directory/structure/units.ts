// Teams and groups: made, changed, deleted. Who is in them is in unit-members.ts.
import { isDeepStrictEqual } from 'node:util';
import type { Page } from '../../model/page.ts';
import { fail } from '../../model/problem.ts';
import type { UnitCreate, UnitPatch, UnitView } from '../../model/structure.ts';
import { fold, keys, partitions, type Unit } from '../../store/keys.ts';
import {
  newNamed,
  readUnitItem,
  releaseNamed,
  replaceNamed,
  toUnit,
  type UnitId,
  type UnitRecord,
  unitItem,
} from '../../store/structure-items.ts';
import { commit, reapply } from '../commit.ts';
import { type Context, instant, newId, orgOf } from '../context.ts';
import { planJob } from '../jobs/jobs.ts';
import { listPage, type PageInput } from '../lists.ts';

export function createUnit(
  ctx: Context,
  kind: Unit,
  { name, description, tags, preferences }: UnitCreate,
): Promise<UnitView> {
  return reapply(async () => {
    const at = instant(ctx.now);
    const unit: UnitRecord = {
      id: newId<UnitId>(ctx),
      orgId: orgOf(ctx),
      kind,
      state: 'live',
      name,
      ...(description && { description }),
      ...(tags?.length && { tags }),
      ...(preferences && { preferences }),
      version: 1,
      createdAt: at,
      updatedAt: at,
    };
    const event = { type: `${kind}-created`, orgId: unit.orgId, subjectId: unit.id } as const;
    return commit(ctx, event, newNamed(unitItem(unit), unit, kind), toUnit(unit));
  });
}

/** A unit that is being deleted is as unknown as one that never was. */
export async function readUnit(ctx: Context, kind: Unit, id: UnitId): Promise<UnitRecord> {
  const item = await ctx.table.get(keys.unit(orgOf(ctx), kind, id));
  const unit = item && readUnitItem(item);
  return unit?.state === 'live' ? unit : fail('not-found');
}

export const getUnit = async (ctx: Context, kind: Unit, id: UnitId): Promise<UnitView> =>
  toUnit(await readUnit(ctx, kind, id));

/** In order of creation; with `name`, those whose name begins so, in order of names. */
export function listUnits(
  ctx: Context,
  kind: Unit,
  { name, ...page }: PageInput & { name?: string | undefined },
): Promise<Page<UnitView>> {
  const orgId = orgOf(ctx);
  const pk = partitions.units(orgId, kind);
  const begins = name === undefined ? undefined : fold(name).slice(0, 100).toWellFormed();
  const query = begins === undefined ? { pk, index: 'byCreated' as const } : { pk, index: 'byName' as const, begins };
  return listPage(ctx, ['units', orgId, kind, begins ?? ''], page, query, async (items) =>
    items.map((item) => toUnit(readUnitItem(item))),
  );
}

export function updateUnit(
  ctx: Context,
  kind: Unit,
  id: UnitId,
  patch: UnitPatch,
  version?: number,
): Promise<UnitView> {
  return reapply(async () => {
    const before = await readUnit(ctx, kind, id);
    if (version !== undefined && before.version !== version) fail('version-stale');
    const { description: wasDescription, tags: wasTags, preferences: wasPreferences, ...rest } = before;
    const { name = before.name, description = wasDescription, tags = wasTags, preferences = wasPreferences } = patch;
    const wanted: UnitRecord = {
      ...rest,
      name,
      ...(description && { description }),
      ...(tags?.length && { tags }),
      ...(preferences && { preferences }),
    };
    const members = ['name', 'description', 'tags', 'preferences'] as const;
    const changed = members.filter((member) => !isDeepStrictEqual(before[member], wanted[member]));
    if (changed.length === 0) return toUnit(before);
    const after = { ...wanted, version: before.version + 1, updatedAt: instant(ctx.now) };
    const done = { orgId: before.orgId, subjectId: id, changed };
    return commit(
      ctx,
      { type: `${kind}-updated`, ...done },
      replaceNamed(unitItem(after), before, kind),
      toUnit(after),
    );
  });
}

/** Unknown from this commit on; its name is free; a job lets its members go. */
export function deleteUnit(ctx: Context, kind: Unit, id: UnitId, version?: number): Promise<void> {
  return reapply(async () => {
    const before = await readUnit(ctx, kind, id);
    if (version !== undefined && before.version !== version) fail('version-stale');
    const after: UnitRecord = {
      ...before,
      state: 'deleting',
      version: before.version + 1,
      updatedAt: instant(ctx.now),
    };
    const { write } = await planJob(ctx, { kind: 'unit-delete', options: { unit: kind, id } });
    const writes = [...replaceNamed(unitItem(after), before, kind), ...releaseNamed(before, kind), write];
    await commit(ctx, { type: `${kind}-deleted`, orgId: before.orgId, subjectId: id }, writes, undefined);
  });
}
