// Sessions: refreshing, what ends them, and the list a person has of their own.
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { instant, newId, newOpId } from '../../shared/directory/context.ts';
import type { SessionId } from '../../shared/model/ids.ts';
import { workerContext } from '../../shared/post-office.ts';
import { keys } from '../../shared/store/keys.ts';
import { readSessionItem, sessionItem } from '../../shared/store/session-items.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, NEW_PASSWORD, ok, PASSWORD, type Person } from '../support/world.ts';

let service: TestService;
let sources = 0;
const source = () => `198.51.100.${++sources}`;
const DAY = 86_400_000;

beforeAll(async () => {
  service = await testService({ at: new Date('2027-03-01T08:00:00Z') });
});
afterEach(() => service.faults.clear());

const person = () => activePerson(service, service.seed.orgId);
const admin = async (method: string, path: string, body?: Json) =>
  service.call(method, path, { token: await service.tokenFor(), body });
const signIn = (email: string, password = PASSWORD, client = 'web') =>
  ok(service.call('POST', '/v1/sessions', { body: { email, password, client }, sourceIp: source() }));
const refresh = (refreshToken: string) => service.call('POST', '/v1/sessions/refresh', { body: { refreshToken } });
const list = async (token: string): Promise<Json[]> => (await ok(service.call('GET', '/v1/sessions', { token }))).items;

const ended = async (refreshToken: string) => {
  const { status, json } = await refresh(refreshToken);
  return status === 401 && json.code === 'session-ended';
};

/** Another session of the person, as sign-in would have made it. */
async function addSession({ id, sessionId }: Person, more: { endedAt?: string } = {}): Promise<void> {
  const ctx = workerContext(service.services);
  const item = await ctx.table.get(keys.session(service.seed.orgId, id, sessionId));
  if (!item) throw new Error('no session to copy');
  const copy = { ...readSessionItem(item), id: newId<SessionId>(ctx), createdAt: instant(ctx.now), ...more };
  await ctx.table.put(sessionItem(copy), { is: 'absent' }, newOpId(ctx));
}

describe('refreshing', () => {
  it('gives new tokens for the same person, by one write and one read, and no letter', async () => {
    const who = await person();
    let answer: Json;
    const calls = await service.trace(async () => {
      answer = await ok(refresh(who.refreshToken));
    });
    expect(calls.map(({ operation }) => operation).sort()).toEqual(['BatchGetItem', 'UpdateItem']);
    expect(answer.user.id).toBe(who.id);
    expect(answer.refreshToken).not.toBe(who.refreshToken);
    expect((await service.call('GET', '/v1/me', { token: answer.accessToken })).status).toBe(200);
    expect((await service.deliver()).filter(({ to }) => to === who.email)).toEqual([]);
  });

  it('gives the same token again within a minute, as after a lost answer', async () => {
    const { refreshToken } = await person();
    const first = await ok(refresh(refreshToken));
    service.advance(30_000);
    const again = await ok(refresh(refreshToken));
    expect(again.refreshToken).toBe(first.refreshToken);
    expect((await refresh(first.refreshToken)).status).toBe(200);
  });

  it('goes on after an answer that was lost on its way from the table', async () => {
    const { refreshToken } = await person();
    service.faults.add({ service: 'dynamodb', operation: 'UpdateItem', mode: 'commit-then-fail', nth: 1 });
    expect((await refresh(refreshToken)).status).toBe(503);
    service.faults.clear();
    const next = await ok(refresh(refreshToken));
    expect((await refresh(next.refreshToken)).status).toBe(200);
  });

  it('has one live branch, however many refresh one token together', async () => {
    const { refreshToken } = await person();
    const answers = await Promise.all(Array.from({ length: 100 }, () => refresh(refreshToken)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const tokens = new Set(answers.map(({ json }) => json.refreshToken));
    expect(tokens.size).toBe(1);
    const [current = ''] = tokens;
    expect((await refresh(current)).status).toBe(200);
  });

  it('ends the session when an older token comes back, tells the person once and keeps it on record', async () => {
    const who = await person();
    await service.deliver();
    const first = await ok(refresh(who.refreshToken));
    const second = await ok(refresh(first.refreshToken));
    const replays = await Promise.all(Array.from({ length: 5 }, () => ended(who.refreshToken)));
    expect(replays).toEqual(Array(5).fill(true));
    expect(await ended(second.refreshToken)).toBe(true);
    const letters = (await service.deliver()).filter(({ to }) => to === who.email);
    expect(letters).toHaveLength(1);
    const reuse = (await service.dump()).filter(
      ({ type, user }) => type === 'session-reuse-detected' && user === who.id,
    );
    expect(reuse).toMatchObject([{ k: 'audit', subject: who.sessionId }]);
  });

  it('takes a token that is one behind for stolen once the minute is over', async () => {
    const { refreshToken } = await person();
    const { refreshToken: current } = await ok(refresh(refreshToken));
    service.advance(61_000);
    expect(await ended(refreshToken)).toBe(true);
    expect(await ended(current)).toBe(true);
  });

  it('ends fourteen days after the last use, and thirty days after signing in', async () => {
    const [idle, busy] = [await person(), await person()];
    const [unused, used] = [await signIn(idle.email), await signIn(busy.email)];
    service.advance(14 * DAY - 60_000);
    let { refreshToken } = await ok(refresh(used.refreshToken));
    service.advance(60_000);
    expect(await ended(unused.refreshToken)).toBe(true);
    service.advance(13 * DAY);
    ({ refreshToken } = await ok(refresh(refreshToken)));
    service.advance(3 * DAY);
    expect(await ended(refreshToken)).toBe(true);
    // The items are still there: nothing relied on their removal.
    expect(
      (await service.dump()).filter(({ k, u }) => k === 'session' && (u === idle.id || u === busy.id)).length,
    ).toBe(4);
  });

  it('answers every token that is none of a live session alike', async () => {
    const { refreshToken } = await person();
    const other = await testService();
    const foreign = await activePerson(other, other.seed.orgId);
    for (const token of [
      'x',
      `${refreshToken}A`,
      refreshToken.slice(0, -4),
      foreign.refreshToken,
      'é',
      'a'.repeat(512),
    ]) {
      const calls = await service.trace(async () => expect(await ended(token)).toBe(true));
      expect(calls).toEqual([]);
    }
    expect((await refresh('a'.repeat(513))).status).toBe(422);
  });

  const cuts: Record<string, (who: Person) => Promise<unknown>> = {
    'a lock': ({ id }) => ok(admin('POST', `/v1/users/${id}/lock`, { reason: 'asked for' })),
    'a lock that was lifted': async ({ id }) => {
      await ok(admin('POST', `/v1/users/${id}/lock`, { reason: 'asked for' }));
      await ok(admin('POST', `/v1/users/${id}/unlock`));
    },
    deactivation: ({ id }) => ok(admin('POST', `/v1/users/${id}/deactivate`)),
    'a delete and restore': async ({ id }) => {
      await ok(admin('DELETE', `/v1/users/${id}`));
      await ok(admin('POST', `/v1/users/${id}/restore`));
    },
    'a new address set by an admin': ({ id, email }) => ok(admin('PATCH', `/v1/users/${id}`, { email: `x-${email}` })),
    'signing out everywhere': ({ token }) => ok(service.call('DELETE', '/v1/sessions', { token })),
    'signing out': ({ token }) => ok(service.call('DELETE', '/v1/sessions/current', { token })),
  };
  it.each(Object.entries(cuts))('is over with %s', async (_name, cut) => {
    const who = await person();
    await cut(who);
    expect(await ended(who.refreshToken)).toBe(true);
  });

  it('shows the roles of now', async () => {
    const who = await person();
    await ok(admin('PUT', `/v1/users/${who.id}/roles`, { roles: ['admin'] }));
    const { accessToken } = await ok(refresh(who.refreshToken));
    expect((await service.call('GET', `/v1/users/${who.id}/password-reset`, { token: accessToken })).status).toBe(200);
  });
});

describe('the list of own sessions', () => {
  it('shows the live ones, newest first, and which of them asks', async () => {
    const who = await person();
    const first = await signIn(who.email, PASSWORD, 'studio');
    const items = await list(first.accessToken);
    expect(items.map(({ client, current }) => [client, current])).toEqual([
      ['studio', true],
      ['web', false],
    ]);
    expect(Object.keys(items[0])).toEqual(
      expect.arrayContaining(['id', 'client', 'orgId', 'createdAt', 'lastUsedAt', 'expiresAt', 'current']),
    );
    expect(JSON.stringify(items)).not.toContain(first.refreshToken);
    await ok(service.call('DELETE', `/v1/sessions/${who.sessionId}`, { token: first.accessToken }));
    expect((await list(first.accessToken)).map(({ client }) => client)).toEqual(['studio']);
    expect(await ended(who.refreshToken)).toBe(true);
    expect((await refresh(first.refreshToken)).status).toBe(200);
  });

  it('shows an old live session also behind hundreds that ended since', async () => {
    const who = await person();
    const endedAt = instant(service.clock.now());
    for (let i = 0; i < 10; i++) await Promise.all(Array.from({ length: 25 }, () => addSession(who, { endedAt })));
    expect((await list(who.token)).map(({ id }) => id)).toEqual([who.sessionId]);
  });

  it('never holds more than a hundred: the oldest end', async () => {
    const who = await person();
    for (let i = 0; i < 99; i++) await addSession(who);
    expect(await list(who.token)).toHaveLength(100);
    // The tenth sign-in looks after the number.
    for (let i = 0; i < 10; i++) await signIn(who.email);
    const items = await list(who.token);
    expect(items.length).toBeLessThanOrEqual(100);
    expect(items.map(({ id }) => id)).not.toContain(who.sessionId);
    expect(await ended(who.refreshToken)).toBe(true);
  });

  it('knows no session of anybody else', async () => {
    const [who, other] = [await person(), await person()];
    for (const id of [other.sessionId, '01890000-0000-7000-8000-000000000000', 'nonsense']) {
      const { status, json } = await service.call('DELETE', `/v1/sessions/${id}`, { token: who.token });
      expect([status, json.code]).toEqual([404, 'not-found']);
    }
    expect((await refresh(other.refreshToken)).status).toBe(200);
  });

  it('is for people, not for machine clients', async () => {
    const token = await service.tokenFor();
    for (const [method, path] of [
      ['GET', '/v1/sessions'],
      ['DELETE', '/v1/sessions'],
      ['DELETE', '/v1/sessions/current'],
    ] as const) {
      const { status, json } = await service.call(method, path, { token });
      expect([status, json.code]).toEqual([403, 'person-only']);
    }
  });
});

describe('an access token', () => {
  it('changes nothing from the moment that its epoch has passed, and reads until it expires', async () => {
    const who = await person();
    await ok(admin('POST', `/v1/users/${who.id}/lock`, { reason: 'asked for' }));
    const change = await service.call('PATCH', '/v1/me', { token: who.token, body: { profile: { title: 'x' } } });
    expect([change.status, change.json.code]).toEqual([401, 'token-invalid']);
    expect((await service.call('DELETE', '/v1/sessions', { token: who.token })).status).toBe(401);
    expect((await service.call('GET', '/v1/sessions', { token: who.token })).status).toBe(200);
    service.advance(600_000);
    expect((await service.call('GET', '/v1/sessions', { token: who.token })).status).toBe(401);
  });

  it('loses with the role what the role allowed, at once for changes', async () => {
    const who = await activePerson(service, service.seed.orgId, ['admin']);
    const other = await person();
    await ok(admin('PUT', `/v1/users/${who.id}/roles`, { roles: ['viewer'] }));
    const { status, json } = await service.call('POST', `/v1/users/${other.id}/password-reset`, { token: who.token });
    expect([status, json.code]).toEqual([403, 'permission-missing']);
  });

  it('is born of a password that a reset replaces meanwhile, and is dead for it', async () => {
    const who = await person();
    await ok(service.call('POST', '/v1/password-resets', { body: { email: who.email } }));
    const { token } = (await service.deliver()).find(({ to, token }) => to === who.email && token) ?? {};
    // The sign-in has read its epoch and waits to write its session; the reset commits beside it.
    const held = { key: '"k":"session"', hold: { until: 2, maxMs: 300 } };
    service.faults.add({ service: 'dynamodb', operation: 'PutItem', mode: 'hold', ...held });
    const signing = signIn(who.email);
    const body = { token, password: NEW_PASSWORD };
    const [{ refreshToken, accessToken }] = await Promise.all([
      signing,
      ok(service.call('POST', '/v1/password-resets/complete', { body })),
    ]);
    service.faults.clear();
    expect(await ended(refreshToken)).toBe(true);
    const change = await service.call('DELETE', '/v1/sessions', { token: accessToken });
    expect(change.status).toBe(401);
  });
});
