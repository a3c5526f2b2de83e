// Somebody imports a stranger's address with a password that they know. They may play that person in their own org until
// the stranger first proves the address; from then on nothing they set or opened is worth anything, answers to security questions included.
import { beforeEach, expect, test } from 'vitest';
import { importPerson } from '../../shared/directory/imports/person.ts';
import { keys } from '../../shared/store/keys.ts';
import { BCRYPT, HASHED, importing, operatorOf, rowsOf, termsOf } from '../support/importing.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type Json, type TestService, testService } from '../support/service.ts';

const VICTIM = 'victim@strangers.test';
const OWN = 'a passphrase of my own';
let service: TestService;
let id: string;
/** What the importer has in hand: a session as the victim. */
let stolen: Json;

beforeEach(async () => {
  service = await testService();
  const [row] = rowsOf([{ email: VICTIM, passwordHash: BCRYPT, emailVerifiedAt: '2025-01-01T00:00:00Z' }]);
  if (!row) throw new Error('no row');
  const outcome = await importPerson(operatorOf(service), row, termsOf(service, { vouches: 'caller' }));
  id = outcome.userId as string;
  await service.services.directory.table.put(
    { ...keys.answers(service.seed.orgId, id), k: 'answers', hashes: { 1: 'of the importer' } },
    undefined,
    'answers',
  );
  stolen = await service.signIn(VICTIM, HASHED);
});

async function nothingIsLeft(email = VICTIM): Promise<void> {
  const signIn = await service.call('POST', '/v1/sessions', { body: { email, password: HASHED } });
  expect(signIn.status).toBe(401);
  const { refreshToken, accessToken } = stolen;
  expect((await service.call('POST', '/v1/sessions/refresh', { body: { refreshToken } })).status).toBe(401);
  expect((await service.dump()).filter(({ k }) => k === 'answers')).toEqual([]);
  const change = { token: accessToken, body: { profile: { title: 'Still here' } } };
  expect((await service.call('PATCH', '/v1/me', change)).status).toBe(401);
  expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
}

const shown = async () => (await service.call('GET', `/v1/users/${id}`, { token: await service.tokenFor() })).json;

test("a caller's word proves no address, whatever the row says", async () => {
  const user = await shown();
  expect(user).toMatchObject({ state: 'active' });
  expect([user.activatedAt, user.security.emailVerifiedAt]).toEqual([undefined, undefined]);
});

test('a reset by the one who reads the letters ends it', async () => {
  await service.call('POST', '/v1/password-resets', { body: { email: VICTIM } });
  const token = (await service.deliver()).at(-1)?.token;
  const body = { token, password: OWN };
  expect((await service.call('POST', '/v1/password-resets/complete', { body })).status).toBe(204);
  await nothingIsLeft();
  expect((await shown()).activatedAt).toBeDefined();
  await service.signIn(VICTIM, OWN);
});

test('an invite of another org that is accepted ends it, and takes the person home', async () => {
  const other = await service.secondOrg();
  const inviter = await service.tokenFor(other.clientId, other.clientSecret);
  expect((await service.call('POST', '/v1/invites', { token: inviter, body: { email: VICTIM } })).status).toBe(201);
  const token = (await service.deliver()).at(-1)?.token;
  const accepted = await service.call('POST', '/v1/invites/accept', { body: { token, password: OWN } });
  expect(accepted.status, accepted.body).toBe(200);
  await nothingIsLeft();
  expect((await shown()).code).toBe('not-found');
  await service.signIn(VICTIM, OWN);
});

test('a proof of the address ends it; a new password comes by a reset', async () => {
  const token = await service.tokenFor();
  const path = `/v1/users/${id}/contact-validations`;
  expect((await service.call('POST', path, { token, body: { email: VICTIM } })).status).toBe(202);
  const proof = (await service.deliver()).at(-1)?.token;
  expect((await service.call('POST', '/v1/contact-validations/complete', { body: { token: proof } })).status).toBe(200);
  await nothingIsLeft();
  expect((await shown()).security.passwordUpdatedAt).toBeUndefined();
});

test('so does a proof of another address that the importer gives themselves', async () => {
  const token = await service.tokenFor();
  const path = `/v1/users/${id}/contact-validations`;
  const body = { email: 'mine@attackers.test' };
  expect((await service.call('POST', path, { token, body })).status).toBe(202);
  const proof = (await service.deliver()).find(({ to }) => to === body.email)?.token;
  expect((await service.call('POST', '/v1/contact-validations/complete', { body: { token: proof } })).status).toBe(200);
  await nothingIsLeft(body.email);
});

test('what an operator imported as verified stays through a later proof', async () => {
  const email = 'known@moved.test';
  const rows = [{ email, passwordHash: BCRYPT, emailVerified: true }];
  const [outcome] = await importing(service, rows);
  const session = await service.signIn(email, HASHED);
  const token = await service.tokenFor();
  const path = `/v1/users/${outcome?.userId}/contact-validations`;
  await service.call('POST', path, { token, body: { email } });
  const proof = (await service.deliver()).at(-1)?.token;
  expect((await service.call('POST', '/v1/contact-validations/complete', { body: { token: proof } })).status).toBe(200);
  const { refreshToken } = session;
  expect((await service.call('POST', '/v1/sessions/refresh', { body: { refreshToken } })).status).toBe(200);
  await service.signIn(email, HASHED);
});
