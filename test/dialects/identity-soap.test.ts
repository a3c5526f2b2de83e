// The SOAP facade by a real toolkit that knows nothing but the WSDL published here, and by hand where a toolkit would
// never send such a thing.
import * as soap from 'soap';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newCrowd } from '../support/crowd.ts';
import { type Listening, listen } from '../support/listening.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, NEW_PASSWORD, newAddress, newWorld, ok, PASSWORD, type World } from '../support/world.ts';
import { comesIn, overtaken, restored } from './journeys.ts';

let service: TestService;
let world: World;
let open: Listening;
let client: soap.Client & Record<string, (args: Json) => Promise<Json[]>>;

const address = () => `${open.base}/identity/soap`;

async function newClient(id: string, secret: string) {
  // This toolkit takes a member named `attributes` for attributes of the element, unless it is told another name.
  const options = { endpoint: address(), attributesKey: '$attributes' };
  const made = await soap.createClientAsync(`${address()}?wsdl`, options);
  made.setSecurity(new soap.WSSecurity(id, secret, { passwordType: 'PasswordText', hasTimeStamp: true }));
  return made as typeof client;
}

beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
  await newCrowd(service, 320);
  open = await listen(service);
  client = await newClient(world.seed.clientId, world.seed.clientSecret);
}, 60_000);
afterAll(() => open.stop());

const invoke = async (method: string, args: Json, by = client) => (await by[`${method}Async`]?.(args))?.[0]?.result;

/** The fault's own detail. */
async function faultOf(call: Promise<unknown>): Promise<Json> {
  const error: Json = await call.then(
    () => ({}),
    (failure) => failure,
  );
  return error.root?.Envelope.Body.Fault.detail.fault;
}

describe('a client made of the WSDL', () => {
  test('knows every method', () => {
    expect(Object.keys(client.describe().IdentityService.IdentitySoap).sort()).toEqual([
      'changeOrg',
      'changeUser',
      'createContactPointValidation',
      'createPasswordResetRequest',
      'createUser',
      'deleteContactPointValidation',
      'deletePasswordResetRequest',
      'deleteUser',
      'listOrgs',
      'listUsers',
      'showContactPointValidation',
      'showOrg',
      'showPasswordResetRequest',
      'showUser',
    ]);
  });

  test('drives a user from the invite to the way back', async () => {
    const [externalId, email] = [`O'Neil & <${newAddress()}>`, newAddress()];
    const key = { user: { externalId } };
    const attributes = [{ name: 'registrationMethod', value: 'phone' }];
    const user = { externalId, email, firstName: 'Zoë', lastName: '山田', roles: ['Agent'], attributes };
    const made = await invoke('createUser', { user, org: { internalId: world.seed.orgId } });
    const { createdDate, updatedDate, createdBy, modifiedBy, ...plain } = made;
    expect(plain).toEqual({ ...user, loginEnabled: true });
    expect([createdDate, updatedDate]).toEqual([expect.any(Date), createdDate]);
    expect([createdBy, modifiedBy]).toEqual(Array(2).fill({ externalId: world.seed.clientId }));
    await comesIn(world, email);
    const { id } = await ok(service.call('GET', `/v1/users/by-email/${email}`, { token: world.client }));

    const other = { externalId: newAddress(), email: newAddress() };
    await invoke('createUser', { user: other });
    const conflicts = [
      ['createUser', { user: { externalId, email: newAddress() } }],
      ['createUser', { user: { externalId: newAddress(), email } }],
      ['changeUser', { user: { externalId, email: other.email } }],
    ] as const;
    for (const [method, args] of conflicts) {
      expect((await faultOf(invoke(method, args))).code, method).toBe('OBJECT_EXISTS');
    }
    const late = { user: { externalId, firstName: 'Overtaken' } };
    const fault = await overtaken(world, id, 'Overtaken', () => faultOf(invoke('changeUser', late)));
    expect(fault.code).toBe('INVALID_STATE');

    const changed = await invoke('changeUser', { user: { externalId, lastName: 'Smith', roles: ['AccountManager'] } });
    expect(changed).toMatchObject({ firstName: 'Zoë', lastName: 'Smith', roles: ['AccountManager'] });
    const locked = await invoke('changeUser', { user: { externalId, loginEnabled: false } });
    expect(locked.loginEnabled).toBe(false);
    await expect(service.signIn(email, PASSWORD)).rejects.toThrow();
    expect((await invoke('changeUser', { user: { externalId, loginEnabled: true } })).loginEnabled).toBe(true);
    await service.signIn(email, PASSWORD);

    const before = await invoke('showUser', key);
    await invoke('deleteUser', key);
    for (const method of ['showUser', 'deleteUser']) {
      expect((await faultOf(invoke(method, key))).code, method).toBe('OBJECT_NOT_EXISTS');
    }
    expect((await faultOf(invoke('createUser', { user: { externalId, email } }))).code).toBe('OBJECT_EXISTS');
    await restored(world, id);
    const after = await invoke('showUser', key);
    expect({ ...after, updatedDate }).toEqual({ ...before, updatedDate });
    await service.signIn(email, PASSWORD);
  });

  test('lists hundreds by example, and none as nothing', async () => {
    await service.project();
    const listed = async (sample: Json): Promise<string[]> =>
      ((await invoke('listUsers', { sample })) ?? []).map((one: Json) => one.externalId);
    const all = await listed({});
    expect(all.length).toBeGreaterThan(250);
    expect(new Set(all).size).toBe(all.length);
    const [enabled, disabled] = [await listed({ loginEnabled: true }), await listed({ loginEnabled: false })];
    expect([...enabled, ...disabled].sort()).toEqual(all.toSorted());
    expect(disabled.length).toBeGreaterThan(5);
    const smiths = await listed({ lastName: 'Smith', roles: ['Agent'] });
    expect(smiths.length).toBeGreaterThan(1);
    expect(all).toEqual(expect.arrayContaining(smiths));
    expect(await invoke('listUsers', { sample: { lastName: 'Nobody' } })).toBeUndefined();
  });

  test('names the guide’s misspelt attributes either way, and reads no answer back', async () => {
    const externalId = newAddress();
    const named = (names: Json) => Object.entries(names).map(([name, value]) => ({ name, value }));
    const ids = { securityQuestionId1: 'q1', securityQuestionId2: 'q2', securityQuestionId3: 'q3' };
    const guide = {
      securityQuestionText1: 'Street?',
      sercurityQuestionText2: 'Pet?',
      sercurityQuestionText3: 'School?',
      sercurityQuestionAnswer1: 'Elm',
      sercurityQuestionAnswer2: 'Rex',
      securityQuestionAnswer3: 'Hill',
    };
    const shown = async (texts: Json) => {
      const { attributes } = await invoke('showUser', { user: { externalId } });
      expect(Object.fromEntries(attributes.map(({ name, value }: Json) => [name, value]))).toEqual({
        ...ids,
        ...texts,
      });
      return true;
    };
    const texts = Object.fromEntries(Object.entries(guide).filter(([name]) => name.includes('Text')));
    const attributes = named({ ...ids, ...guide });
    const made = await invoke('createUser', { user: { externalId, email: newAddress(), attributes } });
    expect(JSON.stringify(made)).not.toMatch(/Answer|Elm|Rex|Hill/);
    expect(await shown(texts)).toBe(true);
    const right = {
      securityQuestionText2: 'Cat?',
      securityQuestionText3: 'Town?',
      securityQuestionAnswer1: 'Oak',
      securityQuestionAnswer2: 'Tom',
    };
    await invoke('changeUser', { user: { externalId, attributes: named(right) } });
    expect(await shown({ ...texts, sercurityQuestionText2: 'Cat?', sercurityQuestionText3: 'Town?' })).toBe(true);
    const { hashes } = (await service.dump()).filter(({ k }) => k === 'answers').at(-1) as Json;
    expect(Object.keys(hashes).sort()).toEqual(['1', '2', '3']);
  });

  test('takes both requests to their ends', async () => {
    const { email, id } = await activePerson(service, world.seed.orgId);
    const user = { externalId: email };
    const by = { externalId: world.seed.clientId };
    const kinds = [
      ['PasswordResetRequest', 'passwordResetRequest', '/v1/password-resets/complete', { password: NEW_PASSWORD }],
      ['ContactPointValidation', 'contactPointValidation', '/v1/contact-validations/complete', {}],
    ] as const;
    for (const [kind, argument, path, more] of kinds) {
      const about = (request: Json) => ({ [argument]: request });
      await service.deliver();
      const made = await invoke(`create${kind}`, about({ user }));
      expect(made).toMatchObject({ user, createdBy: by, modifiedBy: by });
      if (kind === 'PasswordResetRequest') expect(made.owner.internalId).toBe(world.seed.orgId);
      const letter = (await service.deliver()).find(({ to, token }) => to === email && token);
      expect(JSON.stringify(made)).not.toContain(letter?.token);
      expect(await invoke(`show${kind}`, about({ id: made.id }))).toEqual(made);
      await ok(service.call('POST', path, { body: { token: letter?.token, ...more } }));
      expect((await invoke(`show${kind}`, about({ id: made.id }))).modifiedBy).toEqual(user);
      expect((await faultOf(invoke(`delete${kind}`, about({ id: made.id })))).code).toBe('INVALID_STATE');

      const unwanted = await invoke(`create${kind}`, about({ user }));
      await invoke(`delete${kind}`, about({ id: unwanted.id }));
      expect((await service.deliver()).filter(({ to, token }) => to === email && token)).toEqual([]);
    }
    await service.signIn(email, NEW_PASSWORD);
    const native = await ok(service.call('GET', `/v1/users/${id}`, { token: world.client }));
    const validated = (await invoke('showUser', { user })).attributes;
    expect(validated).toContainEqual({ name: 'emailValidationDate', value: native.security.emailVerifiedAt });
  });

  test('shows, lists and renames the org', async () => {
    const own = await invoke('showOrg', { org: {} });
    expect(own.internalId).toBe(world.seed.orgId);
    expect(await invoke('listOrgs', { sample: {} })).toEqual([own]);
    const attributes = [{ name: 'applicationName', value: 'Renamed' }];
    expect((await invoke('changeOrg', { org: { attributes } })).attributes).toContainEqual(attributes[0]);
  });

  test('is told what is wrong by a symbol', async () => {
    const key = { user: { externalId: newAddress() } };
    expect(await faultOf(invoke('showUser', key))).toMatchObject({ code: 'OBJECT_NOT_EXISTS' });
    expect(await faultOf(invoke('showUser', {}))).toMatchObject({ code: 'ARG_NULL', argument: 'user' });
    const user = { externalId: newAddress(), email: 'no address' };
    expect(await faultOf(invoke('createUser', { user }))).toMatchObject({
      code: 'ARG_INVALID_DATA',
      argument: 'email',
    });
    const org = { internalId: (await service.secondOrg()).orgId };
    expect(await faultOf(invoke('listUsers', { org }))).toMatchObject({ code: 'OBJECT_NOT_EXISTS' });
  });

  test('is nobody with a wrong secret, and may no more than its permissions', async () => {
    const key = { user: { externalId: newAddress() } };
    for (const [id, secret] of [
      [world.seed.clientId, 'wrong'],
      ['unknown', world.seed.clientSecret],
      [world.seed.orgId, world.seed.clientSecret],
    ] as const) {
      expect(await faultOf(invoke('showUser', key, await newClient(id, secret)))).toMatchObject({
        code: 'AUTHENTICATION_FAILED',
      });
    }
    const body = { name: 'a reader', permissions: ['users:read'] };
    const path = `/v1/orgs/${world.seed.orgId}/clients`;
    const made = await ok(service.call('POST', path, { token: world.client, body }));
    const reader = await newClient(made.clientId, made.clientSecret);
    expect(await faultOf(invoke('deleteUser', key, reader))).toMatchObject({ code: 'PERMISSION_DENIED' });
  });
});

describe('what no toolkit sends', () => {
  const send = (body: string, type = 'text/xml; charset=utf-8') =>
    service.call('POST', '/identity/soap', { body, headers: { 'content-type': type } });
  const wrapped = (inner: string, header = '') =>
    `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header>${header}</e:Header><e:Body>${inner}</e:Body></e:Envelope>`;
  const call = '<showUser xmlns="urn:rollcall:identity:1"/>';

  test.each([
    ['a document type', `<!DOCTYPE x [<!ENTITY a "b">]>${wrapped(call)}`],
    ['an entity of its own', wrapped('<showUser xmlns="urn:rollcall:identity:1">&a;</showUser>')],
    ['a file as an entity', `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>`],
    ['a processing instruction', `<?php echo 1 ?>${wrapped(call)}`],
    ['broken XML', wrapped('<showUser')],
    ['two methods', wrapped(call + call)],
    ['no method', wrapped('')],
    ['a method of another namespace', wrapped('<showUser/>')],
    ['nesting without end', wrapped('<a>'.repeat(5000) + '</a>'.repeat(5000))],
    ['no envelope', call],
    ['nothing', ''],
  ])('%s is refused', async (_what, body) => {
    const answer = await send(body);
    expect(answer.status).toBe(500);
    expect(answer.body).toContain('<faultcode>soap:Client</faultcode>');
    expect(answer.body).not.toMatch(/root:|passwd/);
  });

  test('a call without credentials, or with a digest, is nobody’s', async () => {
    const digest =
      '<Security><UsernameToken><Username>u</Username><Password Type="…#PasswordDigest">x</Password></UsernameToken></Security>';
    for (const header of ['', digest]) {
      expect((await send(wrapped(call, header))).body).toContain('<code>AUTHENTICATION_FAILED</code>');
    }
  });

  test('another media type, or more than it takes, is refused as HTTP does', async () => {
    expect((await send(wrapped(call), 'application/json')).status).toBe(415);
    expect((await send(wrapped(`<!--${'x'.repeat(300_000)}-->`))).status).toBe(413);
  });
});
