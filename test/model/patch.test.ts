// RFC 7396 and the record's own law that absent, null and {} are one; the laws are checked on random JSON.
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { dictionary, group, isHostileName, type MergePatch, mergePatch, patchOf } from '../../shared/model/patch.ts';
import { text } from '../../shared/model/text.ts';

type Data = { [name: string]: unknown };
const merge = (before: Data, patch: Data): Data => mergePatch<Data>(before, patch as MergePatch<Data>);

const HOSTILE = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];

// Objects as JSON.parse makes them: an own key may be called `__proto__`.
const name = fc.oneof(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom(...HOSTILE));
const { object: json } = fc.letrec<{ value: unknown; object: Data }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, 0, 'x', ''),
    fc.array(fc.oneof(fc.constantFrom<unknown>(null, 1, 'y'), tie('object')), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc
    .uniqueArray(fc.tuple(name, tie('value')), { selector: ([key]) => key, maxLength: 4 })
    .map((members) => Object.fromEntries(members)),
}));

const isObject = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function everyObject(value: unknown, visit: (found: Data) => void): void {
  if (!isObject(value)) return;
  visit(value);
  for (const member of Object.values(value)) everyObject(member, visit);
}

/** The RFC's own pseudo code, then without nulls, empty objects and hostile names. */
function byTheBook(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, byTheBook(result.get(key), value));
  }
  return Object.fromEntries(result);
}

function normal(value: unknown): unknown {
  if (!isObject(value)) return value;
  const members = Object.entries(value)
    .map(([key, member]) => [key, normal(member)] as const)
    .filter(([key, member]) => !isHostileName(key) && member !== null)
    .filter(([, member]) => !isObject(member) || Object.keys(member).length > 0);
  return Object.fromEntries(members);
}

describe('mergePatch', () => {
  test('null removes, objects recurse, arrays and scalars replace, the rest stays', () => {
    const before = { a: 1, b: { c: 2, d: 3 }, e: [1, 2], f: 'x' };
    expect(merge(before, { a: null, b: { c: null, g: 4 }, e: [3] })).toEqual({ b: { d: 3, g: 4 }, e: [3], f: 'x' });
    expect(before).toEqual({ a: 1, b: { c: 2, d: 3 }, e: [1, 2], f: 'x' });
  });

  test('a group that becomes empty is gone, and so is one that was empty before', () => {
    expect(merge({ a: { b: 1 }, c: {} }, { a: { b: null } })).toEqual({});
    expect(merge({}, { a: { b: { c: null } } })).toEqual({});
  });

  test('an object over a scalar or an array starts anew', () => {
    expect(merge({ a: [1], b: 2 }, { a: { x: 1 }, b: { y: null } })).toEqual({ a: { x: 1 } });
  });

  test('undefined changes nothing', () => {
    expect(merge({ a: 1 }, { a: undefined, b: undefined })).toEqual({ a: 1 });
  });

  test('it does what RFC 7396 says, up to absence', () => {
    fc.assert(
      fc.property(json, json, (b, p) => {
        expect(merge(b, p)).toEqual(normal(byTheBook(b, p)));
      }),
    );
  });

  test('applying a patch twice is applying it once', () => {
    fc.assert(
      fc.property(json, json, (b, p) => {
        expect(merge(merge(b, p), p)).toEqual(merge(b, p));
      }),
    );
  });

  test('an empty patch changes nothing but the form', () => {
    fc.assert(
      fc.property(json, (b) => {
        expect(merge(b, {})).toEqual(normal(b));
      }),
    );
  });

  test('null for every member leaves nothing', () => {
    const nulls = (b: Data) => Object.fromEntries(Object.keys(b).map((key) => [key, null]));
    fc.assert(
      fc.property(json, (b) => {
        expect(merge(b, nulls(b))).toEqual({});
      }),
    );
  });

  test('no result holds null, an empty group or a hostile name, and no prototype is touched', () => {
    const names = Object.getOwnPropertyNames(Object.prototype).sort();
    fc.assert(
      fc.property(json, json, (b, p) => {
        const result = merge(b, p);
        everyObject(result, (found) => {
          expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
          expect(Object.keys(found).filter(isHostileName)).toEqual([]);
          expect(Object.values(found)).not.toContain(null);
          if (found !== result) expect(Object.keys(found)).not.toEqual([]);
        });
      }),
    );
    expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(names);
  });

  test('a patch from the wire cannot reach the prototype', () => {
    const patch = JSON.parse('{"__proto__":{"hacked":1},"a":{"constructor":{"prototype":{"hacked":1}},"b":1}}') as Data;
    expect(merge({}, patch)).toEqual({ a: { b: 1 } });
    expect('hacked' in {}).toBe(false);
  });

  test('neither argument is changed', () => {
    fc.assert(
      fc.property(json, json, (b, p) => {
        const copies = structuredClone([b, p]);
        merge(b, p);
        expect([b, p]).toEqual(copies);
      }),
    );
  });
});

describe('patchOf', () => {
  const Pet = group({ name: v.pipe(text(5), v.minLength(1)), chip: v.optional(text(5)) });
  const Person = group({
    name: text(10),
    age: v.optional(v.number()),
    home: v.optional(
      v.pipe(
        group({ city: v.optional(text(10)), code: v.optional(v.number()) }),
        v.check(({ city }) => city !== undefined, 'must have a city'),
        v.description('where'),
      ),
    ),
    pets: v.optional(v.pipe(v.array(Pet), v.maxLength(2))),
    notes: v.optional(dictionary(text(5), text(5), 2)),
  });
  const PersonPatch = patchOf(Person);

  test('takes every member absent or null, at every depth', () => {
    for (const patch of [
      {},
      { name: null, age: null, home: null, pets: null, notes: null },
      { home: { city: null } },
      { home: {} },
      { notes: { a: null, b: 'x' } },
    ]) {
      expect(v.parse(PersonPatch, patch)).toEqual(patch);
    }
  });

  test('keeps the rules of values, of arrays as wholes and of pairs', () => {
    for (const patch of [
      { name: 'x'.repeat(11) },
      { home: { city: 1 } },
      { home: { street: 'x' } },
      { home: [] },
      { pets: [{ name: null }] },
      { pets: [{}] },
      { pets: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] },
      { notes: { a: 1 } },
      { notes: { a: 'x', b: 'x', c: 'x' } },
      { zz: 1 },
      [],
    ]) {
      expect(v.is(PersonPatch, patch), JSON.stringify(patch)).toBe(false);
    }
  });

  test('leaves rules over several members to the merged whole', () => {
    const before = v.parse(Person, { name: 'Ann', home: { city: 'Bern' } });
    const patch = v.parse(PersonPatch, { home: { code: 3 } });
    expect(v.parse(Person, mergePatch(before, patch))).toEqual({ name: 'Ann', home: { city: 'Bern', code: 3 } });
    expect(v.is(Person, mergePatch(before, v.parse(PersonPatch, { home: { city: null, code: 3 } })))).toBe(false);
    expect(v.is(PersonPatch, { home: { code: 3 } })).toBe(true);
  });

  test('what a patch gives is what mergePatch takes', () => {
    expectTypeOf<v.InferOutput<typeof PersonPatch>>().toExtend<MergePatch<v.InferOutput<typeof Person>>>();
    expectTypeOf<v.InferOutput<typeof PersonPatch>['age']>().toEqualTypeOf<number | null | undefined>();
    expectTypeOf<v.InferOutput<typeof PersonPatch>['home']>().toEqualTypeOf<
      { city?: string | null | undefined; code?: number | null | undefined } | null | undefined
    >();
  });
});
