// One change of all whom a filter finds: found first, then changed one by one by the rules of the single change.
import { beforeEach, describe, expect, test } from 'vitest';
import { MOST_CHANGED } from '../../../shared/directory/jobs/bulk-change.ts';
import { matches, parseFilter } from '../../../shared/model/filter.ts';
import { workerContext } from '../../../shared/post-office.ts';
import { keys } from '../../../shared/store/keys.ts';
import { newCrowd } from '../../support/crowd.ts';
import { brokenInvariants } from '../../support/invariants.ts';
import { lookAt, runJob, stoppedAtEachCall, workOnce } from '../../support/jobs.ts';
import { gate } from '../../support/races.ts';
import { type Json, type TestService, testService } from '../../support/service.ts';
import { differences, stateOf } from '../../support/sweep.ts';
import { activePerson, newUserOf, newWorld, ok, type World, withLetters } from '../../support/world.ts';

const PATH = '/v1/users/bulk';
let service: TestService;
let world: World;

beforeEach(async () => {
  service = await testService();
  world = await newWorld(service);
});

const bulk = (body: Json, token = world.client) => runJob(service, token, PATH, body);
const start = (body: Json, token = world.client) => service.call('POST', PATH, { token, body });
const get = (id: string) => ok(service.call('GET', `/v1/users/${id}`, { token: world.client }));
const call = (method: string, path: string, body?: Json) =>
  service.call(method, path, { token: world.client, ...(body !== undefined && { body }) });
const items = async (kind: string) => (await service.dump()).filter(({ k }) => k === kind);
const sound = async () => expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
const people = (n: number, body: Json = {}): Promise<Json[]> =>
  Promise.all(Array.from({ length: n }, () => newUserOf(world, body)));
const outcomes = (rows: Json[]) =>
  Object.fromEntries(rows.map(({ userId, outcome, code }) => [userId, code ?? outcome]));
const sales = { profile: { department: 'Sales' } };
const ofSales = 'profile.department eq "Sales"';
const team = (name: string) => ok(call('POST', '/v1/teams', { name }));
const group = (name: string) => ok(call('POST', '/v1/groups', { name }));

describe('a change of all whom a filter finds', () => {
  test('answers at once, finds them, then changes each, though the change takes them out of the filter', async () => {
    const found = await people(45, sales);
    const other = await newUserOf(world);
    const answer = await start({ filter: `${ofSales} and state eq "staged"`, change: { deactivate: true } });
    expect(answer).toMatchObject({ status: 202, headers: { location: `/v1/jobs/${answer.json.id}` } });
    expect(answer.json).toMatchObject({ kind: 'bulk-change', state: 'waiting', done: 0 });
    expect(answer.json.total).toBeUndefined();
    await service.project();
    await workOnce(service);
    const { job, rows } = await lookAt(service, world.client, answer.json.id);
    expect(job).toMatchObject({ state: 'done', total: 45, done: 45, outcomes: { updated: 45 } });
    expect(rows.map(({ row }) => row)).toEqual(found.map((_, i) => i + 1));
    expect(rows.map(({ userId }) => userId).sort()).toEqual(found.map(({ id }) => id).sort());
    expect(await get(found[7].id)).toMatchObject({ state: 'inactive', version: 2 });
    expect(await get(other.id)).toMatchObject({ state: 'staged', version: 1 });
    const entries = (await items('audit')).filter(({ type }) => /bulk|deactivated/.test(String(type)));
    expect(entries).toHaveLength(46);
    expect(entries[0]).toMatchObject({ type: 'bulk-change-started', subject: job.id });
    expect(entries.slice(1).every(({ request }) => request === job.id)).toBe(true);
    await sound();
  });

  test('finds everyone by whichever way the filter is planned', async () => {
    const all = await people(30, { profile: { department: 'Sales', familyName: 'Lovelace', givenName: 'Ada Lovely' } });
    await service.project();
    const member = await team('Those who sell');
    for (const filter of [
      ofSales,
      'profile.givenName sw "ada lov"',
      'profile.familyName sw "love"',
      `email sw "${all[0].email.slice(0, 5)}" and profile.familyName pr`,
      'createdAt gt "2020-01-01T00:00:00Z" and profile.familyName eq "lovelace"',
      'profile.title pr or profile.familyName co "ovel"',
    ]) {
      const { job } = await bulk({ filter, change: { addTeam: member.id }, dryRun: true });
      expect([filter, job.total, job.state]).toEqual([filter, 30, 'done']);
    }
    const one = await bulk({ filter: `email eq "${all[3].email}"`, change: { addTeam: member.id } });
    expect(one.rows).toEqual([{ row: 1, outcome: 'updated', userId: all[3].id }]);
    const several = await bulk({ filter: `teams eq "${member.id}"`, change: { removeTeam: member.id } });
    expect(several.rows).toEqual([{ row: 1, outcome: 'updated', userId: all[3].id }]);
    const none = await bulk({ filter: 'email eq "nobody@example.test"', change: { deactivate: true } });
    expect(none).toMatchObject({ job: { state: 'done', total: 0, done: 0 }, rows: [] });
    await sound();
  });

  test('finds each once, and nobody else, on a walk of several steps', async () => {
    const { users } = await newCrowd(service, 1300);
    const group = await ok(call('POST', '/v1/groups', { name: 'A group' }));
    for (const filter of [
      // Everyone is looked at: more than a step does.
      'profile.title eq "pilot" and profile.department pr',
      // Entries lead to more people than a step reads, and not all of them match.
      'profile.department eq "support" and profile.familyName pr',
    ]) {
      const expected = users.filter((user) => user.state !== 'deleted' && matches(parseFilter(filter), user));
      const { rows } = await bulk({ filter, change: { addGroup: group.id }, dryRun: true });
      expect(expected.length).toBeGreaterThan(40);
      expect(rows.map(({ userId }) => userId)).toEqual(expected.map(({ id }) => id));
    }
  }, 60_000);

  test('is any of these, and says where it was so already', async () => {
    const [a, b] = (await people(2, sales)) as [Json, Json];
    await service.project();
    const [t, g] = [await team('A team'), await group('A group')];
    const lock = { reason: 'on leave' };
    const steps: [Json, Json, string?][] = [
      [{ addTeam: t.id }, { teams: [t.id] }],
      [{ addGroup: g.id }, { groups: [g.id] }],
      [{ addRoles: ['viewer'] }, { roles: ['member', 'viewer'] }],
      [{ removeRoles: ['member'] }, { roles: ['viewer'] }],
      [{ patch: { profile: { title: 'Seller' }, custom: { custom1: 'x' } } }, { custom: { custom1: 'x' } }],
      [{ lock }, { security: { locked: lock } }],
      [{ unlock: true }, {}],
      [{ deactivate: true }, { state: 'inactive' }],
      [{ removeTeam: t.id }, {}],
      [{ removeGroup: g.id }, {}],
    ];
    for (const [change, shows] of steps) {
      const first = await bulk({ filter: ofSales, change });
      expect([change, outcomes(first.rows)]).toEqual([change, { [a.id]: 'updated', [b.id]: 'updated' }]);
      const user = await get(a.id);
      expect(user).toMatchObject(shows);
      const again = await bulk({ filter: ofSales, change });
      expect([change, outcomes(again.rows)]).toEqual([change, { [a.id]: 'unchanged', [b.id]: 'unchanged' }]);
      expect((await get(a.id)).version).toBe(user.version);
    }
    const user = await get(a.id);
    expect([user.teams, user.groups, user.security]).toEqual([undefined, undefined, undefined]);
    const active = await activePerson(service, world.seed.orgId);
    const filter = `id eq "${active.id}"`;
    await bulk({ filter, change: { deactivate: true } });
    expect(outcomes((await bulk({ filter, change: { activate: true } })).rows)).toEqual({ [active.id]: 'updated' });
    expect(outcomes((await bulk({ filter, change: { activate: true } })).rows)).toEqual({ [active.id]: 'unchanged' });
    await sound();
  });

  test('refuses each as the single change would, and changes the others', async () => {
    const theirs = await newWorld(service, await service.secondOrg());
    const guest = await activePerson(service, theirs.seed.orgId);
    const { letters } = await withLetters(service, 'POST', '/v1/invites', {
      token: world.client,
      body: { email: guest.email },
    });
    await ok(service.call('POST', '/v1/invites/accept', { token: guest.token, body: { token: letters[0]?.token } }));
    const member = await activePerson(service, world.seed.orgId);
    const filter = 'state eq "active"';
    const admin = await activePerson(service, world.seed.orgId, ['admin']);
    const { rows } = await bulk({ filter, change: { deactivate: true } }, admin.token);
    const own = await service.dump();
    const owners = own.filter(({ k, ro }) => k === 'user' && (ro as string[])?.includes('owner')).map(({ pk }) => pk);
    const byId = outcomes(rows);
    expect(byId).toMatchObject({
      [guest.id]: 'not-home-org',
      [member.id]: 'updated',
      [admin.id]: 'own-account',
      [world.owner.id]: 'role-above-own',
    });
    expect(owners.length).toBeGreaterThan(0);
    expect(await get(admin.id)).toMatchObject({ state: 'active' });
    // A guest's roles and teams are this org's own.
    const roles = await bulk({ filter: `id eq "${guest.id}"`, change: { addRoles: ['viewer'] } });
    expect(outcomes(roles.rows)).toEqual({ [guest.id]: 'updated' });
    const none = await bulk({ filter: `id eq "${member.id}"`, change: { removeRoles: ['member'] } });
    expect(none.rows[0]).toMatchObject({ code: 'input-invalid', issues: [{ pointer: '/change/removeRoles' }] });
    await sound();
  });

  test('leaves the org somebody who governs it', async () => {
    const filter = 'roles eq "owner" and state eq "active"';
    await service.project();
    const { rows } = await bulk({ filter, change: { deactivate: true } });
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.filter(({ outcome }) => outcome === 'updated')).toHaveLength(rows.length - 1);
    expect(rows.filter(({ code }) => code === 'last-admin')).toHaveLength(1);
    await sound();
  });

  test('leaves alone whoever does not match any more when their turn comes', async () => {
    const [stays, moves, goes] = (await people(3, sales)) as [Json, Json, Json];
    await service.project();
    const { id } = await ok(start({ filter: ofSales, change: { deactivate: true } }));
    // The worker stops between finding and changing.
    service.faults.add({ service: 'dynamodb', operation: 'GetItem', key: 'B#0000000', mode: 'fail-before' });
    service.faults.add({ service: 'dynamodb', operation: 'BatchGetItem', key: 'B#0000000', mode: 'fail-before' });
    await workOnce(service);
    service.faults.clear();
    expect(await ok(call('GET', `/v1/jobs/${id}`))).toMatchObject({ total: 3, done: 0 });
    await ok(call('PATCH', `/v1/users/${moves.id}`, { profile: { department: 'Support' } }));
    await ok(call('DELETE', `/v1/users/${goes.id}`));
    service.advance(60_000);
    await workOnce(service);
    const { rows } = await lookAt(service, world.client, id);
    expect(outcomes(rows)).toEqual({
      [stays.id]: 'updated',
      [moves.id]: 'not-matching',
      [goes.id]: 'not-matching',
    });
    expect(rows.filter(({ outcome }) => outcome === 'skipped')).toHaveLength(2);
    expect(await get(moves.id)).toMatchObject({ state: 'staged' });
  });

  test('is of the caller’s org alone', async () => {
    const theirs = await newWorld(service, await service.secondOrg());
    const foreign = await newUserOf(theirs, sales);
    const [mine] = (await people(1, sales)) as [Json];
    await service.project();
    for (const filter of [ofSales, `id eq "${foreign.id}"`, `email eq "${foreign.email}"`]) {
      const { rows } = await bulk({ filter, change: { deactivate: true } });
      expect(rows.map(({ userId }) => userId)).toEqual(filter === ofSales ? [mine.id] : []);
    }
    const shown = await ok(service.call('GET', `/v1/users/${foreign.id}`, { token: theirs.client }));
    expect(shown).toMatchObject({ state: 'staged', version: 1 });
    const theirTeam = await ok(
      service.call('POST', '/v1/teams', { token: theirs.client, body: { name: 'Of another org' } }),
    );
    expect(await start({ filter: ofSales, change: { addTeam: theirTeam.id } })).toMatchObject({
      status: 422,
      json: { issues: [{ pointer: '/change/addTeam' }] },
    });
  });
});

describe('a request for a change of many', () => {
  test('needs a filter that says something, and exactly one change that makes sense', async () => {
    const change = { deactivate: true };
    const id = world.owner.id;
    for (const [body, code] of [
      [{ change }, 'input-invalid'],
      [{ filter: '', change }, 'input-invalid'],
      [{ filter: '  ', change }, 'filter-invalid'],
      [{ filter: null, change }, 'input-invalid'],
      [{ filter: 'no filter', change }, 'filter-invalid'],
      [{ filter: 'state eq "active" or state eq "deleted"', change }, 'filter-invalid'],
      [{ filter: ofSales }, 'input-invalid'],
      [{ filter: ofSales, change: {} }, 'input-invalid'],
      [{ filter: ofSales, change: { deactivate: false } }, 'input-invalid'],
      [{ filter: ofSales, change: { deactivate: true, unlock: true } }, 'input-invalid'],
      [{ filter: ofSales, change: { patch: { email: 'a@example.test' } } }, 'input-invalid'],
      [{ filter: ofSales, change: { patch: { username: 'ada' } } }, 'input-invalid'],
      [{ filter: ofSales, change: { patch: { divisionId: id } } }, 'input-invalid'],
      [{ filter: ofSales, change: { addRoles: [] } }, 'input-invalid'],
      [{ filter: ofSales, change: { addRoles: [id] } }, 'role-unknown'],
      [{ filter: ofSales, change: { removeGroup: id } }, 'input-invalid'],
      [{ filter: ofSales, change: { lock: { reason: 'late', until: '2020-01-01T00:00:00Z' } } }, 'input-invalid'],
    ] as [Json, string][]) {
      const answer = await start(body);
      expect([JSON.stringify(body), answer.json.code]).toEqual([JSON.stringify(body), code]);
    }
    expect(await items('job')).toEqual([]);
  });

  test('needs the permission of the single change', async () => {
    const t = await team('A team');
    const changes: [Json, string][] = [
      [{ deactivate: true }, 'users:write'],
      [{ lock: { reason: 'late' } }, 'users:write'],
      [{ patch: { profile: { title: 'x' } } }, 'users:write'],
      [{ addRoles: ['member'] }, 'roles:write'],
      [{ removeRoles: ['viewer'] }, 'roles:write'],
      [{ addTeam: t.id }, 'teams:write'],
    ];
    const tokenWith = async (permission: string) => {
      const body = { name: permission, permissions: ['users:read', permission] };
      const made = await ok(call('POST', `/v1/orgs/${world.seed.orgId}/clients`, body));
      return service.tokenFor(made.clientId, made.clientSecret);
    };
    const all = ['users:write', 'roles:write', 'teams:write'];
    for (const permission of all) {
      const token = await tokenWith(permission);
      for (const [change, needed] of changes) {
        const { status } = await start({ filter: 'email eq "nobody@example.test"', change }, token);
        expect([permission, change, status]).toEqual([permission, change, permission === needed ? 202 : 403]);
      }
    }
  });

  test('grants no role above the caller’s own', async () => {
    const admin = await activePerson(service, world.seed.orgId, ['admin']);
    const answer = await start({ filter: ofSales, change: { addRoles: ['owner'] } }, admin.token);
    expect(answer).toMatchObject({ status: 403, json: { code: 'role-above-own' } });
  });

  test('of more people than one change may concern fails before anybody is changed', async () => {
    const [one] = (await people(1, sales)) as [Json];
    await service.project();
    const { id } = await ok(start({ filter: ofSales, change: { deactivate: true } }));
    // As if a walk had come so far already.
    await workerContext(service.services).table.change(
      {
        update: keys.job(world.seed.orgId, id),
        set: { pos: JSON.stringify({ kept: MOST_CHANGED, rest: [] }) },
      },
      'a long walk',
    );
    await workOnce(service);
    expect(await ok(call('GET', `/v1/jobs/${id}`))).toMatchObject({ state: 'failed', failure: 'too-many-matches' });
    expect(await get(one.id)).toMatchObject({ state: 'staged' });
  });

  test('fails when whoever asked may not do it any more', async () => {
    const [one] = (await people(1, sales)) as [Json];
    const admin = await activePerson(service, world.seed.orgId, ['admin']);
    await service.project();
    const { id } = await ok(start({ filter: ofSales, change: { deactivate: true } }, admin.token));
    await ok(call('PUT', `/v1/users/${admin.id}/roles`, { roles: ['member'] }));
    await workOnce(service);
    expect(await ok(call('GET', `/v1/jobs/${id}`))).toMatchObject({ state: 'failed', failure: 'permission-missing' });
    expect(await get(one.id)).toMatchObject({ state: 'staged' });
  });
});

describe('a dry run of a change', () => {
  test('tells who would be changed, and leaves everything else as it was', async () => {
    const found = await people(25, sales);
    await ok(call('POST', `/v1/users/${found[3].id}/deactivate`));
    await service.project();
    const before = await stateOf(service);
    const dry = await bulk({ filter: ofSales, change: { deactivate: true }, dryRun: true });
    const changed = differences(before, await stateOf(service));
    expect(changed.filter((name) => !/#(J|JL|A)#|#JL /.test(name))).toEqual([]);
    expect(dry.job).toMatchObject({ dryRun: true, total: 25, outcomes: { updated: 24, unchanged: 1 } });
    const real = await bulk({ filter: ofSales, change: { deactivate: true } });
    expect(real.rows).toEqual(dry.rows);
  });
});

describe('whatever stops it', () => {
  test('a worker held since it found people, while another took the job over, changes nothing of what that one found', async () => {
    const [first, second, ...all] = await people(30, sales);
    const stays = await team('Those who sell');
    await service.project();
    const { id } = await ok(start({ filter: ofSales, change: { addTeam: stays.id } }));
    const held = gate();
    const { table } = service.services.directory;
    const commitOf = table.commit;
    // Of two walks the first stands still before it keeps what it found.
    table.commit = async (writes, opId) => {
      if (writes.some((write) => 'put' in write && write.put.k === 'job-block')) {
        table.commit = commitOf;
        held.reach();
        await held.opened;
      }
      return commitOf(writes, opId);
    };
    const slow = workOnce(service);
    await held.reached;
    service.advance(121_000);
    // Whom the second walk finds: one less at the beginning, one more at the end.
    await ok(call('PATCH', `/v1/users/${first.id}`, { profile: { department: 'Law' } }));
    const late = await newUserOf(world, sales);
    await service.project();
    const { get } = table;
    // The second has kept what it found, and is about to read it.
    table.get = async (key, options) => {
      if (key.sk === keys.jobBlock(world.seed.orgId, id, 0).sk) {
        table.get = get;
        held.open();
        await slow;
      }
      return get(key, options);
    };
    await workOnce(service);
    const { job, rows } = await lookAt(service, world.client, id);
    expect(job).toMatchObject({ state: 'done', total: 30, outcomes: { updated: 30 } });
    const wanted = [second, ...all, late].map((user) => user.id);
    expect(rows.map(({ userId }) => userId).sort()).toEqual(wanted.sort());
    expect(await items('job-block')).toEqual([]);
    await sound();
  });

  test('a worker stopped before or after any of its calls changes each once, and says so of each', async () => {
    let found: Json[] = [];
    const begin = async () => {
      world.client = await service.tokenFor();
      found = await people(2);
      const [a, b] = found.map(({ id }) => `id eq "${id}"`);
      // Whoever was changed does not match any more: a change that was forgotten would be told as skipped.
      const filter = `(${a} or ${b}) and state ne "inactive"`;
      return (await ok(start({ filter, change: { deactivate: true } }))).id;
    };
    const check = async (id: string, what: string) => {
      world.client = await service.tokenFor();
      const { job, rows } = await lookAt(service, world.client, id);
      expect(job, what).toMatchObject({ state: 'done', total: 2, outcomes: { updated: 2 } });
      expect(rows.map(({ userId }) => userId).sort(), what).toEqual(found.map(({ id }) => id).sort());
      for (const { id } of found) expect(await get(id), what).toMatchObject({ version: 2, state: 'inactive' });
    };
    expect(await stoppedAtEachCall(service, begin, check)).toBeGreaterThan(12);
    const entries = (await items('audit')).filter(({ type }) => type === 'user-deactivated');
    expect(new Set(entries.map(({ user }) => user)).size).toBe(entries.length);
    await sound();
  }, 120_000);
});
