// The whole service in one process, without the network: real flows over a real table, a clock to turn, a mailbox to
// read, faults to inject. Requests go through the same routes and events as the gateway's.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { StreamSurface } from '../../functions/surfaces/shape.ts';
import { workerSurfaces } from '../../functions/surfaces/workers.ts';
import { type LocalClock, localClock } from '../../infra/local/clock.ts';
import { localAws } from '../../infra/local/emulators.ts';
import { messageReply, readTarget, toEvent, toReply } from '../../infra/local/event.ts';
import { type Faults, newFaults } from '../../infra/local/faults.ts';
import { type Handlers, newHandlers } from '../../infra/local/handlers.ts';
import { randomRings } from '../../infra/local/key-rings.ts';
import { localContext } from '../../infra/local/local-context.ts';
import type { Observed } from '../../infra/local/observed.ts';
import { gatewayRouter } from '../../infra/local/routes.ts';
import { matchesFilter } from '../../infra/local/stream-record.ts';
import { pollStream, type StreamPoller } from '../../infra/local/streams.ts';
import type { Config } from '../../shared/config.ts';
import { type Bootstrapped, bootstrap } from '../../shared/directory/bootstrap.ts';
import type { LogLine } from '../../shared/log.ts';
import { createServices, type Services } from '../../shared/services.ts';
import type { Item } from '../../shared/store/table.ts';
import { type Mailbox, newMailbox, type SentLetter } from './mailbox.ts';
import { type OpenTable, openTable } from './table.ts';

export interface CallOptions {
  /** An object goes as JSON, a string or bytes as they are. */
  body?: unknown;
  form?: Record<string, string>;
  token?: string;
  headers?: Record<string, string>;
  sourceIp?: string;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** The body parsed; throws when it is no JSON. */
  readonly json: Json;
}

/** An answer's JSON, to be looked into freely: tests assert what they read. */
// biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is the test's own claim
export type Json = any;

export type Seed = Bootstrapped & { adminEmail: string; adminPassword: string };

export interface TestService {
  services: Services;
  config: Config;
  table: OpenTable;
  clock: LocalClock;
  faults: Faults;
  mailbox: Mailbox;
  handlers: Handlers;
  /** Lines of the log, oldest first. */
  log: LogLine[];
  /** The first org, its owner, its client and the platform client. */
  seed: Seed;
  /** `path` with its query. Without `sourceIp` the caller is 203.0.113.7. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Sends every letter that waits, also those the stream would have sent first. Resolves to the letters sent now. */
  deliver(): Promise<SentLetter[]>;
  letters(to?: string): Promise<SentLetter[]>;
  /** A machine client's access token; the seeded client's unless told. */
  tokenFor(clientId?: string, clientSecret?: string): Promise<string>;
  platformToken(): Promise<string>;
  /** The answer's JSON of a sign-in; the seeded owner's unless told. */
  signIn(email?: string, password?: string): Promise<Json>;
  /** Another org like the first: an owner, a client. */
  secondOrg(): Promise<Seed>;
  advance(ms: number): void;
  /** Hands everything committed so far to the projector, as the stream would. */
  project(): Promise<void>;
  /** The table and SES calls that happen while the function runs. */
  trace(run: () => Promise<unknown>): Promise<Observed[]>;
  /** Every item of the table. */
  dump(): Promise<Item[]>;
}

export interface TestServiceOptions {
  /** The clock moves only when it is put forward: for what depends on seconds, on a machine of any speed. */
  still?: boolean;
  /** Where the clock starts, a fixed morning unless told; it ticks from there. */
  at?: Date;
  config?: Partial<Config>;
  /** Leaves the table empty: `seed` then throws when it is read. */
  empty?: boolean;
  /** Keeps the table on the disk, for more people than memory holds. */
  onDisk?: boolean;
  /** Puts something between the service and the table's endpoint, and says where it listens. */
  through?: (endpoint: string) => Promise<string>;
}

const BASE_URL = 'http://rollcall.test';
const PASSWORD = 'correct horse battery staple';

/** Mid-morning of a day: no test runs over the end of an hour or a day, where counters begin anew, unless it means to. */
const MORNING = new Date('2026-11-23T09:10:00.000Z');

export async function testService({
  at = MORNING,
  still,
  config: changed,
  empty,
  onDisk = false,
  through,
}: TestServiceOptions = {}): Promise<TestService> {
  const opened = await openTable({ onDisk });
  const table = through ? behind(opened, await through(opened.endpoint)) : opened;
  const started = Date.now();
  const clock = localClock(() => at.getTime() + (still ? 0 : Date.now() - started));
  const faults = newFaults();
  const mailbox = newMailbox(changed?.baseUrl ?? BASE_URL);
  const log: LogLine[] = [];
  const config: Config = {
    stage: 'test',
    tableName: table.tableName,
    baseUrl: BASE_URL,
    mailFrom: 'no-reply@rollcall.test',
    mailRatePerSecond: 1000,
    // The emulator has all the room there is.
    firstWritesPerSecond: 10_000,
    limitScale: 1,
    rings: randomRings(),
    ...changed,
  };
  const wired = await createServices(config, {
    clock: clock.now,
    log: (line) => void log.push(line),
    dynamo: table.dynamo,
    dynamoHook: (client) => faults.install(client, 'dynamodb'),
  });
  const services: Services = { ...wired, sendLetter: mailbox.send };
  const handlers = newHandlers(services);
  const call = newCaller(handlers, clock);
  const seed = empty ? undefined : await seedOrg(services, 'Example', 'owner@rollcall.test');
  const read = (): Seed => {
    if (!seed) throw new Error('this service was opened with an empty table');
    return seed;
  };
  const tokenFor = (clientId = read().clientId as string, clientSecret = read().clientSecret) =>
    clientToken(call, clientId, clientSecret);
  return {
    ...{ services, config, table, clock, faults, mailbox, handlers, log, call, tokenFor },
    get seed() {
      return read();
    },
    deliver: () => deliver(handlers, mailbox),
    letters: mailbox.letters,
    platformToken: () => clientToken(call, read().platformClientId, read().platformClientSecret),
    async signIn(email = read().adminEmail, password = read().adminPassword) {
      return expectStatus(await call('POST', '/v1/sessions', { body: { email, password } }), 200);
    },
    secondOrg: () => seedOrg(services, 'Other', 'owner@other.test'),
    advance: clock.advance,
    project: projector(table, handlers),
    trace: (run) => trace(faults, run),
    dump: () => dump(table),
  };
}

const behind = (table: OpenTable, endpoint: string): OpenTable => ({ ...table, endpoint, dynamo: localAws(endpoint) });

async function seedOrg(services: Services, orgName: string, adminEmail: string): Promise<Seed> {
  const admin = { adminEmail, adminPassword: PASSWORD };
  return { ...(await bootstrap(localContext(services), { orgName, ...admin })), ...admin };
}

function newCaller(handlers: Handlers, clock: LocalClock): TestService['call'] {
  const route = gatewayRouter();
  return async (method, path, options = {}) => {
    const target = readTarget(path);
    if (!target) return toAnswer(messageReply(400, 'Bad Request'));
    const routed = route(method, target.path);
    if (!routed) return toAnswer(messageReply(404, 'Not Found'));
    const { body, type } = bodyOf(options);
    const headers = {
      host: new URL(BASE_URL).host,
      ...(type && { 'content-type': type }),
      ...(options.token && { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    };
    const sourceIp = options.sourceIp ?? '203.0.113.7';
    const request = { method, ...target, headers: Object.entries(headers), body, sourceIp };
    const handler = await handlers.http(routed.surface.name);
    return toAnswer(toReply(await handler(toEvent(request, routed, clock.now()))));
  };
}

function bodyOf({ body, form }: CallOptions): { body: Buffer; type?: string } {
  if (form) {
    const text = new URLSearchParams(form).toString();
    return { body: Buffer.from(text), type: 'application/x-www-form-urlencoded' };
  }
  if (body === undefined) return { body: Buffer.alloc(0) };
  if (typeof body === 'string' || Buffer.isBuffer(body)) return { body: Buffer.from(body), type: 'application/json' };
  return { body: Buffer.from(JSON.stringify(body)), type: 'application/json' };
}

function toAnswer({ status, headers, body }: ReturnType<typeof toReply>): Answer {
  const text = body.toString('utf8');
  return {
    status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    body: text,
    get json() {
      return JSON.parse(text);
    },
  };
}

async function clientToken(call: TestService['call'], clientId: string, clientSecret: string): Promise<string> {
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  const form = { grant_type: 'client_credentials' };
  const answer = await call('POST', '/oauth/token', { form, headers: { authorization } });
  return expectStatus(answer, 200).access_token;
}

function expectStatus(answer: Answer, status: number): Json {
  if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}: ${answer.body}`);
  return answer.json;
}

/** Runs the sweeper until it sends nothing more. */
async function deliver(handlers: Handlers, mailbox: Mailbox): Promise<SentLetter[]> {
  const before = mailbox.sent.length;
  for (let seen = -1; seen !== mailbox.sent.length; ) {
    seen = mailbox.sent.length;
    await handlers.work('sweeper', { all: true });
  }
  return (await mailbox.letters()).slice(before);
}

/** The stream of the table, read from its beginning when it is first asked for. */
function projector({ dynamo, tableName }: OpenTable, handlers: Handlers): () => Promise<void> {
  const { reads } = workerSurfaces.find((surface) => surface.name === 'projector') as StreamSurface;
  let poller: StreamPoller | undefined;
  return () => {
    poller ??= pollStream({
      client: dynamo,
      tableName,
      filter: matchesFilter(reads),
      idleMs: 10_000,
      worker: (event) => handlers.work('projector', event),
      deadLetter: (_records, error) => {
        throw error;
      },
      onFault: (error) => {
        throw error;
      },
    });
    return poller.drained();
  };
}

async function trace(faults: Faults, run: () => Promise<unknown>): Promise<Observed[]> {
  const calls: Observed[] = [];
  const stop = faults.onCall((call) => calls.push(call));
  try {
    await run();
  } finally {
    stop();
  }
  return calls;
}

async function dump({ dynamo, tableName }: OpenTable): Promise<Item[]> {
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient(dynamo));
  const items: Item[] = [];
  for (let from: Record<string, unknown> | undefined, more = true; more; more = from !== undefined) {
    const page = await documents.send(
      new ScanCommand({ TableName: tableName, ExclusiveStartKey: from, ConsistentRead: true }),
    );
    items.push(...((page.Items ?? []) as Item[]));
    from = page.LastEvaluatedKey;
  }
  documents.destroy();
  // Entries lie in partitions that chance picks: in the order of time they are the same in every run.
  const entries = items.filter(({ k }) => k === 'audit').sort((a, b) => (a.sk < b.sk ? -1 : 1));
  return [...items.filter(({ k }) => k !== 'audit'), ...entries];
}
