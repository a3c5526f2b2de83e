// Jobs as a test drives them: asked for, carried on by the worker until they end, looked at.
import type { Json, TestService } from './service.ts';
import { ok } from './world.ts';

export interface Ended {
  job: Json;
  rows: Json[];
}

/** The job and its rows as they stand. */
export async function lookAt(service: TestService, token: string, id: string): Promise<Ended> {
  const job = await ok(service.call('GET', `/v1/jobs/${id}`, { token }));
  const rows: Json[] = [];
  for (let query = '?limit=200'; query !== ''; ) {
    const page = await ok(service.call('GET', `/v1/jobs/${id}/rows${query}`, { token }));
    rows.push(...page.items);
    query = page.nextCursor ? `?limit=200&cursor=${page.nextCursor}` : '';
  }
  return { job, rows };
}

/** Lets the worker run. */
export const workOnce = (service: TestService) => service.handlers.work('worker', {});

/** Asks for a job and has it done. */
export async function runJob(service: TestService, token: string, path: string, body: Json): Promise<Ended> {
  const { id } = await ok(service.call('POST', path, { token, body }));
  await workOnce(service);
  return lookAt(service, token, id);
}

/**
 * Has a job done by a worker that is stopped at each of its calls in turn, before the call or after it. Resolves to the
 * number of stops.
 */
export async function workWithStops(service: TestService, id: string, most = 200): Promise<number> {
  const open = async () => {
    const job = (await service.dump()).find((item) => item.k === 'job' && item.id === id);
    return job?.st === 'waiting' || job?.st === 'running';
  };
  let stops = 0;
  for (let nth = 1; nth <= most && (await open()); nth++) {
    const mode = nth % 2 ? 'commit-then-fail' : 'fail-before';
    service.faults.add({ service: 'dynamodb', mode, nth, per: 'call' });
    await workOnce(service).catch(() => undefined);
    if (service.faults.list().some(({ struck }) => struck > 0)) stops++;
    service.faults.clear();
    // Past any lease and any wait between tries.
    service.advance(3_600_000);
  }
  for (let n = 0; n < 3 && (await open()); n++) {
    await workOnce(service);
    service.advance(3_600_000);
  }
  return stops;
}

/**
 * Has jobs of one kind done, each by a worker that is stopped once, before or after another of its calls to the table, and
 * then carries on. `start` makes a fresh job each time, `check` looks at what became of it.
 */
export async function stoppedAtEachCall(
  service: TestService,
  start: () => Promise<string>,
  check: (id: string, what: string) => Promise<void>,
): Promise<number> {
  const plain = await start();
  const calls = await service.trace(() => workOnce(service));
  await check(plain, 'plain');
  for (let nth = 1; nth <= calls.length; nth++) {
    for (const mode of ['fail-before', 'commit-then-fail'] as const) {
      const id = await start();
      service.faults.add({ service: 'dynamodb', mode, nth, per: 'call' });
      await workOnce(service).catch(() => undefined);
      service.faults.clear();
      // Past any lease and the first wait between tries.
      service.advance(150_000);
      await workOnce(service);
      await check(id, `${mode}, call ${nth} of ${calls.length}`);
    }
  }
  return calls.length;
}
