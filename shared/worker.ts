// What a function is that no request calls: it is handed the services and an event, and answers what Lambda wants back.
import { createSender } from './mail/ses.ts';
import { lambdaServices, type Overrides, type Services } from './services.ts';

export type Worker = (services: Services, event: unknown) => Promise<unknown>;

const withMail: Overrides = {
  sender: ({ mailConfigurationSet }) => createSender({ configurationSet: mailConfigurationSet }),
};

/** The Lambda handler of a worker. */
export function work(worker: Worker): (event: unknown) => Promise<unknown> {
  // Begun while the instance initialises; what fails now is told to the first event.
  lambdaServices(withMail).catch(() => undefined);
  return async (event) => worker(await lambdaServices(withMail), event);
}
