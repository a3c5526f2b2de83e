// The deployed bytes beside the floor's: sizes, cold start to the first answered read, memory under load. Each start is
// a process of its own, as a Lambda instance is; service and floor take turns.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { surfaces } from '../../functions/surfaces.ts';
import { bundle } from '../../infra/bundle.ts';
import { partitions } from '../../shared/store/keys.ts';
import { heldBy, type Line, line, median, reported } from './lines.ts';
import { type Event, type Stage, unique } from './stage.ts';

const root = resolve(import.meta.dirname, '../..');
const COLD_ROUNDS = 7;
const LOAD_ROUNDS = 7;
const LARGEST_OURS = 80;
/** The same for a surface that speaks another system's language. */
const LARGEST_LANGUAGE = 140;

/** Runs the events of a file through a handler one by one and says, on standard error, how that went. */
const CHILD = `
const { handler } = require(process.argv[1]);
const events = JSON.parse(require('node:fs').readFileSync(process.argv[2], 'utf8'));
(async () => {
  let bad = 0;
  let first;
  for (const event of events) {
    if ((await handler(event)).statusCode >= 300) bad++;
    first ??= performance.now();
  }
  process.stderr.write(JSON.stringify({ first, bad, rss: process.resourceUsage().maxRSS / 1024 }));
  process.exit(0);
})();`;

interface Ran {
  /** Milliseconds from the start of the process to its first answer. */
  first: number;
  bad: number;
  /** Most memory in MB. */
  rss: number;
}

type Output = { bytes: number; inputs: Record<string, { bytesInOutput: number }> };

export async function compareBundles(stage: Stage): Promise<Line[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  const secrets = createServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify({ SecretString: ringOf(stage) }));
  });
  await new Promise<void>((done) => secrets.listen(0, '127.0.0.1', done));
  try {
    const built = join(folder, 'built');
    await bundle({ outDir: built });
    await bundleFloor(join(folder, 'floor.js'));
    const env = environment(stage, `http://127.0.0.1:${(secrets.address() as AddressInfo).port}`);
    const start = (path: string, events: readonly Event[]) => runChild(path, events, folder, env);
    const ours = join(built, 'users', 'index.js');
    const floor = join(folder, 'floor.js');
    return [
      ...sizes(built),
      ...(await coldStarts(stage, start, ours, floor)),
      ...(await memory(stage, start, ours, floor)),
    ];
  } finally {
    secrets.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const ringOf = ({ service }: Stage): string => {
  const source = service.config.rings.cursors;
  return source && 'json' in source ? source.json : '';
};

function environment({ service, keyPair, orgId }: Stage, secretsUrl: string): Record<string, string> {
  const { table, config } = service;
  return {
    AWS_REGION: 'local',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsUrl,
    STAGE: 'bench',
    TABLE_NAME: table.tableName,
    BASE_URL: config.baseUrl,
    KEYS_CURSORS_ARN: 'cursors',
    LISTED: partitions.users(orgId),
    PUBLIC_KEY: JSON.stringify(keyPair.publicKey),
    PRIVATE_KEY: JSON.stringify(keyPair.privateKey),
  };
}

/** With the options of infra/bundle.ts. */
async function bundleFloor(outfile: string): Promise<void> {
  const entryPoints = [join(import.meta.dirname, 'floor', 'lambda.ts')];
  const shape = { bundle: true, minify: true, format: 'cjs', platform: 'node', target: 'node24' } as const;
  await build({ absWorkingDir: root, entryPoints, outfile, ...shape, mainFields: ['module', 'main'] });
}

const KB = 1024;
const isSdk = (input: string) => /node_modules\/(@aws-sdk|@smithy|@aws-crypto|@aws\/lambda)/.test(input);

/** Per function: everything, the SDK's part, and the rest, which is ours and our other libraries'. */
function sizes(built: string): Line[] {
  const meta = JSON.parse(readFileSync(join(built, 'meta.json'), 'utf8')) as { outputs: Record<string, Output> };
  return surfaces.map((surface) => {
    const { name } = surface;
    const largest = surface.kind === 'http' && surface.dialect ? LARGEST_LANGUAGE : LARGEST_OURS;
    const [, output] = Object.entries(meta.outputs).find(([path]) => path.endsWith(`/${name}/index.js`)) ?? [];
    const inputs = Object.entries(output?.inputs ?? {});
    const sdk = inputs.filter(([path]) => isSdk(path)).reduce((sum, [, part]) => sum + part.bytesInOutput, 0) / KB;
    const total = (output?.bytes ?? 0) / KB;
    const rest = total - sdk;
    const figure = `${total.toFixed(0)} KB: SDK ${sdk.toFixed(0)}, rest ${rest.toFixed(0)}`;
    return line(5, `bundle of ${name}`, figure, `rest ≤ ${largest} KB`, rest <= largest);
  });
}

type Start = (path: string, events: readonly Event[]) => Promise<Ran>;

async function coldStarts(stage: Stage, start: Start, ours: string, floor: string): Promise<Line[]> {
  const [someone] = await stage.populate(1, { name: 'cold' });
  if (!someone) throw new Error('nobody was written');
  await stage.populateFloor([someone]);
  const { event } = stage.prepare('GET', `/v1/users/${someone.id}`, { token: stage.token });
  const times: { ours: number; floor: number }[] = [];
  for (let round = -1; round < COLD_ROUNDS; round++) {
    const order = round % 2 === 0 ? [ours, floor] : [floor, ours];
    const found: Record<string, number> = {};
    for (const path of order) found[path] = checked(await start(path, [event])).first;
    if (round >= 0) times.push({ ours: found[ours] ?? 0, floor: found[floor] ?? 0 });
  }
  const ratios = times.map((t) => t.ours / t.floor);
  const [a, b] = [median(times.map((t) => t.ours)), median(times.map((t) => t.floor))];
  const figure = `${median(ratios).toFixed(2)} (${a.toFixed(0)} / ${b.toFixed(0)} ms)`;
  return [line(5, 'cold start to the first read ÷ floor', figure, '≤ 1.2', heldBy(ratios, 1.2))];
}

async function memory(stage: Stage, start: Start, ours: string, floor: string): Promise<Line[]> {
  const people = await stage.populate(50, { name: 'loaded' });
  await stage.populateFloor(people);
  const { prepare, token } = stage;
  const load = () => [
    ...people.flatMap(({ id }) => Array.from({ length: 2 }, () => prepare('GET', `/v1/users/${id}`, { token }).event)),
    ...Array.from({ length: 20 }, () => {
      const body = { email: `${unique()}@new.test`, profile: { givenName: 'Ngozi', familyName: 'Okafor' } };
      return prepare('POST', '/v1/users', { token, body }).event;
    }),
  ];
  const sizes: { ours: number; floor: number }[] = [];
  for (let round = 0; round < LOAD_ROUNDS; round++) {
    const found: Record<string, number> = {};
    for (const path of round % 2 ? [ours, floor] : [floor, ours]) found[path] = checked(await start(path, load())).rss;
    sizes.push({ ours: found[ours] ?? 0, floor: found[floor] ?? 0 });
  }
  const ratios = sizes.map((size) => size.ours / size.floor);
  const [a, b] = [median(sizes.map((size) => size.ours)), median(sizes.map((size) => size.floor))];
  const figure = `${median(ratios).toFixed(2)} (${a.toFixed(0)} / ${b.toFixed(0)} MB)`;
  const tight = surfaces.filter(({ memoryMb }) => memoryMb > 512).map(({ name }) => name);
  return [
    line(6, 'memory of users under load ÷ floor', figure, '≤ 1.2', heldBy(ratios, 1.2)),
    line(6, 'memory of users under load', `${a.toFixed(0)} MB`, '≤ 512 MB', a <= 512),
    reported(6, 'functions given more than 512 MB', `${tight.join(', ')}: for the CPU that comes with it`),
  ];
}

function checked(ran: Ran): Ran {
  if (ran.bad > 0) throw new Error(`${ran.bad} answers were refusals`);
  return ran;
}

let files = 0;

async function runChild(
  path: string,
  events: readonly Event[],
  folder: string,
  env: Record<string, string>,
): Promise<Ran> {
  const file = join(folder, `events-${files++}.json`);
  writeFileSync(file, JSON.stringify(events));
  // As Lambda does for 512 MB.
  const args = ['--max-old-space-size=460', '-e', CHILD, path, file];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  await new Promise((done) => child.once('close', done));
  try {
    return JSON.parse(said) as Ran;
  } catch {
    throw new Error(`the bundle did not run: ${said}`);
  }
}
