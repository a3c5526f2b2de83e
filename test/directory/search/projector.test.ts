// Search entries, ledgers and counters: whatever happens to the stream, they end as what the people imply.
import { beforeEach, describe, expect, test } from 'vitest';
import { personOfKey, project } from '../../../shared/directory/search/project.ts';
import { recount } from '../../../shared/directory/search/recount.ts';
import { workerContext } from '../../../shared/post-office.ts';
import { keys } from '../../../shared/store/keys.ts';
import type { Item } from '../../../shared/store/table.ts';
import { dice } from '../../support/crowd.ts';
import { brokenProjection } from '../../support/projection.ts';
import { type Json, type TestService, testService } from '../../support/service.ts';
import { newAddress, ok } from '../../support/world.ts';

let service: TestService;
let token: string;

beforeEach(async () => {
  service = await testService();
  token = await service.tokenFor();
});

const call = (method: string, path: string, body?: Json) =>
  service.call(method, path, { token, ...(body !== undefined && { body }) });
const create = (body: Json = {}): Promise<Json> => ok(call('POST', '/v1/users', { email: newAddress(), ...body }));
const typed = async (q: string): Promise<Json[]> =>
  (await ok(call('GET', `/v1/users/typeahead?q=${encodeURIComponent(q)}`))).items;
const names = (items: Json[]) => items.map(({ displayName }) => displayName);
const sound = async () => expect(brokenProjection(await service.dump())).toEqual([]);

/** Something that may happen to somebody. */
const MOVES: ((id: string, roll: (of: number) => number) => [string, string, Json?])[] = [
  (id, roll) => ['PATCH', `/v1/users/${id}`, { profile: { givenName: ['Ada', 'Zoë', null][roll(3)] } }],
  (id, roll) => ['PATCH', `/v1/users/${id}`, { profile: { department: ['R&D', 'Sales', null][roll(3)] } }],
  (id) => ['PATCH', `/v1/users/${id}`, { email: newAddress() }],
  (id) => ['PATCH', `/v1/users/${id}`, { custom: { custom1: newAddress() } }],
  (id) => ['POST', `/v1/users/${id}/deactivate`],
  (id) => ['POST', `/v1/users/${id}/activate`],
  (id) => ['POST', `/v1/users/${id}/lock`, { reason: 'a test' }],
  (id) => ['POST', `/v1/users/${id}/unlock`],
  (id) => ['DELETE', `/v1/users/${id}`],
  (id) => ['POST', `/v1/users/${id}/restore`],
  (id, roll) => ['PUT', `/v1/users/${id}/roles`, { roles: [['viewer'], ['member'], ['admin', 'viewer']][roll(3)] }],
];

async function history(length: number, seed: number): Promise<string[]> {
  const roll = dice(seed);
  const ids: string[] = [];
  for (let n = 0; n < 12; n++) ids.push((await create({ profile: { familyName: `Family ${n}` } })).id);
  for (let n = 0; n < length; n++) {
    const move = MOVES[roll(MOVES.length)] as (typeof MOVES)[number];
    const [method, path, body] = move(ids[roll(ids.length)] as string, roll);
    // A move that the state refuses is part of the history, too.
    expect((await call(method, path, body)).status).toBeLessThan(500);
  }
  return ids;
}

describe('the projector', () => {
  test('leaves what the people imply after any history, read from the stream', async () => {
    await history(150, 3);
    await service.project();
    await sound();
  }, 30_000);

  test('ends in the same place however often, and in whatever order, it is told', async () => {
    const people = (await history(40, 5)).flatMap((id) => personOfKey(keys.user(service.seed.orgId, id).pk));
    const ctx = () => workerContext(service.services);
    const owner = (await service.dump()).filter(({ k }) => k === 'user').flatMap(({ pk }) => personOfKey(pk));
    await Promise.all([project(ctx(), owner), project(ctx(), people), project(ctx(), [...people].reverse())]);
    expect(await project(ctx(), [...people, ...people])).toBe(0);
    await sound();
    await history(40, 6);
    await service.project();
    await sound();
  }, 30_000);

  test('goes on where it was stopped, at whichever of its calls', async () => {
    const people = (await service.dump()).filter(({ k }) => k === 'user').flatMap(({ pk }) => personOfKey(pk));
    for (const mode of ['fail-before', 'commit-then-fail'] as const) {
      for (const nth of [1, 2]) {
        await create({ profile: { givenName: `Stopped ${nth}` } });
        const all = (await service.dump()).filter(({ k }) => k === 'user').flatMap(({ pk }) => personOfKey(pk));
        service.faults.add({ service: 'dynamodb', mode, nth, per: 'call' });
        await project(workerContext(service.services), [...people, ...all]).catch(() => undefined);
        service.faults.clear();
        await project(workerContext(service.services), all);
        await sound();
      }
    }
  });

  test('writes nothing when a change moves nothing that people are found by', async () => {
    const { id } = await create({ profile: { givenName: 'Still' } });
    await service.project();
    await ok(call('PATCH', `/v1/users/${id}`, { profile: { title: 'Engineer' } }));
    const calls = await service.trace(() =>
      project(workerContext(service.services), personOfKey(keys.user(service.seed.orgId, id).pk)),
    );
    expect(calls.map(({ operation }) => operation)).toEqual(['BatchGetItem']);
  });
});

describe('typeahead', () => {
  test('finds by any word of the names, the username and the address, without accents or case', async () => {
    const email = newAddress();
    const { id } = await create({
      email,
      username: 'jdupont7',
      profile: { givenName: 'Jérôme Élie', familyName: "D'Arc-Dupont" },
    });
    await create({ profile: { givenName: '小龍', familyName: '李' } });
    await create({ profile: { givenName: 'Jeremias', familyName: 'Gotthelf' } });
    await service.project();
    for (const q of ['jer', 'JÉRÔ', 'elie', 'arc', 'dup', 'jdup', 'dupont jér', 'jero dup', email.slice(0, 9)]) {
      expect(
        (await typed(q)).map((card) => card.id),
        q,
      ).toContain(id);
    }
    expect(names(await typed('jer'))).toHaveLength(2);
    expect(names(await typed('dupont jeremias'))).toEqual([]);
    expect(names(await typed('小'))).toEqual(['小龍 李']);
    expect((await typed('jdup'))[0]).toEqual({
      id,
      number: expect.any(Number),
      displayName: "Jérôme Élie D'Arc-Dupont",
      email,
      username: 'jdupont7',
      state: 'staged',
    });
  });

  test('shows a new name in every entry, and nobody who was deleted', async () => {
    const { id } = await create({ profile: { givenName: 'Before', familyName: 'Unchanged' } });
    await service.project();
    await ok(call('PATCH', `/v1/users/${id}`, { profile: { givenName: 'After' } }));
    await service.project();
    expect(names(await typed('unch'))).toEqual(['After Unchanged']);
    expect(names(await typed('befo'))).toEqual([]);
    await call('DELETE', `/v1/users/${id}`);
    await service.project();
    expect(await typed('unch')).toEqual([]);
  });

  test.each(['a', '-', 'é', '.'])('asks for two characters, %j is refused', async (q) => {
    expect((await call('GET', `/v1/users/typeahead?q=${encodeURIComponent(q)}`)).status).toBe(422);
  });

  test('is one query, and shows nobody of another org', async () => {
    await create({ profile: { givenName: 'Tenant' } });
    await service.project();
    const calls = await service.trace(() => typed('tena'));
    expect(calls.map(({ operation }) => operation)).toEqual(['Query']);
    const other = await service.secondOrg();
    const foreign = await service.tokenFor(other.clientId, other.clientSecret);
    expect((await ok(service.call('GET', '/v1/users/typeahead?q=tena', { token: foreign }))).items).toEqual([]);
  });
});

describe('a recount', () => {
  test('mends what was lost, entries and counters alike, and changes nothing that is right', async () => {
    await history(30, 8);
    await service.project();
    const { orgId } = service.seed;
    const right = await recount(workerContext(service.services), orgId);
    expect(right).toMatchObject({ corrected: 0, before: right.after });
    const items = await service.dump();
    const ledger = items.find(({ k, t }) => k === 'ledger' && (t as string[]).length > 0) as Item;
    const { table } = service.services.directory;
    await table.commit([{ drop: { pk: ledger.pk, sk: ledger.sk }, otherwise: { code: 'version-conflict' } }], 'lost');
    await table.change({ update: keys.counter(orgId, 3), add: { active: 41, staged: -7 } }, 'drifted');
    const mended = await recount(workerContext(service.services), orgId);
    expect(mended.corrected).toBe(1);
    expect(mended.before).not.toEqual(mended.after);
    await sound();
  }, 30_000);
});
