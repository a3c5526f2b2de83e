// The thread of the SES emulator: its own event loop, so that parsing letters slows no request, and its own memory.
import { createRequire, enableCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

interface Emulator {
  default(config: { host: string; port: number }): Promise<unknown>;
}

// Threads do not share it by themselves.
enableCompileCache();
const { default: serve } = createRequire(import.meta.url)('aws-ses-v2-local') as Emulator;
await serve(workerData as { host: string; port: number });
parentPort?.postMessage('listening');
