// Machine clients: who may make them with what, a secret that is shown once and kept nowhere, its rotation and its end.
import { beforeAll, describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../shared/model/principal.ts';
import type { Item } from '../../shared/store/table.ts';
import { newWriter } from '../bench/people.ts';
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
const make = (permissions: string[], by = token, orgId: string = service.seed.orgId, headers = {}) =>
  call('POST', `/v1/orgs/${orgId}/clients`, { name: 'A client', permissions }, by, headers);
const made = (permissions: string[]): Promise<Json> => ok(make(permissions));
const tokenOf = ({ clientId, clientSecret }: Json) => service.tokenFor(clientId, clientSecret);
const rotate = (id: string, by = token, headers = {}) =>
  call('POST', `/v1/clients/${id}/rotate`, undefined, by, headers);
const revoke = (id: string, by = token) => call('DELETE', `/v1/clients/${id}`, undefined, by);
/** Everything the table holds, as text; bytes as base64. */
const everything = async () =>
  JSON.stringify(await service.dump(), (_key, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value instanceof Set ? [...value] : value,
  );

describe('a machine client', () => {
  it('is made with a secret that works and is shown this once', async () => {
    const answer = await make(['users:write', 'users:read']);
    expect(answer).toMatchObject({ status: 201, json: { name: 'A client', secretVersion: 1 } });
    expect(answer.json.permissions).toEqual(['users:read', 'users:write']);
    expect(answer.json.orgId).toBe(service.seed.orgId);
    const by = await tokenOf(answer.json);
    expect((await call('POST', '/v1/users', { email: newAddress() }, by)).status).toBe(201);
    const listed = await ok(call('GET', `/v1/orgs/${service.seed.orgId}/clients`));
    const shown = listed.items.find(({ clientId }: Json) => clientId === answer.json.clientId);
    const { clientSecret: _secret, ...rest } = answer.json;
    expect(shown).toEqual(rest);
    expect(JSON.stringify(listed)).not.toMatch(/rc_|secret"/i);
  });

  it('made or rotated twice under one Idempotency-Key shows the same secret, which the table never holds', async () => {
    const key = { 'idempotency-key': 'client-once' };
    const first = await make(['users:read'], token, service.seed.orgId, key);
    const again = await make(['users:read'], token, service.seed.orgId, key);
    expect(first.status).toBe(201);
    expect([again.status, again.json]).toEqual([201, first.json]);
    const rotations = [];
    for (const _ of upTo(2)) {
      rotations.push(await rotate(first.json.clientId, token, { 'idempotency-key': 'rotate-once' }));
    }
    expect(rotations[1]?.json).toEqual(rotations[0]?.json);
    expect(rotations[0]?.json.secretVersion).toBe(2);
    const secrets = [first.json.clientSecret, rotations[0]?.json.clientSecret];
    expect(new Set(secrets).size).toBe(2);
    const table = await everything();
    for (const secret of secrets) {
      expect(table).not.toContain(secret);
      // Without its prefix; the rest may hold the same sign.
      expect(table).not.toContain(secret.slice(secret.indexOf('_') + 1, -2));
    }
    expect(JSON.stringify(service.log)).not.toContain(secrets[1]);
    await tokenOf(rotations[0]?.json);
  });

  it('gets no permission that its maker lacks, save from the platform, which is audited', async () => {
    const maker = await made(['users:read', 'clients:write']);
    const by = await tokenOf(maker);
    expect((await make(['users:read'], by)).status).toBe(201);
    expect(await make(['users:write'], by)).toMatchObject({ status: 403, json: { code: 'role-above-own' } });
    const admin = await activePerson(service, service.seed.orgId, ['admin']);
    expect((await make(['owners:write'], admin.token)).status).toBe(403);
    expect((await make(['users:delete'], admin.token)).status).toBe(201);
    const all = await make([...PERMISSIONS], platform);
    expect(all).toMatchObject({ status: 201, json: { permissions: [...PERMISSIONS] } });
    const entries = (await service.dump()).filter(({ k, subject }) => k === 'audit' && subject === all.json.clientId);
    expect(entries).toMatchObject([
      {
        type: 'client-created',
        actor: { is: 'platform', id: service.seed.platformClientId },
        changed: [...PERMISSIONS],
      },
    ]);
  });

  it('does within its org what its permissions say, and makes no clients without the right to', async () => {
    const reader = await tokenOf(await made(['users:read']));
    const user = await ok(call('POST', '/v1/users', { email: newAddress() }));
    expect((await call('GET', `/v1/users/${user.id}`, undefined, reader)).status).toBe(200);
    const refusals: [string, string, Json?][] = [
      ['POST', '/v1/users', { email: newAddress() }],
      ['PATCH', `/v1/users/${user.id}`, {}],
      ['DELETE', `/v1/users/${user.id}`],
      ['PUT', `/v1/users/${user.id}/roles`, { roles: ['owner'] }],
      ['POST', `/v1/users/${user.id}/lock`, { reason: 'x' }],
      ['POST', '/v1/invites', { email: newAddress() }],
      ['GET', `/v1/orgs/${service.seed.orgId}`],
      ['POST', `/v1/orgs/${service.seed.orgId}/clients`, { name: 'x', permissions: [] }],
      ['GET', `/v1/orgs/${service.seed.orgId}/clients`],
      ['POST', `/v1/clients/${service.seed.clientId}/rotate`],
      ['DELETE', `/v1/clients/${service.seed.clientId}`],
      ['GET', '/v1/me'],
      ['PATCH', '/v1/me', {}],
      ['POST', '/v1/me/password', { currentPassword: 'x', newPassword: 'y' }],
      ['GET', '/v1/sessions'],
      ['POST', '/v1/orgs', { name: 'x' }],
    ];
    for (const [method, path, body] of refusals) {
      const answer = await call(method, path, body, reader);
      expect([answer.status, answer.json.code], `${method} ${path}`).toEqual([
        403,
        expect.stringMatching(/^(permission-missing|person-only)$/),
      ]);
    }
    const foreign = await ok(
      service.call('POST', '/v1/users', {
        token: await service.tokenFor(other.clientId, other.clientSecret),
        body: { email: newAddress() },
      }),
    );
    expect((await call('GET', `/v1/users/${foreign.id}`, undefined, reader)).status).toBe(404);
  });

  it('cannot sign in as a person does', async () => {
    const { clientId, clientSecret } = await made(['users:read']);
    const body = { email: clientId, password: clientSecret };
    expect((await service.call('POST', '/v1/sessions', { body })).status).toBe(422);
    const address = { email: `${clientId}@rollcall.test`, password: clientSecret };
    expect((await service.call('POST', '/v1/sessions', { body: address })).status).toBe(401);
  });

  it.each([
    [{ name: '', permissions: [] }, '/name'],
    [{ name: 'see http://evil.test', permissions: [] }, '/name'],
    [{ name: 'x', permissions: ['root'] }, '/permissions/0'],
    [{ name: 'x', permissions: 'users:read' }, '/permissions'],
    [{ name: 'x' }, '/permissions'],
    [{ name: 'x', permissions: [], clientSecret: 'mine' }, '/clientSecret'],
    [{ name: 'x', permissions: [], orgId: 'mine' }, '/orgId'],
  ])('is not made of %j', async (body, pointer) => {
    const answer = await call('POST', `/v1/orgs/${service.seed.orgId}/clients`, body);
    expect(answer).toMatchObject({ status: 422, json: { issues: [{ pointer }] } });
  });
});

describe('a rotation', () => {
  it('ends the old secret and every token of it for changes at once, reads go on until it expires', async () => {
    const client = await made(['users:read', 'users:write', 'clients:write']);
    const by = await tokenOf(client);
    const renewed = await ok(rotate(client.clientId));
    expect(renewed.secretVersion).toBe(2);
    const invalid = { status: 401, json: { code: 'token-invalid' } };
    expect(await call('POST', '/v1/users', { email: newAddress() }, by)).toMatchObject(invalid);
    expect(await rotate(client.clientId, by)).toMatchObject(invalid);
    expect((await call('GET', '/v1/users', undefined, by)).status).toBe(200);
    await expect(tokenOf(client)).rejects.toThrow('401');
    const fresh = await tokenOf(renewed);
    expect((await call('POST', '/v1/users', { email: newAddress() }, fresh)).status).toBe(201);
  });

  it('of a client that holds more than the caller is refused', async () => {
    const strong = await made(['users:read', 'users:delete']);
    const by = await tokenOf(await made(['users:read', 'clients:write']));
    expect(await rotate(strong.clientId, by)).toMatchObject({ status: 403, json: { code: 'role-above-own' } });
    expect((await rotate(strong.clientId, platform)).status).toBe(200);
  });

  it('made many times at once leaves one live secret', async () => {
    const client = await made(['users:read']);
    const answers = await Promise.all(upTo(5).map(() => rotate(client.clientId)));
    const done = answers.filter(({ status }) => status === 200).map(({ json }) => json);
    const newest = done.reduce((a, b) => (a.secretVersion > b.secretVersion ? a : b));
    expect(newest.secretVersion).toBe(done.length + 1);
    for (const json of done) {
      if (json === newest) await tokenOf(json);
      else await expect(tokenOf(json)).rejects.toThrow('401');
    }
  });
});

describe('a change', () => {
  const change = (id: string, body: Json, headers = {}) => call('PATCH', `/v1/clients/${id}`, body, token, headers);

  it('names what changed, counts versions, and is none where everything stays', async () => {
    const client = await made(['users:read']);
    const body = { name: 'Renamed', description: 'Nightly', tags: ['a'], permissions: ['users:read'] };
    const changed = await ok(change(client.clientId, body, { 'if-match': '"1"' }));
    expect(changed).toMatchObject({
      name: 'Renamed',
      description: 'Nightly',
      tags: ['a'],
      version: 2,
      secretVersion: 1,
    });
    expect((await ok(change(client.clientId, body))).version).toBe(2);
    const bare = await ok(change(client.clientId, { description: null, tags: null }));
    expect([bare.version, bare.description, bare.tags]).toEqual([3, undefined, undefined]);
    await tokenOf(client);
    const entries = (await service.dump()).filter(({ k, subject }) => k === 'audit' && subject === client.clientId);
    expect(entries.map(({ type, changed: what }) => [type, what])).toEqual(
      expect.arrayContaining([
        ['client-updated', ['name', 'description', 'tags']],
        ['client-updated', ['description', 'tags']],
      ]),
    );
    expect(entries).toHaveLength(3);
  });

  it('of permissions holds for tokens that are out already', async () => {
    const client = await made(['users:read', 'users:write']);
    const by = await tokenOf(client);
    await ok(change(client.clientId, { permissions: ['users:read'] }));
    const refused = await call('POST', '/v1/users', { email: newAddress() }, by);
    expect(refused).toMatchObject({ status: 403, json: { code: 'permission-missing' } });
    expect((await call('GET', '/v1/users', undefined, by)).status).toBe(200);
  });

  it('made many times at once loses none', async () => {
    const client = await made(['users:read']);
    const bodies = [{ name: 'Theirs' }, { description: 'Kept' }, { tags: ['kept'] }];
    const answers = await Promise.all(bodies.map((body) => change(client.clientId, body)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const after = await ok(call('GET', `/v1/clients/${client.clientId}`));
    expect(after).toMatchObject({ name: 'Theirs', description: 'Kept', tags: ['kept'], version: 4 });
  });

  it('is taken by a client that was made before versions were counted', async () => {
    const client = await made(['users:read']);
    const item = (await service.dump()).find(({ k, c }) => k === 'client' && c === client.clientId);
    const { v: _version, ...old } = item as Item;
    await newWriter(service.table).write([old as Item]);
    expect((await ok(call('GET', `/v1/clients/${client.clientId}`))).version).toBe(1);
    expect((await ok(rotate(client.clientId))).version).toBe(2);
    expect((await revoke(client.clientId)).status).toBe(204);
  });
});

describe('a revoked client', () => {
  it('has no token, no secret and no place in the list any more', async () => {
    const client = await made(['users:read', 'users:write']);
    const by = await tokenOf(client);
    expect((await revoke(client.clientId)).status).toBe(204);
    await expect(tokenOf(client)).rejects.toThrow('401');
    expect((await call('POST', '/v1/users', { email: newAddress() }, by)).json.code).toBe('token-invalid');
    expect((await rotate(client.clientId)).status).toBe(404);
    expect((await revoke(client.clientId)).status).toBe(404);
    const { items } = await ok(call('GET', `/v1/orgs/${service.seed.orgId}/clients?limit=200`));
    expect(items.map(({ clientId }: Json) => clientId)).not.toContain(client.clientId);
  });

  it('leaves the walk of the list whole', async () => {
    const kept = [await made([]), await made([]), await made([])];
    await revoke((await made([])).clientId);
    const seen: string[] = [];
    let path: string | undefined = `/v1/orgs/${service.seed.orgId}/clients?limit=1`;
    while (path) {
      const page = await call('GET', path);
      seen.push(...(await ok(page)).items.map(({ clientId }: Json) => clientId));
      path = /^<(.*)>; rel="next"$/.exec(page.headers.link ?? '')?.[1];
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.slice(-3)).toEqual(kept.map(({ clientId }) => clientId));
  });
});
