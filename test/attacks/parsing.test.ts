// Text that means something to a parser, a query language or a store further in: inert, refused, or stored as it is.
// Attacks M10, P8, P10, P14, P16, P18.
import { beforeAll, describe, expect, test } from 'vitest';
import { type Json, type TestService, testService } from '../support/service.ts';
import { differences, stateOf } from '../support/sweep.ts';
import { newUserOf, newWorld, type World } from '../support/world.ts';

let service: TestService;
let world: World;
let id: string;

beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
  id = (await newUserOf(world)).id;
});

const patch = (body: Json) => service.call('PATCH', `/v1/users/${id}`, { token: world.client, body });
const list = (query: string) => service.call('GET', `/v1/users?${query}`, { token: world.client });

test.each([
  ['expression names', '#0 = :0 OR attribute_exists(pk)'],
  ['an attribute value', '{"S":"x"}'],
  ['a template', `{{7*7}} $${'{7*7}'} <%= 7*7 %>`],
  ['markup', '<script>alert(1)</script>&amp;'],
  ['quotes and slashes', '\\" \' ` \\\\'],
  ['names of every kind', 'Нарасимха 李 Łukasz O’Brien ß ﬁ 👩🏽‍🚀'],
  ['a decomposed letter', 'e\u0301'],
  ['a reserved word', 'SET size = 1'],
])('%s comes back as it was sent', async (_what, text) => {
  const answer = await patch({ profile: { department: text } });
  expect(answer.status, answer.body).toBe(200);
  const read = await service.call('GET', `/v1/users/${id}`, { token: world.client });
  expect(read.json.profile.department).toBe(text);
});

describe('names in a map', () => {
  test('that look like paths or reserved words are names', async () => {
    const map = { 'a.b': '1', 'list[0]': '2', '#x': '3', ':y': '4', size: '5', name: '6', '': undefined };
    const answer = await patch({ preferences: { map } });
    if (answer.status === 422) expect(answer.json.issues[0].pointer).toMatch(/^\/preferences\/map/);
    else expect(answer.json.preferences.map).toMatchObject({ 'a.b': '1', size: '5' });
  });

  test('that every object answers to are refused', async () => {
    for (const name of ['toString', 'valueOf', 'hasOwnProperty', 'constructor', '__proto__', 'prototype']) {
      const body = `{"preferences":{"map":{"${name}":"x"}}}`;
      const answer = await service.call('PATCH', `/v1/users/${id}`, { token: world.client, body });
      expect([answer.status, answer.json.issues?.[0]?.pointer], answer.body).toEqual([422, `/preferences/map/${name}`]);
    }
    expect(({} as Json).x).toBeUndefined();
  });
});

test('a record grows to its caps and no further', async () => {
  const before = await stateOf(service);
  const many = (count: number, value: (i: number) => Json) => Array.from({ length: count }, (_, i) => value(i));
  const bodies = [
    { profile: { skills: many(1000, (i) => `skill ${i}`) } },
    { profile: { certifications: many(1000, (i) => `c${i}`) } },
    { preferences: { map: Object.fromEntries(many(1000, (i) => [`k${i}`, 'x'])) } },
    { preferences: { map: { k: 'x'.repeat(50_000) } } },
    { contact: { addresses: many(200, (i) => ({ mediaType: 'PHONE', type: 'WORK', address: `+4930${i}` })) } },
    { custom: { custom1: 'x'.repeat(226) } },
  ];
  for (const body of bodies) {
    const answer = await patch(body);
    expect([answer.status, answer.json.code], JSON.stringify(body).slice(0, 60)).toEqual([422, 'input-invalid']);
  }
  expect(differences(before, await stateOf(service))).toEqual([]);
});

describe('moments', () => {
  test.each([
    '9999-99-99T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-11-22T23:59:60Z',
    '+275760-09-13T00:00:00.001Z',
    '2026-11-22',
    '2026-11-22T10:00:00',
    'now',
    '0',
    '',
  ])('such as %j are none', async (until) => {
    const body = { reason: 'a test', until };
    const answer = await service.call('POST', `/v1/users/${id}/lock`, { token: world.client, body });
    expect([answer.status, answer.json.issues?.[0]?.pointer], answer.body).toEqual([422, '/until']);
  });
});

describe('a filter', () => {
  const deep = `${'('.repeat(200)}state eq "staged"${')'.repeat(200)}`;
  const wide = Array.from({ length: 5000 }, () => 'email eq "x"').join(' and ');
  test.each([
    'passwordHash eq "x"',
    'credential.hash pr',
    'totpSecret eq "x"',
    'security.passwordHash sw "$"',
    'ep eq 1',
    'pk eq "O#x"',
    'constructor eq "x"',
    '__proto__ eq "x"',
    'email eq "x" or 1 eq 1',
    'email eq "x" and',
    'email eq x',
    'email eq "x',
    '(email eq "x"',
    'email ＝ "x"',
    'not email eq "x"',
    '#0 = :0',
    ' ',
    deep,
    wide,
  ])('that is not understood is refused: %s', async (filter) => {
    const answer = await list(`filter=${encodeURIComponent(filter)}`);
    expect([answer.status, answer.json.code], answer.body).toEqual([400, 'filter-invalid']);
  });

  test.each(['" OR "1"="1', 'x" or email eq "y', ':0', '#0', '{"S":"x"}', '\\u0022'])(
    'takes %j for a value',
    async (value) => {
      for (const member of ['email', 'username', 'externalId']) {
        const answer = await list(`filter=${encodeURIComponent(`${member} eq ${JSON.stringify(value)}`)}`);
        expect([answer.status, answer.json.items], answer.body).toEqual([200, []]);
      }
    },
  );
});
