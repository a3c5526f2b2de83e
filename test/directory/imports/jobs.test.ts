// People imported through the API: a file becomes a job, each row of it a person or a refusal of its own.
import { beforeEach, describe, expect, test } from 'vitest';
import type { FaultMode } from '../../../infra/local/faults.ts';
import { LIMITS } from '../../../shared/directory/limits.ts';
import { workerContext } from '../../../shared/post-office.ts';
import { counterOf } from '../../../shared/store/limiter-items.ts';
import { BCRYPT, HASHED } from '../../support/importing.ts';
import { importFile, rowsOf, sendFile } from '../../support/imports.ts';
import { brokenInvariants } from '../../support/invariants.ts';
import { type Json, type TestService, testService } from '../../support/service.ts';
import { activePerson, newAddress, newUserOf, newWorld, ok, type World } from '../../support/world.ts';

let service: TestService;
let world: World;
let token: string;

beforeEach(async () => {
  service = await testService();
  world = await newWorld(service);
  token = world.client;
});

const call = (method: string, path: string, body?: Json) =>
  service.call(method, path, { token, ...(body !== undefined && { body }) });
const byEmail = (email: string) => ok(call('GET', `/v1/users/by-email/${email}`));
const importing = (file: string | Buffer, query = '') => importFile(service, file, { token, query });
const sound = async () => expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
const tokenWith = async (...permissions: string[]) => {
  const path = `/v1/orgs/${world.seed.orgId}/clients`;
  const made = await ok(call('POST', path, { name: 'some', permissions }));
  return service.tokenFor(made.clientId, made.clientSecret);
};

describe('a file', () => {
  test('as spreadsheets write it becomes people: a byte order mark, CRLF, quotes, lines and commas within them', async () => {
    const division = await ok(call('POST', '/v1/divisions', { name: 'North' }));
    const file = [
      '\ufeffMail,First name,profile.familyName,"profile.biography.biography",divisionId,profile.skills,Phone,contact.phone.number',
      ` Ada@Moved.test ,Ada,"Lovelace, Countess","Line one`,
      `Line ""two""",${division.id},analysis;poetry,unused,+44 20 7946 0000`,
      'bob@moved.test,Bob,Ross,,,,,',
      '',
      'not-an-address,X,Y,,,,,',
      'BOB@moved.test,Robert,Ross,,,,,',
      'carol@moved.test,Carol',
      `dan@moved.test,Dan,${'x'.repeat(300)},,,,,`,
      `eve@moved.test,Eve,E,,${newAddress()},,,`,
      `fay@moved.test,Fay,F,,${world.seed.orgId},,,`,
      '',
    ].join('\r\n');
    const answer = await sendFile(service, file, {
      token,
      query: 'map=Mail=email,First name=profile.givenName,Phone=',
      type: 'text/csv; charset=utf-8; header=present',
    });
    expect([answer.status, answer.headers.location]).toEqual([202, `/v1/jobs/${answer.json.id}`]);
    expect(answer.json).toMatchObject({
      kind: 'import',
      state: 'waiting',
      dryRun: false,
      total: 8,
      done: 0,
      outcomes: {},
    });
    await service.handlers.work('worker', {});
    const rows = await rowsOf(service, answer.json.id, token);
    expect(rows).toMatchObject([
      { row: 1, outcome: 'created' },
      { row: 2, outcome: 'created' },
      { row: 3, outcome: 'failed', code: 'email-unsupported', issues: [{ pointer: '/email' }] },
      { row: 4, outcome: 'skipped', code: 'duplicate-in-file', sameAsRow: 2 },
      { row: 5, outcome: 'failed', code: 'input-invalid', issues: [{ pointer: '' }] },
      { row: 6, outcome: 'failed', code: 'input-invalid', issues: [{ pointer: '/profile/familyName' }] },
      { row: 7, outcome: 'failed', code: 'input-invalid', issues: [{ pointer: '/divisionId' }] },
      { row: 8, outcome: 'failed', code: 'input-invalid', issues: [{ pointer: '/divisionId' }] },
    ]);
    const ada = await byEmail('ada@moved.test');
    expect(ada).toMatchObject({
      id: rows[0]?.userId,
      state: 'staged',
      roles: ['member'],
      divisionId: division.id,
      profile: {
        givenName: 'Ada',
        familyName: 'Lovelace, Countess',
        biography: { biography: 'Line one\r\nLine "two"' },
        skills: ['analysis', 'poetry'],
      },
    });
    const job = await ok(call('GET', `/v1/jobs/${answer.json.id}`));
    expect(job).toMatchObject({ state: 'done', done: 8, outcomes: { created: 2, skipped: 1, failed: 5 } });
    expect(await rowsOf(service, job.id, token, '&outcome=skipped')).toHaveLength(1);
    const events = (await ok(call('GET', `/v1/events?type=import-started`))).items;
    expect(events).toMatchObject([{ subjectId: job.id, actor: { is: 'client', id: world.seed.clientId } }]);
    expect((await ok(call('GET', `/v1/users/${ada.id}/events`))).items).toMatchObject([
      { type: 'user-created', actor: { id: world.seed.clientId }, requestId: job.id },
    ]);
    expect((await service.dump()).some((item) => JSON.stringify(item).includes('Robert'))).toBe(false);
    await sound();
  });

  test('of lines of JSON takes members of any depth, and roles for those who name none', async () => {
    const lines = [
      { email: 'a@moved.test', preferences: { locale: 'fr-FR' }, externalId: 'A1' },
      { email: 'b@moved.test', roles: ['admin'], username: 'bee' },
      { email: 'c@moved.test', externalId: 'A1' },
      { email: 'c2@moved.test', username: 'BEE' },
      { email: 'd@moved.test', password: 'x' },
      ['e@moved.test'],
    ];
    const file = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n{"email":\n`;
    const { rows } = await importFile(service, file, {
      token,
      type: 'application/x-ndjson',
      query: 'roles=viewer,member',
    });
    expect(rows.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['created', undefined],
      ['created', undefined],
      ['failed', 'external-id-taken'],
      ['failed', 'username-taken'],
      ['failed', 'input-invalid'],
      ['failed', 'input-invalid'],
      ['failed', 'input-invalid'],
    ]);
    expect(rows.slice(2, 4).map(({ sameAsRow }) => sameAsRow)).toEqual([1, 2]);
    expect(rows[4].issues).toEqual([{ pointer: '/password', message: 'is not a member here' }]);
    expect(await byEmail('a@moved.test')).toMatchObject({ roles: ['viewer', 'member'], externalId: 'A1' });
    expect((await byEmail('b@moved.test')).roles).toEqual(['admin']);
    await sound();
  });

  test('with a column that is no member is refused at once, and says which', async () => {
    const answer = await sendFile(service, 'email,profile.nickname,E-mail\na@moved.test,x,y\n', { token });
    expect([answer.status, answer.json.code]).toEqual([422, 'input-invalid']);
    expect(answer.json.issues.map(({ pointer }: Json) => pointer)).toEqual([
      '/columns/profile.nickname',
      '/columns/E-mail',
    ]);
    expect((await ok(call('GET', '/v1/jobs'))).items).toEqual([]);
  });
});

describe('an address that somebody has', () => {
  const file = async () => {
    const mine = await newUserOf(world, { profile: { givenName: 'Ada', title: 'Engineer' } });
    const same = await newUserOf(world, { profile: { givenName: 'New' } });
    const deleted = await newUserOf(world);
    await ok(call('DELETE', `/v1/users/${deleted.id}`));
    const other = await newWorld(service, await service.secondOrg());
    const theirs = await newUserOf(other);
    const rows = [mine, same, deleted, theirs].map(({ email }) => `${email},New,,owner`);
    return { mine, same, deleted, theirs, text: `email,profile.givenName,profile.title,roles\n${rows.join('\n')}` };
  };

  test('fails its row unless told otherwise: with the id of an own person, and nothing of another org’s', async () => {
    const { mine, same, deleted, text } = await file();
    const { rows, job } = await importing(text);
    expect(rows).toEqual([
      { row: 1, outcome: 'failed', code: 'email-taken', userId: mine.id },
      { row: 2, outcome: 'failed', code: 'email-taken', userId: same.id },
      { row: 3, outcome: 'failed', code: 'email-taken', userId: deleted.id },
      { row: 4, outcome: 'failed', code: 'email-taken' },
    ]);
    expect(job).toMatchObject({ state: 'done', outcomes: { failed: 4 } });
    expect((await byEmail(mine.email)).version).toBe(1);
  });

  test('is skipped', async () => {
    const { text } = await file();
    const { rows } = await importing(text, 'onExisting=skip');
    expect(rows.map(({ outcome }) => outcome)).toEqual(['skipped', 'skipped', 'failed', 'failed']);
  });

  test('is updated by what the row says, and by no more: roles stay', async () => {
    const { mine, same, theirs, text } = await file();
    const { rows } = await importing(text, 'onExisting=update');
    expect(rows.map(({ outcome }) => outcome)).toEqual(['updated', 'unchanged', 'failed', 'failed']);
    expect(await byEmail(mine.email)).toMatchObject({
      version: 2,
      roles: ['member'],
      profile: { givenName: 'New', title: 'Engineer' },
    });
    expect(await byEmail(same.email)).toMatchObject({ version: 1 });
    expect((await call('GET', `/v1/users/by-email/${theirs.email}`)).status).toBe(404);
    await sound();
  });
});

test('a dry run says what a run would do, and does nothing', async () => {
  const taken = await newUserOf(world);
  const file = `email,roles\n${newAddress()},\n${taken.email},\nnobody,\n${newAddress()},unknown\n`;
  const before = (await service.dump()).filter(
    ({ k }) => !['job', 'job-row', 'job-block', 'job-listed'].includes(k as string),
  );
  const dry = await importing(file, 'dryRun=true&invite=true');
  const after = (await service.dump()).filter(
    ({ k }) => !['job', 'job-row', 'job-block', 'job-listed'].includes(k as string),
  );
  const told = ({ outcome, code }: Json) => [outcome, code];
  expect(dry.rows.map(told)).toEqual([
    ['invited', undefined],
    ['failed', 'email-taken'],
    ['failed', 'email-unsupported'],
    ['failed', 'input-invalid'],
  ]);
  expect(dry.job).toMatchObject({ dryRun: true, state: 'done', done: 4 });
  const moved = (items: Json[]) => items.filter(({ k }) => k !== 'audit' && k !== 'limiter');
  expect(moved(after)).toEqual(moved(before));
  expect(await service.deliver()).toEqual([]);
  const real = await importing(file, 'invite=true');
  expect(real.rows.map(told)).toEqual(dry.rows.map(told));
});

describe('an invite on import', () => {
  test('is of the same commit as its person, and comes as a letter', async () => {
    const [one, two] = [newAddress(), newAddress()];
    const { rows, job } = await importing(`email,preferences.locale\n${one},de-DE\n${two},\n`, 'invite=true');
    expect(job.outcomes).toEqual({ invited: 2 });
    expect(await byEmail(one)).toMatchObject({ id: rows[0].userId, state: 'invited', version: 1 });
    const letters = await service.deliver();
    expect(letters.map(({ to }) => to).sort()).toEqual([one, two].sort());
    const body = { token: letters.find(({ to }) => to === one)?.token, password: 'a passphrase of my own' };
    expect((await ok(service.call('POST', '/v1/invites/accept', { body }))).id).toBe(rows[0].userId);
    await sound();
  });

  test('counts against the quota of whoever asked; past it the row fails, and nobody is made', async () => {
    const { key } = counterOf(LIMITS.invitesPerInviter, world.seed.clientId as string, service.clock.now());
    const ctx = workerContext(service.services);
    await ctx.table.change({ update: key, add: { n: LIMITS.invitesPerInviter.max - 3 } }, 'invites of the day');
    const rows = Array.from({ length: 5 }, newAddress);
    const done = await importing(`email\n${rows.join('\n')}\n`, 'invite=true');
    expect(done.job.outcomes).toEqual({ invited: 3, failed: 2 });
    const failed = done.rows.filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ code }) => code)).toEqual(['invite-limit', 'invite-limit']);
    for (const { row } of failed) expect((await call('GET', `/v1/users/by-email/${rows[row - 1]}`)).status).toBe(404);
  });
});

describe('an import', () => {
  const row = (more = '') => `email${more && ',passwordHash'}\n${newAddress()}${more && `,${more}`}\n`;

  test('needs the permissions of what it does, at once', async () => {
    const bearer = await tokenWith('users:read', 'users:write');
    const status = async (file: string, query = '') => {
      const answer = await sendFile(service, file, { token: bearer, query });
      return [answer.status, answer.status < 300 ? '' : answer.json.code];
    };
    expect(await status(row())).toEqual([202, '']);
    expect(await status(row(), 'invite=true')).toEqual([403, 'permission-missing']);
    expect(await status(`email,invite\n${newAddress()},true\n`)).toEqual([403, 'permission-missing']);
    expect(await status(row(BCRYPT))).toEqual([403, 'permission-missing']);
    const able = await tokenWith('users:read', 'users:write', 'users:set-password');
    const { rows } = await importFile(service, `email,roles\n${newAddress()},owner\n${newAddress()},member\n`, {
      token: able,
    });
    expect(rows.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['failed', 'role-above-own'],
      ['created', undefined],
    ]);
  });

  test('takes passwords of other systems, and shows their hashes nowhere', async () => {
    const email = newAddress();
    const file = `email,passwordHash\n${email},${BCRYPT}\n${newAddress()},plain text\n`;
    const { id } = await ok(sendFile(service, file, { token }));
    const where = async () =>
      (await service.dump()).filter((item) => JSON.stringify(item).includes(BCRYPT)).map(({ pk }) => pk);
    expect(await where()).toEqual([]);
    await service.handlers.work('worker', {});
    expect((await where()).every((pk) => /#S#/.test(pk))).toBe(true);
    expect(await rowsOf(service, id, token)).toMatchObject([
      { outcome: 'created' },
      { outcome: 'failed', code: 'input-invalid', issues: [{ pointer: '/passwordHash' }] },
    ]);
    expect((await service.signIn(email, HASHED)).user.email).toBe(email);
    await sound();
  });

  test('puts people into divisions and teams, by id or by name', async () => {
    const division = await ok(call('POST', '/v1/divisions', { name: 'Côte d’Azur' }));
    const [north, south] = [
      await ok(call('POST', '/v1/teams', { name: 'North' })),
      await ok(call('POST', '/v1/teams', { name: 'South' })),
    ];
    const gone = await ok(call('POST', '/v1/teams', { name: 'Gone' }));
    const file = [
      'email,division,joinTeams',
      `a@moved.test,cote d’azur,north;${south.id};North`,
      `b@moved.test,${division.id},`,
      'c@moved.test,Nowhere,North;Nobodies',
      `d@moved.test,,${world.seed.orgId}`,
      'e@moved.test,,Gone',
      `f@moved.test,,${Array.from({ length: 21 }, (_, i) => `T${i}`).join(';')}`,
    ].join('\n');
    const sent = await ok(sendFile(service, file, { token }));
    await ok(call('DELETE', `/v1/teams/${gone.id}`));
    await service.handlers.work('worker', {});
    const rows = await rowsOf(service, sent.id, token);
    expect(rows).toMatchObject([
      { outcome: 'created' },
      { outcome: 'created' },
      { code: 'input-invalid', issues: [{ pointer: '/joinTeams/1' }, { pointer: '/division' }] },
      { code: 'input-invalid', issues: [{ pointer: '/joinTeams/0' }] },
      { code: 'input-invalid', issues: [{ pointer: '/joinTeams/0' }] },
      { code: 'input-invalid', issues: [{ pointer: '/joinTeams' }] },
    ]);
    const a = await byEmail('a@moved.test');
    expect(a).toMatchObject({ divisionId: division.id, version: 1 });
    expect(a.teams.toSorted()).toEqual([north.id, south.id].sort());
    expect((await byEmail('b@moved.test')).divisionId).toBe(division.id);
    const members = await ok(call('GET', `/v1/teams/${north.id}/members`));
    expect(members.items.map(({ id }: Json) => id)).toEqual([a.id]);
    const many = Array.from({ length: 1001 }, (_, i) => `m${i}@moved.test,Team ${i}`);
    expect((await sendFile(service, `email,joinTeams\n${many.join('\n')}`, { token })).status).toBe(422);
    const without = await tokenWith('users:read', 'users:write');
    const refused = await sendFile(service, 'email,joinTeams\ng@moved.test,North\n', { token: without });
    expect([refused.status, refused.json.code]).toEqual([403, 'permission-missing']);
    await sound();
  });

  test('that is cancelled does nothing more, and what was sent, hashes too, goes with the next run', async () => {
    const { id } = await ok(sendFile(service, row(BCRYPT), { token }));
    expect(await ok(call('POST', `/v1/jobs/${id}/cancel`))).toMatchObject({ state: 'cancelled', done: 0 });
    const kept = async () => (await service.dump()).filter(({ k }) => k === 'job-block').length;
    expect(await kept()).toBe(1);
    await service.handlers.work('worker', {});
    expect(await kept()).toBe(0);
    expect(await rowsOf(service, id, token)).toEqual([]);
    const again = await call('POST', `/v1/jobs/${id}/cancel`);
    expect([again.status, again.json.code]).toEqual([409, 'state-not-allowed']);
  });

  test('is seen by those who may change people, and by whoever asked for it; by nobody of another org', async () => {
    const asker = await activePerson(service, world.seed.orgId, ['admin']);
    const { id } = await ok(sendFile(service, row(), { token: asker.token }));
    const other = await newWorld(service, await service.secondOrg());
    const paths = ['', '/rows'].map((tail) => `/v1/jobs/${id}${tail}`);
    const seenBy = async (bearer: string) => {
      const list = await ok(service.call('GET', '/v1/jobs', { token: bearer }));
      const answers = await Promise.all(paths.map((path) => service.call('GET', path, { token: bearer })));
      return [list.items.map((job: Json) => job.id), ...answers.map(({ status }) => status)];
    };
    expect(await seenBy(asker.token)).toEqual([[id], 200, 200]);
    expect(await seenBy(world.client)).toEqual([[id], 200, 200]);
    expect(await seenBy(world.reader)).toEqual([[], 404, 404]);
    expect(await seenBy(other.client)).toEqual([[], 404, 404]);
    const cancel = (bearer: string) => service.call('POST', `/v1/jobs/${id}/cancel`, { token: bearer });
    expect([(await cancel(world.reader)).status, (await cancel(other.client)).status]).toEqual([404, 404]);
    // A person who asked and has since become a viewer still sees what they asked for, and it does nothing more.
    await ok(call('PUT', `/v1/users/${asker.id}/roles`, { roles: ['viewer'] }));
    await service.handlers.work('worker', {});
    expect(await ok(call('GET', `/v1/jobs/${id}`))).toMatchObject({
      state: 'failed',
      failure: 'permission-missing',
      done: 0,
    });
  });
});

test('three hundred rows, stopped at each kind of call, are each done once, as if nothing had happened', async () => {
  const existing = await newUserOf(world);
  const guest = await activePerson(service, (await service.secondOrg()).orgId);
  const fileOf = (tag: string) => {
    const rows = Array.from({ length: 294 }, (_, i) => `p${i}.${tag}@moved.test,P${i},${i % 7 ? '' : 'true'}`);
    const odd = [
      `${existing.email},New ${tag},`,
      `${guest.email},X,`,
      'nobody,X,',
      `P3.${tag}@moved.test,X,`,
      `q.${tag}@moved.test,X,maybe`,
      `r.${tag}@moved.test,${'x'.repeat(300)},`,
    ];
    return `email,profile.givenName,invite\n${[...rows, ...odd].join('\n')}\n`;
  };
  const told = ({ row, outcome, code, sameAsRow }: Json) => [row, outcome, code, sameAsRow];
  const plain = await importing(fileOf('plain'), 'onExisting=update');
  expect(plain.job.outcomes).toEqual({ created: 252, invited: 42, updated: 1, skipped: 1, failed: 4 });
  const { id } = await ok(sendFile(service, fileOf('stopped'), { token, query: 'onExisting=update' }));
  const kinds = ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'TransactWriteItems'];
  const modes: FaultMode[] = ['fail-before', 'commit-then-fail', 'throttle'];
  let stops = 0;
  for (const [n, mode] of modes.entries()) {
    for (const operation of kinds) {
      // A worker puts nothing by itself but its lease, and the results of rows that fail.
      const nth = operation === 'PutItem' ? 1 : 2 + n * 3;
      service.faults.add({ service: 'dynamodb', operation, mode, nth, per: 'call' });
      await service.handlers.work('worker', {}).catch(() => undefined);
      stops += service.faults.list().reduce((sum, { struck }) => sum + struck, 0);
      service.faults.clear();
      service.advance(600_000);
    }
  }
  expect(stops).toBeGreaterThan(8);
  for (let n = 0; n < 3; n++) {
    await service.handlers.work('worker', {});
    service.advance(600_000);
  }
  token = await service.tokenFor();
  const rows = await rowsOf(service, id, token);
  expect(rows.map(told)).toEqual(plain.rows.map(told));
  expect(await ok(call('GET', `/v1/jobs/${id}`))).toMatchObject({ state: 'done', outcomes: plain.job.outcomes });
  const people = (await service.dump()).filter(({ k }) => k === 'user').map((item) => JSON.stringify(item));
  expect(people.filter((text) => text.includes('.stopped@moved.test'))).toHaveLength(294);
  const letters = await service.deliver();
  expect(letters.filter(({ to }) => to.endsWith('.stopped@moved.test'))).toHaveLength(42);
  await sound();
}, 120_000);
