// Every changing operation, stopped before and after each of its calls to the table, and repeated as a client would: one
// effect, one answer, and a table that is sound.
import { afterAll, describe, expect, test } from 'vitest';
import type { FaultRule } from '../../infra/local/faults.ts';
import { allOperations } from '../../infra/operate/write-docs.ts';
import type { Operation } from '../../shared/http/endpoint.ts';
import { effectsBetween } from '../support/effects.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { REQUESTS, type Request } from '../support/operations.ts';
import { type Answer, testService } from '../support/service.ts';
import { send } from '../support/sweep.ts';
import { newWorld, ok, type World } from '../support/world.ts';

const changing = (await allOperations()).filter(({ method }) => method !== 'GET');

/** What a plain repeat may answer once the change has happened: it finds it done. */
const FOUND_DONE: Record<string, number[]> = {
  'DELETE /v1/users/{id}': [404, 409],
  'DELETE /v1/invites/{id}': [409],
  'DELETE /v1/contact-validations/{id}': [409],
  'DELETE /v1/users/{id}/contact-validations/{validationId}': [409],
  'DELETE /v1/sessions/current': [404],
  'DELETE /v1/sessions/{id}': [404],
  // The caller's own token ended with the rest.
  'DELETE /v1/sessions': [401],
  'DELETE /v1/clients/{id}': [404],
  ...Object.fromEntries(
    ['teams', 'groups', 'divisions', 'locations', 'roles'].map((it) => [`DELETE /v1/${it}/{id}`, [404]]),
  ),
  'POST /accept-invite': [410],
  'POST /reset-password': [410],
  'POST /verify-email': [410],
};

/** A call that fails for good, before or after it happened; and an answer lost on the wire, which the SDK hides. */
const STOPS = [
  ['fail-before', 'call'],
  ['commit-then-fail', 'call'],
  ['commit-then-fail', 'attempt'],
] as const;

/** Some fifty runs each, several side by side: a busy machine needs its time. */
const TIMEOUT_MS = 300_000;

let points = 0;
let keyed = 0;

interface Run {
  answer: Answer;
  effects: string[];
  calls: number;
}

let keys = 0;

/** Makes the call under a fault, and again while it answers 503. */
async function run(world: World, operation: Operation, rule?: FaultRule): Promise<Run> {
  const { service } = world;
  // Asks for one address within a minute are one letter: no run may straddle two.
  if (operation.path.includes('password')) service.advance(60_000 - (service.clock.now().getTime() % 60_000));
  let request = await (REQUESTS[operation.route] as (w: World) => Promise<Request>)(world);
  if (operation.idempotent)
    request = { ...request, headers: { ...request.headers, 'idempotency-key': `key-${keys++}` } };
  const before = await service.dump();
  if (rule) service.faults.add(rule);
  let answer: Answer | undefined;
  const calls = await service.trace(async () => {
    answer = await send(service, operation, request);
  });
  service.faults.clear();
  if (answer?.status === 503) {
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    answer = await send(service, operation, request);
    if (answer.status === 401 && operation.idempotent)
      answer = await send(service, operation, await renewed(world, operation, request));
  }
  return { answer: answer as Answer, effects: effectsBetween(before, await service.dump()), calls: calls.length };
}

/** A change of the own password ends the token that asked for it; the session goes on with its refresh. */
async function renewed(world: World, operation: Operation, request: Request): Promise<Request> {
  expect(operation.route).toBe('POST /v1/me/password');
  const person = world.made.get(request.token as string);
  const body = { refreshToken: person?.refreshToken };
  const { accessToken } = await ok(world.service.call('POST', '/v1/sessions/refresh', { body }));
  return { ...request, token: accessToken };
}

const withoutSecondSession = (route: string, effects: string[]) =>
  route === 'POST /v1/sessions' || route === 'POST /v1/me/password' ? [...new Set(effects)] : effects;

describe.concurrent('a failing table call leaves one effect after the retry', () => {
  test.each(changing.map((operation) => [operation.route, operation] as const))(
    '%s',
    async (route, operation) => {
      const service = await testService();
      const world = await newWorld(service);
      const plain = await run(world, operation);
      expect(plain.answer.status, plain.answer.body).toBeLessThan(300);
      for (let nth = 1; nth <= plain.calls; nth++) {
        for (const [mode, per] of STOPS) {
          const what = `${route}: ${mode}, ${per} ${nth} of ${plain.calls}`;
          const { answer, effects } = await run(world, operation, { service: 'dynamodb', mode, nth, per });
          const done = per === 'call' && mode === 'commit-then-fail' ? (FOUND_DONE[route] ?? []) : [];
          expect([plain.answer.status, ...done], `${what}: ${answer.body}`).toContain(answer.status);
          expect(withoutSecondSession(route, effects), what).toEqual(withoutSecondSession(route, plain.effects));
          points++;
          if (operation.idempotent) keyed++;
        }
      }
      expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

afterAll(() => {
  console.log(
    `kill points: ${changing.length} operations, ${points} points, ${keyed} of them under an Idempotency-Key`,
  );
  expect(points).toBeGreaterThan(300);
});
