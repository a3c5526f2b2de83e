// A table that is slow, silent or refusing, seen from outside: a refusal that says when to come back, within the time a
// function has, and nothing of it in the answer.
import { beforeAll, describe, expect, test } from 'vitest';
import { httpSurfaces } from '../../functions/surfaces.ts';
import { allOperations } from '../../infra/operate/write-docs.ts';
import { PATIENCE } from '../../shared/store/dynamo-table.ts';
import { REQUESTS, type Request } from '../support/operations.ts';
import { type TestService, testService } from '../support/service.ts';
import { differences, send, stateOf } from '../support/sweep.ts';
import { newWorld, type World } from '../support/world.ts';

let service: TestService;
let world: World;

beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
});

const operations = (await allOperations()).map((operation) => [operation.route, operation] as const);
const TOUCHES_NOTHING =
  /^GET \/(health|docs|openapi\.json|\.well-known|oauth|accept-invite|reset-password|verify-email|forgot-password)/;

describe('a table that throttles', () => {
  test.each(operations)('makes %s say when to come back', async (route, operation) => {
    const request = await (REQUESTS[route] as (w: World) => Promise<Request>)(world);
    const before = await stateOf(service);
    service.faults.add({ service: 'dynamodb', mode: 'throttle' });
    const answer = await send(service, operation, request);
    service.faults.clear();
    if (TOUCHES_NOTHING.test(route)) {
      expect(answer.status).toBe(200);
      return;
    }
    expect(answer.status, answer.body).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.body).not.toMatch(/throttl|injected|dynamo|node:/i);
    expect(differences(before, await stateOf(service))).toEqual([]);
    expect((await send(service, operation, request)).status).toBe(request.status);
  });
});

test('an error of ours is told by its request id alone, and the log has the rest', async () => {
  service.faults.add({ service: 'dynamodb', mode: 'fail-before', error: 'ValidationException' });
  const answer = await service.call('GET', '/v1/users', { token: world.client });
  service.faults.clear();
  expect(answer.status).toBe(500);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  const { requestId, ...rest } = answer.json;
  expect(rest).toEqual({
    type: 'about:blank',
    title: 'Something went wrong on our side.',
    status: 500,
    code: 'internal-error',
  });
  const line = service.log.find((entry) => entry.requestId === requestId && entry.message === 'fault');
  expect(line?.error?.message).toContain('ValidationException');
});

test('all tries on a silent table together end well before any function is stopped', () => {
  const worst = PATIENCE.attempts * (PATIENCE.connectMs + PATIENCE.answerMs);
  const shortest = Math.min(...httpSurfaces.map(({ timeoutSeconds }) => timeoutSeconds * 1000));
  expect(worst).toBeLessThan(shortest * 0.7);
});
