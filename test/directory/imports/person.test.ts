// A row becomes a person: whose word counts for what, who is there already, and that nobody comes twice.
import { expect, test } from 'vitest';
import { localContext } from '../../../infra/local/local-context.ts';
import { importBatch } from '../../../shared/directory/imports/batch.ts';
import { importPerson } from '../../../shared/directory/imports/person.ts';
import { readImportRow } from '../../../shared/model/import-row.ts';
import { keys } from '../../../shared/store/keys.ts';
import { BCRYPT, HASHED, importing, operatorOf, rowsOf, termsOf } from '../../support/importing.ts';
import { brokenInvariants } from '../../support/invariants.ts';
import { type TestService, testService } from '../../support/service.ts';

const people = (n: number) =>
  Array.from({ length: n }, (_, i) => ({
    email: `p${i}@moved.test`,
    profile: { givenName: `P${i}`, familyName: 'Moved' },
  }));

const soundly = async (service: TestService) =>
  expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);

const shown = async (service: TestService, email: string) =>
  (await service.call('GET', `/v1/users/by-email/${email}`, { token: await service.tokenFor() })).json;

test('many rows become people, in their order, several in one transaction, each with its entry', async () => {
  const service = await testService();
  const calls = await service.trace(async () => {
    const outcomes = await importing(service, people(60));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array(60).fill('created'));
  });
  expect(calls.filter(({ operation }) => operation === 'TransactWriteItems')).toHaveLength(3);
  const token = await service.tokenFor();
  const list = (await service.call('GET', '/v1/users?limit=200', { token })).json.items;
  const moved = list
    .map(({ email }: { email: string }) => email)
    .filter((email: string) => email.endsWith('@moved.test'));
  expect(moved).toEqual(people(60).map(({ email }) => email));
  const events = (await service.call('GET', '/v1/events?type=user-created&limit=200', { token })).json.items;
  expect(new Set(events.map(({ userId }: { userId: string }) => userId)).size).toBe(60);
  await soundly(service);
});

test('rows done again find themselves done, whatever became of their people', async () => {
  const service = await testService();
  const began = { startedMs: service.clock.now().getTime() };
  const first = await importing(service, people(5), began);
  const token = await service.tokenFor();
  const [moved, gone] = first.map(({ userId }) => userId);
  const email = 'elsewhere@moved.test';
  expect((await service.call('PATCH', `/v1/users/${moved}`, { token, body: { email } })).status).toBe(200);
  expect((await service.call('DELETE', `/v1/users/${gone}`, { token })).status).toBe(204);
  const before = await service.dump();
  service.advance(3_600_000);
  expect(await importing(service, people(5), began)).toEqual(first);
  expect(await service.dump()).toEqual(before);
});

test("an operator's word proves an address: verified people sign in at once, with the password they had", async () => {
  const service = await testService();
  const emailVerifiedAt = '2025-03-01T08:00:00.000Z';
  const [outcome] = await importing(service, [
    {
      email: 'ada@moved.test',
      passwordHash: BCRYPT,
      emailVerifiedAt,
      createdAt: '2024-02-03T04:05:06Z',
      roles: ['admin'],
    },
  ]);
  expect(outcome).toMatchObject({ outcome: 'created' });
  const user = await shown(service, 'ada@moved.test');
  expect(user).toMatchObject({ state: 'active', activatedAt: emailVerifiedAt, security: { emailVerifiedAt } });
  expect(user.createdAt.slice(0, 19)).toBe('2024-02-03T04:05:06');
  const token = await service.tokenFor();
  const found = await service.call('GET', '/v1/users?filter=createdAt lt "2024-02-03T04:05:07Z"', { token });
  expect(found.json.items).toHaveLength(1);
  expect((await service.signIn('ada@moved.test', HASHED)).user.roles).toEqual(['admin']);
  await soundly(service);
});

test('a row tells of inactive, locked and staged people, and of moments of their past', async () => {
  const service = await testService();
  const locked = { at: '2025-01-01T00:00:00.000Z', reason: 'on leave' };
  const termsAcceptedAt = '2025-01-01T00:00:00.000Z';
  await importing(service, [
    {
      email: 'a@moved.test',
      state: 'inactive',
      passwordHash: BCRYPT,
      emailVerified: true,
      deactivatedAt: '2025-05-05T00:00:00.000Z',
    },
    {
      email: 'b@moved.test',
      passwordHash: BCRYPT,
      emailVerified: true,
      security: { locked },
      termsAcceptedAt,
      termsVersion: '3',
    },
    { email: 'c@moved.test', state: 'staged', emailVerifiedAt: '2025-01-01T00:00:00.000Z' },
  ]);
  expect(await shown(service, 'a@moved.test')).toMatchObject({
    state: 'inactive',
    deactivatedAt: '2025-05-05T00:00:00.000Z',
  });
  expect(await shown(service, 'b@moved.test')).toMatchObject({
    security: { locked },
    termsAcceptedAt,
    termsVersion: '3',
  });
  expect(await shown(service, 'c@moved.test')).toMatchObject({ state: 'staged' });
  for (const email of ['a@moved.test', 'b@moved.test']) {
    const answer = await service.call('POST', '/v1/sessions', { body: { email, password: HASHED } });
    expect(answer.status).toBe(403);
  }
  await soundly(service);
});

test('what does not fit together is refused by row, and says where', async () => {
  const service = await testService();
  const at = (days: number) => new Date(service.clock.now().getTime() + days * 86_400_000).toISOString();
  const outcomes = await importing(service, [
    { email: 'a@moved.test', state: 'active' },
    { email: 'b@moved.test', state: 'staged', passwordHash: BCRYPT },
    { email: 'c@moved.test', passwordHash: '5f4dcc3b5aa765d61d8327deb882cf99' },
    { email: 'd@moved.test', createdAt: '2019-01-01T00:00:00Z' },
    { email: 'e@moved.test', createdAt: at(1) },
    { email: 'f@moved.test', roles: ['018cc251-f400-7001-8000-0000000000ff'] },
    { email: 'g@moved.test', divisionId: '018cc251-f400-7001-8000-0000000000ff' },
    { email: 'h@moved.test', id: '018cc251-0000-7001-8000-0000000000ff' },
    { email: 'i@moved.test' },
  ]);
  const told = outcomes.map(({ code, issues }) => [code, issues?.[0]?.pointer]);
  expect(told).toEqual([
    ['input-invalid', '/state'],
    ['input-invalid', '/passwordHash'],
    ['input-invalid', '/passwordHash'],
    ['input-invalid', '/createdAt'],
    ['input-invalid', '/createdAt'],
    ['role-unknown', undefined],
    ['input-invalid', '/divisionId'],
    ['input-invalid', '/id'],
    [undefined, undefined],
  ]);
  await soundly(service);
});

test('who is there already is left alone, changed or refused; who is elsewhere is told of no further', async () => {
  const service = await testService();
  const other = await service.secondOrg();
  const token = await service.tokenFor();
  const make = async (email: string) => (await service.call('POST', '/v1/users', { token, body: { email } })).json.id;
  const id = await make('here@moved.test');
  const goneId = await make('gone@moved.test');
  await service.call('DELETE', `/v1/users/${goneId}`, { token });
  const rows = [
    { email: 'here@moved.test', profile: { title: 'Engineer' }, roles: ['owner'], state: 'inactive' },
    { email: 'gone@moved.test' },
    { email: other.adminEmail, profile: { title: 'Taken' } },
  ];
  const elsewhere = { outcome: 'failed', code: 'email-taken' };
  const [skipped, gone, taken] = await importing(service, rows);
  expect(skipped).toEqual({ outcome: 'skipped', code: 'email-taken', userId: id });
  expect(gone).toEqual({ ...elsewhere, userId: goneId });
  expect(taken).toEqual(elsewhere);
  const refused = await importing(service, rows, { onExisting: 'fail' });
  expect(refused[0]).toEqual({ outcome: 'failed', code: 'email-taken', userId: id });
  const changed = await importing(service, rows, { onExisting: 'update' });
  expect(changed[0]).toEqual({ outcome: 'updated', userId: id });
  expect(changed[2]).toEqual(elsewhere);
  expect(await shown(service, 'here@moved.test')).toMatchObject({
    profile: { title: 'Engineer' },
    roles: ['member'],
    state: 'staged',
  });
  expect((await importing(service, rows, { onExisting: 'update' }))[0]).toEqual({ outcome: 'unchanged', userId: id });
  await soundly(service);
});

test('one refused row of a transaction refuses no other', async () => {
  const service = await testService();
  const rows = people(20).map((person, i) => ({ ...person, externalId: i === 7 ? 'x-3' : `x-${i}` }));
  const outcomes = await importing(service, rows);
  const failed = outcomes.flatMap((outcome, i) => (outcome.outcome === 'created' ? [] : [[i, outcome.code]]));
  expect(failed).toEqual([[7, 'external-id-taken']]);
  await soundly(service);
});

test('a number that is taken draws another id, and an id that is brought and taken is refused', async () => {
  const service = await testService();
  const { table } = service.services.directory;
  const [clean] = await importing(service, people(1));
  const other = await testService();
  const claim = keys.numberClaim((await shown(service, 'p0@moved.test')).number);
  await other.services.directory.table.put(
    { ...claim, k: 'claim', o: other.seed.orgId, u: other.seed.orgId },
    undefined,
    'op',
  );
  const terms = termsOf(service);
  const ctx = operatorOf(other);
  const [drawn] = await importBatch(ctx, rowsOf(people(1)), terms);
  expect(drawn?.outcome).toBe('created');
  expect(drawn?.userId).not.toBe(clean?.userId);
  expect(await importBatch(ctx, rowsOf(people(1)), terms)).toEqual([drawn]);
  const own = await importing(service, [{ email: 'new@moved.test', id: clean?.userId }]);
  expect(own[0]).toEqual({ outcome: 'failed', code: 'id-taken' });
  expect(await table.get(keys.emailClaim('new@moved.test'))).toBeUndefined();
});

test('an operator keeps ids, so that whoever reports to somebody still does', async () => {
  const service = await testService();
  const [managerId, id] = ['0192f0c1-0000-7001-8000-0000000000a1', '0192f0c1-0001-7001-8000-0000000000a2'];
  const rows = [
    { id, email: 'report@moved.test', profile: { managerId } },
    { id: managerId, email: 'manager@moved.test' },
  ];
  expect((await importing(service, rows)).map(({ userId }) => userId)).toEqual([id, managerId]);
  expect((await importing(service, rows)).map(({ outcome }) => outcome)).toEqual(['created', 'created']);
  expect((await shown(service, 'report@moved.test')).profile.managerId).toBe(managerId);
  await soundly(service);
});

test('whoever would be staged is invited where that is asked', async () => {
  const service = await testService();
  const rows = [...people(3), { email: 'known@moved.test', emailVerified: true }];
  const outcomes = await importing(service, rows, { invite: true });
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['invited', 'invited', 'invited', 'created']);
  expect(outcomes[0]?.inviteId).toBeDefined();
  const letters = await service.deliver();
  expect(letters.map(({ to }) => to).sort()).toEqual(people(3).map(({ email }) => email));
  await soundly(service);
});

test('a caller needs the permissions of what they bring, and keeps the outcome with the change', async () => {
  const service = await testService();
  const acting = operatorOf(service);
  const [row] = rowsOf([{ email: 'a@moved.test', passwordHash: BCRYPT }]);
  if (!row) throw new Error('no row');
  const { org } = await acting.standing();
  const may = (permissions: string[]) => ({ ...acting, standing: async () => ({ permissions, org }) }) as typeof acting;
  const terms = termsOf(service, { vouches: 'caller' });
  await expect(importPerson(may(['users:write']), row, terms)).rejects.toThrow('permission-missing');
  await expect(
    importPerson(may(['users:write']), { ...row, row: { email: row.row.email } }, { ...terms, invite: true }),
  ).rejects.toThrow('permission-missing');
  const kept: unknown[] = [];
  const keep = (outcome: unknown) => {
    kept.push(outcome);
    return { put: { pk: 'T#kept', sk: String(kept.length) }, otherwise: { code: 'version-conflict' as const } };
  };
  const ctx = { ...may(['users:write', 'users:set-password']), keep };
  const made = await importPerson(ctx, row, terms);
  const title = { ...row.row, profile: { title: 'Engineer' } };
  const changed = await importPerson(ctx, { n: 2, row: title }, { ...terms, onExisting: 'update' });
  expect(kept).toEqual([made, changed]);
  expect([made.outcome, changed.outcome]).toEqual(['created', 'updated']);
});

test('a row that is no row says what is wrong with it', () => {
  const problemOf = (input: unknown) => {
    const read = readImportRow(input);
    return 'problem' in read ? [read.problem.code, read.problem.issues?.map(({ pointer }) => pointer)] : undefined;
  };
  expect(problemOf({ email: 'a@b.test', hobby: 'chess' })).toEqual(['input-invalid', ['/hobby']]);
  expect(problemOf({})).toEqual(['input-invalid', ['/email']]);
  expect(problemOf({ email: 'no address' })).toEqual(['email-unsupported', ['/email']]);
  expect(problemOf([])).toEqual(['input-invalid', ['']]);
  expect(problemOf({ email: 'a@b.test', number: 7, activity: { signInCount: 3 } })).toBeUndefined();
});

test('an import is of an org: without one there is none', async () => {
  const service = await testService();
  const [row] = rowsOf(people(1));
  if (!row) throw new Error('no row');
  await expect(importPerson(localContext(service.services), row, termsOf(service))).rejects.toThrow(
    'permission-missing',
  );
});
