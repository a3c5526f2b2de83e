// Two orgs: whatever bears an id of the other is answered as if there were no such thing, and nothing changes.
import { beforeAll, describe, expect, it } from 'vitest';
import { allOperations } from '../../infra/operate/write-docs.ts';
import type { Item } from '../../shared/store/table.ts';
import { type Answer, type Json, type Seed, type TestService, testService } from '../support/service.ts';
import { activePerson, newAddress, ok, type Person } from '../support/world.ts';

let service: TestService;
let other: Seed;
let tokens: { client: string; owner: string; abroad: string };
/** What the other org has, by the noun before the placeholder in a path. */
let theirs: Record<string, string>;
let victim: Person;

const UNKNOWN = '01900000-0000-7000-8000-000000000000';

beforeAll(async () => {
  service = await testService();
  other = await service.secondOrg();
  const owner = await activePerson(service, service.seed.orgId, ['owner']);
  const abroad = await service.tokenFor(other.clientId, other.clientSecret);
  tokens = { client: await service.tokenFor(), owner: owner.token, abroad };
  victim = await activePerson(service, other.orgId, ['owner']);
  const post = (path: string, body: Json) => ok(service.call('POST', path, { token: abroad, body }));
  const invite = await post('/v1/invites', { email: newAddress() });
  const proof = await post(`/v1/users/${victim.id}/contact-validations`, { email: newAddress() });
  const client = await post(`/v1/orgs/${other.orgId}/clients`, { name: 'theirs', permissions: ['users:read'] });
  const job = await post('/v1/invites/bulk', { invites: [{ email: newAddress() }] });
  const gone = await post('/v1/users', { email: newAddress() });
  await ok(service.call('DELETE', `/v1/users/${gone.id}`, { token: abroad }));
  const erasure = await post(`/v1/users/${gone.id}/erase`, undefined);
  const made = async (kind: string, body: Json = {}) =>
    [`${kind}`, (await post(`/v1/${kind}`, { name: newAddress().split('@')[0], ...body })).id] as const;
  const structure = [
    ...(await Promise.all(['teams', 'groups', 'divisions', 'locations'].map((kind) => made(kind)))),
    await made('roles', { permissions: ['users:read'] }),
  ];
  theirs = {
    ...Object.fromEntries(structure),
    members: victim.id,
    users: victim.id,
    invites: invite.id,
    orgs: other.orgId,
    clients: client.clientId,
    jobs: job.id,
    erasures: erasure.id,
    sessions: victim.sessionId,
    'contact-validations': proof.id,
    'by-email': invite.email,
  };
});

const BODIES: Record<string, Json> = {
  'PATCH /v1/users/{id}': { profile: { title: 'x' } },
  'POST /v1/users/{id}/lock': { reason: 'x' },
  'PATCH /v1/users/{id}/preferences': { locale: 'de-DE' },
  'PATCH /v1/users/{id}/routing': { autoAnswer: true },
  'PATCH /v1/users/{id}/presence': { current: { name: 'x' } },
  'PUT /v1/users/{id}/roles': { roles: ['member'] },
  'POST /v1/users/{id}/contact-validations': { email: 'new@somewhere.test' },
  'POST /v1/invites/{id}/extend': { expiresInSeconds: 7200 },
  'PATCH /v1/orgs/{id}': { name: 'Ours now' },
  ...Object.fromEntries(
    ['teams', 'groups', 'divisions', 'locations', 'roles'].map((it) => [
      `PATCH /v1/${it}/{id}`,
      { description: 'Ours' },
    ]),
  ),
  'POST /v1/orgs/{id}/clients': { name: 'ours', permissions: [] },
  'PATCH /v1/clients/{id}': { name: 'Ours', permissions: [] },
};

const bare = ({ status, body, headers }: Answer) => {
  const { requestId: _id, ...rest } = body === '' ? {} : JSON.parse(body);
  return { status, body: rest, headers: Object.keys(headers).sort() };
};

const routes = (await allOperations())
  .filter(({ path, access }) => path.includes('{') && access !== 'anyone' && access !== 'platform')
  .map(({ route }) => route);

describe('an id of another org', () => {
  it.each(routes)('is an unknown one to %s', async (route) => {
    const [method, path] = route.split(' ') as [string, string];
    const filled = (foreign: boolean) =>
      path.replace(/([^/]+)\/\{(\w+)\}/g, (_all, noun: string) => {
        const id = theirs[noun];
        if (id === undefined) throw new Error(`no example of ${noun}`);
        return `${noun}/${foreign ? id : noun === 'by-email' ? 'nobody@nowhere.test' : UNKNOWN}`;
      });
    const before = changing(await service.dump());
    for (const token of [tokens.client, tokens.owner]) {
      const ask = async (foreign: boolean) => {
        const body = BODIES[route];
        let answer: Answer | undefined;
        const calls = await service.trace(async () => {
          answer = await service.call(method, filled(foreign), { token, ...(body && { body }) });
        });
        // A counter is raised beside the reads, for whatever id, and may end after the answer.
        const reads = calls.filter(({ operation }) => operation !== 'UpdateItem');
        return {
          answer: bare(answer as Answer),
          reads: reads.map(({ operation, units }) => [operation, units]).sort(),
        };
      };
      const [foreign, unknown] = [await ask(true), await ask(false)];
      expect(foreign).toEqual(unknown);
      expect([403, 404]).toContain(foreign.answer.status);
    }
    expect(changing(await service.dump())).toEqual(before);
  });

  it('names no other org as the org of a call, wherever it stands', async () => {
    const headers = { 'x-org-id': other.orgId, 'x-tenant': other.orgId, 'x-forwarded-host': other.orgId };
    const own = await ok(service.call('GET', '/v1/users', { token: tokens.client }));
    expect(await ok(service.call('GET', '/v1/users', { token: tokens.client, headers }))).toEqual(own);
    for (const query of [`org=${other.orgId}`, `orgId=${other.orgId}`]) {
      expect((await service.call('GET', `/v1/users?${query}`, { token: tokens.client })).status).toBe(422);
    }
    const body = { email: newAddress(), orgId: other.orgId };
    expect((await service.call('POST', '/v1/users', { token: tokens.client, body })).status).toBe(422);
    const filter = `/v1/users?filter=${encodeURIComponent(`orgId eq "${other.orgId}"`)}`;
    expect((await ok(service.call('GET', filter, { token: tokens.client }))).items).toEqual([]);
  });
});

describe('a list', () => {
  it('of one org shows nobody and nothing of the other', async () => {
    const post = (token: string) => ok(service.call('POST', '/v1/users', { token, body: { email: newAddress() } }));
    const [ours, foreign] = [await post(tokens.client), await post(tokens.abroad)];
    for (const [token, mine, not] of [
      [tokens.client, ours.id, foreign.id],
      [tokens.abroad, foreign.id, ours.id],
    ]) {
      const { items } = await ok(service.call('GET', '/v1/users?limit=200', { token }));
      const ids = items.map(({ id }: Json) => id);
      expect(ids).toContain(mine);
      expect(ids).not.toContain(not);
      expect(new Set(items.map(({ orgId }: Json) => orgId)).size).toBe(1);
    }
    const invites = await ok(service.call('GET', '/v1/invites', { token: tokens.client }));
    expect(invites.items.map(({ id }: Json) => id)).not.toContain(theirs.invites);
  });
});

/** What every write leaves on every item, without what merely counts attempts. */
const changing = (items: readonly Item[]) =>
  items.filter(({ k }) => k !== 'limiter').map(({ pk, sk, op }) => `${pk} ${sk} ${op}`);
