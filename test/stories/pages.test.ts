// Every page in every state, as the running service sends it to a real browser: accessible, readable on a small screen,
// nothing from elsewhere, nothing kept. Not here: what the forms do (person.test.ts, dead-links.test.ts).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page, Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { STATES } from '../support/pages-walk.ts';
import { openStory, type Story } from '../support/story.ts';

const { browser, reason } = await openBrowser();
if (reason) console.warn(`SKIPPED: pages of the running service, because ${reason}`);

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let story: Story;
/** A window of its own that knows axe, past the policy that keeps it out of ours: pages are shown in it once more. */
let examiner: Page | undefined;

beforeAll(async () => {
  story = await openStory();
  examiner = await browser?.newPage({ bypassCSP: true, reducedMotion: 'reduce' });
  await examiner?.goto(`${story.base}/health`);
  await examiner?.evaluate(axeSource);
});
afterAll(async () => {
  await browser?.close();
  await story?.stop();
});

async function withPage(use: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser?.newContext();
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

type Setting = readonly [width: number, scheme: 'light' | 'dark'];
// A run of axe takes longer than a page: one language shows it what the other does not.
const SETTINGS = { 'fr-FR': [320, 'dark'], 'pt-BR': [1280, 'light'] } as const satisfies Record<string, Setting>;

/** What axe finds in a setting, and how far the page reaches beyond the screen in any. */
async function findings(html: string, [width, colorScheme]: Setting): Promise<string[]> {
  if (!examiner) throw new Error('no browser');
  await examiner.emulateMedia({ colorScheme });
  await examiner.setViewportSize({ width, height: 800 });
  await examiner.evaluate(`document.open(); document.write(${JSON.stringify(html)}); document.close()`);
  const { violations } = (await examiner.evaluate("axe.run({ resultTypes: ['violations'] })")) as axe.AxeResults;
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  for (const screen of [1280, 320]) {
    await examiner.setViewportSize({ width: screen, height: 800 });
    const beyond = Number(await examiner.evaluate('document.documentElement.scrollWidth')) - screen;
    if (beyond > 0) found.push(`reaches ${beyond} px beyond ${screen}`);
  }
  return found;
}

/** What a browser says and asks for while pages are shown. */
function listen(page: Page) {
  const said: string[] = [];
  const asked: string[] = [];
  const answers: Response[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) asked.push(request.url());
  });
  page.on('response', (response) => answers.push(response));
  return { said, asked, answers };
}

function expectPrivate({ said, asked, answers }: ReturnType<typeof listen>): void {
  expect(said.filter((line) => !line.startsWith('Failed to load resource: the server responded'))).toEqual([]);
  expect(asked.filter((url) => !url.startsWith(`${story.base}/`) && url !== 'about:blank')).toEqual([]);
  for (const answer of answers) {
    const headers = answer.headers();
    expect(headers['set-cookie']).toBeUndefined();
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; .*base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(headers['content-security-policy']).not.toMatch(/script-src|unsafe/);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
    if (answer.url().endsWith('/docs')) continue;
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
      'x-frame-options': 'DENY',
    });
  }
}

const title = `the pages of the running service${reason ? ` (skipped: ${reason})` : ''}`;

describe.skipIf(reason)(title, { timeout: 180_000 }, () => {
  test.each(['fr-FR', 'pt-BR'] as const)('in %s are accessible in every state and keep to themselves', async (lang) => {
    // Every walk uses up this machine's wrong codes.
    await story.dev('POST', 'clock', { advance: 'PT61M' });
    await withPage(async (page) => {
      const heard = listen(page);
      for (const [name, status, reach] of STATES) {
        expect([name, await reach({ story, page, lang, id: lang })]).toEqual([name, status]);
        expect([name, await page.locator('html').getAttribute('lang')]).toEqual([name, lang]);
        expect([name, await findings(await page.content(), SETTINGS[lang])]).toEqual([name, []]);
      }
      expectPrivate(heard);
    });
  });

  test('the API document is accessible, carries no script and asks for nothing', async () => {
    await withPage(async (page) => {
      const heard = listen(page);
      await page.goto(`${story.base}/docs`);
      expect(await page.locator('script').count()).toBe(0);
      const html = await page.content();
      for (const setting of Object.values(SETTINGS)) expect(await findings(html, setting)).toEqual([]);
      expectPrivate(heard);
    });
  });

  test('what finds nothing here can find something', async () => {
    const wide = '<div style="width:1400px">x</div>';
    const html = `<html lang="en"><title>x</title><main><h1>x</h1>${wide}<input></main></html>`;
    expect(await findings(html, [320, 'light'])).toEqual([
      expect.stringMatching(/^label: /),
      expect.stringMatching(/beyond 1280$/),
      expect.stringMatching(/beyond 320$/),
    ]);
  });
});
