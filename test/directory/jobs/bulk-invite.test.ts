// Many invites in one job: each row as the single invite would be, done once whatever happens, and counted once.
import { beforeEach, describe, expect, test } from 'vitest';
import { LIMITS } from '../../../shared/directory/limits.ts';
import { workerContext } from '../../../shared/post-office.ts';
import { keys } from '../../../shared/store/keys.ts';
import { counterOf, raise } from '../../../shared/store/limiter-items.ts';
import { brokenInvariants } from '../../support/invariants.ts';
import { lookAt, runJob, stoppedAtEachCall, workOnce, workWithStops } from '../../support/jobs.ts';
import type { Json, TestService } from '../../support/service.ts';
import { testService } from '../../support/service.ts';
import { differences, stateOf } from '../../support/sweep.ts';
import { activePerson, NEW_PASSWORD, newAddress, newUserOf, newWorld, ok, type World } from '../../support/world.ts';

const PATH = '/v1/invites/bulk';
let service: TestService;
let world: World;

beforeEach(async () => {
  service = await testService();
  world = await newWorld(service);
});

const addresses = (n: number) => Array.from({ length: n }, newAddress);
const invitesOf = (emails: string[]) => emails.map((email) => ({ email }));
const bulk = (body: Json, token = world.client) => runJob(service, token, PATH, body);
const start = (body: Json, token = world.client) => service.call('POST', PATH, { token, body });
const single = (body: Json) => service.call('POST', '/v1/invites', { token: world.client, body });
const items = async (kind: string) => (await service.dump()).filter(({ k }) => k === kind);
const sound = async () => expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
/** What the counters of invites stand at. */
const counted = async () =>
  (await items('limiter'))
    .filter(({ pk }) => /^LM#(inviter|invites)#/.test(pk))
    .map(({ n }) => Number(n))
    .sort((a, b) => a - b);
const FULL = [LIMITS.invitesPerInviter.max, LIMITS.invitesPerOrg.max];

/** Leaves so many invites of the day to the seeded client and its org. */
async function leave(n: number): Promise<void> {
  const ctx = workerContext(service.services);
  for (const [limit, key] of [
    [LIMITS.invitesPerInviter, world.seed.clientId],
    [LIMITS.invitesPerOrg, world.seed.orgId],
  ] as const) {
    const { update, set } = raise(counterOf(limit, key, ctx.now));
    await ctx.table.change({ update, set: { ...set, n: limit.max - n } }, `leave ${n} ${key}`);
  }
}

describe('a bulk invite', () => {
  test('answers at once with its job, and the worker invites everyone', async () => {
    const emails = addresses(45);
    const answer = await start({ invites: invitesOf(emails), defaults: { locale: 'fr-FR', note: 'Welcome' } });
    expect(answer).toMatchObject({ status: 202, headers: { location: `/v1/jobs/${answer.json.id}` } });
    expect(answer.json).toMatchObject({ kind: 'bulk-invite', state: 'waiting', total: 45, done: 0, dryRun: false });
    expect(await items('invite')).toEqual([]);
    await workOnce(service);
    const { job, rows } = await lookAt(service, world.client, answer.json.id);
    expect(job).toMatchObject({ state: 'done', done: 45, outcomes: { invited: 45 } });
    expect(rows.map(({ row }) => row)).toEqual(emails.map((_, i) => i + 1));
    for (const [i, { outcome, inviteId, userId }] of rows.entries()) {
      expect(outcome).toBe('invited');
      const invite = await ok(service.call('GET', `/v1/invites/${inviteId}`, { token: world.client }));
      expect(invite).toMatchObject({ email: emails[i], userId, locale: 'fr-FR', note: 'Welcome', roles: ['member'] });
    }
    const letters = await service.deliver();
    expect(letters.map(({ to }) => to).sort()).toEqual([...emails].sort());
    const body = { token: letters[0]?.token, password: NEW_PASSWORD };
    const person = await ok(service.call('POST', '/v1/invites/accept', { body }));
    expect(person).toMatchObject({ email: letters[0]?.to, state: 'active', roles: ['member'] });
    await sound();
  });

  test('takes from each row what it says itself, from the defaults the rest, and nothing where it says null', async () => {
    const [plain, own, none] = addresses(3);
    const { rows } = await bulk({
      invites: [{ email: plain }, { email: own, roles: ['viewer'], notify: true }, { email: none, note: null }],
      defaults: { roles: ['admin'], note: 'For all', notify: false },
    });
    const got = await Promise.all(
      rows.map(({ inviteId }) => ok(service.call('GET', `/v1/invites/${inviteId}`, { token: world.client }))),
    );
    expect(got.map(({ roles, note }) => [roles, note])).toEqual([
      [['admin'], 'For all'],
      [['viewer'], 'For all'],
      [['admin'], undefined],
    ]);
    expect((await service.deliver()).map(({ to }) => to)).toEqual([own]);
  });

  test('fails each row as the single invite would, and no other row with it', async () => {
    const token = world.client;
    await ok(
      service.call('PATCH', `/v1/orgs/${world.seed.orgId}`, {
        token,
        body: { settings: { allowedDomains: ['example.test'], redirectOrigins: ['https://app.example.com'] } },
      }),
    );
    const pending = await ok(single({ email: newAddress() }));
    const member = await activePerson(service, world.seed.orgId);
    const gone = await newUserOf(world);
    await ok(service.call('DELETE', `/v1/users/${gone.id}`, { token }));
    const theirs = await newWorld(service, await service.secondOrg());
    const guest = await activePerson(service, theirs.seed.orgId);
    const [good, twice, bad, ...more] = addresses(8);
    const invites = [
      { email: good },
      { email: pending.email },
      { email: member.email.toUpperCase() },
      { email: gone.email },
      { email: guest.email },
      { email: 'someone@elsewhere.test' },
      { email: more[0], redirectUrl: 'https://evil.example.com/' },
      { email: more[1], teams: [gone.id] },
      { email: more[2], roles: ['no such role'] },
      { email: twice },
      { email: ` ${twice?.toUpperCase()} ` },
      { email: '"quoted"@example.test' },
      { email: bad, surprise: true, note: 7 },
      { email: 'no address' },
      'not even an object',
      null,
      { email: more[3], profile: { biography: { text: 'x'.repeat(20_000) } } },
      JSON.parse(`{ "email": "${more[4]}", "__proto__": { "roles": ["owner"] } }`),
    ];
    const { job, rows } = await bulk({ invites });
    const codes = rows.map(({ outcome, code }) => code ?? outcome);
    expect(codes).toEqual([
      'invited',
      'invite-pending',
      'already-member',
      'email-taken',
      'invited',
      'domain-not-allowed',
      'redirect-not-allowed',
      'input-invalid',
      'input-invalid',
      'invited',
      'skipped',
      'email-unsupported',
      'input-invalid',
      'email-unsupported',
      'input-invalid',
      'input-invalid',
      'input-invalid',
      'input-invalid',
    ]);
    expect(job).toMatchObject({ state: 'done', outcomes: { invited: 3, skipped: 1, failed: 14 } });
    expect(rows[1]).toMatchObject({ inviteId: pending.id });
    expect(rows[3]).toMatchObject({ userId: gone.id });
    // Where somebody's home is elsewhere, the invite does not say who they are.
    expect(rows[4].userId).toBeUndefined();
    expect(rows[7].issues).toEqual([{ pointer: '/teams/0', message: 'is no team of this org' }]);
    expect(rows[10]).toMatchObject({ sameAsRow: 10 });
    expect(rows[12].issues.map(({ pointer }: Json) => pointer).sort()).toEqual(['/note', '/surprise']);
    await sound();
  });

  test('grants nobody more than the inviter holds', async () => {
    const body = { name: 'inviter', permissions: ['users:invite', 'users:read'] };
    const made = await ok(service.call('POST', `/v1/orgs/${world.seed.orgId}/clients`, { token: world.client, body }));
    const token = await service.tokenFor(made.clientId, made.clientSecret);
    const [a, b, c] = addresses(3);
    const team = await ok(service.call('POST', '/v1/teams', { token: world.client, body: { name: 'A team' } }));
    const { rows } = await bulk(
      { invites: [{ email: a }, { email: b, roles: ['admin'] }, { email: c, teams: [team.id] }] },
      token,
    );
    expect(rows.map(({ outcome, code }) => code ?? outcome)).toEqual([
      'invited',
      'role-above-own',
      'permission-missing',
    ]);
  });

  test('is refused whole where the request itself is wrong', async () => {
    for (const body of [
      {},
      { invites: [] },
      { invites: {} },
      { invites: [{ email: newAddress() }], defaults: { roles: [] } },
      { invites: [{ email: newAddress() }], defaults: { email: newAddress() } },
      { invites: [{ email: newAddress() }], orgId: world.seed.orgId },
      { invites: Array.from({ length: 10_001 }, () => 1) },
    ]) {
      expect(await start(body)).toMatchObject({ status: 422, json: { code: 'input-invalid' } });
    }
    expect((await start({ invites: [{ email: newAddress() }] }, world.reader)).status).toBe(403);
    expect(await items('job')).toEqual([]);
  });

  test('takes ten thousand rows in one request, and none of them delays its answer', async () => {
    const emails = addresses(10_000);
    const answer = await start({ invites: invitesOf(emails), dryRun: true });
    expect(answer).toMatchObject({ status: 202, json: { total: 10_000 } });
    expect(await items('job-block')).toHaveLength(500);
  }, 60_000);

  test('belongs to its org: another sees neither the job nor its rows', async () => {
    const { job } = await bulk({ invites: invitesOf(addresses(2)) });
    const theirs = await newWorld(service, await service.secondOrg());
    for (const path of [`/v1/jobs/${job.id}`, `/v1/jobs/${job.id}/rows`]) {
      expect((await service.call('GET', path, { token: theirs.client })).status).toBe(404);
    }
    expect((await service.call('POST', `/v1/jobs/${job.id}/cancel`, { token: theirs.client })).status).toBe(404);
  });

  test('leaves one entry for its start, and one for each invite that names the job as its request', async () => {
    const { job } = await bulk({ invites: invitesOf(addresses(3)) });
    const entries = (await items('audit')).filter(({ type }) => /bulk|invited/.test(String(type)));
    expect(entries.map(({ type }) => type)).toEqual(['bulk-invite-started', ...Array(3).fill('user-invited')]);
    expect(entries[0]).toMatchObject({ subject: job.id });
    expect(entries.slice(1).every(({ request }) => request === job.id)).toBe(true);
    expect(entries.every(({ actor }) => (actor as Json).id === world.seed.clientId)).toBe(true);
  });
});

describe('a dry run of invites', () => {
  test('tells what a run would, and leaves everything else as it was', async () => {
    const member = await activePerson(service, world.seed.orgId);
    const [a, b] = addresses(2) as [string, string];
    const body = { invites: [{ email: a }, { email: member.email }, { email: a }, { email: b, roles: ['x'] }] };
    const before = await stateOf(service);
    const counters = await counted();
    const dry = await bulk({ ...body, dryRun: true });
    expect(dry.job).toMatchObject({ dryRun: true, state: 'done' });
    const changed = differences(before, await stateOf(service));
    expect(changed.filter((name) => !/#(J|JL|A)#|#JL /.test(name))).toEqual([]);
    expect(await counted()).toEqual(counters);
    expect(await items('letter')).toEqual([]);
    const real = await bulk(body);
    const shown = ({ row, outcome, code, sameAsRow }: Json) => ({ row, outcome, code, sameAsRow });
    expect(dry.rows.map(shown)).toEqual(real.rows.map(shown));
  });

  test('names the rows that the quotas would not allow', async () => {
    await leave(3);
    const before = await counted();
    const dry = await bulk({ invites: invitesOf(addresses(5)), dryRun: true });
    expect(dry.rows.map(({ code }) => code)).toEqual([undefined, undefined, undefined, 'invite-limit', 'invite-limit']);
    expect(await counted()).toEqual(before);
  });
});

describe('the quota of invites', () => {
  test('is one for single invites and for many, and rows beyond it fail', async () => {
    await leave(5);
    await ok(single({ email: newAddress() }));
    const wrong = [{ email: 'no address' }];
    const { job, rows } = await bulk({ invites: [...wrong, ...invitesOf(addresses(6))] });
    expect(rows.map(({ outcome, code }) => code ?? outcome)).toEqual([
      'email-unsupported',
      ...Array(4).fill('invited'),
      ...Array(2).fill('invite-limit'),
    ]);
    expect(job.outcomes).toEqual({ invited: 4, failed: 3 });
    expect(await counted()).toEqual(FULL);
    expect(await single({ email: newAddress() })).toMatchObject({ status: 429, json: { code: 'invite-limit' } });
    const none = await bulk({ invites: invitesOf(addresses(1)) });
    expect(none.rows[0]).toMatchObject({ outcome: 'failed', code: 'invite-limit' });
  });

  test('is not passed by two jobs that start at the same time', async () => {
    await leave(5);
    service.faults.add({
      service: 'dynamodb',
      operation: 'TransactWriteItems',
      mode: 'hold',
      hold: { until: 2, maxMs: 5000 },
    });
    const jobs = await Promise.all([1, 2].map(() => ok(start({ invites: invitesOf(addresses(4)) }))));
    service.faults.clear();
    await workOnce(service);
    const ended = await Promise.all(jobs.map(({ id }) => lookAt(service, world.client, id)));
    const invited = ended.map(({ job }) => job.outcomes.invited).sort();
    expect(invited).toEqual([1, 4]);
    expect(await counted()).toEqual(FULL);
    await sound();
  });
});

describe('whatever stops it', () => {
  test('a worker stopped at each of its calls invites nobody twice, loses nobody and counts each once', async () => {
    const emails = addresses(25);
    const { id } = await ok(start({ invites: [...invitesOf(emails), { email: emails[0] }, { email: 'no address' }] }));
    const stops = await workWithStops(service, id);
    expect(stops).toBeGreaterThan(5);
    const { job, rows } = await lookAt(service, await service.tokenFor(), id);
    expect(job).toMatchObject({ state: 'done', done: 27, outcomes: { invited: 25, skipped: 1, failed: 1 } });
    expect(rows.map(({ row }) => row)).toEqual(Array.from({ length: 27 }, (_, i) => i + 1));
    const invites = await items('invite');
    expect(invites.map(({ em }) => em).sort()).toEqual([...emails].sort());
    expect(new Set(rows.flatMap(({ inviteId }) => inviteId ?? []))).toEqual(new Set(invites.map(({ i }) => i)));
    expect(await items('letter')).toHaveLength(25);
    expect((await items('audit')).filter(({ type }) => type === 'user-invited')).toHaveLength(25);
    expect(await counted()).toEqual([25, 25]);
    await sound();
  }, 60_000);

  test('a worker stopped before or after any of its calls leaves each row done once', async () => {
    service.services.directory.limitScale = 10;
    const jobs: { id: string; emails: string[] }[] = [];
    let token = world.client;
    const begin = async () => {
      token = await service.tokenFor();
      const staged = await ok(service.call('POST', '/v1/users', { token, body: { email: newAddress() } }));
      const emails = [newAddress(), staged.email];
      const { id } = await ok(start({ invites: invitesOf([...emails, world.owner.email]) }, token));
      jobs.push({ id, emails });
      return id;
    };
    const check = async (id: string, what: string) => {
      const { job, rows } = await lookAt(service, token, id);
      expect(job, what).toMatchObject({ state: 'done', outcomes: { invited: 2, failed: 1 } });
      expect(rows[2], what).toMatchObject({ code: 'already-member' });
    };
    expect(await stoppedAtEachCall(service, begin, check)).toBeGreaterThan(15);
    const all = await service.dump();
    const of = (kind: string) => all.filter(({ k }) => k === kind);
    for (const { id, emails } of jobs) {
      const invites = of('invite').filter(({ em }) => emails.includes(String(em)));
      expect(invites.map(({ em }) => em).sort()).toEqual([...emails].sort());
      const { pk } = keys.job(world.seed.orgId, id);
      const kept = of('job-row').flatMap((row) => (row.pk === pk && row.inviteId ? [row.inviteId] : []));
      expect(kept.sort()).toEqual(invites.map(({ i }) => i).sort());
      const entries = of('audit').filter(({ request, type }) => request === id && type === 'user-invited');
      expect(entries).toHaveLength(2);
    }
    await sound();
  }, 180_000);

  test('a request that is sent again under its Idempotency-Key starts one job', async () => {
    const body = { invites: invitesOf(addresses(3)) };
    const headers = { 'idempotency-key': 'once' };
    const send = () => service.call('POST', PATH, { token: world.client, body, headers });
    const [first, second] = [await send(), await send()];
    expect([first.status, second.status, second.body]).toEqual([202, 202, first.body]);
    await workOnce(service);
    expect(await items('job')).toHaveLength(1);
    expect(await items('invite')).toHaveLength(3);
    expect(await counted()).toEqual([3, 3]);
  });

  test('of a row and a single invite of the same address at once, one wins', async () => {
    const [email] = addresses(1);
    const { id } = await ok(start({ invites: [{ email }] }));
    service.faults.add({
      service: 'dynamodb',
      operation: 'TransactWriteItems',
      mode: 'hold',
      hold: { until: 2, maxMs: 5000 },
    });
    const [, alone] = await Promise.all([workOnce(service), single({ email })]);
    service.faults.clear();
    const { rows } = await lookAt(service, world.client, id);
    const won = rows[0].outcome === 'invited';
    expect(alone.status).toBe(won ? 409 : 201);
    const invites = await items('invite');
    expect(invites).toHaveLength(1);
    if (won) expect(alone.json).toMatchObject({ code: 'invite-pending', inviteId: rows[0].inviteId });
    else expect(rows[0]).toMatchObject({ code: 'invite-pending', inviteId: alone.json.id });
    await sound();
  });

  test('rows done before a cancel stay done, and no other is begun', async () => {
    const { id } = await ok(start({ invites: invitesOf(addresses(60)) }));
    service.faults.add({
      service: 'dynamodb',
      key: '"kind":"bulk-invite"',
      mode: 'fail-before',
      nth: 3,
    });
    await workOnce(service).catch(() => undefined);
    service.faults.clear();
    const cancelled = await ok(service.call('POST', `/v1/jobs/${id}/cancel`, { token: world.client }));
    expect(cancelled.state).toBe('cancelled');
    const before = (await items('invite')).length;
    service.advance(3_600_000);
    await workOnce(service);
    expect(await items('invite')).toHaveLength(before);
  });

  test('it fails when whoever asked may not invite any more', async () => {
    const admin = await activePerson(service, world.seed.orgId, ['admin']);
    const { id } = await ok(start({ invites: invitesOf(addresses(3)) }, admin.token));
    const roles = { token: world.client, body: { roles: ['member'] } };
    await ok(service.call('PUT', `/v1/users/${admin.id}/roles`, roles));
    await workOnce(service);
    const { job, rows } = await lookAt(service, world.client, id);
    expect(job).toMatchObject({ state: 'failed', failure: 'permission-missing', done: 0 });
    expect(rows).toEqual([]);
    expect(await items('invite')).toEqual([]);
  });
});
