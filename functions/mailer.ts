// Sends letters as the table's stream brings them. Only the loop is here.
import { describeError } from '../shared/log.ts';
import { deliverLetter } from '../shared/post-office.ts';
import type { Worker } from '../shared/worker.ts';

interface StreamEvent {
  Records: { dynamodb?: { SequenceNumber?: string; NewImage?: { id?: { S?: string } } } }[];
}

/** A record that fails is named, so that Lambda tries it and those after it again, and it alone in the end. */
export const worker: Worker = async (services, event) => {
  const { Records: records } = event as StreamEvent;
  for (const { dynamodb } of records) {
    const id = dynamodb?.NewImage?.id?.S;
    if (id === undefined) continue;
    try {
      await deliverLetter(services, id);
    } catch (error) {
      services.log({ level: 'error', message: 'mailer failed', letterId: id, error: describeError(error) });
      return { batchItemFailures: [{ itemIdentifier: dynamodb?.SequenceNumber ?? '' }] };
    }
  }
  return { batchItemFailures: [] };
};
