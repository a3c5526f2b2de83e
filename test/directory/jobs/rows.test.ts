// Jobs made of rows: each row is done once and has one result, whatever stops the worker, and whoever works beside it.
import { beforeEach, describe, expect, test } from 'vitest';
import { commit } from '../../../shared/directory/commit.ts';
import { doRows, type RowRun } from '../../../shared/directory/jobs/rows.ts';
import { cancelJob } from '../../../shared/directory/jobs/views.ts';
import { runDueJobs } from '../../../shared/job-runner.ts';
import { fail } from '../../../shared/model/problem.ts';
import { workerContext } from '../../../shared/post-office.ts';
import { noEvent } from '../../../shared/store/audit-items.ts';
import type { JobRecord } from '../../../shared/store/job-items.ts';
import { keys } from '../../../shared/store/keys.ts';
import { equals } from '../../../shared/store/table.ts';
import { readUserItem } from '../../../shared/store/user-items.ts';
import { brokenInvariants } from '../../support/invariants.ts';
import { lookAt } from '../../support/jobs.ts';
import { gate } from '../../support/races.ts';
import { clientContext, createFromRow, readJob, resultsOf, startRows, stepsOf } from '../../support/row-jobs.ts';
import { type TestService, testService } from '../../support/service.ts';
import { differences, stateOf } from '../../support/sweep.ts';
import { newAddress, ok } from '../../support/world.ts';

let service: TestService;

beforeEach(async () => {
  service = await testService();
});

const addresses = (n: number): string[] => Array.from({ length: n }, newAddress);
const rowsBy =
  (run: RowRun, ...needs: Parameters<typeof doRows>[3] & object) =>
  (worker: Parameters<typeof doRows>[0], job: JobRecord) =>
    doRows(worker, job, run, needs);
const run = (by: RowRun = createFromRow, options = {}) => runDueJobs(service.services, stepsOf(rowsBy(by)), options);
const people = async () =>
  (await service.dump())
    .filter(({ k }) => k === 'user')
    .map((item) => readUserItem(item).email as string)
    .sort();
const blocks = async () => (await service.dump()).filter(({ k }) => k === 'job-block').length;
const sound = async () => expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);

describe('a job of rows', () => {
  test('does each once, keeps what became of it, and forgets what was sent', async () => {
    const before = await people();
    const rows = addresses(45);
    const job = await startRows(service, [...rows, service.seed.adminEmail, rows[3]]);
    expect(await blocks()).toBe(3);
    await run();
    const results = await resultsOf(service, job);
    expect(results.map(({ row }) => row)).toEqual(Array.from({ length: 47 }, (_, i) => i + 1));
    expect(results.slice(0, 45).every(({ outcome, userId }) => outcome === 'created' && userId)).toBe(true);
    expect(results.slice(45)).toMatchObject([
      { outcome: 'failed', code: 'email-taken' },
      { outcome: 'failed', code: 'email-taken' },
    ]);
    expect(await readJob(service, job)).toMatchObject({ state: 'done', outcomes: { created: 45, failed: 2 } });
    expect(await people()).toEqual([...before, ...rows].sort());
    expect(await blocks()).toBe(0);
    await sound();
  });

  test('without any row is done at once', async () => {
    const job = await startRows(service, []);
    await run();
    expect(await readJob(service, job)).toMatchObject({ state: 'done', total: 0 });
  });

  test('stopped at each of the calls of its worker ends as one that was not', async () => {
    const mixed = () => [...addresses(21), service.seed.adminEmail, ...addresses(1)];
    const plain = await startRows(service, mixed());
    const calls = (await service.trace(() => run())).length;
    const outcomes = async (job: JobRecord) =>
      (await resultsOf(service, job)).map(({ outcome, code }) => [outcome, code]);
    const [wanted, ended] = [await outcomes(plain), await readJob(service, plain)];
    expect(calls).toBeGreaterThan(50);
    const before = (await people()).length;
    let points = 0;
    for (let nth = 1; nth <= calls; nth++) {
      // Both ways would take minutes: by turns, with an odd number of calls between two that are alike.
      const mode = nth % 2 ? 'fail-before' : 'commit-then-fail';
      const job = await startRows(service, mixed());
      service.faults.add({ service: 'dynamodb', mode, nth, per: 'call' });
      await run().catch(() => undefined);
      service.faults.clear();
      for (let n = 0; n < 2; n++) {
        service.advance(600_000);
        await run();
      }
      const what = `${mode}, call ${nth} of ${calls}`;
      expect(await readJob(service, job), what).toMatchObject({ state: 'done', outcomes: ended.outcomes });
      expect(await outcomes(job), what).toEqual(wanted);
      points++;
    }
    expect(points).toBe(calls);
    expect((await people()).length - before).toBe(22 * points);
    await sound();
  }, 120_000);

  test('says of a row what its commit kept, not what a flow made of one that was refused', async () => {
    const refusedThenAnswers: RowRun = async (_ctx, { keeping }) => {
      const ctx = keeping(() => ({ outcome: 'created' }));
      const write = {
        check: keys.org(service.seed.orgId),
        when: equals('id', 'another'),
        otherwise: { code: 'not-found' },
      } as const;
      await commit(ctx, noEvent('counter'), [write], undefined).catch(() => undefined);
      return { outcome: 'skipped', code: 'email-taken' };
    };
    const job = await startRows(service, ['x']);
    await run(refusedThenAnswers);
    expect(await resultsOf(service, job)).toEqual([{ row: 1, outcome: 'skipped', code: 'email-taken' }]);
    expect(await readJob(service, job)).toMatchObject({ state: 'done', outcomes: { skipped: 1 } });
  });

  test('stays the caller’s: who may no longer do it fails the job, and no row', async () => {
    const job = await startRows(service, addresses(3));
    const client = await service.tokenFor();
    await ok(service.call('DELETE', `/v1/clients/${service.seed.clientId}`, { token: client }));
    await run();
    expect(await readJob(service, job)).toMatchObject({ state: 'failed', failure: 'permission-missing' });
    expect(await resultsOf(service, job)).toEqual([]);
  });

  test('fails where its caller has lost the permission that it needs', async () => {
    const job = await startRows(service, addresses(3));
    const steps = stepsOf(rowsBy(createFromRow, 'users:read', 'no-such-permission' as 'users:read'));
    await runDueJobs(service.services, steps);
    expect(await readJob(service, job)).toMatchObject({ state: 'failed', failure: 'permission-missing' });
  });

  test('whose rows are gone says so, and is not taken for done', async () => {
    const job = await startRows(service, addresses(3));
    const drop = { drop: keys.jobBlock(job.orgId, job.id, 0), otherwise: { code: 'not-found' } } as const;
    await workerContext(service.services).table.commit([drop], 'time to live');
    await run();
    expect(await readJob(service, job)).toMatchObject({ state: 'failed', failure: 'not-found' });
  });

  test('is given up after eight tries of a step that always fails, each later than the one before', async () => {
    const job = await startRows(service, addresses(1));
    let tries = 0;
    for (let n = 0; n < 12; n++) {
      await run(async () => {
        tries++;
        throw new Error('a bug');
      });
      service.advance(3_600_000);
    }
    expect(tries).toBe(8);
    expect(await readJob(service, job)).toMatchObject({ state: 'failed', attempts: 8 });
  });
});

describe('a dry run', () => {
  test('leaves nothing behind but the job and what would become of each row', async () => {
    const rows = [...addresses(25), service.seed.adminEmail];
    const job = await startRows(service, rows, { dryRun: true });
    const before = await stateOf(service);
    await run();
    const { pk } = keys.job(job.orgId, job.id);
    const secret = keys.jobBlock(job.orgId, job.id, 0).pk;
    const changed = differences(before, await stateOf(service)).map((name) => name.split(' ')[0]);
    expect(new Set(changed)).toEqual(new Set([pk, secret]));
    const results = await resultsOf(service, job);
    expect(results.map(({ outcome }) => outcome)).toEqual([...Array(25).fill('created'), 'failed']);
    expect(await readJob(service, job)).toMatchObject({ state: 'done', outcomes: { created: 25, failed: 1 } });
  });

  test('raises no counter', async () => {
    await startRows(service, addresses(3), { dryRun: true });
    const limiters = async () => (await service.dump()).filter(({ k }) => k === 'limiter');
    const before = await limiters();
    await run();
    expect(await limiters()).toEqual(before);
  });
});

describe('two workers', () => {
  test('of one job, since the lease of the first ran out, do no row twice and count each once', async () => {
    const rows = addresses(30);
    const job = await startRows(service, rows);
    const held = gate();
    const slow = run(async (ctx, row) => {
      if (row.number === 2) held.reach();
      if (row.number >= 2) await held.opened;
      return createFromRow(ctx, row);
    });
    await held.reached;
    service.advance(121_000);
    await run();
    expect(await readJob(service, job)).toMatchObject({ state: 'done', outcomes: { created: 30 } });
    held.open();
    await slow;
    expect(await readJob(service, job)).toMatchObject({ state: 'done', outcomes: { created: 30 } });
    const results = await resultsOf(service, job);
    expect(results.map(({ outcome }) => outcome)).toEqual(Array(30).fill('created'));
    expect((await people()).filter((email) => rows.includes(email))).toHaveLength(30);
    await sound();
  });

  test('of one block: the first does its last row between two looks of the second, and takes nothing from it', async () => {
    const rows = addresses(20);
    const job = await startRows(service, rows);
    const held = gate();
    const slow = run(async (ctx, row) => {
      if (row.number === 20) held.reach();
      if (row.number === 20) await held.opened;
      return createFromRow(ctx, row);
    });
    await held.reached;
    service.advance(121_000);
    const { table } = service.services.directory;
    const { get } = table;
    // The second has seen that the last row is not done; before it reads the block, the first goes on to its end.
    table.get = async (key, options) => {
      if (key.sk !== keys.jobBlock(job.orgId, job.id, 0).sk) return get(key, options);
      table.get = get;
      held.open();
      await slow;
      return get(key, options);
    };
    await run();
    expect(await readJob(service, job)).toMatchObject({ state: 'done', outcomes: { created: 20 } });
    expect(await resultsOf(service, job)).toHaveLength(20);
    expect((await people()).filter((email) => rows.includes(email))).toHaveLength(20);
    expect(await blocks()).toBe(0);
    await sound();
  });

  test('find one job for one of them', async () => {
    const job = await startRows(service, addresses(30));
    await Promise.all([run(), run()]);
    await run();
    expect(await readJob(service, job)).toMatchObject({ state: 'done', outcomes: { created: 30 } });
  });
});

describe('a cancelled job', () => {
  test('does no further step, and counts what the one under way still did', async () => {
    const rows = addresses(50);
    const job = await startRows(service, rows);
    const held = gate();
    const working = run(async (ctx, row) => {
      if (row.number === 25) held.reach();
      if (row.number >= 25) await held.opened;
      return createFromRow(ctx, row);
    });
    await held.reached;
    await cancelJob(clientContext(service), job.id);
    held.open();
    await working;
    await run();
    expect(await readJob(service, job)).toMatchObject({ state: 'cancelled', outcomes: { created: 40 } });
    expect(await resultsOf(service, job)).toHaveLength(40);
  });

  test('that nobody works on does nothing more', async () => {
    const job = await startRows(service, addresses(2));
    await cancelJob(clientContext(service), job.id);
    expect(await run(() => fail('not-found'))).toEqual({ steps: 1, ended: 0, failed: 0 });
    expect(await run()).toEqual({ steps: 0, ended: 0, failed: 0 });
    expect(await resultsOf(service, job)).toEqual([]);
  });
});

describe('what was sent of a job that has ended', () => {
  const firstTwenty: RowRun = (ctx, row) =>
    row.number <= 20 ? createFromRow(ctx, row) : Promise.reject(new Error('a bug'));

  test('goes in the next run when it was cancelled; what became of its rows stays', async () => {
    const job = await startRows(service, addresses(440));
    await run(firstTwenty);
    await cancelJob(clientContext(service), job.id);
    expect(await blocks()).toBe(21);
    const results = await resultsOf(service, job);
    expect(results).toHaveLength(20);
    expect(await run()).toEqual({ steps: 3, ended: 0, failed: 0 });
    expect(await blocks()).toBe(0);
    expect(await resultsOf(service, job)).toEqual(results);
    const { job: shown, rows } = await lookAt(service, await service.tokenFor(), job.id);
    expect(shown).toMatchObject({ state: 'cancelled', done: 20, outcomes: { created: 20 } });
    expect(rows).toEqual(results);
    const due = (await service.dump()).filter(({ k, lp }) => k === 'job' && lp !== undefined);
    expect(due).toEqual([]);
  });

  test('goes in the run in which it fails', async () => {
    const job = await startRows(service, addresses(45));
    await run(firstTwenty);
    const needed = rowsBy(createFromRow, 'no-such-permission' as 'users:read');
    service.advance(600_000);
    await runDueJobs(service.services, stepsOf(needed));
    expect(await readJob(service, job)).toMatchObject({ state: 'failed', failure: 'permission-missing' });
    expect(await blocks()).toBe(0);
    expect(await resultsOf(service, job)).toHaveLength(20);
  });

  test('goes though the worker is stopped at any of its calls', async () => {
    const cancelled = async () => {
      const job = await startRows(service, addresses(220));
      await cancelJob(clientContext(service), job.id);
      return job;
    };
    await cancelled();
    const calls = (await service.trace(() => run())).length;
    for (let nth = 1; nth <= calls; nth++) {
      for (const mode of ['fail-before', 'commit-then-fail'] as const) {
        const job = await cancelled();
        service.faults.add({ service: 'dynamodb', mode, nth, per: 'call' });
        await run().catch(() => undefined);
        service.faults.clear();
        service.advance(600_000);
        await run();
        const what = `${mode}, call ${nth} of ${calls}`;
        expect(await blocks(), what).toBe(0);
        const { state, blocks: left } = await readJob(service, job);
        expect([state, left], what).toEqual(['cancelled', undefined]);
      }
    }
  }, 60_000);

  test('and of one that never began goes after three days', async () => {
    const began = service.clock.now().getTime();
    await startRows(service, addresses(1));
    const [block] = (await service.dump()).filter(({ k }) => k === 'job-block');
    expect(Number(block?.ttl) - began / 1000).toBeGreaterThan(3 * 86_400 - 2);
    expect(Number(block?.ttl) - began / 1000).toBeLessThan(3 * 86_400 + 60);
  });
});

test('a small job of one org is done while two large ones of another are still under way', async () => {
  const large = await startRows(service, addresses(200));
  const larger = await startRows(service, addresses(200));
  service.advance(1000);
  const seed = await service.secondOrg();
  const small = await startRows(service, addresses(5), { seed });
  let stepsBefore: number | undefined;
  let steps = 0;
  const step = async (worker: Parameters<typeof doRows>[0], job: JobRecord) => {
    steps++;
    const after = await doRows(worker, job, createFromRow);
    if (job.id === small.id) stepsBefore = steps;
    return after;
  };
  // A slice of no length is one step: what another org waits for does not depend on the machine.
  await runDueJobs(service.services, stepsOf(step), { sliceMs: 0 });
  expect(stepsBefore).toBeLessThanOrEqual(2);
  expect(steps).toBe(21);
  for (const job of [large, larger]) expect(await readJob(service, job)).toMatchObject({ state: 'done' });
}, 60_000);

test('a refusal that a flow throws is the failure of its row, with what it names', async () => {
  const id = (await startRows(service, ['a', 'b'])).id;
  await run(async (_ctx, { number }) =>
    number === 1
      ? fail({ code: 'email-taken', deletedUserId: id })
      : fail({ code: 'input-invalid', issues: [{ pointer: '/email', message: 'is no address' }] }),
  );
  expect(await resultsOf(service, { orgId: service.seed.orgId, id })).toEqual([
    { row: 1, outcome: 'failed', code: 'email-taken', userId: id },
    { row: 2, outcome: 'failed', code: 'input-invalid', issues: [{ pointer: '/email', message: 'is no address' }] },
  ]);
});
