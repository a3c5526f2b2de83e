// Every way a link can be dead, over the running service: one answer for all of them, with a next step that works, and
// a form that looks the same before. The browser's view of these pages is in pages.test.ts.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { OTHER_PASSWORD, openStory, PASSWORD, type Story, type StoryAnswer, tokenOf } from '../support/story.ts';

let story: Story;
let people = 0;

beforeAll(async () => {
  story = await openStory();
});
afterAll(() => story?.stop());
afterEach(() => story.dev('DELETE', 'clock'));

const someone = () => `person-${++people}@example.com`;

async function invited(): Promise<{ email: string; token: string; id: string; userId: string }> {
  const email = someone();
  const { link, id } = await story.invite(email);
  return { email, token: tokenOf(link), id, userId: (await story.admin('GET', `/v1/invites/${id}`)).userId };
}

async function active(): Promise<{ email: string; id: string; accessToken: string }> {
  const email = someone();
  await story.person(email);
  const { user, accessToken } = (await story.signIn(email)).json;
  return { email, id: user.id, accessToken };
}

async function forgetful(): Promise<Awaited<ReturnType<typeof active>> & { token: string }> {
  const person = await active();
  return { ...person, token: await askReset(person.email) };
}

async function askReset(email: string): Promise<string> {
  await story.call('POST', '/v1/password-resets', { body: { email } });
  return tokenOf((await story.letter(email)).link);
}

async function moving() {
  const { accessToken, ...person } = await active();
  const email = someone();
  const asked = await story.call('POST', '/v1/contact-validations', { token: accessToken, body: { email } });
  const validation = `/v1/contact-validations/${asked.json.id}`;
  const act = (method: string, path: string) => story.call(method, path, { token: accessToken });
  return { ...person, act, newEmail: email, validation, token: tokenOf((await story.letter(email)).link) };
}

const accept = (token: string) => story.call('POST', '/v1/invites/accept', { body: { token, password: PASSWORD } });
const complete = (token: string) =>
  story.call('POST', '/v1/password-resets/complete', { body: { token, password: OTHER_PASSWORD } });
const verify = (token: string) => story.call('POST', '/v1/contact-validations/complete', { body: { token } });
const advance = (by: string) => story.dev('POST', 'clock', { advance: by });
const altered = (token: string) => token.slice(0, -2) + (token.endsWith('A') ? 'BA' : 'AA');

type Case = [why: string, deadToken: () => Promise<string>];

const inviteCases: Case[] = [
  ['nobody made', async () => 'not-a-token'],
  ['somebody altered', async () => altered((await invited()).token)],
  [
    'was used',
    async () => {
      const { token } = await invited();
      expect((await accept(token)).status).toBe(200);
      return token;
    },
  ],
  [
    'expired after its week',
    async () => {
      const { token, id } = await invited();
      await advance('P8D');
      expect(await story.admin('GET', `/v1/invites/${id}`)).toMatchObject({ state: 'expired' });
      return token;
    },
  ],
  [
    'a resend replaced',
    async () => {
      const { token, id } = await invited();
      await story.admin('POST', `/v1/invites/${id}/resend`);
      return token;
    },
  ],
  [
    'an extension replaced',
    async () => {
      const { token, id } = await invited();
      await story.admin('POST', `/v1/invites/${id}/extend`, { expiresInSeconds: 86_400 });
      return token;
    },
  ],
  [
    'was revoked',
    async () => {
      const { token, id } = await invited();
      await story.admin('DELETE', `/v1/invites/${id}`);
      return token;
    },
  ],
  [
    'leads to somebody deactivated',
    async () => {
      const { token, userId } = await invited();
      await story.admin('POST', `/v1/users/${userId}/deactivate`);
      return token;
    },
  ],
  [
    'leads to somebody deleted',
    async () => {
      const { token, userId } = await invited();
      await story.admin('DELETE', `/v1/users/${userId}`);
      return token;
    },
  ],
  ['is for another page', async () => (await forgetful()).token],
];

const resetCases: Case[] = [
  ['nobody made', async () => 'not-a-token'],
  ['somebody altered', async () => altered((await forgetful()).token)],
  [
    'was used',
    async () => {
      const { token } = await forgetful();
      expect((await complete(token)).status).toBe(204);
      return token;
    },
  ],
  [
    'expired after its hour',
    async () => {
      const { token } = await forgetful();
      await advance('PT61M');
      return token;
    },
  ],
  [
    'a newer letter replaced',
    async () => {
      const { token, email } = await forgetful();
      await advance('PT2M');
      expect(await askReset(email)).not.toBe(token);
      return token;
    },
  ],
  [
    'a change of password overtook',
    async () => {
      const { token, accessToken } = await forgetful();
      const body = { currentPassword: PASSWORD, newPassword: OTHER_PASSWORD };
      expect((await story.call('POST', '/v1/me/password', { token: accessToken, body })).status).toBe(204);
      return token;
    },
  ],
  [
    'a change of address overtook',
    async () => {
      const { token, id } = await forgetful();
      await story.admin('PATCH', `/v1/users/${id}`, { email: someone() });
      return token;
    },
  ],
  [
    'leads to somebody deactivated',
    async () => {
      const { token, id } = await forgetful();
      await story.admin('POST', `/v1/users/${id}/deactivate`);
      return token;
    },
  ],
  ['is for another page', async () => (await invited()).token],
];

const proofCases: Case[] = [
  ['nobody made', async () => 'not-a-token'],
  ['somebody altered', async () => altered((await moving()).token)],
  [
    'was used',
    async () => {
      const { token } = await moving();
      expect((await verify(token)).status).toBe(200);
      return token;
    },
  ],
  [
    'expired after its day',
    async () => {
      const { token } = await moving();
      await advance('PT25H');
      return token;
    },
  ],
  [
    'a resend replaced',
    async () => {
      const { token, newEmail, act, validation } = await moving();
      await advance('PT2M');
      expect((await act('POST', `${validation}/resend`)).status).toBe(202);
      expect(tokenOf((await story.letter(newEmail)).link)).not.toBe(token);
      return token;
    },
  ],
  [
    'was cancelled',
    async () => {
      const { token, act, validation } = await moving();
      expect((await act('DELETE', validation)).status).toBe(204);
      return token;
    },
  ],
  [
    'leads to somebody deleted',
    async () => {
      const { token, id } = await moving();
      await story.admin('DELETE', `/v1/users/${id}`);
      return token;
    },
  ],
  ['is for another page', async () => (await forgetful()).token],
];

/** What does not depend on the request. */
const facts = ({ status, text, headers }: StoryAnswer) => ({
  status,
  text: text.replace(/"requestId":"[^"]*"/, ''),
  headers: [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name)),
});

const PAGES = {
  'accept-invite': { cases: inviteCases, byApi: accept, next: 'href="/forgot-password?lang=fr-FR"' },
  'reset-password': { cases: resetCases, byApi: complete, next: 'href="/forgot-password?lang=fr-FR"' },
  'verify-email': { cases: proofCases, byApi: verify, next: 'paramètres du compte' },
};

describe.each(Object.entries(PAGES))('on /%s', (path, { cases, byApi, next }) => {
  const page = (method: string, token: string) =>
    method === 'GET'
      ? story.call('GET', `/${path}?token=${token}&lang=fr-FR`)
      : story.call('POST', `/${path}?lang=fr-FR`, { form: { token, password: OTHER_PASSWORD } });

  test.each(cases)('a link that %s is dead like any other, and says what to do next', async (_why, deadToken) => {
    const token = await deadToken();
    const [form, another] = [await page('GET', token), await page('GET', 'another')];
    expect(form.status).toBe(200);
    expect(form.text.replace(token, 'another')).toBe(another.text);

    const answer = await page('POST', token);
    expect(answer.status).toBe(410);
    expect(answer.text).toContain(next);
    expect(answer.text).not.toContain(token);
    expect(facts(answer)).toEqual(facts(await page('POST', 'another')));

    const api = await byApi(token);
    expect([api.status, api.json.code]).toEqual([410, 'link-not-usable']);
    expect(facts(api)).toEqual(facts(await byApi('another')));
  });
});

test('the next step of a dead link leads to a page that helps', async () => {
  const { text } = await story.call('POST', '/reset-password?lang=fr-FR', { form: { token: 'x', password: 'y' } });
  const [, href = ''] = /<a class="button" href="([^"]+)"/.exec(text) ?? [];
  const page = await story.call('GET', href);
  expect(page.status).toBe(200);
  expect(page.text).toContain('name="email"');
});
