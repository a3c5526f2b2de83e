// What works behind the requests of a deploy, as a process of its own: the worker of jobs and the projector, over the
// table of another process. Configuration comes as JSON in ROLLCALL_CONFIG, the endpoint in the argument.
import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamSurface } from '../../functions/surfaces/shape.ts';
import { workerSurfaces } from '../../functions/surfaces/workers.ts';
import { localAws } from '../../infra/local/emulators.ts';
import { newHandlers } from '../../infra/local/handlers.ts';
import { matchesFilter } from '../../infra/local/stream-record.ts';
import { pollStream } from '../../infra/local/streams.ts';
import type { Config } from '../../shared/config.ts';
import { createServices } from '../../shared/services.ts';

const config = JSON.parse(process.env.ROLLCALL_CONFIG ?? '{}') as Config & { tableName: string };
const dynamo = localAws(process.argv[2] ?? '');
const handlers = newHandlers(await createServices(config, { dynamo, log: () => undefined }));
const { reads, batchSize } = workerSurfaces.find((surface) => surface.name === 'projector') as StreamSurface;

pollStream({
  client: dynamo,
  tableName: config.tableName,
  filter: matchesFilter(reads),
  batchSize,
  worker: (event) => handlers.work('projector', event),
  deadLetter: (_records, error) => process.stderr.write(`projector gave up: ${String(error)}\n`),
  onFault: (error) => process.stderr.write(`stream: ${String(error)}\n`),
});
for (;;) {
  await handlers.work('worker', {});
  await sleep(200);
}
