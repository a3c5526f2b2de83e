// The Engage Identity service's JSON binding: the contract of all languages, and what is this one's own.
import { beforeAll, describe, expect, test } from 'vitest';
import { operations as links } from '../../functions/dialects/identity/links.ts';
import { operations } from '../../functions/dialects/identity.ts';
import { newGuest } from '../support/guests.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import {
  activePerson,
  NEW_PASSWORD,
  newAddress,
  newUserOf,
  newWorld,
  ok,
  type World,
  withLetters,
} from '../support/world.ts';
import { contract } from './contract.ts';
import { identity } from './identity-speaker.ts';

let service: TestService;
let world: World;
let other: World;
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
  other = await newWorld(service, await service.secondOrg());
});

contract(identity, [...operations, ...links], () => ({ service, world, other }));

const call = (method: string, path: string, body?: Json, token = world.client) =>
  service.call(method, `/identity/v1${path}`, { token, ...(body !== undefined && { body }) });

const pairs = (all: { name: string; value: string }[]) =>
  Object.fromEntries(all.map(({ name, value }) => [name, value]));

/** As the guide's tables have it, with a value for each member; the read-only ones as a client would send them back. */
const seed = () => ({
  externalId: `jdoe-${newAddress()}`,
  loginEnabled: true,
  locale: 'fr-FR',
  firstName: 'John',
  lastName: 'Doe',
  timeZone: 'America/New_York',
  email: newAddress(),
  roles: ['Agent'],
  defaultPhoneNumber: '+1 555 0100',
  preferences: [{ name: 'theme', value: 'dark' }],
  createdDate: '2016-09-06T00:00:00Z',
  updatedDate: '2016-09-06T00:00:00Z',
  createdBy: { externalId: 'admin' },
  modifiedBy: { externalId: 'admin' },
  attributes: [
    { name: 'passwordExpirationDate', value: '2030-01-01T00:00:00Z' },
    { name: 'passwordChangeRequired', value: 'true' },
    { name: 'registrationMethod', value: 'phone' },
    { name: 'registrationPhoneNumber', value: '+1 555 0101' },
    { name: 'tags', value: 'north,night' },
    { name: 'securityQuestionId1', value: 'q1' },
    { name: 'securityQuestionText1', value: 'First street?' },
    { name: 'securityQuestionId2', value: 'q2' },
    { name: 'sercurityQuestionText2', value: 'First pet?' },
    { name: 'securityQuestionId3', value: 'q3' },
    { name: 'sercurityQuestionText3', value: 'First school?' },
    { name: 'sercurityQuestionAnswer1', value: 'Elm Street' },
    { name: 'sercurityQuestionAnswer2', value: 'Rex' },
    { name: 'securityQuestionAnswer3', value: 'Hill School' },
    { name: 'emailValidationDate', value: '2016-09-06T00:00:00Z' },
    { name: 'failedPasswordResetAttempt', value: '0' },
  ],
});

describe('a user', () => {
  test('is made of the seed’s own members and comes back in its shape', async () => {
    const given = seed();
    const made = await ok(call('POST', '/users', given));
    const { attributes, createdDate, updatedDate, createdBy, modifiedBy, ...plain } = made;
    const { attributes: sent, createdDate: _c, updatedDate: _u, createdBy: _b, modifiedBy: _m, ...wanted } = given;
    expect(plain).toEqual(wanted);
    expect([createdDate, updatedDate].every((date) => Date.parse(date) > Date.parse('2026-01-01'))).toBe(true);
    expect(createdBy.externalId).toBe(world.seed.clientId);
    expect(modifiedBy).toEqual(createdBy);
    const shown = pairs(attributes);
    // Answers are shown to nobody; the others are read-only, and nothing of them is so for somebody new.
    const hidden = /Answer|^(passwordExpirationDate|emailValidationDate|failedPasswordResetAttempt)$/;
    expect(shown).toEqual(Object.fromEntries(Object.entries(pairs(sent)).filter(([name]) => !hidden.test(name))));
    expect([Object.keys(given).length, sent.length]).toEqual([15, 16]);
    expect(await ok(call('GET', `/users/${given.externalId}`))).toEqual(made);
  });

  test('is invited by letter unless it may not sign in', async () => {
    const made = async (loginEnabled: boolean) => {
      const body = { externalId: newAddress(), email: newAddress(), loginEnabled };
      const options = { token: world.client, body };
      return withLetters(service, 'POST', '/identity/v1/users', options);
    };
    expect((await made(true)).letters.map(({ link }) => link)).toEqual([expect.stringContaining('/accept-invite')]);
    const { answer, letters } = await made(false);
    expect(letters).toEqual([]);
    expect(answer.loginEnabled).toBe(false);
    expect((await ok(call('PATCH', `/users/${answer.externalId}`, { loginEnabled: true }))).loginEnabled).toBe(true);
  });

  test('is found by externalId, else username, else address', async () => {
    const [name, email] = [`name-${newAddress().split('@')[0]}`, newAddress()];
    await newUserOf(world, { email, username: name });
    expect((await ok(call('GET', `/users/${name}`))).externalId).toBe(name);
    expect((await ok(call('GET', `/users/${email}`))).externalId).toBe(name);
    expect((await call('GET', '/users/nobody-at-all')).json).toEqual({
      errors: [{ code: 'OBJECT_NOT_EXISTS', message: expect.any(String) }],
    });
  });

  test('needs key and address, has no member that nobody knows, and none twice', async () => {
    const [externalId, email] = [newAddress(), newAddress()];
    const cases: [Json, string, string][] = [
      [{ email }, 'ARG_NULL', 'externalId'],
      [{ externalId }, 'ATTRIBUTE_NULL', 'email'],
      [{ externalId, email, password: 'x' }, 'ARG_INVALID_DATA', 'user'],
      [{ externalId, email, locale: 'xx-XX' }, 'ARG_INVALID_DATA', 'locale'],
      [{ externalId, email, loginEnabled: 'maybe' }, 'ARG_INVALID_TYPE', 'loginEnabled'],
      [{ externalId, email, attributes: [{ name: 'shoeSize', value: '9' }] }, 'ARG_INVALID_DATA', 'attributes'],
    ];
    for (const [body, code, argument] of cases) {
      const answer = await call('POST', '/users', body);
      expect([answer.status, answer.json.errors[0].code, answer.json.errors[0].argument]).toEqual([
        400,
        code,
        argument,
      ]);
    }
    await ok(call('POST', '/users', { externalId, email }));
    const taken = await call('POST', '/users', { externalId: newAddress(), email });
    expect([taken.status, taken.json.errors[0].code]).toEqual([409, 'OBJECT_EXISTS']);
    const sameKey = await call('POST', '/users', { externalId, email: newAddress() });
    expect([sameKey.status, sameKey.json.errors[0].code]).toEqual([409, 'OBJECT_EXISTS']);
  });

  test('changes in what is supplied alone', async () => {
    const { externalId } = await ok(call('POST', '/users', seed()));
    const changed = await ok(
      call('PUT', `/users/${externalId}`, {
        firstName: 'Jane',
        preferences: [
          { name: 'theme', value: '' },
          { name: 'size', value: 'L' },
        ],
        attributes: [
          { name: 'sercurityQuestionText2', value: 'Second pet?' },
          { name: 'tags', value: 'day' },
        ],
      }),
    );
    expect(changed).toMatchObject({ firstName: 'Jane', lastName: 'Doe', preferences: [{ name: 'size', value: 'L' }] });
    expect(pairs(changed.attributes)).toMatchObject({
      securityQuestionText1: 'First street?',
      securityQuestionId2: 'q2',
      sercurityQuestionText2: 'Second pet?',
      tags: 'day',
      registrationMethod: 'phone',
    });
    const correct = await ok(
      call('PATCH', `/users/${externalId}`, { attributes: [{ name: 'securityQuestionText2', value: 'Third pet?' }] }),
    );
    expect(pairs(correct.attributes).sercurityQuestionText2).toBe('Third pet?');
    const renamed = await call('PATCH', `/users/${externalId}`, { externalId: 'another' });
    expect([renamed.status, renamed.json.errors[0].argument]).toEqual([400, 'externalId']);
  });

  test('has answers that are kept hashed beside the credential, by those who may set passwords alone', async () => {
    const { externalId } = await ok(call('POST', '/users', seed()));
    const kept = (await service.dump()).filter(({ k }) => k === 'answers');
    const hashes = Object.values(kept.at(-1)?.hashes as Json) as string[];
    expect(hashes).toHaveLength(3);
    expect(hashes.every((hash) => hash.startsWith('$argon2id$'))).toBe(true);
    expect(JSON.stringify(kept)).not.toMatch(/elm street|rex|hill school/i);
    const body = { name: 'a writer', permissions: ['users:read', 'users:write'] };
    const { clientId, clientSecret } = await ok(
      service.call('POST', `/v1/orgs/${world.seed.orgId}/clients`, { token: world.client, body }),
    );
    const writer = await service.tokenFor(clientId, clientSecret);
    const answer = { attributes: [{ name: 'securityQuestionAnswer3', value: 'x' }] };
    expect((await call('PATCH', `/users/${externalId}`, answer, writer)).json.errors[0].code).toBe('PERMISSION_DENIED');
  });

  test('has roles by the service’s names, and nobody gives more than they hold', async () => {
    const { externalId } = await ok(call('POST', '/users', seed()));
    const admin = await ok(call('PATCH', `/users/${externalId}`, { roles: ['AccountManager'] }));
    expect(admin.roles).toEqual(['AccountManager']);
    expect((await call('PATCH', `/users/${externalId}`, { roles: ['Wizard'] })).status).toBe(400);
    expect((await call('PATCH', `/users/${externalId}`, { roles: ['Agent'] }, world.reader)).status).toBe(403);
  });

  test('that is deleted is gone, and its address stays reserved', async () => {
    const { externalId, email } = await ok(call('POST', '/users', seed()));
    expect((await call('DELETE', `/users/${externalId}`)).status).toBe(204);
    expect((await call('GET', `/users/${externalId}`)).status).toBe(404);
    expect((await call('DELETE', `/users/${externalId}`)).status).toBe(404);
    const again = await call('POST', '/users', { externalId: newAddress(), email });
    expect(again.json.errors[0].code).toBe('OBJECT_EXISTS');
  });
});

test('a guest has roles in this org, and everything else at home', async () => {
  const guest = await newGuest(service, other.seed);
  const path = `/users/${guest.email}`;
  const { json } = await call('GET', path, undefined, guest.abroad);
  for (const change of [
    { firstName: 'Ours' },
    { loginEnabled: false },
    { roles: ['AccountManager'], attributes: [{ name: 'tags', value: 'ours' }] },
    { roles: ['AccountManager'], attributes: [{ name: 'securityQuestionAnswer3', value: 'ours' }] },
  ]) {
    const refused = await call('PATCH', path, change, guest.abroad);
    expect([refused.status, refused.json.errors[0].code]).toEqual([403, 'PERMISSION_DENIED']);
  }
  expect((await call('GET', path, undefined, guest.abroad)).json).toEqual(json);
  expect((await ok(call('PATCH', path, { roles: ['viewer'] }, guest.abroad))).roles).toEqual(['viewer']);
});

describe('a list by example', () => {
  test('holds whoever equals the sample in all that it says', async () => {
    const family = `Family${newAddress().split('@')[0]}`;
    const [one, two] = [
      { ...seed(), lastName: family },
      { ...seed(), lastName: family, locale: 'de-DE' },
    ];
    await ok(call('POST', '/users', one));
    await ok(call('POST', '/users', two));
    await service.project();
    const keys = async (query: string) =>
      (await ok(call('GET', `/users?lastName=${family}${query}`))).map((user: Json) => user.externalId).sort();
    expect(await keys('')).toEqual([one.externalId, two.externalId].sort());
    expect(await keys('&locale=de-DE')).toEqual([two.externalId]);
    expect(await keys('&roles=Agent&loginEnabled=true&firstName=John')).toHaveLength(2);
    expect(await keys('&roles=AccountManager')).toEqual([]);
    expect(await keys('&loginEnabled=false')).toEqual([]);
    expect(await ok(call('GET', `/users?externalId=${one.externalId}`))).toHaveLength(1);
    const rpc = { sample: { lastName: family, attributes: [{ name: 'tags', value: 'north' }] } };
    expect((await ok(call('POST', '/rpc/listUsers', rpc))).result).toHaveLength(2);
    expect((await call('GET', '/users?shoeSize=9')).status).toBe(400);
  });

  test('of another org is one of an org that does not exist', async () => {
    expect((await call('GET', `/users?org=${other.seed.orgId}`)).json.errors[0].code).toBe('OBJECT_NOT_EXISTS');
    const org = { org: { internalId: other.seed.orgId }, sample: {} };
    expect((await call('POST', '/rpc/listUsers', org)).status).toBe(404);
    expect((await ok(call('GET', '/org'))).internalId).toBe(world.seed.orgId);
  });
});

describe('the org', () => {
  test('is the token’s, listed by example', async () => {
    const own = await ok(call('GET', '/org'));
    const list = async (args: Json) => (await ok(call('POST', '/rpc/listOrgs', args))).result;
    expect(await list({})).toEqual([own]);
    const { attributes, internalId, type } = own;
    expect(await list({ sample: { internalId, type, attributes } })).toEqual([own]);
    expect(await list({ sample: { type: 'Account' } })).toEqual([]);
    expect(await list({ sample: { attributes: [{ name: 'applicationName', value: 'Another' }] } })).toEqual([]);
    expect(await list({ parent: { internalId } })).toEqual([]);
    const theirs = await call('POST', '/rpc/listOrgs', { parent: { internalId: other.seed.orgId } });
    expect([theirs.status, theirs.json.errors[0].code]).toEqual([404, 'OBJECT_NOT_EXISTS']);
  });

  test('changes its name and preferences, and keeps all other settings', async () => {
    const there = { token: other.client };
    const path = `/v1/orgs/${other.seed.orgId}`;
    const settings = { allowedDomains: ['example.test'], preferences: { loginOrg: 'ask', map: { size: 'L' } } };
    await ok(service.call('PATCH', path, { ...there, body: { settings } }));
    const before = await ok(call('GET', '/org', undefined, other.client));
    expect(before.preferences).toEqual([{ name: 'size', value: 'L' }]);
    expect(await ok(call('PUT', '/org', before, other.client))).toEqual(before);
    const change = {
      attributes: [{ name: 'applicationName', value: 'Renamed' }],
      preferences: [
        { name: 'size', value: '' },
        { name: 'theme', value: 'dark' },
      ],
    };
    const changed = await ok(call('PATCH', '/org', change, other.client));
    expect(pairs(changed.attributes)).toEqual({ enabled: 'true', applicationName: 'Renamed' });
    expect(changed.preferences).toEqual([{ name: 'theme', value: 'dark' }]);
    const native = await ok(service.call('GET', path, there));
    expect(native).toMatchObject({ name: 'Renamed', version: 3 });
    expect(native.settings).toEqual({
      adminMaySetPasswords: true,
      allowedDomains: ['example.test'],
      preferences: { loginOrg: 'ask', map: { theme: 'dark' } },
    });
  });

  test('is refused what it cannot be, and anybody who may not change it', async () => {
    const cases: [Json, number, string, string?][] = [
      [{ type: 'Account' }, 400, 'ARG_INVALID_DATA', 'type'],
      [{ parent: { internalId: other.seed.orgId } }, 400, 'ARG_INVALID_DATA', 'parent'],
      [{ attributes: [{ name: 'enabled', value: 'false' }] }, 400, 'ARG_INVALID_DATA', 'enabled'],
      [{ attributes: [{ name: 'defaultCallerID', value: '1' }] }, 400, 'ARG_INVALID_DATA', 'attributes'],
      [{ attributes: [{ name: 'applicationName', value: '' }] }, 400, 'ARG_INVALID_DATA', 'applicationName'],
      [{ attributes: [{ name: 'applicationName', value: 'http://x.test' }] }, 400, 'ARG_INVALID_DATA'],
      [{ internalId: other.seed.orgId }, 404, 'OBJECT_NOT_EXISTS'],
    ];
    for (const [body, status, code, argument] of cases) {
      const refused = await call('PATCH', '/org', body);
      expect([refused.status, refused.json.errors[0].code], refused.body).toEqual([status, code]);
      if (argument) expect(refused.json.errors[0].argument).toBe(argument);
    }
    expect((await call('PATCH', '/org', {}, world.reader)).json.errors[0].code).toBe('PERMISSION_DENIED');
  });
});

describe('requests', () => {
  test('for a new password send the letter, show no link, and are completed by its token', async () => {
    const person = await activePerson(service, world.seed.orgId);
    const options = { token: world.client, body: { user: { externalId: person.email } } };
    const { answer, letters } = await withLetters(service, 'POST', '/identity/v1/passwordResetRequests', options);
    const token = letters[0]?.token as string;
    expect(answer.user).toEqual({ externalId: person.email });
    expect(answer.attributes).toEqual([{ name: 'url', value: `${service.config.baseUrl}/reset-password` }]);
    expect(JSON.stringify(answer)).not.toContain(token);
    expect((await ok(call('GET', `/passwordResetRequests/${answer.id}`))).id).toBe(answer.id);
    expect((await call('GET', `/passwordResetRequests/${answer.id}`, undefined, other.client)).status).toBe(404);
    const done = { body: { token, password: NEW_PASSWORD } };
    expect((await service.call('POST', '/identity/v1/passwordResetRequests/complete', done)).status).toBe(204);
    expect((await service.call('POST', '/identity/v1/passwordResetRequests/complete', done)).status).toBe(410);
    await service.signIn(person.email, NEW_PASSWORD);
  });

  test('for a new password that are deleted leave a dead link', async () => {
    const person = await activePerson(service, world.seed.orgId);
    const options = { token: world.client, body: { user: { externalId: person.email } } };
    const { answer, letters } = await withLetters(service, 'POST', '/identity/v1/passwordResetRequests', options);
    expect((await call('DELETE', `/passwordResetRequests/${answer.id}`)).status).toBe(204);
    expect((await call('DELETE', `/passwordResetRequests/${answer.id}`)).json.errors[0].code).toBe('INVALID_STATE');
    const body = { token: letters[0]?.token, password: NEW_PASSWORD };
    expect((await service.call('POST', '/v1/password-resets/complete', { body })).status).toBe(410);
  });

  test.each([
    ['passwordResetRequests', { owner: true }],
    ['contactPointValidations', { owner: false }],
  ])('of the kind %s are made of the guide’s own members and come back in their shape', async (kind, { owner }) => {
    const { email } = await activePerson(service, world.seed.orgId);
    const by = { externalId: 'admin' };
    const at = '2016-09-06T00:00:00Z';
    const made = await ok(
      call('POST', `/${kind}`, {
        user: { externalId: email },
        ...(owner && { owner: { internalId: world.seed.orgId } }),
        ...{ createdDate: at, updatedDate: at, createdBy: by, modifiedBy: by },
        attributes: [{ name: 'url', value: 'https://elsewhere.example' }],
      }),
    );
    const members = ['user', 'createdDate', 'updatedDate', 'createdBy', 'modifiedBy', 'attributes'];
    expect(Object.keys(made).sort()).toEqual([...members, 'id', ...(owner ? ['owner'] : [])].sort());
    expect(made.user).toEqual({ externalId: email });
    expect(JSON.stringify(made)).not.toMatch(/2016|elsewhere|"admin"/);
  });

  test('for a new password that are deleted before the letter went out send none', async () => {
    const person = await activePerson(service, world.seed.orgId);
    await service.deliver();
    const body = { user: { externalId: person.email } };
    const { id } = await ok(call('POST', '/passwordResetRequests', body));
    expect((await call('DELETE', `/passwordResetRequests/${id}`)).status).toBe(204);
    expect((await service.deliver()).filter(({ to }) => to === person.email)).toEqual([]);
    expect((await call('DELETE', `/passwordResetRequests/${id}`)).json.errors[0].code).toBe('INVALID_STATE');
  });

  test.each([
    ['passwordResetRequests', '/reset-password'],
    ['contactPointValidations', '/verify-email'],
  ])('of the kind %s name who asked, and who ended them', async (kind, page) => {
    const user = await activePerson(service, world.seed.orgId);
    const asked = (token: string) =>
      withLetters(service, 'POST', `/identity/v1/${kind}`, { token, body: { user: { externalId: user.email } } });
    const show = (id: string) => call('GET', `/${kind}/${id}`).then(ok);
    const [owner, client] = [{ externalId: world.owner.email }, { externalId: world.seed.clientId }];

    const byClient = (await asked(world.client)).answer;
    expect(byClient).toMatchObject({ createdBy: client, modifiedBy: client, updatedDate: byClient.createdDate });
    expect(await show(byClient.id)).toEqual(byClient);

    const cancelled = (await asked(world.owner.token)).answer;
    expect(cancelled).toMatchObject({ createdBy: owner, modifiedBy: owner });
    await ok(call('DELETE', `/${kind}/${cancelled.id}`));
    const ended = await show(cancelled.id);
    expect(ended).toMatchObject({ createdBy: owner, modifiedBy: client, createdDate: cancelled.createdDate });
    expect(ended.updatedDate >= ended.createdDate).toBe(true);

    const { answer, letters } = await asked(world.owner.token);
    const token = letters.find(({ link }) => link?.includes(page))?.token;
    const body = { token, ...(page === '/reset-password' && { password: NEW_PASSWORD }) };
    expect((await service.call('POST', `/identity/v1/${kind}/complete`, { body })).status).toBe(204);
    expect(await show(answer.id)).toMatchObject({ createdBy: owner, modifiedBy: { externalId: user.email } });
  });

  test('to validate a contact point set the date of the validation', async () => {
    const made = await ok(call('POST', '/users', seed()));
    const options = { token: world.client, body: { user: { externalId: made.externalId } } };
    const { answer, letters } = await withLetters(service, 'POST', '/identity/v1/contactPointValidations', options);
    const letter = letters.find(({ link }) => link?.includes('/verify-email'));
    expect((await ok(call('GET', `/contactPointValidations/${answer.id}`))).user.externalId).toBe(made.externalId);
    const path = '/identity/v1/contactPointValidations/complete';
    expect((await service.call('POST', path, { body: { token: letter?.token } })).status).toBe(204);
    const { attributes } = await ok(call('GET', `/users/${made.externalId}`));
    expect(Date.parse(pairs(attributes).emailValidationDate as string)).toBeGreaterThan(0);
    expect((await call('DELETE', `/contactPointValidations/${answer.id}`)).json.errors[0].code).toBe('INVALID_STATE');
  });
});

test('the table is sound after all of it', async () => {
  expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
});
