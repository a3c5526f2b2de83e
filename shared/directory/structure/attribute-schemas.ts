// Schemas of the fields that an org keeps of its people beside the members that all have. A schema only grows, so that
// values need no version of their own: what fitted once fits the newest. Values are in custom-attributes.ts.
import { isDeepStrictEqual } from 'node:util';
import {
  type AttributeSchema,
  type AttributeSchemaInput,
  isCompatible,
  MAX_SCHEMA_VERSIONS,
} from '../../model/attribute-schema.ts';
import type { AttributeSchemaId } from '../../model/ids.ts';
import { fail } from '../../model/problem.ts';
import {
  type AttributeSchemaRecord,
  attributeSchemaItem,
  countSchema,
  dropVersions,
  keepVersion,
  readAttributeSchemaItem,
  toAttributeSchema,
  uncountSchema,
} from '../../store/attribute-schema-items.ts';
import { keys, partitions } from '../../store/keys.ts';
import { newNamed, releaseNamed, replaceNamed } from '../../store/structure-items.ts';
import { equals, type Key, type Write } from '../../store/table.ts';
import { commit, reapply } from '../commit.ts';
import { type Context, instant, newId, orgOf } from '../context.ts';

/** All of the org's, in order of creation. */
export async function listSchemas(ctx: Context): Promise<AttributeSchema[]> {
  const { items } = await ctx.table.query(partitions.attributeSchemas(orgOf(ctx)));
  return items.map((item) => toAttributeSchema(readAttributeSchemaItem(item)));
}

/** Those of these ids that the org has. */
export async function findSchemas(
  ctx: Context,
  ids: readonly AttributeSchemaId[],
): Promise<Map<AttributeSchemaId, AttributeSchema>> {
  if (ids.length === 0) return new Map();
  const items = await ctx.table.getMany(ids.map((id) => keys.attributeSchema(orgOf(ctx), id)));
  const found = items.flatMap((item) => (item ? [toAttributeSchema(readAttributeSchemaItem(item))] : []));
  return new Map(found.map((schema) => [schema.id, schema]));
}

async function read(ctx: Context, key: Key): Promise<AttributeSchemaRecord> {
  const item = await ctx.table.get(key);
  return item ? readAttributeSchemaItem(item) : fail('not-found');
}

export const getSchema = async (ctx: Context, id: AttributeSchemaId): Promise<AttributeSchema> =>
  toAttributeSchema(await read(ctx, keys.attributeSchema(orgOf(ctx), id)));

export const getSchemaVersion = async (ctx: Context, id: AttributeSchemaId, n: number): Promise<AttributeSchema> =>
  toAttributeSchema(await read(ctx, keys.attributeSchemaVersion(orgOf(ctx), id, n)));

/** The oldest first. */
export async function listSchemaVersions(ctx: Context, id: AttributeSchemaId): Promise<AttributeSchema[]> {
  const { items } = await ctx.table.query({ pk: partitions.attributeSchemaVersions(orgOf(ctx), id), begins: 'V#' });
  if (items.length === 0) fail('not-found');
  return items.map((item) => toAttributeSchema(readAttributeSchemaItem(item)));
}

/** At most 20 in an org. Fails with `name-taken`, `limit-reached`. */
export function createSchema(ctx: Context, input: AttributeSchemaInput): Promise<AttributeSchema> {
  return reapply(async () => {
    const id = newId<AttributeSchemaId>(ctx);
    const schema: AttributeSchemaRecord = { ...input, ...made(ctx), id, orgId: orgOf(ctx), version: 1 };
    const event = { type: 'attribute-schema-created', orgId: schema.orgId, subjectId: id } as const;
    const writes = [
      ...newNamed(attributeSchemaItem(schema), schema, 'attribute-schema'),
      keepVersion(schema),
      countSchema(schema.orgId),
    ];
    return commit(ctx, event, writes, toAttributeSchema(schema));
  });
}

const made = (ctx: Context) => ({
  createdAt: instant(ctx.now),
  ...(ctx.principal && { createdBy: ctx.principal.id }),
});

/**
 * The next version, of at most 40. Fails with `version-stale` where `version` is not the newest, with
 * `attribute-schema-incompatible` where a value that fitted would not fit any more.
 */
export function updateSchema(
  ctx: Context,
  id: AttributeSchemaId,
  input: AttributeSchemaInput,
  version: number,
): Promise<AttributeSchema> {
  return reapply(async () => {
    const before = await read(ctx, keys.attributeSchema(orgOf(ctx), id));
    if (before.version !== version) fail('version-stale');
    const members = ['name', 'description', 'enabled', 'fields'] as const;
    const changed = members.filter((member) => !isDeepStrictEqual(before[member], input[member]));
    if (changed.length === 0) return toAttributeSchema(before);
    if (!isCompatible(before.fields, input.fields)) fail('attribute-schema-incompatible');
    if (version >= MAX_SCHEMA_VERSIONS) {
      fail({ code: 'limit-reached', detail: `a schema has at most ${MAX_SCHEMA_VERSIONS} versions` });
    }
    const { orgId } = before;
    const after: AttributeSchemaRecord = { ...input, ...made(ctx), id, orgId, version: version + 1 };
    const event = { type: 'attribute-schema-updated' as const, orgId, subjectId: id, changed };
    const writes = [...replaceNamed(attributeSchemaItem(after), before, 'attribute-schema'), keepVersion(after)];
    return commit(ctx, event, writes, toAttributeSchema(after));
  });
}

/** With all its versions. Values of it stay with their people until somebody takes them away. */
export function deleteSchema(ctx: Context, id: AttributeSchemaId): Promise<void> {
  return reapply(async () => {
    const before = await read(ctx, keys.attributeSchema(orgOf(ctx), id));
    const { orgId } = before;
    const gone: Write = {
      drop: keys.attributeSchema(orgId, id),
      when: equals('op', before.revision),
      otherwise: { code: 'version-conflict' },
    };
    const writes = [gone, ...releaseNamed(before, 'attribute-schema'), ...dropVersions(before), uncountSchema(orgId)];
    await commit(ctx, { type: 'attribute-schema-deleted', orgId, subjectId: id }, writes, undefined);
  });
}
