// Values of custom attributes about a user, schema by schema.
import type { Wire } from '../../../shared/dialect/fields.ts';
import type { Context } from '../../../shared/directory/context.ts';
import { type AttributesWritten, writeAttributes } from '../../../shared/directory/custom-attributes.ts';
import { findSchemas, getSchemaVersion, listSchemas } from '../../../shared/directory/structure/attribute-schemas.ts';
import { getUser, updateUser } from '../../../shared/directory/users.ts';
import { type Operation, parse } from '../../../shared/http/endpoint.ts';
import { type AttributeSchema, misfits } from '../../../shared/model/attribute-schema.ts';
import { type AttributeSchemaId, type UserId, UUID_V7 } from '../../../shared/model/ids.ts';
import { fail, hasCode } from '../../../shared/model/problem.ts';
import { type CustomAttributes, MAX_SCHEMAS } from '../../../shared/model/user/custom-attributes.ts';
import { type User, UserPatch } from '../../../shared/model/user.ts';
import { shownSchema } from './attribute-schemas.ts';
import { refuse } from './errors.ts';
import { isObject, userUri } from './fields.ts';
import { answer, genesys, idOf, listed, listIn, nothing, objectIn } from './manner.ts';

/** Schemas that one call may ask for. */
const MOST_ASKED = 100;

/** The ids of schemas that a parameter names. Refused where there are too many. */
export function schemaIdsIn(query: URLSearchParams, parameter: string): string[] {
  const ids = listed(query, parameter);
  if (ids.length > MOST_ASKED) refuse('invalid.query.param.value', parameter, `must be at most ${MOST_ASKED}`);
  return ids;
}

type Holder = Pick<User, 'id' | 'customAttributes'>;

/** The schemas that values of these users may be of: all of the org, or those wanted, at most 100. */
export async function schemasOf(
  ctx: Context,
  users: readonly Holder[],
  wanted: readonly string[] | undefined,
): Promise<ReadonlyMap<string, AttributeSchema>> {
  if (users.every(({ customAttributes }) => !customAttributes)) return new Map();
  if (!wanted) return new Map((await listSchemas(ctx)).map((schema) => [schema.id, schema]));
  return findSchemas(ctx, [...new Set(wanted)].filter((id) => UUID_V7.test(id)) as AttributeSchemaId[]);
}

/** The values of a user in the order of the schemas: those whose schema is gone are not shown. */
export const attributesOf = ({ id, customAttributes }: Holder, schemas: ReadonlyMap<string, AttributeSchema>): Wire[] =>
  [...schemas.values()].flatMap((schema) => {
    const attributes = customAttributes?.[schema.id];
    return attributes ? [shown(id, schema, attributes)] : [];
  });

const shown = (
  userId: string,
  schema: AttributeSchema,
  attributes: CustomAttributes[AttributeSchemaId] = {},
): Wire => ({
  ...{ id: schema.id, name: schema.name, userId, schema: shownSchema(schema), attributes },
  selfUri: `${userUri(userId)}/customattributes/${schema.id}`,
});

const unknownSchema = (): never => fail({ code: 'not-found', detail: 'schema' });

const schemaIn = (id: unknown): AttributeSchemaId =>
  typeof id === 'string' && UUID_V7.test(id) ? (id as AttributeSchemaId) : unknownSchema();

/** Of an older version that is named, values must fit that one. */
async function readOne(ctx: Context, body: unknown, whole: boolean): Promise<AttributesWritten> {
  const { schemaId: named, schemaVersion, attributes, ...rest } = objectIn(body);
  const [odd] = Object.keys(rest);
  if (odd) refuse('invalid.value', odd, 'is unknown');
  if (named === undefined || named === null) refuse('constraint.validation', 'schemaId', 'is required');
  if (!isObject(attributes)) return refuse('constraint.validation', 'attributes', 'must be an object');
  const schemaId = schemaIn(named);
  const patch = parse(UserPatch, { customAttributes: { [schemaId]: attributes } });
  const values = patch.customAttributes?.[schemaId] ?? {};
  if (schemaVersion !== undefined && schemaVersion !== null) {
    const version = await versionOf(ctx, schemaId, schemaVersion);
    const issues = misfits(version, schemaId, values);
    if (issues.length > 0) fail({ code: 'input-invalid', issues });
  }
  return { schemaId, values, whole };
}

async function versionOf(ctx: Context, id: AttributeSchemaId, version: unknown): Promise<AttributeSchema> {
  const wrong = () => refuse('invalid.value', 'schemaVersion', 'is no version of the schema');
  if (!Number.isInteger(version) || (version as number) < 1 || (version as number) > 9999) return wrong();
  return getSchemaVersion(ctx, id, version as number).catch((error: unknown) => {
    if (!hasCode(error, 'not-found')) throw error;
    return wrong();
  });
}

async function writeAll(ctx: Context, id: UserId, bodies: readonly unknown[], whole: boolean): Promise<Wire[]> {
  await getUser(ctx, id);
  const written = await Promise.all(bodies.map((body) => readOne(ctx, body, whole)));
  const ids = written.map(({ schemaId }) => schemaId);
  if (new Set(ids).size < ids.length) refuse('invalid.value', 'schemaId', 'must be there once');
  const schemas = await findSchemas(ctx, ids);
  if (schemas.size < ids.length) unknownSchema();
  const user = await writeAttributes(ctx, id, written);
  return [...schemas.values()].map((schema) => shown(id, schema, user.customAttributes?.[schema.id]));
}

const path = '/api/v2/users/{userId}/customattributes';
const read = { access: { permission: 'users:read' } } as const;
const write = { access: { permission: 'users:write' } } as const;

export const attributeOperations: readonly Operation[] = [
  ...(['PUT', 'PATCH'] as const).map((method) =>
    genesys(`${method} ${path}`, {
      summary: method === 'PUT' ? 'Set all custom attributes of a schema' : 'Change custom attributes of a schema',
      ...write,
      takesBody: true,
      async run(ctx, { params, body }) {
        const [written] = await writeAll(ctx, idOf(params), [body], method === 'PUT');
        return answer(ctx, written);
      },
    }),
  ),
  genesys(`GET ${path}/bulk`, {
    summary: 'Custom attributes of a user by schemas',
    ...read,
    async run(ctx, { params, query }) {
      const user = await getUser(ctx, idOf(params));
      const ids = schemaIdsIn(query, 'schemaIds');
      if (ids.length === 0) refuse('constraint.validation', 'schemaIds', 'is required');
      return answer(ctx, attributesOf(user, await schemasOf(ctx, [user], ids)));
    },
  }),
  genesys(`PATCH ${path}/bulk`, {
    summary: 'Change custom attributes of many schemas',
    ...write,
    takesBody: true,
    async run(ctx, { params, body }) {
      await writeAll(ctx, idOf(params), listIn(body, MAX_SCHEMAS), false);
      return nothing(ctx);
    },
  }),
  genesys(`GET ${path}/{schemaId}`, {
    summary: 'Custom attributes of a user by a schema',
    ...read,
    async run(ctx, { params }) {
      const user = await getUser(ctx, idOf(params));
      const schemaId = schemaIn(params.schemaId);
      const [found] = attributesOf(user, await schemasOf(ctx, [user], [schemaId]));
      return answer(ctx, found ?? unknownSchema());
    },
  }),
  genesys(`DELETE ${path}/{schemaId}`, {
    summary: 'Take the custom attributes of a schema from a user',
    ...write,
    async run(ctx, { params }) {
      const user = await getUser(ctx, idOf(params));
      const schemaId = schemaIn(params.schemaId);
      if (!user.customAttributes?.[schemaId]) unknownSchema();
      await updateUser(ctx, user.id, { customAttributes: { [schemaId]: null } });
      return nothing(ctx);
    },
  }),
];
