// Valid requests of the operations on jobs and imports. See ../operations.ts.
import type { Prepare, Request } from '../operations.ts';
import { newAddress, ok, type World } from '../world.ts';

const imports = (w: World, rows = 2): Request => ({
  path: '/v1/imports?dryRun=false',
  token: w.client,
  status: 202,
  body: ['email,profile.givenName', ...Array.from({ length: rows }, () => `${newAddress()},Ada`)].join('\n'),
  headers: { 'content-type': 'text/csv; charset=utf-8' },
});

async function job(w: World): Promise<string> {
  const { path, status: _status, ...options } = imports(w);
  return (await ok(w.service.call('POST', path, options))).id;
}

const about =
  (tail = ''): Prepare =>
  async (w) => ({ path: `/v1/jobs/${await job(w)}${tail}`, token: w.client, status: 200 });

export const jobRequests: [string, Prepare][] = [
  ['POST /v1/imports', async (w) => imports(w)],
  ['GET /v1/jobs', async (w) => ({ path: '/v1/jobs?limit=2', token: w.client, status: 200 })],
  ['GET /v1/jobs/{id}', about()],
  ['GET /v1/jobs/{id}/rows', about('/rows?limit=2')],
  ['POST /v1/jobs/{id}/cancel', about('/cancel')],
];
