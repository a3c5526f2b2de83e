// Genesys Cloud: schemas of custom attributes, and values of them.
import { beforeAll, describe, expect, test } from 'vitest';
import { fromCells, toCells, USER_COLUMNS } from '../../shared/transfer/columns.ts';
import { importing } from '../support/importing.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { newWorld, ok, type World } from '../support/world.ts';
import { genesysOf, refusedAs } from './genesys-speaker.ts';

let service: TestService;
let world: World;
let other: World;
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
  other = await newWorld(service, await service.secondOrg());
});

const { call, get, newUser, native } = genesysOf(() => world);
const SCHEMAS = '/customattributes/schemas';
const NOBODY = '0192f0c1-0000-7000-8000-000000000000';

const typed = (type: string, more: Json = {}) => ({
  ...{ title: `A ${type}`, description: '', allOf: [{ $ref: `#/definitions/${type}` }] },
  ...more,
});

/** The vendor's own example: every core type with a bound that the type has. */
const everyType = {
  field1_text: typed('text', { minLength: 0, maxLength: 39 }),
  field2_longtext: typed('longtext', { minLength: 0, maxLength: 1000 }),
  field3_enum: typed('enum', { enum: ['enum1', 'enum2'] }),
  field4_identifier: typed('identifier', { minLength: 0, maxLength: 37 }),
  field5_integer: typed('integer', { minimum: 1, maximum: 24 }),
  field6_number: typed('number', { minimum: 2.7, maximum: 31.3 }),
  field7_date: typed('date'),
  field8_datetime: typed('datetime'),
  field9_checkbox: typed('checkbox'),
  field10_tag: typed('tag', {
    ...{ items: { minLength: 1, maxLength: 20 }, minItems: 0, maxItems: 10, uniqueItems: true },
  }),
};

const values = {
  field1_text: 'one line',
  field2_longtext: 'two\nlines',
  field3_enum: 'enum2',
  field4_identifier: 'no-spaces',
  field5_integer: 24,
  field6_number: 2.75,
  field7_date: '2026-02-28',
  field8_datetime: '2026-02-28T10:00:00Z',
  field9_checkbox: false,
  field10_tag: ['a', 'b'],
};

/** Names are unique, and an org has room for few. */
let made = 0;
const body = (properties: Json, more: Json = {}): Json => {
  const title = `Schema ${++made}`;
  return { name: title, version: 1, enabled: true, jsonSchema: { title, type: 'object', properties }, ...more };
};
const newSchema = (properties: Json = everyType): Promise<Json> => ok(call('POST', SCHEMAS, body(properties)));
const drop = (schema: Json) => call('DELETE', `${SCHEMAS}/${schema.id}`);
const put = (id: string, schema: Json, attributes: Json, more: Json = {}) =>
  call('PUT', `/${id}/customattributes`, { schemaId: schema.id, attributes, ...more });

describe('a schema', () => {
  test('of every core type is made, read, listed and deleted', async () => {
    const schema = await newSchema();
    expect(schema).toMatchObject({ version: 1, enabled: true, appliesTo: ['USER_CUSTOM_ATTRIBUTES'] });
    expect(schema.jsonSchema.properties).toEqual(everyType);
    expect(await get(`${SCHEMAS}/${schema.id}`)).toEqual(schema);
    expect((await get(SCHEMAS)).entities).toContainEqual(schema);
    const { items } = await ok(service.call('GET', '/v1/events', { token: world.client }));
    expect(items[0]).toMatchObject({ type: 'attribute-schema-created', subjectId: schema.id });
    expect((await drop(schema)).status).toBe(204);
    await refusedAs('not.found', 404, call('GET', `${SCHEMAS}/${schema.id}`));
    await refusedAs('not.found', 404, call('GET', `${SCHEMAS}/${schema.id}/versions`));
    await refusedAs('not.found', 404, drop(schema));
    expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
  });

  test('comes back as its next version from a client that writes what it has read', async () => {
    const schema = await newSchema();
    expect(await ok(call('PUT', `${SCHEMAS}/${schema.id}`, schema))).toEqual(schema);
    const { jsonSchema } = schema;
    const properties = {
      ...{ ...everyType, field1_text: { ...everyType.field1_text, maxLength: 100 } },
      field3_enum: { ...everyType.field3_enum, enum: ['enum2', 'enum1', 'enum3'] },
      more: typed('text', { title: 'More' }),
    };
    const next = { ...schema, jsonSchema: { ...jsonSchema, properties } };
    const second = await ok(call('PUT', `${SCHEMAS}/${schema.id}`, next));
    expect(second).toMatchObject({ id: schema.id, version: 2, jsonSchema: { properties } });
    await refusedAs('dynamic.schema.version.conflict', 409, call('PUT', `${SCHEMAS}/${schema.id}`, next));
    const versions = await get(`${SCHEMAS}/${schema.id}/versions`);
    expect(versions).toMatchObject({ total: 2, entities: [schema, second] });
    expect(await get(`${SCHEMAS}/${schema.id}/versions/1`)).toEqual(schema);
    await refusedAs('not.found', 404, call('GET', `${SCHEMAS}/${schema.id}/versions/3`));
    expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
    await drop(schema);
  });

  test.each<[string, (properties: Json) => Json]>([
    ['loses a field', ({ field1_text: _gone, ...rest }) => rest],
    ['makes a field another type', (all) => ({ ...all, field1_text: typed('longtext', { title: 'A text' }) })],
    ['narrows a bound', (all) => ({ ...all, field5_integer: { ...all.field5_integer, maximum: 23 } })],
    ['raises a lower bound', (all) => ({ ...all, field1_text: { ...all.field1_text, minLength: 1 } })],
    ['takes an option away', (all) => ({ ...all, field3_enum: { ...all.field3_enum, enum: ['enum1'] } })],
    ['narrows items', (all) => ({ ...all, field10_tag: { ...all.field10_tag, items: { maxLength: 19 } } })],
  ])('that %s is refused', async (_name, change) => {
    const schema = await newSchema();
    const next = { ...schema, jsonSchema: { ...schema.jsonSchema, properties: change(everyType) } };
    const code = 'dynamic.schema.incompatible.json.schema.update';
    await refusedAs(code, 400, call('PUT', `${SCHEMAS}/${schema.id}`, next));
    await drop(schema);
  });

  test.each<[string, string, Json]>([
    ['an unknown core type', 'dynamic.schema.invalid.json.schema', { a: typed('money') }],
    ['a type of its own', 'dynamic.schema.invalid.json.schema', { a: { title: 'A', type: 'string' } }],
    ['a member that nothing looks at', 'dynamic.schema.invalid.json.schema', { a: typed('text', { format: 'x' }) }],
    ['no title', 'invalid.value', { a: { allOf: [{ $ref: '#/definitions/text' }] } }],
    ['a title twice', 'invalid.value', { a: typed('text'), b: typed('text') }],
    ['an enum of nothing', 'invalid.value', { a: typed('enum') }],
    ['options of a text', 'invalid.value', { a: typed('text', { enum: ['x'] }) }],
    ['a bound beyond the type', 'invalid.value', { a: typed('text', { maxLength: 101 }) }],
    ['a bound of another type', 'invalid.value', { a: typed('date', { maxLength: 10 }) }],
    ['bounds that exclude all', 'invalid.value', { a: typed('integer', { minimum: 2, maximum: 1 }) }],
    ['a name with a space', 'invalid.value', { 'a b': typed('text') }],
    ['a name that every object has', 'invalid.value', { toString: typed('text') }],
    ['items of a text', 'invalid.value', { a: typed('text', { items: { minLength: 1 } }) }],
    ['tags that repeat', 'dynamic.schema.invalid.json.schema', { a: typed('tag', { uniqueItems: false }) }],
    [
      'too many fields',
      'dynamic.schema.limit.max.number.of.fields.per.schema.would.be.exceeded',
      Object.fromEntries(Array.from({ length: 26 }, (_, i) => [`f${i}`, typed('text', { title: `F${i}` })])),
    ],
  ])('with %s is refused', async (_name, code, properties) => {
    await refusedAs(code, 400, call('POST', SCHEMAS, body(properties)));
  });

  test('has a name of its own, and demands no field', async () => {
    const schema = await newSchema();
    const same = body({}, { name: schema.name.toUpperCase() });
    await refusedAs('dynamic.schema.duplicate.schema.title', 400, call('POST', SCHEMAS, same));
    const demanding = body(everyType);
    demanding.jsonSchema.required = ['field1_text'];
    await refusedAs('dynamic.schema.invalid.json.schema', 400, call('POST', SCHEMAS, demanding));
    await refusedAs('constraint.validation', 400, call('PUT', `${SCHEMAS}/${schema.id}`, body({}, { version: null })));
    await drop(schema);
  });

  test('is one of twenty, and has forty versions at most; both at once, one too many is none', async () => {
    const fresh = await testService();
    const alone = await newWorld(fresh);
    const of = genesysOf(() => alone);
    const all = await Promise.all(Array.from({ length: 22 }, () => of.call('POST', SCHEMAS, body({}))));
    expect(all.filter(({ status }) => status === 200).length).toBe(20);
    const refused = all.find(({ status }) => status !== 200);
    expect(refused?.json.code).toBe('dynamic.schema.limit.max.number.of.schemas.per.org.would.be.exceeded');
    let schema = all.find(({ status }) => status === 200)?.json as Json;
    for (let n = 2; n <= 40; n++) {
      schema = await ok(of.call('PUT', `${SCHEMAS}/${schema.id}`, { ...schema, enabled: !schema.enabled }));
    }
    const more = await of.call('PUT', `${SCHEMAS}/${schema.id}`, { ...schema, enabled: !schema.enabled });
    expect(more.status).toBe(400);
    expect((await of.call('DELETE', `${SCHEMAS}/${schema.id}`)).status).toBe(204);
    expect((await of.call('POST', SCHEMAS, body({}))).status).toBe(200);
    expect(brokenInvariants(await fresh.dump(), fresh.clock.now())).toEqual([]);
  });

  test('of another org is unknown, and who only reads makes none', async () => {
    const schema = await newSchema();
    const theirs = genesysOf(() => other);
    for (const [method, path, sent] of [
      ['GET', '', undefined],
      ['PUT', '', schema],
      ['DELETE', '', undefined],
      ['GET', '/versions', undefined],
      ['GET', '/versions/1', undefined],
    ] as const) {
      await refusedAs('not.found', 404, theirs.call(method, `${SCHEMAS}/${schema.id}${path}`, sent));
    }
    expect((await theirs.get(SCHEMAS)).entities).toEqual([]);
    const user = await theirs.newUser();
    const given = { schemaId: schema.id, attributes: values };
    const code = 'user.custom.attributes.schema.not.found';
    await refusedAs(code, 404, theirs.call('PUT', `/${user.id}/customattributes`, given));
    await refusedAs('missing.permissions', 403, call('POST', SCHEMAS, body({}), world.reader));
    await refusedAs('missing.permissions', 403, call('DELETE', `${SCHEMAS}/${schema.id}`, undefined, world.reader));
    await drop(schema);
  });
});

test('the core types and the limits are told', async () => {
  const { total, entities } = await get(`${SCHEMAS}/coretypes`);
  expect(total).toBe(10);
  expect(entities[0]).toMatchObject({
    ...{ name: 'text', validationFields: ['minLength', 'maxLength'] },
    validationLimits: { minLength: { min: 0, max: 100 }, maxLength: { min: 1, max: 100 } },
  });
  const tag = await get(`${SCHEMAS}/coretypes/tag`);
  expect(tag.itemValidationLimits.maxLength).toEqual({ min: 1, max: 100 });
  await refusedAs('not.found', 404, call('GET', `${SCHEMAS}/coretypes/money`));
  expect(await get(`${SCHEMAS}/limits`)).toMatchObject({
    maxNumberOfSchemasPerOrg: 20,
    maxNumberOfFieldsPerSchema: 25,
  });
});

describe('values', () => {
  let schema: Json;
  beforeAll(async () => {
    schema = await newSchema();
  });

  test('are set whole, amended, read by schema and in the record, and taken away', async () => {
    const user = await newUser();
    const path = `/${user.id}/customattributes`;
    const set = await ok(put(user.id, schema, values));
    expect(set).toMatchObject({ userId: user.id, schema: { id: schema.id, version: 1 }, attributes: values });
    expect(await get(`${path}/${schema.id}`)).toEqual(set);
    expect((await native(user.id)).customAttributes).toEqual({ [schema.id]: values });
    const patch = { schemaId: schema.id, attributes: { field5_integer: 2, field1_text: null } };
    const { field1_text: _gone, ...rest } = values;
    expect((await ok(call('PATCH', path, patch))).attributes).toEqual({ ...rest, field5_integer: 2 });
    expect((await ok(put(user.id, schema, { field9_checkbox: true }))).attributes).toEqual({ field9_checkbox: true });
    expect((await call('DELETE', `${path}/${schema.id}`)).status).toBe(204);
    await refusedAs('not.found', 404, call('GET', `${path}/${schema.id}`));
    await refusedAs('user.custom.attributes.schema.not.found', 404, call('DELETE', `${path}/${schema.id}`));
    expect(await native(user.id)).not.toHaveProperty('customAttributes');
  });

  test.each<[string, unknown]>([
    ['field1_text', 'x'.repeat(40)],
    ['field1_text', 'two\nlines'],
    ['field1_text', 7],
    ['field3_enum', 'enum3'],
    ['field4_identifier', 'a b'],
    ['field5_integer', 25],
    ['field5_integer', 1.5],
    ['field6_number', '3'],
    ['field7_date', '2026-02-30'],
    ['field8_datetime', 'yesterday'],
    ['field9_checkbox', 'true'],
    ['field10_tag', ['a', 'a']],
    ['field10_tag', ['x'.repeat(21)]],
    ['field10_tag', 'a'],
    ['field11_nothing', 'x'],
  ])('of %s that do not fit are refused, here and natively: %j', async (field, value) => {
    const { id } = await newUser();
    const refusal = await refusedAs(
      'user.custom.attributes.schema.validation.error',
      400,
      put(id, schema, { [field]: value }),
    );
    expect(refusal.details[0].fieldName).toBe(field);
    const patch = { customAttributes: { [schema.id]: { [field]: value } } };
    const answer = await service.call('PATCH', `/v1/users/${id}`, { token: world.client, body: patch });
    expect(answer).toMatchObject({ status: 422, json: { code: 'input-invalid' } });
    expect(await native(id)).not.toHaveProperty('customAttributes');
  });

  test('of many schemas change at once or not at all, and are shown on demand', async () => {
    const second = await newSchema({ level: typed('integer') });
    const { id } = await newUser();
    const path = `/${id}/customattributes/bulk`;
    const one = { schemaId: schema.id, attributes: { field3_enum: 'enum1' } };
    const wrong = [one, { schemaId: second.id, attributes: { level: 'high' } }];
    await refusedAs('user.custom.attributes.schema.validation.error', 400, call('PATCH', path, wrong));
    expect(await native(id)).not.toHaveProperty('customAttributes');
    await refusedAs('invalid.value', 400, call('PATCH', path, [one, one]));
    const both = [one, { schemaId: second.id, attributes: { level: 3 } }];
    expect((await call('PATCH', path, both)).status).toBe(204);
    expect((await native(id)).version).toBe(2);
    const read = await get(`${path}?schemaIds=${schema.id},${second.id},${NOBODY}`);
    expect(read.map(({ attributes }: Json) => attributes)).toEqual([{ field3_enum: 'enum1' }, { level: 3 }]);
    await refusedAs('constraint.validation', 400, call('GET', path));

    expect(await get(`/${id}`)).not.toHaveProperty('customAttributes');
    expect((await get(`/${id}?expand=customAttributes`)).customAttributes).toEqual(read);
    const query = `expand=customAttributes&userCustomAttributeSchemaIds=${second.id}`;
    const listed = (await get(`?id=${id}&${query}`)).entities;
    expect(listed[0].customAttributes).toEqual([read[1]]);
    const all = (await get(`?pageSize=500&${query}`)).entities;
    expect(all.find((it: Json) => it.id === id).customAttributes).toEqual([read[1]]);
    const me = await ok(call('GET', '/me?expand=customAttributes', undefined, world.owner.token));
    expect(me.customAttributes).toEqual([]);

    await drop(second);
    expect((await get(`/${id}?expand=customAttributes`)).customAttributes).toEqual([read[0]]);
    await refusedAs('not.found', 404, call('GET', `/${id}/customattributes/${second.id}`));
    expect((await call('DELETE', `/${id}/customattributes/${second.id}`)).status).toBe(204);
    expect(Object.keys((await native(id)).customAttributes)).toEqual([schema.id]);
  });

  test('of two changes at once both count', async () => {
    const { id } = await newUser();
    const path = `/${id}/customattributes`;
    const changes = [{ field1_text: 'a' }, { field3_enum: 'enum1' }, { field9_checkbox: true }];
    const patch = (attributes: Json) => call('PATCH', path, { schemaId: schema.id, attributes });
    await Promise.all(changes.map((attributes) => ok(patch(attributes))));
    expect((await get(`${path}/${schema.id}`)).attributes).toEqual(Object.assign({}, ...changes));
  });

  test('must fit the version that is named, and a disabled schema takes none', async () => {
    const small = await newSchema({ level: typed('integer', { maximum: 5 }) });
    const wider = { ...small.jsonSchema, properties: { level: typed('integer', { maximum: 9 }) } };
    await ok(call('PUT', `${SCHEMAS}/${small.id}`, { ...small, jsonSchema: wider }));
    const { id } = await newUser();
    const misfit = 'user.custom.attributes.schema.validation.error';
    await refusedAs(misfit, 400, put(id, small, { level: 7 }, { schemaVersion: 1 }));
    await refusedAs('invalid.value', 400, put(id, small, { level: 7 }, { schemaVersion: 3 }));
    const set = await ok(put(id, small, { level: 7 }, { schemaVersion: 2 }));
    expect(set.schema.version).toBe(2);
    await ok(call('PUT', `${SCHEMAS}/${small.id}`, { ...small, version: 2, enabled: false, jsonSchema: wider }));
    await refusedAs(misfit, 400, put(id, small, { level: 6 }));
    expect((await get(`/${id}/customattributes/${small.id}`)).attributes).toEqual({ level: 7 });
    await drop(small);
  });

  test('come with a new person, go with an export, and are bounded in all', async () => {
    const customAttributes = { [schema.id]: values };
    const token = world.client;
    const { email, id } = await ok(
      service.call('POST', '/v1/users', { token, body: { email: `values@${made}.test`, customAttributes } }),
    );
    const rows = (await service.call('GET', '/v1/users/export', { token })).body.split('\n').filter(Boolean);
    const exported = rows.map((line) => JSON.parse(line)).find((row: Json) => row.id === id);
    expect(exported.customAttributes).toEqual(customAttributes);
    const search = `filter=${encodeURIComponent(`customAttributes pr and email eq "${email}"`)}`;
    const found = await ok(service.call('GET', `/v1/users?${search}`, { token }));
    expect(found.items.map((it: Json) => it.id)).toEqual([id]);
    // As cells of a table, and back.
    const row = fromCells(toCells({ ...exported, email: `again.${email}` }, USER_COLUMNS), USER_COLUMNS) as Json;
    expect(row.customAttributes).toEqual(customAttributes);
    const misfit = { email: `misfit.${email}`, customAttributes: { [schema.id]: { field5_integer: 0 } } };
    const outcomes = await importing(service, [row, misfit], { vouches: 'caller' });
    expect(outcomes).toMatchObject([{ outcome: 'created' }, { outcome: 'failed', code: 'input-invalid' }]);
    const text = 'x'.repeat(1000);
    const many = await newSchema(
      Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`f${i}`, typed('longtext', { title: `F${i}` })])),
    );
    const large = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`f${i}`, text]));
    await refusedAs('user.custom.attributes.schema.validation.error', 400, put(id, many, large));
    await drop(many);
    expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
  });
});
