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

beforeAll(async () => {
  story = await openStory();
});
afterAll(async () => {
  await browser?.close();
  await story?.stop();
});

/** Every walk uses up this machine's wrong codes. */
const anotherHour = () => story.dev('POST', 'clock', { advance: 'PT61M' });

async function withPage(bypassCSP: boolean, use: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser?.newContext({ bypassCSP, reducedMotion: 'reduce' });
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
async function findings(page: Page, [width, colorScheme]: Setting): Promise<string[]> {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height: 800 });
  await page.evaluate(axeSource);
  const { violations } = (await page.evaluate("axe.run({ resultTypes: ['violations'] })")) as axe.AxeResults;
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  for (const screen of [1280, 320]) {
    await page.setViewportSize({ width: screen, height: 800 });
    const beyond = Number(await page.evaluate('document.documentElement.scrollWidth')) - screen;
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

describe.skipIf(reason)(`the pages of the running service${reason ? ` (skipped: ${reason})` : ''}`, () => {
  test.each(['fr-FR', 'pt-BR'] as const)('are accessible in every state in %s', { timeout: 120_000 }, async (lang) => {
    await anotherHour();
    await withPage(true, async (page) => {
      for (const [name, status, reach] of STATES) {
        expect([name, await reach({ story, page, lang, id: `axe-${lang}` })]).toEqual([name, status]);
        expect([name, await page.locator('html').getAttribute('lang')]).toEqual([name, lang]);
        expect([name, await findings(page, SETTINGS[lang])]).toEqual([name, []]);
      }
    });
  });

  test('the API document is accessible and carries no script', async () => {
    await withPage(true, async (page) => {
      await page.goto(`${story.base}/docs`);
      expect(await page.locator('script').count()).toBe(0);
      for (const setting of Object.values(SETTINGS)) expect(await findings(page, setting)).toEqual([]);
    });
  });

  test('ask nobody else for anything, set nothing, and obey their own policy', async () => {
    await anotherHour();
    await withPage(false, async (page) => {
      const { said, asked, answers } = listen(page);
      for (const [name, status, reach] of STATES) {
        expect([name, await reach({ story, page, lang: 'en-US', id: 'plain' })]).toEqual([name, status]);
      }
      await page.goto(`${story.base}/docs`);
      expect(said.filter((line) => !line.startsWith('Failed to load resource: the server responded'))).toEqual([]);
      expect(asked.filter((url) => !url.startsWith(`${story.base}/`))).toEqual([]);
      for (const answer of answers) {
        const headers = answer.headers();
        expect(headers['set-cookie']).toBeUndefined();
        expect(headers['content-security-policy']).toMatch(
          /^default-src 'none'; style-src 'sha256-[^']+';.*base-uri 'none'/,
        );
        expect(headers['content-security-policy']).not.toMatch(/script-src|unsafe/);
        if (answer.url().endsWith('/docs')) continue;
        expect(headers).toMatchObject({
          'cache-control': 'no-store',
          'referrer-policy': 'same-origin',
          'x-content-type-options': 'nosniff',
          'x-frame-options': 'DENY',
        });
      }
    });
  });
});
