// One record, five languages: made in one, read in another, changed there, read back in the first, for every pair and
// over every member that both can say. What the other cannot say stays as it was.
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Row, Wire } from '../../shared/dialect/fields.ts';
import { testService } from '../support/service.ts';
import { newAddress, newWorld, type World } from '../support/world.ts';
import { axway } from './axway-speaker.ts';
import { plainRows, type Speaker, valuesAt } from './contract.ts';
import { genesys } from './genesys-speaker.ts';
import { identity } from './identity-speaker.ts';
import { native } from './native-speaker.ts';
import { outreach } from './outreach-speaker.ts';

type Language = Pick<Speaker, 'rows' | 'create' | 'read' | 'update'>;
const LANGUAGES: Readonly<Record<string, Language>> = { native, axway, identity, genesys, outreach };

let world: World;
beforeAll(async () => {
  world = await newWorld(await testService());
});

const pairs = Object.keys(LANGUAGES).flatMap((one) => Object.keys(LANGUAGES).map((other) => [one, other] as const));

/** Values of the record for every member that these rows say. */
const values = (rows: readonly Row[]): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(
    Object.fromEntries(
      plainRows(rows).flatMap(({ path }) => {
        const all = valuesAt(path);
        return all ? [[path, all]] : [];
      }),
    ),
    { requiredKeys: [] },
  );

/** The values as a language writes and shows them, as far as it has words for them. */
const said = (rows: readonly Row[], record: Record<string, unknown>): Wire =>
  Object.fromEntries(
    plainRows(rows).flatMap(({ wire, path, codec }) => (path in record ? [[wire, codec.show(record[path])]] : [])),
  );

describe.each(pairs)('made in %s and changed in %s', (first, second) => {
  test('a person reads the same in both', async () => {
    const [a, b] = [LANGUAGES[first] as Language, LANGUAGES[second] as Language];
    await fc.assert(
      fc.asyncProperty(values(a.rows), values(b.rows), async (made, changed) => {
        const id = await a.create(world, newAddress(), said(a.rows, made));
        expect(await b.read(world, id)).toMatchObject(said(b.rows, made));
        await b.update(world, id, said(b.rows, changed));
        expect(await b.read(world, id)).toMatchObject(said(b.rows, changed));
        expect(await a.read(world, id)).toMatchObject(said(a.rows, { ...made, ...changed }));
      }),
      { numRuns: 6 },
    );
  });
});
