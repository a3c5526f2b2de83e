// What the documents say of each language is what it serves.
import { expect, test } from 'vitest';
import { readAttributes } from '../../infra/operate/attributes.ts';
import { dialectPage, documentedDialects, storedPage } from '../../infra/operate/dialect-docs.ts';

const dialects = await documentedDialects();

/** Placeholders have other names there than here. */
const shape = (path: string) => path.replaceAll(/\{\w+\}/g, '{}');

test.each(dialects.map((it) => [it.manual.system, it] as const))('the page of %s is fresh', async (_name, dialect) => {
  expect(await storedPage(dialect)).toBe(await dialectPage(dialect));
});

test.each(dialects.map((it) => [it.manual.system, it] as const))(
  '%s serves what it lists, and lists what it serves',
  (_name, { manual, operations, mount }) => {
    const listed = manual.endpoints.filter(({ served }) => served !== 'not served');
    const told = listed.map(({ method, path }) => shape(`${method} ${mount}${path}`)).sort();
    expect(told).toEqual([...new Set(operations.map(({ route }) => shape(route)))].sort());
    const all = manual.endpoints.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(all).size).toBe(all.length);
    expect(manual.endpoints.filter(({ served, note }) => served !== 'full' && !note)).toEqual([]);
  },
);

test.each(dialects.map((it) => [it.manual.system, it] as const))(
  '%s names attributes that its system has',
  async (_name, { manual }) => {
    const known = (await readAttributes())[manual.system].map(({ name }) => name);
    expect(Object.keys(manual.beside).filter((name) => !known.includes(name))).toEqual([]);
  },
);
