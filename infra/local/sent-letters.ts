// Raw messages as SES took them, by message id: what the mail client of the reader would have received.
import type { FaultyClient } from './faults.ts';

export interface SentRaw {
  sesId: string;
  raw: Buffer;
  source: string;
  destinations: string[];
  configurationSet?: string;
  tags: { Name?: string; Value?: string }[];
  at: Date;
}

export interface SentLetters {
  find(sesId: string): SentRaw | undefined;
  count(): number;
  install(client: FaultyClient): void;
}

/** Older ones are forgotten first. */
const KEPT = 20_000;

interface RawEmail {
  RawMessage?: { Data?: Uint8Array };
  Source?: string;
  Destinations?: string[];
  ConfigurationSetName?: string;
  Tags?: SentRaw['tags'];
}

type Next = (args: { input: RawEmail }) => Promise<{ output: { MessageId?: string } }>;

export function newSentLetters(clock: () => Date): SentLetters {
  const letters = new Map<string, SentRaw>();
  let count = 0;
  const keep = (
    { RawMessage, Source = '', Destinations = [], ConfigurationSetName, Tags = [] }: RawEmail,
    sesId: string,
  ) => {
    count++;
    letters.set(sesId, {
      sesId,
      raw: Buffer.from(RawMessage?.Data ?? []),
      source: Source,
      destinations: Destinations,
      ...(ConfigurationSetName && { configurationSet: ConfigurationSetName }),
      tags: Tags,
      at: clock(),
    });
    const oldest = letters.size > KEPT ? letters.keys().next().value : undefined;
    if (oldest !== undefined) letters.delete(oldest);
  };
  return {
    find: (sesId) => letters.get(sesId),
    count: () => count,
    install(client) {
      const layer = (next: Next) => async (args: { input: RawEmail }) => {
        const result = await next(args);
        if (args.input.RawMessage && result.output.MessageId) keep(args.input, result.output.MessageId);
        return result;
      };
      // Nearest to the wire, within the faults and per attempt: a letter whose answer a fault loses was sent all the same.
      const place = { step: 'finalizeRequest', name: 'rollcall-sent-letters', priority: 'low' };
      client.middlewareStack.add(layer as never, place as never);
    },
  };
}
