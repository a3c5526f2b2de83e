// What happened, as it is listed: everything once, newest first, whatever the page, the filter, the shard and the day.
import { beforeAll, describe, expect, test } from 'vitest';
import { AUDIT_SHARDS } from '../../shared/store/keys.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, newAddress, ok, PASSWORD, type Person } from '../support/world.ts';

let service: TestService;
let token: string;
let person: Person;
const made: Json[] = [];

const list = (path: string, query: Record<string, string> = {}, by = token) =>
  service.call('GET', `${path}?${new URLSearchParams(query)}`, { token: by });

async function walk(path: string, query: Record<string, string> = {}, by = token): Promise<Json[]> {
  const items = [];
  let cursor: string | undefined;
  do {
    const page = await ok(list(path, { ...query, ...(cursor && { cursor }) }, by));
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  return items;
}

beforeAll(async () => {
  service = await testService();
  token = await service.tokenFor();
  for (let day = 0; day < 3; day++) {
    const body = () => ({ email: newAddress() });
    const calls = Array.from({ length: 15 }, () => service.call('POST', '/v1/users', { token, body: body() }));
    for (const answer of await Promise.all(calls)) made.push(await ok(answer));
    service.advance(40 * 86_400_000);
    token = await service.tokenFor();
  }
  person = await activePerson(service, service.seed.orgId);
  for (let n = 0; n < 4; n++) {
    service.advance(60_000);
    await ok(service.call('POST', '/v1/sessions', { body: { email: person.email, password: PASSWORD } }));
    service.advance(60_000);
    const { id } = person;
    await ok(service.call('PATCH', `/v1/users/${id}`, { token, body: { profile: { title: `Title ${n}` } } }));
  }
});

describe('the events of an org', () => {
  test('come newest first, each once, in pages of any size, over days without any', async () => {
    const all = await walk('/v1/events', { limit: '200' });
    const times = all.map(({ at }) => at);
    expect(times).toEqual([...times].sort().reverse());
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const created = all.filter(({ type }) => type === 'user-created').map(({ userId }) => userId);
    expect(created.sort()).toEqual(made.map(({ id }) => id).sort());
    for (const limit of ['1', '7', '50']) {
      expect((await walk('/v1/events', { limit })).map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    }
  });

  test('name who did it, to whom, what changed and at which version, and no value', async () => {
    const [event] = await walk('/v1/events', { type: 'user-updated', limit: '1' });
    expect(event).toEqual({
      id: expect.any(String),
      at: expect.any(String),
      type: 'user-updated',
      actor: { is: 'client', id: service.seed.clientId },
      userId: person.id,
      changed: ['profile'],
      version: 5,
      requestId: expect.any(String),
    });
    expect(JSON.stringify(await walk('/v1/events'))).not.toMatch(/Title|@example/);
  });

  test('are found by type, by who did it, by whom it concerns and by time', async () => {
    const all = await walk('/v1/events', { limit: '200' });
    const ids = (items: Json[]) => items.map(({ id }) => id);
    const { clientId } = service.seed;
    for (const [query, passes] of [
      [{ type: 'user-created' }, ({ type }: Json) => type === 'user-created'],
      [{ actor: clientId }, ({ actor }: Json) => actor.id === clientId],
      [{ subject: made[3].id }, ({ userId }: Json) => userId === made[3].id],
      [{ from: all[20].at, to: all[5].at }, ({ at }: Json) => at >= all[20].at && at <= all[5].at],
      [{ type: 'user-created', to: all.at(-5).at }, (e: Json) => e.type === 'user-created' && e.at <= all.at(-5).at],
      [{ type: 'org-updated' }, () => false],
    ] as [Record<string, string>, (event: Json) => boolean][]) {
      expect(ids(await walk('/v1/events', { ...query, limit: '4' })), JSON.stringify(query)).toEqual(
        ids(all.filter(passes)),
      );
    }
  });

  test('lie in several partitions of their day, so that a busy org has no hot one', async () => {
    const days = (await service.dump()).filter(({ k }) => k === 'audit').map(({ pk }) => pk.split('#').at(-1));
    expect(new Set(days).size).toBe(AUDIT_SHARDS);
  });

  test('are told to those with the permission only, and of no other org', async () => {
    const body = { name: 'reader', permissions: ['users:read'] };
    const client = await ok(service.call('POST', `/v1/orgs/${service.seed.orgId}/clients`, { token, body }));
    const reader = await service.tokenFor(client.clientId, client.clientSecret);
    expect((await list('/v1/events', {}, reader)).status).toBe(403);
    const other = await service.secondOrg();
    const foreign = await service.tokenFor(other.clientId, other.clientSecret);
    const theirs = await walk('/v1/events', {}, foreign);
    expect(theirs.map(({ type }) => type).sort()).toEqual(['client-created', 'org-created']);
  });
});

describe('the events of a person', () => {
  test('are what happened to them, with their sign-ins, in order and in pages of any size', async () => {
    const path = `/v1/users/${person.id}/events`;
    const all = await walk(path, { limit: '200' });
    const types = all.map(({ type }) => type);
    // Each round: a sign-in, then a change. The session they were made with is a sign-in, too.
    expect(types.slice(0, 8)).toEqual(Array(4).fill(['user-updated', 'signed-in']).flat());
    expect(types.slice(8).sort()).toEqual(['invite-accepted', 'signed-in']);
    for (const limit of ['1', '3']) expect(await walk(path, { limit })).toEqual(all);
    expect(await walk(path, { type: 'signed-in', limit: '2' })).toEqual(all.filter(({ type }) => type === 'signed-in'));
    const [from, to] = [all[6].at, all[2].at];
    expect(await walk(path, { from, to })).toEqual(all.slice(2, 7));
  });

  test('are theirs to see', async () => {
    const { accessToken } = await service.signIn(person.email, PASSWORD);
    const own = await walk('/v1/me/events', {}, accessToken);
    expect(own[0]).toMatchObject({ type: 'signed-in', userId: person.id });
    expect(own.slice(1)).toEqual(await walk(`/v1/users/${person.id}/events`).then((all) => all.slice(1)));
  });
});
