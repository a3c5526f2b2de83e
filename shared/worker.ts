// What a function is that no request calls: it is handed the services and an event, and answers what Lambda wants back.
import type { Services } from './services.ts';
import { lambdaServices } from './services.ts';

export type Worker = (services: Services, event: unknown) => Promise<unknown>;

/** The Lambda handler of a worker. */
export function work(worker: Worker): (event: unknown) => Promise<unknown> {
  // Begun while the instance initialises; what fails now is told to the first event.
  lambdaServices().catch(() => undefined);
  return async (event) => worker(await lambdaServices(), event);
}
