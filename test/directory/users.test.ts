// People: create, read, change. What a record holds is tested with the model, moves between states in user-states.
import { beforeAll, describe, expect, it } from 'vitest';
import { packId } from '../../shared/model/ids.ts';
import type { Item } from '../../shared/store/table.ts';
import { auditedTypes, auditedVersions, newGuest, upTo } from '../support/guests.ts';
import { type Answer, type Json, type Seed, type TestService, testService } from '../support/service.ts';
import { activePerson, newAddress, ok } from '../support/world.ts';

let service: TestService;
let token: string;
let other: Seed;
let abroad: string;

beforeAll(async () => {
  service = await testService();
  token = await service.tokenFor();
  other = await service.secondOrg();
  abroad = await service.tokenFor(other.clientId, other.clientSecret);
});

const call = (method: string, path: string, body?: Json, headers: Record<string, string> = {}) =>
  service.call(method, path, { token, headers, ...(body !== undefined && { body }) });
const create = (body: Json = {}) => call('POST', '/v1/users', { email: newAddress(), ...body });
const created = (body: Json = {}): Promise<Json> => ok(create(body));
const patch = (id: string, body: Json, headers?: Record<string, string>) =>
  call('PATCH', `/v1/users/${id}`, body, headers);
const get = (id: string) => call('GET', `/v1/users/${id}`);
/** An answer without what differs between any two requests. */
const bare = ({ status, body, headers }: Answer) => {
  const { requestId: _id, ...rest } = JSON.parse(body);
  return { status, body: rest, headers: Object.keys(headers).sort() };
};
const itemsOf = async (what: (item: Item) => boolean) => (await service.dump()).filter(what);
const limiter = (item: Item) => item.k === 'limiter';

describe('creating a person', () => {
  it('stages one, hears of version 1 and the address to find them at, and sends no letter', async () => {
    const email = newAddress();
    const answer = await create({ email: ` ${email.toUpperCase()} ` });
    expect(answer).toMatchObject({ status: 201, headers: { etag: '"1"' } });
    const user = answer.json;
    expect(answer.headers.location).toBe(`/v1/users/${user.id}`);
    expect(user).toMatchObject({ email, state: 'staged', version: 1, roles: ['member'], orgId: service.seed.orgId });
    expect(user).toMatchObject({ createdBy: service.seed.clientId, updatedBy: service.seed.clientId });
    expect(user.inviteId).toBeUndefined();
    expect(user.legacyId).toMatch(/^[0-9a-f]{24}$/);
    await service.deliver();
    expect(await service.letters(email)).toEqual([]);
    expect((await get(user.id)).json).toEqual(user);
    expect(auditedTypes(await service.dump(), user.id)).toEqual(['user-created']);
  });

  it('with invite: is still version 1, names the invite and sends exactly one letter', async () => {
    const email = newAddress();
    const answer = await create({ email, invite: true, roles: ['viewer', 'viewer'] });
    expect(answer).toMatchObject({ status: 201, headers: { etag: '"1"' } });
    expect(answer.json).toMatchObject({ state: 'invited', version: 1, roles: ['viewer'] });
    const invite = await ok(call('GET', `/v1/invites/${answer.json.inviteId}`));
    expect(invite).toMatchObject({ email, state: 'pending', userId: answer.json.id, roles: ['viewer'] });
    await service.deliver();
    await service.deliver();
    expect(await service.letters(email)).toHaveLength(1);
    expect(auditedVersions(await service.dump(), answer.json.id)).toEqual([1]);
  });

  it('gives numbers in order of creation, each claimed', async () => {
    const users = [await created(), await created(), await created()];
    const numbers = users.map(({ number }) => number as number);
    expect([...numbers].sort((a, b) => a - b)).toEqual(numbers);
    const claims = await itemsOf(({ pk }) => numbers.some((number) => pk === `N#${number}`));
    expect(claims).toHaveLength(3);
  });

  it('under one Idempotency-Key makes one person and answers byte for byte the same', async () => {
    const body = { email: newAddress(), invite: true };
    const key = { 'idempotency-key': 'create-once' };
    const first = await call('POST', '/v1/users', body, key);
    const again = await call('POST', '/v1/users', body, key);
    expect(first.status).toBe(201);
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers).toMatchObject({ etag: '"1"', location: first.headers.location });
    await service.deliver();
    expect(await service.letters(body.email)).toHaveLength(1);
    const changed = await call('POST', '/v1/users', { ...body, username: 'another' }, key);
    expect(changed).toMatchObject({ status: 422, json: { code: 'idempotency-key-reused' } });
  });

  it('refuses an address, a username and an externalId that somebody has, in whatever case', async () => {
    const taken = await created({ username: 'Ada.L', externalId: 'E-1' });
    const byEmail = await create({ email: taken.email.toUpperCase() });
    expect(byEmail).toMatchObject({ status: 409, json: { code: 'email-taken' } });
    expect(byEmail.json.deletedUserId).toBeUndefined();
    expect(await create({ username: 'ada.l' })).toMatchObject({ status: 409, json: { code: 'username-taken' } });
    expect(await create({ externalId: 'E-1' })).toMatchObject({ status: 409, json: { code: 'external-id-taken' } });
    expect((await create({ externalId: 'e-1' })).status).toBe(201);
  });

  it('leaves nothing behind when it is refused', async () => {
    const taken = await created({ username: 'holder' });
    const before = await itemsOf((item) => !limiter(item));
    const email = newAddress();
    expect((await create({ email, username: 'holder', externalId: 'free', custom: { custom1: 'x' } })).status).toBe(
      409,
    );
    expect(await itemsOf((item) => !limiter(item))).toHaveLength(before.length);
    expect((await create({ email, externalId: 'free' })).status).toBe(201);
    expect(taken.state).toBe('staged');
  });

  it('of a hundred at once with one address in mixed case makes one', async () => {
    const email = newAddress();
    const spelt = upTo(100).map((n) => (n % 2 ? email : email.toUpperCase()));
    const answers = await Promise.all(spelt.map((address) => create({ email: address })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ json }) => json.code === 'email-taken')).toHaveLength(99);
  });

  it('names the deleted person to callers of their home org only', async () => {
    const gone = await created();
    expect((await call('DELETE', `/v1/users/${gone.id}`)).status).toBe(204);
    const own = await create({ email: gone.email });
    expect(own).toMatchObject({ status: 409, json: { code: 'email-taken', deletedUserId: gone.id } });
    const foreign = await service.call('POST', '/v1/users', { token: abroad, body: { email: gone.email } });
    expect(foreign).toMatchObject({ status: 409, json: { code: 'email-taken' } });
    expect(foreign.json.deletedUserId).toBeUndefined();
    const patched = await patch((await created()).id, { email: gone.email });
    expect(patched.json).toMatchObject({ code: 'email-taken', deletedUserId: gone.id });
  });

  it.each([
    [{ username: 'ada@example.test' }, '/username'],
    [{ roles: [] }, '/roles'],
    [{ roles: ['root'] }, '/roles/0'],
    [{ isAdmin: true }, '/isAdmin'],
    [{ state: 'active' }, '/state'],
    [{ profile: { colour: 'red' } }, '/profile/colour'],
    [{ custom: { custom1: 'x'.repeat(226) } }, '/custom/custom1'],
  ])('refuses %j at its pointer', async (body, pointer) => {
    const answer = await create(body);
    expect(answer).toMatchObject({ status: 422, json: { code: 'input-invalid' } });
    expect(answer.json.issues.map((issue: Json) => issue.pointer)).toContain(pointer);
  });

  it('refuses an address it cannot keep with a code of its own', async () => {
    expect(await create({ email: 'grüße@a.test' })).toMatchObject({ status: 422, json: { code: 'email-unsupported' } });
  });

  it('keeps externalIds apart by org and usernames together', async () => {
    await created({ username: 'everywhere', externalId: 'per-org' });
    const post = (body: Json) =>
      service.call('POST', '/v1/users', { token: abroad, body: { email: newAddress(), ...body } });
    expect((await post({ externalId: 'per-org' })).status).toBe(201);
    expect(await post({ username: 'EVERYWHERE' })).toMatchObject({ status: 409, json: { code: 'username-taken' } });
  });
});

describe('reading a person', () => {
  it('by address finds them in any case and with any escaping', async () => {
    const email = newAddress().replace('@', '+tag@');
    const user = await created({ email });
    for (const typed of [email, email.toUpperCase(), encodeURIComponent(email)]) {
      const answer = await call('GET', `/v1/users/by-email/${typed}`);
      expect(answer).toMatchObject({ status: 200, json: user, headers: { etag: '"1"' } });
    }
  });

  it('of another org answers as for nobody: same bytes, same table calls, same units', async () => {
    const foreign = await ok(service.call('POST', '/v1/users', { token: abroad, body: { email: newAddress() } }));
    const pairs = [
      [`/v1/users/${foreign.id}`, '/v1/users/01900000-0000-7000-8000-000000000000'],
      [`/v1/users/by-email/${foreign.email}`, `/v1/users/by-email/${newAddress()}`],
      [`/v1/users?filter=email+eq+"${foreign.email}"`, `/v1/users?filter=email+eq+"${newAddress()}"`],
      [`/v1/users?filter=number+eq+${foreign.number}`, '/v1/users?filter=number+eq+12345'],
    ] as const;
    for (const paths of pairs) {
      const seen = [];
      for (const path of paths) {
        let answer: Answer | undefined;
        const calls = await service.trace(async () => {
          answer = await call('GET', path);
        });
        seen.push({ answer: bare(answer as Answer), calls: calls.map(({ operation, units }) => [operation, units]) });
      }
      expect(seen[0]).toEqual(seen[1]);
    }
  });

  it('shows a deleted one only to those who ask for the deleted', async () => {
    const user = await created();
    await call('DELETE', `/v1/users/${user.id}`);
    for (const path of [`/v1/users/${user.id}`, `/v1/users/by-email/${user.email}`]) {
      expect((await call('GET', path)).status).toBe(404);
      expect(await call('GET', `${path}?state=deleted`)).toMatchObject({ status: 200, json: { state: 'deleted' } });
      expect((await call('GET', `${path}?state=active`)).status).toBe(422);
    }
    const live = await created();
    expect((await call('GET', `/v1/users/${live.id}?state=deleted`)).status).toBe(404);
  });

  it('takes an id of another shape for an unknown one', async () => {
    const user = await created();
    for (const id of [user.id.toUpperCase(), `${user.id}x`, '1', 'U%23x', '..%2f', user.legacyId]) {
      expect(await call('GET', `/v1/users/${id}`)).toMatchObject({ status: 404, json: { code: 'not-found' } });
    }
  });

  it('derives the display name from the parts unless one was given', async () => {
    const parts = await created({ profile: { givenName: 'Ada', familyName: 'Lovelace' } });
    expect(parts.profile.displayName).toBe('Ada Lovelace');
    expect((await ok(patch(parts.id, { profile: { familyName: 'King' } }))).profile.displayName).toBe('Ada King');
    const given = await ok(patch(parts.id, { profile: { displayName: 'Countess' } }));
    expect(given.profile.displayName).toBe('Countess');
  });
});

const WHOLE: Record<string, Json> = {
  profile: { givenName: 'Ada', title: 'Engineer', biography: { biography: 'Born in London.' }, skills: ['algebra'] },
  contact: { phone: { countryCode: '44', number: '123' }, jabberId: 'ada@jabber.test' },
  preferences: { locale: 'fr-FR', loginOrg: 'ask', map: { theme: 'dark', size: 'large' } },
  custom: { custom1: 'one', custom5: 'five' },
};

describe('changing a person', () => {
  it('merges every group: what is not named stays, null removes, an emptied group is gone', async () => {
    const user = await created(WHOLE);
    const changed = await ok(
      patch(user.id, {
        profile: { title: null, department: 'Analysis' },
        contact: { phone: { number: null } },
        preferences: { map: { size: null, font: 'serif' } },
        custom: { custom1: null, custom5: null },
      }),
    );
    expect(changed.profile).toMatchObject({ givenName: 'Ada', department: 'Analysis', skills: ['algebra'] });
    expect(changed.profile.title).toBeUndefined();
    expect(changed.contact).toEqual({ phone: { countryCode: '44' }, jabberId: 'ada@jabber.test' });
    expect(changed.preferences).toEqual({ locale: 'fr-FR', loginOrg: 'ask', map: { theme: 'dark', font: 'serif' } });
    expect(changed.custom).toBeUndefined();
    const groups = Object.fromEntries(Object.keys(WHOLE).map((group) => [group, null]));
    const bared = await ok(patch(user.id, groups));
    for (const group of Object.keys(WHOLE)) expect(bared[group]).toBeUndefined();
    expect((await get(user.id)).json).toEqual(bared);
    expect(auditedVersions(await service.dump(), user.id)).toEqual([1, 2, 3]);
  });

  it('that says what is so already commits nothing and raises nothing', async () => {
    const user = await created({ ...WHOLE, username: 'quiet', externalId: 'quiet' });
    const before = await service.dump();
    const same = {
      ...WHOLE,
      email: user.email,
      username: 'quiet',
      externalId: 'quiet',
      telephony: null,
      savedViews: {},
    };
    let answer: Answer | undefined;
    const calls = await service.trace(async () => {
      answer = await patch(user.id, same);
    });
    expect(answer).toMatchObject({ status: 200, json: user, headers: { etag: '"1"' } });
    expect(calls.filter(({ operation }) => operation === 'TransactWriteItems')).toEqual([]);
    expect(await service.dump()).toHaveLength(before.length);
  });

  it('against an outdated version is 412, against * or none it is made', async () => {
    const user = await created();
    const headers = (ifMatch: string) => ({ 'if-match': ifMatch });
    expect((await patch(user.id, { profile: { title: 'a' } }, headers('"1"'))).headers.etag).toBe('"2"');
    for (const old of ['"1"', '"3"', 'W/"2"', '2', '"x"']) {
      const stale = await patch(user.id, { profile: { title: 'b' } }, headers(old));
      expect(stale).toMatchObject({ status: 412, json: { code: 'version-stale' } });
    }
    expect((await patch(user.id, { profile: { title: 'c' } }, headers('*'))).headers.etag).toBe('"3"');
    expect((await patch(user.id, { profile: { title: 'd' } })).headers.etag).toBe('"4"');
    for (const [method, path] of [
      ['DELETE', ''],
      ['POST', '/deactivate'],
      ['POST', '/lock'],
      ['PUT', '/roles'],
    ] as const) {
      const body = path === '/lock' ? { reason: 'x' } : path === '/roles' ? { roles: ['viewer'] } : undefined;
      const stale = await call(method, `/v1/users/${user.id}${path}`, body, headers('"3"'));
      expect(stale).toMatchObject({ status: 412, json: { code: 'version-stale' } });
    }
    expect((await get(user.id)).headers.etag).toBe('"4"');
  });

  it('by fifty who saw the same version succeeds for one', async () => {
    const user = await created();
    const answers = await Promise.all(
      upTo(50).map((n) => patch(user.id, { profile: { title: `title ${n}` } }, { 'if-match': '"1"' })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(49);
    expect((await get(user.id)).json.version).toBe(2);
  });

  it('by many at once loses no step: versions rise by one, each with one audit entry', async () => {
    const user = await created();
    const answers = await Promise.all(upTo(12).map((n) => patch(user.id, { custom: { custom1: `value ${n}` } })));
    const made = answers.filter(({ status }) => status === 200).map(({ json }) => json.version as number);
    for (const { status, json } of answers) expect(status === 200 || json.code === 'version-conflict').toBe(true);
    expect(made.sort((a, b) => a - b)).toEqual(upTo(made.length).map((n) => n + 1));
    expect((await get(user.id)).json.version).toBe(made.length + 1);
    expect(auditedVersions(await service.dump(), user.id)).toEqual(upTo(made.length + 1));
  });

  it('frees what it lets go of and takes what is free', async () => {
    const [ada, bob] = [await created({ username: 'swap', externalId: 'swap' }), await created()];
    expect((await patch(bob.id, { username: 'swap' })).json.code).toBe('username-taken');
    expect((await patch(bob.id, { externalId: 'swap' })).json.code).toBe('external-id-taken');
    expect((await patch(ada.id, { username: 'SWAP' })).json).toMatchObject({ username: 'SWAP', version: 2 });
    await ok(patch(ada.id, { username: null, externalId: null }));
    expect(await ok(patch(bob.id, { username: 'swap', externalId: 'swap' }))).toMatchObject({ username: 'swap' });
  });

  it('names the changed members in the audit entry and none of their values', async () => {
    const user = await created();
    await ok(
      patch(user.id, { profile: { title: 'Secret title' }, custom: { custom1: 'secret' }, username: 'secret1' }),
    );
    const [entry] = await itemsOf(({ k, user: id, version }) => k === 'audit' && id === user.id && version === 2);
    expect(entry).toMatchObject({ type: 'user-updated', actor: { is: 'client', id: service.seed.clientId } });
    expect(new Set(entry?.changed as string[])).toEqual(new Set(['custom', 'profile', 'username']));
    expect(JSON.stringify(entry)).not.toMatch(/secret/i);
  });

  it.each([
    ['id', 'x'],
    ['orgId', 'x'],
    ['state', 'active'],
    ['roles', ['owner']],
    ['version', 9],
    ['security', { locked: null }],
    ['passwordHash', 'x'],
    ['emailVerifiedAt', '2026-01-01T00:00:00Z'],
    ['createdBy', 'x'],
    ['_pk', 'x'],
    ['lp', 'x'],
    ['ttl', 1],
    ['email', null],
    ['username', 'a@b.test'],
  ])('never sets %s to %j', async (member, value) => {
    const user = await created();
    const answer = await patch(user.id, { [member]: value });
    expect(answer).toMatchObject({ status: 422, json: { issues: [{ pointer: `/${member}` }] } });
    expect((await get(user.id)).json).toEqual(user);
  });
});

describe('an address set by somebody else', () => {
  it('holds at once, unproven; ends sessions and links; tells the old address', async () => {
    const person = await activePerson(service, service.seed.orgId);
    await service.call('POST', '/v1/password-resets', { body: { email: person.email }, sourceIp: '198.51.100.77' });
    await service.deliver();
    const [reset] = await service.letters(person.email);
    const email = newAddress();
    const changed = await ok(patch(person.id, { email }));
    expect(changed).toMatchObject({ email, state: 'active', version: 2 });
    expect(changed.security.emailVerifiedAt).toBeUndefined();
    await service.deliver();
    const subjects = (await service.letters(person.email)).map(({ letterId }) => letterId);
    expect(subjects).toHaveLength(2);
    expect(await service.letters(email)).toEqual([]);
    const me = (method: string, body?: Json) => service.call(method, '/v1/me', { token: person.token, body });
    expect(await me('PATCH', { profile: { title: 'x' } })).toMatchObject({
      status: 401,
      json: { code: 'token-invalid' },
    });
    const { refreshToken } = person;
    const refreshed = await service.call('POST', '/v1/sessions/refresh', { body: { refreshToken } });
    expect(refreshed).toMatchObject({ status: 401, json: { code: 'session-ended' } });
    const body = { token: reset?.token, password: 'a third umbrella in the hail' };
    expect((await service.call('POST', '/v1/password-resets/complete', { body })).status).toBe(410);
    expect(auditedTypes(await service.dump(), person.id).at(-1)).toBe('user-email-changed');
    expect((await create({ email: person.email })).status).toBe(201);
  });

  it('suspends memberships elsewhere and wipes nothing', async () => {
    const guest = await newGuest(service, other);
    const email = newAddress();
    await ok(patch(guest.id, { email }));
    const [item] = await itemsOf(({ k, pk }) => k === 'guest' && String(pk).endsWith(packId(guest.id)));
    expect(item).toMatchObject({ sus: true, em: email });
    expect((await service.signIn(email, guest.password)).user.id).toBe(guest.id);
    const body = { email, password: guest.password, orgId: other.orgId };
    const refused = await service.call('POST', '/v1/sessions', { body, sourceIp: '198.51.100.78' });
    expect(refused).toMatchObject({ status: 403, json: { code: 'membership-suspended' } });
  });

  it('kills the invite that was out and stages the person again', async () => {
    const user = await created({ invite: true });
    await service.deliver();
    const [letter] = await service.letters(user.email);
    const moved = await ok(patch(user.id, { email: newAddress() }));
    expect(moved).toMatchObject({ state: 'staged', version: 2 });
    expect((await ok(call('GET', `/v1/invites/${user.inviteId}`))).state).toBe('revoked');
    const body = { token: letter?.token, password: 'a fourth umbrella in the mist' };
    expect((await service.call('POST', '/v1/invites/accept', { body })).status).toBe(410);
  });

  it('is not the way to change the own address', async () => {
    const admin = await activePerson(service, service.seed.orgId, ['admin']);
    const own = await service.call('PATCH', `/v1/users/${admin.id}`, {
      token: admin.token,
      body: { email: newAddress() },
    });
    expect(own).toMatchObject({ status: 403, json: { code: 'own-address-needs-proof' } });
    const me = await service.call('PATCH', '/v1/me', { token: admin.token, body: { email: newAddress() } });
    expect(me.status).toBe(422);
  });

  it('is refused to those who hold less than the person: a reset would make them that person', async () => {
    const admin = await activePerson(service, service.seed.orgId, ['admin']);
    const owner = await activePerson(service, service.seed.orgId, ['owner']);
    const body = { email: newAddress() };
    const answer = await service.call('PATCH', `/v1/users/${owner.id}`, { token: admin.token, body });
    expect(answer).toMatchObject({ status: 403, json: { code: 'role-above-own' } });
    expect((await get(owner.id)).json.email).toBe(owner.email);
  });

  it('goes to one of many who want it', async () => {
    const users = await Promise.all(upTo(20).map(() => created()));
    const email = newAddress();
    const answers = await Promise.all(users.map(({ id }) => patch(id, { email })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ json }) => json.code === 'email-taken')).toHaveLength(19);
  });
});
