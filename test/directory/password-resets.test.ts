// Resets by letter: asking, completing by link and by code, what ends a link, and what an admin sees of them.
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SentLetter } from '../support/mailbox.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, NEW_PASSWORD, newAddress, ok, PASSWORD, type Person } from '../support/world.ts';

let service: TestService;
let sources = 0;

/** A network address of its own for each test, so that counters of one do not reach another. */
const source = () => `198.51.100.${++sources}`;
const MINUTE = 60_000;

beforeAll(async () => {
  service = await testService({ at: new Date('2027-03-01T08:00:00Z') });
});
afterEach(() => service.faults.clear());

const person = () => activePerson(service, service.seed.orgId);
const ask = (email: string, sourceIp = source()) =>
  service.call('POST', '/v1/password-resets', { body: { email }, sourceIp });
const complete = (body: Json, sourceIp = source()) =>
  service.call('POST', '/v1/password-resets/complete', { body, sourceIp });
const signIn = (email: string, password: string) =>
  service.call('POST', '/v1/sessions', { body: { email, password }, sourceIp: source() });
/** Tokens age with the clock that the tests put forward. */
const admin = async (method: string, path: string, body?: Json) =>
  service.call(method, path, { token: await service.tokenFor(), body });
const newUser = (body?: Json) => admin('POST', '/v1/users', { email: newAddress(), ...body }).then(ok);

async function lettersFor(email: string): Promise<SentLetter[]> {
  return (await service.deliver()).filter(({ to }) => to === email);
}

/** Asks in a minute of its own and reads the letter. */
async function resetLetter(email: string): Promise<SentLetter & { token: string; code: string }> {
  service.advance(MINUTE);
  await ok(ask(email));
  const letter = (await lettersFor(email)).at(-1);
  if (!letter?.token || !letter.code) throw new Error('no reset letter was sent');
  return { ...letter, token: letter.token, code: letter.code };
}

const usable = async (token: string) =>
  // A password that no rule allows: a link that works is told by what it complains about.
  (await complete({ token, password: 'short' })).status === 422;

describe('asking for a reset', () => {
  it('is one transaction that looks nobody up', async () => {
    const { email } = await person();
    const calls = await service.trace(() => ask(email));
    expect(calls.map(({ operation }) => operation)).toEqual(['TransactWriteItems']);
    expect(calls[0]?.keys.map((key) => key.split('#')[0])).toEqual(['LM', 'OB']);
  });

  it('sends one letter with link and code, however often it is repeated within the minute', async () => {
    const { email } = await person();
    await service.deliver();
    service.advance(MINUTE - (service.clock.now().getTime() % MINUTE));
    const answers = await Promise.all([ask(email), ask(email), ask(email.toUpperCase())]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(await lettersFor(email)).toMatchObject([{ code: expect.any(String), token: expect.any(String) }]);
    expect((await ask(email)).status).toBe(202);
    expect(await lettersFor(email)).toEqual([]);
    service.advance(MINUTE);
    await ask(email);
    expect(await lettersFor(email)).toHaveLength(1);
  });

  it('refuses a source after a hundred asks in ten minutes, whoever is asked about', async () => {
    const { email } = await person();
    const sourceIp = source();
    service.advance(10 * MINUTE - (service.clock.now().getTime() % (10 * MINUTE)));
    for (let i = 0; i < 100; i++) expect((await ask(`nobody-${i}@example.test`, sourceIp)).status).toBe(202);
    const [known, unknown] = [await ask(email, sourceIp), await ask('nobody@example.test', sourceIp)];
    for (const { status, headers, json } of [known, unknown]) {
      expect([status, json.code]).toEqual([429, 'too-many-requests']);
      expect(Number(headers['retry-after'])).toBeGreaterThan(500);
    }
    expect((await ask(email)).status).toBe(202);
    service.advance(10 * MINUTE);
    expect((await ask(email, sourceIp)).status).toBe(202);
    await service.deliver();
  });

  it('sends at most five letters an hour and twenty a day to one address, and answers the same throughout', async () => {
    const { email } = await person();
    service.advance(86_400_000 - (service.clock.now().getTime() % 86_400_000));
    const sent: number[] = [];
    for (let hour = 0; hour < 5; hour++) {
      const count = (await service.letters(email)).length;
      for (let i = 0; i < 7; i++) {
        expect((await ask(email)).status).toBe(202);
        await service.deliver();
        service.advance(2 * MINUTE);
      }
      sent.push((await service.letters(email)).length - count);
      service.advance(46 * MINUTE);
    }
    expect(sent).toEqual([5, 5, 5, 5, 0]);
  });

  it('tells each person what their account can have, and nobody else anything', async () => {
    const addressed = async (email: string) => {
      service.advance(MINUTE);
      await ok(ask(email));
      return (await lettersFor(email)).map((letter) =>
        letter.token ? new URL(letter.link ?? '').pathname : 'no link',
      );
    };
    const invited = await newUser({ invite: true });
    const [staged, deleted] = [await newUser(), await newUser()];
    await ok(admin('DELETE', `/v1/users/${deleted.id}`));
    const [active, inactive, locked] = [await person(), await person(), await person()];
    await ok(admin('POST', `/v1/users/${inactive.id}/deactivate`));
    await ok(admin('POST', `/v1/users/${locked.id}/lock`, { reason: 'asked for' }));
    await service.deliver();
    expect(await addressed(active.email)).toEqual(['/reset-password']);
    expect(await addressed(invited.email)).toEqual(['/accept-invite']);
    expect(await addressed(inactive.email)).toEqual(['no link']);
    expect(await addressed(locked.email)).toEqual(['no link']);
    for (const nothing of [staged.email, deleted.email, 'unknown@example.test']) {
      expect(await addressed(nothing)).toEqual([]);
    }
  });
});

describe('completing a reset', () => {
  it('sets the password, ends every session, signs nobody in and tells the person', async () => {
    const who = await person();
    const { token } = await resetLetter(who.email);
    const answer = await complete({ token, password: NEW_PASSWORD });
    expect([answer.status, answer.body]).toEqual([204, '']);
    expect(answer.headers).not.toHaveProperty('set-cookie');
    const told = await lettersFor(who.email);
    expect(told.map(({ subject, token: link }) => [/changed/.test(subject), link])).toEqual([[true, undefined]]);
    expect((await signIn(who.email, who.password)).status).toBe(401);
    expect((await signIn(who.email, NEW_PASSWORD)).status).toBe(200);
    const refreshed = await service.call('POST', '/v1/sessions/refresh', { body: { refreshToken: who.refreshToken } });
    expect([refreshed.status, refreshed.json.code]).toEqual([401, 'session-ended']);
    const changed = await service.call('PATCH', '/v1/me', { token: who.token, body: { profile: { title: 'x' } } });
    expect([changed.status, changed.json.code]).toEqual([401, 'token-invalid']);
    const user = (await admin('GET', `/v1/users/${who.id}`)).json;
    expect(user.version).toBe(2);
    const types = (await service.dump()).filter(({ k, user: of }) => k === 'audit' && of === who.id);
    expect(types.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['password-reset-asked', 'password-reset-completed']),
    );
  });

  it('proves the address that the letter went to', async () => {
    const who = await person();
    const email = `moved-${who.email}`;
    await ok(admin('PATCH', `/v1/users/${who.id}`, { email }));
    expect((await admin('GET', `/v1/users/${who.id}`)).json.security.emailVerifiedAt).toBeUndefined();
    await ok(complete({ token: (await resetLetter(email)).token, password: NEW_PASSWORD }));
    expect((await admin('GET', `/v1/users/${who.id}`)).json.security.emailVerifiedAt).toEqual(expect.any(String));
  });

  it('works once, also when many redeem the link together', async () => {
    const { email } = await person();
    const { token } = await resetLetter(email);
    const passwords = Array.from({ length: 16 }, (_, i) => `${NEW_PASSWORD} ${i}`);
    const answers = await Promise.all(passwords.map((password) => complete({ token, password })));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array(15).fill(410)]);
    const winner = passwords[answers.findIndex(({ status }) => status === 204)] ?? '';
    expect((await signIn(email, winner)).status).toBe(200);
    expect((await complete({ token, password: NEW_PASSWORD })).json.code).toBe('link-not-usable');
  });

  it('takes the code with the address, in any case and spacing, instead of the link', async () => {
    const { email } = await person();
    const { code } = await resetLetter(email);
    const typed = ` ${code.toLowerCase().replace('-', ' ')} `;
    expect((await complete({ email, code: typed, password: NEW_PASSWORD })).status).toBe(204);
    expect((await signIn(email, NEW_PASSWORD)).status).toBe(200);
  });

  it('takes nothing but one proof', async () => {
    const [{ email }, other] = [await person(), await person()];
    const { token, code } = await resetLetter(email);
    const password = NEW_PASSWORD;
    for (const body of [{ token, email: other.email }, { token, code }, { email }, { code }, {}]) {
      expect((await complete({ ...body, password })).json.code).toBe('input-invalid');
    }
    expect((await complete({ email: other.email, code, password })).status).toBe(410);
    expect(await usable(token)).toBe(true);
  });

  it('is not kept from its end by a change of the record at the same moment', async () => {
    const who = await person();
    const { token } = await resetLetter(who.email);
    // The commit waits while another change of the person goes through.
    const held = { key: 'password-reset-completed', hold: { until: 2, maxMs: 400 } };
    service.faults.add({ service: 'dynamodb', operation: 'TransactWriteItems', mode: 'hold', ...held });
    const completing = complete({ token, password: NEW_PASSWORD });
    await ok(admin('PATCH', `/v1/users/${who.id}`, { profile: { title: 'Clerk' } }));
    expect((await completing).status).toBe(204);
    service.faults.clear();
    expect((await admin('GET', `/v1/users/${who.id}`)).json).toMatchObject({ version: 3, profile: { title: 'Clerk' } });
  });

  it('says which rules a password breaks, and leaves link and code alive', async () => {
    const { email } = await person();
    const { token, code } = await resetLetter(email);
    for (let i = 0; i < 6; i++) {
      const { status, json } = await complete({ email, code, password: 'short' });
      expect([status, json.issues[0].code]).toEqual([422, 'too-short']);
    }
    expect(await usable(token)).toBe(true);
    expect((await complete({ email, code, password: NEW_PASSWORD })).status).toBe(204);
  });

  it('answers again for a repeat under the same Idempotency-Key', async () => {
    const { email } = await person();
    const body = { token: (await resetLetter(email)).token, password: NEW_PASSWORD };
    const headers = { 'idempotency-key': 'reset-once' };
    const send = () => service.call('POST', '/v1/password-resets/complete', { body, headers });
    expect([(await send()).status, (await send()).status]).toEqual([204, 204]);
    expect((await complete(body)).status).toBe(410);
  });
});

describe('a reset link', () => {
  it('dies when a newer letter is sent', async () => {
    const { email } = await person();
    const [older, newer] = [await resetLetter(email), await resetLetter(email)];
    expect(await usable(older.token)).toBe(false);
    expect((await complete({ email, code: older.code, password: NEW_PASSWORD })).status).toBe(410);
    expect(await usable(newer.token)).toBe(true);
  });

  it('outlives a newer letter that was never sent', async () => {
    const { email } = await person();
    const { token } = await resetLetter(email);
    service.mailbox.fail(Object.assign(new Error('down'), { name: 'Throttling' }));
    service.advance(MINUTE);
    await ask(email);
    await service.deliver();
    service.mailbox.fail();
    expect(await usable(token)).toBe(true);
    expect((await complete({ token, password: NEW_PASSWORD })).status).toBe(204);
    // The letter that waited is no longer due: its link would be dead on arrival.
    service.advance(10 * MINUTE);
    const later = (await lettersFor(email)).filter((letter) => letter.token);
    for (const letter of later) expect(await usable(letter.token ?? '')).toBe(true);
  });

  it('ends an hour after it was sent, although its record still lies there', async () => {
    const { email } = await person();
    const { token } = await resetLetter(email);
    service.advance(59 * MINUTE);
    expect(await usable(token)).toBe(true);
    service.advance(MINUTE);
    expect(await usable(token)).toBe(false);
    expect((await service.dump()).some(({ k, em }) => k === 'link' && em === email)).toBe(true);
  });

  const ends: Record<string, (who: Person) => Promise<unknown>> = {
    'a change of password': ({ token }) =>
      ok(
        service.call('POST', '/v1/me/password', {
          token,
          body: { currentPassword: PASSWORD, newPassword: NEW_PASSWORD },
        }),
      ),
    'a new address': ({ id, email }) => ok(admin('PATCH', `/v1/users/${id}`, { email: `new-${email}` })),
    deactivation: async ({ id }) => {
      await ok(admin('POST', `/v1/users/${id}/deactivate`));
      await ok(admin('POST', `/v1/users/${id}/activate`));
    },
    'a lock by an admin': async ({ id }) => {
      await ok(admin('POST', `/v1/users/${id}/lock`, { reason: 'asked for' }));
      await ok(admin('POST', `/v1/users/${id}/unlock`));
    },
    'a delete and restore': async ({ id }) => {
      await ok(admin('DELETE', `/v1/users/${id}`));
      await ok(admin('POST', `/v1/users/${id}/restore`));
    },
    'signing out everywhere': ({ token }) => ok(service.call('DELETE', '/v1/sessions', { token })),
    'the use of a sibling': async ({ email, token }) => {
      const sibling = await resetLetter(email);
      await ok(complete({ token: sibling.token, password: NEW_PASSWORD }));
      expect((await service.call('DELETE', '/v1/sessions', { token })).status).toBe(401);
    },
  };
  it.each(Object.entries(ends))('dies with %s', async (_name, end) => {
    const who = await activePerson(service, service.seed.orgId);
    const { token, code } = await resetLetter(who.email);
    expect(await usable(token)).toBe(true);
    await end(who);
    const answers = [
      await complete({ token, password: NEW_PASSWORD }),
      await complete({ email: who.email, code, password: NEW_PASSWORD }),
    ];
    expect(answers.map(({ status, json }) => [status, json.code])).toEqual(Array(2).fill([410, 'link-not-usable']));
  });
});

describe('a reset by an admin', () => {
  it('sends the letter and shows no link, at no time', async () => {
    const { id, email } = await person();
    await service.deliver();
    const path = `/v1/users/${id}/password-reset`;
    const made = await admin('POST', path);
    const { id: resetId, createdAt, updatedAt, ...told } = made.json;
    expect(made.status).toBe(202);
    expect(told).toEqual({ state: 'queued', createdBy: service.seed.clientId, updatedBy: service.seed.clientId });
    expect(updatedAt).toBe(createdAt);
    const [letter] = await lettersFor(email);
    const open = await admin('GET', path);
    expect(open.json.items).toEqual([
      { id: resetId, createdAt, updatedAt, ...told, state: 'open', expiresAt: expect.any(String) },
    ]);
    await ok(complete({ token: letter?.token, password: NEW_PASSWORD }));
    const used = await admin('GET', path);
    expect(used.json.items).toMatchObject([
      { id: resetId, state: 'used', createdBy: service.seed.clientId, updatedBy: id },
    ]);
    expect(used.json.items[0].updatedAt > createdAt).toBe(true);
    for (const { body } of [made, open, used]) {
      expect(body).not.toContain(letter?.token);
      expect(body).not.toContain('http');
    }
    expect((await signIn(email, NEW_PASSWORD)).status).toBe(200);
  });

  it('that the person asked for names nobody as its maker', async () => {
    const { id, email } = await person();
    await resetLetter(email);
    const [item] = (await admin('GET', `/v1/users/${id}/password-reset`)).json.items;
    expect([item.state, item.createdBy, item.updatedBy]).toEqual(['open', undefined, undefined]);
  });

  it('is for those who may set passwords in the home org', async () => {
    const { id, token } = await person();
    const other = await service.secondOrg();
    const foreign = await service.tokenFor(other.clientId, other.clientSecret);
    const path = `/v1/users/${id}/password-reset`;
    for (const method of ['POST', 'GET']) {
      expect((await service.call(method, path, { token: foreign })).status).toBe(404);
      expect((await service.call(method, path, { token })).json.code).toBe('permission-missing');
      expect((await service.call(method, path)).status).toBe(401);
    }
  });
});
