// Orgs: made by the platform, seen and changed by themselves, settings checked before they hold.
import { beforeAll, describe, expect, it } from 'vitest';
import { packId } from '../../shared/model/ids.ts';
import { upTo } from '../support/guests.ts';
import { type Json, type Seed, type TestService, testService } from '../support/service.ts';
import { activePerson, newAddress, ok } from '../support/world.ts';

let service: TestService;
let platform: string;
let token: string;
let other: Seed;

beforeAll(async () => {
  service = await testService();
  platform = await service.platformToken();
  token = await service.tokenFor();
  other = await service.secondOrg();
});

const call = (method: string, path: string, body?: Json, by = token, headers: Record<string, string> = {}) =>
  service.call(method, path, { token: by, headers, ...(body !== undefined && { body }) });
const create = (body: Json, headers?: Record<string, string>) => call('POST', '/v1/orgs', body, platform, headers);
const fresh = (settings: Json = {}): Promise<Json> => ok(create({ name: 'Fresh', settings }));
const patch = (id: string, body: Json, headers?: Record<string, string>) =>
  call('PATCH', `/v1/orgs/${id}`, body, platform, headers);

describe('an org', () => {
  it('is made by the platform with a number of its own, and found where Location says', async () => {
    const answer = await create({ name: 'Analytical Engines', settings: { termsVersion: '2026-1' } });
    expect(answer).toMatchObject({ status: 201, headers: { etag: '"1"' } });
    const org = answer.json;
    expect(org).toMatchObject({ name: 'Analytical Engines', settings: { termsVersion: '2026-1' }, version: 1 });
    expect(answer.headers.location).toBe(`/v1/orgs/${org.id}`);
    expect((await call('GET', `/v1/orgs/${org.id}`, undefined, platform)).json).toEqual(org);
    const claims = (await service.dump()).filter(({ pk }) => pk === `ON#${org.number}`);
    expect(claims).toMatchObject([{ o: org.id }]);
  });

  it('is made by nobody else, also not by its own owner or an owner’s client', async () => {
    const owner = await activePerson(service, service.seed.orgId, ['owner']);
    for (const by of [token, owner.token]) {
      const refused = { status: 403, json: { code: 'permission-missing' } };
      expect(await call('POST', '/v1/orgs', { name: 'Mine' }, by)).toMatchObject(refused);
      expect(await call('GET', '/v1/orgs', undefined, by)).toMatchObject(refused);
    }
    expect((await service.call('POST', '/v1/orgs', { body: { name: 'Mine' } })).status).toBe(401);
  });

  it('is made once under one Idempotency-Key', async () => {
    const key = { 'idempotency-key': 'one-org' };
    const first = await create({ name: 'Once' }, key);
    expect(await create({ name: 'Once' }, key)).toMatchObject({ status: 201, body: first.body });
    expect((await create({ name: 'Twice' }, key)).status).toBe(422);
  });

  it('sees itself and no other', async () => {
    expect((await call('GET', `/v1/orgs/${service.seed.orgId}`)).json).toMatchObject({ name: 'Example' });
    expect((await call('GET', `/v1/orgs/${other.orgId}`)).status).toBe(404);
    expect((await call('PATCH', `/v1/orgs/${other.orgId}`, { name: 'Ours now' })).status).toBe(404);
    const member = await activePerson(service, service.seed.orgId);
    expect((await call('GET', `/v1/orgs/${service.seed.orgId}`, undefined, member.token)).status).toBe(200);
    expect((await call('PATCH', `/v1/orgs/${service.seed.orgId}`, { name: 'x' }, member.token)).status).toBe(403);
    for (const path of ['/v1/orgs/00000000-0000-7000-8000-000000000000', '/v1/orgs/x']) {
      expect((await call('GET', path, undefined, platform)).status).toBe(404);
    }
  });

  it('is listed for the platform, page by page, oldest first', async () => {
    const made = [(await fresh()).id, (await fresh()).id];
    const seen: string[] = [];
    let path: string | undefined = '/v1/orgs?limit=2';
    while (path) {
      const page = await call('GET', path, undefined, platform);
      seen.push(...(await ok(page)).items.map(({ id }: Json) => id));
      path = /^<(.*)>; rel="next"$/.exec(page.headers.link ?? '')?.[1];
    }
    expect(seen).toEqual([...new Set(seen)].sort());
    expect(seen.slice(-2)).toEqual(made);
    expect(seen).toContain(other.orgId);
  });
});

describe('the platform', () => {
  it('holds no permission inside any org', async () => {
    const user = await ok(call('POST', '/v1/users', { email: newAddress() }));
    for (const [method, path, body] of [
      ['GET', '/v1/users'],
      ['GET', `/v1/users/${user.id}`],
      ['POST', '/v1/users', { email: newAddress() }],
      ['PATCH', `/v1/users/${user.id}`, {}],
      ['GET', '/v1/invites'],
      ['POST', '/v1/invites', { email: newAddress() }],
      ['GET', '/v1/me'],
    ] as const) {
      expect((await call(method, path, body, platform)).status, `${method} ${path}`).toBe(403);
    }
  });
});

describe('a change of an org', () => {
  it('merges name and settings, null removes, and rises the version once', async () => {
    const org = await fresh({ termsVersion: '1', defaultLocale: 'fr-FR', allowedDomains: ['a.test'] });
    const changed = await patch(org.id, { name: 'New', settings: { termsVersion: null, inviteLifetimeSeconds: 7200 } });
    const settings = { defaultLocale: 'fr-FR', allowedDomains: ['a.test'], inviteLifetimeSeconds: 7200 };
    expect(changed).toMatchObject({
      status: 200,
      json: { name: 'New', settings, version: 2 },
      headers: { etag: '"2"' },
    });
    expect(changed.json.settings).toEqual(settings);
    expect((await ok(patch(org.id, { settings: null }))).settings).toEqual({});
    const ofOrg = `O#${packId(org.id)}#A#`;
    const entries = (await service.dump()).filter(({ pk }) => pk.startsWith(ofOrg));
    expect(entries.map(({ type, version }) => [type, version])).toEqual([
      ['org-created', 1],
      ['org-updated', 2],
      ['org-updated', 3],
    ]);
  });

  it('that changes nothing raises nothing', async () => {
    const org = await fresh({ termsVersion: '1' });
    expect((await fresh({ termsVersion: null, passwordPolicy: { minLength: null } })).settings).toEqual({});
    const same = await patch(org.id, { name: org.name, settings: { termsVersion: '1', allowedDomains: null } });
    expect(same.json).toEqual(org);
    expect((await patch(org.id, {})).json).toEqual(org);
  });

  it('against an outdated version is 412, and of many at once with one version one is made', async () => {
    const org = await fresh();
    const change = (n: number) => patch(org.id, { name: `Name ${n}` }, { 'if-match': '"1"' });
    const answers = await Promise.all(upTo(20).map(change));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ json }) => json.code === 'version-stale')).toHaveLength(19);
  });

  it.each([
    [{ name: '' }, '/name'],
    [{ name: null }, '/name'],
    [{ name: 'Win $1000 http://evil.test' }, '/name'],
    [{ name: 'x'.repeat(65) }, '/name'],
    [{ name: 'Ex\u202eample' }, '/name'],
    [{ id: 'x' }, '/id'],
    [{ number: 1 }, '/number'],
    [{ settings: { colour: 'red' } }, '/settings/colour'],
    [{ settings: { inviteLifetimeSeconds: 3599 } }, '/settings/inviteLifetimeSeconds'],
    [{ settings: { inviteLifetimeSeconds: 30 * 86_400 + 1 } }, '/settings/inviteLifetimeSeconds'],
    [{ settings: { passwordPolicy: { minLength: 14 } } }, '/settings/passwordPolicy/minLength'],
    [{ settings: { defaultLocale: '../../etc' } }, '/settings/defaultLocale'],
    [{ settings: { termsVersion: '' } }, '/settings/termsVersion'],
    [{ settings: { allowedDomains: ['*.example.test'] } }, '/settings/allowedDomains/0'],
    [{ settings: { allowedDomains: ['^a.test$'] } }, '/settings/allowedDomains/0'],
    [{ settings: { allowedDomains: ['A.test'] } }, '/settings/allowedDomains/0'],
    [{ settings: { allowedDomains: ['localhost'] } }, '/settings/allowedDomains/0'],
  ])('to %j is refused at its pointer', async (body, pointer) => {
    const org = await fresh();
    const answer = await patch(org.id, body);
    expect(answer.status).toBe(422);
    expect(answer.json.issues.map((issue: Json) => issue.pointer)).toContain(pointer);
  });
});

describe('redirect origins', () => {
  it.each(['https://app.example.test', 'https://app.example.test:8443', 'http://localhost:5173', 'http://127.0.0.1'])(
    'take %s',
    async (origin) => {
      expect((await fresh({ redirectOrigins: [origin] })).settings.redirectOrigins).toEqual([origin]);
    },
  );

  it.each([
    'http://app.example.test',
    'https://app.example.test/',
    'https://app.example.test/path',
    'https://app.example.test?x',
    'https://app.example.test#x',
    'https://user@app.example.test',
    'https://*.example.test',
    'https://App.example.test',
    'https://app.example.test:443',
    'https:app.example.test',
    'https:/app.example.test',
    '//app.example.test',
    'app.example.test',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://ex\u0430mple.test',
    'https://app.example.test\t',
    ' https://app.example.test',
    'https://[::1',
    'null',
    '',
    `https://${'a'.repeat(250)}.test`,
  ])('refuse %j', async (origin) => {
    expect((await create({ name: 'x', settings: { redirectOrigins: [origin] } })).status).toBe(422);
  });

  it('are the only places that invites and the default lead to', async () => {
    const permissions = ['users:read', 'users:invite'];
    const settings = { redirectOrigins: ['https://ok.test', 'http://localhost:5173'] };
    const org = await fresh({ ...settings, defaultRedirectUrl: 'https://ok.test/welcome' });
    const client = await ok(call('POST', `/v1/orgs/${org.id}/clients`, { name: 'c', permissions }, platform));
    const by = await service.tokenFor(client.clientId, client.clientSecret);
    const invite = (redirectUrl: string) => call('POST', '/v1/invites', { email: newAddress(), redirectUrl }, by);
    for (const fine of [
      'https://ok.test',
      'https://ok.test/a?b=c#d',
      'http://localhost:5173/x',
      'https://ok.test:443/',
    ]) {
      expect((await invite(fine)).status, fine).toBe(201);
    }
    for (const evil of [
      'https://evil.test',
      '//evil.test',
      '/\\evil.test',
      '\\\\evil.test',
      'https:evil.test',
      'https:ok.test',
      'https:/ok.test',
      'https:\\\\ok.test',
      'https://ok.test@evil.test',
      'https://user:pw@ok.test',
      'https://ok.test.evil.test',
      'https://evil.test/?ok.test',
      'https://evil.test/https://ok.test',
      'https://sub.ok.test',
      'http://ok.test',
      'https://ok.test:8443',
      'https://0k.test',
      'https://\u043ek.test',
      'javascript:alert(1)//https://ok.test',
      'data:text/html,https://ok.test',
      '%2f%2fevil.test',
      '/local',
      'https://ok.test/\tx',
      'https://ok.test/\r\nSet-Cookie: a=b',
      ' https://ok.test',
      `https://ok.test/${'x'.repeat(2000)}`,
    ]) {
      expect((await invite(evil)).status, evil).toBe(422);
      if (!evil.includes('ok.test/x')) {
        expect((await patch(org.id, { settings: { defaultRedirectUrl: evil } })).status, evil).toBe(422);
      }
    }
    const orphaned = await patch(org.id, { settings: { redirectOrigins: null } });
    expect(orphaned).toMatchObject({ status: 422, json: { code: 'redirect-not-allowed' } });
    expect((await patch(org.id, { settings: { redirectOrigins: null, defaultRedirectUrl: null } })).status).toBe(200);
  });
});

describe('allowed domains', () => {
  it('hold for creates, invites and changes of address, compared literally', async () => {
    const org = await fresh({ allowedDomains: ['a.test', 'xn--bcher-kva.test'] });
    const permissions = ['users:read', 'users:write', 'users:invite'];
    const client = await ok(call('POST', `/v1/orgs/${org.id}/clients`, { name: 'c', permissions }, platform));
    const by = await service.tokenFor(client.clientId, client.clientSecret);
    const user = await ok(call('POST', '/v1/users', { email: 'one@A.test' }, by));
    expect((await call('POST', '/v1/users', { email: 'one@bücher.test' }, by)).status).toBe(201);
    for (const email of ['one@b.test', 'one@sub.a.test', 'one@xa.test', 'one@a.test.evil.test', 'one@aXtest.test']) {
      const refused = { status: 422, json: { code: 'domain-not-allowed' } };
      expect(await call('POST', '/v1/users', { email }, by)).toMatchObject(refused);
      expect(await call('POST', '/v1/invites', { email }, by)).toMatchObject(refused);
      expect(await call('PATCH', `/v1/users/${user.id}`, { email }, by)).toMatchObject(refused);
    }
  });
});
