// Valid requests of the operations that find people. See ../operations.ts.

import type { Prepare } from '../operations.ts';
import { newUserOf, ok } from '../world.ts';

const get =
  (path: string): Prepare =>
  async (w) => ({ path, token: w.client, status: 200 });
const about =
  (tail: string): Prepare =>
  async (w) => ({ path: `/v1/users/${(await newUserOf(w)).id}${tail}`, token: w.client, status: 200 });

export const findingRequests: [string, Prepare][] = [
  ['GET /v1/users/count', get('/v1/users/count?filter=state%20eq%20%22active%22')],
  ['GET /v1/users/typeahead', get('/v1/users/typeahead?q=ada&limit=5')],
  [
    'GET /v1/users/delta',
    async (w) => {
      const { nextCursor } = await ok(w.service.call('GET', '/v1/users/delta', { token: w.client }));
      return { path: `/v1/users/delta?limit=5&cursor=${nextCursor}`, token: w.client, status: 200 };
    },
  ],
  ['GET /v1/users/export', get('/v1/users/export?filter=state%20eq%20%22active%22')],
  ['GET /v1/users/{id}/reports', about('/reports?limit=5')],
  ['GET /v1/users/{id}/managers', about('/managers')],
];
