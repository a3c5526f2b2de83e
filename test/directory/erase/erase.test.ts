// Erasing a person: asked for, waited for, taken back or done, and what is left of it.
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { uuidV7 } from '../../../shared/model/ids.ts';
import { workerContext } from '../../../shared/post-office.ts';
import { membershipItem } from '../../../shared/store/invite-items.ts';
import { keys } from '../../../shared/store/keys.ts';
import { auditedTypes } from '../../support/guests.ts';
import { brokenInvariants } from '../../support/invariants.ts';
import { accept, anotherOrg } from '../../support/invited.ts';
import { found, type Rich, richPerson } from '../../support/rich-person.ts';
import { type Json, type TestService, testService } from '../../support/service.ts';
import { activePerson, newUserOf, newWorld, ok, type World, withLetters } from '../../support/world.ts';

let service: TestService;
let world: World;

const MINUTE = 60_000;
const DAY = 86_400_000;

beforeEach(async () => {
  service = await testService();
  world = await newWorld(service);
  return async () => expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
});

const call = (method: string, path: string, body?: Json, token: string = world.client) =>
  service.call(method, path, { token, ...(body !== undefined && { body }) });
const settings = (eraseGraceSeconds: number) =>
  ok(call('PATCH', `/v1/orgs/${world.seed.orgId}`, { settings: { eraseGraceSeconds } }));
const erase = (id: string, token?: string) => call('POST', `/v1/users/${id}/erase`, undefined, token);
const remove = (id: string) => ok(call('DELETE', `/v1/users/${id}`));
const deleted = async (body: Json = {}): Promise<Json> => {
  const user = await newUserOf(world, body);
  await remove(user.id);
  return user;
};
const work = () => service.handlers.work('worker', {});
const erasureOf = async (id: string): Promise<Json> => ok(call('GET', `/v1/users/${id}/erasure`));

/** Tokens end meanwhile: another one is taken. */
async function pass(ms: number): Promise<void> {
  service.advance(ms);
  world = { ...world, client: await service.tokenFor() };
}

const id = () => uuidV7(service.clock.now().getTime(), service.services.directory.randomBytes(10));

/** Twice, since everything is looked at again after a minute. */
async function finish(): Promise<void> {
  await work();
  service.advance(MINUTE + 1000);
  await work();
  await service.project();
}

describe('an erase', () => {
  test('is asked for of a deleted person only, and names both states otherwise', async () => {
    const user = await newUserOf(world);
    expect(await erase(user.id)).toMatchObject({
      status: 409,
      json: { code: 'state-not-allowed', from: 'staged', to: 'erased' },
    });
    await remove(user.id);
    expect((await erase(user.id)).status).toBe(202);
    expect((await erase(world.seed.orgId)).status).toBe(404);
  });

  test('waits thirty days unless the org says otherwise; asked again it is the same one', async () => {
    const [user, second] = [await deleted(), await deleted()];
    const asked = (await erase(user.id)).json;
    expect(Date.parse(asked.dueAt) - Date.parse(asked.requestedAt)).toBe(30 * DAY);
    expect(asked).toMatchObject({ userId: user.id, state: 'scheduled', requestedBy: { is: 'client' } });
    await settings(90 * 86_400);
    expect((await erase(user.id)).json).toEqual(asked);
    expect(await erasureOf(user.id)).toEqual(asked);
    const later = (await erase(second.id)).json;
    expect(Date.parse(later.dueAt) - Date.parse(later.requestedAt)).toBe(90 * DAY);
    expect(auditedTypes(await service.dump(), user.id)).toEqual(['user-created', 'user-deleted', 'user-erase-asked']);
    await pass(29 * DAY);
    await work();
    expect((await erasureOf(user.id)).state).toBe('scheduled');
    const tooLong = await call('PATCH', `/v1/orgs/${world.seed.orgId}`, { settings: { eraseGraceSeconds: 7_776_001 } });
    expect(tooLong.status).toBe(422);
  });

  test('is taken back by a restore, in one commit with one entry; a later one begins anew', async () => {
    const user = await deleted();
    const { id } = (await erase(user.id)).json;
    await ok(call('POST', `/v1/users/${user.id}/restore`));
    expect(await ok(call('GET', `/v1/erasures/${id}`))).toMatchObject({ state: 'cancelled' });
    expect((await call('GET', `/v1/users/${user.id}/erasure`)).status).toBe(404);
    const types = auditedTypes(await service.dump(), user.id);
    expect(types).toEqual(['user-created', 'user-deleted', 'user-erase-asked', 'user-restored']);
    await pass(40 * DAY);
    await work();
    expect((await ok(call('GET', `/v1/users/${user.id}`))).state).toBe('staged');
    await remove(user.id);
    const again = (await erase(user.id)).json;
    expect([again.state, again.id === id]).toEqual(['scheduled', false]);
  });

  test('of somebody who may more than the caller is refused, and so is one of a guest or of another org', async () => {
    const admin = await activePerson(service, world.seed.orgId, ['admin']);
    const owner = await activePerson(service, world.seed.orgId, ['owner']);
    await remove(owner.id);
    expect(await erase(owner.id, admin.token)).toMatchObject({ status: 403, json: { code: 'role-above-own' } });
    expect((await erase(owner.id, world.reader)).status).toBe(403);
    const theirs = await newWorld(service, await service.secondOrg());
    expect((await erase(owner.id, theirs.client)).status).toBe(404);
    const guest = await activePerson(service, theirs.seed.orgId);
    const body = { email: guest.email };
    const { letters } = await withLetters(service, 'POST', '/v1/invites', { token: world.client, body });
    await ok(accept(service, { token: letters[0]?.token }, { token: guest.token }));
    expect(await erase(guest.id)).toMatchObject({ status: 403, json: { code: 'not-home-org' } });
    const { id } = (await erase(owner.id)).json;
    expect((await call('GET', `/v1/erasures/${id}`, undefined, theirs.client)).status).toBe(404);
    expect((await call('GET', `/v1/users/${owner.id}/erasure`, undefined, theirs.client)).status).toBe(404);
    expect((await ok(call('GET', '/v1/erasures', undefined, theirs.client))).items).toEqual([]);
  });

  test('goes on when whoever asked for it may no longer, or is gone', async () => {
    const admin = await activePerson(service, world.seed.orgId, ['admin']);
    const user = await deleted();
    const { id } = (await erase(user.id, admin.token)).json;
    await ok(call('PUT', `/v1/users/${admin.id}/roles`, { roles: ['member'] }));
    await remove(admin.id);
    await pass(30 * DAY);
    await finish();
    expect(await ok(call('GET', `/v1/erasures/${id}`))).toMatchObject({
      state: 'done',
      requestedBy: { is: 'person', id: admin.id },
    });
  });

  test('that was given up after hours of failures is taken up when it is asked for again', async () => {
    await settings(0);
    const user = await deleted();
    const { id } = (await erase(user.id)).json;
    for (let n = 0; n < 8; n++) {
      service.faults.add({ service: 'dynamodb', key: `ER`, operation: 'GetItem', mode: 'fail-before' });
      await work();
      service.faults.clear();
      service.advance(DAY);
    }
    await pass(0);
    await work();
    expect((await erasureOf(user.id)).state).toBe('scheduled');
    expect((await erase(user.id)).json).toMatchObject({ id, state: 'scheduled' });
    await finish();
    expect((await erasureOf(user.id)).state).toBe('done');
  });

  test('is no job to look at or to cancel', async () => {
    const user = await deleted();
    const { id } = (await erase(user.id)).json;
    expect((await call('GET', `/v1/jobs/${id}`)).status).toBe(404);
    expect((await call('POST', `/v1/jobs/${id}/cancel`)).status).toBe(404);
    expect((await erasureOf(user.id)).state).toBe('scheduled');
  });

  test('whose job is gone is taken up when it is asked for again, also of somebody who is erased but for the end', async () => {
    await settings(0);
    const user = await deleted();
    const { id } = (await erase(user.id)).json;
    const ctx = workerContext(service.services);
    const dropJob = () =>
      ctx.table.commit(
        [{ drop: keys.job(world.seed.orgId, id), otherwise: { code: 'version-conflict' } }],
        `gone-${Math.random()}`,
      );
    await dropJob();
    expect((await erase(user.id)).json).toMatchObject({ id, state: 'scheduled' });
    await work();
    expect((await call('GET', `/v1/users/${user.id}?state=deleted`)).status).toBe(404);
    await dropJob();
    expect((await erase(user.id)).json).toMatchObject({ id, state: 'running' });
    await finish();
    expect((await erasureOf(user.id)).state).toBe('done');
    expect((await erase(user.id)).status).toBe(404);
  });

  test('of an empty record leaves a receipt that anybody can check, and an address that is free', async () => {
    await settings(0);
    const user = await deleted({ username: 'once.there', externalId: 'X-1' });
    const { id } = (await erase(user.id)).json;
    const start = (await ok(call('GET', '/v1/users/delta'))).nextCursor;
    await finish();
    const { checksum, ...facts } = await ok(call('GET', `/v1/erasures/${id}`));
    expect(facts).toMatchObject({ state: 'done', removed: { user: 1, claim: 3 } });
    const sorted = (value: Json): Json =>
      typeof value === 'object'
        ? Object.fromEntries(
            Object.keys(value)
              .sort()
              .map((name) => [name, sorted(value[name])]),
          )
        : value;
    expect(checksum).toBe(
      createHash('sha256')
        .update(JSON.stringify(sorted(facts)))
        .digest('hex'),
    );
    expect(await erasureOf(user.id)).toEqual({ ...facts, checksum });
    expect((await ok(call('GET', '/v1/erasures'))).items).toEqual([{ ...facts, checksum }]);
    for (const path of ['', '?state=deleted', '/memberships']) {
      expect((await call('GET', `/v1/users/${user.id}${path}`)).status).toBe(404);
    }
    expect((await call('POST', `/v1/users/${user.id}/restore`)).status).toBe(404);
    expect((await erase(user.id)).status).toBe(404);
    service.advance(MINUTE);
    const delta = await ok(call('GET', `/v1/users/delta?cursor=${start}`));
    expect(delta.items).toContainEqual({ kind: 'gone', id: user.id, state: 'erased', at: facts.erasedAt });
    const types = (await ok(call('GET', `/v1/users/${user.id}/events`))).items.map(({ type }: Json) => type);
    expect(types).toEqual(['user-erased', 'user-erase-asked', 'user-deleted', 'user-created']);
    const next = await newUserOf(world, { email: user.email, username: 'once.there', externalId: 'X-1' });
    expect([next.id === user.id, next.number === user.number]).toEqual([false, false]);
    await service.project();
    expect((await ok(call('GET', '/v1/users/count'))).byState.deleted).toBe(0);
  });
});

describe('of a person who left traces everywhere', () => {
  let second: World;
  let third: World;
  let person: Rich;

  beforeEach(async () => {
    second = await newWorld(service, await service.secondOrg());
    const { client, id } = await anotherOrg(service, 'Third');
    third = { ...second, client, seed: { ...second.seed, orgId: id as World['seed']['orgId'] } };
    await settings(0);
    person = await richPerson(world, second, third);
    await service.project();
  }, 30_000);

  test('nothing is left in the whole table but ids, moments and types', async () => {
    const before = found(await service.dump(), person.traces);
    const kinds = new Set(before.map((line) => line.slice(0, line.indexOf(' '))));
    for (const kind of [
      ...['user', 'guest', 'profile', 'settings', 'work', 'invite', 'letter', 'link', 'claim', 'entry', 'limiter'],
      'standing',
    ]) {
      expect(kinds, kind).toContain(kind);
    }
    await remove(person.id);
    const { id } = (await erase(person.id)).json;
    await finish();
    const items = await service.dump();
    expect(found(items, person.traces)).toEqual([]);
    const { removed, ...receipt } = await ok(call('GET', `/v1/erasures/${id}`));
    expect(receipt.state).toBe('done');
    expect(removed).toMatchObject({
      ...{ user: 1, profile: 1, settings: 1, work: 1, activity: 1, credential: 1, report: 2, membership: 2 },
      ...{ 'team-member': 2, 'group-member': 1, invite: 4, session: 2 },
    });
    for (const report of person.reports) {
      expect((await ok(call('GET', `/v1/users/${report}`))).profile?.managerId).toBeUndefined();
    }
    const types = auditedTypes(items, person.id);
    expect(types.filter((type) => type === 'user-erased')).toHaveLength(1);
    expect(types.filter((type) => type === 'membership-ended')).toHaveLength(1);
  }, 30_000);

  test('what somebody still wrote who had begun before is found by the second look', async () => {
    await remove(person.id);
    await ok(erase(person.id));
    await work();
    const ctx = workerContext(service.services);
    const orgId = world.seed.orgId;
    const late = [
      { ...keys.activity(orgId, person.id), k: 'activity', at: 'late' },
      { ...keys.session(orgId, person.id, id()), k: 'session', u: person.id },
      { ...keys.currentLink(orgId, person.id, 'reset'), k: 'current', id: id() },
      membershipItem(orgId, person.id, { orgId: third.seed.orgId, state: 'offered' }),
    ];
    for (const item of late) await ctx.table.put(item, undefined, `late ${item.sk}`);
    service.advance(MINUTE + 1000);
    await work();
    const left = (await service.dump()).filter(({ pk, sk }) => late.some((it) => it.pk === pk && it.sk === sk));
    expect(left).toEqual([]);
    expect((await erasureOf(person.id)).state).toBe('done');
  }, 30_000);

  test('more of everything than one step takes goes, too', async () => {
    const ctx = workerContext(service.services);
    const orgId = world.seed.orgId;
    for (let n = 0; n < 3; n++) {
      const externalIds = Array.from({ length: 30 * (n + 1) }, (_, i) => ({ authority: 'many', key: `K-many-${i}` }));
      await ok(call('PATCH', `/v1/users/${person.id}`, { provisioning: { externalIds } }));
    }
    for (let n = 0; n < 60; n++) {
      const session = { ...keys.session(orgId, person.id, id()), k: 'session', u: person.id, ca: '2026', en: '2026' };
      await ctx.table.put(session, undefined, `session ${n}`);
    }
    for (let n = 0; n < 30; n++) await newUserOf(world, { profile: { managerId: person.id } });
    for (let n = 0; n < 110; n++) {
      const body = { current: { message: `at the pier, ${n}` } };
      await ok(call('PATCH', `/v1/users/${person.id}/presence`, body));
    }
    await service.project();
    await remove(person.id);
    await ok(erase(person.id));
    await finish();
    const items = await service.dump();
    expect(found(items, [...person.traces, 'at the pier', 'K-many-'])).toEqual([]);
    expect(items.filter(({ k, pr }) => k === 'user' && (pr as Json)?.managerId === person.id)).toEqual([]);
    const { state, removed } = await erasureOf(person.id);
    expect(state).toBe('done');
    expect(removed).toMatchObject({ session: 62, report: 32, claim: 93 });
  }, 60_000);
});
