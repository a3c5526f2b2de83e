// The two emulators: dynoxide for DynamoDB as a child process, aws-ses-v2-local for SES on a thread of its own.

import { get } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { arch, platform } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Child, guardedChild } from './guarded-child.ts';
import { LOOPBACK } from './ports.ts';
import { trouble } from './trouble.ts';

export interface Emulator {
  url: string;
  /** Resolves if it ends by itself. */
  ended: Promise<unknown>;
  stop(): Promise<void>;
}

/** The emulators check no signature and know no region: any will do. */
export const localAws = (endpoint: string) => ({
  endpoint,
  region: 'local',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  // One machine does the work of many functions: what is busy queues, it does not refuse.
  requestHandler: { connectionTimeout: 20_000, requestTimeout: 30_000 },
});

/** Starts dynoxide on a free port over a database file. `remove` is a folder to delete when it has ended. */
export async function startDynoxide(port: number, dbPath: string, remove?: string): Promise<Emulator> {
  const args = ['--host', LOOPBACK, '--port', String(port), '--db-path', dbPath];
  const child = guardedChild(dynoxidePath(), args, remove);
  const url = `http://${LOOPBACK}:${port}`;
  await untilAnswers(url, 'The DynamoDB emulator', child);
  return { url, ended: child.ended, stop: child.stop };
}

function dynoxidePath(): string {
  const name = `@dynoxide/${platform}-${arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'dynoxide');
  } catch {
    throw trouble(
      `The embedded DynamoDB emulator (${name}) is not installed: set DYNAMODB_ENDPOINT to a DynamoDB endpoint, such as DynamoDB Local on http://127.0.0.1:8000.`,
    );
  }
}

/** Starts the SES emulator on a free port. Its letters live in its thread's memory. */
export async function startInbox(port: number): Promise<Emulator> {
  const worker = new Worker(new URL('./inbox.ts', import.meta.url), { workerData: { host: LOOPBACK, port } });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.on('error', reject);
  });
  worker.unref();
  return {
    url: `http://${LOOPBACK}:${port}`,
    ended,
    stop: async () => {
      await worker.terminate();
    },
  };
}

async function untilAnswers(url: string, what: string, child: Child): Promise<void> {
  let over = false;
  child.ended.then(() => {
    over = true;
  });
  for (const giveUp = performance.now() + 10_000; performance.now() < giveUp; await sleep(3)) {
    if (over) break;
    if (await answers(url)) return;
  }
  const complaint = child.complaint();
  await child.stop();
  throw trouble(`${what} did not start at ${url}.${complaint && ` It said: ${complaint}`}`);
}

/** `fetch` would do, and cost every start the loading of its library. */
const answers = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const outgoing = get(url, { agent: false }, (answer) => {
      answer.resume().on('end', () => resolve(true));
    });
    outgoing.on('error', () => resolve(false));
  });
