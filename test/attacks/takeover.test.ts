// Ways to become somebody else, or to govern without being let: each guards something that once was possible.
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { brokenInvariants } from '../support/invariants.ts';
import { accept, anotherOrg, firstOrg, inviteTo, joined, newSource, refusal } from '../support/invited.ts';
import { type Json, testService } from '../support/service.ts';
import { activePerson, NEW_PASSWORD, newAddress, ok, PASSWORD, withLetters } from '../support/world.ts';

const service = await testService();
let first = await firstOrg(service);
let [second, third] = [first, first];

afterAll(async () => expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]));

// Access tokens age with the clock, which some of these move.
beforeEach(async () => {
  [first, second, third] = [await firstOrg(service), await anotherOrg(service), await anotherOrg(service)];
});

const signIn = (email: string, password: string, more: Json = {}) =>
  service.call('POST', '/v1/sessions', { body: { email, password, ...more }, sourceIp: newSource() });

describe('an old invite', () => {
  test('whose org became one in which the person is a guest opens nothing without their password', async () => {
    const { letter: fromFirst, email } = await inviteTo(first);
    const { letter: fromThird } = await inviteTo(third, { email });
    const { letter: fromSecond } = await inviteTo(second, { email });
    await ok(accept(service, { token: fromSecond.token }));
    await ok(accept(service, { token: fromFirst.token }));
    expect(refusal(await accept(service, { token: fromThird.token, password: NEW_PASSWORD }))[1]).toBe(
      'sign-in-failed',
    );
    expect((await signIn(email, PASSWORD)).json.user.orgId).toBe(second.id);
    expect((await signIn(email, NEW_PASSWORD)).status).toBe(401);
  });

  test('is not kept alive by asking for a password', async () => {
    const { letter, email } = await inviteTo(first, { expiresInSeconds: 86_400 });
    service.advance(23 * 3_600_000);
    await withLetters(service, 'POST', '/v1/password-resets', { body: { email }, sourceIp: newSource() });
    service.advance(2 * 3_600_000);
    expect((await accept(service, { token: letter.token })).status).toBe(410);
  });
});

test('a retried letter does not bring back a reset link that a change of the password ended', async () => {
  const { email } = await joined(first);
  const { sendLetter } = service.services;
  let lost: string | undefined;
  service.services.sendLetter = async (outgoing) => {
    await sendLetter(outgoing);
    lost = outgoing.letterId;
    throw Object.assign(new Error('the answer was lost'), { name: 'TimeoutError' });
  };
  await service.call('POST', '/v1/password-resets', { body: { email }, sourceIp: newSource() });
  await service.deliver();
  service.services.sendLetter = sendLetter;
  const token = (await service.letters(email)).find(({ letterId }) => letterId === lost)?.token;
  const { accessToken } = (await signIn(email, PASSWORD)).json;
  const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
  expect((await service.call('POST', '/v1/me/password', { token: accessToken, body: change })).status).toBe(204);
  service.advance(600_000);
  await service.deliver();
  const body = { token, password: 'a third umbrella in the fog' };
  expect((await service.call('POST', '/v1/password-resets/complete', { body })).status).toBe(410);
});

describe('an owner', () => {
  const moves = [
    ['POST', '/lock', { reason: 'mutiny' }],
    ['POST', '/deactivate', undefined],
    ['DELETE', '', undefined],
  ] as const;
  test.each(moves)('cannot be kept out by an admin: %s%s', async (method, path, body) => {
    const owner = await activePerson(service, first.id as never, ['owner']);
    const admin = await activePerson(service, first.id as never, ['admin']);
    const answer = await service.call(method, `/v1/users/${owner.id}${path}`, {
      token: admin.token,
      ...(body && { body }),
    });
    expect(refusal(answer)).toEqual([403, 'role-above-own']);
  });

  test('who is only staged keeps the roles against an invite of somebody who could not give them', async () => {
    const email = newAddress();
    await ok(service.call('POST', '/v1/users', { token: first.client, body: { email, roles: ['owner'] } }));
    const client = { name: 'inviter', permissions: ['users:invite'] };
    const made = await ok(service.call('POST', `/v1/orgs/${first.id}/clients`, { token: first.client, body: client }));
    const token = await service.tokenFor(made.clientId, made.clientSecret);
    const answer = await service.call('POST', '/v1/invites', { token, body: { email } });
    expect(refusal(answer)).toEqual([403, 'role-above-own']);
  });
});

describe('a guest', () => {
  async function guestMember(roles = ['member']): Promise<{ id: string; email: string }> {
    const { user, email } = await joined(first);
    const { letter } = await inviteTo(second, { email, roles });
    await ok(accept(service, { token: letter.token }));
    return { id: user.id, email };
  }

  test('whose home lets nobody in does not count as the last who governs', async () => {
    const org = await anotherOrg(service, 'Small');
    const { user: owner } = await joined(org, { roles: ['owner'] });
    const { user, email } = await joined(first);
    const { letter } = await inviteTo(org, { email, roles: ['owner'] });
    await ok(accept(service, { token: letter.token }));
    await ok(service.call('POST', `/v1/users/${user.id}/deactivate`, { token: first.client }));
    const remove = () => service.call('DELETE', `/v1/users/${owner.id}`, { token: org.client });
    expect(refusal(await remove())).toEqual([409, 'last-admin']);
    await ok(service.call('POST', `/v1/users/${user.id}/activate`, { token: first.client }));
    expect((await remove()).status).toBe(204);
  });

  test('who was let go and comes back finds the sessions of before ended', async () => {
    const { id, email } = await guestMember();
    const before = (await signIn(email, PASSWORD, { orgId: second.id })).json;
    await ok(service.call('DELETE', `/v1/users/${id}`, { token: second.client }));
    service.advance(2000);
    const { letter } = await inviteTo(second, { email });
    await ok(accept(service, { token: letter.token }));
    const body = { refreshToken: before.refreshToken };
    expect((await service.call('POST', '/v1/sessions/refresh', { body })).status).toBe(401);
  });

  test('gets no answer of one org under an Idempotency-Key used in the other', async () => {
    const { id, email } = await guestMember(['admin']);
    await ok(service.call('PUT', `/v1/users/${id}/roles`, { token: first.client, body: { roles: ['admin'] } }));
    const atHome = (await signIn(email, PASSWORD)).json.accessToken;
    const abroad = (await signIn(email, PASSWORD, { orgId: second.id })).json.accessToken;
    const same = { headers: { 'idempotency-key': 'twice' }, body: { email: newAddress() } };
    await ok(service.call('POST', '/v1/users', { token: atHome, ...same }));
    const answer = await service.call('POST', '/v1/users', { token: abroad, ...same });
    expect(refusal(answer)).toEqual([409, 'email-taken']);
  });
});

describe('a new address', () => {
  test('needs the password again an hour after the sign-in', async () => {
    const { email } = await joined(first);
    const signedIn = (await signIn(email, PASSWORD)).json;
    service.advance(61 * 60_000);
    const again = await service.call('POST', '/v1/sessions/refresh', { body: { refreshToken: signedIn.refreshToken } });
    const start = (more: Json) =>
      service.call('POST', '/v1/contact-validations', {
        token: again.json.accessToken,
        body: { email: newAddress(), ...more },
      });
    expect(refusal(await start({}))).toEqual([403, 'reauthentication-needed']);
    expect(refusal(await start({ currentPassword: NEW_PASSWORD }))).toEqual([401, 'sign-in-failed']);
    expect((await start({ currentPassword: PASSWORD })).status).toBe(202);
  });

  test('is not told a name that the sender chose, nor are strangers without end', async () => {
    const { email } = await joined(first, { profile: { givenName: 'YOU WON' } });
    const { accessToken: token } = (await signIn(email, PASSWORD)).json;
    const start = () =>
      withLetters(service, 'POST', '/v1/contact-validations', { token, body: { email: newAddress() } });
    const { letters } = await start();
    const proof = letters.find(({ to }) => to !== email);
    expect(proof?.text).not.toContain('YOU WON');
    let last = 202;
    for (let i = 0; i < 60 && last === 202; i++) {
      last = (await service.call('POST', '/v1/contact-validations', { token, body: { email: newAddress() } })).status;
    }
    expect(last).toBe(429);
  });
});

test('a source that is refused for its own failures uses up nobody’s turn to sign in', async () => {
  const { email } = await joined(first);
  const source = newSource();
  for (let i = 0; i < 101; i++) {
    const body = { email: newAddress(), password: 'wrong' };
    await service.call('POST', '/v1/sessions', { body, sourceIp: source });
  }
  for (let i = 0; i < 8; i++) {
    const answer = await service.call('POST', '/v1/sessions', { body: { email, password: 'wrong' }, sourceIp: source });
    expect(refusal(answer)).toEqual([429, 'too-many-requests']);
  }
  expect((await signIn(email, PASSWORD)).status).toBe(200);
});

test('a name of any length and script is sorted without a fault', async () => {
  const profile = { familyName: `${'a'.repeat(119)}😀` };
  const answer = await service.call('POST', '/v1/users', {
    token: first.client,
    body: { email: newAddress(), profile },
  });
  expect(answer.status).toBe(201);
});
