// What an org keeps of a person beside the members that all have: values of the fields of its own schemas, by the id of
// the schema. Whether a value fits its field is in attribute-schema.ts, which schemas there are is the directory's.
import * as v from 'valibot';
import { AttributeSchemaId } from '../ids.ts';
import { dictionary, isHostileName } from '../patch.ts';
import { decimal, text } from '../text.ts';

/** The name of a field: 1 to 100 letters, digits, `_` and `-`, and none that every object answers to. */
export const FieldName = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(100),
  v.regex(/^[A-Za-z0-9_-]+$/, 'letters, digits, _ and - only'),
  v.check((name) => !isHostileName(name), 'is not a name'),
);

/** Fields of one schema, and schemas of one org. Source: Genesys Cloud `SchemaQuantityLimits`. */
export const MAX_FIELDS = 25;
export const MAX_SCHEMAS = 20;

export const AttributeValue = v.union([
  text(1000, { multiline: true }),
  decimal(-2_147_483_648, 2_147_483_647),
  v.boolean(),
  v.pipe(v.array(text(100)), v.maxLength(10)),
]);
export type AttributeValue = v.InferOutput<typeof AttributeValue>;

/** Characters of JSON of all values of one person: they lie in one item with the other settings. */
const MOST = 16_000;

export const CustomAttributes = v.pipe(
  dictionary(AttributeSchemaId, dictionary(FieldName, AttributeValue, MAX_FIELDS), MAX_SCHEMAS),
  v.check((value) => JSON.stringify(value).length <= MOST, `must be at most ${MOST} characters of JSON`),
);
export type CustomAttributes = v.InferOutput<typeof CustomAttributes>;

/** Null takes away a field, or all of a schema. */
export const CustomAttributesPatch = dictionary(
  AttributeSchemaId,
  v.nullable(dictionary(FieldName, v.nullable(AttributeValue), MAX_FIELDS)),
  MAX_SCHEMAS,
);
export type CustomAttributesPatch = v.InferOutput<typeof CustomAttributesPatch>;
