// Schemas of an org's own fields about its people: what a field may be, which values fit it, and what a newer version of
// a schema may change. Source: Genesys Cloud `DataSchema` and its core types. Pure.
import * as v from 'valibot';
import type { AttributeSchemaId } from './ids.ts';
import { group } from './patch.ts';
import type { Issue } from './problem.ts';
import { CalendarDate, decimal, Instant, personName, text } from './text.ts';
import { type AttributeValue, type CustomAttributesPatch, FieldName, MAX_FIELDS } from './user/custom-attributes.ts';

export const AttributeType = v.picklist([
  'text',
  'longtext',
  'identifier',
  'enum',
  'integer',
  'number',
  'date',
  'datetime',
  'checkbox',
  'tag',
]);
export type AttributeType = v.InferOutput<typeof AttributeType>;

export type Bound = 'minLength' | 'maxLength' | 'minimum' | 'maximum' | 'minItems' | 'maxItems';
export type ItemBound = 'itemMinLength' | 'itemMaxLength';
type Limits<B extends string> = Partial<Record<B, readonly [min: number, max: number]>>;

const WHOLE = 2_147_483_647;
const between = (min: number, max: number) => [min, max] as const;
const ofText = (max: number) => ({ minLength: between(0, max), maxLength: between(1, max) });

/** Which bounds a field of a type may have, and within what. Left out, a bound is the widest. */
export const BOUNDS: Readonly<Record<AttributeType, Limits<Bound | ItemBound>>> = {
  text: ofText(100),
  longtext: ofText(1000),
  identifier: ofText(100),
  enum: {},
  integer: { minimum: between(-WHOLE, WHOLE), maximum: between(-WHOLE, WHOLE) },
  number: { minimum: between(-WHOLE, WHOLE), maximum: between(-WHOLE, WHOLE) },
  date: {},
  datetime: {},
  checkbox: {},
  tag: {
    minItems: between(0, 10),
    maxItems: between(1, 10),
    itemMinLength: between(1, 100),
    itemMaxLength: between(1, 100),
  },
};

const line = (min: number, max: number) => v.pipe(text(max), v.minLength(min));
const bound = v.optional(decimal(-WHOLE, WHOLE));
const MAX_OPTIONS = 50;

const Field = group({
  name: FieldName,
  title: line(1, 100),
  description: v.optional(text(200)),
  type: AttributeType,
  minLength: bound,
  maxLength: bound,
  minimum: bound,
  maximum: bound,
  minItems: bound,
  maxItems: bound,
  itemMinLength: bound,
  itemMaxLength: bound,
  /** The values of an `enum`: 1 to 50. */
  options: v.optional(v.pipe(v.array(line(1, 100)), v.minLength(1), v.maxLength(MAX_OPTIONS))),
});
export type AttributeField = v.InferOutput<typeof Field>;

const PAIRS = [
  ['minLength', 'maxLength'],
  ['minimum', 'maximum'],
  ['minItems', 'maxItems'],
  ['itemMinLength', 'itemMaxLength'],
] as const;

/** Every bound of a field, those left out as its type has them. */
export function boundsOf(field: AttributeField): Partial<Record<Bound | ItemBound, number>> {
  const limits = BOUNDS[field.type];
  const bounds = PAIRS.flatMap(([low, high]) => [
    [low, field[low] ?? limits[low]?.[0]] as const,
    [high, field[high] ?? limits[high]?.[1]] as const,
  ]);
  return Object.fromEntries(bounds.filter(([, value]) => value !== undefined));
}

function isSound(field: AttributeField): boolean {
  const { type, options } = field;
  const limits = BOUNDS[type];
  const fits = PAIRS.flat().every((name) => {
    const [value, limit] = [field[name], limits[name]];
    if (value === undefined) return true;
    const whole = type === 'number' || Number.isInteger(value);
    return limit !== undefined && whole && value >= limit[0] && value <= limit[1];
  });
  const bounds = boundsOf(field);
  const ordered = PAIRS.every(([low, high]) => (bounds[low] ?? 0) <= (bounds[high] ?? Number.POSITIVE_INFINITY));
  return fits && ordered && (type === 'enum') === (options !== undefined);
}

const isDistinct = (values: readonly string[]): boolean => new Set(values).size === values.length;

/** Characters of JSON of all fields: a schema is one item. */
const MOST = 30_000;

/** What makes a schema, or its next version. */
export const AttributeSchemaInput = group({
  name: v.pipe(personName(50), v.minLength(1)),
  description: v.optional(text(200)),
  enabled: v.boolean(),
  fields: v.pipe(
    v.array(v.pipe(Field, v.check(isSound, 'has a bound that its type does not have, or bounds that exclude all'))),
    v.maxLength(MAX_FIELDS),
    v.check((fields) => isDistinct(fields.map(({ name }) => name)), 'must have names of their own'),
    v.check((fields) => isDistinct(fields.map(({ title }) => title)), 'must have titles of their own'),
    v.check((fields) => fields.every(({ options = [] }) => isDistinct(options)), 'must have options once each'),
    v.check((fields) => JSON.stringify(fields).length <= MOST, `must be at most ${MOST} characters of JSON`),
  ),
});
export type AttributeSchemaInput = v.InferOutput<typeof AttributeSchemaInput>;

export interface AttributeSchema extends AttributeSchemaInput {
  id: AttributeSchemaId;
  version: number;
  createdAt: string;
  createdBy?: string;
}

/** Versions that one schema may have. */
export const MAX_SCHEMA_VERSIONS = 40;

const within = (value: number, low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY) =>
  value >= low && value <= high;

/** What is wrong with a value of a field; undefined where it fits. */
export function misfit(field: AttributeField, value: AttributeValue): string | undefined {
  const { minLength, maxLength, minimum, maximum, minItems, maxItems, itemMinLength, itemMaxLength } = boundsOf(field);
  const isText = typeof value === 'string';
  const sized = (text: string) => within(text.length, minLength, maxLength);
  const lengths = `a text of ${minLength} to ${maxLength} characters`;
  switch (field.type) {
    case 'text':
      return isText && sized(value) && !/[\r\n]/.test(value) ? undefined : `must be ${lengths} in one line`;
    case 'longtext':
      return isText && sized(value) ? undefined : `must be ${lengths}`;
    case 'identifier':
      return isText && sized(value) && !/\s/.test(value) ? undefined : `must be ${lengths} without spaces`;
    case 'enum':
      return isText && field.options?.includes(value) ? undefined : `must be one of ${field.options?.join(', ')}`;
    case 'integer':
    case 'number': {
      const number = typeof value === 'number' && (field.type === 'number' || Number.isInteger(value));
      const kind = field.type === 'number' ? 'a number' : 'a whole number';
      return number && within(value, minimum, maximum) ? undefined : `must be ${kind} from ${minimum} to ${maximum}`;
    }
    case 'date':
      return v.is(CalendarDate, value) ? undefined : 'must be a day as YYYY-MM-DD';
    case 'datetime':
      return v.is(Instant, value) ? undefined : 'must be an RFC 3339 UTC instant';
    case 'checkbox':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'tag': {
      const fits =
        Array.isArray(value) &&
        within(value.length, minItems, maxItems) &&
        isDistinct(value) &&
        value.every((tag) => within(tag.length, itemMinLength, itemMaxLength));
      const tags = `${minItems} to ${maxItems} different tags`;
      return fits ? undefined : `must be ${tags} of ${itemMinLength} to ${itemMaxLength} characters`;
    }
  }
}

/** Values of the fields of one schema; null takes one away. */
export type AttributeChanges = NonNullable<CustomAttributesPatch[AttributeSchemaId]>;

/** What is wrong with values of a schema, which may be none of the org. Taking values away is always right. */
export function misfits(schema: AttributeSchema | undefined, id: string, values: AttributeChanges): Issue[] {
  const at = `/customAttributes/${id}`;
  if (!schema) return [{ pointer: at, message: 'is no schema of this org' }];
  return Object.entries(values).flatMap(([name, value]): Issue[] => {
    if (value === null) return [];
    const pointer = `${at}/${name}`;
    if (!schema.enabled) return [{ pointer, message: 'is of a schema that takes no values now' }];
    const field = schema.fields.find((one) => one.name === name);
    const message = field ? misfit(field, value) : 'is no field of the schema';
    return message === undefined ? [] : [{ pointer, message }];
  });
}

/** Whether all that fits one version of a schema fits the next: fields stay, bounds only widen, options are only added. */
export function isCompatible(before: readonly AttributeField[], after: readonly AttributeField[]): boolean {
  return before.every((old) => {
    const field = after.find(({ name }) => name === old.name);
    if (field?.type !== old.type) return false;
    const [was, is] = [boundsOf(old), boundsOf(field)];
    const widens = PAIRS.every(
      ([low, high]) => (is[low] ?? 0) <= (was[low] ?? 0) && (is[high] ?? 0) >= (was[high] ?? 0),
    );
    return widens && (old.options ?? []).every((option) => field.options?.includes(option));
  });
}
