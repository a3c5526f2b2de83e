// An import through the API at its full size, whose worker is killed again and again: in the middle of its rows, at places
// that chance picks from a seed, and once between two steps. Then a scan of the whole table, and every row's own result.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { LEASE_SECONDS } from '../../shared/directory/jobs/jobs.ts';
import { readJobItem } from '../../shared/store/job-items.ts';
import { keys } from '../../shared/store/keys.ts';
import { csvOf } from '../bench/import.ts';
import { machine } from '../bench/report.ts';
import { rowsOf } from '../support/imports.ts';
import { type TestService, testService } from '../support/service.ts';
import { scanned } from './import.ts';
import type { Stop, Told } from './import-worker.ts';
import { writePart } from './report.ts';

const say = (text: string) => void process.stdout.write(`${text}\n`);
const count = (n: number) => n.toLocaleString('en');

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** In each part of the rows once; the middle one between two steps. */
function stopsOf(rows: number, stops: number, seed: number): Stop[] {
  const random = randomOf(seed);
  const each = rows / (stops + 1);
  return Array.from({ length: stops }, (_, i): Stop => {
    const within = each * (0.5 + random() / 2);
    if (i === Math.floor(stops / 2)) return { steps: Math.max(1, Math.floor(within / 20)) };
    return { commits: Math.max(1, Math.floor(within)), calls: Math.floor(random() * 20) };
  });
}

/** Prints what came of it, and writes it down. True when nothing is lost, doubled or left. */
export async function measureApiImport(rows: number, stops: number, seed: number): Promise<boolean> {
  const service = await testService({ at: new Date() });
  const token = await service.tokenFor();
  const sentAt = performance.now();
  const headers = { 'content-type': 'text/csv' };
  const answer = await service.call('POST', '/v1/imports', { token, body: csvOf(rows, 'p'), headers });
  if (answer.status !== 202) throw new Error(answer.body);
  const { id } = answer.json;
  const accepted = (performance.now() - sentAt) / 1000;
  say(`${count(rows)} rows sent, accepted in ${accepted.toFixed(1)} s`);

  const { table } = service.services.directory;
  const jobOf = async () => {
    const item = await table.get(keys.job(service.seed.orgId, id));
    if (!item) throw new Error('the job is gone');
    return readJobItem(item);
  };
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  let killed = 0;
  for (const stop of [...stopsOf(rows, stops, seed), undefined]) {
    const signal = await runWorker(service, { aheadMs: killed * (LEASE_SECONDS + 1) * 1000, ...(stop && { stop }) });
    if (!stop) break;
    if (signal !== 'SIGKILL') throw new Error('the worker was not killed');
    killed++;
    say(
      `killed at ${seconds().toFixed(0)} s (${JSON.stringify(stop)}), the job knows ${count(Number((await jobOf()).position ?? 0))} rows`,
    );
  }
  const took = seconds();
  const { state, outcomes } = await jobOf();
  const results = await rowsOf(service, id, await service.tokenFor());
  const numbered = results.every(({ row, outcome }, i) => row === i + 1 && outcome === 'created');
  const ids = new Set(results.map(({ userId }) => userId)).size;
  const { people, twice, claims, entries } = scanned(service);
  const blocks = (await table.query({ pk: keys.jobBlock(service.seed.orgId, id, 0).pk, strong: true })).items.length;
  const rate = Math.round(rows / took);
  const lost = rows - people;
  const right = state === 'done' && outcomes?.created === rows && numbered && results.length === rows && ids === rows;
  const figures = [
    `${count(rows)} rows in ${took.toFixed(0)} s, ${killed} kills and as many starts included: ${rate} rows/s.`,
    `Lost ${lost}, twice ${twice}; claims ${count(claims)}, entries ${count(entries)}, results ${count(ids)}, blocks left ${blocks}.`,
  ];
  for (const line of figures) say(line);
  const sound = right && lost === 0 && twice === 0 && blocks === 0 && claims === rows && entries === rows;
  if (sound) {
    const how = `npm run scale -- api-import --rows ${rows} --stops ${stops} --seed ${seed}`;
    writePart('An import through the API', [
      `Written by \`${how}\`.`,
      'The rows are sent in one request. The worker is a process that is killed (SIGKILL) in the middle of four rows at a',
      'time, at places that chance picks from the seed, and once between two steps; it is begun again with its clock past',
      'the lease. Counted by a scan of every item of the table, and by the result of every row.',
      '',
      `${machine()}.`,
      '',
      ...figures,
      `The request itself took ${accepted.toFixed(1)} s.`,
    ]);
  }
  return sound;
}

function runWorker(
  { config, table: { endpoint } }: TestService,
  told: Omit<Told, 'config' | 'endpoint'>,
): Promise<NodeJS.Signals | null> {
  const given: Told = { config, endpoint, ...told };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'import-worker.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, IMPORT_WORKER: JSON.stringify(given) },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => (code ? reject(new Error(`the worker ended with ${code}`)) : resolve(signal)));
  });
}
