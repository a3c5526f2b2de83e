// Valid requests of the operations that erase people, and that hand out what is held of them. See ../operations.ts.
import type { Prepare } from '../operations.ts';
import { newUserOf, ok, type World } from '../world.ts';

async function deleted(w: World): Promise<string> {
  const { id } = await newUserOf(w);
  await ok(w.service.call('DELETE', `/v1/users/${id}`, { token: w.client }));
  return id;
}

async function asked(w: World): Promise<{ userId: string; id: string }> {
  return ok(w.service.call('POST', `/v1/users/${await deleted(w)}/erase`, { token: w.client }));
}

const listed: Prepare = async (w) => ({ path: '/v1/erasures?limit=2', token: w.client, status: 200 });

export const erasureRequests: [string, Prepare][] = [
  [
    'GET /v1/users/{id}/export',
    async (w) => ({ path: `/v1/users/${(await newUserOf(w)).id}/export`, token: w.client, status: 200 }),
  ],
  ['GET /v1/me/export', async (w) => ({ path: '/v1/me/export', token: w.owner.token, status: 200 })],
  [
    'POST /v1/users/{id}/erase',
    async (w) => ({ path: `/v1/users/${await deleted(w)}/erase`, token: w.client, status: 202 }),
  ],
  [
    'GET /v1/users/{id}/erasure',
    async (w) => ({ path: `/v1/users/${(await asked(w)).userId}/erasure`, token: w.client, status: 200 }),
  ],
  ['GET /v1/erasures', listed],
  [
    'GET /v1/erasures/{id}',
    async (w) => ({ path: `/v1/erasures/${(await asked(w)).id}`, token: w.client, status: 200 }),
  ],
];
