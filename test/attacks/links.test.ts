// Attacks on reset links and their codes: poisoned hosts, odd addresses, edited tokens, scanners.
import { beforeAll, describe, expect, it } from 'vitest';
import { uuidToBytes } from '../../shared/model/ids.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, NEW_PASSWORD, ok, PASSWORD } from '../support/world.ts';

let service: TestService;
let sources = 0;
const source = () => `198.51.100.${++sources}`;
const MINUTE = 60_000;

beforeAll(async () => {
  service = await testService({ at: new Date('2027-03-01T08:00:00Z') });
});

const person = () => activePerson(service, service.seed.orgId);
const ask = (body: unknown, headers: Record<string, string> = {}) =>
  service.call('POST', '/v1/password-resets', { body, headers, sourceIp: source() });
const complete = (body: Json) => service.call('POST', '/v1/password-resets/complete', { body, sourceIp: source() });
const signIn = (email: string, password: string) =>
  service.call('POST', '/v1/sessions', { body: { email, password }, sourceIp: source() });

async function resetLetter(email: string, headers: Record<string, string> = {}) {
  service.advance(MINUTE);
  await ok(ask({ email }, headers));
  const letter = (await service.deliver()).filter(({ to, token }) => to === email && token).at(-1);
  if (!letter?.token || !letter.link || !letter.code) throw new Error('no reset letter was sent');
  return { ...letter, token: letter.token, link: letter.link, code: letter.code };
}

/** Everything the table holds but the counters and what deliveries leave. */
const lasting = async () => (await service.dump()).filter(({ k }) => k !== 'limiter');

describe('a link in a letter', () => {
  it('leads to the configured place, whatever the request that asked for it said', async () => {
    const { email } = await person();
    const plain = await resetLetter(email);
    const poisoned = await resetLetter(email, {
      host: 'evil.test',
      'x-forwarded-host': 'evil.test',
      'x-forwarded-proto': 'ftp',
      'x-original-url': 'https://evil.test/reset-password',
      'x-host': 'evil.test',
      forwarded: 'host=evil.test;proto=https',
      origin: 'https://evil.test',
      referer: 'https://evil.test/',
    });
    for (const { link, raw } of [plain, poisoned]) {
      expect(new URL(link).origin).toBe('http://rollcall.test');
      expect(raw.toString()).not.toContain('evil');
    }
  });

  it('goes to the stored address only, never to one that merely looks like it', async () => {
    const { email } = await person();
    const [local = '', domain = ''] = email.split('@');
    const odd: unknown[] = [
      [email, 'evil@example.test'],
      { $ne: null },
      null,
      `"${local}@example.test y"@a.test`,
      `${email}(x)evil.test`,
      `<${email}>`,
      `${email},evil@example.test`,
      `${email}\nbcc: evil@example.test`,
      `${local.replace('s', 'ſ')}@${domain}`,
      `${local}＠${domain}`,
      `${local.replace('person', 'perſon')}@${domain}`,
      `${local}@${domain}\u0000`,
      'K\u212aelvin@example.test',
      `\u0131${email}`,
    ];
    await service.deliver();
    for (const address of odd) {
      const answer = await ask({ email: address });
      expect([400, 422]).toContain(answer.status);
    }
    expect((await ask({ email, 'email[]': 'evil@example.test' })).status).toBe(422);
    expect((await ask(`{"email":"${email}","email":"evil@example.test"}`)).json.code).toBe('malformed-json');
    for (const form of [`email%5B%5D=${email}`, `email=${email}&email=evil@example.test`]) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const { status } = await service.call('POST', '/forgot-password', { body: form, headers, sourceIp: source() });
      expect([400, 422]).toContain(status);
    }
    expect(await service.deliver()).toEqual([]);
  });

  it('survives every scanner that follows it, and nothing changes by that', async () => {
    const { email } = await person();
    const { link, token } = await resetLetter(email);
    const before = await service.dump();
    const path = link.slice('http://rollcall.test'.length);
    for (const agent of ['Mozilla/5.0 BarracudaCentral', 'Microsoft SafeLinks', 'Googlebot', '']) {
      const headers = { 'user-agent': agent, 'sec-fetch-site': 'cross-site', purpose: 'prefetch' };
      for (const method of ['GET', 'HEAD', 'GET']) {
        const calls = await service.trace(async () => {
          expect((await service.call(method, path, { headers })).status).toBe(200);
        });
        expect(calls).toEqual([]);
      }
    }
    expect(await service.dump()).toEqual(before);
    expect((await complete({ token, password: NEW_PASSWORD })).status).toBe(204);
  });

  it('opens nothing for those who read the table', async () => {
    const { email } = await person();
    const { token, code } = await resetLetter(email);
    const stored = JSON.stringify(await service.dump());
    for (const secret of [token, code, code.replace('-', ''), token.slice(-43)]) expect(stored).not.toContain(secret);
    expect(JSON.stringify(service.log)).not.toContain(token);
  });

  it('signs nobody in', async () => {
    const { email } = await person();
    const { token } = await resetLetter(email);
    const sessions = async () => (await service.dump()).filter(({ k }) => k === 'session').length;
    const before = await sessions();
    const form = { token, password: NEW_PASSWORD };
    const { status, headers, body } = await service.call('POST', '/reset-password', { form });
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('set-cookie');
    expect(headers).not.toHaveProperty('location');
    expect(body).not.toMatch(/eyJ|accessToken|refreshToken/);
    expect(await sessions()).toBe(before);
  });

  it('is of use for its own person only', async () => {
    const [attacker, victim] = [await person(), await person()];
    const { token } = await resetLetter(attacker.email);
    for (const more of [{ email: victim.email }, { userId: victim.id }, { id: victim.id }]) {
      expect((await complete({ token, password: NEW_PASSWORD, ...more })).status).toBe(422);
    }
    const moved = Buffer.from(token, 'base64url');
    moved.set(uuidToBytes(victim.id), 17);
    expect((await complete({ token: moved.toString('base64url'), password: NEW_PASSWORD })).status).toBe(410);
    expect((await signIn(victim.email, PASSWORD)).status).toBe(200);
  });

  it('does not work for another purpose', async () => {
    const { email } = await person();
    const { token } = await resetLetter(email);
    for (const [path, body] of [
      ['/v1/invites/accept', { token, password: NEW_PASSWORD }],
      ['/v1/contact-validations/complete', { token }],
      ['/v1/sessions/refresh', { refreshToken: token }],
    ] as const) {
      const answer = await service.call('POST', path, { body, sourceIp: source() });
      expect([401, 410]).toContain(answer.status);
    }
    expect((await service.call('GET', '/v1/me', { token })).status).toBe(401);
    expect((await complete({ token, password: NEW_PASSWORD })).status).toBe(204);
  });

  it('cannot be left out', async () => {
    const { email, id } = await person();
    await resetLetter(email);
    for (const body of [
      { password: NEW_PASSWORD },
      { email, password: NEW_PASSWORD },
      { id, password: NEW_PASSWORD },
      { token: null, password: NEW_PASSWORD },
      { token: '', password: NEW_PASSWORD },
      { token: { $gt: '' }, password: NEW_PASSWORD },
      { token: [], password: NEW_PASSWORD },
    ]) {
      expect((await complete(body)).status).toBe(422);
    }
    expect((await signIn(email, PASSWORD)).status).toBe(200);
  });

  it('has one spelling: whatever is cut, added or turned is dead, and costs one read at most', async () => {
    const { email } = await person();
    const { token } = await resetLetter(email);
    const bytes = Buffer.from(token, 'base64url');
    const flipped = (at: number) => {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy.toString('base64url');
    };
    const wrong = [
      token.slice(0, -1),
      token.slice(0, -8),
      token.slice(1),
      `${token}=`,
      `${token}A`,
      `${token}\u0000`,
      `${token}%00`,
      ` ${token}`,
      `${token}\n`,
      token.toLowerCase(),
      bytes.toString('base64'),
      bytes.toString('hex'),
      ...[0, 1, 16, 17, 32, 33, 48, 49, bytes.length - 1].map(flipped),
      // Random tokens of the right form.
      ...Array.from({ length: 20 }, () =>
        Buffer.concat([Buffer.of(1), crypto.getRandomValues(new Uint8Array(bytes.length - 1))]).toString('base64url'),
      ),
    ];
    // One token in thirty has no sign that the two alphabets write differently.
    for (const tried of wrong.filter((spelling) => spelling !== token)) {
      const calls = await service.trace(async () => {
        const { status } = await complete({ token: tried, password: NEW_PASSWORD });
        // NUL is refused before anybody looks at the token.
        expect(status).toBe(tried.includes('\u0000') ? 400 : 410);
      });
      expect(calls.length).toBeLessThanOrEqual(1);
    }
    expect((await complete({ token, password: NEW_PASSWORD })).status).toBe(204);
  });

  it('leaves the record as it was when it is refused', async () => {
    const { email } = await person();
    const { token } = await resetLetter(email);
    await ok(complete({ token, password: NEW_PASSWORD }));
    await service.deliver();
    const before = await lasting();
    for (let i = 0; i < 5; i++) expect((await complete({ token, password: `${NEW_PASSWORD} ${i}` })).status).toBe(410);
    expect(await lasting()).toEqual(before);
  });
});

describe('a code in a letter', () => {
  it('dies after five wrong ones, also for the right one, and the link outlives it', async () => {
    const { email } = await person();
    const { token, code } = await resetLetter(email);
    for (let i = 0; i < 5; i++) {
      expect((await complete({ email, code: 'AAAA-AAAA', password: NEW_PASSWORD })).json.code).toBe('link-not-usable');
    }
    expect((await complete({ email, code, password: NEW_PASSWORD })).status).toBe(410);
    expect((await complete({ token, password: NEW_PASSWORD })).status).toBe(204);
  });

  it('is not saved by wrong and right ones tried together', async () => {
    const { email } = await person();
    const { code } = await resetLetter(email);
    const guesses = Array.from({ length: 50 }, (_, i) =>
      complete({ email, code: i === 49 ? code : 'ZZZZ-ZZZ0', password: NEW_PASSWORD }),
    );
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 410).length).toBeGreaterThanOrEqual(49);
    // Counted before compared: the letter's counter shows every guess that got so far.
    const { code: next } = await resetLetter(email);
    expect((await complete({ email, code: next, password: NEW_PASSWORD })).status).toBe(410);
  });

  it('works for an address no more after twenty wrong ones in a day, known or not', async () => {
    service.advance(86_400_000 - (service.clock.now().getTime() % 86_400_000));
    const { email } = await person();
    for (let round = 0; round < 5; round++) {
      await resetLetter(email);
      for (let i = 0; i < 4; i++) await complete({ email, code: 'AAAA-AAAA', password: NEW_PASSWORD });
    }
    service.advance(3_600_000);
    const { code, token } = await resetLetter(email);
    expect((await complete({ email, code, password: NEW_PASSWORD })).status).toBe(410);
    expect((await complete({ token, password: NEW_PASSWORD })).status).toBe(204);
    service.advance(86_400_000);
    const next = await resetLetter(email);
    expect((await complete({ email, code: next.code, password: NEW_PASSWORD })).status).toBe(204);
  });

  it('is refused to a source after twenty wrong ones in an hour, and right ones do not count', async () => {
    service.advance(3_600_000 - (service.clock.now().getTime() % 3_600_000));
    const sourceIp = source();
    const tried = (email: string, code: string) =>
      service.call('POST', '/v1/password-resets/complete', {
        body: { email, code, password: NEW_PASSWORD },
        sourceIp,
      });
    const { email } = await person();
    const { code } = await resetLetter(email);
    expect((await tried(email, code)).status).toBe(204);
    for (let i = 0; i < 20; i++) expect((await tried(`nobody-${i}@example.test`, 'AAAA-AAAA')).status).toBe(410);
    for (const address of [email, 'nobody@example.test']) {
      const { status, headers } = await tried(address, 'AAAA-AAAA');
      expect(status).toBe(429);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
  });

  it('belongs to its address', async () => {
    const [mine, theirs] = [await person(), await person()];
    const { code } = await resetLetter(mine.email);
    await resetLetter(theirs.email);
    expect((await complete({ email: theirs.email, code, password: NEW_PASSWORD })).status).toBe(410);
    expect((await signIn(theirs.email, PASSWORD)).status).toBe(200);
  });
});
