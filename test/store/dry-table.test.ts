// A dry run judges conditions itself: it must say what the engine says, for any condition over any item.
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { dryTable } from '../../shared/store/dry-table.ts';
import { dynamoTable } from '../../shared/store/dynamo-table.ts';
import type { Condition, Item, Table, Value } from '../../shared/store/table.ts';
import { openTable } from '../support/table.ts';

let table: Table;
beforeAll(async () => {
  const { tableName, dynamo } = await openTable();
  table = dynamoTable({ tableName, client: dynamo });
});

const attribute = fc.constantFrom('a', 'b', 'c');
const text = fc.constantFrom('x', 'xy', 'y', 'é');
const number = fc.integer({ min: -2, max: 3 });
const value: fc.Arbitrary<Value> = fc.oneof(
  text,
  number,
  fc.boolean(),
  fc.uniqueArray(text, { minLength: 1 }).map((all) => new Set(all)),
  fc.array(text),
  fc.dictionary(text, number, { maxKeys: 2 }),
);
const ordered = fc.oneof(text, number);
const condition = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Condition>({ is: 'absent' }, { is: 'present' }),
    fc.record({ attribute, equals: fc.option(value, { nil: undefined }) }),
    fc.record({ attribute, oneOf: fc.array(ordered, { minLength: 1, maxLength: 3 }) }),
    fc.record({ attribute, above: ordered }),
    fc.record({ attribute, below: ordered }),
    fc.record({ attribute, contains: text }),
    fc.record({ attribute, lacks: text }),
    fc.record({ attribute, sizeAbove: number }),
    fc.record({ attribute, sizeBelow: number }),
    fc.record({ every: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ some: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
  ),
})).condition;

let made = 0;
const newKey = () => ({ pk: `dry#${++made}`, sk: 'X' });
const refused = { code: 'limit-reached' } as const;

describe('a dry run', () => {
  test('refuses what the engine would refuse, and nothing else', async () => {
    const attributes = fc.option(fc.dictionary(attribute, value), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(attributes, condition, async (held, when) => {
        const key = newKey();
        if (held) await table.put({ ...held, ...key }, undefined, 'before');
        const verdict = (one: Table) =>
          one.commit([{ put: { ...key, d: 1 }, when, otherwise: refused }], `op-${made}`).then(
            () => 'made',
            (error: Error) => error.message,
          );
        const dry = await verdict(dryTable(table));
        expect(dry).toBe(await verdict(table));
      }),
      { numRuns: 600 },
    );
  });

  test('leaves the table as it is, and tells where a counter would stand', async () => {
    const dry = dryTable(table);
    const key = newKey();
    const item: Item = { ...key, n: 2 };
    await table.put(item, undefined, 'before');
    expect(await dry.change({ update: key, add: { n: 3 } }, 'dry')).toMatchObject({ done: true, item: { n: 5 } });
    expect(await dry.change({ update: key, when: { attribute: 'n', below: 2 } }, 'dry')).toMatchObject({ done: false });
    expect(await dry.put({ ...key, n: 9 }, { is: 'absent' }, 'dry')).toMatchObject({ done: false, existing: { n: 2 } });
    await dry.commit([{ drop: key, otherwise: refused }], 'dry');
    expect(await table.get(key)).toMatchObject({ n: 2 });
    await expect(dry.commit([{ check: newKey(), otherwise: refused }], 'dry')).rejects.toThrow('limit-reached');
  });
});
