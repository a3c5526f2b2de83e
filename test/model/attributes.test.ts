// Every attribute of the four systems has a home in the record that can hold it.
import { describe, expect, test } from 'vitest';
import {
  type Attribute,
  attributeTable,
  readAttributes,
  storedTable,
  systems,
} from '../../infra/operate/attributes.ts';
import { fieldAt, parentAt } from '../../shared/model/fields.ts';

const all = await readAttributes();

test('the lists are whole: as many attributes and relations as the systems have', () => {
  const count = (rows: Attribute[], relation: boolean) =>
    rows.filter((row) => Boolean(row.relation) === relation).length;
  expect([count(all.outreach, false), count(all.outreach, true)]).toEqual([73, 21]);
  expect(all.genesys).toHaveLength(34);
  expect(all.axway).toHaveLength(32);
  // Of the user 30, of a reset request 7, of a validation 6.
  expect(all.identity).toHaveLength(43);
  for (const system of systems) expect(new Set(all[system].map(({ name }) => name)).size).toBe(all[system].length);
});

describe.each(systems)('of %s', (system) => {
  test.each(all[system].map((row) => [row.name, row] as const))('%s has a home', (_name, row) => {
    if (row.home === null) return expect(row.note).toMatch(/item of its own|secret|letter/);
    const field = fieldAt(row.home);
    expect(field ?? parentAt(row.home), `${row.home} is no member of a person`).toBeDefined();
    // A narrower home would refuse, or cut, what the system takes.
    if (row.maxLength && field?.maxLength) expect(field.maxLength).toBeGreaterThanOrEqual(row.maxLength);
    if (row.options && field?.options) expect(field.options).toEqual(expect.arrayContaining(row.options));
    if (/^bool/i.test(row.type) && field && !row.note) expect(field.type).toBe('boolean');
    if (/date-?time/i.test(row.type) && field) expect(field.type).toBe('instant');
    if (row.relation && row.home.startsWith('relations.')) {
      const [kind, type] = row.type.split(' ');
      expect(fieldAt(`${row.home}.type`)).toMatchObject({ options: [type], many: kind === 'to-many' });
      expect(fieldAt(`${row.home}.id`)).toMatchObject({ type: 'number' });
    }
  });
});

test('the stored table is the one that lists and schemas give', async () => {
  expect(await storedTable()).toBe(await attributeTable());
});
