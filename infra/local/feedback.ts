// Feedback about a letter as SES would publish it, wrapped as SNS would hand it to the function.
// https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
import { randomUUID } from 'node:crypto';
import type { SNSEvent } from 'aws-lambda';
import type { SentRaw } from './sent-letters.ts';

export const FEEDBACK_TYPES = ['Send', 'Delivery', 'DeliveryDelay', 'Bounce', 'Complaint', 'Reject'] as const;
export type FeedbackType = (typeof FEEDBACK_TYPES)[number];

export interface FeedbackInput {
  type: FeedbackType;
  bounceType?: 'Permanent' | 'Transient' | 'Undetermined';
  bounceSubType?: string;
  complaintFeedbackType?: string;
  delayType?: string;
  /** Instead of the letter's own recipients. */
  recipients?: string[];
}

/** The event for the mail-feedback function. */
export function feedbackEvent(letter: SentRaw, input: FeedbackInput, now: Date): SNSEvent {
  const at = now.toISOString();
  const recipients = input.recipients ?? letter.destinations;
  const message = { eventType: input.type, mail: mailOf(letter), ...details(input, recipients, at) };
  const id = randomUUID();
  const topic = 'arn:aws:sns:local:000000000000:rollcall-mail-events';
  return {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: `${topic}:${id}`,
        Sns: {
          Type: 'Notification',
          MessageId: id,
          TopicArn: topic,
          Subject: 'Amazon SES Email Event Notification',
          Message: JSON.stringify(message),
          Timestamp: at,
          SignatureVersion: '1',
          Signature: 'local',
          SigningCertUrl: 'https://sns.local/cert.pem',
          UnsubscribeUrl: 'https://sns.local/unsubscribe',
          MessageAttributes: {},
        },
      },
    ],
  };
}

function mailOf({ sesId, source, destinations, configurationSet, tags, at, raw }: SentRaw) {
  const [head = ''] = raw.toString('latin1').split(/\r?\n\r?\n/, 1);
  const headers = head
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
    .map((line) => line.split(/:\s*/, 1).concat(line.slice(line.indexOf(':') + 1).trim()))
    .map(([name = '', value = '']) => ({ name, value }));
  const named = (wanted: string) => headers.find(({ name }) => name.toLowerCase() === wanted)?.value;
  return {
    timestamp: at.toISOString(),
    source,
    sourceArn: `arn:aws:ses:local:000000000000:identity/${source.split('@')[1] ?? ''}`,
    sendingAccountId: '000000000000',
    messageId: sesId,
    destination: destinations,
    headersTruncated: false,
    headers,
    commonHeaders: {
      from: [named('from') ?? source],
      to: destinations,
      messageId: sesId,
      subject: named('subject') ?? '',
    },
    tags: {
      'ses:operation': ['SendRawEmail'],
      'ses:source-ip': ['127.0.0.1'],
      'ses:from-domain': [source.split('@')[1] ?? ''],
      'ses:caller-identity': ['local'],
      ...(configurationSet && { 'ses:configuration-set': [configurationSet] }),
      ...Object.fromEntries(tags.map(({ Name = '', Value = '' }) => [Name, [Value]])),
    },
  };
}

/** The member that bears the type's name. */
function details(input: FeedbackInput, recipients: string[], timestamp: string): Record<string, unknown> {
  const addresses = recipients.map((emailAddress) => ({ emailAddress }));
  const feedbackId = `local-${randomUUID()}`;
  switch (input.type) {
    case 'Send':
      return { send: {} };
    case 'Reject':
      return { reject: { reason: 'Bad content' } };
    case 'Delivery':
      return {
        delivery: {
          timestamp,
          processingTimeMillis: 412,
          recipients,
          smtpResponse: '250 2.6.0 Message received',
          reportingMTA: 'mta.local',
        },
      };
    case 'DeliveryDelay':
      return {
        deliveryDelay: {
          timestamp,
          delayType: input.delayType ?? 'TransientCommunicationFailure',
          expirationTime: new Date(Date.parse(timestamp) + 14 * 3_600_000).toISOString(),
          delayedRecipients: addresses.map((address) => ({ ...address, status: '4.4.1', diagnosticCode: 'smtp; 421' })),
        },
      };
    case 'Complaint':
      return {
        complaint: {
          timestamp,
          feedbackId,
          complainedRecipients: addresses,
          complaintSubType: null,
          complaintFeedbackType: input.complaintFeedbackType ?? 'abuse',
          arrivalDate: timestamp,
          userAgent: 'Local-Feedback-Loop/1',
        },
      };
    case 'Bounce':
      return { bounce: bounce(input, addresses, timestamp, feedbackId) };
  }
}

function bounce(
  { bounceType = 'Permanent', bounceSubType = 'General' }: FeedbackInput,
  addresses: { emailAddress: string }[],
  timestamp: string,
  feedbackId: string,
) {
  const [status, code] =
    bounceType === 'Permanent' ? ['5.1.1', 'smtp; 550 5.1.1 user unknown'] : ['4.2.2', 'smtp; 452'];
  return {
    bounceType,
    bounceSubType,
    bouncedRecipients: addresses.map((address) => ({ ...address, action: 'failed', status, diagnosticCode: code })),
    timestamp,
    feedbackId,
    reportingMTA: 'dns; mta.local',
  };
}
