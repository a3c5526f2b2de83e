// The job of an erasure, stopped before and after each of its calls to the table, and carried on as the worker would: one
// receipt, the same as without a stop, and nothing left of the person. (Of a read it is the same whether the call or its
// answer is lost.)
import { expect, test } from 'vitest';
import type { FaultRule } from '../../infra/local/faults.ts';
import type { Observed } from '../../infra/local/observed.ts';
import { keys } from '../../shared/store/keys.ts';
import type { Item } from '../../shared/store/table.ts';
import { auditedTypes } from '../support/guests.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { anotherOrg } from '../support/invited.ts';
import { found, type Rich, richPerson } from '../support/rich-person.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { resetTable } from '../support/snapshot.ts';
import { newWorld, ok } from '../support/world.ts';

const HOUR = 3_600_000;
const TIMEOUT_MS = 600_000;

/** Somebody with traces everywhere, deleted, their erase asked for and due. */
async function prepared(service: TestService): Promise<{ person: Rich; id: string }> {
  const world = await newWorld(service);
  const second = await newWorld(service, await service.secondOrg());
  const { client, id: orgId } = await anotherOrg(service, 'Third');
  const third = { ...second, client, seed: { ...second.seed, orgId: orgId as typeof second.seed.orgId } };
  const by = (method: string, path: string, body?: Json) =>
    ok(service.call(method, path, { token: world.client, ...(body && { body }) }));
  await by('PATCH', `/v1/orgs/${world.seed.orgId}`, { settings: { eraseGraceSeconds: 0 } });
  const person = await richPerson(world, second, third);
  await service.project();
  await by('DELETE', `/v1/users/${person.id}`);
  await service.project();
  const { id } = await by('POST', `/v1/users/${person.id}/erase`);
  return { person, id };
}

const MOST_RUNS = 6;

/** The worker as its schedule calls it, past every wait between tries, until the receipt is there. */
async function carryOn(service: TestService, id: string): Promise<void> {
  const { table } = service.services.directory;
  for (let run = 0; run < MOST_RUNS; run++) {
    await service.handlers.work('worker', {}).catch(() => undefined);
    service.faults.clear();
    service.advance(HOUR);
    if ((await table.get(keys.erasure(service.seed.orgId, id)))?.st === 'done') return;
  }
}

/** Entries of one moment come in any order. */
const typesOf = (items: readonly Item[], id: string) => auditedTypes(items, id).map(String).sort();

const READS = new Set(['GetItem', 'BatchGetItem', 'Query']);
const modesOf = (call: Observed | undefined): FaultRule['mode'][] =>
  READS.has(call?.operation ?? '') ? ['fail-before'] : ['fail-before', 'commit-then-fail'];

const receiptOf = (items: readonly Item[], id: string) => items.find((item) => item.k === 'erasure' && item.id === id);
const counts = (receipt: Item | undefined) =>
  Object.entries(receipt ?? {})
    .filter(([name]) => name.startsWith('count_'))
    .sort();

test(
  'an erasure that is stopped anywhere ends as one that is not',
  async () => {
    const service = await testService();
    const { person, id } = await prepared(service);
    const start = await service.dump();
    const calls = await service.trace(() => carryOn(service, id));
    const plain = await service.dump();
    expect(receiptOf(plain, id)?.st).toBe('done');
    expect(found(plain, person.traces)).toEqual([]);
    let points = 0;
    for (let nth = 1; nth <= calls.length; nth++) {
      for (const mode of modesOf(calls[nth - 1])) {
        const what = `${mode}, call ${nth} of ${calls.length}: ${calls[nth - 1]?.operation}`;
        service.clock.reset();
        await resetTable(service, start);
        service.faults.add({ service: 'dynamodb', mode, nth, per: 'call' });
        await carryOn(service, id);
        const items = await service.dump();
        expect(receiptOf(items, id)?.st, what).toBe('done');
        expect(counts(receiptOf(items, id)), what).toEqual(counts(receiptOf(plain, id)));
        expect(typesOf(items, person.id), what).toEqual(typesOf(plain, person.id));
        expect(found(items, person.traces), what).toEqual([]);
        expect(brokenInvariants(items, service.clock.now()), what).toEqual([]);
        points++;
      }
    }
    console.log(`stops of an erasure: ${calls.length} calls, ${points} points`);
    expect(points).toBeGreaterThan(100);
  },
  TIMEOUT_MS,
);
