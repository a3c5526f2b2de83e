// Teams and groups, divisions and locations: who is in them stands on both sides, also when one of them goes.
import { beforeEach, describe, expect, test } from 'vitest';
import { workerContext } from '../../../shared/post-office.ts';
import { keys } from '../../../shared/store/keys.ts';
import { memberItem } from '../../../shared/store/structure-items.ts';
import { brokenInvariants } from '../../support/invariants.ts';
import { race } from '../../support/races.ts';
import { type Answer, type Json, type TestService, testService } from '../../support/service.ts';
import { activePerson, newAddress, newUserOf, newWorld, ok, type World, withLetters } from '../../support/world.ts';

let service: TestService;
let world: World;

beforeEach(async () => {
  service = await testService();
  world = await newWorld(service);
});

const call = (method: string, path: string, body?: Json, headers?: Record<string, string>) =>
  service.call(method, path, { token: world.client, ...(body !== undefined && { body }), ...(headers && { headers }) });
let named = 0;
const make = (kind: string, body: Json = {}) => ok(call('POST', `/v1/${kind}`, { name: `Name ${++named}`, ...body }));
const join = (team: Json, id: string) => call('PUT', `/v1/teams/${team.id}/members/${id}`);
const members = async (team: Json) => (await ok(call('GET', `/v1/teams/${team.id}/members?limit=200`))).items;
const sound = async () => expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);

describe('a team', () => {
  test('has members, each once, shown on the person, the list and a filter, and raises their version', async () => {
    const [team, user] = [await make('teams'), await newUserOf(world)];
    expect((await join(team, user.id)).status).toBe(204);
    expect((await join(team, user.id)).status).toBe(204);
    expect((await members(team)).map(({ id }: Json) => id)).toEqual([user.id]);
    expect(await ok(call('GET', `/v1/users/${user.id}`))).toMatchObject({ teams: [team.id], version: 2 });
    const filter = encodeURIComponent(`teams eq "${team.id}" and state eq "staged"`);
    expect((await ok(call('GET', `/v1/users?filter=${filter}`))).items).toHaveLength(1);
    expect((await call('DELETE', `/v1/teams/${team.id}/members/${user.id}`)).status).toBe(204);
    expect(await members(team)).toEqual([]);
    expect((await ok(call('GET', `/v1/users/${user.id}`))).teams).toBeUndefined();
    await sound();
  });

  test('loses nobody when one person joins several at once', async () => {
    const user = await newUserOf(world);
    const teams = await Promise.all(Array.from({ length: 6 }, () => make('teams')));
    // A lost race is decided again three times: who still loses says so, and asks again.
    for (let open = teams; open.length > 0; ) {
      const answers = await Promise.all(open.map((team) => join(team, user.id)));
      expect(answers.every(({ status }) => status === 204 || status === 409)).toBe(true);
      open = open.filter((_, i) => answers[i]?.status === 409);
    }
    expect((await ok(call('GET', `/v1/users/${user.id}`))).teams.sort()).toEqual(teams.map(({ id }) => id).sort());
    await sound();
  });

  test('that is deleted beside those who join keeps nobody, whoever came first', async () => {
    const team = await make('teams');
    const people = await Promise.all(Array.from({ length: 8 }, () => newUserOf(world)));
    const calls = [
      ...people.map(
        ({ id }) =>
          () =>
            join(team, id),
      ),
      () => call('DELETE', `/v1/teams/${team.id}`),
    ];
    const answers = await race(service, calls.length, (i) => (calls[i] as () => Promise<Answer>)());
    const [deleted, ...joins] = answers.map(({ status }) => status).reverse();
    expect(deleted).toBe(204);
    expect(joins.every((status) => [204, 404].includes(status))).toBe(true);
    for (let n = 0; n < 3; n++) {
      await service.handlers.work('worker', {});
      service.advance(61_000);
    }
    expect((await service.dump()).filter(({ k }) => k === 'team-member' || k === 'team')).toEqual([]);
    await sound();
  });

  test('that is deleted is unknown at once, its name is free, and a job lets everyone go', async () => {
    const team = await make('teams', { name: 'The same name' });
    const people = await Promise.all(Array.from({ length: 30 }, () => newUserOf(world)));
    for (const { id } of people) await ok(join(team, id));
    expect((await call('DELETE', `/v1/teams/${team.id}`)).status).toBe(204);
    expect((await call('GET', `/v1/teams/${team.id}`)).status).toBe(404);
    expect((await join(team, people[0].id)).status).toBe(404);
    expect((await ok(call('GET', '/v1/teams'))).items).toEqual([]);
    await make('teams', { name: 'The same name' });
    await service.handlers.work('worker', {});
    service.advance(61_000);
    await service.handlers.work('worker', {});
    const items = await service.dump();
    expect(items.filter(({ k }) => k === 'team-member')).toEqual([]);
    expect(items.filter(({ k }) => k === 'team')).toHaveLength(1);
    expect(items.find(({ k }) => k === 'job')).toMatchObject({ st: 'done' });
    await sound();
  }, 20_000);

  test('lets everyone go also when the worker is stopped at each of its calls', async () => {
    const team = await make('teams');
    for (let n = 0; n < 4; n++) await ok(join(team, (await newUserOf(world)).id));
    await call('DELETE', `/v1/teams/${team.id}`);
    for (let nth = 1; nth < 14; nth++) {
      const mode = nth % 2 ? 'fail-before' : 'commit-then-fail';
      service.faults.add({ service: 'dynamodb', mode, nth, per: 'call' });
      await service.handlers.work('worker', {}).catch(() => undefined);
      service.faults.clear();
      // Past any lease and any wait between tries.
      service.advance(3_600_000);
    }
    for (let n = 0; n < 3; n++) {
      await service.handlers.work('worker', {});
      service.advance(3_600_000);
    }
    expect((await service.dump()).filter(({ k }) => k === 'team-member' || k === 'team')).toEqual([]);
    await sound();
  }, 20_000);

  test('goes in the end also where a place is left that no record names', async () => {
    const [team, user] = [await make('teams'), await newUserOf(world)];
    const ctx = workerContext(service.services);
    await ctx.table.put(memberItem(world.seed.orgId, user.id, 'team', team.id), undefined, 'a stray place');
    await ok(call('DELETE', `/v1/teams/${team.id}`));
    for (let n = 0; n < 2; n++) {
      await service.handlers.work('worker', {});
      service.advance(61_000);
    }
    expect((await service.dump()).filter(({ k }) => k === 'team-member' || k === 'team')).toEqual([]);
  });

  test('takes in a guest, and forgets them when they leave the org', async () => {
    const theirs = await newWorld(service, await service.secondOrg());
    const guest = await activePerson(service, theirs.seed.orgId);
    const { letters } = await withLetters(service, 'POST', '/v1/invites', {
      token: world.client,
      body: { email: guest.email },
    });
    await ok(service.call('POST', '/v1/invites/accept', { token: guest.token, body: { token: letters[0]?.token } }));
    const team = await make('teams');
    expect((await join(team, guest.id)).status).toBe(204);
    expect((await members(team)).map(({ id }: Json) => id)).toEqual([guest.id]);
    expect((await call('DELETE', `/v1/users/${guest.id}`)).status).toBe(204);
    expect(await members(team)).toEqual([]);
    expect((await call('GET', `/v1/users/${guest.id}`)).status).toBe(404);
    await sound();
  });

  test('shows no deleted members, and has them again when they are restored', async () => {
    const [team, user] = [await make('teams'), await newUserOf(world)];
    await ok(join(team, user.id));
    await ok(call('DELETE', `/v1/users/${user.id}`));
    expect(await members(team)).toEqual([]);
    await ok(call('POST', `/v1/users/${user.id}/restore`));
    expect(await members(team)).toHaveLength(1);
  });

  test('holds a person with twenty others at most', async () => {
    const user = await newUserOf(world);
    for (let n = 0; n < 20; n++) await ok(join(await make('teams'), user.id));
    expect(await join(await make('teams'), user.id)).toMatchObject({ status: 409, json: { code: 'limit-reached' } });
  }, 20_000);
});

describe.each(['teams', 'groups', 'divisions', 'locations'])('%s', (kind) => {
  test('are made, listed, changed by version, and deleted; a name is there once', async () => {
    const [first, second] = [await make(kind, { name: 'Nord' }), await make(kind, { name: 'Süd' })];
    expect(await call('POST', `/v1/${kind}`, { name: 'SUD' })).toMatchObject({
      status: 409,
      json: { code: 'name-taken' },
    });
    expect((await ok(call('GET', `/v1/${kind}`))).items).toEqual([first, second]);
    const path = `/v1/${kind}/${first.id}`;
    const changed = await call('PATCH', path, { name: 'Ost', description: 'Was the north' }, { 'if-match': '"1"' });
    expect(changed).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      json: { name: 'Ost', number: first.number },
    });
    expect((await call('PATCH', path, { name: 'West' }, { 'if-match': '"1"' })).status).toBe(412);
    expect(await call('PATCH', path, { name: 'Süd' })).toMatchObject({ json: { code: 'name-taken' } });
    await make(kind, { name: 'Nord' });
    expect((await call('PATCH', path, { description: null })).json.description).toBeUndefined();
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
    await make(kind, { name: 'Ost' });
    await sound();
  });
});

describe('places', () => {
  test.each([
    ['divisions', 'division', 1000],
    ['locations', 'location', 5000],
  ] as const)('of an org: so many %s, and no more', async (path, kind, most) => {
    const ctx = workerContext(service.services);
    const counted = (by: number) =>
      ctx.table.change({ update: keys.placeCount(world.seed.orgId, kind), add: { count: by } }, `by ${by}`);
    await counted(most - 1);
    const last = await make(path);
    const more = () => call('POST', `/v1/${path}`, { name: `Name ${++named}` });
    expect(await more()).toMatchObject({ status: 409, json: { code: 'limit-reached' } });
    await ok(call('DELETE', `/v1/${path}/${last.id}`));
    expect((await more()).status).toBe(201);
    await counted(1 - most);
    await sound();
  });
});

describe('what a record points at', () => {
  test('is a division and a manager of the same org, who is not the person', async () => {
    const division = await make('divisions');
    const boss = await newUserOf(world);
    const good = { divisionId: division.id, profile: { managerId: boss.id } };
    const user = await newUserOf(world, good);
    expect(user).toMatchObject(good);
    const theirs = await newWorld(service, await service.secondOrg());
    const foreign = await newUserOf(theirs);
    for (const [body, pointer] of [
      [{ divisionId: boss.id }, '/divisionId'],
      [{ profile: { managerId: foreign.id } }, '/profile/managerId'],
      [{ profile: { managerId: user.id } }, '/profile/managerId'],
      [{ profile: { managerId: division.id } }, '/profile/managerId'],
    ] as [Json, string][]) {
      expect(await call('PATCH', `/v1/users/${user.id}`, body)).toMatchObject({
        status: 422,
        json: { issues: [{ pointer }] },
      });
    }
    await service.project();
    const reports = await ok(call('GET', `/v1/users/${boss.id}/reports`));
    expect(reports.items.map(({ id }: Json) => id)).toEqual([user.id]);
    const above = await ok(call('GET', `/v1/users/${user.id}/managers`));
    expect(above.items.map(({ id }: Json) => id)).toEqual([boss.id]);
    expect(await call('DELETE', `/v1/divisions/${division.id}`)).toMatchObject({ json: { code: 'division-in-use' } });
    await ok(call('PATCH', `/v1/users/${user.id}`, { divisionId: null }));
    await service.project();
    expect((await call('DELETE', `/v1/divisions/${division.id}`)).status).toBe(204);
  });

  test('is a key of another system that nobody else of the org has, found at once', async () => {
    const externalIds = [{ authority: 'crm', key: 'A-1' }];
    const user = await newUserOf(world, { provisioning: { externalIds } });
    const taken = await call('POST', '/v1/users', { email: newAddress(), provisioning: { externalIds } });
    expect(taken).toMatchObject({ status: 409, json: { code: 'vendor-id-taken' } });
    const filter = encodeURIComponent('provisioning.externalIds[authority eq "crm" and key eq "A-1"]');
    expect((await ok(call('GET', `/v1/users?filter=${filter}`))).items.map(({ id }: Json) => id)).toEqual([user.id]);
    const many = Array.from({ length: 41 }, (_, n) => ({ authority: 'erp', key: `${n}` }));
    const tooMany = await call('PATCH', `/v1/users/${user.id}`, { provisioning: { externalIds: many } });
    expect(tooMany).toMatchObject({ status: 422, json: { issues: [{ pointer: '/provisioning/externalIds' }] } });
    await ok(call('PATCH', `/v1/users/${user.id}`, { provisioning: null }));
    await newUserOf(world, { provisioning: { externalIds } });
    await sound();
  });
});
