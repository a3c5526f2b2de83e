// The platform's calls that its SDK does not make, and the ways it says no.
import { beforeAll, describe, expect, test } from 'vitest';
import { ROWS } from '../../functions/dialects/axway/fields.ts';
import { numberOf } from '../../shared/model/ids.ts';
import { itemsOf, newWriter, person } from '../bench/people.ts';
import { accept, anotherOrg, inviteTo, newSource } from '../support/invited.ts';
import { type Answer, type CallOptions, type Json, type TestService, testService } from '../support/service.ts';
import {
  activePerson,
  NEW_PASSWORD,
  newAddress,
  newUserOf,
  newWorld,
  ok,
  PASSWORD,
  type World,
} from '../support/world.ts';

const API = '/axway/api/v1';
const NOBODY = '0192f0c1-0000-7000-8000-000000000000';
let service: TestService;
let world: World;
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
});

const call = (method: string, path: string, options: CallOptions = {}): Promise<Answer> =>
  service.call(method, `${API}${path}`, options);
const result = async (answer: Promise<Answer>): Promise<Json> => (await ok(answer)).result;
/** Status, internal code. */
const refusal = async (answer: Promise<Answer>): Promise<[number, number | undefined]> => {
  const { status, json } = await answer;
  expect(json).toMatchObject({ success: false, code: status });
  return [status, json.internalCode];
};

async function invited(body: Json = {}): Promise<{ guid: string; email: string; link: string }> {
  const email = newAddress();
  const path = `/org/${world.seed.orgId}/user`;
  const { guid } = await result(call('POST', path, { token: world.client, body: { email, ...body } }));
  await service.deliver();
  return { guid, email, link: (await service.letters(email)).at(-1)?.token ?? '' };
}

const activate = (link: string, body: Json = {}) =>
  call('POST', '/auth/activate', {
    body: { id: link, firstname: 'Ada', lastname: 'Byron', password: PASSWORD, ...body },
    sourceIp: newSource(),
  });
const login = (username: string, password = PASSWORD, body: Json = {}) =>
  call('POST', '/auth/login', { body: { username, password, ...body }, sourceIp: newSource() });

describe('a user', () => {
  test('has the 32 attributes of the platform and no others, nothing of them null', async () => {
    expect(ROWS).toHaveLength(32);
    const person = await activePerson(service, world.seed.orgId);
    const user = await result(call('GET', `/user/${person.id}`, { token: world.client }));
    expect(Object.keys(user).filter((name) => !ROWS.some(({ wire }) => wire === name))).toEqual([]);
    expect(Object.values(user)).not.toContain(null);
    expect(user).toMatchObject({
      ...{ guid: person.id, user_id: numberOf(person.id), email: person.email, username: person.email },
      ...{ activated: true, active: true, firstname: '', lastname: '', mfa: false, authenticator_enabled: false },
      ...{ prefs: {}, oauth: [], external: false, logged_in_count: 0, logged_in_from_web: false },
    });
  });

  test('goes by three ids', async () => {
    const { id, number, legacyId } = await newUserOf(world);
    for (const key of [id, number, legacyId, id.toUpperCase()]) {
      expect((await result(call('GET', `/user/${key}`, { token: world.client }))).guid).toBe(id);
    }
    for (const key of ['x', '1', '0'.repeat(24), NOBODY]) {
      expect(await refusal(call('GET', `/user/${key}`, { token: world.client }))).toEqual([404, undefined]);
    }
  });

  test('shows what fields[] names and leaves out what exclude_fields[] names', async () => {
    const { id } = await newUserOf(world);
    const get = (query: string) => result(call('GET', `/user/${id}?${query}`, { token: world.client }));
    for (const query of ['fields[]=guid&fields[]=active', 'fields=guid,active', 'fields%5B%5D=guid,active']) {
      expect(await get(query)).toEqual({ guid: id, active: true });
    }
    expect(await get('exclude_fields[]=guid')).not.toHaveProperty('guid');
  });

  test('takes the sample of the platform’s own document, and keeps what is read-only', async () => {
    const { id, email } = await newUserOf(world);
    const sample = { ...SAMPLE, default_org: numberOf(world.seed.orgId), timezone: 'Europe/Paris' };
    const { mfa: _mfa, authenticator_enabled: _enabled, ...body } = sample;
    const user = await result(call('PUT', `/user/profile/${id}`, { token: world.client, body }));
    expect(user).toMatchObject({
      ...{ guid: id, email, activated: false, active: true, firstname: 'Example Name', lastname: 'Example Name' },
      ...{ locale: 'en-US', login_org: 'last_logged', timezone: 'Europe/Paris' },
      default_org: numberOf(world.seed.orgId),
    });
  });

  test('is refused a second factor that cannot be had', async () => {
    const { id } = await newUserOf(world);
    for (const body of [{ mfa: true }, { authenticator_enabled: true }, { preferred_mfa: 'app' }]) {
      expect(await refusal(call('PUT', `/user/profile/${id}`, { token: world.client, body }))).toEqual([
        403,
        undefined,
      ]);
    }
    for (const path of ['/auth/mfa/send', '/auth/mfa/verify', '/auth/deviceauth']) {
      expect(await refusal(call('POST', path, { token: world.client, body: {} }))).toEqual([403, undefined]);
    }
  });

  test('has names of 50 characters at most, and longer stored ones shown cut', async () => {
    const { id } = await newUserOf(world, { profile: { givenName: 'a'.repeat(60) } });
    const put = (body: Json) => call('PUT', `/user/profile/${id}`, { token: world.client, body });
    const long = await put({ lastname: 'b'.repeat(51) });
    expect(long.json).toMatchObject({ code: 400, description: 'Last name must be at most 50 characters.' });
    expect((await result(put({ firstname: 'a'.repeat(50), lastname: 'B' }))).lastname).toBe('B');
    const native = await ok(service.call('GET', `/v1/users/${id}`, { token: world.client }));
    expect(native.profile).toMatchObject({ givenName: 'a'.repeat(60), familyName: 'B' });
    expect(await refusal(put({ firstname: 7 }))).toEqual([400, 74]);
    expect(await refusal(put({ unknown: 1 }))).toEqual([400, 74]);
    expect(await refusal(put({ default_org: 12 }))).toEqual([400, 74]);
  });

  test('changes their own profile, preferences and password, and nobody else’s', async () => {
    const me = await activePerson(service, world.seed.orgId);
    const { token } = me;
    expect((await result(call('PUT', `/user/profile/${me.id}`, { token, body: { firstname: 'Me' } }))).firstname).toBe(
      'Me',
    );
    expect((await call('PUT', '/user/pref', { token, body: { pref: 'theme', value: 'dark' } })).status).toBe(204);
    expect((await result(call('GET', `/user/${me.id}`, { token }))).prefs).toEqual({ theme: 'dark' });
    const path = `/user/profile/${world.owner.id}`;
    expect(await refusal(call('PUT', path, { token, body: { firstname: 'X' } }))).toEqual([403, undefined]);
    expect(await refusal(call('PUT', `/user/profile/${me.id}`, { token, body: { active: false } }))).toEqual([
      403,
      undefined,
    ]);
    const change = (body: Json) => call('PUT', `/user/profile/${me.id}`, { token, body });
    expect(await refusal(change({ password: NEW_PASSWORD }))).toEqual([400, 77]);
    expect(await refusal(change({ password: NEW_PASSWORD, current_password: 'wrong' }))).toEqual([400, 412]);
    expect(await refusal(change({ password: 'short', current_password: PASSWORD }))).toEqual([400, 74]);
    const same = await change({ password: PASSWORD, current_password: PASSWORD });
    expect(same.json.description).toBe('Passwords should not be used recently.');
    const named = await change({ password: `${me.email} and more`, current_password: PASSWORD });
    expect(named.json.internalCode).toBe(411);
    await result(change({ password: NEW_PASSWORD, current_password: PASSWORD, firstname: 'Changed' }));
    expect((await login(me.email, NEW_PASSWORD)).status).toBe(200);
    const admin = { password: NEW_PASSWORD, current_password: PASSWORD };
    expect(await refusal(call('PUT', `/user/profile/${me.id}`, { token: world.client, body: admin }))).toEqual([
      403,
      undefined,
    ]);
  });

  test('proves the password in a header, counted as a sign-in is', async () => {
    const me = await activePerson(service, world.seed.orgId);
    const prove = (password?: string) =>
      call('POST', '/auth/validatePassword', {
        token: me.token,
        headers: password === undefined ? {} : { 'x-auth-password': password },
      });
    expect(await refusal(prove())).toEqual([400, 77]);
    expect((await prove(PASSWORD)).status).toBe(204);
    const tries = [];
    for (let i = 0; i < 8; i++) tries.push((await prove('wrong')).status);
    expect(tries[0]).toBe(403);
    expect(tries.at(-1)).toBe(429);
  });

  test('accepts the terms of the org, if it has any', async () => {
    const { id, client } = await anotherOrg(service, 'With terms');
    const me = await activePerson(service, id as never);
    expect(await refusal(call('PUT', '/auth/terms', { token: me.token }))).toEqual([404, undefined]);
    const body = { settings: { termsVersion: '2026-01' } };
    await ok(
      service.call('PATCH', `/v1/orgs/${id}`, {
        token: client,
        body,
        headers: { 'content-type': 'application/merge-patch+json' },
      }),
    );
    expect((await result(call('PUT', '/auth/terms', { token: me.token }))).terms_updated).toBeTruthy();
    expect((await result(call('GET', `/user/${me.id}`, { token: me.token }))).terms_updated).toBeTruthy();
  });

  test('is deleted, unless it is oneself', async () => {
    const { id } = await newUserOf(world);
    expect((await call('DELETE', `/user/${id}`, { token: world.client })).status).toBe(200);
    expect(await refusal(call('GET', `/user/${id}`, { token: world.client }))).toEqual([404, undefined]);
    expect(await refusal(call('DELETE', `/user/${world.owner.id}`, { token: world.owner.token }))).toEqual([
      403,
      undefined,
    ]);
  });
});

describe('an invite', () => {
  test('is shown by its link and accepted once; any link that cannot be used is one answer', async () => {
    const { guid, link } = await invited();
    const read = (id: string) => call('GET', `/auth/activation/${id}`);
    const before = await service.dump();
    expect(await result(read(link))).toMatchObject({ guid: link, type: 'invite', user_guid: guid });
    expect(await service.dump()).toEqual(before);
    expect((await activate(link)).status).toBe(204);
    const forged = `${link.slice(0, -2)}AA`;
    const answers = await Promise.all([link, forged, 'x', NOBODY].flatMap((id) => [read(id), activate(id)]));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
    expect(answers[0]?.json).toMatchObject({ code: 400, internalCode: 9 });
  });

  test('expires', async () => {
    const { link } = await invited();
    service.advance(8 * 86_400_000);
    expect(await refusal(activate(link))).toEqual([400, 9]);
    world = await newWorld(service);
  });

  test('is sent again by its link or by name, and the earlier link is dead', async () => {
    const { email, link } = await invited();
    const token = world.client;
    const again = (body: Json) => call('POST', '/auth/activate/resend', { token, body });
    expect((await again({ username: email, org_id: String(numberOf(world.seed.orgId)) })).status).toBe(204);
    await service.deliver();
    const second = (await service.letters(email)).at(-1)?.token ?? '';
    expect(await refusal(activate(link))).toEqual([400, 9]);
    expect((await again({ activation_id: second })).status).toBe(204);
    await service.deliver();
    const third = (await service.letters(email)).at(-1)?.token ?? '';
    expect((await activate(third)).status).toBe(204);
    expect((await again({ username: email })).json.description).toBe('Your account has already been activated.');
    expect(await refusal(again({ username: 'nobody@example.test' }))).toEqual([404, undefined]);
    expect(await refusal(again({ activation_id: 'x' }))).toEqual([404, undefined]);
    expect(await refusal(again({}))).toEqual([400, 77]);
    expect((await call('POST', '/auth/activate/resend', { body: { username: email } })).status).toBe(401);
  });

  test('of a member, an invited one, a foreign domain or an unknown role is refused by the platform’s names', async () => {
    const { email } = await invited();
    const path = `/org/${world.seed.orgId}/user`;
    const invite = (body: Json) => call('POST', path, { token: world.client, body });
    expect((await invite({ email })).json.description).toBe('User is already a member of this org.');
    expect((await invite({ email: world.owner.email })).json.description).toBe('User is already a member of this org.');
    expect((await invite({ email: newAddress(), roles: ['consumer'] })).json.description).toContain(
      '"consumer" is not an allowed role',
    );
    expect(await refusal(invite({}))).toEqual([400, 77]);
    expect((await invite({ email: 'no address' })).json.description).toBe('"email" contained an invalid value.');
    expect(await refusal(invite({ email: `a@${'b.'.repeat(108)}test` }))).toEqual([400, 74]);
    expect(await refusal(invite({ email: newAddress(), idp: 'x' }))).toEqual([400, 74]);
  });

  test('puts the person into teams, and sends no letter where it is suppressed', async () => {
    const { guid: team } = await result(call('POST', '/team', { token: world.client, body: { name: 'Invited' } }));
    const { guid, link } = await invited({ teams: [{ guid: team, roles: ['developer'] }], role: 'auditor' });
    await activate(link);
    const member = await result(call('GET', `/org/${world.seed.orgId}/user/${guid}`, { token: world.client }));
    expect(member).toMatchObject({ teams: 1, role: 'auditor', roles: ['auditor'], name: 'Ada Byron', primary: false });
    expect((await invited({ suppressEmail: true })).link).toBe('');
  });
});

describe('a forgotten password', () => {
  test('is asked for without learning who exists, and set by the mailed link', async () => {
    const me = await activePerson(service, world.seed.orgId);
    const ask = (username: string) => call('POST', '/auth/forgot', { body: { username }, sourceIp: newSource() });
    const [known, unknown] = [await ask(me.email), await ask('nobody@example.test')];
    expect([known.status, known.body]).toEqual([204, '']);
    expect([unknown.status, unknown.body]).toEqual([204, '']);
    await service.deliver();
    const link = (await service.letters(me.email)).at(-1)?.token ?? '';
    expect(await result(call('GET', `/auth/activation/${link}`))).toMatchObject({ type: 'forgot', user_guid: me.id });
    const set = (password: string) => call('POST', '/auth/activate/forgot', { body: { id: link, password } });
    expect(await refusal(set('short'))).toEqual([400, 74]);
    expect((await set(NEW_PASSWORD)).status).toBe(204);
    expect(await refusal(set(NEW_PASSWORD))).toEqual([400, 9]);
    expect(await refusal(call('GET', `/auth/activation/${link}`))).toEqual([400, 9]);
    expect((await login(me.email, NEW_PASSWORD)).status).toBe(200);
    expect(await refusal(activate(link))).toEqual([400, 9]);
  });

  test('is asked for so often from one place, and no more', async () => {
    const sourceIp = newSource();
    const answers: Answer[] = [];
    for (let i = 0; i < 101; i++) {
      answers.push(await call('POST', '/auth/forgot', { body: { username: newAddress() }, sourceIp }));
    }
    const last = answers.at(-1);
    expect(last?.json).toMatchObject({ code: 429, internalCode: 429 });
    expect(last?.headers['retry-after']).toBeTruthy();
  });
});

describe('a session', () => {
  test('begins with the right password; everything else is one answer until then', async () => {
    const { link, email } = await invited();
    const me = await activePerson(service, world.seed.orgId);
    const staged = await newUserOf(world);
    const wrong = await Promise.all(
      [me.email, email, staged.email, 'nobody@example.test'].map((name) => login(name, 'wrong one')),
    );
    expect(new Set(wrong.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
    expect(wrong[0]?.json).toMatchObject({ code: 400, internalCode: 2 });
    expect((await login('no address', 'x')).json.internalCode).toBe(2);
    expect(await refusal(call('POST', '/auth/login', { body: { username: me.email } }))).toEqual([400, 77]);
    const session = await result(login(me.email, PASSWORD, { from: 'studio' }));
    expect(session).toMatchObject({ guid: me.id, from: 'studio', token_type: 'Bearer', expires_in: 600 });
    expect(session.user.logged_in_from_studio).toBe(true);
    await activate(link);
    const path = `/v1/users/${me.id}/lock`;
    await ok(service.call('POST', path, { token: world.client, body: { reason: 'test' } }));
    expect(await refusal(login(me.email))).toEqual([401, 4]);
  });

  test('is shown, listed and ended by its own person alone, and sets no cookie', async () => {
    const me = await activePerson(service, world.seed.orgId);
    const { access_token: token, sessionID } = await result(login(me.email));
    const check = await call('GET', '/auth/checkSession', { token });
    expect(check.json.result).toMatchObject({
      guid: me.id,
      user_id: numberOf(me.id),
      is_staff: false,
      email: me.email,
    });
    expect(check.headers).not.toHaveProperty('set-cookie');
    expect(await result(call('GET', '/session', { token }))).toMatchObject({ sessionID, user_guid: me.id });
    const query = (body: Json, more = '') => call('POST', `/session/query${more}`, { token, body });
    expect((await query({ user_id: me.id }, '?limit=1')).json.metadata).toMatchObject({
      count: 1,
      matched: 2,
      pages: 2,
    });
    expect(await refusal(query({ user_id: world.owner.id }))).toEqual([403, undefined]);
    expect((await call('DELETE', `/session/${me.sessionId}`, { token })).status).toBe(204);
    expect(await refusal(call('DELETE', `/session/${world.owner.sessionId}`, { token }))).toEqual([404, undefined]);
    expect((await call('GET', '/auth/logout?redirect=https://evil.test')).status).toBe(401);
    expect(await result(call('GET', '/auth/logout?redirect=https://evil.test', { token }))).not.toContain('evil');
    expect((await query({})).json.result).toEqual([]);
    expect(await refusal(call('GET', '/auth/logout', { token: world.client }))).toEqual([403, undefined]);
  });

  test('of somebody else is listed for who may read what happened, and ended by nobody else', async () => {
    const me = await activePerson(service, world.seed.orgId);
    const auditor = await activePerson(service, world.seed.orgId, ['viewer']);
    await ok(login(me.email, PASSWORD, { from: 'cli' }));
    const query = (token: string, body: Json, more = '') => call('POST', `/session/query${more}`, { token, body });
    for (const body of [{ user_id: me.id }, { user_id: numberOf(me.id) }, { user_email: me.email }]) {
      const { json } = await query(auditor.token, body);
      expect(json.metadata.matched).toBe(2);
      expect(json.result.map(({ user, current }: Json) => [user.guid, current])).toEqual([
        [me.id, false],
        [me.id, false],
      ]);
    }
    const sorted = (await query(world.client, { user_id: me.id }, '?sort[]=from&limit=1')).json.result;
    expect(sorted[0].from).toBe('cli');
    const { created } = sorted[0];
    expect((await query(world.client, { user_id: me.id, created, from: 'cli' })).json.metadata.matched).toBe(1);
    expect((await query(world.client, { user_id: me.id, created: '2020-01-01' })).json.result).toEqual([]);
    expect((await query(world.client, { user_id: me.id, user_email: auditor.email })).json.result).toEqual([]);
    expect((await query(world.client, {})).json.result).toEqual([]);
    expect(await refusal(query(world.client, { user_id: NOBODY }))).toEqual([404, undefined]);
    expect(await refusal(query(world.client, { access_token: 'x' }))).toEqual([400, 74]);
    expect(await refusal(query(world.client, { user_id: me.id }, '?sort=dvid'))).toEqual([400, 74]);
    expect(await refusal(query(me.token, { user_id: auditor.id }))).toEqual([403, undefined]);
    expect(await refusal(call('DELETE', `/session/${me.sessionId}`, { token: auditor.token }))).toEqual([
      404,
      undefined,
    ]);
    const elsewhere = await anotherOrg(service, 'Their home');
    const { letter } = await inviteTo(elsewhere, { email: me.email });
    await ok(accept(service, { token: letter.token }, { token: me.token }));
    expect((await call('GET', `/user/${me.id}`, { token: elsewhere.client })).status).toBe(200);
    expect(await refusal(query(elsewhere.client, { user_id: me.id }))).toEqual([403, undefined]);
  });

  test('tells of the org no more than its caller may read', async () => {
    const path = `/v1/orgs/${world.seed.orgId}/clients`;
    const body = { name: 'narrow', permissions: ['users:read'] };
    const narrow = await ok(service.call('POST', path, { token: world.client, body }));
    const token = await service.tokenFor(narrow.clientId, narrow.clientSecret);
    const known = ['_id', 'active', 'entitlements', 'guid', 'name', 'org_id', 'region', 'subscriptions', 'users'];
    const session = await result(call('GET', '/auth/findSession', { token }));
    expect(Object.keys(session.org).sort()).toEqual(known);
    expect([session.org.name, session.org_name, session.orgs[0].name]).toEqual(Array(3).fill(world.seed.orgId));
    const userinfo = '/axway/auth/realms/Broker/protocol/openid-connect/userinfo';
    expect((await service.call('GET', userinfo, { token })).json.org_name).toBe(world.seed.orgId);
    const wide = await result(call('GET', '/auth/findSession', { token: world.client }));
    expect(Object.keys(wide.org).sort()).toEqual([...known, 'created', 'security', 'updated'].sort());
    const role = await ok(
      service.call('POST', '/v1/roles', { token: world.client, body: { name: 'Reader', permissions: ['users:read'] } }),
    );
    const { email } = await activePerson(service, world.seed.orgId, [role.id]);
    const person = await result(login(email));
    expect(Object.keys(person.org).sort()).toEqual(known);
    // Which orgs they are in is their own to know.
    expect(person.org.name).toBe('Example');
  });

  test('looks into another of the person’s orgs with a token as old as the one it came with', async () => {
    const other = await anotherOrg(service, 'Elsewhere');
    const me = await activePerson(service, world.seed.orgId);
    const switchTo = (org_id: unknown, token: string) =>
      call('POST', '/auth/switchLoggedInOrg', { token, body: { org_id } });
    const strange = await Promise.all([other.id, NOBODY, 'x', '12'].map((org) => switchTo(org, me.token)));
    expect(new Set(strange.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
    expect(strange[0]?.json.description).toContain('You are not a member of this organization');
    const { letter } = await inviteTo(other, { email: me.email });
    await ok(accept(service, { token: letter.token }, { token: me.token }));
    const { access_token: home, refresh_token: kept } = await result(login(me.email));
    const orgs = await result(call('GET', '/user/organizations', { token: home }));
    expect(orgs.map(({ guid }: Json) => guid)).toEqual([world.seed.orgId, other.id]);
    service.advance(60_000);
    const moved = await result(switchTo(numberOf(other.id), home));
    expect(moved).toMatchObject({ org_id: String(numberOf(other.id)), org_name: 'Elsewhere', role: 'developer' });
    expect(await refusal(call('GET', `/user/${world.owner.id}`, { token: moved.access_token }))).toEqual([
      404,
      undefined,
    ]);
    const claims = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const { auth_time, iat, exp, sid } = claims(home);
    expect(claims(moved.access_token)).toMatchObject({ auth_time, iat, exp, sid, org: other.id });
    expect(moved.refresh_token).toBeUndefined();
    const refresh = (refreshToken: string) => service.call('POST', '/v1/sessions/refresh', { body: { refreshToken } });
    expect((await refresh(kept)).status).toBe(200);
    const back = await result(switchTo(world.seed.orgId, moved.access_token));
    expect(back.org.guid).toBe(world.seed.orgId);
    expect((await result(login(me.email, PASSWORD, { org_hint: String(numberOf(other.id)) }))).org.guid).toBe(other.id);
    expect((await login(me.email, PASSWORD, { org_hint: NOBODY })).json.description).toContain('not a member');
  });

  test('that has ended moves nowhere', async () => {
    const me = await activePerson(service, world.seed.orgId);
    await result(call('GET', '/auth/logout', { token: me.token }));
    const body = { org_id: world.seed.orgId };
    expect(await refusal(call('POST', '/auth/switchLoggedInOrg', { token: me.token, body }))).toEqual([401, undefined]);
  });
});

describe('the org', () => {
  test('of a path is the token’s, by number or guid, and any other is unknown', async () => {
    const other = await anotherOrg(service);
    const { orgId } = world.seed;
    for (const org of [orgId, numberOf(orgId)]) {
      expect((await call('GET', `/org/${org}`, { token: world.client })).status).toBe(200);
      expect((await call('GET', `/org/${org}/user?limit=1`, { token: world.client })).status).toBe(200);
    }
    for (const org of [other.id, numberOf(other.id as never), NOBODY, 'x']) {
      for (const path of [
        `/org/${org}`,
        `/org/${org}/user`,
        `/client?org_id=${org}`,
        `/team?org_id=${org}`,
        `/activity?org_id=${org}`,
      ]) {
        expect(await refusal(call('GET', path, { token: world.client })), path).toEqual([404, undefined]);
      }
    }
  });

  test('says what it demands of a password', async () => {
    const { id, client } = await anotherOrg(service, 'Stricter', { passwordPolicy: { minLength: 20 } });
    const org = await result(call('GET', `/org/${id}`, { token: client }));
    expect(org.security.password_policy).toEqual({ length: 20, history: 1 });
    const put = (body: Json) => call('PUT', `/org/${id}`, { token: client, body });
    const changed = await result(put({ security: { password_policy: { length: 24 } } }));
    expect([changed.name, changed.security.password_policy.length]).toEqual(['Stricter', 24]);
    for (const policy of [{ length: 8 }, { length: '20' }, { digit: 1 }, 'long', undefined])
      expect(await refusal(put({ security: { password_policy: policy } })), JSON.stringify(policy)).toEqual([400, 74]);
    expect(await refusal(put({}))).toEqual([400, 74]);
  });

  test('keeps its last administrator', async () => {
    const { id, client } = await anotherOrg(service);
    const owner = await activePerson(service, id as never, ['owner']);
    const path = `/org/${id}/user/${owner.id}`;
    const demoted = await call('PUT', path, { token: client, body: { roles: ['developer'] } });
    expect(demoted.json.description).toBe('Unable to demote user; one org admin is required.');
    const removed = await call('DELETE', path, { token: client });
    expect(removed.json.description).toBe('The sole administrator of an organization cannot be removed.');
  });

  test('gives nobody more than they hold, and to each what their roles allow', async () => {
    const { token } = await activePerson(service, world.seed.orgId);
    const path = `/org/${world.seed.orgId}/user`;
    expect((await call('GET', `${path}?limit=1`, { token })).status).toBe(200);
    const body = { email: newAddress(), roles: ['administrator'] };
    for (const [method, at, sent] of [
      ['POST', path, body],
      ['PUT', `${path}/${world.owner.id}`, { roles: ['developer'] }],
      ['DELETE', `${path}/${world.owner.id}`, undefined],
      ['POST', '/team', { name: 'No' }],
      ['GET', `/client?org_id=${world.seed.orgId}`, undefined],
      ['GET', '/activity', undefined],
    ] as const) {
      expect((await refusal(call(method, at, { token, body: sent })))[0], `${method} ${at}`).toBe(403);
    }
    const made = { name: 'inviter', permissions: ['users:read', 'users:invite'] };
    const inviter = await ok(
      service.call('POST', `/v1/orgs/${world.seed.orgId}/clients`, { token: world.client, body: made }),
    );
    const limited = await service.tokenFor(inviter.clientId, inviter.clientSecret);
    expect((await refusal(call('POST', path, { token: limited, body })))[0]).toBe(403);
  });

  test('finds members by address, guid, role and term', async () => {
    const [a, b] = [
      await activePerson(service, world.seed.orgId),
      await activePerson(service, world.seed.orgId, ['viewer']),
    ];
    await service.project();
    const list = async (query: string) =>
      (await result(call('GET', `/org/${world.seed.orgId}/user?${query}`, { token: world.client }))).map(
        ({ guid }: Json) => guid,
      );
    expect((await list(`email[]=${a.email}&email[]=${b.email}`)).sort()).toEqual([a.id, b.id].sort());
    expect(await list(`user_guid=${b.id}`)).toEqual([b.id]);
    expect(await list('roles[]=auditor')).toContain(b.id);
    expect(await list('roles[]=administrator')).toContain(world.owner.id);
    expect(await list(`term=${a.email.split('@')[0]}`)).toContain(a.id);
    expect(await list('primary=true')).toEqual([]);
    expect(await list(`email=${a.email},${b.email}&sort=-primary,idp`)).toEqual([a.id, b.id]);
    for (const query of ['limit=101', 'limit=x', 'page=0', 'sort=role', 'roles=nothing', 'limit=100&page=200']) {
      expect(
        (await refusal(call('GET', `/org/${world.seed.orgId}/user?${query}`, { token: world.client })))[0],
        query,
      ).toBe(400);
    }
  });

  test('without limit shows up to 2,000 members, and beyond asks for pages', async () => {
    const large = await testService();
    const people = Array.from({ length: 2050 }, (_, n) => person(large.seed.orgId, n, { name: `p${n % 2}` }));
    await newWriter(large.table).write(people.flatMap((record) => itemsOf(record)));
    const token = await large.tokenFor();
    const get = (path: string) => large.call('GET', `${API}/org/${large.seed.orgId}${path}`, { token });
    expect(await refusal(get('/user'))).toEqual([400, 74]);
    expect(await result(get('/user?term=p1-'))).toHaveLength(1025);
    expect((await get('/user?limit=100&page=20')).json.metadata).toMatchObject({ count: 100, page: 20 });
    expect((await result(get(''))).users).toHaveLength(2000);
    // Of many teams it would take all of them to say who is in which.
    const owner = (await large.signIn(large.seed.adminEmail)).accessToken;
    const guid = (await result(large.call('GET', `${API}/auth/checkSession`, { token: owner }))).guid;
    const teamCall = (method: string, path: string, body?: Json) =>
      result(large.call(method, `${API}/team${path}`, { token: owner, ...(body && { body }) }));
    const named = Array.from({ length: 6 }, (_, n) => ({ name: `Team ${n}`, users: [{ guid, roles: ['developer'] }] }));
    for (const team of named) await teamCall('POST', '', team);
    await teamCall('POST', `/${(await teamCall('GET', ''))[0].guid}/user/${people[7]?.id}`, { roles: ['developer'] });
    const seen = await large.trace(async () => {
      const shown = (await teamCall('GET', '')).map(({ users }: Json) => users.map((user: Json) => user.guid));
      expect(shown).toEqual(named.map(() => [guid]));
    });
    expect(seen.length).toBeLessThan(20);
    const few = await teamCall('GET', '?limit=1');
    expect(few[0].users.map((user: Json) => user.guid).sort()).toEqual([guid, people[7]?.id].sort());
  });
});

describe('a team', () => {
  const team = (method: string, path: string, body?: Json) =>
    call(method, `/team${path}`, { token: world.client, ...(body && { body }) });

  test('is deleted in favour of another, which must be there', async () => {
    const [old, heir] = await Promise.all(
      ['Old', 'Heir'].map((name) => result(team('POST', '', { name, org_guid: world.seed.orgId }))),
    );
    expect(await refusal(team('DELETE', `/${old.guid}?reassign_team=${NOBODY}`))).toEqual([404, undefined]);
    expect(await refusal(team('DELETE', `/${old.guid}?reassign_team=${old.guid}`))).toEqual([400, 74]);
    expect((await result(team('DELETE', `/${old.guid}?reassign_team=${heir.guid}`))).guid).toBe(old.guid);
    expect(await refusal(team('GET', `/${old.guid}`))).toEqual([404, undefined]);
  });

  test('lets nobody go who is not in it', async () => {
    const { guid } = await result(team('POST', '', { name: 'Empty' }));
    expect(await refusal(team('DELETE', `/${guid}/user/${world.owner.id}`))).toEqual([404, undefined]);
  });

  test('costs no calls of its own in a list of many', async () => {
    const fresh = await newWorld(await testService());
    const many = (method: string, body?: Json) =>
      fresh.service.call(method, `${API}/team`, { token: fresh.client, ...(body && { body }) });
    const seen: number[] = [];
    for (const upTo of [10, 20]) {
      const users = [{ guid: fresh.owner.id, roles: ['developer'] }];
      for (let n = upTo - 10; n < upTo; n++) await ok(many('POST', { name: `Team ${n}`, ...(n < 3 && { users }) }));
      const calls = await fresh.service.trace(async () => {
        const teams = (await ok(many('GET'))).result;
        expect(teams).toHaveLength(upTo);
        expect(teams.filter(({ users: named }: Json) => named.length === 1)).toHaveLength(3);
      });
      seen.push(calls.length);
    }
    expect(seen[0]).toBe(seen[1]);
    expect(seen[1]).toBeLessThan(6);
  });
});

describe('what is counted', () => {
  test('is users, as many as there are now, of a time that is not over', async () => {
    await service.project();
    const usage = (query: string) =>
      call('GET', `/org/${numberOf(world.seed.orgId)}/usage${query}`, { token: world.client });
    const { usage: now, basis, org_id, from, to } = await result(usage(''));
    expect(now.limit_users).toEqual({ name: 'Users', value: expect.any(Number) });
    const { count } = await ok(service.call('GET', '/v1/users/count', { token: world.client }));
    expect([now.limit_users.value, basis, org_id]).toEqual([count, 'range', numberOf(world.seed.orgId)]);
    expect(from < to).toBe(true);
    expect((await result(usage('?from=2020-01-01&to=2020-02-01'))).usage).toEqual({});
    expect((await result(usage('?to=2999-01-01&entitlement=limit_users'))).usage.limit_users.value).toBe(count);
    expect((await result(usage('?entitlement=other'))).usage).toEqual({});
    expect(await refusal(usage('?from=2020-02-01&to=2020-01-01'))).toEqual([400, 74]);
    expect(await refusal(call('GET', `/org/${NOBODY}/usage`, { token: world.client }))).toEqual([404, undefined]);
    const blind = { name: 'blind', permissions: ['orgs:read'] };
    const path = `/v1/orgs/${world.seed.orgId}/clients`;
    const client = await ok(service.call('POST', path, { token: world.client, body: blind }));
    const token = await service.tokenFor(client.clientId, client.clientSecret);
    expect((await result(call('GET', `/org/${world.seed.orgId}/usage`, { token }))).usage).toEqual({});
    const narrow = await activePerson(service, world.seed.orgId);
    expect((await result(call('GET', '/entitlement', { token: narrow.token })))[0]).toMatchObject({ title: 'Users' });
  });
});

test('what happened is told by page and context', async () => {
  const list = (query: string) => call('GET', `/activity?${query}`, { token: world.client });
  const first = (await list('limit=2&data=true')).json;
  const second = (await list('limit=1&page=2')).json;
  expect(second.result[0].id).toBe(first.result[1].id);
  expect(first.result[0].data.org_guid).toBe(world.seed.orgId);
  const teams = (await list('contexts[]=team')).json.result;
  expect(new Set(teams.map(({ context }: Json) => context))).toEqual(new Set(['team']));
  const from = service.clock.now().getTime() + 1000;
  expect((await list(`from=${from}`)).json.result).toEqual([]);
  expect(await refusal(list('contexts=nothing'))).toEqual([400, 74]);
  expect(await refusal(list('from=nothing'))).toEqual([400, 74]);
});

test('sign-up, and what is not served, say so in the platform’s own way', async () => {
  expect(await refusal(call('POST', '/auth/signup', { body: {} }))).toEqual([400, 430]);
  expect(await refusal(call('POST', '/auth/activate/signup', { body: { id: 'x' } }))).toEqual([400, 9]);
  for (const path of ['/provider', '/export', '/entitlement/toString', `/org/${world.seed.orgId}/stats`]) {
    expect(await refusal(call('GET', path, { token: world.client }))).toEqual([404, undefined]);
  }
  const policy = await result(call('GET', `/auth/password_policy?user_guid=${NOBODY}`));
  expect(policy).toEqual({ length: 15, max_length: 128, lockout: 5, history: 1 });
});

/** The values that the platform's own schema gives as examples, its placeholders replaced where they are not values. */
const SAMPLE: Json = {
  _id: '507f1f77bcf86cd799439011',
  activated: true,
  active: true,
  authenticator_enabled: true,
  created: '2026-04-21T00:00:00Z',
  date_activated: '2026-04-21T00:00:00Z',
  default_org: 1,
  email: 'someone@example.test',
  external: true,
  firstname: 'Example Name',
  guid: 'example_value',
  invited: '2026-04-21T00:00:00Z',
  last_logged_in_org: 1,
  last_login: '2026-04-21T00:00:00Z',
  lastname: 'Example Name',
  locale: 'en-US',
  logged_in_count: 1,
  logged_in_from_cli: true,
  logged_in_from_other: true,
  logged_in_from_studio: true,
  logged_in_from_web: true,
  login_org: 'last_logged',
  mfa: true,
  oauth: ['example_value'],
  password_updated: '********',
  prefs: {},
  provider_guid: 'example_value',
  terms_updated: '2026-04-21T00:00:00Z',
  timezone: 'example_value',
  updated: '2026-04-21T00:00:00Z',
  user_id: 1,
  username: 'Example Name',
};
