// An import of many rows, killed five times and begun again: rows a second, beside what the emulator does with the very
// same transactions from a bare client; and, by a scan of the whole table, how many rows are lost or there twice.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { localContext } from '../../infra/local/local-context.ts';
import { digestOf } from '../../infra/operate/export-file.ts';
import { importFile, importIdFor } from '../../infra/operate/import-file.ts';
import { unpackId } from '../../shared/model/ids.ts';
import { keys } from '../../shared/store/keys.ts';
import { median } from '../bench/lines.ts';
import { type TestService, testService } from '../support/service.ts';
import { openTable } from '../support/table.ts';

const say = (text: string) => void process.stdout.write(`${text}\n`);
const GOAL = 0.7;
const [ROUNDS, ROUND_ROWS] = [7, 1000];

/** Runs both parts and prints them. True when nothing is lost or doubled and the goal is met. */
export async function measureImport(rows: number, stops: number): Promise<boolean> {
  const place = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rollcall-import-'));
  try {
    const service = await testService({ at: new Date() });
    const ratio = await besideBareClient(service, place);
    const sound = await interrupted(service, place, rows, stops);
    return sound && ratio >= GOAL;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function csvOf(rows: number, name: string): string {
  const lines = Array.from(
    { length: rows },
    (_, i) => `${name}.${i}@moved.test,Given${i},Family${i % 997},Engineer,${i % 2 ? 'Sales' : 'Support'}`,
  );
  return `email,profile.givenName,profile.familyName,profile.title,profile.department\n${lines.join('\n')}\n`;
}

/** Rounds of the import and of its own transactions sent again by a client that does nothing else, to a table of their own. */
async function besideBareClient(service: TestService, place: string): Promise<number> {
  const bare = await openTable();
  const marshallOptions = { removeUndefinedValues: true };
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(bare.dynamo), { marshallOptions });
  const ratios: number[] = [];
  const directory = { orgId: service.seed.orgId, context: () => localContext(service.services) };
  for (let round = 0; round < ROUNDS; round++) {
    const file = join(place, `round-${round}.csv`);
    writeFileSync(file, csvOf(ROUND_ROWS, `round${round}`));
    let ms = 0;
    const calls = await service.trace(async () => {
      const began = performance.now();
      await importFile(directory, { file, format: 'csv' });
      ms = performance.now() - began;
    });
    const sent = calls.filter(({ operation }) => operation === 'TransactWriteItems').map(({ input }) => input);
    const floor = await sentAgain(client, bare.tableName, sent);
    ratios.push(floor / ms);
    const [ours, theirs] = [ms, floor].map((took) => Math.round((ROUND_ROWS / took) * 1000));
    say(`round ${round + 1}: ${ours} rows/s, bare transactions ${theirs} rows/s, ratio ${(floor / ms).toFixed(2)}`);
  }
  client.destroy();
  say(`ratio to the emulator's own rate: median ${median(ratios).toFixed(2)}, goal ${GOAL}\n`);
  return median(ratios);
}

/** Milliseconds that these transactions take, two at a time. */
async function sentAgain(
  client: DynamoDBDocumentClient,
  TableName: string,
  inputs: Record<string, unknown>[],
): Promise<number> {
  const commands = inputs.map(({ TransactItems }) => {
    const parts = (TransactItems as Record<string, object>[]).map((entry) =>
      Object.fromEntries(Object.entries(entry).map(([kind, part]) => [kind, { ...part, TableName }])),
    );
    return new TransactWriteCommand({ TransactItems: parts });
  });
  const began = performance.now();
  const next = async () => {
    for (let command = commands.shift(); command; command = commands.shift()) await client.send(command);
  };
  await Promise.all([next(), next()]);
  return performance.now() - began;
}

/** The command itself, as a process that is killed and begun again. */
async function interrupted(service: TestService, place: string, rows: number, stops: number): Promise<boolean> {
  const file = join(place, 'people.csv');
  writeFileSync(file, csvOf(rows, 'p'));
  const { orgId } = service.seed;
  const id = importIdFor(orgId, await digestOf(file), { file, format: 'csv' });
  const { table } = service.services.directory;
  const done = async () => Number((await table.get(keys.import(orgId, id)))?.done ?? 0);
  const began = performance.now();
  for (let stop = 1; stop <= stops; stop++) {
    const child = start(service, file);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    while ((await done()) < (rows * stop) / (stops + 1) && child.exitCode === null) await sleep(100);
    // Anywhere between two times that it tells how far it is.
    await sleep(Math.random() * 2000);
    child.kill('SIGKILL');
    await ended;
    say(
      `killed at ${((performance.now() - began) / 1000).toFixed(0)} s, the table knows ${(await done()).toLocaleString('en')} rows`,
    );
  }
  const last = start(service, file);
  const code = await new Promise((resolve) => last.once('exit', resolve));
  const seconds = (performance.now() - began) / 1000;
  const found = await scanned(service);
  const lost = rows - found.people.size;
  const twice = found.twice;
  say(
    `${rows.toLocaleString('en')} rows in ${seconds.toFixed(0)} s, all stops included: ${Math.round(rows / seconds)} rows/s; exit ${code}`,
  );
  say(`lost ${lost}, twice ${twice}; claims ${found.claims}, entries ${found.entries.size} of ${found.events}`);
  const sound = found.claims === rows && found.entries.size === rows && found.events === rows;
  return code === 0 && lost === 0 && twice === 0 && sound;
}

function start(service: TestService, file: string): ChildProcess {
  const { endpoint, tableName } = service.table;
  const command = ['infra/operate/import.ts', '--table', tableName, '--org', service.seed.orgId, '--file', file];
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
  people: Set<string>;
  twice: number;
  /** Claims that name one of the people; their entries, each once. */
  claims: number;
  entries: Set<string>;
  events: number;
}

/** Every item of the table, kept as little of as counting needs. Rounds before are told apart by their addresses. */
async function scanned({ table }: TestService): Promise<Found> {
  const client = new DynamoDBClient(table.dynamo);
  const found: Found = { people: new Set(), twice: 0, claims: 0, entries: new Set(), events: 0 };
  const ids = new Set<string>();
  const items = async (take: (item: Record<string, { S?: string }>) => void) => {
    let ExclusiveStartKey: Record<string, never> | undefined;
    do {
      const input = {
        TableName: table.tableName,
        ConsistentRead: true,
        ...(ExclusiveStartKey && { ExclusiveStartKey }),
      };
      const page = await client.send(new ScanCommand(input));
      for (const item of page.Items ?? []) take(item as Record<string, { S?: string }>);
      ExclusiveStartKey = page.LastEvaluatedKey as typeof ExclusiveStartKey;
    } while (ExclusiveStartKey);
  };
  await items(({ k, em, pk }) => {
    if (k?.S !== 'user' || !em?.S?.startsWith('p.')) return;
    if (found.people.has(em.S)) found.twice++;
    found.people.add(em.S);
    ids.add((pk?.S ?? '').slice(-22));
  });
  const people = new Set([...ids].map((packed) => unpackId(packed)));
  await items(({ k, pk, u, user, type }) => {
    if (k?.S === 'claim' && pk?.S?.startsWith('E#') && people.has(u?.S ?? '')) found.claims++;
    if (k?.S !== 'audit' || type?.S !== 'user-created' || !people.has(user?.S ?? '')) return;
    found.events++;
    found.entries.add(user?.S ?? '');
  });
  client.destroy();
  return found;
}
