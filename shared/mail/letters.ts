// A letter's data made into its subject and its two parts. Pure. Not here: the sentences (locales), the look
// (layout.ts), headers and encodings (mime.ts).

import type { Letter, LinkLetter } from '../model/letter-content.ts';
import type { Instant, Locale } from '../model/text.ts';
import { inertName, inertNote } from './inert.ts';
import { type Block, toHtml, toText } from './layout.ts';
import { deDE } from './locales/de-DE.ts';
import { enUS } from './locales/en-US.ts';
import { frFR } from './locales/fr-FR.ts';
import { ptBR } from './locales/pt-BR.ts';
import type { LinkText, PlainText, Sentences } from './sentences.ts';

export interface WrittenLetter {
  subject: string;
  text: string;
  html: string;
}

const SENTENCES: Record<Locale, Sentences> = { 'en-US': enUS, 'fr-FR': frFR, 'de-DE': deDE, 'pt-BR': ptBR };

/**
 * The letter in the reader's language. Every name and note in it is data: inert in the text, escaped in the HTML, cut
 * to 64 and 500 characters. The same letter gives the same three strings, so a retry sends what the first try sent.
 */
export function writeLetter(letter: Letter): WrittenLetter {
  // A language the store still names but this version does not speak must not cost anyone the letter.
  const words = Object.hasOwn(SENTENCES, letter.locale) ? SENTENCES[letter.locale] : enUS;
  const { blocks, preview, subject, title } = contentOf(letter, words);
  const greeting = paragraph(words.greeting(inertName(letter.givenName ?? '') || undefined));
  const footer = words.footer(orgOf(letter));
  const sheet = { locale: words.locale, title, preview, blocks: [greeting, ...blocks], footer };
  return { subject, text: toText(sheet), html: toHtml(sheet) };
}

interface Content {
  subject: string;
  title: string;
  preview: string;
  blocks: Block[];
}

function contentOf(letter: Letter, words: Sentences): Content {
  const shown = { org: orgOf(letter), to: letter.to };
  switch (letter.kind) {
    case 'invite': {
      const inviter = inertName(letter.inviterName ?? '') || undefined;
      const lines = inertNote(letter.note ?? '');
      const note: Block[] = lines.length > 0 ? [{ is: 'note', intro: words.noteLine(inviter), lines }] : [];
      return linked(letter, words, words.letters.invite, { ...shown, inviter }, note);
    }
    case 'activation':
    case 'password-reset':
    case 'address-proof':
      return linked(letter, words, words.letters[letter.kind], shown);
    case 'account-inactive':
    case 'account-locked':
    case 'federated-sign-in':
      return plain(words.letters[letter.kind], shown);
    case 'address-changed': {
      const change = { newAddress: letter.newAddressHint, pending: letter.pending === true };
      return plain(words.letters['address-changed'], { ...shown, ...change });
    }
    case 'password-changed':
    case 'session-reuse': {
      const said = words.letters[letter.kind];
      const content = plain(said, { ...shown, at: momentOf(letter.at, words.locale) });
      const forgot: Block = { is: 'action', label: said.button, url: letter.forgotLink, linkLine: words.linkLine };
      return { ...content, blocks: [...content.blocks, forgot] };
    }
  }
}

function linked<S>(letter: LinkLetter, words: Sentences, said: LinkText<S>, shown: S, note: Block[] = []): Content {
  const { subject, title, preview, body, button, ignore } = said;
  const blocks: Block[] = [
    ...body(shown).map(paragraph),
    ...note,
    { is: 'action', label: button, url: letter.link, linkLine: words.linkLine },
    { is: 'code', intro: words.codeLine(pageOf(letter)), code: spacedCode(letter.code) },
    { is: 'aside', text: words.expiry(momentOf(letter.expiresAt, words.locale)) },
    { is: 'aside', text: ignore(shown) },
  ];
  return { subject: subject(shown), title, preview: preview(shown), blocks };
}

function plain<S>({ subject, title, preview, body, otherwise }: PlainText<S>, shown: S): Content {
  const blocks = [...body(shown), otherwise(shown)].map(paragraph);
  return { subject: subject(shown), title, preview: preview(shown), blocks };
}

function paragraph(text: string): Block {
  return { is: 'paragraph', text };
}

function orgOf({ orgName }: Letter): string {
  return inertName(orgName) || 'Rollcall';
}

/**
 * Where a code is typed by hand: the page of the link, without scheme and token, as people type addresses. A proof's
 * code goes where it was asked for.
 */
function pageOf({ kind, link }: LinkLetter): string | undefined {
  return kind === 'address-proof' ? undefined : link.slice(link.indexOf('//') + 2, link.indexOf('?'));
}

/** `ABCD-EFGH`: read aloud and typed in two breaths. Dashes are passed over when a code is checked. */
function spacedCode(code: string): string {
  return code.replace(/(.{4})(?=.)/g, '$1-');
}

/** A moment in the reader's words but in UTC, and saying so: nobody knows where a letter is opened. */
function momentOf(at: Instant, locale: Locale): string {
  const format = new Intl.DateTimeFormat(locale, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZone: 'UTC',
    timeZoneName: 'short',
  });
  return format.format(new Date(at));
}
