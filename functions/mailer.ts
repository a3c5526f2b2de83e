// Sends letters as the table's stream brings them. The stream keeps their order, so a reset would stand behind every
// invite before it: once the stream is behind, letters that nobody waits for are left to the sweeper.
import { describeError } from '../shared/log.ts';
import { deliverLetter, leaveToSweeper } from '../shared/post-office.ts';
import type { Worker } from '../shared/worker.ts';

type Text = { S?: string };

interface StreamEvent {
  Records: { dynamodb?: { SequenceNumber?: string; NewImage?: { id?: Text; lane?: Text; ca?: Text } } }[];
}

/** How old a bulk letter may be when the stream brings it. Older means that a backlog stands before it. */
const LATE_MS = 1000;

/** A record that fails is named, so that Lambda tries it and those after it again, and it alone in the end. */
export const worker: Worker = async (services, event) => {
  const { Records: records } = event as StreamEvent;
  for (const { dynamodb } of records) {
    const { id, lane, ca } = dynamodb?.NewImage ?? {};
    if (id?.S === undefined) continue;
    const late = lane?.S === 'bulk' && services.clock().getTime() - Date.parse(ca?.S ?? '') > LATE_MS;
    try {
      await (late ? leaveToSweeper(services, id.S) : deliverLetter(services, id.S));
    } catch (error) {
      services.log({ level: 'error', message: 'mailer failed', letterId: id.S, error: describeError(error) });
      return { batchItemFailures: [{ itemIdentifier: dynamodb?.SequenceNumber ?? '' }] };
    }
  }
  return { batchItemFailures: [] };
};
