// Ids and cursors of another org, of nobody and of no shape: one answer for all of them, and the other org is as it was.
// Attacks M5, M12, M13, P12, P17, N10, E8.
import { beforeAll, describe, expect, test } from 'vitest';
import { allOperations } from '../../infra/operate/write-docs.ts';
import { uuidV7 } from '../../shared/model/ids.ts';
import { REQUESTS, type Request } from '../support/operations.ts';
import { type Answer, type TestService, testService } from '../support/service.ts';
import { differences, expectDocumented, send, stateOf } from '../support/sweep.ts';
import { newUserOf, newWorld, type World } from '../support/world.ts';

const operations = await allOperations();
const withIds = operations.filter(({ schemas }) => Object.keys(schemas.params).length > 0);

let service: TestService;
let mine: World;
let theirs: World;

beforeAll(async () => {
  service = await testService();
  mine = await newWorld(service);
  theirs = await newWorld(service, await service.secondOrg());
});

const withoutRequestId = ({ status, headers, body }: Answer) => {
  const { 'x-request-id': id = '', ...rest } = headers;
  return { status, rest, body: body.replaceAll(id, 'request') };
};

const UNKNOWN = [
  uuidV7(Date.now(), new Uint8Array(10).fill(7)),
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '1',
  'user#1#ORG#b',
  'O#x#U#y',
  'a b',
  '..',
  '%00',
  '%F0%9F%92%A9',
  '__proto__',
  'toString',
  'x'.repeat(3000),
  "' OR 1=1 --",
];

describe('an id of another org', () => {
  test.each(withIds.map((operation) => [operation.route, operation] as const))(
    'is unknown to %s',
    async (route, operation) => {
      const request = await (REQUESTS[route] as (w: World) => Promise<Request>)(theirs);
      const person = operation.access === 'person';
      const token = person ? mine.owner.token : mine.client;
      const before = await stateOf(service);
      const foreign = await send(service, operation, { ...request, token });
      expect(foreign.status, foreign.body).toBe(404);
      expectDocumented(operation, foreign, 'foreign');
      const [, id = ''] =
        /\/v1\/(?:users\/by-email|users|invites|orgs|clients|contact-validations|sessions|teams|groups|divisions|locations|roles|jobs)\/([^/?]+)/.exec(
          request.path,
        ) ?? [];
      for (const unknown of UNKNOWN) {
        const path = request.path.replace(id, unknown.includes('%') ? unknown : encodeURIComponent(unknown));
        // A path that names no route at all is API Gateway's own 404.
        if (unknown === '..') continue;
        const answer = await send(service, operation, { ...request, path, token });
        expect(withoutRequestId(answer), unknown).toEqual(withoutRequestId(foreign));
      }
      expect(differences(before, await stateOf(service))).toEqual([]);
      const allowed = await send(service, operation, request);
      expect(allowed.status, allowed.body).toBe(request.status);
    },
  );

  test('costs what an unknown one costs', async () => {
    const { id } = await newUserOf(theirs);
    const unknown = uuidV7(Date.now(), new Uint8Array(10).fill(9));
    const shape = async (path: string) =>
      (await service.trace(() => service.call('GET', path, { token: mine.client }))).map(({ operation, units }) => [
        operation,
        units,
      ]);
    expect(await shape(`/v1/users/${id}`)).toEqual(await shape(`/v1/users/${unknown}`));
    const { email } = await newUserOf(theirs);
    const byEmail = async (address: string) =>
      (await shape(`/v1/users/by-email/${address}`)).map(([operation]) => operation);
    expect(await byEmail(email)).toEqual(await byEmail('nobody@example.test'));
  });
});

describe('a cursor', () => {
  const lists = ['/v1/users', '/v1/invites', '/v1/orgs', '/v1/orgs/{id}/clients'];
  const token = (w: World, path: string) => (path === '/v1/orgs' ? w.platform : w.client);
  const pathFor = (w: World, path: string) => path.replace('{id}', w.seed.orgId);

  async function cursorOf(w: World, path: string, query = ''): Promise<string> {
    const answer = await service.call('GET', `${pathFor(w, path)}?limit=1${query}`, { token: token(w, path) });
    expect(answer.json.nextCursor, answer.body).toBeTruthy();
    return answer.json.nextCursor;
  }

  beforeAll(async () => {
    for (const w of [mine, theirs]) {
      for (const path of ['POST /v1/invites', 'POST /v1/invites', 'POST /v1/orgs/{id}/clients', 'POST /v1/orgs']) {
        const operation = operations.find(({ route }) => route === path);
        if (operation) await send(service, operation, await (REQUESTS[path] as (w: World) => Promise<Request>)(w));
      }
    }
  });

  test.each(lists)('of %s is good for that list, org and query only', async (path) => {
    const own = await cursorOf(mine, path);
    const ask = (cursor: string, query = '') =>
      service.call('GET', `${pathFor(mine, path)}?cursor=${encodeURIComponent(cursor)}${query}`, {
        token: token(mine, path),
      });
    expect((await ask(own)).status).toBe(200);
    const raw = { pk: `O#${theirs.seed.orgId}`, sk: 'U' };
    const flipped = own.slice(0, 10) + (own[10] === 'A' ? 'B' : 'A') + own.slice(11);
    const others = await Promise.all(lists.filter((other) => other !== path).map((other) => cursorOf(mine, other)));
    const foreign = path === '/v1/orgs' ? [] : [await cursorOf(theirs, path)];
    const bad = [
      flipped,
      own.slice(0, -1),
      `${own}A`,
      `${own}=`,
      own.split('').reverse().join(''),
      'x',
      '0',
      '__proto__',
      Buffer.from(JSON.stringify(raw)).toString('base64url'),
      JSON.stringify(raw),
      ...others,
      ...foreign,
    ];
    for (const cursor of bad) {
      const answer = await ask(cursor);
      expect([answer.status, answer.json.code], cursor).toEqual([400, 'cursor-invalid']);
    }
    if (path === '/v1/users') {
      for (const query of ['&sort=email', '&filter=state%20eq%20%22staged%22']) {
        expect((await ask(own, query)).json.code, query).toBe('cursor-invalid');
      }
    }
  });

  test('stays under a kilobyte', async () => {
    for (const sort of ['createdAt', 'email', 'familyName']) {
      expect((await cursorOf(mine, '/v1/users', `&sort=${sort}`)).length).toBeLessThan(1024);
    }
  });
});

test('an Idempotency-Key is the caller’s own: another caller’s request under it is a new one', async () => {
  const headers = { 'idempotency-key': 'shared' };
  const first = await service.call('POST', '/v1/users', {
    token: mine.client,
    headers,
    body: { email: 'first@example.test' },
  });
  const again = await service.call('POST', '/v1/users', {
    token: mine.client,
    headers,
    body: { email: 'first@example.test' },
  });
  expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
  const theirsMade = await service.call('POST', '/v1/users', {
    token: theirs.client,
    headers,
    body: { email: 'second@example.test' },
  });
  expect([theirsMade.status, theirsMade.json.orgId]).toEqual([201, theirs.seed.orgId]);
  const owners = await service.call('POST', '/v1/users', {
    token: mine.owner.token,
    headers,
    body: { email: 'first@example.test' },
  });
  expect([owners.status, owners.json.code]).toEqual([409, 'email-taken']);
  const otherBody = await service.call('POST', '/v1/users', {
    token: mine.client,
    headers,
    body: { email: 'third@example.test' },
  });
  expect([otherBody.status, otherBody.json.code]).toEqual([422, 'idempotency-key-reused']);
});

test('nothing an answer says is kept between callers', async () => {
  const { id } = await newUserOf(mine);
  const path = `/v1/users/${id}`;
  const first = await service.call('GET', path, { token: mine.client });
  expect([first.status, first.headers['cache-control']]).toEqual([200, 'no-store']);
  const conditional = { 'if-none-match': first.headers.etag ?? '' };
  expect((await service.call('GET', path, { token: theirs.client, headers: conditional })).status).toBe(404);
  expect((await service.call('GET', path, { headers: conditional })).status).toBe(401);
});
