// What may happen to the people of an org, at random, the same in every run.
import { expect } from 'vitest';
import { dice } from './crowd.ts';
import type { Json, TestService } from './service.ts';
import { newAddress, ok } from './world.ts';

/** Something that may happen to somebody. */
const MOVES: ((id: string, roll: (of: number) => number) => [string, string, Json?])[] = [
  (id, roll) => ['PATCH', `/v1/users/${id}`, { profile: { givenName: ['Ada', 'Zoë', null][roll(3)] } }],
  (id, roll) => ['PATCH', `/v1/users/${id}`, { profile: { department: ['R&D', 'Sales', null][roll(3)] } }],
  (id) => ['PATCH', `/v1/users/${id}`, { email: newAddress() }],
  (id) => ['PATCH', `/v1/users/${id}`, { custom: { custom1: newAddress() } }],
  (id) => ['POST', `/v1/users/${id}/deactivate`],
  (id) => ['POST', `/v1/users/${id}/activate`],
  (id) => ['POST', `/v1/users/${id}/lock`, { reason: 'a test' }],
  (id) => ['POST', `/v1/users/${id}/unlock`],
  (id) => ['DELETE', `/v1/users/${id}`],
  (id) => ['POST', `/v1/users/${id}/restore`],
  (id, roll) => ['PUT', `/v1/users/${id}/roles`, { roles: [['viewer'], ['member'], ['admin', 'viewer']][roll(3)] }],
];

/** So many moves of twelve new people. Resolves to their ids. */
export async function liveHistory(
  service: TestService,
  token: string,
  length: number,
  seed: number,
): Promise<string[]> {
  const roll = dice(seed);
  const call = (method: string, path: string, body?: Json) =>
    service.call(method, path, { token, ...(body !== undefined && { body }) });
  const ids: string[] = [];
  for (let n = 0; n < 12; n++) {
    const body = { email: newAddress(), profile: { familyName: `Family ${n}` } };
    ids.push((await ok(call('POST', '/v1/users', body))).id);
  }
  for (let n = 0; n < length; n++) {
    const move = MOVES[roll(MOVES.length)] as (typeof MOVES)[number];
    const [method, path, body] = move(ids[roll(ids.length)] as string, roll);
    // A move that the state refuses is part of the history, too.
    expect((await call(method, path, body)).status).toBeLessThan(500);
  }
  return ids;
}
