// The reconciler: what the stream forgot heals by itself, at a cost that follows what changed.
import { beforeEach, describe, expect, test } from 'vitest';
import { type ReconcileOptions, type Reconciling, reconcile } from '../../../shared/directory/search/reconcile.ts';
import { uuidV7 } from '../../../shared/model/ids.ts';
import { workerContext } from '../../../shared/post-office.ts';
import { keys } from '../../../shared/store/keys.ts';
import { weigh } from '../../bench/trips.ts';
import { newGuest, upTo } from '../../support/guests.ts';
import { liveHistory } from '../../support/history.ts';
import { brokenProjection } from '../../support/projection.ts';
import { type Json, type TestService, testService } from '../../support/service.ts';
import { newAddress, ok } from '../../support/world.ts';

const HOUR = 3_600_000;

let service: TestService;
beforeEach(async () => {
  service = await testService();
});

const history = async (length: number, seed: number) => liveHistory(service, await service.tokenFor(), length, seed);
const create = async (body: Json = {}): Promise<Json> =>
  ok(service.call('POST', '/v1/users', { token: await service.tokenFor(), body: { email: newAddress(), ...body } }));
const unsound = async () => brokenProjection(await service.dump());
const run = (options?: ReconcileOptions): Promise<Reconciling> => reconcile(workerContext(service.services), options);

/** Runs as the schedule does, until the round is at its end. */
async function round(options?: ReconcileOptions): Promise<Reconciling & { runs: number }> {
  const sum = { looked: 0, corrected: 0, more: true, runs: 0 };
  while (sum.more) {
    const { looked, corrected, more } = await run(options);
    sum.looked += looked;
    sum.corrected += corrected;
    sum.more = more;
    sum.runs++;
  }
  return sum;
}

describe('a day without the stream', () => {
  test('leaves entries, ledgers and counters that the next round makes exact, in every org', async () => {
    await history(40, 1);
    const guest = await newGuest(service, await service.secondOrg());
    await service.project();
    await round();
    // From here on nobody reads the stream.
    for (const hour of upTo(25)) {
      service.advance(HOUR);
      if (hour % 5 === 0) await history(12, hour);
    }
    const token = await service.tokenFor();
    const moved = { profile: { givenName: 'Moved', familyName: 'Elsewhere' } };
    await ok(service.call('PATCH', `/v1/users/${guest.id}`, { token, body: moved }));
    expect(await unsound()).not.toEqual([]);
    const { corrected } = await round();
    expect(corrected).toBeGreaterThan(30);
    expect(await unsound()).toEqual([]);
    service.advance(HOUR);
    expect((await round()).corrected).toBe(0);
  }, 60_000);

  test('heals on the schedule, which says how many were behind', async () => {
    await service.handlers.work('reconciler', {});
    service.advance(25 * HOUR);
    await create({ profile: { givenName: 'Behind' } });
    await service.handlers.work('reconciler', {});
    expect(await unsound()).toEqual([]);
    expect(service.log.at(-1)).toMatchObject({ level: 'warn', message: 'reconciled: 1 of 2 were behind', count: 1 });
  });
});

describe('a round', () => {
  test('is due an hour after the one before, and looks at those who changed since the hour before that', async () => {
    await create();
    expect((await run()).looked).toBe(2);
    await create();
    expect(await run()).toEqual({ looked: 0, corrected: 0, more: false });
    service.advance(HOUR);
    expect(await run()).toEqual({ looked: 3, corrected: 1, more: false });
    for (const _ of upTo(2)) {
      service.advance(HOUR + 1);
      await run();
    }
    service.advance(HOUR + 1);
    expect(await run()).toEqual({ looked: 0, corrected: 0, more: false });
  });

  test('comes in spite of a clock that was put back', async () => {
    service.advance(48 * HOUR);
    await run();
    service.advance(-48 * HOUR);
    await create({ profile: { givenName: 'Earlier' } });
    expect((await run()).corrected).toBe(1);
    expect(await unsound()).toEqual([]);
  });

  test('costs an org in which nobody changed a unit and a half, and between rounds half of one', async () => {
    await create();
    await round();
    for (const _ of upTo(3)) {
      service.advance(HOUR + 1);
      await round();
    }
    service.advance(HOUR + 1);
    // One item that says whether it is due, the list of orgs, the org; and the item that says when it is due again.
    expect(await weigh(service, run)).toMatchObject({ reads: 0.5 + 0.5 + 1.5, writes: 1 });
    expect(await weigh(service, run)).toMatchObject({ reads: 0.5, writes: 0 });
  });

  test('takes as many runs as it needs, each of which goes on where the one before stopped', async () => {
    await history(60, 4);
    const { orgId } = await service.secondOrg();
    for (const most of [1, 7, 20]) {
      service.advance(HOUR);
      await create();
      expect((await round({ most, mostOfOrg: most })).runs).toBeGreaterThan(1);
      expect(await unsound()).toEqual([]);
    }
    expect(await service.services.directory.table.get(keys.reconciled(orgId, 'live'))).toBeDefined();
  }, 30_000);

  test('lets a large org not keep the others waiting', async () => {
    for (const _ of upTo(60)) await create();
    const other = await service.secondOrg();
    const token = await service.tokenFor(other.clientId, other.clientSecret);
    await ok(service.call('POST', '/v1/users', { token, body: { email: newAddress() } }));
    // A page of the first org, then the second one's turn.
    const { looked, more } = await run({ most: 61, mostOfOrg: 50 });
    expect({ looked, more }).toEqual({ looked: 50 + 2, more: true });
    expect((await round()).more).toBe(false);
    expect(await unsound()).toEqual([]);
  });

  test.each(['fail-before', 'commit-then-fail'] as const)(
    'goes on where it was stopped, at whichever of its calls (%s)',
    async (mode) => {
      for (const nth of upTo(12)) {
        await create({ profile: { givenName: `Stopped ${nth}` } });
        service.advance(HOUR);
        service.faults.add({ service: 'dynamodb', mode, nth, per: 'call' });
        await run().catch(() => undefined);
        service.faults.clear();
        await round();
        expect(await unsound()).toEqual([]);
      }
    },
  );

  test('passes by whoever cannot be projected, and says who', async () => {
    const { orgId } = service.seed;
    const id = uuidV7(1, new Uint8Array(10));
    const { table } = service.services.directory;
    await create({ profile: { givenName: 'Beside' } });
    const { pk, sk } = keys.user(orgId, id);
    const item = {
      pk,
      sk,
      k: 'user',
      st: 'active',
      lp: `${keys.org(orgId).pk}#U#0`,
      su: `2026-11-23T09:09:00.500Z#${id}`,
    };
    await table.put(item, undefined, 'broken');
    await service.handlers.work('reconciler', {});
    await table.commit([{ drop: { pk, sk }, otherwise: { code: 'version-conflict' } }], 'mended');
    expect(await unsound()).toEqual([]);
    expect(service.log.find(({ message }) => message === 'projection failed')).toMatchObject({ orgId, userId: id });
  });
});
