// Export through the API: whole people, a page at a time, in order of creation.
import { expect, test } from 'vitest';
import { type Json, type TestService, testService } from '../support/service.ts';

async function made(service: TestService, n: number, more: (i: number) => object = () => ({})): Promise<void> {
  const token = await service.tokenFor();
  for (let i = 0; i < n; i++) {
    const body = { email: `p${i}@export.test`, ...more(i) };
    const answer = await service.call('POST', '/v1/users', { token, body });
    expect(answer.status, answer.body).toBe(201);
  }
}

const linesIn = (body: string): Json[] => body.split('\n').flatMap((line) => (line ? [JSON.parse(line)] : []));

async function walk(service: TestService, query = ''): Promise<{ people: Json[]; pages: number }> {
  const token = await service.tokenFor();
  const people: Json[] = [];
  let next: string | undefined = `/v1/users/export${query}`;
  let pages = 0;
  for (; next; pages++) {
    const answer = await service.call('GET', next, { token });
    expect(answer.status, answer.body).toBe(200);
    expect(answer.headers['content-type']).toBe('application/x-ndjson');
    people.push(...linesIn(answer.body));
    const link = /^<(.+)>; rel="next"$/.exec(answer.headers.link ?? '')?.[1];
    expect(link === undefined).toBe(answer.headers['x-next-cursor'] === undefined);
    next = link;
  }
  return { people, pages };
}

test('people come whole, with all their groups, and without what only follows from other things', async () => {
  const service = await testService();
  const body = {
    profile: { givenName: 'Ada', familyName: 'Lovelace', skills: ['mathematics'] },
    telephony: { voiceRegion: 'eu' },
    custom: { custom1: 'one' },
    preferences: { map: { theme: 'dark' } },
    routing: { autoAnswer: true },
    provisioning: { externalIds: [{ authority: 'crm', key: '7' }] },
  };
  await made(service, 1, () => body);
  const { people } = await walk(service, '?filter=email%20eq%20%22p0@export.test%22');
  expect(people).toHaveLength(1);
  expect(people[0]).toMatchObject({ ...body, email: 'p0@export.test', state: 'staged', roles: ['member'] });
  expect(people[0].profile.displayName).toBeUndefined();
  expect(JSON.stringify(await walk(service))).not.toMatch(/argon2/);
});

test('a name that somebody chose to show is told', async () => {
  const service = await testService();
  await made(service, 1, () => ({ profile: { givenName: 'Augusta', displayName: 'Ada' } }));
  expect((await walk(service)).people.at(-1).profile).toEqual({ givenName: 'Augusta', displayName: 'Ada' });
});

test('a page ends where a Lambda answer would grow too large, and the next goes on behind it', async () => {
  const service = await testService();
  const long = 'x'.repeat(2000);
  const education = Array.from({ length: 18 }, () => ({ school: 'S', notes: long }));
  await made(service, 130, () => ({ profile: { biography: { education } } }));
  const token = await service.tokenFor();
  const first = await service.call('GET', '/v1/users/export', { token });
  expect(Buffer.byteLength(first.body)).toBeGreaterThan(3_500_000);
  expect(Buffer.byteLength(JSON.stringify(first.body))).toBeLessThan(6_000_000);
  const { people, pages } = await walk(service);
  expect(pages).toBe(2);
  const emails = people.map(({ email }) => email).filter((email) => email.endsWith('@export.test'));
  expect(emails).toEqual(Array.from({ length: 130 }, (_, i) => `p${i}@export.test`));
});

test('guests are their home’s to export', async () => {
  const service = await testService();
  const other = await service.secondOrg();
  const token = await service.tokenFor();
  const body = { email: other.adminEmail };
  expect((await service.call('POST', '/v1/invites', { token, body })).status).toBe(201);
  const link = (await service.deliver()).at(-1)?.token;
  const accepted = await service.call('POST', '/v1/invites/accept', {
    body: { token: link, password: other.adminPassword },
  });
  expect(accepted.status).toBe(200);
  const listed = (await service.call('GET', '/v1/users', { token })).json.items;
  expect(listed.map(({ email }: Json) => email)).toContain(other.adminEmail);
  expect((await walk(service)).people.map(({ email }) => email)).toEqual([service.seed.adminEmail]);
});

test('a cursor belongs to its filter, and a query to this operation', async () => {
  const service = await testService();
  await made(service, 3);
  const token = await service.tokenFor();
  const codes = async (query: string) => (await service.call('GET', `/v1/users/export?${query}`, { token })).json.code;
  expect(await codes('cursor=nonsense')).toBe('cursor-invalid');
  expect(await codes('filter=nonsense')).toBe('filter-invalid');
  expect(await codes('limit=5')).toBe('input-invalid');
  await service.project();
  const { people } = await walk(service, '?filter=state%20eq%20%22staged%22');
  expect(people.map(({ email }) => email)).toEqual(['p0@export.test', 'p1@export.test', 'p2@export.test']);
});
