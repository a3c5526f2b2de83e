import { request } from 'node:http';
import { connect } from 'node:net';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterEach, describe, expect, test } from 'vitest';
import type { HttpSurface } from '../../functions/surfaces/shape.ts';
import { type Gateway, type GatewayOptions, openGateway } from '../../infra/local/gateway.ts';
import { gatewayRouter } from '../../infra/local/routes.ts';
import type { HttpHandler } from '../../shared/http/serve.ts';

const surface = (name: string, mounts: string[], timeoutSeconds = 5): HttpSurface => ({
  ...{ kind: 'http', name, entry: `${name}.ts`, mounts, timeoutSeconds },
  ...{ memoryMb: 512, table: 'none', secretPartition: false, keyRings: [] },
});

const surfaces = [
  surface('users', ['/v1/users', 'ANY /v1/users/{id}/tags']),
  surface('tags', ['POST /v1/users/{id}/tags', '/v1/users/{id}/tags/all']),
];

let gateway: Gateway | undefined;
let base = '';
const events: APIGatewayProxyEventV2[] = [];

afterEach(async () => {
  await gateway?.stop();
  events.length = 0;
});

async function open(handler: HttpHandler = async () => ({ statusCode: 204 }), more: Partial<GatewayOptions> = {}) {
  gateway = await openGateway(0, {
    surfaces,
    clock: () => new Date('2026-03-04T05:06:07.089Z'),
    handlerOf: async () => (event) => {
      events.push(event);
      return handler(event);
    },
    ...more,
  });
  base = `http://127.0.0.1:${gateway.port}`;
}

/** Sends bytes as they are and reads the whole answer. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(gateway?.port ?? 0, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

const get = (target: string, headers = '') =>
  raw(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`);

test('the most specific route wins', () => {
  const route = gatewayRouter(surfaces);
  const key = (method: string, path: string) => route(method, path)?.key;
  expect(key('GET', '/v1/users')).toBe('ANY /v1/users');
  expect(key('GET', '/v1/users/7')).toBe('ANY /v1/users/{proxy+}');
  expect(key('GET', '/v1/users/7/tags')).toBe('ANY /v1/users/{id}/tags');
  expect(key('POST', '/v1/users/7/tags')).toBe('POST /v1/users/{id}/tags');
  expect(key('GET', '/v1/users/7/tags/all')).toBe('ANY /v1/users/{id}/tags/all');
  expect(route('GET', '/v1/users/7/tags/all/x')).toMatchObject({
    surface: { name: 'tags' },
    params: { id: '7', proxy: 'x' },
  });
  expect(route('GET', '/v1/users/7/x/y')?.params).toEqual({ proxy: '7/x/y' });
  for (const path of ['/', '/v1', '/v1/user', '/V1/users', '/v1/users/', '//v1/users'])
    expect(key('GET', path)).toBeUndefined();
});

describe('an event', () => {
  test('is that of payload format 2.0', async () => {
    await open();
    const answer = await fetch(`${base}/v1/users/a%20b/tags?x=1&x=2&y=%C3%A9&z`, {
      method: 'POST',
      headers: {
        'X-One': '1',
        Cookie: 'a=1; b=2',
        'User-Agent': 'test',
        'X-Forwarded-For': '9.9.9.9',
        'Content-Type': 'application/json',
      },
      body: '{"é":1}',
    });
    expect(answer.status).toBe(204);
    const [event] = events;
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'POST /v1/users/{id}/tags',
      rawPath: '/v1/users/a b/tags',
      rawQueryString: 'x=1&x=2&y=%C3%A9&z',
      queryStringParameters: { x: '1,2', y: 'é', z: '' },
      pathParameters: { id: 'a b' },
      cookies: ['a=1', 'b=2'],
      headers: { 'x-one': '1', 'x-forwarded-for': '9.9.9.9, 127.0.0.1' },
      body: '{"é":1}',
      isBase64Encoded: false,
      requestContext: {
        http: {
          method: 'POST',
          path: '/v1/users/a b/tags',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test',
        },
        stage: '$default',
        time: '04/Mar/2026:05:06:07 +0000',
        timeEpoch: Date.parse('2026-03-04T05:06:07.089Z'),
      },
    });
    expect(event?.headers).not.toHaveProperty('cookie');
    expect(event?.requestContext.requestId).toMatch(/./);
  });

  test('has repeated headers joined by a comma, and no body where there was none', async () => {
    await open();
    await get('/v1/users', 'X-A: 1\r\nx-a: 2\r\n');
    expect(events[0]?.headers['x-a']).toBe('1,2');
    expect(events[0]).toMatchObject({ isBase64Encoded: false });
    expect(events[0]).not.toHaveProperty('body');
    expect(events[0]).not.toHaveProperty('queryStringParameters');
  });

  test.each([
    ['application/json', Buffer.from('{"a":"é"}'), false],
    ['application/merge-patch+json; charset=utf-8', Buffer.from('{}'), false],
    ['text/plain', Buffer.from('x'), false],
    ['application/json', Buffer.from([0x22, 0xff, 0xfe, 0x22]), true],
    ['application/x-www-form-urlencoded', Buffer.from('a=1'), true],
    ['image/png', Buffer.from([1, 2]), true],
  ])('carries %s without losing a byte', async (type, body, base64) => {
    await open();
    await fetch(`${base}/v1/users`, { method: 'POST', headers: { 'content-type': type }, body });
    expect(events[0]?.isBase64Encoded).toBe(base64);
    expect(Buffer.from(events[0]?.body ?? '', base64 ? 'base64' : 'utf8')).toEqual(body);
  });

  test('says HEAD for HEAD, and nothing of a body comes back', async () => {
    await open(async () => ({ statusCode: 200, headers: { 'x-a': 'b' }, body: 'unwanted' }));
    const answer = await get('/v1/users').then(() =>
      raw('HEAD /v1/users HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
    );
    expect(events[1]?.requestContext.http.method).toBe('HEAD');
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\nx-a: b\r\n/);
    expect(answer).not.toContain('unwanted');
  });
});

describe('an answer', () => {
  test('carries status, headers, cookies and binary bodies', async () => {
    const body = Buffer.from([1, 2, 255]).toString('base64');
    await open(async () => ({
      statusCode: 201,
      headers: { Location: '/x' },
      cookies: ['a=1', 'b=2'],
      body,
      isBase64Encoded: true,
    }));
    const answer = await fetch(`${base}/v1/users`);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe('/x');
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(Buffer.from([1, 2, 255]));
  });

  test('without a route is 404 in the words of API Gateway', async () => {
    await open();
    const answer = await fetch(`${base}/elsewhere`);
    expect([answer.status, await answer.json()]).toEqual([404, { message: 'Not Found' }]);
    expect(events).toEqual([]);
  });

  test('of a handler that throws is 500 and says nothing, that of one too slow is 503', async () => {
    const slow = surface('slow', ['/slow'], 0.05);
    const never = new Promise<never>(() => undefined);
    await open(async ({ rawPath }) => (rawPath === '/slow' ? never : Promise.reject(new Error('secret'))), {
      surfaces: [...surfaces, slow],
    });
    const broken = await fetch(`${base}/v1/users`);
    expect([broken.status, await broken.json()]).toEqual([500, { message: 'Internal Server Error' }]);
    const late = await fetch(`${base}/slow`);
    expect([late.status, await late.json()]).toEqual([503, { message: 'Service Unavailable' }]);
  });
});

describe('a limit', () => {
  test('of 10,240 bytes holds for request line and headers', async () => {
    await open();
    expect(await get(`/v1/users?${'x'.repeat(10_000)}`)).toMatch(/^HTTP\/1.1 204/);
    expect(await get(`/v1/users?${'x'.repeat(10_300)}`)).toMatch(
      /^HTTP\/1.1 431 .*\{"message":"Request Header Fields Too Large"\}$/s,
    );
    expect(await get('/v1/users', `X-A: ${'x'.repeat(10_300)}\r\n`)).toMatch(/^HTTP\/1.1 431/);
  });

  test('of 10 MB holds for the body, announced or not', async () => {
    await open();
    const head = 'POST /v1/users HTTP/1.1\r\nHost: x\r\n';
    expect(await raw(`${head}Content-Length: ${10 * 1024 * 1024 + 1}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 413 .*Too Large"\}$/s,
    );
    const chunk = 'x'.repeat(1024 * 1024);
    const chunks = `${chunk.length.toString(16)}\r\n${chunk}\r\n`.repeat(11);
    expect(await raw(`${head}Transfer-Encoding: chunked\r\n\r\n${chunks}`)).toMatch(/^HTTP\/1.1 413/);
    expect(events).toEqual([]);
    const most = await fetch(`${base}/v1/users`, { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024, 'x') });
    expect(most.status).toBe(204);
  });

  test('of concurrency makes calls wait and refuses none', async () => {
    let inside = 0;
    let most = 0;
    const handler = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside--;
      return { statusCode: 204 };
    };
    await open(handler, { concurrencyOf: () => 2 });
    const answers = await Promise.all(Array.from({ length: 12 }, () => fetch(`${base}/v1/users`)));
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(204));
    expect(most).toBe(2);
  });
});

describe('a request line', () => {
  test.each(['/v1/users/%', '/v1/users/%zz', '/v1/users/%ff', '*', 'x'])('%s is 400', async (target) => {
    await open();
    expect(await get(target)).toMatch(/^HTTP\/1.1 400/);
    expect(events).toEqual([]);
  });

  test('in absolute form is read as a server has to', async () => {
    await open();
    expect(await get('http://elsewhere.example/v1/users?a=1')).toMatch(/^HTTP\/1.1 204/);
    expect(events[0]).toMatchObject({ rawPath: '/v1/users', rawQueryString: 'a=1' });
  });

  test('that is no HTTP is 400', async () => {
    await open();
    expect(await raw('HELLO\r\n\r\n')).toMatch(/^HTTP\/1.1 400 .*\{"message":"Bad Request"\}$/s);
  });
});

test('connections are kept open', async () => {
  await open();
  const sockets = new Set<unknown>();
  const { Agent } = await import('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve, reject) => {
      const outgoing = request(`${base}/v1/users`, { agent }, (incoming) => {
        sockets.add(incoming.socket);
        incoming.resume().on('end', resolve);
      });
      outgoing.on('error', reject).end();
    });
  }
  agent.destroy();
  expect(sockets.size).toBe(1);
});
