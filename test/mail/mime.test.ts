// The bytes of a message: RFC 5322 and MIME, and a recipient that can only ever be one address.
import { simpleParser } from 'mailparser';
import { describe, expect, test } from 'vitest';
import { writeLetter } from '../../shared/mail/letters.ts';
import { composeMime } from '../../shared/mail/mime.ts';
import { KINDS, LOCALES, sample } from './samples.ts';

const FROM = { name: 'Rollcall', address: 'no-reply@users.example.com' };
const LETTER_ID = '0192f3a4-5b6c-7d8e-9f00-112233445566';
const everyLetter = KINDS.flatMap((kind) => LOCALES.map((locale) => [kind, locale] as const));

async function messageOf(
  letter: ReturnType<typeof sample>,
  over: { to?: string; letterId?: string; from?: typeof FROM } = {},
) {
  const { locale, to } = letter;
  return Buffer.from(
    await composeMime({ ...writeLetter(letter), from: FROM, to, locale, letterId: LETTER_ID, ...over }),
  );
}

describe.each(everyLetter)('%s in %s', (kind, locale) => {
  const letter = sample(kind, locale);

  test('is a message that every server takes', async () => {
    const raw = await messageOf(letter);
    const bytes = raw.toString('latin1');
    expect(bytes).not.toMatch(/[^\r]\n|\r[^\n]|\0/);
    expect(raw.every((byte) => byte < 128)).toBe(true);
    for (const line of bytes.split('\r\n')) expect(line.length).toBeLessThan(998);
    expect(bytes.match(/^Content-Transfer-Encoding: quoted-printable\r$/gm)).toHaveLength(2);
    expect(bytes).toMatch(/^Content-Type: multipart\/alternative;/m);
  });

  test('reads back as it was written', async () => {
    const mail = await simpleParser(await messageOf(letter), { skipHtmlToText: true, skipTextToHtml: true });
    const { html, subject, text } = writeLetter(letter);
    expect(mail.subject).toBe(subject);
    expect(mail.text?.trim()).toBe(text.trim());
    expect(String(mail.html).trim()).toBe(html.trim());
    expect(mail.messageId).toBe(`<${LETTER_ID}@users.example.com>`);
    expect(mail.date).toBeInstanceOf(Date);
    expect(mail.from?.value).toEqual([{ name: 'Rollcall', address: FROM.address }]);
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail.headers.get('x-auto-response-suppress')).toBe('All');
    expect(mail.headers.get('content-language')).toBe(locale);
    expect(mail.headers.get('mime-version')).toBe('1.0');
  });
});

test.each([
  'a@example.com\r\nBcc: b@example.com',
  'a@example.com\n',
  'a@example.com,b@example.com',
  'a@example.com;b@example.com',
  '"a b"@example.com',
  '<a@example.com>',
  'Nadia <a@example.com>',
  'a b@example.com',
  ' a@example.com',
  'a@example.com\t',
  'A@example.com',
  'a@exämple.com',
  'ä@example.com',
  'a@b@example.com',
  'a@[127.0.0.1]',
  'a@localhost',
  'a@example.com\0',
  'a@example.com\u2028',
  `${'a'.repeat(65)}@example.com`,
  '@example.com',
  'a',
  '',
])('a recipient %j is refused', async (to) => {
  await expect(messageOf(sample('activation'), { to })).rejects.toThrow('recipient is no single canonical address');
});

test.each(["o'brien@example.com", 'a+tag@example.com', 'a@xn--exmple-cua.com', `${'a'.repeat(64)}@example.com`])(
  'a recipient %j is written once and nowhere else',
  async (to) => {
    const raw = (await messageOf(sample('activation'), { to })).toString('latin1');
    const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
    expect(head.match(/^To:.*$/gm)).toEqual([`To: ${to}`]);
    expect(head.split(to)).toHaveLength(2);
  },
);

test('neither sender nor letter id can break out of its header', async () => {
  const hostile = { ...FROM, address: 'a@example.com\r\nBcc: b@example.com' };
  await expect(messageOf(sample('activation'), { from: hostile })).rejects.toThrow('sender');
  await expect(messageOf(sample('activation'), { letterId: 'x>\r\nBcc: b' })).rejects.toThrow('letter id');
});
