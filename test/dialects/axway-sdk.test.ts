// The platform's own SDK, unchanged, against the running service.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { numberOf } from '../../shared/model/ids.ts';
import { accept, anotherOrg, inviteTo } from '../support/invited.ts';
import { type Listening, listen } from '../support/listening.ts';
import { type Json, testService } from '../support/service.ts';
import { newAddress, newWorld, ok, PASSWORD } from '../support/world.ts';
import { accountOf, call, comeIn, type Journey, result, sdkOf, signInAs } from './axway-journey.ts';

let journey: Journey;
let listening: Listening;
let sdk: Json;
/** Of the full login: the machine client. */
let account: Json;

beforeAll(async () => {
  const service = await testService();
  const world = await newWorld(service);
  listening = await listen(service);
  journey = { service, world, base: `${listening.base}/axway` };
  sdk = sdkOf(journey);
  account = await sdk.auth.login({});
});
afterAll(() => listening.stop());

describe('the SDK', () => {
  test('signs in with client credentials and finds its session', () => {
    const { seed } = journey.world;
    expect(account.org).toMatchObject({ guid: seed.orgId, id: numberOf(seed.orgId), name: 'Example' });
    expect(account).toMatchObject({ isPlatform: true, role: 'administrator', roles: ['administrator'] });
    expect(account.user.guid).toBe(seed.clientId);
    expect(account.sid).toBeUndefined();
  });

  test('is told by its own error that a secret is wrong', async () => {
    const { world, base } = journey;
    const wrong = sdkOf({ ...journey, world: { ...world, seed: { ...world.seed, clientSecret: 'wrong' } } });
    await expect(wrong.auth.login({})).rejects.toThrow(/Authentication failed/);
    expect(base).toContain('/axway');
  });

  test('invites somebody, who activates by the mailed link and signs in', async () => {
    const user = await comeIn(journey, sdk, account);
    const session = await result(signInAs(journey, user.email));
    expect(session).toMatchObject({ guid: user.guid, email: user.email, from: 'cli', role: 'developer' });
    expect(session.user).toMatchObject({
      firstname: 'Ada',
      lastname: 'Byron',
      activated: true,
      logged_in_from_cli: true,
    });
    expect(session.user.invited).toBeUndefined();
    const own = await accountOf(sdk, session.access_token, session.org.guid);
    expect(own.user).toMatchObject({ guid: user.guid, email: user.email, firstname: 'Ada' });
    const { user: renamed } = await sdk.user.update(own, { firstname: 'Augusta', phone: '+44 20 7946 0000' });
    expect(renamed.firstname).toBe('Augusta');
    const native = await ok(journey.service.call('GET', `/v1/users/${user.guid}`, { token: journey.world.client }));
    expect(native).toMatchObject({
      profile: { givenName: 'Augusta' },
      contact: { phone: { number: '+44 20 7946 0000' } },
    });
    const { events } = await sdk.user.activity(own, {});
    expect(events.map(({ event }: Json) => event)).toContain('platform.activation.complete');
  });

  test('is told of an address that is a member already', async () => {
    const user = await comeIn(journey, sdk, account);
    for (const roles of [['developer'], ['administrator']]) {
      await expect(sdk.org.user.add(account, account.org.id, user.email, roles)).rejects.toThrow(
        'User is already a member of this org. (400)',
      );
    }
  });

  test('signs in beside a person’s password, and goes on as the service account', async () => {
    const { email } = await comeIn(journey, sdk, account);
    const tooling = await sdkOf(journey).auth.login({ username: email, password: PASSWORD });
    expect(tooling).toMatchObject({ isPlatformTooling: true, user: { guid: journey.world.seed.clientId } });
    const wrong = sdkOf(journey).auth.login({ username: email, password: 'not the password at all' });
    await expect(wrong).rejects.toMatchObject({ code: 400 });
  });

  test('goes on in another org of a person with the token of the switch', async () => {
    const { service } = journey;
    const { email } = await comeIn(journey, sdk, account);
    const other = await anotherOrg(service, 'Elsewhere');
    const { letter } = await inviteTo(other, { email });
    const { access_token: home } = await result(signInAs(journey, email));
    await ok(accept(service, { token: letter.token }, { token: home }));
    const body = { org_id: other.id };
    const moved = await result(call(journey, 'POST', '/api/v1/auth/switchLoggedInOrg', { token: home, body }));
    const own = await accountOf(sdk, moved.access_token, other.id);
    expect(own.org).toMatchObject({ guid: other.id, name: 'Elsewhere' });
    // Where else somebody is, their home alone is told.
    expect((await sdk.org.list(own)).map(({ name }: Json) => name)).toEqual(['Elsewhere']);
    expect((await sdk.org.user.list(own, other.id)).users.map((user: Json) => user.email)).toEqual([email]);
  });

  test('finds users by any id and by address, and says so when there is none', async () => {
    const { owner } = journey.world;
    expect((await sdk.user.find(account, owner.id)).email).toBe(owner.email);
    expect((await sdk.user.find(account, owner.email)).guid).toBe(owner.id);
    expect((await sdk.user.find(account, String(numberOf(owner.id)))).guid).toBe(owner.id);
    await expect(sdk.user.find(account, 'nobody@example.test')).rejects.toThrow('not found');
  });

  test('changes roles, and keeps an owner who is written back as an administrator', async () => {
    const { service, world } = journey;
    const user = await comeIn(journey, sdk, account);
    const changed = await sdk.org.user.update(account, account.org.id, user.guid, ['auditor', 'developer']);
    expect(changed.user.roles).toEqual(['auditor', 'developer']);
    await sdk.org.user.update(account, account.org.id, world.owner.id, ['administrator']);
    const owner = await ok(service.call('GET', `/v1/users/${world.owner.id}`, { token: world.client }));
    expect(owner.roles).toEqual(['owner']);
    await expect(sdk.org.user.update(account, account.org.id, user.guid, ['consumer'])).rejects.toThrow('Invalid role');
  });

  test('removes a member, who is then unknown and may not come in', async () => {
    const user = await comeIn(journey, sdk, account);
    await sdk.org.user.remove(account, account.org.id, user.email);
    expect(await sdk.org.user.find(account, account.org.id, user.guid)).toBeUndefined();
    const { status, json } = await signInAs(journey, user.email);
    expect([status, json.internalCode]).toEqual([400, 2]);
    await expect(sdk.org.user.add(account, account.org.id, user.email, ['developer'])).rejects.toMatchObject({
      code: 400,
    });
    const { service, world } = journey;
    await ok(service.call('POST', `/v1/users/${user.guid}/restore`, { token: world.client }));
    const back = await sdk.org.user.find(account, account.org.id, user.guid);
    expect(back).toMatchObject({ email: user.email, activated: true, active: true, roles: ['developer'] });
    expect((await signInAs(journey, user.email)).status).toBe(200);
  });

  test('makes, changes and removes teams with their members', async () => {
    const user = await comeIn(journey, sdk, account);
    const { team } = await sdk.team.create(account, account.org.id, 'Analytical', {
      desc: 'Engines',
      tags: ['a', 'b'],
    });
    expect(team).toMatchObject({ name: 'Analytical', desc: 'Engines', tags: ['a', 'b'], default: false, users: [] });
    const added = await sdk.team.user.add(account, account.org.id, 'Analytical', user.email, ['developer']);
    expect(added.team.users).toEqual([{ guid: user.guid, roles: ['developer'], type: 'user' }]);
    await expect(sdk.team.user.add(account, account.org.id, 'Analytical', user.email, ['developer'])).rejects.toThrow(
      'already a member of this team',
    );
    const { teams } = await sdk.team.list(account, account.org.id, user.guid);
    expect(teams.map(({ name }: Json) => name)).toEqual(['Analytical']);
    const { users } = await sdk.team.user.list(account, account.org.id, 'Analytical');
    expect(users.map(({ email }: Json) => email)).toEqual([user.email]);
    const updated = await sdk.team.user.update(account, account.org.id, 'Analytical', user.email, ['developer']);
    expect(updated.user.roles).toEqual(['developer']);
    const renamed = await sdk.team.update(account, account.org.id, 'Analytical', { name: 'Difference', tags: ['c'] });
    expect(renamed.team).toMatchObject({ name: 'Difference', tags: ['c'] });
    await sdk.team.user.remove(account, account.org.id, 'Difference', user.email);
    expect((await sdk.team.find(account, account.org.id, 'Difference')).team.users).toEqual([]);
    await sdk.team.remove(account, account.org.id, 'Difference');
    expect((await sdk.team.list(account, account.org.id)).teams).toEqual([]);
  });

  test('reads the org, its roles, its environments and what happened', async () => {
    const org = await sdk.org.find(account, account.org.guid);
    expect(org).toMatchObject({ name: 'Example', active: true, seats: null, region: 'US' });
    expect(org.userCount).toBeGreaterThan(0);
    expect((await sdk.role.list(account)).map(({ id }: Json) => id)).toEqual(['administrator', 'developer', 'auditor']);
    expect((await sdk.role.list(account, { team: true })).map(({ id }: Json) => id)).toEqual(['developer']);
    expect(await sdk.org.environments(account)).toEqual([]);
    expect(await sdk.org.family(account, account.org.id)).toMatchObject({ guid: account.org.guid, children: [] });
    await journey.service.project();
    const { usage, from } = await sdk.org.usage(account, account.org.id, { month: true });
    expect(usage.limit_users.value).toBeGreaterThan(0);
    expect(from).toBeInstanceOf(Date);
    expect((await sdk.entitlement.find(account, 'limit_users')).title).toBe('Users');
    const renamed = await sdk.org.rename(account, account.org.id, 'Example Works');
    expect(renamed).toMatchObject({ name: 'Example Works', oldName: 'Example' });
    await sdk.org.rename(account, account.org.id, 'Example');
    const { events } = await sdk.org.activity(account, account.org.id, { from: '2026-11-01' });
    expect(events.map(({ event }: Json) => event)).toContain('platform.org.update');
  });

  test('gets everyone of a list without limit', async () => {
    const { service, world } = journey;
    await Promise.all(
      Array.from({ length: 260 }, (_, i) =>
        ok(
          service.call('POST', '/v1/users', {
            token: world.client,
            body: { email: newAddress(), profile: { familyName: `Crowd ${i}` } },
          }),
        ),
      ),
    );
    await service.project();
    const { users } = await sdk.org.user.list(account, account.org.id);
    expect(users.filter(({ lastname = '' }: Json) => lastname.startsWith('Crowd'))).toHaveLength(260);
    const token = world.client;
    const page = (query: string) => call(journey, 'GET', `/api/v1/org/${account.org.id}/user?${query}`, { token });
    const all: string[] = [];
    for (let number = 1; number <= 3; number++) {
      const { json } = await page(`term=Crowd&limit=100&page=${number}&fields[]=guid`);
      expect(json.metadata).toMatchObject({ limit: 100, page: number, matched: 260, pages: 3, skip: 0 });
      all.push(...json.result.map(({ guid }: Json) => guid));
    }
    expect(new Set(all).size).toBe(260);
    const sorted = await page('term=Crowd&sort[]=-lastname&limit=2&fields=lastname');
    expect(sorted.json.result).toEqual([{ lastname: 'Crowd 99' }, { lastname: 'Crowd 98' }]);
    const nobody = await page('term=Crowd&limit=0');
    expect(nobody.json).toMatchObject({ result: [], metadata: { count: 0, matched: 260 } });
    const skipped = await page('term=Crowd&limit=100&skip=250');
    expect(skipped.json.metadata.count).toBe(10);
  });
});

test('an account that is switched off says so to who knows the password, and to nobody else', async () => {
  const user = await comeIn(journey, sdk, account);
  const path = `/api/v1/user/profile/${user.guid}`;
  const off = await result(call(journey, 'PUT', path, { token: journey.world.client, body: { active: false } }));
  expect(off.active).toBe(false);
  expect((await signInAs(journey, user.email)).json).toMatchObject({ code: 401, internalCode: 4 });
  expect((await signInAs(journey, user.email, 'not the password at all')).json).toMatchObject({
    code: 400,
    internalCode: 2,
  });
  await result(call(journey, 'PUT', path, { token: journey.world.client, body: { active: true } }));
  expect((await signInAs(journey, user.email, PASSWORD)).status).toBe(200);
});
