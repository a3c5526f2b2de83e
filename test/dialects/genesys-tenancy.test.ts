// Genesys Cloud: every call about somebody of another org answers as one about nobody, and changes nothing.
import { beforeAll, describe, expect, test } from 'vitest';
import { operations as passwords } from '../../functions/dialects/genesys/passwords.ts';
import { operations as main } from '../../functions/dialects/genesys.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { NEW_PASSWORD, newUserOf, newWorld, ok, type World } from '../support/world.ts';
import { genesys, genesysOf } from './genesys-speaker.ts';

let service: TestService;
let world: World;
let other: World;
let theirs: Json;
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
  other = await newWorld(service, await service.secondOrg());
  theirs = await newUserOf(other, { provisioning: { externalIds: [{ authority: 'a', key: 'k' }] } });
});

const NOBODY = '0192f0c1-0000-7000-8000-000000000000';
const BASE = '/genesys/api/v2/users';

/** A body that would do, by the route without the mount. */
const BODIES: Readonly<Record<string, Json>> = {
  'PATCH /{userId}': { version: 1, title: 'x' },
  'PUT /{userId}/state': { state: 'inactive' },
  'POST /{id}/password': { newPassword: NEW_PASSWORD },
  'PUT /{userId}/roles': ['018cc251-f400-7004-8000-000000000004'],
  'PUT /{userId}/profileskills': ['x'],
  'POST /{userId}/externalid': { authorityName: 'b', externalKey: 'b' },
  'PUT /{userId}/customattributes': { schemaId: NOBODY, attributes: {} },
  'PATCH /{userId}/customattributes': { schemaId: NOBODY, attributes: {} },
  'PATCH /{userId}/customattributes/bulk': [{ schemaId: NOBODY, attributes: {} }],
  'PUT /{userId}/outofoffice': { active: true },
  'PUT /{userId}/routingstatus': { status: 'IDLE' },
  'PATCH /{userId}/queues': [{ id: 'q', joined: true }],
  'PATCH /{userId}/queues/{queueId}': { joined: true },
  'PUT /{userId}/routingskills/{skillId}': { proficiency: 1 },
  'PATCH /{userId}/routinglanguages/{languageId}': { proficiency: 1 },
  'PUT /{userId}/routingskills/bulk': [{ id: 's', proficiency: 1 }],
  'PATCH /{userId}/routingskills/bulk': [{ id: 's', proficiency: 1 }],
  'PATCH /{userId}/routinglanguages/bulk': [{ id: 's', proficiency: 1 }],
  'POST /{userId}/routingskills': { id: 's', proficiency: 1 },
  'POST /{userId}/routinglanguages': { id: 's', proficiency: 1 },
};

const about = [...main, ...passwords].filter(({ path }) => /\{(userId|id)\}/.test(path));

describe('about somebody of another org', () => {
  test.each(about.map((it) => [it.route, it] as const))('%s answers as about nobody', async (_route, operation) => {
    const { method, path, schemas } = operation;
    const key = `${method} ${path.slice(BASE.length)}`;
    const body = BODIES[key];
    expect(body !== undefined, `a body for ${key}`).toBe(schemas.body !== undefined);
    const call = (id: string) => {
      const at = path.replace(/\{(userId|id)\}/, id).replaceAll(/\{\w+\}/g, 'a');
      return service.call(method, at, { token: world.client, ...(body !== undefined && { body }) });
    };
    const answers = [await call(theirs.id), await call(NOBODY), await call('no-id-at-all')];
    const told = answers.map((answer) => {
      genesys.expectRefusal(answer);
      const { contextId: _id, ...rest } = answer.json;
      return rest;
    });
    expect(told[0], answers[0]?.body).toMatchObject({ status: 404, code: 'general.resource.not.found' });
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual(told[0]);
  });

  test('nothing finds them: no list, no search, no id of another system', async () => {
    const { call, get } = genesysOf(() => world);
    expect((await get(`?id=${theirs.id},no-id&state=any`)).entities).toEqual([]);
    for (const [field, value] of [
      ['email', theirs.email],
      ['id', theirs.id],
    ]) {
      const body = { query: [{ type: 'EXACT', fields: [field], value }] };
      const found = await ok(call('POST', '/search', body));
      expect(found).toMatchObject({ total: 0, results: [] });
    }
    expect((await call('GET', '/externalid/a/k')).status).toBe(404);
    const bulk = [{ id: theirs.id, acdAutoAnswer: true }];
    expect((await call('PATCH', '/bulk', bulk)).status).toBe(404);
  });

  test('nothing of them has changed', async () => {
    const now = await ok(service.call('GET', `/v1/users/${theirs.id}`, { token: other.client }));
    expect(now).toMatchObject({ version: theirs.version, state: theirs.state });
    expect(now.routing).toBeUndefined();
  });
});
