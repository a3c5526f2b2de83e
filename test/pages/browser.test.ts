// The pages in a real browser: accessibility, small screens, both colour schemes, keyboard, our own CSP, no script.
// One browser, one page per setting. Not here: what handlers do with a post.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type axe from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageHeaders } from '../../shared/pages/headers.ts';
import { LANGUAGES, pickLocale } from '../../shared/pages/locale.ts';
import { view } from '../../shared/pages/view.ts';
import { openBrowser } from '../support/browser.ts';
import { SAMPLES } from './samples.ts';

const { browser, reason } = await openBrowser();
if (reason) console.warn(`SKIPPED: pages in a browser, because ${reason}`);

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const names = Object.keys(SAMPLES);

let server: Server;
let base = '';
let posted: { url: string; headers: Record<string, unknown>; body: URLSearchParams } | undefined;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://local');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method === 'POST') {
      posted = { url: url.href, headers: request.headers, body: new URLSearchParams(String(Buffer.concat(chunks))) };
    }
    const state = SAMPLES[url.pathname.slice(1)] ?? { page: 'done', what: 'password-reset' };
    response.writeHead(200, pageHeaders()).end(view(state, pickLocale(url.searchParams.get('lang') ?? undefined)));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await browser?.close();
  await new Promise((done) => server.close(done));
});

async function withPage(options: BrowserContextOptions, use: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser?.newContext(options);
  if (!context) throw new Error('no browser');
  try {
    await use(await context.newPage());
  } finally {
    await context.close();
  }
}

const title = `pages in a browser${reason ? ` (skipped: ${reason})` : ''}`;

describe.skipIf(reason)(title, { timeout: 60_000 }, () => {
  // Of each state the two languages together show all four settings.
  it.each([
    { lang: 'en-US', narrow: 'light', wide: 'dark' },
    { lang: 'de-DE', narrow: 'dark', wide: 'light' },
  ] as const)('axe finds nothing in $lang: 320 px $narrow, 1280 px $wide', async ({ lang, narrow, wide }) => {
    // axe has to be let in; that our policy keeps everything else out is another test's matter.
    await withPage({ bypassCSP: true, reducedMotion: 'reduce' }, async (page) => {
      const look = async (name: string, width: number, colorScheme: 'light' | 'dark') => {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme });
        const results = (await page.evaluate("axe.run({ resultTypes: ['violations'] })")) as axe.AxeResults;
        const found = results.violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`);
        expect(found, `${name} ${width} ${colorScheme}`).toEqual([]);
      };
      for (const name of names) {
        await page.goto(`${base}/${name}?lang=${lang}`);
        await page.evaluate(axeSource);
        await look(name, 320, narrow);
        await look(name, 1280, wide);
      }
    });
  });

  it('nothing scrolls sideways at 320 px in any language, and targets are large enough', async () => {
    const measure = `({
      width: document.documentElement.scrollWidth,
      target: Math.min(...[...document.querySelectorAll(
        'a, button, input:not([type=hidden], [type=checkbox]), label:has(input)')]
          .map((target) => target.getBoundingClientRect().height), 99),
    })`;
    await withPage({ viewport: { width: 320, height: 640 } }, async (page) => {
      for (const { locale } of LANGUAGES) {
        for (const name of names) {
          await page.goto(`${base}/${name}?lang=${locale}`);
          const { width, target } = (await page.evaluate(measure)) as { width: number; target: number };
          expect(width, `${name} ${locale}`).toBeLessThanOrEqual(320);
          expect(target, `${name} ${locale}`).toBeGreaterThanOrEqual(44);
        }
      }
    });
  });

  it('our policy is obeyed without a complaint, lets no script in and asks for nothing else', async () => {
    await withPage({}, async (page) => {
      const complaints: string[] = [];
      const requests: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('request', (request) => !request.url().startsWith('data:') && requests.push(request.url()));
      for (const name of names) await page.goto(`${base}/${name}`);
      expect(complaints).toEqual([]);
      expect(requests).toEqual(names.map((name) => `${base}/${name}`));
      expect(await page.evaluate('getComputedStyle(document.querySelector(".sheet")).borderRadius')).toBe('14px');
      // The rule above must be able to fail: a foreign style is refused.
      await page.evaluate(
        'document.head.append(Object.assign(document.createElement("style"), { textContent: "p {}" }))',
      );
      await expect.poll(() => complaints.join()).toContain('Content Security Policy');
    });
  });

  it('the keyboard reaches every field and the button, in the order of the page', async () => {
    await withPage({}, async (page) => {
      await page.goto(`${base}/accept-problems`);
      const order: unknown[] = [];
      for (let step = 0; step < 6; step += 1) {
        await page.keyboard.press('Tab');
        order.push(
          await page.evaluate(
            'document.activeElement.id || document.activeElement.hash || document.activeElement.type',
          ),
        );
        expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
      }
      expect(order).toEqual(['#familyName', '#password', 'givenName', 'familyName', 'password', 'submit']);
    });
  });

  it('works without script: the summary leads to the field, and the post carries what the page promised', async () => {
    await withPage({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${base}/reset?token=in-the-address&lang=de-DE`);
      await page.getByLabel('Neues Passwort').fill('ein Satz aus ein paar Wörtern');
      await page.getByRole('button').click();
      await page.waitForURL(`${base}/reset-password?lang=de-DE`);
      expect(await page.getByRole('heading').innerText()).toBe('Ihr neues Passwort ist gespeichert');
      expect(posted?.url).toBe('http://local/reset-password?lang=de-DE');
      expect([...(posted?.body.keys() ?? [])]).toEqual(['token', 'password']);
      // What the handler lets in: the browser names our origin, and calls the post same-origin.
      expect(posted?.headers).toMatchObject({ origin: base, 'sec-fetch-site': 'same-origin' });
      await page.goto(`${base}/forgot-invalid`);
      await page.getByRole('alert').getByRole('link').click();
      await expect.poll(() => page.locator('#email:target').count()).toBe(1);
    });
  });

  it('a page leaves no trace of its token with the site it leads to', async () => {
    await withPage({}, async (page) => {
      await page.route('https://app.example.com/**', (route) => route.fulfill({ body: 'there' }));
      await page.goto(`${base}/done-reset?token=secret`);
      const [request] = await Promise.all([
        page.waitForRequest('https://app.example.com/**'),
        page.getByRole('link', { name: 'Continue' }).click(),
      ]);
      expect((await request.allHeaders()).referer).toBeUndefined();
    });
  });

  it('forced colours and twice the text size lose nothing', async () => {
    await withPage({ forcedColors: 'active', viewport: { width: 640, height: 800 } }, async (page) => {
      await page.goto(`${base}/accept-problems?lang=de-DE`);
      await page.evaluate('document.documentElement.style.fontSize = "200%"');
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(640);
      expect(await page.evaluate('getComputedStyle(document.querySelector("form .button")).borderTopStyle')).toBe(
        'solid',
      );
      await page.getByRole('button').scrollIntoViewIfNeeded();
      expect(await page.getByRole('button').isVisible()).toBe(true);
    });
  });
});
