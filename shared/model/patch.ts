// The groups of the record and their JSON merge patches (RFC 7396): how a group is declared, what its patch may say,
// how a patch is applied. Not which members a person may change: that is the directory's.
import * as v from 'valibot';

/** A name that every JavaScript object answers to. As a key of data it is refused, never looked up. */
export const isHostileName = (name: string): boolean => name in Object.prototype || name === 'prototype';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const plainObject = v.rawCheck<unknown>(({ dataset: { value }, addIssue }) => {
  if (Array.isArray(value)) addIssue({ message: 'must be an object' });
  if (!isRecord(value)) return;
  for (const key of Object.keys(value).filter(isHostileName)) {
    addIssue({ message: 'is not a name', path: [{ type: 'object', origin: 'key', input: value, key, value: null }] });
  }
});

// valibot takes [] for an empty object and drops `__proto__` from a record without a word. Both must be a 422, so the
// input is looked at before valibot reads it. Only ever given a schema that was made in the same expression.
function guarded<S extends v.GenericSchema>(schema: S): S {
  const run = schema['~run'].bind(schema);
  const guardedRun: typeof run = (dataset, config) => {
    const checked = plainObject['~run']({ typed: true, value: dataset.value }, config);
    return checked.issues ? { typed: false, value: dataset.value, issues: checked.issues } : run(dataset, config);
  };
  return Object.assign(schema, { '~run': guardedRun });
}

/** An object of exactly these members. As `v.strictObject`, but an array is refused. */
export const group = <const E extends v.ObjectEntries>(entries: E) => guarded(v.strictObject(entries));

/** Free name/value pairs, at most `max`, names that every object answers to (`toString`, `__proto__`) refused. */
export const dictionary = <V extends v.GenericSchema>(name: v.GenericSchema<string>, value: V, max: number) =>
  v.pipe(guarded(v.record(name, value)), v.maxEntries(max, `must have at most ${max} members`));

type Unwrapped<S> = S extends { readonly type: 'optional' | 'nullish' | 'exact_optional'; readonly wrapped: infer W }
  ? W
  : S;

/** The schema of a merge patch of what `S` describes. Arrays and scalars are taken whole. */
export type PatchOf<S> = S extends { readonly type: 'strict_object'; readonly entries: infer E extends v.ObjectEntries }
  ? v.StrictObjectSchema<PatchEntries<E>, undefined>
  : S extends { readonly type: 'record'; readonly key: infer K; readonly value: infer V extends v.GenericSchema }
    ? v.RecordSchema<Extract<K, v.GenericSchema<string>>, v.NullableSchema<V, undefined>, undefined>
    : S extends v.GenericSchema
      ? S
      : never;

type PatchEntries<E extends v.ObjectEntries> = {
  readonly [K in keyof E]: v.NullishSchema<PatchOf<Unwrapped<E[K]>>, undefined>;
};

/**
 * The merge patch of a group: every member optional, null to remove it, nested groups and pairs likewise, arrays whole.
 * A rule over several members of an object is left out, since a patch shows only some of them, and a cap holds for the
 * patch alone: parse what `mergePatch` gives with the group's own schema before it is stored.
 */
export function patchOf<S extends v.GenericSchema>(schema: S): PatchOf<S> {
  return patchSchema(schema) as PatchOf<S>;
}

function patchSchema(schema: v.GenericSchema): v.GenericSchema {
  if (v.isOfType('strict_object', schema)) {
    const { entries } = schema as v.StrictObjectSchema<v.ObjectEntries, undefined>;
    const members = Object.entries(entries).map(([name, entry]) => [name, v.nullish(patchSchema(unwrapped(entry)))]);
    return withActions(group(Object.fromEntries(members)), schema, 'metadata');
  }
  if (v.isOfType('record', schema)) {
    const { key, value } = schema as v.RecordSchema<v.GenericSchema<string>, v.GenericSchema, undefined>;
    return withActions(guarded(v.record(key, v.nullable(value))), schema, 'metadata', 'validation');
  }
  return schema;
}

const unwrapped = (entry: v.ObjectEntries[string]): v.GenericSchema =>
  ('wrapped' in entry ? entry.wrapped : entry) as v.GenericSchema;

type Action = v.PipeItem<unknown, unknown, v.BaseIssue<unknown>>;

function withActions(patch: v.GenericSchema, from: v.GenericSchema, ...kinds: Action['kind'][]): v.GenericSchema {
  const actions = 'pipe' in from ? (from.pipe as Action[]).slice(1).filter(({ kind }) => kinds.includes(kind)) : [];
  return actions.length === 0 ? patch : v.pipe(patch, ...actions);
}

type Scalar = string | number | boolean | bigint | null | undefined;

/** A merge patch of a value: null removes a member, objects recurse, the rest replaces. Undefined changes nothing. */
export type MergePatch<T> = T extends Scalar | readonly unknown[]
  ? T
  : { readonly [K in keyof T]?: MergePatch<T[K]> | null };

/**
 * RFC 7396 for plain JSON data, with one law more: a member that is absent, null or an empty object is the same, so the
 * answer holds neither null nor empty members (nulls inside arrays stay). Neither argument is changed; arrays are
 * shared. Hostile names are skipped. A required member that `patch` removes is gone: its schema must not allow that.
 */
export function mergePatch<T extends object>(before: T, patch: MergePatch<T>): T {
  return merged(before as Record<string, unknown>, patch as Record<string, unknown>) as T;
}

function merged(before: Record<string, unknown>, patch: Record<string, unknown>): Record<string, unknown> {
  const names = new Set([...Object.keys(before), ...Object.keys(patch)]);
  const members = [...names].flatMap((name) => {
    if (isHostileName(name)) return [];
    const old = before[name];
    const change = patch[name];
    const value = isRecord(change)
      ? merged(isRecord(old) ? old : {}, change)
      : change === undefined
        ? tidy(old)
        : change;
    return isAbsent(value) ? [] : [[name, value] as const];
  });
  return Object.fromEntries(members);
}

const tidy = (value: unknown): unknown => (isRecord(value) ? merged(value, {}) : value);

const isAbsent = (value: unknown): boolean =>
  value === null || value === undefined || (isRecord(value) && Object.keys(value).length === 0);
