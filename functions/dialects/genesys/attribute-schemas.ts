// Schemas of custom attributes, as that system writes them: a JSON Schema whose properties are made of core types.
import type { Wire } from '../../../shared/dialect/fields.ts';
import type { Context } from '../../../shared/directory/context.ts';
import {
  createSchema,
  deleteSchema,
  getSchema,
  getSchemaVersion,
  listSchemas,
  listSchemaVersions,
  updateSchema,
} from '../../../shared/directory/structure/attribute-schemas.ts';
import { type Operation, parse } from '../../../shared/http/endpoint.ts';
import {
  type AttributeField,
  type AttributeSchema,
  AttributeSchemaInput,
  AttributeType,
  BOUNDS,
} from '../../../shared/model/attribute-schema.ts';
import { AttributeSchemaId } from '../../../shared/model/ids.ts';
import { fail } from '../../../shared/model/problem.ts';
import { MAX_FIELDS, MAX_SCHEMAS } from '../../../shared/model/user/custom-attributes.ts';
import { refuse } from './errors.ts';
import { isObject } from './fields.ts';
import { answer, genesys, idIn, nothing, objectIn } from './manner.ts';

const BASE = '/api/v2/users/customattributes/schemas';
const DRAFT = 'http://json-schema.org/draft-04/schema#';
const REFERENCE = '#/definitions/';
const APPLIES_TO = ['USER_CUSTOM_ATTRIBUTES'];

/** Bounds that stand beside the core type, and those of a tag's items, which stand under `items`. */
const OWN = ['minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems'] as const;
const OF_ITEMS = [
  ['minLength', 'itemMinLength'],
  ['maxLength', 'itemMaxLength'],
] as const;

function property(field: AttributeField): Wire {
  const items = OF_ITEMS.flatMap(([theirs, ours]) => (field[ours] === undefined ? [] : [[theirs, field[ours]]]));
  return {
    ...{ title: field.title, description: field.description ?? '' },
    allOf: [{ $ref: `${REFERENCE}${field.type}` }],
    ...Object.fromEntries(OWN.flatMap((name) => (field[name] === undefined ? [] : [[name, field[name]]]))),
    ...(field.options && { enum: field.options }),
    ...(field.type === 'tag' && { items: Object.fromEntries(items), uniqueItems: true }),
  };
}

export const shownSchema = ({ id, name, description, version, enabled, fields, ...made }: AttributeSchema): Wire => ({
  ...{ id, name, version, appliesTo: APPLIES_TO, enabled },
  ...(made.createdBy && { createdBy: { id: made.createdBy } }),
  dateCreated: made.createdAt,
  jsonSchema: {
    ...{ $schema: DRAFT, title: name, description: description ?? '', type: 'object' },
    properties: Object.fromEntries(fields.map((field) => [field.name, property(field)])),
  },
  selfUri: `${BASE}/${id}`,
});

const listing = (schemas: readonly AttributeSchema[], selfUri: string): Wire => ({
  ...{ total: schemas.length, entities: schemas.map(shownSchema), selfUri },
});

const wrongSchema = (field: string, message: string): never =>
  refuse('dynamic.schema.invalid.json.schema', field, message);

/** Null and absent mean the same. */
const given = (wire: Wire): Wire =>
  Object.fromEntries(Object.entries(wire).filter(([, value]) => value !== null && value !== undefined));

/** What would change nothing is refused by name. */
function known(wire: Wire, names: readonly string[], at: string): void {
  const odd = Object.keys(given(wire)).find((name) => !names.includes(name));
  if (odd) wrongSchema(`${at}.${odd.slice(0, 100)}`, 'is not supported');
}

function readField(name: string, wire: unknown): Wire {
  const at = `jsonSchema.properties.${name.slice(0, 100)}`;
  if (!isObject(wire)) return wrongSchema(at, 'must be an object');
  known(wire, [...OWN, 'title', 'description', 'allOf', 'enum', 'items', 'uniqueItems'], at);
  const { title, description, allOf, enum: options, items, uniqueItems, ...bounds } = given(wire);
  const [first] = Array.isArray(allOf) && allOf.length === 1 ? allOf : [];
  const reference = isObject(first) ? String(first.$ref) : '';
  const type = AttributeType.options.find((option) => reference === `${REFERENCE}${option}`);
  if (!type) wrongSchema(`${at}.allOf`, `must refer to one of ${AttributeType.options.join(', ')}`);
  // Tags are different ones, and nothing else is made of items.
  if (uniqueItems !== undefined && (type !== 'tag' || uniqueItems !== true)) {
    wrongSchema(`${at}.uniqueItems`, 'must be true, of a tag');
  }
  const ofItems =
    items === undefined ? {} : isObject(items) ? given(items) : wrongSchema(`${at}.items`, 'must be an object');
  known(ofItems, ['minLength', 'maxLength'], `${at}.items`);
  const itemBounds = OF_ITEMS.flatMap(([theirs, ours]) => (theirs in ofItems ? [[ours, ofItems[theirs]]] : []));
  return given({
    ...{ name, title, description: description || undefined, type, options },
    ...bounds,
    ...Object.fromEntries(itemBounds),
  });
}

function readSchema(body: unknown): { input: AttributeSchemaInput; version: unknown } {
  const { name, version, enabled, jsonSchema, ...rest } = given(objectIn(body));
  known(rest, ['id', 'appliesTo', 'createdBy', 'dateCreated', 'selfUri'], 'body');
  if (!isObject(jsonSchema)) return refuse('constraint.validation', 'jsonSchema', 'is required');
  known(jsonSchema, ['id', '$schema', 'title', 'description', 'type', 'required', 'properties'], 'jsonSchema');
  const { title, description, type, required = [], properties = {} } = given(jsonSchema);
  if (type !== undefined && type !== 'object') wrongSchema('jsonSchema.type', 'must be object');
  if (!Array.isArray(required) || required.length > 0) wrongSchema('jsonSchema.required', 'is not supported');
  if (!isObject(properties)) return wrongSchema('jsonSchema.properties', 'must be an object');
  const fields = Object.entries(properties).map(([field, wire]) => readField(field, wire));
  if (fields.length > MAX_FIELDS) {
    refuse(
      'dynamic.schema.limit.max.number.of.fields.per.schema.would.be.exceeded',
      'jsonSchema.properties',
      `must be at most ${MAX_FIELDS} fields`,
    );
  }
  const wanted = { name: name ?? title, enabled: enabled ?? true, fields, description: description || undefined };
  return { input: parse(AttributeSchemaInput, given(wanted)), version };
}

const PRIMITIVES: Record<AttributeType, Wire> = {
  text: { type: ['string'] },
  longtext: { type: ['string'] },
  identifier: { type: ['string'], pattern: '^\\S*$' },
  enum: { type: ['string'] },
  integer: { type: ['integer'] },
  number: { type: ['number'] },
  date: { type: ['string'], pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
  datetime: { type: ['string'], pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{3})?Z$' },
  checkbox: { type: ['boolean'] },
  tag: { type: ['array'], items: { type: 'string' } },
};

function coreType(type: AttributeType): Wire {
  const limits = BOUNDS[type];
  const shown = (names: readonly (readonly [string, keyof typeof limits])[]) =>
    names.flatMap(([theirs, ours]) => {
      const [min, max] = limits[ours] ?? [];
      return min === undefined ? [] : [[theirs, { min, max }] as const];
    });
  const [own, ofItems] = [shown(OWN.map((name) => [name, name])), shown(OF_ITEMS)];
  return {
    ...{ id: type, name: type, version: 1, current: true },
    schema: { title: type, description: '', ...PRIMITIVES[type] },
    ...{ validationFields: own.map(([name]) => name), validationLimits: Object.fromEntries(own) },
    ...(ofItems.length > 0 && {
      itemValidationFields: ofItems.map(([name]) => name),
      itemValidationLimits: Object.fromEntries(ofItems),
    }),
    selfUri: `${BASE}/coretypes/${type}`,
  };
}

const LIMITS = {
  ...{ minFieldNameCharacters: 1, maxFieldNameCharacters: 100, minFieldTitleCharacters: 1 },
  ...{ maxFieldTitleCharacters: 100, minFieldDescriptionCharacters: 0, maxFieldDescriptionCharacters: 200 },
  ...{ minSchemaNameCharacters: 1, maxSchemaNameCharacters: 50, minSchemaDescriptionCharacters: 0 },
  ...{ maxSchemaDescriptionCharacters: 200, maxNumberOfSchemasPerOrg: MAX_SCHEMAS },
  ...{ maxNumberOfFieldsPerSchema: MAX_FIELDS, maxNumberOfFieldsPerOrg: MAX_SCHEMAS * MAX_FIELDS },
  selfUri: `${BASE}/limits`,
};

const schemaIn = ({ schemaId = '' }: Record<string, string>): AttributeSchemaId => idIn(AttributeSchemaId, schemaId);

async function update(ctx: Context, id: AttributeSchemaId, body: unknown): Promise<AttributeSchema> {
  const { input, version } = readSchema(body);
  if (typeof version !== 'number') return refuse('constraint.validation', 'version', 'is required');
  return updateSchema(ctx, id, input, version);
}

const read = { access: { permission: 'users:read' } } as const;
const write = { access: { permission: 'orgs:write' } } as const;
const one = `${BASE}/{schemaId}` as const;

export const schemaOperations: readonly Operation[] = [
  genesys(`GET ${BASE}`, {
    summary: 'List schemas of custom attributes',
    ...read,
    run: async (ctx) => answer(ctx, listing(await listSchemas(ctx), BASE)),
  }),
  genesys(`POST ${BASE}`, {
    summary: 'Make a schema of custom attributes',
    ...write,
    takesBody: true,
    run: async (ctx, { body }) => answer(ctx, shownSchema(await createSchema(ctx, readSchema(body).input))),
  }),
  genesys(`GET ${BASE}/coretypes`, {
    summary: 'List what fields can be made of',
    ...read,
    run: async (ctx) => {
      const entities = AttributeType.options.map(coreType);
      return answer(ctx, { total: entities.length, entities, selfUri: `${BASE}/coretypes` });
    },
  }),
  genesys(`GET ${BASE}/coretypes/{coreTypeName}`, {
    summary: 'Get what fields can be made of',
    ...read,
    run: async (ctx, { params }) => {
      const type = AttributeType.options.find((option) => option === params.coreTypeName);
      return answer(ctx, coreType(type ?? fail('not-found')));
    },
  }),
  genesys(`GET ${BASE}/limits`, {
    summary: 'How large and how many schemas may be',
    ...read,
    run: async (ctx) => answer(ctx, LIMITS),
  }),
  genesys(`GET ${one}`, {
    summary: 'Get a schema of custom attributes',
    ...read,
    run: async (ctx, { params }) => answer(ctx, shownSchema(await getSchema(ctx, schemaIn(params)))),
  }),
  genesys(`PUT ${one}`, {
    summary: 'Make the next version of a schema',
    ...write,
    takesBody: true,
    run: async (ctx, { params, body }) => answer(ctx, shownSchema(await update(ctx, schemaIn(params), body))),
  }),
  genesys(`DELETE ${one}`, {
    summary: 'Delete a schema of custom attributes',
    ...write,
    async run(ctx, { params }) {
      await deleteSchema(ctx, schemaIn(params));
      return nothing(ctx);
    },
  }),
  genesys(`GET ${one}/versions`, {
    summary: 'List versions of a schema',
    ...read,
    run: async (ctx, { params }) => {
      const id = schemaIn(params);
      return answer(ctx, listing(await listSchemaVersions(ctx, id), `${BASE}/${id}/versions`));
    },
  }),
  genesys(`GET ${one}/versions/{versionId}`, {
    summary: 'Get a version of a schema',
    ...read,
    run: async (ctx, { params: { versionId = '', ...params } }) => {
      const version = /^[1-9]\d{0,3}$/.test(versionId) ? Number(versionId) : fail('not-found');
      return answer(ctx, shownSchema(await getSchemaVersion(ctx, schemaIn(params), version)));
    },
  }),
];
