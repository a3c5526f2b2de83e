// A person changes the own password: what it needs, what it ends, and that a stolen access token cannot guess with it.
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, NEW_PASSWORD, ok, PASSWORD, type Person } from '../support/world.ts';

let service: TestService;
let sources = 0;
const source = () => `198.51.100.${++sources}`;

beforeAll(async () => {
  service = await testService({ at: new Date('2027-03-01T08:00:00Z'), still: true });
});
afterEach(() => service.faults.clear());

const person = () => activePerson(service, service.seed.orgId);
const change = (token: string | undefined, body: Json, headers: Record<string, string> = {}) =>
  service.call('POST', '/v1/me/password', { ...(token && { token }), body, headers, sourceIp: source() });
const signIn = (email: string, password: string, sourceIp = source()) =>
  service.call('POST', '/v1/sessions', { body: { email, password }, sourceIp });
const refresh = (refreshToken: string) => service.call('POST', '/v1/sessions/refresh', { body: { refreshToken } });
const right = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };

describe('changing the own password', () => {
  it('ends every other session, goes on with the one that asked, and tells the person', async () => {
    const who = await person();
    const other = (await signIn(who.email, PASSWORD)).json;
    await service.deliver();
    expect((await change(who.token, right)).status).toBe(204);
    expect((await refresh(other.refreshToken)).json.code).toBe('session-ended');
    const going = await ok(refresh(who.refreshToken));
    const me = await ok(
      service.call('PATCH', '/v1/me', { token: going.accessToken, body: { profile: { title: 'x' } } }),
    );
    expect(me.version).toBe(3);
    // The access token of before is overtaken like those of other sessions: it changes nothing any more.
    const old = await service.call('PATCH', '/v1/me', { token: who.token, body: { profile: { title: 'y' } } });
    expect([old.status, old.json.code]).toEqual([401, 'token-invalid']);
    const letters = (await service.deliver()).filter(({ to }) => to === who.email);
    expect(letters).toMatchObject([{ subject: expect.stringMatching(/changed/) }]);
    expect((await signIn(who.email, PASSWORD)).status).toBe(401);
    expect((await signIn(who.email, NEW_PASSWORD)).status).toBe(200);
    const events = (await service.dump()).filter(({ k, user, type }) => k === 'audit' && user === who.id && type);
    expect(events.map(({ type }) => type)).toContain('password-changed');
  });

  it('refuses a new password that breaks a rule or is the current one, and says where', async () => {
    const { token, email } = await person();
    for (const [newPassword, code] of [
      ['short', 'too-short'],
      [`${email.split('@')[0]} ${email.split('@')[0]}`, 'context-word'],
      [PASSWORD, 'same-as-current'],
    ]) {
      const { status, json } = await change(token, { currentPassword: PASSWORD, newPassword });
      expect([status, json.code, json.issues[0].pointer]).toEqual([422, 'password-unacceptable', '/newPassword']);
      expect(json.issues.map((issue: Json) => issue.code)).toContain(code);
    }
  });

  it('is for signed-in people only', async () => {
    expect((await change(undefined, right)).json.code).toBe('token-missing');
    expect((await change(await service.tokenFor(), right)).json.code).toBe('person-only');
  });

  it('has one winner when two changes meet', async () => {
    const { token, email } = await person();
    const passwords = [`${NEW_PASSWORD} a`, `${NEW_PASSWORD} b`];
    const answers = await Promise.all(
      passwords.map((newPassword) => change(token, { currentPassword: PASSWORD, newPassword })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 401]);
    const winner = passwords[answers.findIndex(({ status }) => status === 204)] ?? '';
    expect((await signIn(email, winner)).status).toBe(200);
  });

  it('is not kept from its end by a change of the record at the same moment', async () => {
    const { token, id } = await person();
    const held = { key: 'password-changed', hold: { until: 2, maxMs: 400 } };
    service.faults.add({ service: 'dynamodb', operation: 'TransactWriteItems', mode: 'hold', ...held });
    const changing = change(token, right);
    const body = { profile: { title: 'Clerk' } };
    await ok(service.call('PATCH', `/v1/users/${id}`, { token: await service.tokenFor(), body }));
    expect((await changing).status).toBe(204);
    service.faults.clear();
  });

  it('answers a repeat under the same Idempotency-Key once the session has its new token', async () => {
    const who = await person();
    const headers = { 'idempotency-key': 'change-once' };
    expect((await change(who.token, right, headers)).status).toBe(204);
    const { accessToken } = await ok(refresh(who.refreshToken));
    expect((await change(accessToken, right, headers)).status).toBe(204);
    const other = { ...right, newPassword: `${NEW_PASSWORD} again` };
    expect((await change(accessToken, other, headers)).json.code).toBe('idempotency-key-reused');
  });
});

describe('a wrong current password', () => {
  it('counts as a failed sign-in of the person, wherever it is typed', async () => {
    const { token, email } = await person();
    for (let i = 0; i < 3; i++) {
      const { status, json } = await change(token, { ...right, currentPassword: 'wrong' });
      expect([status, json.code]).toEqual([401, 'sign-in-failed']);
    }
    for (let i = 0; i < 2; i++) expect((await signIn(email, 'wrong')).status).toBe(401);
    for (const refused of [await change(token, right), await signIn(email, PASSWORD)]) {
      expect([refused.status, refused.json.code]).toEqual([429, 'sign-in-delayed']);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    }
    service.advance(2000);
    expect((await change(token, right)).status).toBe(204);
    // The right one clears what was counted.
    for (let i = 0; i < 4; i++) expect((await signIn(email, 'wrong')).status).toBe(401);
  });

  it('is compared no oftener for being tried in parallel', async () => {
    const { token }: Person = await person();
    const tries = Array.from({ length: 60 }, (_, i) => change(token, { ...right, currentPassword: `guess ${i}` }));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(55);
  });
});
