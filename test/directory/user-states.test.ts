// The moves between states, the lock beside them, roles, and the guard that leaves no org without an admin.
import { beforeAll, describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../shared/model/principal.ts';
import { auditedTypes, auditedVersions, newGuest, upTo } from '../support/guests.ts';
import { type Json, type Seed, type TestService, testService } from '../support/service.ts';
import { activePerson, newAddress, ok, type Person } from '../support/world.ts';

let service: TestService;
let token: string;
let sources = 0;

beforeAll(async () => {
  service = await testService();
  token = await service.tokenFor();
});

const call = (method: string, path: string, body?: Json, by = token) =>
  service.call(method, path, { token: by, ...(body !== undefined && { body }) });
const created = (body: Json = {}): Promise<Json> => ok(call('POST', '/v1/users', { email: newAddress(), ...body }));
const get = async (id: string): Promise<Json> => {
  const live = await call('GET', `/v1/users/${id}`);
  return live.status === 200 ? live.json : ok(call('GET', `/v1/users/${id}?state=deleted`));
};
const signIn = ({ email, password }: Person) =>
  service.call('POST', '/v1/sessions', { body: { email, password }, sourceIp: `198.51.100.${++sources}` });

type MoveName = 'deactivate' | 'activate' | 'delete' | 'restore' | 'lock' | 'unlock';
const move = (id: string, name: MoveName, by = token) =>
  name === 'delete'
    ? call('DELETE', `/v1/users/${id}`, undefined, by)
    : call('POST', `/v1/users/${id}/${name}`, name === 'lock' ? { reason: 'left' } : undefined, by);
const moved = async (id: string, ...names: MoveName[]) => {
  for (const name of names) await ok(move(id, name));
  return get(id);
};

type Start = 'staged' | 'invited' | 'active' | 'inactive' | 'deleted';
const starts: Record<Start, () => Promise<string>> = {
  staged: async () => (await created()).id,
  invited: async () => (await created({ invite: true })).id,
  active: async () => (await activePerson(service, service.seed.orgId)).id,
  inactive: async () => (await moved((await created()).id, 'deactivate')).id,
  deleted: async () => (await moved((await created()).id, 'delete')).id,
};

describe('a move between states', () => {
  it.each<[Start, MoveName, string]>([
    ['staged', 'deactivate', 'inactive'],
    ['invited', 'deactivate', 'inactive'],
    ['active', 'deactivate', 'inactive'],
    ['staged', 'delete', 'deleted'],
    ['invited', 'delete', 'deleted'],
    ['active', 'delete', 'deleted'],
    ['inactive', 'delete', 'deleted'],
    ['inactive', 'activate', 'staged'],
    ['deleted', 'restore', 'staged'],
  ])('from %s by %s leads to %s, raises the version by one and is audited once', async (from, name, to) => {
    const id = await starts[from]();
    const { version } = await get(id);
    await ok(move(id, name));
    expect(await get(id)).toMatchObject({ state: to, version: version + 1 });
    const items = await service.dump();
    expect(auditedVersions(items, id)).toEqual(upTo(version + 1));
    expect(auditedTypes(items, id).at(-1)).toBe(`user-${name}d`);
  });

  it.each<[Start, MoveName, string]>([
    ['inactive', 'deactivate', 'inactive'],
    ['deleted', 'deactivate', 'inactive'],
    ['staged', 'activate', 'active'],
    ['invited', 'activate', 'active'],
    ['active', 'activate', 'active'],
    ['deleted', 'activate', 'active'],
    ['deleted', 'delete', 'deleted'],
    ['staged', 'restore', 'staged'],
    ['invited', 'restore', 'invited'],
    ['active', 'restore', 'active'],
    ['inactive', 'restore', 'inactive'],
  ])('from %s by %s is refused by the names of both states and changes nothing', async (from, name, to) => {
    const id = await starts[from]();
    const before = await get(id);
    const answer = await move(id, name);
    expect(answer).toMatchObject({ status: 409, json: { code: 'state-not-allowed', from, to } });
    expect(await get(id)).toEqual(before);
  });

  it('back to active depends on what the person had reached', async () => {
    expect(await moved(await starts.active(), 'deactivate', 'activate')).toMatchObject({ state: 'active' });
    expect(await moved(await starts.invited(), 'deactivate', 'activate')).toMatchObject({ state: 'invited' });
    const back = await moved(await starts.staged(), 'deactivate', 'activate');
    expect(back).toMatchObject({ state: 'staged', version: 3 });
    expect(back.deactivatedAt).toBeUndefined();
  });

  it('restores the state held before the delete, whichever it was', async () => {
    for (const start of ['staged', 'active', 'inactive'] as const) {
      const restored = await moved(await starts[start](), 'delete', 'restore');
      expect(restored.state).toBe(start);
      expect(restored.deletedAt).toBeUndefined();
    }
  });

  it('of a deleted person finds no lock, no change and no roles to set', async () => {
    const id = await starts.deleted();
    expect((await move(id, 'lock')).status).toBe(404);
    expect((await move(id, 'unlock')).status).toBe(404);
    expect((await call('PATCH', `/v1/users/${id}`, { profile: { title: 'x' } })).status).toBe(404);
    expect((await call('PUT', `/v1/users/${id}/roles`, { roles: ['admin'] })).status).toBe(404);
  });

  it('made twice at once is made once', async () => {
    const id = await starts.staged();
    const answers = await Promise.all(upTo(10).map(() => move(id, 'deactivate')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await get(id)).version).toBe(2);
  });

  it('under one Idempotency-Key is answered byte for byte, also when there was nothing to do', async () => {
    const id = await starts.staged();
    for (const name of ['deactivate', 'activate', 'lock', 'unlock', 'unlock'] as const) {
      const options = { token, headers: { 'idempotency-key': `${name}-${sources++}` } };
      const body = name === 'lock' ? { reason: 'x' } : undefined;
      const send = () => service.call('POST', `/v1/users/${id}/${name}`, { ...options, ...(body && { body }) });
      const first = await send();
      await ok(call('PATCH', `/v1/users/${id}`, { profile: { title: `after ${name} ${sources}` } }));
      const again = await send();
      expect(again).toMatchObject({ status: 200, body: first.body });
    }
  });
});

describe('deleting a person', () => {
  it('ends sessions and links for good, keeps the password for a restore', async () => {
    const person = await activePerson(service, service.seed.orgId);
    await moved(person.id, 'delete');
    expect((await signIn(person)).status).toBe(401);
    const refresh = () => service.call('POST', '/v1/sessions/refresh', { body: { refreshToken: person.refreshToken } });
    expect((await refresh()).status).toBe(401);
    await moved(person.id, 'restore');
    expect(await refresh()).toMatchObject({ status: 401, json: { code: 'session-ended' } });
    const me = await call('PATCH', '/v1/me', { profile: { title: 'x' } }, person.token);
    expect(me).toMatchObject({ status: 401, json: { code: 'token-invalid' } });
    expect((await signIn(person)).status).toBe(200);
  });

  it('revokes the pending invite in the same commit', async () => {
    const user = await created({ invite: true });
    const calls = await service.trace(() => ok(move(user.id, 'delete')));
    expect(calls.filter(({ operation }) => operation === 'TransactWriteItems')).toHaveLength(1);
    expect((await ok(call('GET', `/v1/invites/${user.inviteId}`))).state).toBe('revoked');
    await service.deliver();
    expect(await service.letters(user.email)).toEqual([]);
  });

  it('brings record, username and externalId back with a restore', async () => {
    const marks = {
      username: 'phoenix',
      externalId: 'phoenix',
      profile: { title: 'Bird' },
      custom: { custom2: 'ash' },
    };
    const user = await created(marks);
    await moved(user.id, 'delete');
    expect(await call('POST', '/v1/users', { email: newAddress(), username: 'Phoenix' })).toMatchObject({
      status: 409,
    });
    expect(await moved(user.id, 'restore')).toMatchObject(marks);
  });
});

describe('deactivating a person', () => {
  it('ends sessions, and sign-in says so after the right password only', async () => {
    const person = await activePerson(service, service.seed.orgId);
    await moved(person.id, 'deactivate');
    expect(await signIn(person)).toMatchObject({ status: 403, json: { code: 'user-inactive' } });
    expect(await signIn({ ...person, password: 'not it at all, surely' })).toMatchObject({ status: 401 });
    await moved(person.id, 'activate');
    expect((await signIn(person)).status).toBe(200);
  });

  it('leaves the invite pending but unusable, and unsent letters unsent', async () => {
    const user = await created({ invite: true });
    await service.deliver();
    const [letter] = await service.letters(user.email);
    await moved(user.id, 'deactivate');
    expect((await ok(call('GET', `/v1/invites/${user.inviteId}`))).state).toBe('pending');
    const body = { token: letter?.token, password: 'an umbrella at the station' };
    expect((await service.call('POST', '/v1/invites/accept', { body })).status).toBe(410);
    const unsent = await created({ invite: true });
    await moved(unsent.id, 'deactivate');
    await service.deliver();
    expect(await service.letters(unsent.email)).toEqual([]);
  });
});

describe('a lock', () => {
  it('is a hold beside the state, with its reason, until it is lifted', async () => {
    const person = await activePerson(service, service.seed.orgId);
    const locked = await ok(call('POST', `/v1/users/${person.id}/lock`, { reason: 'under review' }));
    expect(locked).toMatchObject({ state: 'active', version: 2, security: { locked: { reason: 'under review' } } });
    expect(await signIn(person)).toMatchObject({ status: 403, json: { code: 'user-locked' } });
    const unlocked = await ok(move(person.id, 'unlock'));
    expect(unlocked.security.locked).toBeUndefined();
    expect((await signIn(person)).status).toBe(200);
    const again = await ok(move(person.id, 'unlock'));
    expect(again.version).toBe(unlocked.version);
  });

  it('with an end holds until then', async () => {
    const own = await testService();
    const person = await activePerson(own, own.seed.orgId);
    const until = new Date(own.clock.now().getTime() + 60_000).toISOString();
    await ok(
      own.call('POST', `/v1/users/${person.id}/lock`, { token: await own.tokenFor(), body: { reason: 'x', until } }),
    );
    const body = { email: person.email, password: person.password };
    expect((await own.call('POST', '/v1/sessions', { body })).status).toBe(403);
    own.advance(61_000);
    expect((await own.call('POST', '/v1/sessions', { body })).status).toBe(200);
  });

  it.each([{}, { reason: '' }, { reason: 'x', until: 'tomorrow' }, { reason: 'x', colour: 'red' }])(
    'refuses %j',
    async (body) => {
      expect((await call('POST', `/v1/users/${await starts.staged()}/lock`, body)).status).toBe(422);
    },
  );
});

/** An org of its own whose only admins are these, and its client. */
async function orgOf(...roles: ('owner' | 'admin')[]): Promise<{ seed: Seed; by: string; people: Person[] }> {
  const platform = await service.platformToken();
  const org = await ok(call('POST', '/v1/orgs', { name: 'Fresh' }, platform));
  const body = { name: 'client', permissions: PERMISSIONS };
  const client = await ok(call('POST', `/v1/orgs/${org.id}/clients`, body, platform));
  const seed: Seed = { ...service.seed, ...client, orgId: org.id };
  const people = [];
  for (const role of roles) people.push(await activePerson(service, seed.orgId, [role]));
  return { seed, by: await service.tokenFor(seed.clientId, seed.clientSecret), people };
}

const setRoles = (id: string, roles: string[], by: string) => call('PUT', `/v1/users/${id}/roles`, { roles }, by);

async function admins(by: string): Promise<Json[]> {
  const { items } = await ok(call('GET', '/v1/users?filter=state+eq+"active"&limit=200', undefined, by));
  return items.filter(({ roles, security }: Json) => /owner|admin/.test(roles.join()) && !security?.locked);
}

describe('the last admin of an org', () => {
  it.each(['demote', 'lock', 'deactivate', 'delete'] as const)('cannot be lost by %s', async (how) => {
    const { seed, by, people } = await orgOf('admin');
    const [last] = people as [Person];
    const lose = (id: string) => (how === 'demote' ? setRoles(id, ['member'], by) : move(id, how, by));
    expect(await lose(last.id)).toMatchObject({ status: 409, json: { code: 'last-admin' } });
    expect(await admins(by)).toHaveLength(1);
    await ok(call('POST', '/v1/users', { email: newAddress(), roles: ['owner'] }, by));
    expect((await lose(last.id)).status, 'somebody staged governs nothing').toBe(409);
    const second = await activePerson(service, seed.orgId, ['owner']);
    expect((await lose(last.id)).status).toBeLessThan(300);
    expect((await admins(by)).map(({ id }) => id)).toEqual([second.id]);
    expect((await lose(second.id)).status).toBe(409);
  });

  it('counts again after unlock, activate and restore', async () => {
    const { by, people } = await orgOf('owner', 'owner');
    const [ada, bob] = people as [Person, Person];
    for (const [away, back] of [
      ['lock', 'unlock'],
      ['deactivate', 'activate'],
      ['delete', 'restore'],
    ] as const) {
      await ok(move(ada.id, away, by));
      expect((await move(bob.id, away, by)).json.code).toBe('last-admin');
      await ok(move(ada.id, back, by));
      await ok(move(bob.id, away, by));
      expect((await move(ada.id, away, by)).json.code).toBe('last-admin');
      await ok(move(bob.id, back, by));
    }
  });

  it('never leaves when two demote each other, a hundred times', async () => {
    const { by: client, people } = await orgOf('owner', 'owner');
    let [ada, bob] = people as [Person, Person];
    for (const _round of upTo(100)) {
      const answers = await Promise.all([
        setRoles(bob.id, ['member'], ada.token),
        setRoles(ada.id, ['member'], bob.token),
      ]);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const [winner, loser] = answers[0]?.status === 200 ? [ada, bob] : [bob, ada];
      expect((await setRoles(loser.id, ['owner'], winner.token)).status).toBe(200);
      [ada, bob] = [winner, loser];
      service.advance(500);
    }
    expect(await admins(client)).toHaveLength(2);
  });
});

describe('roles', () => {
  it('are set as a membership, without repeats, and raise the version unless nothing changes', async () => {
    const { id } = await created();
    const answer = await setRoles(id, ['viewer', 'admin', 'viewer'], token);
    const membership = { userId: id, orgId: service.seed.orgId, roles: ['viewer', 'admin'], version: 2 };
    expect(answer).toMatchObject({ status: 200, json: membership, headers: { etag: '"2"' } });
    expect((await setRoles(id, ['viewer', 'admin'], token)).headers.etag).toBe('"2"');
    expect(auditedTypes(await service.dump(), id)).toEqual(['user-created', 'user-roles-changed']);
  });

  it('are neither granted nor taken by anyone who holds less', async () => {
    const owner = await activePerson(service, service.seed.orgId, ['owner']);
    const admin = await activePerson(service, service.seed.orgId, ['admin']);
    const member = await activePerson(service, service.seed.orgId);
    const refused = { status: 403, json: { code: 'role-above-own' } };
    expect(await setRoles(member.id, ['owner'], admin.token)).toMatchObject(refused);
    expect(await setRoles(owner.id, ['member'], admin.token)).toMatchObject(refused);
    expect(await setRoles(admin.id, ['owner'], admin.token)).toMatchObject(refused);
    expect((await setRoles(member.id, ['admin'], admin.token)).status).toBe(200);
    const body = { email: newAddress(), roles: ['owner'] };
    expect(await call('POST', '/v1/users', body, admin.token)).toMatchObject(refused);
    const plain = await activePerson(service, service.seed.orgId);
    expect(await setRoles(plain.id, ['viewer'], plain.token)).toMatchObject({
      status: 403,
      json: { code: 'permission-missing' },
    });
  });

  it('taken away stop working at the next change, whatever the token says', async () => {
    const admin = await activePerson(service, service.seed.orgId, ['admin']);
    const { id } = await created();
    await ok(setRoles(admin.id, ['member'], token));
    const change = await call('PATCH', `/v1/users/${id}`, { profile: { title: 'x' } }, admin.token);
    expect(change).toMatchObject({ status: 403, json: { code: 'permission-missing' } });
    expect((await call('GET', `/v1/users/${id}`, undefined, admin.token)).status).toBe(200);
  });
});

describe('a guest', () => {
  it('shows another org identity, names, state and the roles there; nothing else may be done to them', async () => {
    const { seed } = await orgOf();
    const guest = await newGuest(service, seed, ['viewer']);
    await ok(
      call('PATCH', `/v1/users/${guest.id}`, {
        username: `guest${sources++}`,
        externalId: `guest${sources}`,
        profile: { givenName: 'Gus', familyName: 'Guest', title: 'Hidden' },
        contact: { jabberId: 'hidden@x.test' },
      }),
    );
    const seen = await ok(call('GET', `/v1/users/${guest.id}`, undefined, guest.abroad));
    expect(seen).toEqual({
      id: guest.id,
      number: seen.number,
      legacyId: seen.legacyId,
      email: guest.email,
      state: 'active',
      version: 1,
      createdAt: seen.createdAt,
      updatedAt: seen.updatedAt,
      roles: ['viewer'],
      profile: { givenName: 'Gus', familyName: 'Guest', displayName: 'Gus Guest' },
    });
    expect((await ok(call('GET', `/v1/users/by-email/${guest.email}`, undefined, guest.abroad))).id).toBe(guest.id);
    const refused = { status: 403, json: { code: 'not-home-org' } };
    const patched = await call('PATCH', `/v1/users/${guest.id}`, { profile: { title: 'x' } }, guest.abroad);
    expect(patched).toMatchObject(refused);
    for (const name of ['lock', 'unlock', 'deactivate', 'activate', 'restore'] as const) {
      expect(await move(guest.id, name, guest.abroad)).toMatchObject(refused);
    }
    const roles = await setRoles(guest.id, ['admin'], guest.abroad);
    expect(roles.json).toMatchObject({ orgId: seed.orgId, roles: ['admin'], version: 2 });
    expect((await get(guest.id)).roles).toEqual(['member']);
  });

  it('only leaves when the other org deletes them', async () => {
    const { seed } = await orgOf();
    const guest = await newGuest(service, seed);
    const home = await get(guest.id);
    expect((await move(guest.id, 'delete', guest.abroad)).status).toBe(204);
    expect((await call('GET', `/v1/users/${guest.id}`, undefined, guest.abroad)).status).toBe(404);
    expect(await get(guest.id)).toEqual(home);
    expect((await signIn(guest)).status).toBe(200);
    const back = await newGuestAgain(guest, seed);
    expect(back.status).toBe(200);
  });

  it('whose home deletes them leaves the lists of both, and returns to both', async () => {
    const { seed } = await orgOf();
    const guest = await newGuest(service, seed);
    const listed = async (by: string) =>
      (await ok(call('GET', '/v1/users?limit=200', undefined, by))).items.map(({ id }: Json) => id);
    await moved(guest.id, 'delete');
    expect(await listed(guest.abroad)).not.toContain(guest.id);
    expect((await call('GET', `/v1/users/${guest.id}`, undefined, guest.abroad)).status).toBe(404);
    await moved(guest.id, 'restore');
    expect(await listed(guest.abroad)).toContain(guest.id);
  });

  it('who governed the other org and was suspended is not left in its guard when demoted', async () => {
    const { seed, by, people } = await orgOf('owner');
    const guest = await newGuest(service, seed, ['admin']);
    await ok(call('PATCH', `/v1/users/${guest.id}`, { email: newAddress() }));
    await ok(setRoles(guest.id, ['member'], by));
    expect(await setRoles((people as [Person])[0].id, ['member'], by)).toMatchObject({ json: { code: 'last-admin' } });
  });
});

async function newGuestAgain(guest: Person & { abroad: string }, seed: Seed) {
  const abroad = await service.tokenFor(seed.clientId, seed.clientSecret);
  await ok(call('POST', '/v1/invites', { email: guest.email }, abroad));
  await service.deliver();
  const letter = (await service.letters(guest.email)).at(-1);
  const body = { token: letter?.token, password: guest.password };
  return service.call('POST', '/v1/invites/accept', { body, sourceIp: `198.51.100.${++sources}` });
}
