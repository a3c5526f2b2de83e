// A written letter as the bytes of one message (RFC 5322, MIME), to exactly one address. Not here: what it says.
import MailComposer from 'nodemailer/lib/mail-composer';
import { canonicalAddress } from '../model/email-address.ts';
import type { Locale } from '../model/text.ts';
import type { WrittenLetter } from './letters.ts';

/** One mailbox of the deployment, from its configuration. */
export interface Sender {
  name: string;
  address: string;
}

export interface Envelope extends WrittenLetter {
  from: Sender;
  /** One canonical address; see `assertOneAddress`. */
  to: string;
  locale: Locale;
  letterId: string;
}

/**
 * The message with CRLF line ends, both parts quoted-printable. SES replaces Date and Message-ID with its own; ours
 * serve whoever reads the raw message. Throws an Error if `to` is anything but one canonical address, or if the sender
 * or the letter id could break out of its header.
 */
export async function composeMime(envelope: Envelope): Promise<Uint8Array> {
  const { from, html, letterId, locale, subject, text, to } = envelope;
  assertOneAddress(to);
  if (/[\p{Cc}\s,;"<>]/u.test(from.address) || !from.address.includes('@'))
    throw new Error('sender is no single address');
  if (!/^[\w.-]{1,128}$/.test(letterId)) throw new Error('letter id cannot stand in a header');
  const composer = new MailComposer({
    from: { name: oneLine(from.name), address: from.address },
    to: { name: '', address: to },
    subject: oneLine(subject),
    messageId: `<${letterId}@${from.address.slice(from.address.lastIndexOf('@') + 1)}>`,
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'Content-Language': locale,
    },
    text,
    html,
    encoding: 'quoted-printable',
    newline: 'win',
    // The parts are strings and stay strings: nothing in a letter may make the composer read a file or a URL.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return await composer.compile().build();
}

/** The recipient comes from a stored record; this is the last look before it becomes a header. */
function assertOneAddress(to: string): void {
  if (canonicalAddress(to) !== to) throw new Error('recipient is no single canonical address');
}

// The composer copies encoded words that a text already holds; here every one of them is an intruder's.
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/=\?/g, '= ?')
    .trim();
}
