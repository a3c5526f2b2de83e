// What letters say and show, in every language.
import { describe, expect, test } from 'vitest';
import { writeLetter } from '../../shared/mail/letters.ts';
import { CODE, KINDS, LOCALES, sample } from './samples.ts';

const everyLetter = KINDS.flatMap((kind) => LOCALES.map((locale) => [kind, locale] as const));
const hrefsOf = (html: string) =>
  [...html.matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'));
const urlsOf = (text: string) => text.match(/https?:\/\/\S+/g) ?? [];
const textOf = (html: string) => html.replace(/<[^>]+>/g, '').replaceAll('&amp;', '&');

describe.each(everyLetter)('%s in %s', (kind, locale) => {
  const letter = sample(kind, locale);
  const { html, subject, text } = writeLetter(letter);

  test('has a subject on one line and says in which language it is', () => {
    expect(subject).toMatch(/^[^\p{Cc}]{8,200}$/u);
    expect(html).toContain(`<html lang="${locale}">`);
    expect(html).toMatch(/<title>[^<]{4,70}<\/title>/);
  });

  test('carries the same links in both parts, the whole link readable', () => {
    expect(new Set(urlsOf(text))).toEqual(new Set(hrefsOf(html)));
    for (const url of urlsOf(text)) expect(textOf(html)).toContain(url);
    expect(urlsOf(text)).toEqual('link' in letter ? [letter.link] : 'forgotLink' in letter ? [letter.forgotLink] : []);
  });

  test('shows the code in both parts and nowhere that a locked screen shows', () => {
    const shown = 'code' in letter;
    expect(text.includes('7K3M-X9QD')).toBe(shown);
    expect(html.includes('>7K3M-X9QD<')).toBe(shown);
    expect(subject).not.toContain('7K3M');
    expect(html.slice(0, html.indexOf('<h1')).includes('7K3M')).toBe(false);
  });

  test('stays small, wrapped, and free of what mail clients drop', () => {
    expect(Buffer.byteLength(html)).toBeLessThan(30_000);
    for (const line of text.split('\n')) expect(line.startsWith('http') || line.length <= 76, line).toBe(true);
    expect(html).not.toMatch(/<(script|form|link|iframe|img|style)\b/i);
    expect(html + text).not.toMatch(/undefined|null|\[object|NaN|\$\{|Invalid/);
  });

  test('greets with and without a name, and writes the same letter again on a retry', () => {
    const nameless = writeLetter({ ...letter, givenName: undefined });
    expect(text).toContain('Nadia');
    expect(nameless.text.replace(/nadia\.brandt@\S+/g, '')).not.toMatch(/Nadia| ,| !/);
    expect(writeLetter(letter)).toEqual({ html, subject, text });
  });
});

test.each([
  ['en-US', 'until November 29, 2026 at 9:24 PM UTC.'],
  ['fr-FR', 'jusqu’au 29 novembre 2026 à 21:24 UTC.'],
  ['de-DE', 'bis zum 29. November 2026 um 21:24 UTC.'],
  ['pt-BR', 'até 29 de novembro de 2026 às 21:24 UTC.'],
] as const)('%s says until when, in its own words and in UTC', (locale, expected) => {
  expect(writeLetter(sample('invite', locale)).text.replaceAll('\n', ' ')).toContain(expected);
});

test.each(LOCALES)('no sentence of %s is left in another language', (locale) => {
  const said = (of: typeof locale) => KINDS.map((kind) => writeLetter(sample(kind, of)).subject);
  for (const other of LOCALES.filter((each) => each !== locale)) {
    expect(said(locale).filter((subject) => said(other).includes(subject))).toEqual([]);
  }
});

test('an unproven new address is announced as asked for, a set one as changed', () => {
  const letter = { ...sample('address-changed'), kind: 'address-changed', newAddressHint: 'n***@example.net' } as const;
  expect(writeLetter({ ...letter, pending: true }).text).toContain('was requested');
  expect(writeLetter(letter).text).toContain('was changed from\nnadia.brandt@example.com to n***@example.net.');
});

test('an invite without inviter or note still reads as one', () => {
  const { subject, text } = writeLetter({
    ...sample('invite'),
    kind: 'invite',
    inviterName: undefined,
    note: ' ',
  } as never);
  expect(subject).toBe('You are invited to Nordlicht Logistik');
  expect(text).not.toMatch(/wrote|note for you/);
});

test('a letter in a language that this version does not know is written in English', () => {
  for (const locale of ['../../etc', '__proto__', 'sv-SE']) {
    const { html, subject } = writeLetter({ ...sample('activation'), locale } as never);
    expect(subject).toBe('Activate your account at Nordlicht Logistik');
    expect(html).toContain('<html lang="en-US">');
  }
});

test.each(KINDS)('the English text of %s', (kind) => {
  const { subject, text } = writeLetter(sample(kind));
  expect(`${subject}\n\n${text}`).toMatchSnapshot();
  expect(CODE).toHaveLength(8);
});
