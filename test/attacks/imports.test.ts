// Imports turned against people: an admin brings a stranger's address with a password of their own, or says of themselves
// what an operator may say. The address is its holder's, and so is all that is behind it. Attacks on identity by import.
import { beforeEach, describe, expect, test } from 'vitest';
import { BCRYPT, HASHED } from '../support/importing.ts';
import { importFile } from '../support/imports.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, newUserOf, newWorld, ok, type Person, type World } from '../support/world.ts';

const VICTIM = 'victim@strangers.test';
const OWN = 'a passphrase of my own';

let service: TestService;
/** The attacker's org, and another that knows the stranger. */
let mine: World;
let theirs: World;
let admin: Person;

beforeEach(async () => {
  service = await testService();
  mine = await newWorld(service);
  theirs = await newWorld(service, await service.secondOrg());
  admin = await activePerson(service, mine.seed.orgId, ['admin']);
});

const lines = (...rows: Json[]) => rows.map((row) => JSON.stringify(row)).join('\n');
const importing = async (query: string, ...rows: Json[]): Promise<Json[]> =>
  (await importFile(service, lines(...rows), { token: admin.token, type: 'application/x-ndjson', query })).rows;
const lastToken = async (to: string) => (await service.deliver()).filter((letter) => letter.to === to).at(-1)?.token;

describe('a stranger’s address with a password that the admin knows', () => {
  let id: string;
  let stolen: Json;

  beforeEach(async () => {
    const [row] = await importing('', { email: VICTIM, passwordHash: BCRYPT, emailVerified: true, state: 'active' });
    id = row.userId;
    stolen = await service.signIn(VICTIM, HASHED);
  });

  const nothingIsLeft = async () => {
    const signIn = (body: Json) =>
      service.call('POST', '/v1/sessions', { body: { email: VICTIM, password: HASHED, ...body } });
    expect((await signIn({})).status).toBe(401);
    expect((await signIn({ orgId: theirs.seed.orgId })).status).toBe(401);
    const { refreshToken, accessToken: token } = stolen;
    expect((await service.call('POST', '/v1/sessions/refresh', { body: { refreshToken } })).status).toBe(401);
    expect((await service.call('PATCH', '/v1/me', { token, body: { profile: { title: 'Still here' } } })).status).toBe(
      401,
    );
    expect((await service.call('GET', `/v1/users/${theirs.owner.id}`, { token })).status).toBe(404);
    expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
  };

  const invited = async () => {
    await ok(service.call('POST', '/v1/invites', { token: theirs.client, body: { email: VICTIM, roles: ['admin'] } }));
    return lastToken(VICTIM);
  };

  test('is worth nothing once they accept another org’s invite, and never opened that org', async () => {
    const token = await invited();
    // Whoever plays the stranger has no letter: the invite is not theirs to see or take.
    const seen = await service.call('GET', `/v1/users/${theirs.owner.id}`, { token: stolen.accessToken });
    expect(seen.status).toBe(404);
    expect((await ok(service.call('POST', '/v1/invites/accept', { body: { token, password: OWN } }))).orgId).toBe(
      theirs.seed.orgId,
    );
    await nothingIsLeft();
    expect((await service.call('GET', `/v1/users/${id}`, { token: admin.token })).status).toBe(404);
    expect((await service.signIn(VICTIM, OWN)).user.orgId).toBe(theirs.seed.orgId);
  });

  test('is worth nothing once they ask for a reset, also where an invite of another org waits', async () => {
    await invited();
    await service.call('POST', '/v1/password-resets', { body: { email: VICTIM } });
    const body = { token: await lastToken(VICTIM), password: OWN };
    expect((await service.call('POST', '/v1/password-resets/complete', { body })).status).toBe(204);
    await nothingIsLeft();
    await service.signIn(VICTIM, OWN);
  });

  test('is worth nothing once they prove the address', async () => {
    const path = `/v1/users/${id}/contact-validations`;
    await ok(service.call('POST', path, { token: admin.token, body: { email: VICTIM } }));
    await ok(service.call('POST', '/v1/contact-validations/complete', { body: { token: await lastToken(VICTIM) } }));
    await nothingIsLeft();
  });

  test('cannot be put there again by another import', async () => {
    await service.call('POST', '/v1/password-resets', { body: { email: VICTIM } });
    const body = { token: await lastToken(VICTIM), password: OWN };
    await service.call('POST', '/v1/password-resets/complete', { body });
    const again = { email: VICTIM, passwordHash: BCRYPT };
    for (const query of ['', 'onExisting=skip', 'onExisting=update']) {
      expect((await importing(query, again))[0]).toMatchObject({ userId: id });
    }
    await nothingIsLeft();
    await service.signIn(VICTIM, OWN);
  });
});

test('an address of another org’s people is taken, whoever they are there, and nothing more is told', async () => {
  const active = await activePerson(service, theirs.seed.orgId);
  const staged = await newUserOf(theirs);
  const deleted = await newUserOf(theirs);
  await ok(service.call('DELETE', `/v1/users/${deleted.id}`, { token: theirs.client }));
  const all = [active, staged, deleted].map(({ email }) => ({
    email,
    passwordHash: BCRYPT,
    profile: { givenName: 'X' },
  }));
  for (const query of ['', 'onExisting=skip', 'onExisting=update', 'invite=true', 'dryRun=true']) {
    const rows = await importing(query, ...all);
    expect(rows).toEqual([1, 2, 3].map((row) => ({ row, outcome: 'failed', code: 'email-taken' })));
  }
  await service.signIn(active.email, active.password);
});

test('an id, a past and a proof are an operator’s to tell: a caller’s row has them for nothing', async () => {
  const past = '2024-02-03T04:05:06.000Z';
  const id = '018d6c9a-0000-7000-8000-000000000001';
  const told = { id, createdAt: past, activatedAt: past, emailVerified: true, emailVerifiedAt: past, state: 'active' };
  const [row] = await importing('', { email: 'told@moved.test', ...told, security: { emailVerifiedAt: past } });
  expect(row.outcome).toBe('created');
  expect(row.userId).not.toBe(id);
  const user = await ok(service.call('GET', `/v1/users/${row.userId}`, { token: admin.token }));
  expect(user.state).toBe('staged');
  expect([user.activatedAt, user.security?.emailVerifiedAt]).toEqual([undefined, undefined]);
  expect(user.createdAt > past).toBe(true);
});

test('nobody rises by an import, and nobody above the caller is changed by one', async () => {
  const rows = await importing(
    'onExisting=update',
    { email: 'new@moved.test', roles: ['owner'] },
    { email: mine.owner.email, security: { mustChangePassword: true } },
    { email: mine.owner.email.replace('@', '+x@'), roles: ['owner', 'member'] },
    { email: admin.email, roles: ['owner'] },
  );
  expect(rows.map(({ outcome, code }) => [outcome, code])).toEqual([
    ['failed', 'role-above-own'],
    ['failed', 'role-above-own'],
    ['failed', 'role-above-own'],
    ['unchanged', undefined],
  ]);
  const self = await ok(service.call('GET', `/v1/users/${admin.id}`, { token: admin.token }));
  expect(self.roles).toEqual(['admin']);
});

test('whoever is demoted while the rows wait imports nobody', async () => {
  const sent = {
    token: admin.token,
    headers: { 'content-type': 'text/csv' },
    body: 'email\na@moved.test\nb@moved.test\n',
  };
  const { id } = await ok(service.call('POST', '/v1/imports', sent));
  await ok(service.call('PUT', `/v1/users/${admin.id}/roles`, { token: mine.client, body: { roles: ['member'] } }));
  await service.handlers.work('worker', {});
  const job = await ok(service.call('GET', `/v1/jobs/${id}`, { token: mine.client }));
  expect(job).toMatchObject({ state: 'failed', failure: 'permission-missing', done: 0 });
  expect((await service.call('GET', '/v1/users/by-email/a@moved.test', { token: mine.client })).status).toBe(404);
});

test('an admin brings no passwords into an org that has not allowed it', async () => {
  const path = `/v1/orgs/${mine.seed.orgId}`;
  await ok(service.call('PATCH', path, { token: mine.client, body: { settings: { adminMaySetPasswords: null } } }));
  const [row] = await importing('', { email: 'known@moved.test', passwordHash: BCRYPT });
  expect(row).toMatchObject({ outcome: 'failed', code: 'permission-missing' });
});

test('an imported admin whose home moves away governs the org of before no more', async () => {
  const [row] = await importing('', { email: VICTIM, passwordHash: BCRYPT, roles: ['admin'] });
  expect(row.outcome).toBe('created');
  await ok(service.call('POST', '/v1/invites', { token: theirs.client, body: { email: VICTIM } }));
  const body = { token: await lastToken(VICTIM), password: OWN };
  await ok(service.call('POST', '/v1/invites/accept', { body }));
  expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
});

test('a domain that the org does not take tells nothing of who has an address in it', async () => {
  await newUserOf(theirs, { email: 'known@elsewhere.test' });
  const body = { settings: { allowedDomains: ['moved.test'] } };
  await ok(service.call('PATCH', `/v1/orgs/${mine.seed.orgId}`, { token: mine.client, body }));
  const rows = await importing('dryRun=true', { email: 'known@elsewhere.test' }, { email: 'unknown@elsewhere.test' });
  expect(rows.map(({ code }) => code)).toEqual(['domain-not-allowed', 'domain-not-allowed']);
});

test('a row nested without end is that row’s failure', async () => {
  const deep = `{"email":"a@moved.test","custom":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  const sent = `${deep}\n{"email":"b@moved.test"}`;
  const { rows } = await importFile(service, sent, { token: admin.token, type: 'application/x-ndjson' });
  expect(rows.map(({ outcome }: Json) => outcome)).toEqual(['failed', 'created']);
});

test('a row with a member twice is that row’s failure: two readers may see two people in it', async () => {
  const sent = '{"email":"c@moved.test","email":"d@moved.test"}\n{"email":"e@moved.test"}';
  const { rows } = await importFile(service, sent, { token: admin.token, type: 'application/x-ndjson' });
  expect(rows).toMatchObject([{ outcome: 'failed', code: 'input-invalid' }, { outcome: 'created' }]);
});

test('an inviter who has used up their day uses up nobody else’s', async () => {
  const small = await testService({ config: { limitScale: 0.002 } });
  const person = await activePerson(small, small.seed.orgId, ['admin']);
  const invite = (token: string, n: number) =>
    small.call('POST', '/v1/invites', { token, body: { email: `invited-${n}@moved.test` } });
  const statuses = [];
  for (let n = 0; n < 30; n++) {
    // Past the wait of the edge, which is shorter for the scale as well.
    small.advance(10_000);
    statuses.push((await invite(person.token, n)).status);
  }
  expect(statuses.filter((status) => status === 201)).toHaveLength(2);
  expect((await invite(await small.tokenFor(), 99)).status).toBe(201);
});
