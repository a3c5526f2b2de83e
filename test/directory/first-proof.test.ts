// Answers to security questions that somebody else set before the person ever proved their address: whichever way the
// first proof comes, they are gone with it, and never later.
import { beforeAll, expect, test } from 'vitest';
import type { OrgId } from '../../shared/model/ids.ts';
import { dropAnswers, putAnswers } from '../../shared/store/secret-items.ts';
import { BCRYPT } from '../support/importing.ts';
import { importFile } from '../support/imports.ts';
import { accept, anotherOrg, newSource, type TestOrg } from '../support/invited.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, NEW_PASSWORD, newAddress, ok, withLetters } from '../support/world.ts';

let service: TestService;
let org: TestOrg;

beforeAll(async () => {
  service = await testService();
  org = await anotherOrg(service, 'Answers', { adminMaySetPasswords: true });
});

const call = (method: string, path: string, body?: Json, token = org.client) =>
  service.call(method, path, { token, sourceIp: newSource(), ...(body && { body }) });

async function plant(id: string): Promise<void> {
  const { table } = service.services.directory;
  await table.commit([putAnswers(org.id, id, { 1: 'of a stranger' }, undefined)], id);
}

const answersOf = async (id: string) => {
  const { drop } = dropAnswers(org.id, id) as { drop: { pk: string; sk: string } };
  return service.services.directory.table.get(drop);
};

/** With the letter that proves an address. */
async function proofOf(token: string, path: string, email: string): Promise<Json> {
  const { letters } = await withLetters(service, 'POST', path, { token, body: { email } });
  return { token: letters.find(({ to }) => to === email)?.token };
}

test('an accepted invite', async () => {
  const { answer, letters } = await withLetters(service, 'POST', '/v1/invites', {
    token: org.client,
    body: { email: newAddress() },
  });
  await plant(answer.userId);
  await ok(accept(service, { token: letters[0]?.token }));
  expect(await answersOf(answer.userId)).toBeUndefined();
});

test.each(['the present address', 'a new address'])('a proof of %s of somebody who was never in', async (which) => {
  const made = await ok(call('POST', '/v1/users', { email: newAddress() }));
  await plant(made.id);
  const email = which === 'a new address' ? newAddress() : made.email;
  const proof = await proofOf(org.client, `/v1/users/${made.id}/contact-validations`, email);
  await ok(call('POST', '/v1/contact-validations/complete', proof));
  expect(await answersOf(made.id)).toBeUndefined();
});

test.each(['a reset', 'a proof of the address'])('%s of somebody imported with a password', async (way) => {
  const email = newAddress();
  const file = `email,passwordHash\n${email},${BCRYPT}\n`;
  const { rows } = await importFile(service, file, { token: org.client });
  const { userId } = rows[0] as Json;
  await plant(userId);
  if (way === 'a reset') {
    const { letters } = await withLetters(service, 'POST', '/v1/password-resets', {
      body: { email },
      sourceIp: newSource(),
    });
    const body = { token: letters[0]?.token, password: NEW_PASSWORD };
    await ok(service.call('POST', '/v1/password-resets/complete', { body }));
  } else {
    const proof = await proofOf(org.client, `/v1/users/${userId}/contact-validations`, email);
    await ok(call('POST', '/v1/contact-validations/complete', proof));
  }
  expect(await answersOf(userId)).toBeUndefined();
});

test('an invite of another org, which becomes the home', async () => {
  const email = newAddress();
  const made = await ok(call('POST', '/v1/users', { email }));
  await plant(made.id);
  const other = await anotherOrg(service, 'Elsewhere');
  const { letters } = await withLetters(service, 'POST', '/v1/invites', { token: other.client, body: { email } });
  await ok(accept(service, { token: letters[0]?.token }));
  expect(await answersOf(made.id)).toBeUndefined();
});

test('none of whoever has proven their address: a new one, and a reset, leave theirs', async () => {
  const me = await activePerson(service, org.id as OrgId);
  await plant(me.id);
  const email = newAddress();
  await ok(call('POST', '/v1/contact-validations/complete', await proofOf(me.token, '/v1/contact-validations', email)));
  const { letters } = await withLetters(service, 'POST', '/v1/password-resets', {
    body: { email },
    sourceIp: newSource(),
  });
  await ok(
    service.call('POST', '/v1/password-resets/complete', {
      body: { token: letters[0]?.token, password: NEW_PASSWORD },
    }),
  );
  expect(await answersOf(me.id)).toBeDefined();
});
