// `npm start`: the whole service with one command. Reads flags and environment, says where everything is, and ends what
// it started, however it is ended.
import { enableCompileCache } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { LocalOptions, LocalService } from './local-service.ts';
import { isTrouble, trouble } from './trouble.ts';

const HELP = `Starts Rollcall on this machine: API, pages, table, and an inbox with every letter it sends.

  npm start                 keeps its data in .local/ between runs
  npm start -- --fresh      empties the data first
  npm start -- --memory     keeps nothing
  npm start -- --demo       fills the org once with 300 people to list, search and break

  PORT (3000), INBOX_PORT (3001), DYNAMODB_PORT (3002)   where it listens, on 127.0.0.1 only
  DYNAMODB_ENDPOINT                                      another DynamoDB instead of the embedded emulator
  ROLLCALL_DATA (.local)                                 folder of the data
`;

const root = resolve(import.meta.dirname, '../..');

async function main(): Promise<void> {
  const flags = readFlags();
  if (flags.help) return void process.stdout.write(HELP);
  if (Number(process.versions.node.split('.')[0]) < 24) {
    throw trouble('Rollcall runs on Node.js 24, which `npm ci` installs beside it: start it with `npm start`.');
  }
  enableCompileCache();
  const { startLocal } = await import('./local-service.ts');
  const service = await startLocal(readOptions(flags));
  endWith(service);
  if (flags.demo) {
    const { demoOnce } = await import('./demo.ts');
    process.stdout.write(await demoOnce(service, service.tableFolder));
  }
  process.stdout.write(summary(service));
}

function readFlags() {
  const options = {
    fresh: { type: 'boolean' },
    memory: { type: 'boolean' },
    demo: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw trouble(`${(error as Error).message}\n\n${HELP}`);
  }
}

function readOptions({ fresh = false, memory = false }: { fresh?: boolean; memory?: boolean }): LocalOptions {
  const { DYNAMODB_ENDPOINT: dynamoEndpoint, ROLLCALL_DATA } = process.env;
  return {
    dataDir: ROLLCALL_DATA ? resolve(ROLLCALL_DATA) : join(root, '.local'),
    port: readPort('PORT', 3000),
    inboxPort: readPort('INBOX_PORT', 3001),
    dynamoPort: readPort('DYNAMODB_PORT', 3002),
    ...(dynamoEndpoint && { dynamoEndpoint }),
    fresh,
    memory,
  };
}

function readPort(name: string, standard: number): number {
  const text = process.env[name];
  if (!text) return standard;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw trouble(`${name} is a port number from 0 to 65535, not "${text}".`);
  return port;
}

function summary({ baseUrl, inboxUrl, credentialsFile }: LocalService): string {
  return `
  Rollcall is running.

  API           ${baseUrl}
  Docs          ${baseUrl}/docs
  Inbox         ${inboxUrl}
  Credentials   ${relative(process.cwd(), credentialsFile) || credentialsFile}

ready ${baseUrl}
`;
}

function endWith(service: LocalService): void {
  let ending = false;
  const end = async (code: number) => {
    if (ending) return;
    ending = true;
    // Whatever hangs, the process ends; its children end with it.
    setTimeout(() => process.exit(code), 3_000).unref();
    await service.stop();
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));
  endWithNpm(() => end(0));
  service.broken.then((what) => {
    if (!ending) process.stderr.write(`${what}\n`);
    return end(1);
  });
}

/** A signal to npm ends npm and its shell, which hands nothing on: this process would go on and hold the ports. */
function endWithNpm(end: () => unknown): void {
  if (!process.env.npm_lifecycle_event) return;
  const shell = process.ppid;
  setInterval(() => process.ppid !== shell && end(), 200).unref();
}

main().catch((error: unknown) => {
  process.stderr.write(`${isTrouble(error) ? error.message : ((error as Error).stack ?? error)}\n`);
  process.exit(1);
});
