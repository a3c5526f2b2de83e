// People: create and read. What a record holds is tested with the model, changes in user-changes.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Item } from '../../shared/store/table.ts';
import { auditedTypes, auditedVersions, upTo } from '../support/guests.ts';
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

describe('numbers that collide', () => {
  it('are drawn again, for people as for orgs, so that nobody shares one', async () => {
    const own = await testService();
    const { services } = own;
    const by = { client: await own.tokenFor(), platform: await own.platformToken() };
    const at = own.clock.now();
    const { randomBytes } = services.directory;
    let forced = 0;
    // Same millisecond, same twelve random bits: the same number for another id.
    services.clock = () => at;
    services.directory.randomBytes = (length) => {
      const bytes = randomBytes(length);
      if (length === 10 && forced-- > 0) bytes.fill(0, 0, 2);
      return bytes;
    };
    const make = (n: number) => {
      forced = n;
      return own.call('POST', '/v1/users', { token: by.client, body: { email: newAddress() } });
    };
    const [first, second] = [await ok(make(1)), await ok(make(2))];
    expect(second.number).not.toBe(first.number);
    expect(await make(9)).toMatchObject({ status: 409, json: { code: 'version-conflict' } });
    const org = (n: number) => {
      forced = n;
      return ok(own.call('POST', '/v1/orgs', { token: by.platform, body: { name: 'Org' } }));
    };
    expect((await org(1)).number).toBe(first.number);
    expect((await org(2)).number).not.toBe(first.number);
  });
});

describe('an externalId', () => {
  it('is bookkeeping only: no value of it reaches anybody', async () => {
    const owner = await activePerson(service, service.seed.orgId, ['owner']);
    for (const externalId of ['1', owner.id, owner.email, service.seed.clientId]) {
      const user = await created({ externalId });
      expect((await get(user.id)).json).toMatchObject({ externalId, roles: ['member'], state: 'staged' });
      expect((await call('GET', `/v1/users/by-email/${externalId}`)).json.id).not.toBe(user.id);
    }
    expect((await get(owner.id)).json.externalId).toBeUndefined();
  });
});
