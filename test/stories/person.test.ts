// One person's way through the directory, as that person: letters read in the inbox, links opened in a browser, forms
// typed into. Not here: how pages look (pages.test.ts), every way a link can be dead (dead-links.test.ts).
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { OTHER_PASSWORD, openStory, PASSWORD, type Story, tokenOf } from '../support/story.ts';

const { browser, reason } = await openBrowser();
if (reason) console.warn(`SKIPPED: stories in a browser, because ${reason}`);

let story: Story;

beforeAll(async () => {
  story = await openStory();
});
afterAll(async () => {
  await browser?.close();
  await story?.stop();
});

async function inBrowser(use: (page: Page) => Promise<void>, options: BrowserContextOptions = {}): Promise<void> {
  const context = await browser?.newContext(options);
  if (!context) throw new Error('no browser');
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await use(page);
    expect(await context.cookies()).toEqual([]);
  } finally {
    await context.close();
  }
}

/** Clicks what sends the form and waits for the answer. */
async function submit(page: Page): Promise<number | undefined> {
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST'),
    page.locator('form button').click(),
  ]);
  await page.waitForLoadState();
  return answer.status();
}

const heading = (page: Page): Promise<string> => page.getByRole('heading', { level: 1 }).innerText();

const SCANNERS = [
  'Mozilla/5.0 (Windows NT 10.0) Microsoft Office/16.0 (Microsoft Outlook 16.0; Safe Links)',
  'Mozilla/5.0 (compatible; Proofpoint URL Defense)',
  'Mozilla/5.0 (compatible; Mimecast URL Protect)',
  'Barracuda Sentinel (EE)',
  'GoogleImageProxy',
  'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
  'facebookexternalhit/1.1',
  'WhatsApp/2.23',
  'Mozilla/5.0 (compatible; bingbot/2.0)',
  '',
];

/** What stands between a letter and its reader: fetchers, and a browser that runs a page but clicks nothing. */
async function scan(link: string): Promise<void> {
  const visits = SCANNERS.flatMap((agent) => ['GET', 'HEAD'].map((method) => [method, agent] as const));
  for (const [method, agent] of visits) {
    expect((await story.call(method, link, { headers: { 'user-agent': agent } })).status).toBe(200);
  }
  await inBrowser(async (page) => {
    const posts: string[] = [];
    page.on('request', (request) => request.method() !== 'GET' && posts.push(request.url()));
    await page.goto(link, { waitUntil: 'networkidle' });
    expect(posts).toEqual([]);
  });
}

describe.skipIf(reason)(`a person in a browser${reason ? ` (skipped: ${reason})` : ''}`, () => {
  test('is invited, comes in, forgets the password, chooses another, and old ways in are closed', async () => {
    const ada = 'ada@example.com';
    const invite = await story.invite(ada, { roles: ['member'] });
    await scan(invite.link);
    expect(await story.admin('GET', `/v1/invites/${invite.id}`)).toMatchObject({ state: 'pending' });

    await inBrowser(async (page) => {
      await page.goto(invite.link);
      await page.getByLabel('First name').fill('Ada');
      await page.getByLabel('Last name').fill('Lovelace');
      await page.getByLabel('Password').fill(PASSWORD);
      expect(await submit(page)).toBe(200);
      expect(await heading(page)).toBe('Welcome aboard');
      expect(page.url()).not.toContain('token');
    });
    const first = await story.signIn(ada);
    expect(first.json.user).toMatchObject({ state: 'active', profile: { givenName: 'Ada', familyName: 'Lovelace' } });
    const second = await story.signIn(ada);

    await inBrowser(async (page) => {
      await page.goto(`${story.base}/forgot-password`);
      await page.getByLabel('Email address').fill(ada);
      expect(await submit(page)).toBe(200);
      expect(await heading(page)).toBe('Check your inbox');
    });
    const reset = await story.letter(ada);
    expect(reset.link).toContain('/reset-password?');
    await scan(reset.link);

    await inBrowser(async (page) => {
      await page.goto(reset.link);
      await page.getByLabel('New password').fill('short');
      expect(await submit(page)).toBe(422);
      await page.getByLabel('New password').fill(OTHER_PASSWORD);
      expect(await submit(page)).toBe(200);
      expect(await heading(page)).toBe('Your new password is saved');
    });
    expect((await story.signIn(ada, PASSWORD)).json.code).toBe('sign-in-failed');
    expect((await story.signIn(ada, OTHER_PASSWORD)).status).toBe(200);
    for (const { json } of [first, second]) {
      const refreshed = await story.call('POST', '/v1/sessions/refresh', { body: { refreshToken: json.refreshToken } });
      expect([refreshed.status, refreshed.json.code]).toEqual([401, 'session-ended']);
    }
    expect((await story.letter(ada)).subject).toContain('password');

    await inBrowser(async (page) => {
      await page.goto(reset.link);
      await page.getByLabel('New password').fill('yet another long password');
      expect(await submit(page)).toBe(410);
      expect(await heading(page)).toBe('This link no longer works');
      await page.getByRole('link', { name: 'Ask for a new email' }).click();
      expect(await heading(page)).toBe('Forgot your password?');
      // The next letter of the same minute would be the same one.
      await story.dev('POST', 'clock', { advance: 'PT2M' });
      await page.getByLabel('Email address').fill(ada);
      await submit(page);
      await page.goto((await story.letter(ada)).link);
      await page.getByLabel('New password').fill('yet another long password');
      expect(await submit(page)).toBe(200);
    });
    expect((await story.signIn(ada, 'yet another long password')).status).toBe(200);
    expect((await story.signIn(ada, OTHER_PASSWORD)).status).toBe(401);
  });

  test('does the same with codes instead of links, in German, without script', async () => {
    const bert = 'bert@example.com';
    const options = { javaScriptEnabled: false, locale: 'de-DE' };
    const { code, subject } = await story.invite(bert, { locale: 'de-DE' });
    expect(subject).toBe('Einladung zu Example');
    await inBrowser(async (page) => {
      await page.goto(`${story.base}/accept-invite`);
      expect(await page.locator('html').getAttribute('lang')).toBe('de-DE');
      await page.getByLabel('E-Mail-Adresse').fill('Bert@Example.com');
      await page.getByLabel('Code aus der E-Mail').fill(` ${code.toLowerCase().replace('-', ' ')} `);
      await page.getByLabel('Vorname').fill('Bert');
      await page.getByLabel('Passwort', { exact: true }).fill(PASSWORD);
      expect(await submit(page)).toBe(200);
      expect(await heading(page)).toBe('Willkommen');
    }, options);
    const { refreshToken } = (await story.signIn(bert)).json;

    await inBrowser(async (page) => {
      await page.goto(`${story.base}/forgot-password`);
      await page.getByLabel('E-Mail-Adresse').fill(bert);
      expect(await submit(page)).toBe(200);
      const letter = await story.letter(bert);
      expect(letter.text).toContain('/reset-password?token=');
      await page.getByRole('link', { name: 'Code aus der E-Mail eingeben' }).click();
      await page.getByLabel('E-Mail-Adresse').fill(bert);
      await page.getByLabel('Code aus der E-Mail').fill(letter.code);
      await page.getByLabel('Neues Passwort').fill(OTHER_PASSWORD);
      expect(await submit(page)).toBe(200);
      expect(await heading(page)).toBe('Ihr neues Passwort ist gespeichert');
      expect(await page.locator('html').getAttribute('lang')).toBe('de-DE');
    }, options);
    expect((await story.signIn(bert)).status).toBe(401);
    expect((await story.signIn(bert, OTHER_PASSWORD)).status).toBe(200);
    expect((await story.call('POST', '/v1/sessions/refresh', { body: { refreshToken } })).status).toBe(401);
  });

  test('with an account in another org joins by the password they have, and a wrong one costs nothing', async () => {
    const cleo = 'cleo@example.com';
    await story.person(cleo, PASSWORD, { profile: { givenName: 'Cleo' } });
    const redirectUrl = 'https://app.example.com/welcome';
    const other = await story.otherOrg('Northwind', { redirectOrigins: ['https://app.example.com'] });
    const invited = await story.call('POST', '/v1/invites', { token: other, body: { email: cleo, redirectUrl } });
    expect(invited.json.userId).toBeUndefined();
    const { link, subject } = await story.letter(cleo);
    expect(subject).toContain('Northwind');

    await inBrowser(async (page) => {
      await page.goto(link);
      await page.getByLabel('First name').fill('Somebody');
      await page.getByLabel('Password').fill(OTHER_PASSWORD);
      expect(await submit(page)).toBe(401);
      expect(await page.getByRole('alert').innerText()).toContain('This is not the password of your account.');
      expect(await page.locator('main').innerText()).toContain('Enter the password you use now');
      await page.getByLabel('Your current password').fill(PASSWORD);
      expect(await submit(page)).toBe(200);
      expect(await page.locator('main').innerText()).toContain('Northwind');
      expect(await page.getByRole('link', { name: 'Continue' }).getAttribute('href')).toBe(redirectUrl);
    });
    expect((await story.call('GET', `/v1/users/by-email/${cleo}`, { token: other })).status).toBe(200);
    const { user } = (await story.signIn(cleo)).json;
    expect(user.profile.givenName).toBe('Cleo');
  });

  test('changes the address: the new one proves itself on a page, the old one is told', async () => {
    const [before, after] = ['dora@example.com', 'dora.new@example.com'];
    await story.person(before, PASSWORD);
    const { accessToken: token } = (await story.signIn(before)).json;
    const asked = await story.call('POST', '/v1/contact-validations', { token, body: { email: after } });
    expect(asked.status).toBe(202);
    const proof = await story.letter(after);
    const told = await story.letter(before);
    expect(told.link).toBe('');
    expect(told.text).not.toContain(tokenOf(proof.link));
    await scan(proof.link);
    expect((await story.signIn(after)).status).toBe(401);

    await inBrowser(async (page) => {
      await page.goto(proof.link);
      expect(await page.locator('main input:visible').count()).toBe(0);
      expect(await submit(page)).toBe(200);
      expect(await heading(page)).toBe('Your address is confirmed');
      expect(await page.locator('main').innerText()).toContain(after);
    });
    expect((await story.signIn(before)).status).toBe(401);
    expect((await story.signIn(after)).json.user.email).toBe(after);
  });
});
