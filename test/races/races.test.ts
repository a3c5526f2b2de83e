// A hundred at once, held between read and commit: one wins, the others get the refusal that is documented, nothing is
// half done.
import { beforeEach, describe, expect, test } from 'vitest';
import { brokenInvariants } from '../support/invariants.ts';
import { race, tally } from '../support/races.ts';
import { type Answer, type TestService, testService } from '../support/service.ts';
import { activePerson, newUserOf, newWorld, PASSWORD, type World, withLetters } from '../support/world.ts';

const MANY = 100;

let service: TestService;
let world: World;

beforeEach(async () => {
  service = await testService();
  world = await newWorld(service);
  return async () => expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
});

const passwordOf = (i: number) => `umbrella number ${i} in the rain`;

async function winnerOf(answers: Answer[], status: number): Promise<number> {
  const winners = answers.flatMap((answer, i) => (answer.status === status ? [i] : []));
  expect(winners).toHaveLength(1);
  return winners[0] as number;
}

async function worksOnly(email: string, winner: number): Promise<void> {
  const signIn = async (i: number) =>
    (await service.call('POST', '/v1/sessions', { body: { email, password: passwordOf(i) } })).status;
  expect(await signIn(winner)).toBe(200);
  expect(await signIn((winner + 1) % MANY)).toBe(401);
}

test('of a hundred uses of one reset link one sets the password', async () => {
  const { email } = await activePerson(service, world.seed.orgId);
  const { letters } = await withLetters(service, 'POST', '/v1/password-resets', { body: { email } });
  const token = letters[0]?.token;
  const answers = await race(service, MANY, (i) =>
    service.call('POST', '/v1/password-resets/complete', { body: { token, password: passwordOf(i) } }),
  );
  expect(tally(answers)).toEqual({ '204': 1, '410 link-not-usable': MANY - 1 });
  await worksOnly(email, await winnerOf(answers, 204));
  const notices = (await service.dump()).filter(({ k, kind }) => k === 'letter' && kind === 'password-changed');
  expect(notices).toHaveLength(1);
});

test('of a hundred accepts of one invite one lets the person in', async () => {
  const email = 'invited@example.test';
  const { letters } = await withLetters(service, 'POST', '/v1/invites', { token: world.client, body: { email } });
  const token = letters[0]?.token;
  const answers = await race(service, MANY, (i) =>
    service.call('POST', '/v1/invites/accept', { body: { token, password: passwordOf(i) } }),
  );
  expect(tally(answers)).toEqual({ '200': 1, '410 link-not-usable': MANY - 1 });
  await worksOnly(email, await winnerOf(answers, 200));
});

test('of a hundred creates of one address, in any spelling, one makes a person', async () => {
  const spellings = [
    'ada@b\u00fccher.test',
    'ADA@b\u00fccher.test',
    'Ada@bu\u0308cher.test',
    ' ada@xn--bcher-kva.test ',
  ];
  const answers = await race(service, MANY, (i) =>
    service.call('POST', '/v1/users', { token: world.client, body: { email: spellings[i % spellings.length] } }),
  );
  expect(tally(answers)).toEqual({ '201': 1, '409 email-taken': MANY - 1 });
  const people = (await service.dump()).filter(({ k, em }) => k === 'user' && em === 'ada@xn--bcher-kva.test');
  expect(people).toHaveLength(1);
});

test('of a hundred invites of one address one is made', async () => {
  const answers = await race(service, MANY, (i) =>
    service.call('POST', '/v1/invites', {
      token: world.client,
      body: { email: i % 2 ? 'New@example.test' : 'new@EXAMPLE.test' },
    }),
  );
  const { '201': made, ...refused } = tally(answers);
  expect(made).toBe(1);
  expect(Object.keys(refused)).toEqual(['409 invite-pending']);
  const items = await service.dump();
  expect(items.filter(({ k }) => k === 'invite')).toHaveLength(1);
  expect(items.filter(({ k }) => k === 'letter')).toHaveLength(1);
});

test('two admins who demote each other at once leave one', async () => {
  // The guard holds the two of them and nobody else.
  const org = await service.secondOrg();
  const { client, owner } = await newWorld(service, org);
  const items = await service.dump();
  const [first] = items.filter(({ k, em }) => k === 'user' && em === org.adminEmail);
  expect(first).toBeDefined();
  const seeded = await service.signIn(org.adminEmail, org.adminPassword);
  const demote = (id: string, token: string) =>
    service.call('PUT', `/v1/users/${id}/roles`, { token, body: { roles: ['member'] } });
  const answers = await race(service, 2, (i) =>
    i === 0 ? demote(seeded.user.id, owner.token) : demote(owner.id, seeded.accessToken),
  );
  const counts = tally(answers);
  expect(counts['200']).toBe(1);
  expect(
    Object.keys(counts).every((name) =>
      ['200', '409 last-admin', '401 token-invalid', '403 permission-missing'].includes(name),
    ),
  ).toBe(true);
  const roles = await Promise.all(
    [seeded.user.id, owner.id].map(
      async (id) => (await service.call('GET', `/v1/users/${id}`, { token: client })).json.roles,
    ),
  );
  expect(roles.flat().sort()).toEqual(['member', 'owner']);
});

test('of a hundred attempts to remove the two last admins one succeeds', async () => {
  const org = await service.secondOrg();
  const { client, owner } = await newWorld(service, org);
  const seeded = await service.signIn(org.adminEmail, org.adminPassword);
  const moves = ['deactivate', 'lock'];
  const answers = await race(service, MANY, (i) => {
    const move = moves[i % 2] as string;
    const id = i % 4 < 2 ? owner.id : seeded.user.id;
    const body = move === 'lock' ? { reason: 'a race' } : undefined;
    return service.call('POST', `/v1/users/${id}/${move}`, { token: client, ...(body && { body }) });
  });
  const counts = tally(answers);
  expect(Object.keys(counts).filter((name) => name.startsWith('5'))).toEqual([]);
  const states = await Promise.all(
    [seeded.user.id, owner.id].map(
      async (id) => (await service.call('GET', `/v1/users/${id}`, { token: client })).json,
    ),
  );
  expect(states.filter(({ state, security }) => state === 'active' && !security?.locked)).toHaveLength(1);
});

test('of fifty writers with one If-Match one writes', async () => {
  const { id } = await newUserOf(world);
  const answers = await race(service, 50, (i) =>
    service.call('PATCH', `/v1/users/${id}`, {
      token: world.client,
      headers: { 'if-match': '"1"' },
      body: { profile: { title: `writer ${i}` } },
    }),
  );
  expect(tally(answers)).toEqual({ '200': 1, '412 version-stale': 49 });
  const { json } = await service.call('GET', `/v1/users/${id}`, { token: world.client });
  expect([json.version, json.profile.title]).toEqual([2, `writer ${await winnerOf(answers, 200)}`]);
});

test('fifty writers without If-Match all write or are told, and no write is lost', async () => {
  const { id } = await newUserOf(world);
  const answers = await race(service, 50, (i) =>
    service.call('PATCH', `/v1/users/${id}`, {
      token: world.client,
      body: { preferences: { map: { [`key${i}`]: 'x' } } },
    }),
  );
  const counts = tally(answers);
  const written = counts['200'] ?? 0;
  expect(written + (counts['409 version-conflict'] ?? 0)).toBe(50);
  expect(written).toBeGreaterThan(0);
  const { json } = await service.call('GET', `/v1/users/${id}`, { token: world.client });
  expect([json.version, Object.keys(json.preferences.map).length]).toEqual([1 + written, written]);
});

describe('a hundred requests with one Idempotency-Key', () => {
  const headers = { 'idempotency-key': 'one-key' };

  test('make one person and give everybody the same bytes', async () => {
    const body = { email: 'once@example.test', invite: true };
    const answers = await race(service, MANY, () =>
      service.call('POST', '/v1/users', { token: world.client, headers, body }),
    );
    expect(tally(answers)).toEqual({ '201': MANY });
    expect(
      new Set(answers.map(({ body: text, headers: { etag, location } }) => `${text} ${etag} ${location}`)).size,
    ).toBe(1);
    const items = await service.dump();
    expect(items.filter(({ k, em }) => k === 'user' && em === body.email)).toHaveLength(1);
    expect(items.filter(({ k }) => k === 'letter')).toHaveLength(1);
  });

  test('make one client and show everybody the same secret', async () => {
    const body = { name: 'sync', permissions: ['users:read'] };
    const path = `/v1/orgs/${world.seed.orgId}/clients`;
    const answers = await race(service, MANY, () => service.call('POST', path, { token: world.client, headers, body }));
    expect(tally(answers)).toEqual({ '201': MANY });
    expect(new Set(answers.map(({ body: text }) => text)).size).toBe(1);
    const { clientId, clientSecret } = answers[0]?.json ?? {};
    expect(await service.tokenFor(clientId, clientSecret)).toBeTruthy();
    expect(JSON.stringify(await service.dump())).not.toContain(clientSecret);
  });

  test('with two bodies make one of them; the others are told that the key was used', async () => {
    const answers = await race(service, MANY, (i) =>
      service.call('POST', '/v1/users', { token: world.client, headers, body: { email: `two-${i % 2}@example.test` } }),
    );
    expect(tally(answers)).toEqual({ '201': MANY / 2, '422 idempotency-key-reused': MANY / 2 });
    const people = (await service.dump()).filter(({ k, em }) => k === 'user' && String(em).startsWith('two-'));
    expect(people).toHaveLength(1);
  });
});

test('of a hundred refreshes of one token one rotates it and the others get the same', async () => {
  const { refreshToken } = await activePerson(service, world.seed.orgId);
  service.faults.add({
    service: 'dynamodb',
    operation: 'UpdateItem',
    mode: 'hold',
    hold: { until: MANY, maxMs: 5000 },
  });
  const answers = await Promise.all(
    Array.from({ length: MANY }, () => service.call('POST', '/v1/sessions/refresh', { body: { refreshToken } })),
  );
  service.faults.clear();
  expect(tally(answers)).toEqual({ '200': MANY });
  expect(new Set(answers.map(({ json }) => json.refreshToken)).size).toBe(1);
});

test('a storm of transaction conflicts ends in success or in 503 with Retry-After, after few tries', async () => {
  const token = world.client;
  const conflict = {
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    mode: 'fail-before',
    error: 'TransactionCanceledException',
  } as const;
  service.faults.add({ ...conflict, probability: 0.5 });
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      service.call('POST', '/v1/users', { token, body: { email: `storm-${i}@example.test` } }),
    ),
  );
  service.faults.clear();
  const { '201': made = 0, '503 store-unavailable': refused = 0 } = tally(answers);
  expect(made + refused).toBe(50);
  expect(made).toBeGreaterThan(25);
  expect(answers.every(({ status, headers }) => status !== 503 || Number(headers['retry-after']) > 0)).toBe(true);

  service.faults.add(conflict);
  let answer: Answer | undefined;
  const calls = await service.trace(async () => {
    answer = await service.call('POST', '/v1/users', { token, body: { email: 'never@example.test' } });
  });
  service.faults.clear();
  expect(answer?.status).toBe(503);
  expect(calls.filter(({ operation }) => operation === 'TransactWriteItems').length).toBeLessThanOrEqual(5);
  const { status } = await service.call('POST', '/v1/sessions', {
    body: { email: world.owner.email, password: PASSWORD },
  });
  expect(status).toBe(200);
});
