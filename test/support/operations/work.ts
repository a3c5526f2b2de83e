// Valid requests of the operations on routing, presence and terms. See ../operations.ts.
import type { Prepare } from '../operations.ts';
import type { Json } from '../service.ts';
import { activePerson, newUserOf, ok } from '../world.ts';

const about =
  (tail: string, body?: Json): Prepare =>
  async (w) => ({
    path: `/v1/users/${(await newUserOf(w)).id}${tail}`,
    token: w.client,
    status: 200,
    ...(body && { body }),
  });

const presence = { current: { name: 'Away' }, outOfOffice: { active: true, startsAt: '2026-12-01T00:00:00Z' } };

export const workRequests: [string, Prepare][] = [
  ['GET /v1/users/{id}/routing', about('/routing')],
  ['PATCH /v1/users/{id}/routing', about('/routing', { autoAnswer: true, skills: [{ id: 's1', proficiency: 4 }] })],
  ['GET /v1/users/{id}/preferences', about('/preferences')],
  ['PATCH /v1/users/{id}/preferences', about('/preferences', { locale: 'fr-FR', map: { theme: 'dark' } })],
  ['GET /v1/me/preferences', async (w) => ({ path: '/v1/me/preferences', token: w.owner.token, status: 200 })],
  [
    'PATCH /v1/me/preferences',
    async (w) => {
      const { token } = await activePerson(w.service, w.seed.orgId);
      return { path: '/v1/me/preferences', token, status: 200, body: { everywhere: { windowMode: true } } };
    },
  ],
  ['GET /v1/users/{id}/presence', about('/presence')],
  ['PATCH /v1/users/{id}/presence', about('/presence', presence)],
  [
    'PATCH /v1/me/presence',
    async (w) => {
      const { token } = await activePerson(w.service, w.seed.orgId);
      return { path: '/v1/me/presence', token, status: 200, body: presence };
    },
  ],
  [
    'POST /v1/me/terms',
    async (w) => {
      const { token } = await activePerson(w.service, w.seed.orgId);
      const path = `/v1/orgs/${w.seed.orgId}`;
      const { settings } = await ok(w.service.call('GET', path, { token: w.client }));
      if (settings.termsVersion !== '2026') {
        const body = { settings: { termsVersion: '2026' } };
        await ok(w.service.call('PATCH', path, { token: w.client, body }));
      }
      return { path: '/v1/me/terms', token, status: 200, body: { termsVersion: '2026' } };
    },
  ],
];
