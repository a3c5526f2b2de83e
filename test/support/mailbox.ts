// The letters a test service has sent, read as a person would: what they say, the link and the code in them.
import { simpleParser } from 'mailparser';
import type { Outgoing, Send } from '../../shared/mail/ses.ts';

export interface SentLetter {
  letterId: string;
  sesId: string;
  to: string;
  from: string;
  subject: string;
  text: string;
  html: string;
  /** The first link to the service that carries a token. */
  link?: string;
  token?: string;
  /** As it is printed: `ABCD-EFGH`. */
  code?: string;
  raw: Buffer;
}

export interface Mailbox {
  send: Send;
  /** Letters as they were handed over, oldest first. */
  sent: readonly (Outgoing & { sesId: string })[];
  /** From now on sending fails with this error; undefined mends it. */
  fail(error?: Error): void;
  /** All letters, or those to one address, oldest first. */
  letters(to?: string): Promise<SentLetter[]>;
  clear(): void;
}

export function newMailbox(baseUrl: string): Mailbox {
  const sent: (Outgoing & { sesId: string })[] = [];
  const parsed = new Map<string, Promise<SentLetter>>();
  let failure: Error | undefined;
  let number = 0;
  const parse = (outgoing: Outgoing & { sesId: string }) => {
    const known = parsed.get(outgoing.sesId) ?? readLetter(outgoing, baseUrl);
    parsed.set(outgoing.sesId, known);
    return known;
  };
  return {
    sent,
    async send(outgoing) {
      if (failure) throw failure;
      const sesId = `test-${String(++number).padStart(6, '0')}`;
      sent.push({ ...outgoing, sesId });
      return { sesId };
    },
    fail(error) {
      failure = error;
    },
    letters: (to) => Promise.all(sent.filter((letter) => to === undefined || letter.to === to).map(parse)),
    clear() {
      sent.length = 0;
    },
  };
}

async function readLetter({ raw, letterId, sesId, to, from }: Outgoing & { sesId: string }, baseUrl: string) {
  const bytes = Buffer.from(raw);
  const { subject = '', text = '', html } = await simpleParser(bytes);
  const links = text.match(/https?:\/\/[^\s<>]+/g) ?? [];
  const link = links.find((url) => url.startsWith(baseUrl) && new URL(url).searchParams.has('token'));
  const token = link && (new URL(link).searchParams.get('token') ?? undefined);
  const code = /^\s*([0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4})\s*$/m.exec(text)?.[1];
  return {
    ...{ letterId, sesId, to, from, subject, text, html: html || '', raw: bytes },
    ...(link && { link }),
    ...(token && { token }),
    ...(code && { code }),
  };
}
