// Valid requests of the operations on many at once. See ../operations.ts.
import type { Prepare } from '../operations.ts';
import { newAddress, newUserOf } from '../world.ts';

export const bulkRequests: [string, Prepare][] = [
  [
    'POST /v1/invites/bulk',
    async (w) => ({
      path: '/v1/invites/bulk',
      token: w.client,
      status: 202,
      body: { invites: [{ email: newAddress() }, { email: newAddress() }], defaults: { locale: 'fr-FR' } },
    }),
  ],
  [
    'POST /v1/users/bulk',
    async (w) => ({
      path: '/v1/users/bulk',
      token: w.client,
      status: 202,
      body: { filter: `id eq "${(await newUserOf(w)).id}"`, change: { deactivate: true } },
    }),
  ],
];
