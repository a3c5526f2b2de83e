import { expect, test } from 'vitest';
import { gatewayRouter } from '../../infra/local/routes.ts';
import { allOperations } from '../../infra/operate/write-docs.ts';
import type { Operation, Route } from '../../shared/http/endpoint.ts';
import { router } from '../../shared/http/router.ts';
import { problemOf } from '../../shared/model/problem.ts';

const declared = (...routes: Route[]) =>
  routes.map((route) => ({ route, method: route.split(' ')[0], path: route.split(' ')[1] }) as Operation);

const find = router(
  declared('GET /a/{id}', 'GET /a/by/{email}', 'GET /a/current', 'DELETE /a/{id}', 'POST /a', 'GET /a/{id}/b/{other}'),
);

const found = (method: string, path: string) => {
  const { operation, params } = find(method, path);
  return [operation.route, params];
};

function refused(run: () => unknown) {
  try {
    run();
    return undefined;
  } catch (error) {
    return problemOf(error);
  }
}

test.each([
  ['GET', '/a/1', 'GET /a/{id}', { id: '1' }],
  ['HEAD', '/a/1', 'GET /a/{id}', { id: '1' }],
  ['GET', '/a/current', 'GET /a/current', {}],
  ['GET', '/a/by/x@y.z', 'GET /a/by/{email}', { email: 'x@y.z' }],
  ['GET', '/a/1/b/2', 'GET /a/{id}/b/{other}', { id: '1', other: '2' }],
  ['DELETE', '/a/current', 'DELETE /a/{id}', { id: 'current' }],
])('%s %s is %s', (method, path, route, params) => {
  expect(found(method, path)).toEqual([route, params]);
});

test.each(['/', '/A/1', '/a/1/', '//a/1', '/a/1/b', '/a//b/', '/b', '', '/a/1/b/2/c'])('%j is nowhere', (path) => {
  expect(refused(() => find('GET', path))).toEqual({ code: 'not-found' });
});

test('another method of a known path is told which there are', () => {
  expect(refused(() => find('PUT', '/a/1'))).toEqual({ code: 'method-not-allowed', detail: 'GET, DELETE' });
  expect(refused(() => find('OPTIONS', '/a'))).toEqual({ code: 'method-not-allowed', detail: 'POST' });
});

test('every operation is reached through the gateway’s routes, in the function that declares it', async () => {
  const route = gatewayRouter();
  const operations = await allOperations();
  for (const operation of operations) {
    const path = operation.path.replaceAll(/\{\w+\}/g, 'x');
    const routed = route(operation.method, path);
    const { operations: own } = (await import(`../../functions/${routed?.surface.entry}`)) as {
      operations: Operation[];
    };
    expect(
      own.map((other) => other.route),
      operation.route,
    ).toContain(operation.route);
    expect(router(own)(operation.method, path).operation.route).toBe(operation.route);
  }
  expect(new Set(operations.map((operation) => operation.route)).size).toBe(operations.length);
});

test('HEAD does not do what a GET does that changes something', () => {
  const changing = declared('GET /out').map((operation) => ({ ...operation, rate: 'write' }) as Operation);
  expect(refused(() => router(changing)('HEAD', '/out'))).toEqual({ code: 'method-not-allowed', detail: 'GET' });
  expect(router(changing)('GET', '/out').operation.route).toBe('GET /out');
});
