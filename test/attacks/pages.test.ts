// Attacks on the pages behind links, and what they answer to people: what a GET may do, who may post, what comes back.
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pageHeaders } from '../../shared/pages/headers.ts';
import { type Answer, type TestService, testService } from '../support/service.ts';
import { activePerson, NEW_PASSWORD, newAddress, ok, PASSWORD } from '../support/world.ts';

let service: TestService;
let sources = 0;
const source = () => `198.51.100.${++sources}`;
const PAGES = ['/accept-invite', '/reset-password', '/verify-email', '/forgot-password'] as const;
const ORIGIN = 'http://rollcall.test';

beforeAll(async () => {
  service = await testService();
  const body = { settings: { redirectOrigins: ['https://app.example.com'], passwordPolicy: { minLength: 20 } } };
  const token = await service.tokenFor();
  await ok(service.call('PATCH', `/v1/orgs/${service.seed.orgId}`, { token, body }));
});
afterEach(() => service.faults.clear());
beforeEach(() => service.advance(60_000));

const person = () => activePerson(service, service.seed.orgId);
const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  service.call('POST', path, { form, headers, sourceIp: source() });

async function resetLetter(email: string) {
  await ok(service.call('POST', '/v1/password-resets', { body: { email }, sourceIp: source() }));
  const letter = (await service.deliver()).filter(({ to, token }) => to === email && token).at(-1);
  if (!letter?.token || !letter.code) throw new Error('no reset letter was sent');
  return { token: letter.token, code: letter.code };
}

/** What every answer of a page has, whatever it says. */
function expectPage({ headers, body }: Answer): void {
  expect(headers).toMatchObject(pageHeaders());
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  expect(headers['referrer-policy']).toBe('same-origin');
  for (const name of ['set-cookie', 'location', 'access-control-allow-origin'])
    expect(headers).not.toHaveProperty(name);
  // Quoted values are text, whatever they say.
  expect(body.replace(/"[^"]*"/g, '""')).not.toMatch(/<script|<img|\son\w+=/i);
  expect(body).not.toMatch(/(href|src|action)="\s*javascript:/i);
  // Nothing foreign is loaded.
  expect(body).not.toMatch(/\s(src|srcset|action)="(https?:)?\/\//);
}

describe('following a link', () => {
  it('looks the same for any token, works for HEAD too, and touches nothing', async () => {
    const { email } = await person();
    const { token } = await resetLetter(email);
    const before = await service.dump();
    const calls = await service.trace(async () => {
      for (const path of PAGES) {
        const pages = await Promise.all(
          [token, 'nonsense', 'a'.repeat(5000), '"><script>alert(1)</script>'].map(async (given) => {
            const query = `${path}?token=${encodeURIComponent(given)}`;
            const [got, head] = [await service.call('GET', query), await service.call('HEAD', query)];
            expect([got.status, head.status, head.body]).toEqual([200, 200, '']);
            expectPage(got);
            const { 'x-request-id': _id, ...headers } = head.headers;
            expect(got.headers).toMatchObject(headers);
            return got.body.replace(/name="token" value="[^"]*"/, 'name="token"');
          }),
        );
        expect(new Set(pages).size).toBe(1);
      }
    });
    expect(calls).toEqual([]);
    expect(await service.dump()).toEqual(before);
  });

  it('shows nothing of what stands in the address but the token, as text', async () => {
    const hostile = `"><img src=x onerror=alert(1)><!--{{7*7}}\${7*7}<%= 7*7 %>{%x%}`;
    const query = `token=${encodeURIComponent(hostile)}&name=${encodeURIComponent(hostile)}`;
    for (const path of PAGES) {
      const answer = await service.call('GET', `${path}?${query}&lang=${encodeURIComponent(hostile)}`);
      expect(answer.status).toBe(200);
      expectPage(answer);
      expect(answer.body).not.toContain('<img');
      expect(answer.body).not.toContain('49');
      expect(answer.body).toContain('lang="en-US"');
    }
  });

  it('takes no place to go on to from anybody but the org', async () => {
    const { email } = await person();
    const { token } = await resetLetter(email);
    for (const target of [
      'https://evil.test',
      '//evil.test',
      '/\\evil.test',
      'javascript:alert(1)',
      'https:evil.test',
    ]) {
      const names = ['returnTo', 'redirectUrl', 'redirect_uri', 'next', 'continueUrl'];
      const query = names.map((name) => `${name}=${encodeURIComponent(target)}`).join('&');
      const { body } = await service.call('GET', `/reset-password?token=${token}&${query}`);
      expect(body).not.toContain('evil');
      expect(body).not.toContain('alert');
    }
    const form = { token, password: NEW_PASSWORD, returnTo: 'https://evil.test', redirectUrl: 'https://evil.test' };
    const done = await post('/reset-password?returnTo=https://evil.test', form);
    expect(done.status).toBe(200);
    expectPage(done);
    expect(done.body).not.toContain('evil');
    expect(done.body).not.toContain(token);
  });

  it('goes on to where the org sends people, by a link and never by itself', async () => {
    const platform = await service.platformToken();
    const token = await service.tokenFor();
    const path = `/v1/orgs/${service.seed.orgId}`;
    const settings = { defaultRedirectUrl: 'https://app.example.com/welcome' };
    await ok(service.call('PATCH', path, { token, body: { settings } }));
    const { email } = await person();
    const done = await post('/reset-password', { token: (await resetLetter(email)).token, password: NEW_PASSWORD });
    expect([done.status, done.headers.location]).toEqual([200, undefined]);
    expect(done.body).toContain('href="https://app.example.com/welcome"');
    await ok(service.call('PATCH', path, { token: platform, body: { settings: { defaultRedirectUrl: null } } }));
  });
});

describe('posting a form', () => {
  const sites: [Record<string, string>, boolean][] = [
    [{}, true],
    [{ origin: ORIGIN }, true],
    [{ origin: ORIGIN, 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'none' }, true],
    [{ 'sec-fetch-site': 'cross-site' }, false],
    [{ origin: ORIGIN, 'sec-fetch-site': 'cross-site' }, false],
    [{ origin: 'null' }, false],
    [{ origin: 'null', 'sec-fetch-site': 'same-origin' }, false],
    [{ origin: '' }, false],
    [{ origin: 'https://evil.test' }, false],
    [{ origin: 'https://rollcall.test' }, false],
    [{ origin: `${ORIGIN}:8080` }, false],
    [{ origin: `${ORIGIN}.evil.test` }, false],
    [{ origin: `${ORIGIN}, https://evil.test` }, false],
    [{ origin: 'http://sub.rollcall.test', 'sec-fetch-site': 'same-site' }, false],
    [{ origin: 'https://evil.test', host: 'evil.test', 'x-forwarded-host': 'evil.test' }, false],
  ];
  it.each(sites)('with %j is allowed: %s', async (headers, allowed) => {
    const email = newAddress();
    for (const path of PAGES) {
      const form = { token: 'x', email, password: NEW_PASSWORD };
      const calls = await service.trace(async () => {
        const answer = await post(path, path === '/forgot-password' ? { email } : form, headers);
        expectPage(answer);
        if (allowed) expect(answer.status).not.toBe(403);
        else expect(answer.status).toBe(403);
      });
      if (!allowed) expect(calls).toEqual([]);
    }
  });

  it('is not offered to other sites by any preflight', async () => {
    for (const origin of ['https://evil.test', 'null', 'http://sub.rollcall.test']) {
      for (const path of [...PAGES, '/v1/password-resets', '/v1/sessions', '/v1/me']) {
        const headers = { origin, 'access-control-request-method': 'POST' };
        const answer = await service.call('OPTIONS', path, { headers });
        expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
        expect(answer.status).toBeGreaterThanOrEqual(400);
      }
    }
  });

  it('sets the password by link, once; a dead link is one page with a next step', async () => {
    const { email } = await person();
    const { token } = await resetLetter(email);
    const done = await post('/reset-password?lang=fr-FR', { token, password: NEW_PASSWORD });
    expect(done.status).toBe(200);
    expectPage(done);
    expect(done.body).toContain('<html lang="fr-FR"');
    const dead = await Promise.all(
      [token, 'nonsense', token.slice(0, -1), `${token}A`].map((tried) =>
        post('/reset-password', { token: tried, password: NEW_PASSWORD }),
      ),
    );
    for (const answer of dead) {
      expect(answer.status).toBe(410);
      expectPage(answer);
      expect(answer.body).toBe(dead[0]?.body);
      expect(answer.body).toContain('href="/forgot-password?lang=en-US"');
    }
    const signed = await service.call('POST', '/v1/sessions', { body: { email, password: NEW_PASSWORD } });
    expect(signed.status).toBe(200);
  });

  it('sets the password by address and code; a wrong one gives the form back, the same for anybody', async () => {
    const { email } = await person();
    const { code } = await resetLetter(email);
    const pages = [];
    for (const address of [email, 'unknown-one@example.test']) {
      const form = { email: address, code: 'AAAA-AAAA', password: NEW_PASSWORD };
      const wrong = await post('/reset-password', form);
      expect(wrong.status).toBe(410);
      expectPage(wrong);
      expect(wrong.body).toContain(`value="${address}"`);
      expect(wrong.body).toContain('value="AAAA-AAAA"');
      expect(wrong.body).not.toContain(NEW_PASSWORD);
      expect(wrong.body).toContain('href="/forgot-password?lang=en-US"');
      pages.push(wrong.body.replaceAll(address, ''));
    }
    expect(pages[0]).toBe(pages[1]);
    expect((await post('/reset-password', { email, code, password: NEW_PASSWORD })).status).toBe(200);
  });

  it('gives back what was typed, with what is wrong with it, and never a password', async () => {
    const { email } = await person();
    const { token, code } = await resetLetter(email);
    const cases: [string, Record<string, string>, RegExp, string[]][] = [
      ['/reset-password', { token, password: 'short-secret' }, /at least 20/, [`value="${token}"`]],
      ['/reset-password', { token, password: `x${'y'.repeat(1100)}` }, /too long/i, [`value="${token}"`]],
      ['/reset-password', { token }, /password/i, [`value="${token}"`]],
      ['/reset-password', { email, code, password: 'short-secret' }, /at least 20/, [`value="${email}"`]],
      ['/reset-password', { email: 'no address', code, password: NEW_PASSWORD }, /address/, ['value="no address"']],
      ['/reset-password', { password: NEW_PASSWORD }, /code/i, []],
      ['/forgot-password', { email: '"x y"@a.test' }, /address/, ['value="&quot;x y&quot;@a.test"']],
      ['/forgot-password', {}, /address/, []],
      ['/accept-invite', { token: 'x' }, /password/i, ['value="x"']],
      ['/accept-invite', { email, code: 'AAAA-AAAA', givenName: 'Ann' }, /password/i, ['value="Ann"']],
    ];
    for (const [path, form, says, shows] of cases) {
      const answer = await post(path, form);
      expect([path, answer.status]).toEqual([path, 422]);
      expectPage(answer);
      expect(answer.body).toMatch(says);
      for (const part of shows) expect(answer.body).toContain(part);
      if (form.password) expect(answer.body).not.toContain(form.password);
      expect(answer.body).toContain('role="alert"');
    }
    // Nothing of that has used up link or code.
    expect((await post('/reset-password', { token, password: NEW_PASSWORD })).status).toBe(200);
  });

  it('treats what was typed as text', async () => {
    const hostile = `"><script>alert(1)</script>{{7*7}}\${7*7}`;
    for (const [path, form] of [
      ['/forgot-password', { email: hostile }],
      ['/reset-password', { email: hostile, code: hostile, password: hostile }],
      ['/accept-invite', { token: hostile, givenName: hostile, familyName: hostile }],
      ['/verify-email', { id: hostile, code: hostile }],
    ] as const) {
      const answer = await post(path, form);
      expect([410, 422]).toContain(answer.status);
      expectPage(answer);
      expect(answer.body).not.toContain('49');
    }
  });

  it('takes a form only, of a sound form', async () => {
    const type = 'application/x-www-form-urlencoded';
    for (const [body, contentType, status] of [
      ['{"email":"a@example.test"}', 'application/json', 415],
      ['email=a%40example.test', 'text/plain', 415],
      ['email=a%40example.test', `multipart/form-data; boundary=x`, 415],
      ['email=a%40example.test&email=b%40example.test', type, 400],
      ['email=a%00%40example.test', type, 400],
      [`email=${'a'.repeat(70_000)}`, type, 413],
    ] as const) {
      const headers = { 'content-type': contentType };
      const answer = await service.call('POST', '/forgot-password', { body, headers, sourceIp: source() });
      expect(answer.status).toBe(status);
      expectPage(answer);
    }
    const { status } = await service.call('PUT', '/forgot-password', { form: { email: newAddress() } });
    expect(status).toBe(405);
  });

  it('answers a source that asks too often with a page that says when to come back', async () => {
    const sourceIp = source();
    const ask = () => service.call('POST', '/forgot-password', { form: { email: newAddress() }, sourceIp });
    service.advance(600_000 - (service.clock.now().getTime() % 600_000));
    for (let i = 0; i < 100; i++) expect((await ask()).status).toBe(200);
    const refused = await ask();
    expect(refused.status).toBe(429);
    expectPage(refused);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('says so when the table cannot be reached', async () => {
    service.faults.add({ service: 'dynamodb', mode: 'fail-before' });
    const answer = await post('/forgot-password', { email: newAddress() });
    service.faults.clear();
    expect(answer.status).toBe(503);
    expectPage(answer);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.body).not.toMatch(/dynamo|internalserver|at \w+ \(/i);
  });

  it('keeps somebody signed in as who they are: a link of another account gives no session', async () => {
    const [mine, other] = [await person(), await person()];
    const { token } = await resetLetter(other.email);
    const headers = { authorization: `Bearer ${mine.token}`, cookie: 'session=stolen' };
    const done = await post('/reset-password', { token, password: NEW_PASSWORD }, headers);
    expect(done.status).toBe(200);
    expectPage(done);
    expect((await service.call('GET', '/v1/me', { token: mine.token })).json.id).toBe(mine.id);
    const signed = await service.call('POST', '/v1/sessions', { body: { email: mine.email, password: PASSWORD } });
    expect(signed.status).toBe(200);
  });
});

describe('the language of a page', () => {
  it('is that of the link, else the browser’s first of ours, else English', async () => {
    const spoken: [string, string | undefined, string][] = [
      ['?lang=de-DE', 'fr-FR', 'de-DE'],
      ['?lang=xx', 'fr-FR;q=0.4, pt;q=0.9', 'pt-BR'],
      ['', 'de', 'de-DE'],
      ['', 'nl, ja;q=0.5', 'en-US'],
      ['', undefined, 'en-US'],
      ['?lang=../../../etc/passwd', undefined, 'en-US'],
      ['?lang=__proto__', undefined, 'en-US'],
      ['?lang=de-DE&lang=fr-FR', undefined, 'de-DE'],
      ['', '*'.repeat(5000), 'en-US'],
    ];
    for (const [query, accepted, lang] of spoken) {
      const headers: Record<string, string> = accepted ? { 'accept-language': accepted } : {};
      for (const path of PAGES) {
        const got = await service.call('GET', `${path}${query}`, { headers });
        expect(got.body).toContain(`<html lang="${lang}"`);
        const sent = await post(`${path}${query}`, { token: 'x' }, headers);
        expect(sent.body).toContain(`<html lang="${lang}"`);
      }
    }
  });
});
