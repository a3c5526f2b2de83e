// The whole service on one machine: emulators, table, seed, handlers, stream, sweeper, gateway. Used by the start
// command and by tests of whole journeys; several may run in one process, each on data and ports of its own.
import { createWriteStream } from 'node:fs';
import type { Config } from '../../shared/config.ts';
import { describeError, type Log } from '../../shared/log.ts';
import { createSender } from '../../shared/mail/ses.ts';
import { createServices, type Services } from '../../shared/services.ts';
import { startBackground } from './background.ts';
import { type LocalClock, localClock } from './clock.ts';
import { type DataFolder, keptRings, openDataFolder } from './data-folder.ts';
import { localAws, startInbox } from './emulators.ts';
import { type Faults, type FaultyClient, newFaults } from './faults.ts';
import { openGateway } from './gateway.ts';
import { newHandlers } from './handlers.ts';
import { openDynamo } from './local-dynamo.ts';
import { takePort } from './ports.ts';
import { type Credentials, seedOnce } from './seed.ts';
import { newSentLetters } from './sent-letters.ts';
import { newSwitches } from './switches.ts';

export interface LocalOptions {
  dataDir: string;
  /** 0 takes a free one, here and below. */
  port: number;
  inboxPort: number;
  dynamoPort: number;
  /** Another DynamoDB endpoint instead of the embedded emulator. */
  dynamoEndpoint?: string;
  /** The table lies in a temporary folder and is gone at the end. */
  memory?: boolean;
  fresh?: boolean;
  /** Instead of the log file in the data folder. */
  log?: Log;
}

export interface LocalService {
  baseUrl: string;
  inboxUrl: string;
  credentials: Credentials;
  credentialsFile: string;
  /** Where the table's files lie. */
  tableFolder: string;
  services: Services;
  clock: LocalClock;
  faults: Faults;
  /** Waits until every letter committed so far has been handed to the mailer. */
  settle(): Promise<void>;
  /** Resolves to what ended by itself and should not have. */
  broken: Promise<string>;
  stop(): Promise<void>;
}

/** Opens what is closed again in the opposite order, also when a later part does not open. */
type Closers = (() => unknown)[];

/** Starts everything; the API's port opens last. Fails with a `trouble` that a person can act on. */
export async function startLocal(options: LocalOptions): Promise<LocalService> {
  const closers: Closers = [];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    return await open(options, closers, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function open(options: LocalOptions, closers: Closers, stop: () => Promise<void>): Promise<LocalService> {
  const folder = openDataFolder(options.dataDir, options);
  closers.push(folder.lock.release);
  const wantedPort = takePort(options.port, 'PORT');
  const [port, inboxPort] = await Promise.all([wantedPort, takePort(options.inboxPort, 'INBOX_PORT')]);
  const baseUrl = `http://127.0.0.1:${port}`;
  const log = options.log ?? fileLog(folder.log, closers);
  const onFault = (message: string, error: unknown) => log({ level: 'error', message, error: describeError(error) });

  const clock = localClock();
  const faults = newFaults();
  const letters = newSentLetters(clock.now);
  let poke = (): void => undefined;
  const starting = startEmulators(options, folder, inboxPort, closers);
  const wiring = starting.then(({ dynamo, inbox }) =>
    createServices(localConfig(baseUrl, folder, dynamo.tableName), {
      clock: clock.now,
      log,
      dynamo: localAws(dynamo.endpoint),
      dynamoHook: (client) => {
        faults.install(client, 'dynamodb');
        onNewLetter(client, () => poke());
      },
      sender: ({ mailConfigurationSet }) =>
        createSender({
          client: localAws(inbox.url),
          configurationSet: mailConfigurationSet,
          hook: (client) => {
            faults.install(client, 'ses');
            letters.install(client);
          },
        }),
    }),
  );
  const handlers = newHandlers(wiring);
  // Together: the handlers' modules load while the emulators start.
  const [{ dynamo, inbox }, services] = await Promise.all([starting, wiring, handlers.load()]);
  const urls = { baseUrl, inboxUrl: inbox.url };
  const credentials = await seedOnce(services, folder.table, folder.credentials, urls);

  const background = startBackground({ handlers, dynamo, folder, clock, onFault });
  closers.push(background.stop);
  poke = background.poke;
  const feedback = (event: unknown) => handlers.work('mail-feedback', event);
  const gateway = await openGateway(port, {
    handlerOf: ({ name }) => handlers.http(name),
    // Argon2 takes a whole core: more at a time only make everybody wait.
    concurrencyOf: ({ reservedConcurrency }) => (reservedConcurrency === 'sign-in' ? 2 : 64),
    clock: clock.now,
    first: newSwitches({ clock, faults, letters, settle: background.settle, runDue: background.runDue, feedback }),
    onFault: (surface, error) => onFault(`handler of ${surface}`, error),
  });
  closers.push(gateway.stop);
  const broken = Promise.race([
    dynamo.ended.then(() => 'The DynamoDB emulator ended.'),
    inbox.ended.then(() => 'The inbox ended.'),
  ]);
  const { settle } = background;
  const files = { credentialsFile: folder.credentials, tableFolder: folder.table };
  return { ...urls, credentials, ...files, services, clock, faults, settle, broken, stop };
}

async function startEmulators(options: LocalOptions, folder: DataFolder, inboxPort: number, closers: Closers) {
  const inboxStart = startInbox(inboxPort).then((inbox) => {
    closers.push(inbox.stop);
    return inbox;
  });
  const dynamoStart = openDynamo(options, folder).then((dynamo) => {
    closers.push(dynamo.stop);
    return dynamo;
  });
  const [dynamo, inbox] = await Promise.all([dynamoStart, inboxStart]);
  return { dynamo, inbox };
}

function localConfig(baseUrl: string, folder: DataFolder, tableName: string): Config {
  return {
    stage: 'local',
    tableName,
    baseUrl,
    mailFrom: 'no-reply@rollcall.test',
    mailConfigurationSet: 'rollcall-local',
    mailRatePerSecond: 200,
    // The emulator has all the room there is.
    firstWritesPerSecond: 10_000,
    limitScale: 10,
    rings: keptRings(folder.table),
  };
}

function fileLog(file: string, closers: Closers): Log {
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
  closers.push(() => new Promise((resolve) => stream.end(resolve)));
  return (line) => void stream.write(`${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`);
}

type WriteInput = { TransactItems?: { Put?: { Item?: Record<string, unknown> } }[]; Item?: Record<string, unknown> };

/** The stream is looked at every 100 ms anyway; after a commit with a letter, at once. */
function onNewLetter(client: FaultyClient, poke: () => void): void {
  const layer = (next: (args: { input: WriteInput }) => Promise<unknown>) => async (args: { input: WriteInput }) => {
    const result = await next(args);
    const { TransactItems = [], Item } = args.input;
    if ([Item, ...TransactItems.map(({ Put }) => Put?.Item)].some((item) => item?.k === 'letter')) poke();
    return result;
  };
  client.middlewareStack.add(layer as never, { step: 'initialize', name: 'rollcall-new-letter' } as never);
}
