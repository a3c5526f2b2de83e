// Every state of every page as a person comes to it over the running service: where to go, what to type, what to press.
// Not here: what must hold of them.
import type { Page } from 'playwright-core';
import { OTHER_PASSWORD, PASSWORD, type Story } from './story.ts';

export interface Walker {
  story: Story;
  page: Page;
  lang: string;
  /** Tells addresses of one walk from those of another. */
  id: string;
}

type Reach = (walker: Walker) => Promise<number | undefined>;

/** Opens a path in the walker's language. */
async function open({ page, story, lang }: Walker, path: string): Promise<number | undefined> {
  const url = new URL(path, story.base);
  url.searchParams.set('lang', lang);
  return (await page.goto(url.href))?.status();
}

/** Types into the form as it stands and sends it, also what a browser would hold back. */
async function send({ page }: Walker, fields: Record<string, string> = {}): Promise<number | undefined> {
  for (const [name, value] of Object.entries(fields)) await page.locator(`input[name="${name}"]`).fill(value);
  await page.evaluate('document.forms[0].noValidate = true');
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST'),
    page.locator('form button').click(),
  ]);
  await page.waitForLoadState();
  return answer.status();
}

const address = ({ id }: Walker, name: string) => `${name}.${id}@example.com`.toLowerCase();
const linkOf = async ({ story }: Walker, email: string) => (await story.letter(email)).link;

async function invitedElsewhere(walker: Walker, email: string): Promise<string> {
  const { story, id } = walker;
  const settings = { termsVersion: '2026-04', redirectOrigins: ['https://app.example.com'] };
  const token = await story.otherOrg(`Northwind ${id}`, settings);
  const body = { email, redirectUrl: 'https://app.example.com/welcome' };
  await story.call('POST', '/v1/invites', { token, body });
  return linkOf(walker, email);
}

/** An invite by somebody who may not invite to that role any longer. */
async function invitedByNobodyNow(walker: Walker): Promise<string> {
  const { story } = walker;
  const [admin, guest] = [address(walker, 'demoted'), address(walker, 'too-high')];
  await story.person(admin, PASSWORD, { roles: ['admin'] });
  const { accessToken, user } = (await story.signIn(admin)).json;
  await story.call('POST', '/v1/invites', { token: accessToken, body: { email: guest, roles: ['admin'] } });
  await story.admin('PUT', `/v1/users/${user.id}/roles`, { roles: ['member'] });
  return linkOf(walker, guest);
}

async function forgetful(walker: Walker, name: string): Promise<string> {
  const email = address(walker, name);
  await walker.story.person(email);
  await walker.story.call('POST', '/v1/password-resets', { body: { email } });
  return linkOf(walker, email);
}

/** A proof letter's link, and the page's path for its code. */
async function moving(walker: Walker, name: string): Promise<{ link: string; byCode: string }> {
  const { story } = walker;
  const [email, to] = [address(walker, name), address(walker, `${name}-new`)];
  await story.person(email);
  const { accessToken: token } = (await story.signIn(email)).json;
  const asked = await story.call('POST', '/v1/contact-validations', { token, body: { email: to } });
  return { link: await linkOf(walker, to), byCode: `/verify-email?id=${asked.json.id}` };
}

/** A form of another site, sent here. */
async function sendFromElsewhere({ page, story, lang }: Walker): Promise<number | undefined> {
  await page.goto('about:blank');
  await page.setContent(
    `<form method="post" action="${story.base}/forgot-password?lang=${lang}"><button>x</button></form>`,
  );
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST'),
    page.locator('button').click(),
  ]);
  await page.waitForLoadState();
  return answer.status();
}

/** In the order of a walk: a state may go on from the one before. Each resolves to the status of its answer. */
export const STATES: readonly [name: string, status: number, reach: Reach][] = [
  ['accept', 200, async (to) => open(to, (await to.story.invite(address(to, 'ana'))).link)],
  ['accept, wrong input', 422, (to) => send(to, { givenName: 'https://example.com', password: 'short' })],
  ['accepted', 200, (to) => send(to, { givenName: 'Ana', password: PASSWORD })],
  [
    'accept, terms asked for',
    422,
    async (to) => {
      await open(to, await invitedElsewhere(to, address(to, 'bea')));
      return send(to, { password: PASSWORD });
    },
  ],
  [
    'accepted, leads on',
    200,
    async (to) => {
      await to.page.locator('input[name="acceptTerms"]').check();
      return send(to, { password: PASSWORD });
    },
  ],
  [
    'accept, password of the account asked for',
    401,
    async (to) => {
      await to.story.person(address(to, 'cai'));
      await open(to, await invitedElsewhere(to, address(to, 'cai')));
      return send(to, { password: OTHER_PASSWORD });
    },
  ],
  ['accept by code', 200, (to) => open(to, '/accept-invite')],
  [
    'accept by code, wrong',
    410,
    (to) => send(to, { email: address(to, 'nobody'), code: 'ABCD-EFGH', password: PASSWORD }),
  ],
  ['accept, dead', 410, (to) => open(to, '/accept-invite?token=x').then(() => send(to, { password: PASSWORD }))],
  [
    'accept, not possible',
    403,
    async (to) => {
      await open(to, await invitedByNobodyNow(to));
      return send(to, { password: PASSWORD });
    },
  ],
  ['forgot', 200, (to) => open(to, '/forgot-password')],
  ['forgot, wrong input', 422, (to) => send(to, { email: 'ana' })],
  ['asked', 200, (to) => send(to, { email: address(to, 'nobody') })],
  ['reset', 200, async (to) => open(to, await forgetful(to, 'dan'))],
  ['reset, wrong input', 422, (to) => send(to, { password: 'short' })],
  ['reset done', 200, (to) => send(to, { password: OTHER_PASSWORD })],
  ['reset by code', 200, (to) => open(to, '/reset-password')],
  ['reset by code, empty', 422, (to) => send(to)],
  [
    'reset by code, wrong',
    410,
    (to) => send(to, { email: address(to, 'nobody'), code: 'ABCD-EFGH', password: PASSWORD }),
  ],
  ['reset, dead', 410, (to) => open(to, '/reset-password?token=x').then(() => send(to, { password: PASSWORD }))],
  ['verify', 200, async (to) => open(to, (await moving(to, 'eva')).link)],
  ['verified', 200, (to) => send(to)],
  ['verify by code', 200, async (to) => open(to, (await moving(to, 'flo')).byCode)],
  ['verify by code, wrong', 410, (to) => send(to, { code: 'ABCD-EFGH' })],
  ['verify, nothing given', 200, (to) => open(to, '/verify-email')],
  ['verify, dead', 410, (to) => open(to, '/verify-email?token=x').then(() => send(to))],
  ['from another site', 403, sendFromElsewhere],
  ['no such page', 404, (to) => open(to, '/accept-invite/here')],
  [
    'broken form',
    400,
    async (to) => {
      await open(to, '/forgot-password');
      await to.page.evaluate('document.forms[0].append(document.forms[0].elements.email.cloneNode())');
      return send(to);
    },
  ],
  [
    'unavailable',
    503,
    async (to) => {
      await open(to, '/forgot-password');
      await to.story.dev('POST', 'faults', { service: 'dynamodb', mode: 'fail-before', key: 'ask' });
      const status = await send(to, { email: address(to, 'ana') });
      await to.story.dev('DELETE', 'faults');
      return status;
    },
  ],
  [
    'too many tries',
    429,
    async (to) => {
      const guess = () =>
        to.story.call('POST', '/verify-email', {
          form: { id: '0197f0c2-7b1e-7c3a-9d55-0a1b2c3d4e5f', code: 'ABCDEFGH' },
        });
      while ((await Promise.all(Array.from({ length: 50 }, guess))).every(({ status }) => status !== 429));
      await open(to, '/verify-email?id=0197f0c2-7b1e-7c3a-9d55-0a1b2c3d4e5f');
      return send(to, { code: 'ABCD-EFGH' });
    },
  ],
];
