// One instance of one function, on a thread of its own with an environment of its own: loads the bundle as Lambda does
// and answers one event at a time. Run as a worker; `workerData` is the path of the bundle.
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

type Handler = (event: unknown, context: object) => Promise<unknown>;

const { handler } = createRequire(import.meta.url)(workerData as string) as { handler: Handler };

parentPort?.on('message', async (event: string) => {
  try {
    parentPort?.postMessage({ answer: JSON.stringify(await handler(JSON.parse(event), {})) });
  } catch (error) {
    parentPort?.postMessage({ error: String((error as Error).stack) });
  }
});
