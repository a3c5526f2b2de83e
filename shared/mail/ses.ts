// The only owner of the SES SDK: hands over a finished message and says what a failure means. Not here: when to try
// again (shared/directory).
import { SESClient, type SESClientConfig, SendRawEmailCommand } from '@aws-sdk/client-ses';

export interface SenderOptions {
  client?: Pick<SESClientConfig, 'region' | 'endpoint' | 'credentials'>;
  /** Whose event destination reports deliveries and bounces. */
  configurationSet?: string | undefined;
  /** Sees the client once, before the first letter. The local run hangs its faults here. */
  hook?: ((client: SESClient) => void) | undefined;
}

export interface Outgoing {
  /** The whole message, from `composeMime`. */
  raw: Uint8Array;
  /** The bare address of the sender. */
  from: string;
  /** The only recipient, whatever the headers say. */
  to: string;
  letterId: string;
  signal?: AbortSignal | undefined;
}

/** Hands one message to SES. Rejects with the SDK's error; `classifySendFailure` reads it. */
export type Send = (outgoing: Outgoing) => Promise<{ sesId: string }>;

/** A sender over one client: two attempts, each with 2 s to connect and 5 s in all. */
export function createSender({ client: options, configurationSet, hook }: SenderOptions = {}): Send {
  const client = new SESClient({
    ...options,
    maxAttempts: 2,
    // Without the second flag the handler only logs a request that takes too long.
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  });
  hook?.(client);
  return async ({ from, letterId, raw, signal, to }) => {
    const command = new SendRawEmailCommand({
      RawMessage: { Data: raw },
      Source: from,
      Destinations: [to],
      ConfigurationSetName: configurationSet,
      Tags: [{ Name: 'letter', Value: letterId }],
    });
    const { MessageId } = await client.send(command, signal ? { abortSignal: signal } : {});
    if (!MessageId) throw new Error('SES accepted a letter without giving its id');
    return { sesId: MessageId };
  };
}

/**
 * What to do about a failure: `retry` later; `configuration`: retry later and tell the operator, who has to act;
 * `permanent`: SES will never take this letter.
 */
export type SendFailure = 'retry' | 'configuration' | 'permanent';

// Source: the errors of SendRawEmail in the SES API reference (version 2010-12-01), and the common errors of AWS
// query services. The emulator and older SDKs leave the suffix out.
const CONFIGURATION = new Set([
  'MailFromDomainNotVerified',
  'ConfigurationSetDoesNotExist',
  'ConfigurationSetSendingPaused',
  'AccountSendingPaused',
  'AccessDenied',
]);

/** Reads a failure by its name. Throttling, limits, timeouts, 5xx and anything unknown are worth another try. */
export function classifySendFailure(error: unknown): SendFailure {
  const { message, name } = error instanceof Error ? error : { message: '', name: '' };
  if (CONFIGURATION.has(name.replace(/Exception$/, ''))) return 'configuration';
  if (name !== 'MessageRejected') return 'retry';
  // SES also rejects in these words while the account is in the sandbox or the sender's identity is not verified:
  // that is for the operator to mend, and no reader's letter may be lost to it.
  return /not verified|sending suspended|sending paused/i.test(message) ? 'configuration' : 'permanent';
}
