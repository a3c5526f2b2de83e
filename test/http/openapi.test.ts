import { describe, expect, test } from 'vitest';
import { allOperations, freshDocument, storedDocument } from '../../infra/operate/write-docs.ts';
import { codesOf, operationId } from '../../shared/http/openapi.ts';
import { PROBLEMS } from '../../shared/model/problem.ts';
import { type Json, testService } from '../support/service.ts';

const operations = await allOperations();
const document: Json = JSON.parse(await freshDocument());

test('the stored document is the one that the operations give', async () => {
  expect(await storedDocument()).toBe(await freshDocument());
});

test('the document says what an OpenAPI 3.1 document must say', () => {
  expect(document.openapi).toMatch(/^3\.1\.\d$/);
  expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
  for (const [path, item] of Object.entries<Json>(document.paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const operation of Object.values<Json>(item)) {
      const given = (operation.parameters ?? []).filter((parameter: Json) => parameter.in === 'path');
      expect(given.map(({ name }: Json) => name)).toEqual(named);
      expect(given.every(({ required }: Json) => required === true)).toBe(true);
      expect(Object.keys(operation.responses).every((status) => /^[1-5]\d\d$/.test(status))).toBe(true);
      for (const response of Object.values<Json>(operation.responses))
        expect(response.description).toEqual(expect.any(String));
      const names = (operation.parameters ?? []).map((parameter: Json) => `${parameter.in} ${parameter.name}`);
      expect(new Set(names).size).toBe(names.length);
    }
  }
  const ids = operations.map(operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test('every reference leads to a schema, and every named schema is used', () => {
  const references = new Set(
    [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name),
  );
  const named = Object.keys(document.components.schemas);
  for (const name of references) expect(named).toContain(name);
  expect(named.filter((name) => !references.has(name))).toEqual([]);
});

describe('every operation is documented', () => {
  test.each(operations.map((operation) => [operation.route, operation] as const))('%s', (_route, operation) => {
    const described = document.paths[operation.path][operation.method.toLowerCase()];
    expect(described.summary.length).toBeGreaterThan(3);
    expect(described.tags).toHaveLength(1);
    const text = JSON.stringify(described.responses);
    for (const code of codesOf(operation)) {
      expect(described.responses[PROBLEMS[code].status].description).toContain(`\`${code}\``);
    }
    expect(described.responses[operation.status]).toBeDefined();
    expect(described.security).toEqual(
      operation.access === 'anyone' ? [] : operation.access === 'maybe' ? [{}, { bearer: [] }] : [{ bearer: [] }],
    );
    if (operation.schemas.body) expect(described.requestBody.required).toBe(true);
    expect(text).not.toContain('undefined');
  });
});

test('the pages to read show every operation and every code, and load nothing from elsewhere', async () => {
  const service = await testService({ empty: true });
  const served = await service.call('GET', '/openapi.json');
  expect(served.json).toEqual(document);
  const { status, body, headers } = await service.call('GET', '/docs');
  expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  for (const { summary, path } of operations) {
    expect(body).toContain(path.replaceAll('&', '&amp;'));
    expect(body).toContain(summary.replaceAll('&', '&amp;').replaceAll("'", '&#39;'));
  }
  for (const code of Object.keys(PROBLEMS)) expect(body).toContain(code);
  expect(body).not.toMatch(/<script|<link[^>]+href="https?:|src="https?:/i);
});
