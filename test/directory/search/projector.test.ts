// Search entries, ledgers and counters: whatever happens to the stream, they end as what the people imply.
import { beforeEach, describe, expect, test } from 'vitest';
import { matchesFilter } from '../../../infra/local/stream-record.ts';
import { pollStream } from '../../../infra/local/streams.ts';
import { personOfKey, project } from '../../../shared/directory/search/project.ts';
import { recount } from '../../../shared/directory/search/recount.ts';
import { uuidV7 } from '../../../shared/model/ids.ts';
import { workerContext } from '../../../shared/post-office.ts';
import { keys } from '../../../shared/store/keys.ts';
import type { Item } from '../../../shared/store/table.ts';
import { upTo } from '../../support/guests.ts';
import { liveHistory } from '../../support/history.ts';
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

const history = (length: number, seed: number) => liveHistory(service, token, length, seed);

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

describe('a record that cannot be projected', () => {
  const record = (pk: string, n: number) => ({ dynamodb: { Keys: { pk: { S: pk } }, SequenceNumber: String(n) } });
  const handed = (Records: Json[]): Promise<Json> => service.handlers.work('projector', { Records });
  const entriesOf = async (id: string) => (await service.dump()).filter(({ k, u }) => k === 'entry' && u === id);
  /** A core without the members that every core has, as only a fault of the code or of a hand could leave it. */
  async function broken(n: number): Promise<string> {
    const { pk, sk } = keys.user(service.seed.orgId, uuidV7(n, new Uint8Array(10)));
    await service.services.directory.table.put({ pk, sk, k: 'user', st: 'active' }, undefined, 'broken');
    return pk;
  }

  test('is named alone, and everybody else of its batch is projected, before it and behind it', async () => {
    const people = await Promise.all(upTo(25).map(() => create({ profile: { givenName: 'Beside' } })));
    const pks = people.map(({ id }) => keys.user(service.seed.orgId, id).pk);
    pks.splice(7, 0, await broken(1));
    pks.splice(19, 0, await broken(2));
    const { batchItemFailures } = await handed([...pks, pks[7] as string].map(record));
    expect(batchItemFailures.map(({ itemIdentifier }: Json) => itemIdentifier)).toEqual(['7', '19', '27']);
    for (const { id } of people) expect(await entriesOf(id)).not.toEqual([]);
    const logged = service.log.filter(({ message }) => message === 'projection failed');
    expect(logged.map(({ orgId, userId }) => [orgId, userId])).toEqual(
      [1, 2].map((n) => [service.seed.orgId, uuidV7(n, new Uint8Array(10))]),
    );
  });

  test('ends in the dead letters by itself, while the stream goes on', async () => {
    await create({ profile: { givenName: 'Earlier' } });
    await broken(3);
    await create({ profile: { givenName: 'Later' } });
    const given: string[] = [];
    const poller = pollStream({
      client: service.table.dynamo,
      tableName: service.table.tableName,
      filter: matchesFilter({ kinds: ['user'], events: ['INSERT'] }),
      worker: (event) => service.handlers.work('projector', event),
      backoffMs: 1,
      deadLetter: (records) => void given.push(...records.map(({ dynamodb }) => dynamodb?.Keys?.pk?.S ?? '')),
      onFault: (error) => {
        throw error;
      },
    });
    await poller.drained();
    await poller.stop();
    expect(given).toEqual([keys.user(service.seed.orgId, uuidV7(3, new Uint8Array(10))).pk]);
    expect(names([...(await typed('earlier')), ...(await typed('later'))])).toEqual(['Earlier', 'Later']);
  });

  test('is not looked for when the table does not answer: the whole batch comes again', async () => {
    const people = await Promise.all(upTo(4).map(() => create()));
    service.faults.add({ service: 'dynamodb', mode: 'fail-before', operation: 'BatchGetItem' });
    const calls = await service.trace(async () => {
      const { batchItemFailures } = await handed(
        people.map(({ id }, n) => record(keys.user(service.seed.orgId, id).pk, n)),
      );
      expect(batchItemFailures).toHaveLength(4);
    });
    expect(calls).toHaveLength(1);
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
