// Service accounts of the Amplify Platform: made, changed, signed in with and ended by the platform's own SDK, and what
// is refused.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rsaKeys } from '../support/client-keys.ts';
import { freePort, type Listening, listen } from '../support/listening.ts';
import { type Json, testService } from '../support/service.ts';
import { activePerson, newAddress, newWorld, ok } from '../support/world.ts';
import { call, type Journey, result, sdkOf } from './axway-journey.ts';

let journey: Journey;
let listening: Listening;
let sdk: Json;
let account: Json;
let folder: string;

beforeAll(async () => {
  // The SDK signs with the time of its machine, for the address it was given.
  const port = await freePort();
  const service = await testService({ at: new Date(), config: { baseUrl: `http://127.0.0.1:${port}` } });
  const world = await newWorld(service);
  listening = await listen(service, port);
  journey = { service, world, base: `${listening.base}/axway` };
  sdk = sdkOf(journey);
  account = await sdk.auth.login({});
  folder = await mkdtemp(join(tmpdir(), 'rollcall-keys-'));
});
afterAll(async () => {
  await listening.stop();
  await rm(folder, { recursive: true });
});

const org = () => account.org.id;
const signedIn = (clientId: string, proof: Json): Promise<Json> =>
  sdkOf(journey, { clientId, ...proof }).auth.login({});

async function keyFile(privateKey: string): Promise<string> {
  const file = join(folder, `${randomUUID()}.pem`);
  await writeFile(file, privateKey);
  return file;
}

describe('the SDK', () => {
  test('makes a service account with a secret of its own, which signs in with it', async () => {
    const secret = randomUUID();
    const { client } = await sdk.client.create(account, org(), {
      name: 'nightly',
      desc: 'Runs at night',
      secret,
      roles: ['developer', 'auditor'],
    });
    expect(client).toMatchObject({ name: 'nightly', type: 'secret', roles: ['auditor'], tags: [] });
    expect(JSON.stringify(client)).not.toContain(secret);
    const { client: found } = await sdk.client.find(account, org(), 'nightly');
    expect(found).toMatchObject({ client_id: client.client_id, description: 'Runs at night', method: 'Client Secret' });
    const own = await signedIn(client.client_id, { clientSecret: secret });
    expect(own).toMatchObject({ role: 'auditor', user: { guid: client.guid } });
    expect((await sdk.org.user.list(own, org())).users.length).toBeGreaterThan(0);
    await expect(sdk.org.user.add(own, org(), newAddress(), ['developer'])).rejects.toMatchObject({ code: 403 });
  });

  test('gives it a new secret, which ends the old one', async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    const { client } = await sdk.client.create(account, org(), {
      name: 'turning',
      secret: first,
      roles: ['developer'],
    });
    const updated = await sdk.client.update(account, org(), {
      client: client.client_id,
      name: 'turned',
      desc: 'Turned',
      secret: second,
      roles: ['administrator'],
    });
    expect(updated.client).toMatchObject({ name: 'turned', roles: ['administrator'], type: 'secret' });
    await expect(signedIn(client.client_id, { clientSecret: first })).rejects.toThrow(/Authentication failed/);
    const own = await signedIn(client.client_id, { clientSecret: second });
    const { user } = await sdk.org.user.add(own, org(), newAddress(), ['developer']);
    expect(user.roles).toEqual(['developer']);
    expect((await sdk.client.find(account, org(), 'turned')).client.description).toBe('Turned');
    await expect(
      sdk.client.update(account, org(), { client: client.client_id, publicKey: rsaKeys().publicKey }),
    ).rejects.toThrow('cannot be changed');
  });

  test('makes one with a public key, which signs in with its key file, and gives it another key', async () => {
    const { publicKey, privateKey } = await sdk.client.generateKeyPair();
    const { client } = await sdk.client.create(account, org(), { name: 'keyed', publicKey, roles: ['developer'] });
    expect(client).toMatchObject({ type: 'certificate', key_id: expect.stringMatching(/^[\w-]{43}$/) });
    const secretFile = await keyFile(privateKey);
    const own = await signedIn(client.client_id, { secretFile });
    expect(own.user.guid).toBe(client.guid);
    expect((await sdk.org.find(own, own.org.guid)).name).toBe('Example');
    const next = await sdk.client.generateKeyPair();
    const { client: changed } = await sdk.client.update(account, org(), {
      client: client.client_id,
      publicKey: next.publicKey,
    });
    expect(changed.key_id).not.toBe(client.key_id);
    await expect(signedIn(client.client_id, { secretFile })).rejects.toThrow(/Authentication failed/);
    await signedIn(client.client_id, { secretFile: await keyFile(next.privateKey) });
    const { json } = await call(journey, 'GET', `/api/v1/client/${client.guid}/json`, { token: journey.world.client });
    expect(json).toEqual({
      clientId: client.client_id,
      kid: changed.key_id,
      name: 'keyed',
      publicKey: next.publicKey,
      tokenUrl: `${journey.base}/auth/realms/Broker/protocol/openid-connect/token`,
    });
  });

  test('ends one, which may not come in again', async () => {
    const secret = randomUUID();
    const { client } = await sdk.client.create(account, org(), { name: 'doomed', secret, roles: ['developer'] });
    const { users } = await sdk.org.user.list(account, org());
    expect(users.find(({ client_id }: Json) => client_id === client.client_id).name).toBe('doomed');
    await sdk.client.remove(account, account.org, client.client_id);
    await expect(sdk.client.find(account, org(), 'doomed')).rejects.toThrow('not found');
    await expect(signedIn(client.client_id, { clientSecret: secret })).rejects.toThrow(/Authentication failed/);
    const { events } = await sdk.org.activity(account, org(), {});
    const told = events.map(({ event }: Json) => event);
    for (const what of ['create', 'update', 'remove']) expect(told).toContain(`platform.client.${what}`);
  });
});

describe('a service account', () => {
  const ask = (method: string, path: string, body?: Json, token = journey.world.client) =>
    call(journey, method, `/api/v1/client${path}`, { token, ...(body && { body }) });
  const wanted = (more: Json = {}) => ({
    ...{ name: 'wanted', org_guid: journey.world.seed.orgId, type: 'secret', secret: randomUUID(), ...more },
  });

  test.each<[string, Json, string]>([
    ['without a name', { name: undefined }, '"name" is a required'],
    ['of another org', { org_guid: '0192f0c1-0000-7000-8000-000000000000' }, 'Not Found'],
    ['of another type', { type: 'other' }, '"type" contained'],
    ['without its secret', { secret: undefined }, '"secret" is a required'],
    ['with a short secret', { secret: 'hunter2' }, '"secret" contained'],
    ['with a secret that repeats itself', { secret: 'abcd'.repeat(10) }, '"secret" contained'],
    ['with a secret that is no text', { secret: 7 }, '"secret" contained'],
    ['with secret and key', { publicKey: 'x' }, '"secret" contained'],
    ['without its key', { type: 'certificate', secret: undefined }, '"publicKey" is a required'],
    ['with no key', { type: 'certificate', secret: undefined, publicKey: 'x' }, '"publicKey" contained'],
    [
      'with a weak key',
      { type: 'certificate', secret: undefined, publicKey: rsaKeys(1024).publicKey },
      '"publicKey" contained',
    ],
    ['with a key made here', { type: 'certificate', secret: undefined, generateKey: true }, '"generateKey" contained'],
    ['in a team', { teams: [{ guid: 'x', roles: ['developer'] }] }, '"teams" contained'],
    ['with a role of nobody', { roles: ['consumer'] }, '"consumer" is not an allowed role'],
    ['with roles that are none', { roles: 'developer' }, '"roles" contained'],
    ['with endless tags', { tags: ['x'.repeat(41)] }, '"tags" contained'],
    ['with a member that nobody knows', { permissions: ['owners:write'] }, '"permissions" contained'],
  ])('%s is not made', async (_what, body, description) => {
    const { json } = await ask('POST', '', wanted(body));
    expect(json).toMatchObject({ success: false });
    expect(json.description).toContain(description);
  });

  test('gets no right that its maker lacks, and none that it was not given', async () => {
    const { service, world } = journey;
    const rights = { name: 'maker', permissions: ['users:read', 'orgs:read', 'clients:write'] };
    const path = `/v1/orgs/${world.seed.orgId}/clients`;
    const maker = await ok(service.call('POST', path, { token: world.client, body: rights }));
    const token = await service.tokenFor(maker.clientId, maker.clientSecret);
    expect((await ask('POST', '', wanted({ roles: ['administrator'] }), token)).json.code).toBe(403);
    expect((await ask('POST', '', wanted({ roles: ['developer'] }), token)).status).toBe(200);
    const strong = await result(ask('POST', '', wanted({ roles: ['administrator'] })));
    expect((await ask('PUT', `/${strong.guid}`, { secret: randomUUID() }, token)).json.code).toBe(403);
    const { token: member } = await activePerson(service, world.seed.orgId);
    expect((await ask('POST', '', wanted(), member)).json.code).toBe(403);
    const bare = await result(ask('POST', '', wanted()));
    expect(bare.roles).toEqual([]);
    const shown = await ok(service.call('GET', `/v1/clients/${bare.guid}`, { token: world.client }));
    expect(shown.permissions).toEqual([]);
    const granted = await result(ask('PUT', `/${bare.guid}`, { roles: ['administrator'] }));
    const { permissions } = await ok(service.call('GET', `/v1/clients/${granted.guid}`, { token: world.client }));
    expect(permissions).toContain('clients:write');
    expect(permissions).not.toContain('owners:write');
  });

  test('that the native API made keeps its rights and its secret when it is written back', async () => {
    const { service, world } = journey;
    const body = { name: 'native', permissions: ['users:read', 'users:write'], tags: ['a'], description: 'Ours' };
    const made = await ok(service.call('POST', `/v1/orgs/${world.seed.orgId}/clients`, { token: world.client, body }));
    const before = await result(ask('GET', `/${made.clientId}`));
    expect(before).toMatchObject({ roles: ['developer'], tags: ['a'], description: 'Ours', type: 'secret' });
    const { name, description, roles, tags } = before;
    await result(ask('PUT', `/${made.clientId}`, { name, description, roles, tags, teams: [] }));
    const after = await ok(service.call('GET', `/v1/clients/${made.clientId}`, { token: world.client }));
    const { clientSecret, ...unchanged } = made;
    expect(after).toEqual(unchanged);
    await service.tokenFor(made.clientId, clientSecret);
    const chosen = randomUUID();
    await result(ask('PUT', `/${made.clientId}`, { secret: chosen, description: '' }));
    await expect(service.tokenFor(made.clientId, clientSecret)).rejects.toThrow('401');
    await service.tokenFor(made.clientId, chosen);
    const renewed = await ok(service.call('POST', `/v1/clients/${made.clientId}/rotate`, { token: world.client }));
    await expect(service.tokenFor(made.clientId, chosen)).rejects.toThrow('401');
    await service.tokenFor(made.clientId, renewed.clientSecret);
    expect(renewed).not.toHaveProperty('description');
  });

  test('is found by role and term, in any order', async () => {
    const made = ['zeta', 'eta', 'theta'];
    for (const name of made) await result(ask('POST', '', wanted({ name, roles: ['auditor'] })));
    const list = async (query: string) => {
      const { json } = await ask('GET', `?org_id=${journey.world.seed.orgId}&${query}`);
      return json.result?.map(({ name }: Json) => name) ?? json.description;
    };
    expect(await list('term=eta&sort=name')).toEqual(['eta', 'theta', 'zeta']);
    expect(await list('term=eta&sort=type,-name&limit=2')).toEqual(['zeta', 'theta']);
    expect(await list('term=eta&roles[]=administrator')).toEqual([]);
    expect(await list('sort=secret')).toContain('"sort" contained');
  });

  test('leaves no secret of its own in the table, in answers or in the log', async () => {
    const { service } = journey;
    const secret = randomUUID();
    const made = await ask('POST', '', wanted({ secret }));
    const shown = await ask('GET', `/${made.json.result.guid}`);
    expect(JSON.stringify([made.json, shown.json, await service.dump(), service.log])).not.toContain(secret);
    const item = (await service.dump()).find(({ k, c }) => k === 'client' && c === made.json.result.guid);
    expect(item?.sh).toMatch(/^1_[\w-]{43}$/);
    const native = await ok(
      service.call('GET', `/v1/clients/${made.json.result.guid}`, { token: journey.world.client }),
    );
    expect(JSON.stringify(native)).not.toContain(String(item?.sh));
  });
});
