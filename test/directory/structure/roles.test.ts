// An org's own roles: nobody makes, gives or takes more than they hold, and what a role allows counts at once.
import { beforeEach, describe, expect, test } from 'vitest';
import { BUILT_IN_ROLES } from '../../../shared/model/principal.ts';
import { workerContext } from '../../../shared/post-office.ts';
import { keys } from '../../../shared/store/keys.ts';
import { brokenInvariants } from '../../support/invariants.ts';
import { accept } from '../../support/invited.ts';
import { race } from '../../support/races.ts';
import { type Answer, type Json, type TestService, testService } from '../../support/service.ts';
import {
  activePerson,
  newAddress,
  newUserOf,
  newWorld,
  ok,
  PASSWORD,
  type Person,
  type World,
  withLetters,
} from '../../support/world.ts';

let service: TestService;
let world: World;

beforeEach(async () => {
  service = await testService();
  world = await newWorld(service);
});

const call = (method: string, path: string, body?: Json, token = world.client) =>
  service.call(method, path, { token, ...(body !== undefined && { body }) });
let named = 0;
const makeRole = (permissions: string[], token?: string) =>
  call('POST', '/v1/roles', { name: `Role ${++named}`, permissions }, token);
const give = (id: string, roles: string[], token?: string) => call('PUT', `/v1/users/${id}/roles`, { roles }, token);
/** Somebody with a token that carries what these roles allow now. */
async function person(roles: string[]): Promise<Person> {
  const made = await activePerson(service, service.seed.orgId);
  await ok(give(made.id, roles));
  const { accessToken } = await service.signIn(made.email, made.password);
  return { ...made, token: accessToken };
}

describe('roles', () => {
  test('are the built-in ones and the own ones, each with an id and a number', async () => {
    const own = await ok(makeRole(['users:read', 'users:invite']));
    const { items } = await ok(call('GET', '/v1/roles'));
    expect(items.map(({ key, id }: Json) => key ?? id)).toEqual(['owner', 'admin', 'member', 'viewer', own.id]);
    expect(new Set(items.map(({ number }: Json) => number)).size).toBe(5);
    expect(await ok(call('GET', `/v1/roles/${BUILT_IN_ROLES.viewer.id}`))).toEqual(items[3]);
    expect(await ok(call('GET', `/v1/roles/${own.id}`))).toEqual(own);
  });

  test('are given by key or by id, and what they allow counts for the next change', async () => {
    const own = await ok(makeRole(['users:read', 'users:write']));
    const helper = await person([own.id, BUILT_IN_ROLES.member.id]);
    expect((await ok(call('GET', `/v1/users/${helper.id}`))).roles).toEqual([own.id, 'member']);
    const create = () => call('POST', '/v1/users', { email: newAddress() }, helper.token);
    expect((await create()).status).toBe(201);
    await ok(call('PATCH', `/v1/roles/${own.id}`, { permissions: ['users:read'] }));
    expect(await create()).toMatchObject({ status: 403, json: { code: 'permission-missing' } });
  });

  test('that the org does not have, or another org has, are refused by name', async () => {
    const { id } = await newUserOf(world);
    const theirs = await newWorld(service, await service.secondOrg());
    const foreign = await ok(makeRole(['users:read'], theirs.client));
    for (const role of [foreign.id, '018cc251-f400-7009-8000-000000000009']) {
      expect(await give(id, [role])).toMatchObject({ status: 422, json: { code: 'role-unknown' } });
      const body = { email: newAddress(), roles: [role] };
      expect(await call('POST', '/v1/invites', body)).toMatchObject({ status: 422, json: { code: 'role-unknown' } });
    }
  });

  test('above their own are made, changed, given and taken away by nobody', async () => {
    const strong = await ok(makeRole(['users:read', 'users:delete']));
    const weak = await ok(makeRole(['users:read', 'users:write', 'users:invite', 'roles:write']));
    const { token, id } = await person([weak.id]);
    const above = { status: 403, json: { code: 'role-above-own' } };
    expect(await makeRole(['users:delete'], token)).toMatchObject(above);
    expect(await call('PATCH', `/v1/roles/${strong.id}`, { permissions: ['users:read'] }, token)).toMatchObject(above);
    expect(await call('PATCH', `/v1/roles/${weak.id}`, { permissions: ['users:delete'] }, token)).toMatchObject(above);
    expect(await call('DELETE', `/v1/roles/${strong.id}`, undefined, token)).toMatchObject(above);
    expect(await give(id, [strong.id], token)).toMatchObject(above);
    const body = { email: newAddress(), roles: [strong.id] };
    expect(await call('POST', '/v1/invites', body, token)).toMatchObject(above);
    const strongOne = await person([strong.id]);
    expect(await give(strongOne.id, ['member'], token)).toMatchObject(above);
    expect((await makeRole(['users:invite'], token)).status).toBe(201);
  });

  test('that may make owners keep others from locking their people out', async () => {
    const top = await ok(makeRole(['users:read', 'owners:write']));
    const [holder, admin] = [await person([top.id]), await person(['admin'])];
    const above = { status: 403, json: { code: 'role-above-own' } };
    for (const [method, tail, body] of [
      ['POST', '/deactivate'],
      ['POST', '/lock', { reason: 'a test' }],
      ['DELETE', ''],
      ['PATCH', '', { security: { mustChangePassword: true } }],
    ] as [string, string, Json?][]) {
      expect(await call(method, `/v1/users/${holder.id}${tail}`, body, admin.token)).toMatchObject(above);
    }
  });

  test('come with an invite or a new person, and are weighed again when the invite is accepted', async () => {
    const own = await ok(makeRole(['users:read', 'users:write']));
    const made = await newUserOf(world, { roles: [own.id] });
    expect(made.roles).toEqual([own.id]);
    const inviter = await person([(await ok(makeRole(['users:read', 'users:write', 'users:invite']))).id]);
    const invite = async () => {
      const body = { email: newAddress(), roles: [own.id] };
      const { letters } = await withLetters(service, 'POST', '/v1/invites', { token: inviter.token, body });
      return letters[0]?.token;
    };
    const [first, second] = [await invite(), await invite()];
    expect(await ok(accept(service, { token: first }))).toMatchObject({ roles: [own.id] });
    await ok(call('PATCH', `/v1/roles/${own.id}`, { permissions: ['users:read', 'users:delete'] }));
    const refused = { status: 403, json: { code: 'role-above-own' } };
    expect(await accept(service, { token: second })).toMatchObject(refused);
    await ok(call('PATCH', `/v1/roles/${own.id}`, { permissions: ['users:read'] }));
    expect((await accept(service, { token: second })).status).toBe(200);
  });

  test('that are deleted while somebody is given them allow nothing, and harm nothing that reads them', async () => {
    const own = await ok(makeRole(['users:read', 'users:write']));
    const { id } = await newUserOf(world);
    const calls = [() => give(id, [own.id]), () => call('DELETE', `/v1/roles/${own.id}`)];
    const answers = await race(service, calls.length, (i) => (calls[i] as () => Promise<Answer>)());
    expect(answers.map(({ status }) => status)).toEqual([200, 204]);
    expect((await ok(call('GET', `/v1/users/${id}`))).roles).toEqual([own.id]);
    expect((await ok(call('GET', '/v1/users?limit=200'))).items.map((it: Json) => it.id)).toContain(id);
    expect(await give(id, ['member', own.id])).toMatchObject({ status: 422, json: { code: 'role-unknown' } });
    expect((await ok(give(id, ['member']))).roles).toEqual(['member']);
    expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
  });

  test('are changed by three at once one after the other, and by nobody who read an older version', async () => {
    const own = await ok(makeRole(['users:read']));
    const path = `/v1/roles/${own.id}`;
    const patches = [{ description: 'One' }, { permissions: ['users:read', 'users:write'] }, { name: 'Another name' }];
    const answers = await race(service, patches.length, (i) => call('PATCH', path, patches[i]));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await ok(call('GET', path))).toMatchObject({ ...patches[0], ...patches[1], ...patches[2], version: 4 });
    const stale = { token: world.client, body: { name: 'A third' }, headers: { 'if-match': '"1"' } };
    expect((await service.call('PATCH', path, stale)).status).toBe(412);
    expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
  });

  test('that govern an org are held by five hundred at most', async () => {
    const { id } = await activePerson(service, world.seed.orgId);
    const ctx = workerContext(service.services);
    const key = keys.admins(world.seed.orgId);
    const others = new Set(Array.from({ length: 500 }, (_, n) => `nobody-${n}`));
    await ctx.table.change({ update: key, add: { ids: others } }, 'a full guard');
    expect(await give(id, ['admin'])).toMatchObject({ status: 409, json: { code: 'limit-reached' } });
    await ctx.table.change({ update: key, take: { ids: others } }, 'as it was');
    expect((await give(id, ['admin'])).status).toBe(200);
  });

  test('in use cannot be deleted; deleted, they are gone and the name is free', async () => {
    const own = await ok(makeRole(['users:read']));
    const { id } = await newUserOf(world);
    await ok(give(id, [own.id]));
    await service.project();
    const remove = () => call('DELETE', `/v1/roles/${own.id}`);
    expect(await remove()).toMatchObject({ status: 409, json: { code: 'role-in-use' } });
    await ok(give(id, ['member']));
    await service.project();
    expect((await remove()).status).toBe(204);
    expect((await call('GET', `/v1/roles/${own.id}`)).status).toBe(404);
    expect((await call('POST', '/v1/roles', { name: own.name.toUpperCase(), permissions: [] })).status).toBe(201);
    expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
  });

  test('given in the moment in which they are deleted leave an id that allows nothing, and that can be taken away', async () => {
    const own = await ok(makeRole(['users:read', 'users:write']));
    const person = await activePerson(service, world.seed.orgId);
    await service.project();
    await ok(give(person.id, ['member', own.id]));
    // The stream has not told of it yet.
    expect((await call('DELETE', `/v1/roles/${own.id}`)).status).toBe(204);
    const { accessToken } = await service.signIn(person.email, PASSWORD);
    const asPerson = (method: string, path: string, body?: Json) =>
      service.call(method, path, { token: accessToken, ...(body && { body }) });
    expect((await asPerson('POST', '/v1/users', { email: newAddress() })).status).toBe(403);
    expect(await ok(call('GET', `/v1/users/${person.id}`))).toMatchObject({ roles: ['member', own.id] });
    expect((await call('PATCH', `/v1/users/${person.id}`, { profile: { title: 'Pilot' } })).status).toBe(200);
    const other = await newUserOf(world);
    expect(await give(other.id, [own.id])).toMatchObject({ json: { code: 'role-unknown' } });
    expect((await give(person.id, ['member'])).status).toBe(200);
    expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
  });

  test('of one name there is one, whatever its case, and at most fifty in all', async () => {
    const names = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        call('POST', '/v1/roles', { name: n % 2 ? 'Écrivain' : 'ecrivain', permissions: [] }),
      ),
    );
    expect(names.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)]);
    for (let n = 1; n < 50; n++) await ok(makeRole([]));
    expect(await makeRole([])).toMatchObject({ status: 409, json: { code: 'limit-reached' } });
    const org = (await service.dump()).find(({ k, roles }) => k === 'org' && roles) as Json;
    expect(JSON.stringify(org).length).toBeLessThan(4000);
    expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
  }, 20_000);
});
