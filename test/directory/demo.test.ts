// The demo org is what it says, and as sound as one that grew.
import { expect, test } from 'vitest';
import { localContext } from '../../infra/local/local-context.ts';
import { bounceLetters, makeDemo } from '../../shared/directory/demo.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { brokenProjection } from '../support/projection.ts';
import { type Json, testService } from '../support/service.ts';
import { ok } from '../support/world.ts';

test('holds 300 people of every state, structure, pending, expired and bounced invites, and somebody to sign in as', async () => {
  const service = await testService({ at: new Date('2026-11-23T09:10:00.000Z') });
  const { orgId, clientId } = service.seed;
  const password = 'a password to show around';
  const demo = await makeDemo(localContext(service.services), orgId, clientId, password);
  await service.deliver();
  expect(await bounceLetters(localContext(service.services), orgId, demo.bouncing)).toBe(10);
  await service.project();
  const items = await service.dump();
  expect(brokenInvariants(items, service.clock.now())).toEqual([]);
  expect(brokenProjection(items)).toEqual([]);
  const token = await service.tokenFor();
  const get = (path: string): Promise<Json> => ok(service.call('GET', path, { token }));
  const { byState } = await get('/v1/users/count');
  // The owner was there before.
  expect(byState).toEqual({ staged: 20, invited: 40, active: 216, inactive: 15, deleted: 10 });
  const invites = (await get('/v1/invites?limit=200')).items;
  const count = (passes: (invite: Json) => boolean) => invites.filter(passes).length;
  expect(count(({ state }) => state === 'expired')).toBe(10);
  expect(count(({ delivery }) => delivery?.state === 'bounced')).toBe(10);
  expect((await get('/v1/teams')).items).toHaveLength(12);
  expect((await get('/v1/roles')).items).toHaveLength(6);
  expect((await get('/v1/users?filter=security.locked%20pr')).items).toHaveLength(6);
  expect((await get('/v1/users/typeahead?q=muller')).items.length).toBeGreaterThan(2);
  expect((await get('/v1/users/typeahead?q=%E6%9D%8E')).items.length).toBeGreaterThan(2);
  const locales = new Set((await get('/v1/users?limit=200')).items.map(({ preferences }: Json) => preferences?.locale));
  expect(locales.size).toBeGreaterThanOrEqual(4);
  await service.signIn(demo.email, password);
}, 60_000);
