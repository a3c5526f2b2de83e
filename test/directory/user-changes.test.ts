// Changes of people: merge patches, versions, claims, and an address that somebody else sets.
import { beforeAll, describe, expect, it } from 'vitest';
import { packId } from '../../shared/model/ids.ts';
import type { Item } from '../../shared/store/table.ts';
import { auditedTypes, auditedVersions, newGuest, upTo } from '../support/guests.ts';
import { type Answer, type Json, type Seed, type TestService, testService } from '../support/service.ts';
import { activePerson, newAddress, ok } from '../support/world.ts';

let service: TestService;
let token: string;
let other: Seed;

beforeAll(async () => {
  service = await testService();
  token = await service.tokenFor();
  other = await service.secondOrg();
});

const call = (method: string, path: string, body?: Json, headers: Record<string, string> = {}) =>
  service.call(method, path, { token, headers, ...(body !== undefined && { body }) });
const create = (body: Json = {}) => call('POST', '/v1/users', { email: newAddress(), ...body });
const created = (body: Json = {}): Promise<Json> => ok(create(body));
const patch = (id: string, body: Json, headers?: Record<string, string>) =>
  call('PATCH', `/v1/users/${id}`, body, headers);
const get = (id: string) => call('GET', `/v1/users/${id}`);
const itemsOf = async (what: (item: Item) => boolean) => (await service.dump()).filter(what);

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
    ['routing', {}],
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

describe('the own record', () => {
  it('is read and changed with the token of a person only', async () => {
    const person = await activePerson(service, service.seed.orgId);
    const me = (method: string, body?: Json, by = person.token) =>
      service.call(method, '/v1/me', { token: by, ...(body && { body }) });
    const changed = await me('PATCH', { profile: { givenName: 'Ada' }, preferences: { locale: 'pt-BR' } });
    expect(changed).toMatchObject({
      status: 200,
      json: { version: 2, updatedBy: person.id },
      headers: { etag: '"2"' },
    });
    expect((await me('GET')).json).toEqual(changed.json);
    expect((await me('GET', undefined, token)).json.code).toBe('person-only');
    expect((await me('PATCH', {}, token)).json.code).toBe('person-only');
  });

  it.each([
    ['roles', ['owner']],
    ['orgId', 'x'],
    ['isAdmin', true],
    ['state', 'active'],
    ['locked', false],
    ['activated', true],
    ['active', true],
    ['loginEnabled', true],
    ['passwordHash', 'x'],
    ['mfaEnabled', true],
    ['emailVerified', true],
    ['email', 'x@y.test'],
    ['username', 'root'],
    ['externalId', 'x'],
    ['provisioning', {}],
    ['security', {}],
    ['createdBy', 'x'],
    ['version', 1],
    ['_pk', 'x'],
    ['GSI1PK', 'x'],
    ['ttl', 1],
  ])('never takes %s from its owner', async (member, value) => {
    const person = await activePerson(service, service.seed.orgId);
    const answer = await service.call('PATCH', '/v1/me', { token: person.token, body: { [member]: value } });
    expect(answer).toMatchObject({ status: 422, json: { issues: [{ pointer: `/${member}` }] } });
    expect((await get(person.id)).json.version).toBe(1);
  });
});
