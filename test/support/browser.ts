// A real browser for tests, from npm alone: no download, no system package. Not here: what a test does with it.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import packed from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

export type OpenedBrowser = { browser: Browser; reason?: undefined } | { browser?: undefined; reason: string };

// Inside node_modules: `npm ci` clears it, and nobody else can put a binary there, as they could under /tmp.
const CACHE = join(import.meta.dirname, '../../node_modules/.cache');
const HOME = join(CACHE, 'rollcall-browser');

// The package is made for Lambda. Without these flags the browser keeps the rules that our pages rely on, and survives
// the closing of one of several contexts.
const UNWANTED = ['--single-process', '--disable-web-security', '--allow-running-insecure-content'];

/** The browser, or the reason why this machine has none: then tests skip and say so. The caller closes it. */
export async function openBrowser(): Promise<OpenedBrowser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { reason: `the packed browser runs on Linux x64 only, this is ${process.platform} ${process.arch}` };
  }
  try {
    await unpack();
    // The system's libraries fit it best; those that come with the package serve a machine that lacks NSS.
    return { browser: await launch({}).catch(() => launch({ LD_LIBRARY_PATH: join(HOME, 'al2023/lib') })) };
  } catch (error) {
    return { reason: `the packed browser does not start here: ${String(error).split('\n')[0]}` };
  }
}

function launch(libraries: Record<string, string>): Promise<Browser> {
  const fonts = existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_PATH: HOME };
  return chromium.launch({
    executablePath: join(HOME, 'chromium'),
    args: packed.args.filter((flag) => !UNWANTED.includes(flag)),
    env: { ...process.env, ...fonts, ...libraries },
  });
}

// Test files run side by side: each unpacks into a folder of its own, and the first to finish gives it the name.
async function unpack(): Promise<void> {
  if (existsSync(HOME)) return;
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'unpacking-'));
  // The package unpacks to the temporary folder, and its libraries only where it believes to be on Lambda.
  const before = { TMPDIR: process.env.TMPDIR, AWS_EXECUTION_ENV: process.env.AWS_EXECUTION_ENV };
  Object.assign(process.env, { TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' });
  try {
    await packed.executablePath();
    writeFileSync(join(folder, 'fonts.conf'), `<fontconfig><dir>${HOME}/fonts</dir></fontconfig>`);
    renameSync(folder, HOME);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (!existsSync(HOME)) throw error;
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
