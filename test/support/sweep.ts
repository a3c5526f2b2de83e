// How the sweeps judge a refusal, and how they see that it changed nothing.
import { expect } from 'vitest';
import type { Operation } from '../../shared/http/endpoint.ts';
import { codesOf } from '../../shared/http/openapi.ts';
import { PROBLEMS, type ProblemCode } from '../../shared/model/problem.ts';
import type { Item } from '../../shared/store/table.ts';
import type { Request } from './operations.ts';
import type { Answer, CallOptions, TestService } from './service.ts';

/** Sends a prepared request, changed by `options`; the route says the method. */
export function send(service: TestService, operation: Operation, request: Request, options: CallOptions = {}) {
  const { path, status: _status, ...given } = request;
  const all = { ...given, ...options };
  if (options.body !== undefined) delete all.form;
  const headers = { ...given.headers, ...options.headers };
  return service.call(operation.method, path, { ...all, headers });
}

/** The answer is a refusal that the operation documents: status, code, shape, no traces of ours. */
export function expectDocumented(operation: Operation, answer: Answer, what: string): void {
  const codes = codesOf(operation);
  const statuses = codes.map((code) => PROBLEMS[code].status as number);
  expect(answer.status, `${operation.route}: ${what}: ${answer.body}`).toBeGreaterThanOrEqual(400);
  expect(answer.status, `${operation.route}: ${what}: ${answer.body}`).toBeLessThan(500);
  expect(statuses, `${operation.route}: ${what}: ${answer.body}`).toContain(answer.status);
  expect(answer.headers['x-request-id']).toBeTruthy();
  expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  if (answer.headers['content-type'] !== 'application/problem+json') return;
  const { code, status, title, requestId } = answer.json;
  expect(codes as string[], `${operation.route}: ${what}: ${code}`).toContain(code);
  expect({ status, title }).toEqual({
    status: PROBLEMS[code as ProblemCode].status,
    title: PROBLEMS[code as ProblemCode].title,
  });
  expect(requestId).toBe(answer.headers['x-request-id']);
  expect(answer.body).not.toMatch(/arn:|dynamo|node_modules|at async|ECONN/i);
}

/** The table without what may move beside a refusal: counters. */
export async function stateOf(service: TestService): Promise<Map<string, string>> {
  const items = await service.dump();
  return new Map(items.filter(({ k }) => k !== 'limiter').map((item) => [`${item.pk} ${item.sk}`, canonical(item)]));
}

/** Text of an item, whatever order its attributes come in. */
export function canonical(item: Item): string {
  return JSON.stringify(item, (_name, value) => {
    if (value instanceof Set) return [...value].sort();
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Keys of items that differ. */
export function differences(before: Map<string, string>, after: Map<string, string>): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name));
}
