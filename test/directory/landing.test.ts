// Which org a sign-in lands in when it names none.
import { beforeEach, expect, test } from 'vitest';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, newWorld, ok, PASSWORD, type Person, type World, withLetters } from '../support/world.ts';

let service: TestService;
let home: World;
let other: World;
let person: Person;

beforeEach(async () => {
  service = await testService();
  home = await newWorld(service);
  other = await newWorld(service, await service.secondOrg());
  person = await activePerson(service, home.seed.orgId);
  const body = { email: person.email };
  const { letters } = await withLetters(service, 'POST', '/v1/invites', { token: other.client, body });
  const accept = { token: person.token, body: { token: letters[0]?.token } };
  await ok(service.call('POST', '/v1/invites/accept', accept));
});

const choose = (preferences: Json) =>
  ok(service.call('PATCH', `/v1/users/${person.id}`, { token: home.client, body: { preferences } }));
const signIn = (orgId?: string, password = PASSWORD) =>
  service.call('POST', '/v1/sessions', { body: { email: person.email, password, ...(orgId && { orgId }) } });
/** The org of the session: a guest is shown without their home. */
const landed = async (orgId?: string): Promise<string> => {
  const { accessToken } = await ok(signIn(orgId));
  return JSON.parse(Buffer.from(accessToken.split('.')[1], 'base64url').toString()).org;
};

test('without a choice it is the home', async () => {
  expect(await landed()).toBe(home.seed.orgId);
  expect(await landed(other.seed.orgId)).toBe(other.seed.orgId);
});

test('the default one is entered while the person may, else the home', async () => {
  await choose({ loginOrg: 'default', defaultOrgId: other.seed.orgId });
  expect(await landed()).toBe(other.seed.orgId);
  await ok(service.call('DELETE', `/v1/users/${person.id}`, { token: other.client }));
  expect(await landed()).toBe(home.seed.orgId);
});

test('the last one is where the person was last', async () => {
  await choose({ loginOrg: 'last_logged' });
  expect(await landed()).toBe(home.seed.orgId);
  expect(await landed(other.seed.orgId)).toBe(other.seed.orgId);
  expect(await landed()).toBe(other.seed.orgId);
  expect(await landed(home.seed.orgId)).toBe(home.seed.orgId);
  expect(await landed()).toBe(home.seed.orgId);
});

test('who wants to be asked is told their orgs, after the right password only', async () => {
  await choose({ loginOrg: 'ask' });
  expect(await signIn(undefined, 'not the password at all')).toMatchObject({ json: { code: 'sign-in-failed' } });
  const asked = await signIn();
  expect(asked).toMatchObject({ status: 403, json: { code: 'org-required' } });
  expect(asked.json.orgs).toEqual([
    { id: home.seed.orgId, name: 'Example' },
    { id: other.seed.orgId, name: 'Other' },
  ]);
  expect(await landed(other.seed.orgId)).toBe(other.seed.orgId);
});

test('a membership that is suspended is not landed in', async () => {
  await choose({ loginOrg: 'default', defaultOrgId: other.seed.orgId });
  const email = 'set-by-an-admin@example.test';
  await ok(service.call('PATCH', `/v1/users/${person.id}`, { token: home.client, body: { email } }));
  const answer = await service.call('POST', '/v1/sessions', { body: { email, password: PASSWORD } });
  const { accessToken } = await ok(answer);
  expect(JSON.parse(Buffer.from(accessToken.split('.')[1], 'base64url').toString()).org).toBe(home.seed.orgId);
});
