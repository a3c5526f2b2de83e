// What an operation costs the table: units and round trips, the same for ten people as for a thousand.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Observed } from '../../infra/local/observed.ts';
import { canonicalAddress, type EmailAddress } from '../../shared/model/email-address.ts';
import { type UserId, uuidV7 } from '../../shared/model/ids.ts';
import { claimEmail, claimNumber } from '../../shared/store/claim-items.ts';
import type { Item } from '../../shared/store/table.ts';
import { type UserRecord, userItem } from '../../shared/store/user-items.ts';
import { newGuest, upTo } from '../support/guests.ts';
import { type Answer, type CallOptions, type TestService, testService } from '../support/service.ts';
import { newAddress, ok } from '../support/world.ts';

interface Size {
  service: TestService;
  token: string;
}

const sizes: Record<string, Size> = {};

beforeAll(async () => {
  for (const size of [160, 1000]) {
    const service = await testService();
    await populate(service, size);
    sizes[size] = { service, token: await service.tokenFor() };
  }
});

/** People as a create leaves them, put without its transactions. All records are of one length. */
async function populate(service: TestService, size: number): Promise<void> {
  const now = new Date(service.clock.now().getTime() - 86_400_000);
  const times = { createdAt: now.toISOString(), updatedAt: now.toISOString() };
  const { orgId } = service.seed;
  const items = upTo(size).flatMap((n): Item[] => {
    const id = uuidV7(now.getTime() + n, service.services.directory.randomBytes(10)) as UserId;
    const padded = String(n).padStart(5, '0');
    const email = canonicalAddress(`bulk-${padded}@example.test`) as EmailAddress;
    const profile = { givenName: `Given${padded}`, familyName: `Family${padded}`, title: 'Engineer' };
    const user: UserRecord = {
      id,
      orgId,
      email,
      state: 'staged',
      version: 1,
      epoch: 1,
      roles: ['member'],
      profile,
      ...times,
    };
    const claims = [claimEmail(email, orgId, id), claimNumber(orgId, id)];
    return [userItem(user), ...claims.flatMap((write) => ('put' in write ? [write.put] : []))];
  });
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient(service.table.dynamo), {
    marshallOptions: { removeUndefinedValues: true },
  });
  for (let i = 0; i < items.length; i += 25) {
    const requests = items.slice(i, i + 25).map((item) => ({ PutRequest: { Item: { op: 'bulk', ...item } } }));
    await documents.send(new BatchWriteCommand({ RequestItems: { [service.table.tableName]: requests } }));
  }
  documents.destroy();
}

interface Cost {
  answer: Answer;
  calls: Observed[];
  reads: number;
  writes: number;
  /** Calls that had to wait for another's answer, and the first: those made side by side count once. */
  trips: number;
}

const isWrite = ({ operation }: Observed) => /Put|Update|Write/.test(operation);
const units = (calls: Observed[]) => calls.reduce((sum, call) => sum + call.units, 0);

async function cost({ service, token }: Size, method: string, path: string, options: CallOptions = {}): Promise<Cost> {
  const spans: { start: number; end: number }[] = [];
  const stop = service.faults.onCall(({ ms }) => {
    const end = performance.now();
    spans.push({ start: end - ms, end });
  });
  let answer: Answer | undefined;
  const calls = await service.trace(async () => {
    answer = await service.call(method, path, { token, ...options });
  });
  stop();
  let trips = 0;
  let firstEnd = Number.NEGATIVE_INFINITY;
  for (const { start, end } of spans.sort((a, b) => a.start - b.start)) {
    if (start >= firstEnd) {
      trips++;
      firstEnd = end;
    } else firstEnd = Math.min(firstEnd, end);
  }
  const [reads, writes] = [calls.filter((call) => !isWrite(call)), calls.filter(isWrite)];
  return { answer: answer as Answer, calls, reads: units(reads), writes: units(writes), trips };
}

/** The cost of one operation over its own subject. */
type Measure = (size: Size) => Promise<Cost>;

const fresh = async ({ service, token }: Size, body = {}) =>
  ok(service.call('POST', '/v1/users', { token, body: { email: newAddress().padEnd(40, 'x'), ...body } }));
const about =
  (method: string, tail = '', body?: unknown, before: string[] = []): Measure =>
  async (size) => {
    const { id } = await fresh(size);
    for (const move of before) {
      const body = move === 'lock' ? { body: { reason: 'x' } } : {};
      const [verb, path] = move === 'delete' ? ['DELETE', ''] : ['POST', `/${move}`];
      await ok(size.service.call(verb as string, `/v1/users/${id}${path}`, { token: size.token, ...body }));
    }
    return cost(size, method, `/v1/users/${id}${tail}`, { ...(body !== undefined && { body }) });
  };

const byEmail: Measure = async (size) => cost(size, 'GET', `/v1/users/by-email/${(await fresh(size)).email}`);
const create =
  (body = {}, headers = {}): Measure =>
  (size) =>
    cost(size, 'POST', '/v1/users', { body: { email: newAddress().padEnd(40, 'x'), ...body }, headers });

const MEASURES: [what: string, trips: number, measure: Measure][] = [
  ['get', 1, about('GET')],
  ['list of 50', 1, (size) => cost(size, 'GET', '/v1/users')],
  ['list of 50 by name, descending', 1, (size) => cost(size, 'GET', '/v1/users?sort=-familyName')],
  ['list of 50 by state, which most are in', 1, (size) => cost(size, 'GET', '/v1/users?filter=state+eq+"staged"')],
  ['by email', 2, byEmail],
  ['create', 2, create()],
  ['patch', 2, about('PATCH', '', { profile: { title: 'Chief Engineer' } })],
  ['patch of the address', 2, about('PATCH', '', { email: 'another.address.of.forty.characters@x.test' })],
  ['patch that changes nothing', 1, about('PATCH', '', {})],
  ['delete', 2, about('DELETE')],
  ['restore', 2, about('POST', '/restore', undefined, ['delete'])],
  ['deactivate', 2, about('POST', '/deactivate')],
  ['activate', 2, about('POST', '/activate', undefined, ['deactivate'])],
  ['lock', 2, about('POST', '/lock', { reason: 'x' })],
  ['unlock', 2, about('POST', '/unlock', undefined, ['lock'])],
  ['roles', 2, about('PUT', '/roles', { roles: ['admin'] })],
];

describe('the table', () => {
  it.each(MEASURES)(
    'is asked the same for %s among 160 and 1,000 people, in %i trips',
    async (_what, trips, measure) => {
      const [few, many] = [await measure(sizes[160] as Size), await measure(sizes[1000] as Size)];
      expect(few.answer.status).toBeLessThan(300);
      expect(few.trips).toBe(trips);
      expect(many.trips).toBe(trips);
      const shape = ({ calls, reads, writes }: Cost) => ({
        calls: calls.map(({ operation }) => operation).sort(),
        reads,
        writes,
      });
      expect(shape(many)).toEqual(shape(few));
    },
  );

  it('takes at most 20 units for a plain create, and a few more for each claim and kept answer', async () => {
    const size = sizes[1000] as Size;
    const plain = await create()(size);
    expect(plain.writes).toBeLessThanOrEqual(20);
    const claims = await create({ username: 'costly', externalId: 'costly' })(size);
    expect(claims.writes - plain.writes).toBeLessThanOrEqual(2 * 2);
    const kept = await create({}, { 'idempotency-key': 'costly' })(size);
    expect(kept.writes - plain.writes).toBeLessThanOrEqual(2);
    const twoLetters = await about('PATCH', '', { email: 'yet.another.address@x.test' })(size);
    expect(twoLetters.writes).toBeLessThanOrEqual(20);
  });

  it('gives a page of 50 for at most twice its bytes', async () => {
    const page = await cost(sizes[1000] as Size, 'GET', '/v1/users');
    const bytes = (await (sizes[1000] as Size).service.dump())
      .filter(({ k }) => k === 'user')
      .slice(0, 50)
      .reduce((sum, item) => sum + Buffer.byteLength(JSON.stringify(item)), 0);
    expect(page.answer.json.items).toHaveLength(50);
    expect(page.reads).toBeLessThanOrEqual((2 * bytes) / 8192);
  });

  it('is never asked by a token alone, nor twice for the caller', async () => {
    const size = sizes[160] as Size;
    const get = await cost(size, 'GET', '/v1/users/01900000-0000-7000-8000-000000000000');
    expect(get.calls).toHaveLength(1);
    const refused = await cost(size, 'POST', '/v1/users', { body: { email: 'no address' } });
    expect(refused.calls.length).toBeLessThanOrEqual(1);
  });

  it('is asked by orgs and clients in as few trips', async () => {
    const size = sizes[160] as Size;
    const { orgId } = size.service.seed;
    expect((await cost(size, 'GET', `/v1/orgs/${orgId}`)).trips).toBe(1);
    expect((await cost(size, 'PATCH', `/v1/orgs/${orgId}`, { body: { name: 'Renamed' } })).trips).toBe(2);
    const body = { name: 'a client', permissions: ['users:read'] };
    const made = await cost(size, 'POST', `/v1/orgs/${orgId}/clients`, { body });
    expect(made.trips).toBe(2);
    const { clientId, clientSecret } = made.answer.json;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    expect((await cost({ ...size, token: '' }, 'POST', '/oauth/token', { form })).trips).toBe(2);
    expect((await cost(size, 'POST', `/v1/clients/${clientId}/rotate`)).trips).toBe(2);
    expect((await cost(size, 'DELETE', `/v1/clients/${clientId}`)).trips).toBe(2);
  });

  it('is asked three times to let a guest go: who they are at home is known by the guest alone', async () => {
    const { service } = sizes[160] as Size;
    const guest = await newGuest(service, await service.secondOrg());
    const left = await cost({ service, token: guest.abroad }, 'DELETE', `/v1/users/${guest.id}`);
    expect([left.answer.status, left.trips]).toEqual([204, 3]);
  });
});
