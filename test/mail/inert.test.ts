// Attacks I12, W6, W8, W9, W13: names and notes are data in every part of a letter.

import { simpleParser } from 'mailparser';
import { describe, expect, test } from 'vitest';
import { inertName, inertNote } from '../../shared/mail/inert.ts';
import { writeLetter } from '../../shared/mail/letters.ts';
import { composeMime } from '../../shared/mail/mime.ts';
import { sample } from './samples.ts';

const TEMPLATES = '{{7*7}} $' + '{7*7} <%= 7*7 %> {% debug %}';

const HOSTILE = [
  'Eve\r\nBcc: victim@example.org',
  'Eve\nSubject: You won\n\nBody',
  'Eve\u2028Bcc: x@example.org\u2029\u0085\u0000\u000b',
  '=?utf-8?q?=0D=0ABcc:_x@example.org?=',
  '=?utf-8?B?U3ViamVjdDogaGFja2Vk?=',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  TEMPLATES,
  'Win $1000 http://evil.example',
  'www.evil.example/win or evil。example or evil．example',
  'mailto:eve@evil.example javascript:alert(1)',
  'Admin \u202egnp.exe\u202c \u2066x\u2069 \u200b\ufeff',
  'e\u200dvil.\u200dexample',
  '\ud800 lone',
  'X'.repeat(5_000),
  '[click](https://evil.example) <https://evil.example>',
];

// Control and format characters (line feed and the joiners apart), separators of lines, halves of characters.
const HIDDEN = /(?![\n\p{Join_C}])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

describe.each(HOSTILE)('%j as every name of an invite', (name) => {
  const letter = { ...sample('invite', 'en-US', { givenName: name, orgName: name, inviterName: name, note: name }) };
  const written = writeLetter(letter);

  test('yields one header each and the parts the letter should have', async () => {
    const raw = await composeMime({
      ...written,
      from: { name, address: 'no-reply@users.example.com' },
      to: letter.to,
      locale: 'en-US',
      letterId: '0192f3a4-5b6c-7d8e-9f00-112233445566',
    });
    const head = Buffer.from(raw).toString('latin1').split('\r\n\r\n')[0] ?? '';
    const fields = head
      .replace(/\r\n[ \t]+/g, ' ')
      .split('\r\n')
      .map((line) => line.slice(0, line.indexOf(':')).toLowerCase());
    expect([...fields].sort()).toEqual(EXPECTED_HEADERS);
    const mail = await simpleParser(Buffer.from(raw));
    expect(mail.subject).toBe(written.subject);
    expect(mail.from?.value).toHaveLength(1);
    expect(mail.from?.value[0]?.address).toBe('no-reply@users.example.com');
    expect(
      [mail.to]
        .flat()
        .flatMap((to) => to?.value ?? [])
        .map(({ address }) => address),
    ).toEqual([letter.to]);
    expect([mail.cc, mail.bcc, mail.attachments]).toEqual([undefined, undefined, []]);
  });

  test('makes no tag, no link, no hidden sign', () => {
    const ordinary = writeLetter(sample('invite', 'en-US', { note: 'Welcome!' }));
    const tagsOf = (html: string) => new Set(html.match(/<\/?[a-z0-9]+/gi));
    expect(tagsOf(written.html)).toEqual(tagsOf(ordinary.html));
    expect(written.html).not.toMatch(/<img|<script/i);
    const own = 'link' in letter ? letter.link : '';
    const page = own.slice(own.indexOf('//') + 2, own.indexOf('?'));
    const ours = [own, page, letter.to].filter(Boolean);
    const all = `${written.subject}\n${written.text}`;
    const strange = ours.reduce((text, part) => text.replaceAll(part, ''), all);
    // What the linkers of Gmail, Outlook and Apple Mail look for: a scheme with something behind it, or a dotted name.
    expect(strange).not.toMatch(/[a-z][a-z0-9+.-]*:\S|\S[.\u3002\uff0e\uff61][\p{L}\p{N}\p{Join_C}]|\S@\S/iu);
    expect(written.subject + written.text + written.html).not.toMatch(HIDDEN);
    expect(written.subject).not.toMatch(/\n|=\?/);
  });

  test('is cut to 64 characters', () => {
    expect(Array.from(inertName(name)).length).toBeLessThanOrEqual(64);
  });
});

const EXPECTED_HEADERS = [
  'auto-submitted',
  'content-language',
  'content-type',
  'date',
  'from',
  'message-id',
  'mime-version',
  'subject',
  'to',
  'x-auto-response-suppress',
];

test('template signs stay as they were typed', () => {
  expect(inertName(TEMPLATES)).toBe(TEMPLATES);
  expect(writeLetter(sample('invite', 'en-US', { orgName: TEMPLATES })).subject).toContain(TEMPLATES);
});

test.each([
  ['Nordlicht Logistik GmbH & Co. KG', 'Nordlicht Logistik GmbH & Co. KG'],
  ['J.R.R. Tolkien', 'J.R.R. Tolkien'],
  ['O’Brien-Smith, Jr.', 'O’Brien-Smith, Jr.'],
  ['Zoë 李明 علی‌رضا 👩‍💻', 'Zoë 李明 علی‌رضا 👩‍💻'],
  ['St.John', 'St. John'],
  ['Acme.com', 'Acme. com'],
  ['http://127.0.0.1/a', 'http: //127. 0. 0. 1/a'],
  ['eve@evil.example', 'eve @ evil. example'],
  ['\u202e\u200b', ''],
])('%j is shown as %j', (typed, shown) => {
  expect(inertName(typed)).toBe(shown);
});

test('a note keeps its lines, loses blank ones, and is quoted in the text part', () => {
  expect(inertNote('Welcome!\r\n\r\nSee evil.example\u2028now')).toEqual(['Welcome!', 'See evil. example', 'now']);
  expect(inertNote('a\n'.repeat(400))).toHaveLength(20);
  expect(Array.from(inertNote('é'.repeat(9_000)).join(''))).toHaveLength(500);
  const { text } = writeLetter(sample('invite', 'en-US', { note: 'One\nTwo' }));
  expect(text).toContain('José Álvarez wrote:\n> One\n> Two\n');
});

test('a name with nothing to show counts as absent', () => {
  const letter = sample('invite', 'en-US', { givenName: '\u202e', inviterName: '\u200b', orgName: '\u0000' });
  expect(writeLetter(letter).subject).toBe('You are invited to Rollcall');
  expect(writeLetter(letter).text).toContain('Hello,\n');
});
