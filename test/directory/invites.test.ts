import { beforeAll, describe, expect, test } from 'vitest';
import { LIMITS } from '../../shared/directory/limits.ts';
import { workerContext } from '../../shared/post-office.ts';
import { keys } from '../../shared/store/keys.ts';
import { counterOf } from '../../shared/store/limiter-items.ts';
import { accept, anotherOrg, firstOrg, inviteTo, joined, refusal, type TestOrg } from '../support/invited.ts';
import { type Answer, type CallOptions, type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, newAddress, newUserOf, ok, PASSWORD, withLetters } from '../support/world.ts';

let service: TestService;
let org: TestOrg;
let other: TestOrg;

beforeAll(async () => {
  service = await testService();
  org = await firstOrg(service);
  other = await anotherOrg(service);
});

const call = (method: string, path: string, body?: Json, options: CallOptions = {}): Promise<Answer> =>
  service.call(method, path, { token: org.client, ...(body && { body }), ...options });
const create = (body: Json, token = org.client) => call('POST', '/v1/invites', body, { token });
const get = (path: string) => ok(call('GET', path));
const stateOf = async ({ invite }: { invite: Json }) => (await get(`/v1/invites/${invite.id}`)).state;
const dead = [410, 'link-not-usable'];
const HOUR = 3_600_000;

describe('creating an invite', () => {
  test('makes the person, the letter and the audit entry in one commit, and never shows a link', async () => {
    const email = newAddress();
    const calls = await service.trace(() => ok(create({ email: ` ${email.toUpperCase()} `, roles: ['viewer'] })));
    const commits = calls.filter(({ operation }) => operation === 'TransactWriteItems');
    expect(commits).toHaveLength(1);
    expect(commits[0]?.keys.some((key) => key.startsWith('OB#'))).toBe(true);
    expect(commits[0]?.keys.some((key) => key.includes('#A#'))).toBe(true);
    const person = await get(`/v1/users/by-email/${email}`);
    expect(person).toMatchObject({ state: 'invited', roles: ['viewer'], version: 1, email });
    expect(person.invitedAt).toBeDefined();
  });

  test('answers with where it stands, and so do get and list', async () => {
    const { invite, letter, email } = await inviteTo(org, { note: 'See you on Monday.', locale: 'de-DE' });
    const created = { email, state: 'pending', orgId: org.id, roles: ['member'], locale: 'de-DE' };
    expect(invite).toMatchObject({ ...created, delivery: { state: 'queued' }, note: 'See you on Monday.' });
    const now = await get(`/v1/invites/${invite.id}`);
    expect(now).toMatchObject({ ...created, delivery: { state: 'sent' }, userId: expect.any(String) });
    expect(Date.parse(now.expiresAt) - Date.parse(now.createdAt)).toBe(7 * 24 * HOUR);
    const { items } = await get('/v1/invites?limit=5');
    expect(items[0]).toEqual(now);
    expect(letter.html).toContain('lang="de-DE"');
    expect(letter.text).toContain('See you on Monday.');
  });

  test('no answer ever shows a link, a token or a code', async () => {
    const { invite, letter, email } = await inviteTo(org);
    const again = await call('POST', `/v1/invites/${invite.id}/resend`);
    const extended = await call('POST', `/v1/invites/${invite.id}/extend`, { expiresInSeconds: 7200 });
    const read = [await call('GET', `/v1/invites/${invite.id}`), await call('GET', '/v1/invites?limit=200')];
    const person = await call('GET', `/v1/users/by-email/${email}`);
    for (const { body, headers } of [again, extended, ...read, person, await create({ email })]) {
      const shown = body + JSON.stringify(headers);
      expect(shown).not.toMatch(/token|accept-invite|nonce/i);
      expect(shown).not.toContain(letter.code);
    }
    for (const { body, headers } of read) expect(body + JSON.stringify(headers)).not.toContain(letter.token);
  });

  test('keeps profile members of every size until the person accepts', async () => {
    const profile = { givenName: 'Ada', duties: ['programs'], skills: ['poetry'] };
    const { letter } = await inviteTo(org, { profile });
    const user = await ok(accept(service, { token: letter.token, profile: { familyName: 'Lovelace' } }));
    const whole = await get(`/v1/users/${user.id}`);
    expect(whole.profile).toMatchObject({ givenName: 'Ada', familyName: 'Lovelace', skills: ['poetry'] });
    expect(letter.text).toContain('Ada');
  });

  test('of a staged person joins their record, with the roles and profile of the invite', async () => {
    const world = { service, client: org.client } as Parameters<typeof newUserOf>[0];
    const staged = await newUserOf(world, { profile: { givenName: 'Grace', skills: ['admirals'] } });
    const body = { email: staged.email, roles: ['admin'], profile: { familyName: 'Hopper' } };
    const { invite } = await inviteTo(org, body);
    expect(invite.userId).toBe(staged.id);
    const after = await get(`/v1/users/${staged.id}`);
    const profile = { givenName: 'Grace', familyName: 'Hopper', skills: ['admirals'] };
    expect(after).toMatchObject({ state: 'invited', roles: ['admin'], version: 2, profile });
  });

  test('twice for one address is invite-pending with its id, also when both come at once', async () => {
    const { invite, email } = await inviteTo(org);
    const second = await create({ email });
    expect(refusal(second)).toEqual([409, 'invite-pending']);
    expect(second.json.inviteId).toBe(invite.id);
    const both = newAddress();
    const answers = await Promise.all(Array.from({ length: 6 }, () => create({ email: both })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
    expect(await service.letters(both)).toEqual([]);
    await service.deliver();
    expect(await service.letters(both)).toHaveLength(1);
  });

  test('for a member is already-member; for a person elsewhere it does not name them', async () => {
    const { email } = await joined(org);
    expect(refusal(await create({ email }))).toEqual([409, 'already-member']);
    const { invite } = await inviteTo(other, { email });
    expect(invite).not.toHaveProperty('userId');
    expect(refusal(await create({ email }, other.client))).toEqual([409, 'invite-pending']);
  });

  test('for an own deleted or inactive person says so', async () => {
    const gone = await joined(org);
    await ok(call('DELETE', `/v1/users/${gone.user.id}`));
    const refused = await create({ email: gone.email });
    expect(refusal(refused)).toEqual([409, 'email-taken']);
    expect(refused.json.deletedUserId).toBe(gone.user.id);
    const asleep = await joined(org);
    await ok(call('POST', `/v1/users/${asleep.user.id}/deactivate`));
    expect(refusal(await create({ email: asleep.email }))).toEqual([409, 'already-member']);
  });

  test('a plus tag is another address, letter case is not', async () => {
    const { email } = await inviteTo(org);
    const [local, domain] = email.split('@');
    expect(refusal(await create({ email: `${local?.toUpperCase()}@${domain?.toUpperCase()}` }))[1]).toBe(
      'invite-pending',
    );
    expect((await create({ email: `${local}+1@${domain}` })).status).toBe(201);
  });

  test('grants no role above the inviter’s', async () => {
    const admin = await activePerson(service, service.seed.orgId, ['admin']);
    expect(refusal(await create({ email: newAddress(), roles: ['owner'] }, admin.token))).toEqual([
      403,
      'role-above-own',
    ]);
    expect((await create({ email: newAddress(), roles: ['admin'] }, admin.token)).status).toBe(201);
    const member = await activePerson(service, service.seed.orgId, ['member']);
    expect(refusal(await create({ email: newAddress() }, member.token))).toEqual([403, 'permission-missing']);
  });

  test('keeps to the roles that the org gave the invited person last', async () => {
    const { invite, letter } = await inviteTo(org, { roles: ['admin'] });
    await ok(call('PUT', `/v1/users/${invite.userId}/roles`, { roles: ['viewer'] }));
    expect((await ok(accept(service, { token: letter.token }))).roles).toEqual(['viewer']);
  });

  test('takes redirect addresses of the org’s list only, as the list was when it was created', async () => {
    const listed = await anotherOrg(service, 'Listed', { redirectOrigins: ['https://app.example.com'] });
    for (const redirectUrl of ['https://evil.test/', 'https://app.example.com.evil.test/', '//app.example.com']) {
      const refused = await create({ email: newAddress(), redirectUrl }, listed.client);
      expect(refusal(refused)).toEqual([422, 'redirect-not-allowed']);
    }
    const { invite } = await inviteTo(listed, { redirectUrl: 'https://app.example.com/welcome?x=1' });
    expect(invite.redirectUrl).toBe('https://app.example.com/welcome?x=1');
  });

  test.each([['https://evil.test'], ['come to www.evil.test now'], ['a'.repeat(501)], ['right\u202Eto left']])(
    'refuses the note %s',
    async (note) => {
      expect(refusal(await create({ email: newAddress(), note }))).toEqual([422, 'input-invalid']);
    },
  );

  test.each([
    [{ email: ['a@example.com', 'b@example.com'] }],
    [{ email: { $ne: null } }],
    [{ email: '"evil@x.test y"@a.test' }],
    [{ email: 'v\u0131ctim@a.test' }],
    [{ email: 'a@example.com', expiresInSeconds: 3599 }],
    [{ email: 'a@example.com', expiresInSeconds: 30 * 86_400 + 1 }],
    [{ email: 'a@example.com', orgId: 'x' }],
    [{ email: 'a@example.com', roles: ['superuser'] }],
  ])('refuses %j and sends nothing', async (body) => {
    expect((await create(body)).status).toBe(422);
    expect(await service.letters('a@example.com')).toEqual([]);
  });

  test('with notify false sends nothing until somebody asks for it', async () => {
    const email = newAddress();
    const { answer, letters } = await withLetters(service, 'POST', '/v1/invites', {
      token: org.client,
      body: { email, notify: false },
    });
    expect(letters).toEqual([]);
    expect(answer).not.toHaveProperty('delivery');
    const sent = await withLetters(service, 'POST', `/v1/invites/${answer.id}/resend`, { token: org.client });
    expect((await accept(service, { token: sent.letters[0]?.token })).status).toBe(200);
  });

  test('stays within the day’s number of invites, resends included', async () => {
    const full = await anotherOrg(service);
    const { invite } = await inviteTo(full);
    const ctx = workerContext(service.services);
    const { key } = counterOf(LIMITS.invitesPerOrg, full.id, ctx.now);
    await ctx.table.change({ update: key, set: { n: LIMITS.invitesPerOrg.max } }, 'test');
    const refused = await create({ email: newAddress() }, full.client);
    expect(refusal(refused)).toEqual([429, 'invite-limit']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    const resend = await call('POST', `/v1/invites/${invite.id}/resend`, undefined, { token: full.client });
    expect(refusal(resend)).toEqual([429, 'invite-limit']);
  });

  test('builds the link from the configuration, whatever the request says about its host', async () => {
    const email = newAddress();
    const spoofed = ['host', 'x-forwarded-host', 'forwarded', 'x-original-url', 'x-host'];
    const headers = Object.fromEntries(spoofed.map((name) => [name, 'evil.test']));
    const options = { token: org.client, body: { email }, headers };
    const { letters } = await withLetters(service, 'POST', '/v1/invites', options);
    expect(letters[0]?.link).toMatch(/^http:\/\/rollcall\.test\/accept-invite\?token=/);
    expect(letters[0]?.raw.toString()).not.toContain('evil.test');
  });

  test('an org cannot carry an address of the web in its name', async () => {
    const token = await service.platformToken();
    const named = await service.call('POST', '/v1/orgs', { token, body: { name: 'Win $1000 http://evil.test' } });
    expect(named.status).toBe(422);
  });
});

describe('an invite of another org', () => {
  test('is unknown to this one', async () => {
    const { invite } = await inviteTo(other);
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/resend'],
      ['DELETE', ''],
    ] as const) {
      const answer = await call(method, `/v1/invites/${invite.id}${path}`);
      expect(refusal(answer)).toEqual([404, 'not-found']);
    }
    const extend = await call('POST', `/v1/invites/${invite.id}/extend`, { expiresInSeconds: 7200 });
    expect(refusal(extend)).toEqual([404, 'not-found']);
  });
});

describe('a resend', () => {
  test('gives the same invite a new link and kills the old one', async () => {
    const first = await inviteTo(org);
    const { answer, letters } = await withLetters(service, 'POST', `/v1/invites/${first.invite.id}/resend`, {
      token: org.client,
    });
    expect(answer.id).toBe(first.invite.id);
    expect(letters[0]?.token).not.toBe(first.letter.token);
    expect(letters[0]?.code).not.toBe(first.letter.code);
    expect(refusal(await accept(service, { token: first.letter.token }))).toEqual(dead);
    expect(refusal(await accept(service, { email: first.email, code: first.letter.code }))).toEqual(dead);
    expect((await accept(service, { token: letters[0]?.token })).status).toBe(200);
  });

  test('of an unsent letter voids that letter: one arrives', async () => {
    const email = newAddress();
    const invite = await ok(create({ email }));
    await ok(call('POST', `/v1/invites/${invite.id}/resend`));
    await service.deliver();
    expect(await service.letters(email)).toHaveLength(1);
    const voided = (await service.dump()).filter(
      ({ k, i, st }) => k === 'letter' && i === invite.id && st === 'voided',
    );
    expect(voided).toHaveLength(1);
    expect((await get(`/v1/invites/${invite.id}`)).delivery.state).toBe('sent');
  });

  test('revives an expired invite, and extend gives it the time that is asked', async () => {
    const first = await inviteTo(org, { expiresInSeconds: 30 * 86_400 });
    service.advance(30 * 24 * HOUR + 1000);
    org.client = await service.tokenFor();
    other.client = (await anotherOrg(service)).client;
    expect(await stateOf(first)).toBe('expired');
    expect(refusal(await accept(service, { token: first.letter.token }))).toEqual(dead);
    const extend = `/v1/invites/${first.invite.id}/extend`;
    const body = { expiresInSeconds: 3 * 86_400 };
    const { answer, letters } = await withLetters(service, 'POST', extend, { token: org.client, body });
    expect(answer.state).toBe('pending');
    const now = service.clock.now().getTime();
    expect(Math.abs(Date.parse(answer.expiresAt) - now - 3 * 24 * HOUR)).toBeLessThan(60_000);
    expect((await accept(service, { token: letters[0]?.token })).status).toBe(200);
    expect(refusal(await call('POST', extend, body))).toEqual([409, 'state-not-allowed']);
  });

  test('of an invite that was accepted or revoked is refused with both states', async () => {
    const { invite } = await inviteTo(org);
    await ok(call('DELETE', `/v1/invites/${invite.id}`));
    const answer = await call('POST', `/v1/invites/${invite.id}/resend`);
    expect(answer.json).toMatchObject({ code: 'state-not-allowed', from: 'revoked', to: 'pending' });
  });
});

describe('an invite that is over', () => {
  test('is dead with its time, although its item still lies there; a new invite takes its place', async () => {
    const first = await inviteTo(org, { expiresInSeconds: 25 * 3600 });
    service.advance(25 * HOUR);
    org.client = await service.tokenFor();
    expect(refusal(await accept(service, { token: first.letter.token }))).toEqual(dead);
    expect(await stateOf(first)).toBe('expired');
    const second = await inviteTo(org, { email: first.email });
    expect(await stateOf(first)).toBe('revoked');
    expect((await accept(service, { token: second.letter.token })).status).toBe(200);
    expect(await stateOf(second)).toBe('accepted');
  });

  test('gives a day from sending, however short its life or late its letter', async () => {
    const email = newAddress();
    const invite = await ok(create({ email, expiresInSeconds: 3600 }));
    service.advance(2 * HOUR);
    org.client = await service.tokenFor();
    await service.deliver();
    const { expiresAt, state } = await get(`/v1/invites/${invite.id}`);
    expect(state).toBe('pending');
    expect(Date.parse(expiresAt) - service.clock.now().getTime()).toBeGreaterThan(23.9 * HOUR);
    const [letter] = await service.letters(email);
    expect((await accept(service, { token: letter?.token })).status).toBe(200);
  });

  test('by a revoke leaves a staged person and no link', async () => {
    const { invite, letter, email } = await inviteTo(org);
    expect((await call('DELETE', `/v1/invites/${invite.id}`)).status).toBe(204);
    expect(refusal(await accept(service, { token: letter.token }))).toEqual(dead);
    expect(refusal(await accept(service, { email, code: letter.code }))).toEqual(dead);
    expect((await get(`/v1/users/by-email/${email}`)).state).toBe('staged');
    expect((await get(`/v1/invites/${invite.id}`)).revokedAt).toBeDefined();
    expect(refusal(await call('DELETE', `/v1/invites/${invite.id}`))).toEqual([409, 'state-not-allowed']);
  });

  test('by a delete of the person is revoked in the same commit', async () => {
    const first = await inviteTo(org);
    await ok(call('DELETE', `/v1/users/${first.invite.userId}`));
    expect(await stateOf(first)).toBe('revoked');
    expect(refusal(await accept(service, { token: first.letter.token }))).toEqual(dead);
  });

  test('a deactivation leaves it pending and its link dead for good; after activate a resend opens', async () => {
    const first = await inviteTo(org);
    const user = `/v1/users/${first.invite.userId}`;
    await ok(call('POST', `${user}/deactivate`));
    expect(await stateOf(first)).toBe('pending');
    expect(refusal(await accept(service, { token: first.letter.token }))).toEqual(dead);
    const unsent = await withLetters(service, 'POST', `/v1/invites/${first.invite.id}/resend`, { token: org.client });
    expect(unsent.letters).toEqual([]);
    expect((await get(`/v1/invites/${first.invite.id}`)).delivery.state).toBe('voided');
    expect((await ok(call('POST', `${user}/activate`))).state).toBe('invited');
    expect(refusal(await accept(service, { token: first.letter.token }))).toEqual(dead);
    const again = await withLetters(service, 'POST', `/v1/invites/${first.invite.id}/resend`, { token: org.client });
    expect((await accept(service, { token: again.letters[0]?.token })).status).toBe(200);
  });

  test('a new address for the invited person voids it', async () => {
    const first = await inviteTo(org);
    await ok(call('PATCH', `/v1/users/${first.invite.userId}`, { email: newAddress() }));
    expect(await stateOf(first)).toBe('revoked');
    expect(refusal(await accept(service, { token: first.letter.token }))).toEqual(dead);
  });

  test('of a hundred revokes against accepts each pair has one winner', async () => {
    const raced = await Promise.all(
      Array.from({ length: 100 }, () => ok(create({ email: newAddress(), roles: ['member'] }))),
    );
    await service.deliver();
    let accepted = 0;
    for (let at = 0; at < raced.length; at += 10) {
      const part = raced.slice(at, at + 10);
      const letters = await Promise.all(part.map(async ({ email }) => (await service.letters(email))[0]));
      const hold = { until: 20, maxMs: 2000 };
      service.faults.add({ service: 'dynamodb', operation: 'TransactWriteItems', mode: 'hold', hold });
      const pairs = await Promise.all(
        part.map((invite, i) =>
          Promise.all([
            call('DELETE', `/v1/invites/${invite.id}`),
            accept(service, { token: letters[i]?.token, password: PASSWORD }),
          ]),
        ),
      );
      service.faults.clear();
      for (const [i, [revoke, taken]] of pairs.entries()) {
        const outcome = [revoke.status, taken.status].join();
        expect(['204,410', '409,200']).toContain(outcome);
        const { id, userId } = part[i];
        const user = await get(`/v1/users/${userId}`);
        const invite = await get(`/v1/invites/${id}`);
        const won = taken.status === 200;
        if (won) accepted++;
        expect([user.state, invite.state]).toEqual(won ? ['active', 'accepted'] : ['staged', 'revoked']);
      }
    }
    expect(accepted).toBeLessThanOrEqual(100);
  });
});

test('the table holds nothing that opens an invite', async () => {
  const { letter } = await inviteTo(org);
  const stored = JSON.stringify(await service.dump(), (_, value) => (value instanceof Set ? [...value] : value));
  expect(stored).not.toContain(letter.token);
  expect(stored).not.toContain(letter.code?.replace('-', ''));
  expect(keys.invite(org.id, org.id).pk).toContain('#I#');
});
