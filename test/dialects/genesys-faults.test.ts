// Genesys Cloud on a table that fails: refusals in that system's form, and one effect of a change that is repeated.
import { beforeAll, describe, expect, test } from 'vitest';
import type { FaultRule } from '../../infra/local/faults.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type Answer, type Json, type TestService, testService } from '../support/service.ts';
import { NEW_PASSWORD, newWorld, ok, type World } from '../support/world.ts';
import { EVERYTHING, genesys, genesysOf } from './genesys-speaker.ts';

let service: TestService;
let world: World;
/** A schema of custom attributes with one field. */
let schema: Json;
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
  schema = await ok(call('POST', SCHEMAS, { jsonSchema: { title: 'Levels', properties: { level } } }));
});

const SCHEMAS = '/customattributes/schemas';
const level = { title: 'Level', allOf: [{ $ref: '#/definitions/integer' }] };

const { call, get, newUser: made } = genesysOf(() => world);

const READS = ['', '/query', '/search?q64=e30', '/{id}', '/{id}/roles', '/{id}/routingskills', '/{id}/externalid'];

/** What is done to somebody new, and what a repeat may answer that finds it done. */
const CHANGES: [name: string, method: string, path: string, body: Json, done: number[], first?: string][] = [
  ['a change', 'PATCH', '/{id}', { version: 1, title: 'Countess', manager: '' }, [409]],
  ['a delete', 'DELETE', '/{id}', undefined, [404]],
  ['a restore', 'PATCH', '/{id}', { version: 2, state: 'active' }, [409], 'DELETE'],
  ['a state', 'PUT', '/{id}/state', { state: 'inactive', stateChangeReason: 'Leave' }, []],
  ['roles', 'PUT', '/{id}/roles', ['018cc251-f400-7004-8000-000000000004'], []],
  ['an invite', 'POST', '/{id}/invite', undefined, []],
  ['a password', 'POST', '/{id}/password', { newPassword: NEW_PASSWORD }, []],
  ['a skill', 'POST', '/{id}/routingskills', { id: 's', proficiency: 1 }, [400]],
  ['custom attributes', 'PUT', '/{id}/customattributes', { schemaId: '{schema}', attributes: { level: 1 } }, []],
  ['an id of another system', 'POST', '/{id}/externalid', { authorityName: 'a', externalKey: '{id}' }, [200]],
];

const STOPS = [
  ['fail-before', 'call'],
  ['commit-then-fail', 'call'],
  ['commit-then-fail', 'attempt'],
] as const;

async function newUser(first?: string): Promise<string> {
  const { id } = await made();
  if (first) await ok(call(first, `/${id}`));
  return id;
}

/** The user as everybody sees it afterwards, without what is another one's each time. */
async function outcome(id: string): Promise<Json> {
  const read = await call('GET', `/${id}?expand=${EVERYTHING}`);
  const user = (read.status === 404 ? await call('GET', `/${id}?state=deleted`) : read).json;
  const native = await service.call('GET', `/v1/users/${id}?state=deleted`, { token: world.client });
  const { state, version, title, profileSkills, authorization, skills, customAttributes = [] } = user;
  const { stateChangeReason } = (await call('GET', `/${id}/state`)).json;
  const invites = (await service.dump()).filter(({ k, u }) => k === 'invite' && u === id).length;
  const proficiencies = skills?.map(({ id: skill, proficiency }: Json) => [skill, proficiency]);
  return {
    state,
    stateChangeReason,
    version,
    title,
    profileSkills,
    authorization,
    proficiencies,
    attributes: customAttributes.map(({ attributes }: Json) => attributes),
    invites,
    deleted: native.status === 200,
  };
}

const filledIn = (body: Json, id: string): string =>
  JSON.stringify(body).replaceAll('{id}', id).replaceAll('{schema}', schema.id);

describe('a change that is stopped at a call of the table and made again', () => {
  test.each(CHANGES)('has one effect: %s', async (_name, method, path, body, done, first) => {
    const run = async (rule?: FaultRule) => {
      const id = await newUser(first);
      const filled = body === undefined ? undefined : JSON.parse(filledIn(body, id));
      const go = () => call(method, path.replace('{id}', id), filled);
      if (rule) service.faults.add(rule);
      let answer: Answer | undefined;
      const calls = await service.trace(async () => {
        answer = await go();
      });
      service.faults.clear();
      if (answer?.status === 503) {
        genesys.expectRefusal(answer);
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
        answer = await go();
      }
      return { status: answer?.status ?? 0, calls: calls.length, left: await outcome(id), body: answer?.body };
    };
    const plain = await run();
    expect(plain.status, plain.body).toBeLessThan(300);
    for (let nth = 1; nth <= plain.calls; nth++) {
      for (const [mode, per] of STOPS) {
        const { status, left, body: told } = await run({ service: 'dynamodb', mode, nth, per });
        const what = `${mode}, ${per} ${nth} of ${plain.calls}: ${told}`;
        expect([plain.status, ...(per === 'call' ? done : [])], what).toContain(status);
        // A password that is set again is set twice: a repeat cannot be told from a second wish.
        const version = path.endsWith('/password') ? expect.any(Number) : plain.left.version;
        expect(left, what).toEqual({ ...plain.left, version });
      }
    }
    expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
  });
});

test.each(['POST', 'PUT', 'DELETE'])(
  'a schema whose %s is stopped is there whole, as before or not',
  async (method) => {
    let n = 0;
    const run = async (rule?: FaultRule) => {
      const title = `${method} ${++n}`;
      const before = method === 'POST' ? undefined : await ok(call('POST', SCHEMAS, { jsonSchema: { title } }));
      const body = { version: 1, jsonSchema: { title, properties: { level } } };
      if (rule) service.faults.add(rule);
      let status = 0;
      const calls = await service.trace(async () => {
        const at = before ? `${SCHEMAS}/${before.id}` : SCHEMAS;
        status = (await call(method, at, method === 'DELETE' ? undefined : body)).status;
      });
      service.faults.clear();
      const after = (await get(SCHEMAS)).entities.find(({ name }: Json) => name === title);
      const done =
        method === 'DELETE' ? after === undefined : Object.keys(after?.jsonSchema.properties ?? {}).length === 1;
      expect([200, 204, 503]).toContain(status);
      if (status < 300) expect(done, `${status} after ${JSON.stringify(rule)}`).toBe(true);
      else if (!done) expect(after).toEqual(before);
      if (after) expect((await call('DELETE', `${SCHEMAS}/${after.id}`)).status).toBe(204);
      return calls.length;
    };
    const calls = await run();
    for (let nth = 1; nth <= calls; nth++) {
      for (const [mode, per] of STOPS) await run({ service: 'dynamodb', mode, nth, per });
    }
    expect((await get(SCHEMAS)).entities).toEqual([schema]);
    expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
  },
);

test.each(READS)('a table that throttles makes a read of %s say when to come back', async (path) => {
  const id = await newUser();
  service.faults.add({ service: 'dynamodb', mode: 'throttle' });
  const answer = await call('GET', path.replace('{id}', id));
  service.faults.clear();
  genesys.expectRefusal(answer);
  expect(answer.json).toMatchObject({ status: 503, code: 'service.unavailable' });
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
});

test('a fault of ours tells nothing of itself', async () => {
  service.faults.add({ service: 'dynamodb', mode: 'fail-before', error: 'ValidationException' });
  const answer = await call('GET', '');
  service.faults.clear();
  genesys.expectRefusal(answer);
  expect(answer.json).toMatchObject({ status: 500, code: 'internal.server.error' });
  expect(answer.body).not.toMatch(/Validation|dynamo|node:/i);
});
