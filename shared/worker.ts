// What a function is that no request calls: it is handed the services and an event, and answers what Lambda wants back.
import type { Services } from './services.ts';
import { lambdaServices } from './services.ts';

export type Worker = (services: Services, event: unknown) => Promise<unknown>;

/** The Lambda handler of a worker. */
export function work(worker: Worker): (event: unknown) => Promise<unknown> {
  const ready = lambdaServices();
  ready.catch(() => undefined);
  return async (event) => worker(await ready, event);
}
