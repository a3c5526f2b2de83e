// Divisions and locations of an org.
import { isDeepStrictEqual } from 'node:util';
import type { Page } from '../../model/page.ts';
import { mergePatch } from '../../model/patch.ts';
import { fail } from '../../model/problem.ts';
import type { PlaceCreate, PlacePatch, PlaceView } from '../../model/structure.ts';
import { partitions } from '../../store/keys.ts';
import {
  countPlace,
  newNamed,
  type PlaceId,
  type PlaceKind,
  type PlaceRecord,
  placeItem,
  placeKey,
  readPlaceItem,
  releaseNamed,
  replaceNamed,
  toPlace,
  uncountPlace,
} from '../../store/structure-items.ts';
import { equals, type Write } from '../../store/table.ts';
import { commit, reapply } from '../commit.ts';
import { type Context, instant, newId, orgOf } from '../context.ts';
import { together } from '../limits.ts';
import { listPage, type PageInput } from '../lists.ts';

/** At most 1,000 divisions and 5,000 locations in an org. */
export function createPlace(ctx: Context, kind: PlaceKind, input: PlaceCreate): Promise<PlaceView> {
  return reapply(async () => {
    const at = instant(ctx.now);
    const made = { id: newId<PlaceId>(ctx), orgId: orgOf(ctx), kind, version: 1, createdAt: at, updatedAt: at };
    const place = { ...(mergePatch<object>({}, input) as Pick<PlaceRecord, 'name'>), ...made };
    const event = { type: `${kind}-created`, orgId: place.orgId, subjectId: place.id } as const;
    const writes = [...newNamed(placeItem(place), place, kind), countPlace(place.orgId, kind)];
    return commit(ctx, event, writes, toPlace(place));
  });
}

async function readPlace(ctx: Context, kind: PlaceKind, id: PlaceId): Promise<PlaceRecord> {
  const item = await ctx.table.get(placeKey(orgOf(ctx), kind, id));
  return item ? readPlaceItem(item) : fail('not-found');
}

export const getPlace = async (ctx: Context, kind: PlaceKind, id: PlaceId): Promise<PlaceView> =>
  toPlace(await readPlace(ctx, kind, id));

/** In order of creation. */
export function listPlaces(ctx: Context, kind: PlaceKind, page: PageInput): Promise<Page<PlaceView>> {
  const orgId = orgOf(ctx);
  const query = kind === 'division' ? partitions.divisions(orgId) : partitions.locations(orgId);
  return listPage(ctx, ['places', orgId, kind], page, query, async (items) =>
    items.map((item) => toPlace(readPlaceItem(item))),
  );
}

export function updatePlace(
  ctx: Context,
  kind: PlaceKind,
  id: PlaceId,
  patch: PlacePatch,
  version?: number,
): Promise<PlaceView> {
  return reapply(async () => {
    const before = await readPlace(ctx, kind, id);
    if (version !== undefined && before.version !== version) fail('version-stale');
    const wanted = mergePatch<object>(before, patch) as PlaceRecord;
    const members = Object.keys(patch) as (keyof PlacePatch)[];
    const changed = members.filter((member) => !isDeepStrictEqual(before[member], wanted[member]));
    if (changed.length === 0) return toPlace(before);
    const after = { ...wanted, version: before.version + 1, updatedAt: instant(ctx.now) };
    const event = { type: `${kind}-updated`, orgId: before.orgId, subjectId: id, changed } as const;
    return commit(ctx, event, replaceNamed(placeItem(after), before, kind), toPlace(after));
  });
}

/** A division fails with `division-in-use` while people belong to it. */
export function deletePlace(ctx: Context, kind: PlaceKind, id: PlaceId, version?: number): Promise<void> {
  return reapply(async () => {
    const orgId = orgOf(ctx);
    const people = { pk: partitions.searchEntries(orgId, kind, id), limit: 1 };
    const [before, { items }] = await together([readPlace(ctx, kind, id), ctx.table.query(people)]);
    if (version !== undefined && before.version !== version) fail('version-stale');
    if (items.length > 0) fail('division-in-use');
    const gone: Write = {
      drop: placeKey(orgId, kind, id),
      when: equals('op', before.revision),
      otherwise: { code: 'version-conflict' },
    };
    const event = { type: `${kind}-deleted`, orgId, subjectId: id } as const;
    const writes = [gone, ...releaseNamed(before, kind), uncountPlace(orgId, kind)];
    await commit(ctx, event, writes, undefined);
  });
}
