// An import of many rows, killed five times and begun again: rows a second, beside what the emulator does with the very
// same transactions from a bare client; and, by a scan of the whole table, how many rows are lost or there twice.
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestOf } from '../../infra/operate/export-file.ts';
import { importIdFor } from '../../infra/operate/import-file.ts';
import { unpackId } from '../../shared/model/ids.ts';
import { keys } from '../../shared/store/keys.ts';
import { compareRounds, csvOf, GOAL, ratioOf, withFolder } from '../bench/import.ts';
import { type TestService, testService } from '../support/service.ts';

const say = (text: string) => void process.stdout.write(`${text}\n`);

/** Runs both parts and prints them. True when nothing is lost or doubled and the goal is met. */
export function measureImport(rows: number, stops: number): Promise<boolean> {
  return withFolder(async (place) => {
    const service = await testService({ at: new Date() });
    const ratio = await besideBareClient(service, place);
    return (await interrupted(service, place, rows, stops)) && ratio >= GOAL;
  });
}

async function besideBareClient(service: TestService, place: string): Promise<number> {
  const rounds = await compareRounds(service, place);
  for (const { ours, bare } of rounds) {
    say(`${Math.round(ours)} rows/s, bare client ${Math.round(bare)} rows/s, ratio ${(ours / bare).toFixed(2)}`);
  }
  say(`ratio to the emulator's own rate: median ${ratioOf(rounds).toFixed(2)}, goal ${GOAL}\n`);
  return ratioOf(rounds);
}

/** The command itself, as a process that is killed and begun again. */
async function interrupted(service: TestService, place: string, rows: number, stops: number): Promise<boolean> {
  const file = join(place, 'people.csv');
  writeFileSync(file, csvOf(rows, 'p'));
  const done = await doneOf(service, file);
  // The emulator has all the room there is: no pace.
  const start = () => startImport(service, file, ['--rate', '1000000']);
  const began = performance.now();
  for (let stop = 1; stop <= stops; stop++) {
    const child = start();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    while ((await done()) < (rows * stop) / (stops + 1) && child.exitCode === null) await sleep(100);
    // Anywhere between two times that it tells how far it is.
    await sleep(Math.random() * 2000);
    child.kill('SIGKILL');
    await ended;
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    say(`killed at ${seconds} s, the table knows ${(await done()).toLocaleString('en')} rows`);
  }
  const last = start();
  const code = await new Promise((resolve) => last.once('exit', resolve));
  const seconds = (performance.now() - began) / 1000;
  const { people, twice, claims, entries } = scanned(service);
  const [lost, rate] = [rows - people, Math.round(rows / seconds)];
  say(`${rows.toLocaleString('en')} rows in ${seconds.toFixed(0)} s, all stops included: ${rate} rows/s; exit ${code}`);
  say(`lost ${lost}, twice ${twice}; claims ${claims}, entries ${entries}`);
  return code === 0 && lost === 0 && twice === 0 && claims === rows && entries === rows;
}

/** Tells how many rows of a file the table knows to be done. */
export async function doneOf({ seed, services }: TestService, file: string): Promise<() => Promise<number>> {
  const key = keys.import(seed.orgId, importIdFor(seed.orgId, await digestOf(file), { file, format: 'csv' }));
  return async () => Number((await services.directory.table.get(key))?.done ?? 0);
}

/** The operator's command over the table of a test service. */
export function startImport(service: TestService, file: string, more: readonly string[] = []): ChildProcess {
  const { endpoint, tableName } = service.table;
  const named = ['--table', tableName, '--org', service.seed.orgId, '--file', file];
  const command = ['infra/operate/import.ts', ...named, ...more];
  return spawn(process.execPath, command, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      AWS_REGION: 'local',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
  });
}

interface Found {
  people: number;
  /** Of one address, or with two entries of their making. */
  twice: number;
  /** Claims of addresses, and entries, that belong to one of the people each. */
  claims: number;
  entries: number;
}

/** Every item of the emulator's file: its own scan sorts the whole table for every page. */
export function scanned({ table }: TestService): Found {
  using db = new DatabaseSync(table.dbPath, { readOnly: true });
  const addresses = new Set<string>();
  const people = new Set<string>();
  const [claimed, told] = [[] as string[], [] as string[]];
  let twice = 0;
  for (const row of db.prepare(`SELECT item_json FROM "${table.tableName}"`).iterate()) {
    const { k, em, pk, u, user, type } = JSON.parse(String(row.item_json)) as Record<string, { S?: string }>;
    if (k?.S === 'user' && em?.S?.startsWith('p.')) {
      if (addresses.has(em.S)) twice++;
      addresses.add(em.S);
      people.add(unpackId(String(pk?.S).slice(-22)));
    }
    if (k?.S === 'claim' && pk?.S?.startsWith('E#')) claimed.push(String(u?.S));
    if (k?.S === 'audit' && type?.S === 'user-created') told.push(String(user?.S));
  }
  const ours = (ids: string[]) => ids.filter((id) => people.has(id));
  const [claims, entries] = [ours(claimed), ours(told)];
  twice += entries.length - new Set(entries).size;
  return { people: people.size, twice, claims: new Set(claims).size, entries: new Set(entries).size };
}
