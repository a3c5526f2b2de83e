// What strangers send, tried on every operation: each is a documented 4xx, and the table is as it was. Attacks M4, M10,
// M13, P1, P2, P4 to P6, P8, P9, P13, P21, J18, W4.
import * as v from 'valibot';
import { beforeAll, describe, expect, test } from 'vitest';
import { allOperations } from '../../infra/operate/write-docs.ts';
import type { Operation } from '../../shared/http/endpoint.ts';
import { MAX_BODY_BYTES } from '../../shared/model/json.ts';
import { REQUESTS, type Request } from '../support/operations.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { differences, expectDocumented, send, stateOf } from '../support/sweep.ts';
import { newWorld, type World } from '../support/world.ts';

const operations = await allOperations();
const json = operations.filter(({ schemas, consumes }) => schemas.body && consumes !== 'form' && consumes !== 'rows');
const guarded = operations.filter(({ access }) => access !== 'anyone' && access !== 'maybe');

let service: TestService;
let world: World;

beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
});

const prepare = (operation: Operation): Promise<Request> => {
  const make = REQUESTS[operation.route];
  if (!make) throw new Error(`no request for ${operation.route}`);
  return make(world);
};

/** Sends every bad request, then the good one: they were refused for what was bad about them, and changed nothing. */
async function refuseAll(
  operation: Operation,
  request: Request,
  bad: [what: string, options: Parameters<typeof send>[3]][],
) {
  const before = await stateOf(service);
  for (const [what, options] of bad) {
    expectDocumented(operation, await send(service, operation, request, options), what);
  }
  expect(differences(before, await stateOf(service))).toEqual([]);
}

const acceptsNow = async (operation: Operation, request: Request) => {
  const answer = await send(service, operation, request);
  expect(answer.status, answer.body).toBe(request.status);
};

test('every operation has a valid request, and no request is of an operation that is not there', () => {
  expect(Object.keys(REQUESTS).sort()).toEqual(operations.map(({ route }) => route).sort());
});

describe('a request without a usable token', () => {
  test.each(guarded.map((operation) => [operation.route, operation] as const))(
    'is refused: %s',
    async (_route, operation) => {
      const request = await prepare(operation);
      const token = request.token as string;
      const [head, body, signature] = token.split('.');
      const headers: Record<string, string | undefined> = {
        none: undefined,
        'another scheme': `Basic ${token}`,
        'a scheme alone': 'Bearer',
        'two spaces and nothing': 'Bearer  ',
        'two tokens': `Bearer ${token}, Bearer ${token}`,
        'a very long token': `Bearer ${'a'.repeat(9000)}`,
        NUL: `Bearer ${token}\0`,
        'another signature': `Bearer ${head}.${body}.${[...(signature ?? '')].reverse().join('')}`,
        'no signature': `Bearer ${head}.${body}.`,
        padding: `Bearer ${token}==`,
        words: 'Bearer not a token',
      };
      const before = await stateOf(service);
      for (const [what, authorization] of Object.entries(headers)) {
        const { token: _token, ...rest } = request;
        const given = { ...rest, headers: { ...(authorization !== undefined && { authorization }) } };
        const answer = await send(service, operation, given);
        expect(answer.status, `${what}: ${answer.body}`).toBe(401);
        expect(answer.headers['www-authenticate'], what).toMatch(/^Bearer/);
        expectDocumented(operation, answer, what);
      }
      expect(differences(before, await stateOf(service))).toEqual([]);
      const lower = await send(service, operation, {
        ...request,
        token: '',
        headers: { ...request.headers, authorization: `bearer ${token}` },
      });
      expect(lower.status, lower.body).toBe(request.status);
    },
  );
});

describe('a token without the permission', () => {
  const needing = guarded.filter(({ access }) => typeof access !== 'object' || access.permission !== 'users:read');
  test.each(needing.map((operation) => [operation.route, operation] as const))(
    'is refused: %s',
    async (_route, operation) => {
      const request = await prepare(operation);
      const before = await stateOf(service);
      const answer = await send(service, operation, { ...request, token: world.reader });
      expect(answer.status, answer.body).toBe(403);
      expectDocumented(operation, answer, 'a reader');
      expect(differences(before, await stateOf(service))).toEqual([]);
    },
  );
});

/** Not JSON, or not to be read as one thing only. */
function brokenBodies(body: Json): [string, Buffer | string][] {
  const text = JSON.stringify(body);
  const [first = 'x'] = Object.keys(body);
  const value = JSON.stringify(body[first]);
  const deep = `${'['.repeat(40)}${']'.repeat(40)}`;
  return [
    ['empty', ''],
    ['cut', text.slice(0, -1)],
    ['a trailing comma', `${text.slice(0, -1)},}`],
    ['a comment', `/* */${text}`],
    ['single quotes', text.replaceAll('"', "'")],
    ['two values', `${text}${text}`],
    ['a byte order mark', `\ufeff${text}`],
    ['bytes that are no UTF-8', Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')])],
    ['a repeated key', `{"${first}":${value},${text.slice(1)}`],
    [
      'a key repeated by escape',
      `{"\\u00${first.charCodeAt(0).toString(16)}${first.slice(1)}":${value},${text.slice(1)}`,
    ],
    ['NUL', `{"${first}":"a\\u0000b"}`],
    ['a lone surrogate', `{"${first}":"a\\ud800b"}`],
    ['a key with a lone surrogate', `{"\\udc00":1,${text.slice(1)}`],
    ['NaN', `{"${first}":NaN}`],
    ['a depth of forty', `{"${first}":${deep}}`],
    ['a depth of ten thousand', `{"${first}":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['an array', `[${text}]`],
    ['a string', '"text"'],
    ['null', 'null'],
    ['a number', '1e400'],
    ['two thousand keys', `{${Array.from({ length: 2100 }, (_, i) => `"k${i}":1`).join(',')}}`],
  ];
}

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'no-such-member'];

describe('a body that is broken', () => {
  test.each(json.map((operation) => [operation.route, operation] as const))(
    'is refused: %s',
    async (_route, operation) => {
      const request = await prepare(operation);
      const text = JSON.stringify(request.body);
      await refuseAll(
        operation,
        request,
        brokenBodies(request.body).map(([what, body]) => [what, { body }]),
      );
      const refused = async (status: number, code: string, options: Parameters<typeof send>[3]) => {
        const answer = await send(service, operation, request, options);
        expect([answer.status, answer.json.code], JSON.stringify(options).slice(0, 200)).toEqual([status, code]);
        expectDocumented(operation, answer, code);
        return answer.json;
      };
      const before = await stateOf(service);
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'application/xml',
        'application/json; charset=utf-16',
        '',
      ]) {
        await refused(415, 'media-type-unsupported', { body: text, headers: { 'content-type': type } });
      }
      for (const encoding of ['gzip', 'br', 'deflate, gzip']) {
        await refused(415, 'media-type-unsupported', { body: text, headers: { 'content-encoding': encoding } });
      }
      const padded = `${text.slice(0, -1)}${' '.repeat(operation.largestBody ?? MAX_BODY_BYTES)}}`;
      await refused(413, 'body-too-large', { body: padded, headers: { 'content-length': '2' } });
      for (const name of NAMES) {
        const { issues } = await refused(422, 'input-invalid', { body: `{"${name}":{"x":1},${text.slice(1)}` });
        expect(issues.map(({ pointer }: Json) => pointer)).toContain(`/${name}`);
      }
      expect(differences(before, await stateOf(service))).toEqual([]);
      expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
      await acceptsNow(operation, request);
    },
  );
});

/** Values that no member takes for its own kind, as JSON text. */
const NASTY = [
  '123456789',
  '-1',
  '1e400',
  '9007199254740993',
  'true',
  '[]',
  '[{}]',
  '["a","b"]',
  '{"$ne":null}',
  '{"S":"x"}',
  'null',
  '""',
  `"${'x'.repeat(10_000)}"`,
  `"a${'\u0301'.repeat(100)}"`,
  '"\uffff"',
  '"\u202e"',
  '"9999-99-99T99:99:99Z"',
  '"+275761-01-01T00:00:00Z"',
  '"#a, b = :c"',
  '"toString"',
];

describe('a member of another kind', () => {
  test.each(json.map((operation) => [operation.route, operation] as const))(
    'is refused: %s',
    async (_route, operation) => {
      const request = await prepare(operation);
      const schema = operation.schemas.body as v.GenericSchema;
      const bad: [string, Parameters<typeof send>[3]][] = [];
      for (const member of membersOf(schema)) {
        for (const nasty of NASTY) {
          const body = JSON.stringify({ ...request.body, [member]: '@@' }).replace('"@@"', nasty);
          // What the schema takes is valid input, and other tests' business.
          if (!v.safeParse(schema, JSON.parse(body)).success) bad.push([`${member} = ${nasty.slice(0, 40)}`, { body }]);
        }
      }
      expect(bad.length).toBeGreaterThan(0);
      await refuseAll(operation, request, bad);
      await acceptsNow(operation, request);
    },
  );

  test('is refused in nested members of a person as well', async () => {
    const operation = operations.find(({ route }) => route === 'PATCH /v1/users/{id}') as Operation;
    const request = await prepare(operation);
    const schema = operation.schemas.body as v.GenericSchema;
    const bad: [string, Parameters<typeof send>[3]][] = [];
    for (const group of membersOf(schema)) {
      for (const member of membersOf(schema, group)) {
        for (const nasty of [...NASTY, '{"__proto__":"x"}', '{"toString":"x"}', '{"a.b":"x"}']) {
          const body = `{"${group}":{"${member}":${nasty}}}`;
          if (!v.safeParse(schema, JSON.parse(body)).success)
            bad.push([`${group}.${member} = ${nasty.slice(0, 40)}`, { body }]);
        }
      }
    }
    expect(bad.length).toBeGreaterThan(500);
    await refuseAll(operation, request, bad);
    await acceptsNow(operation, request);
  });
});

/** Names of the members of an object schema, or of one of its groups, through wrappers. */
function membersOf(schema: v.GenericSchema, group?: string): string[] {
  const bare = (given: Json): Json => (given?.wrapped ? bare(given.wrapped) : given);
  const { entries = {} } = bare(schema);
  return Object.keys((group === undefined ? entries : bare(entries[group])?.entries) ?? {});
}

describe('a query that is not understood', () => {
  // Pages take any query.
  const queried = operations.filter(({ schemas, media }) => schemas.query && media !== 'text/html');
  test.each(queried.map((operation) => [operation.route, operation] as const))(
    'is refused: %s',
    async (_route, operation) => {
      const request = await prepare(operation);
      const names = membersOf(operation.schemas.query as v.GenericSchema);
      const queries = [
        'no-such=1',
        '__proto__=1',
        ...names.flatMap((name) => [`${name}=a&${name}=a`, `${name}=${'x'.repeat(5000)}`]),
        ...(names.includes('limit') ? ['0', '-1', '201', '1e3', 'NaN', '1000000000', ''].map((n) => `limit=${n}`) : []),
        ...(names.includes('sort') ? ['passwordHash', 'email,', 'toString', '-'].map((by) => `sort=${by}`) : []),
        ...(names.includes('fields')
          ? ['password', 'secrets', 'telephony,credential', '__proto__'].map((f) => `fields=${f}`)
          : []),
      ];
      const before = await stateOf(service);
      for (const query of queries) {
        const path = `${request.path.split('?')[0]}?${query}`;
        const answer = await send(service, operation, { ...request, path });
        expectDocumented(operation, answer, query.slice(0, 60));
        expect([400, 422]).toContain(answer.status);
      }
      expect(differences(before, await stateOf(service))).toEqual([]);
    },
  );
});

describe('a form that is broken', () => {
  const forms = operations.filter(({ consumes }) => consumes === 'form');
  test.each(forms.map((operation) => [operation.route, operation] as const))(
    'is refused: %s',
    async (_route, operation) => {
      const request = await prepare(operation);
      const [first = 'x'] = Object.keys(request.form ?? {});
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      const text = new URLSearchParams(request.form).toString();
      await refuseAll(operation, request, [
        ['a repeated field', { body: `${first}=a&${text}`, headers: type }],
        ['NUL', { body: `${text}&x=%00`, headers: type }],
        ['JSON', { body: JSON.stringify(request.form) }],
        ['another type', { body: text, headers: { 'content-type': 'multipart/form-data; boundary=x' } }],
        ['compressed', { body: text, headers: { ...type, 'content-encoding': 'gzip' } }],
        ['nothing', { body: '', headers: type }],
        ['too much', { body: `${text}&x=${'x'.repeat(MAX_BODY_BYTES)}`, headers: type }],
      ]);
      await acceptsNow(operation, request);
    },
  );
});

describe('a file of rows that cannot be read', () => {
  const files = operations.filter(({ consumes }) => consumes === 'rows');
  test.each(files.map((operation) => [operation.route, operation] as const))(
    'is refused: %s',
    async (_route, operation) => {
      const request = await prepare(operation);
      const text = request.body as string;
      const csv = { 'content-type': 'text/csv' };
      const ndjson = { 'content-type': 'application/x-ndjson' };
      const most = operation.largestBody as number;
      const columns = `c${','.repeat(2000)}`;
      await refuseAll(operation, request, [
        ['nothing', { body: '', headers: csv }],
        ['a header alone', { body: 'email\n', headers: csv }],
        ['no header', { body: `someone@example.test\n`, headers: csv }],
        ['no address', { body: 'profile.givenName\nAda\n', headers: csv }],
        ['an unknown column', { body: 'email,password\na@example.test,x\n', headers: csv }],
        ['a column twice', { body: 'email,EMAIL\na@example.test,b@example.test\n', headers: csv }],
        ...NAMES.map((name): [string, object] => [name, { body: `email,${name}\na@example.test,x\n`, headers: csv }]),
        ['two thousand columns', { body: `${columns}\na@example.test\n`, headers: csv }],
        ['a quote never closed', { body: 'email,"x\na@example.test,x\n', headers: csv }],
        ['no UTF-8', { body: Buffer.from([0x65, 0xc3, 0x28]), headers: csv }],
        ['UTF-16', { body: text, headers: { 'content-type': 'text/csv; charset=utf-16' } }],
        ['compressed', { body: text, headers: { ...csv, 'content-encoding': 'gzip' } }],
        ['JSON', { body: '[]', headers: { 'content-type': 'application/json' } }],
        ['too much', { body: `${text}${'\n'.repeat(most)}`, headers: csv }],
        ['too many rows', { body: `email\n${'a@example.test\n'.repeat(10_001)}`, headers: csv }],
        ['too many lines', { body: '{}\n'.repeat(10_001), headers: ndjson }],
        ['empty lines', { body: '\n \n', headers: ndjson }],
      ]);
      await acceptsNow(operation, request);
    },
  );
});

test('another method in a header is another method nowhere', async () => {
  const request = await prepare(operations.find(({ route }) => route === 'GET /v1/users/{id}') as Operation);
  for (const name of ['x-http-method-override', 'x-method-override', 'x-http-method']) {
    const answer = await service.call('GET', request.path, { token: world.client, headers: { [name]: 'DELETE' } });
    expect([answer.status, answer.json.state]).toEqual([200, 'staged']);
  }
});

test('no operation answers a preflight or names an origin', async () => {
  for (const operation of operations) {
    const { path } = await prepare(operation);
    for (const origin of ['https://evil.test', 'null', 'http://sub.rollcall.test']) {
      const headers = { origin, 'access-control-request-method': operation.method };
      const answer = await service.call('OPTIONS', path, { headers });
      expect([404, 405]).toContain(answer.status);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  }
});

test('switches of the local run do nothing in a request', async () => {
  const headers = {
    'x-test-clock': '2099-01-01T00:00:00Z',
    'x-fault': 'fail-before',
    'x-clock': 'PT1H',
    date: 'never',
  };
  const token = world.client;
  const answer = await service.call('POST', '/v1/users', { token, body: { email: 'clock@example.test' }, headers });
  expect(answer.status).toBe(201);
  expect(Math.abs(Date.parse(answer.json.createdAt) - service.clock.now().getTime())).toBeLessThan(60_000);
  expect((await service.call('POST', '/__dev/clock', { body: { advance: 'PT1H' } })).status).toBe(404);
});
