// Valid requests of the operations that tell what happened. See ../operations.ts.
import type { Prepare } from '../operations.ts';
import { newUserOf } from '../world.ts';

export const eventsRequests: [string, Prepare][] = [
  ['GET /v1/events', async (w) => ({ path: '/v1/events?limit=3', token: w.client, status: 200 })],
  [
    'GET /v1/users/{id}/events',
    async (w) => ({ path: `/v1/users/${(await newUserOf(w)).id}/events?limit=3`, token: w.client, status: 200 }),
  ],
  ['GET /v1/me/events', async (w) => ({ path: '/v1/me/events?limit=3', token: w.owner.token, status: 200 })],
];
