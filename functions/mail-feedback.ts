// What SES says of the letters it took, by way of a topic that only SES may publish to.
import * as v from 'valibot';
import { applyFeedback, type Feedback } from '../shared/directory/letters.ts';
import { workerContext } from '../shared/post-office.ts';
import type { Worker } from '../shared/worker.ts';

/** The parts of an SES event that are read. Source: SES developer guide, "Event publishing", record contents. */
const SesEvent = v.object({
  eventType: v.string(),
  mail: v.object({
    messageId: v.string(),
    destination: v.optional(v.array(v.string())),
    tags: v.optional(v.record(v.string(), v.array(v.string()))),
  }),
  bounce: v.optional(v.object({ bounceType: v.optional(v.string()) })),
});

const STATES: Record<string, Feedback['state']> = {
  Delivery: 'delivered',
  DeliveryDelay: 'delayed',
  Bounce: 'bounced',
  Complaint: 'complained',
  Reject: 'abandoned',
};

export const worker: Worker = async (services, event) => {
  const { Records: records } = event as { Records: { Sns: { Message: string } }[] };
  for (const { Sns } of records) {
    const feedback = readFeedback(Sns.Message);
    if (!feedback) continue;
    const applied = await applyFeedback(workerContext(services), feedback);
    const message = applied ? 'feedback' : 'feedback ignored';
    services.log({ level: 'info', message, letterId: feedback.letterId, state: feedback.state });
  }
  return {};
};

function readFeedback(message: string): Feedback | undefined {
  const parsed = v.safeParse(SesEvent, parseMessage(message));
  if (!parsed.success) return undefined;
  const { eventType, mail, bounce } = parsed.output;
  const state = STATES[eventType];
  const letterId = mail.tags?.letter?.[0];
  if (!state || letterId === undefined) return undefined;
  const permanent = eventType === 'Complaint' || bounce?.bounceType === 'Permanent';
  return { letterId, sesId: mail.messageId, state, permanent, recipient: mail.destination?.[0] };
}

function parseMessage(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}
