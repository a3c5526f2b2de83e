// What the local run lends to whoever builds against it: raw letters, a clock to move, feedback and faults to play, data
// that stays. The switches' own answers are in test/local/switches.test.ts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStory, PASSWORD, type Story, tokenOf } from '../support/story.ts';

let story: Story;

beforeAll(async () => {
  story = await openStory();
});
afterAll(() => story?.stop());

const accept = (link: string) =>
  story.call('POST', '/v1/invites/accept', { body: { token: tokenOf(link), password: PASSWORD } });

test.each(['en-US', 'fr-FR', 'de-DE', 'pt-BR'])(
  'the raw letter in %s says what it is and in which language',
  async (locale) => {
    const email = `raw-${locale.toLowerCase()}@example.com`;
    const { messageId, link, code } = await story.invite(email, { locale });
    const raw = await story.call('GET', `/__dev/letters/${messageId}.eml`);
    expect([raw.status, raw.headers.get('content-type')]).toEqual([200, 'message/rfc822']);
    const letter = await simpleParser(raw.text);
    expect(letter.headers.get('auto-submitted')).toBe('auto-generated');
    expect(letter.headers.get('content-language')).toBe(locale);
    expect(letter.headers.has('bcc') || letter.headers.has('cc')).toBe(false);
    expect([letter.to].flat().map((to) => to?.text)).toEqual([email]);
    expect(letter.text).toContain(link);
    expect(letter.text).toContain(code);
    expect(letter.html).toContain(link.replaceAll('&', '&amp;'));
    expect(letter.html).toContain(`lang="${locale}"`);
    expect(letter.html).not.toMatch(/<script|<img|<link/i);
  },
);

test('a bounce that SES reports shows on the invite, and another letter may still go', async () => {
  const { id, messageId } = await story.invite('bounce@example.com');
  const delivery = async () => (await story.admin('GET', `/v1/invites/${id}`)).delivery.state;
  expect(await delivery()).toBe('sent');
  await story.dev('POST', 'events', { messageId, type: 'DeliveryDelay' });
  expect(await delivery()).toBe('delayed');
  await story.dev('POST', 'events', { messageId, type: 'Bounce' });
  expect(await delivery()).toBe('bounced');
  await story.admin('POST', `/v1/invites/${id}/resend`);
  const again = await story.letter('bounce@example.com');
  expect(again.messageId).not.toBe(messageId);
  await story.dev('POST', 'events', { messageId: again.messageId, type: 'Delivery' });
  expect(await delivery()).toBe('delivered');
});

test('letters that fall due while SES is down arrive once it is back, each once, with links that work', async () => {
  const people = Array.from({ length: 6 }, (_, i) => `down-${i}@example.com`);
  await story.dev('POST', 'faults', { service: 'ses', mode: 'fail-before', error: 'ServiceUnavailable' });
  for (const email of people) await story.admin('POST', '/v1/invites', { email });
  expect(await story.letters(people[0] ?? '')).toEqual([]);
  await story.dev('POST', 'clock', { advance: 'PT1H' });
  expect(await story.letters(people[0] ?? '')).toEqual([]);
  await story.dev('DELETE', 'faults');
  await story.dev('POST', 'clock', { advance: 'PT1H' });
  for (const email of people) {
    const [letter, ...more] = await story.letters(email);
    expect(more).toEqual([]);
    expect((await accept(letter?.link ?? '')).status).toBe(200);
  }
  await story.dev('DELETE', 'clock');
});

test('the clock carries an invite to its end, and back', async () => {
  const { id, link } = await story.invite('late@example.com');
  const state = async () => (await story.admin('GET', `/v1/invites/${id}`)).state;
  await story.dev('POST', 'clock', { advance: 'P8D' });
  expect([await state(), (await accept(link)).status]).toEqual(['expired', 410]);
  await story.dev('DELETE', 'clock');
  expect([await state(), (await accept(link)).status]).toEqual(['pending', 200]);
});

test('data, links, sessions and credentials outlive a restart on the same folder', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'rollcall-kept-'));
  try {
    const before = await openStory({ dataDir });
    await before.person('kept@example.com');
    const session = (await before.signIn('kept@example.com')).json;
    const { link } = await before.invite('waiting@example.com');
    await before.stop();

    const after = await openStory({ dataDir, port: Number(new URL(before.base).port) });
    try {
      expect(after.service.credentials).toMatchObject({
        clientId: before.service.credentials.clientId,
        clientSecret: before.service.credentials.clientSecret,
        adminPassword: before.service.credentials.adminPassword,
      });
      const { accessToken: token, refreshToken } = session;
      expect((await after.call('GET', '/v1/me', { token })).json.email).toBe('kept@example.com');
      expect((await after.call('PATCH', '/v1/me', { token, body: { profile: { title: 'Dr' } } })).status).toBe(200);
      expect((await after.call('POST', '/v1/sessions/refresh', { body: { refreshToken } })).status).toBe(200);
      const accepted = await after.call('POST', '/accept-invite', {
        form: { token: tokenOf(link), password: PASSWORD },
      });
      expect(accepted.status).toBe(200);
      expect((await after.signIn('waiting@example.com')).status).toBe(200);
      // What was sent before is not sent again.
      expect(await after.letters('waiting@example.com')).toEqual([]);
    } finally {
      await after.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
