// What daily operations cost in an org of a thousand and in one of ten thousand: the same units.
import { expect, test } from 'vitest';
import { measureGrowth } from '../../scale/growth.ts';
import { verdictOf } from '../../scale/report.ts';

test('is the same at a thousand people and at ten thousand, or bounded where it depends on how many match', async () => {
  const growth = await measureGrowth([1000, 10_000], { minutes: 5 });
  expect(growth.sizes.map(({ people }) => people)).toEqual([1000, 10_000]);
  const costs = growth.operations.map(({ name }) => growth.sizes.map((size) => size.costs.get(name)));
  expect(costs.flat().filter((cost) => !cost || cost.reads + cost.writes === 0)).toEqual([]);
  const grown = growth.operations.filter((operation) => !verdictOf(operation, growth).holds);
  expect(grown.map(({ name }) => name)).toEqual([]);
  expect(growth.sizes[0]?.costs.get('typeahead')).toMatchObject({ reads: 1, writes: 0 });
}, 240_000);
