// The SOAP facade by a real toolkit that knows nothing but the WSDL published here, and by hand where a toolkit would
// never send such a thing.
import * as soap from 'soap';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Listening, listen } from '../support/listening.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { NEW_PASSWORD, newAddress, newWorld, ok, type World } from '../support/world.ts';

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
  open = await listen(service);
  client = await newClient(world.seed.clientId, world.seed.clientSecret);
});
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
      'changeUser',
      'createContactPointValidation',
      'createPasswordResetRequest',
      'createUser',
      'deleteContactPointValidation',
      'deletePasswordResetRequest',
      'deleteUser',
      'listUsers',
      'showContactPointValidation',
      'showOrg',
      'showPasswordResetRequest',
      'showUser',
    ]);
  });

  test('creates, shows, changes, lists, invites and deletes', async () => {
    const [externalId, email] = [`O'Neil & <${newAddress()}>`, newAddress()];
    const attributes = [
      { name: 'registrationMethod', value: 'phone' },
      { name: 'sercurityQuestionAnswer1', value: 'Elm' },
    ];
    const user = { externalId, email, firstName: 'Zoë', lastName: '山田', roles: ['Agent'], attributes };
    const made = await invoke('createUser', { user, org: { internalId: world.seed.orgId } });
    expect(made).toMatchObject({ externalId, email, firstName: 'Zoë', lastName: '山田', loginEnabled: true });
    expect(made.attributes).toEqual([attributes[0]]);
    const [letter] = await service.deliver();
    const body = { token: letter?.token, password: NEW_PASSWORD, profile: {} };
    await ok(service.call('POST', '/v1/invites/accept', { body }));
    await service.signIn(email, NEW_PASSWORD);
    expect(await invoke('showUser', { user: { externalId } })).toMatchObject({ externalId, email });
    const changed = await invoke('changeUser', { user: { externalId, lastName: 'Smith', loginEnabled: false } });
    expect(changed).toMatchObject({ firstName: 'Zoë', lastName: 'Smith', loginEnabled: false });
    await service.project();
    const listed = await invoke('listUsers', { sample: { lastName: 'Smith' } });
    expect(listed.map((one: Json) => one.externalId)).toEqual([externalId]);
    expect(await invoke('listUsers', { sample: { lastName: 'Nobody' } })).toBeUndefined();
    await invoke('deleteUser', { user: { externalId } });
    expect((await faultOf(invoke('showUser', { user: { externalId } }))).code).toBe('OBJECT_NOT_EXISTS');
  });

  test('starts resets and proofs, and shows the org', async () => {
    const [externalId, email] = [newAddress(), newAddress()];
    await invoke('createUser', { user: { externalId, email } });
    const reset = await invoke('createPasswordResetRequest', { passwordResetRequest: { user: { externalId } } });
    expect(reset).toMatchObject({ user: { externalId }, owner: { internalId: world.seed.orgId } });
    expect((await invoke('showPasswordResetRequest', { passwordResetRequest: { id: reset.id } })).id).toBe(reset.id);
    const proof = await invoke('createContactPointValidation', { contactPointValidation: { user: { externalId } } });
    expect((await invoke('showContactPointValidation', { contactPointValidation: { id: proof.id } })).id).toBe(
      proof.id,
    );
    await invoke('deleteContactPointValidation', { contactPointValidation: { id: proof.id } });
    expect((await invoke('showOrg', { org: {} })).internalId).toBe(world.seed.orgId);
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
