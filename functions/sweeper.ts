// Each minute: letters that are due, whether the stream brought them or not.
import { deliverDue } from '../shared/post-office.ts';
import type { Worker } from '../shared/worker.ts';

export const worker: Worker = async (services, event) => {
  const { all = false } = (event ?? {}) as { all?: boolean };
  const swept = await deliverDue(services, { all });
  const { sent, waiting } = swept;
  if (sent + waiting > 0)
    services.log({ level: 'info', message: `swept: ${sent} sent, ${waiting} waiting`, count: sent });
  return swept;
};
