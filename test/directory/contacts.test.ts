import { beforeAll, describe, expect, test } from 'vitest';
import type { OrgId } from '../../shared/model/ids.ts';
import { anotherOrg, inviteTo, newSource, refusal, type TestOrg } from '../support/invited.ts';
import { toNextHour } from '../support/mail.ts';
import type { SentLetter } from '../support/mailbox.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, NEW_PASSWORD, newAddress, ok, PASSWORD, type Person, withLetters } from '../support/world.ts';

let service: TestService;
let org: TestOrg;

beforeAll(async () => {
  // Early in an hour and in a day: what is counted per hour and day must not begin anew between two lines.
  service = await testService({ at: new Date('2031-05-05T01:00:00Z') });
  org = await anotherOrg(service, 'Contacts');
});

const PATH = '/v1/contact-validations';
const dead = [410, 'link-not-usable'];
const person = () => activePerson(service, org.id as OrgId);
const by = (token: string, method: string, path: string, body?: Json) =>
  service.call(method, path, { token, ...(body && { body }) });
const complete = (body: Json) => service.call('POST', `${PATH}/complete`, { body, sourceIp: newSource() });
const signIn = (email: string, password = PASSWORD) =>
  service.call('POST', '/v1/sessions', { body: { email, password }, sourceIp: newSource() });
const recordOf = (id: string) => ok(by(org.client, 'GET', `/v1/users/${id}`));

/** Starts a proof and sorts its letters by who gets them. */
async function start(token: string, email: string, path = PATH) {
  const { answer, letters } = await withLetters(service, 'POST', path, { token, body: { email } });
  return { answer, proof: letters.find(({ to }) => to === email), told: letters.filter(({ to }) => to !== email) };
}

async function resent(token: string, path: string): Promise<SentLetter | undefined> {
  return (await withLetters(service, 'POST', `${path}/resend`, { token })).letters[0];
}

describe('a person’s own new address', () => {
  test('is pending beside the present one until it is proven, and the present one is told', async () => {
    const me = await person();
    const email = newAddress();
    const { answer, proof, told } = await start(me.token, email);
    expect(Object.keys(answer).sort()).toEqual(['expiresAt', 'id']);
    expect(told.map(({ to }) => to)).toEqual([me.email]);
    expect(told[0]?.text).not.toContain(email);
    expect(told[0]?.link).toBeUndefined();
    expect((await recordOf(me.id)).email).toBe(me.email);
    expect(refusal(await signIn(email))).toEqual([401, 'sign-in-failed']);
    expect((await signIn(me.email)).status).toBe(200);
    const done = await complete({ token: proof?.token });
    expect(Object.keys(await ok(done)).sort()).toEqual(['email', 'emailVerifiedAt']);
    expect(await recordOf(me.id)).toMatchObject({ email, version: 2 });
    expect((await signIn(email)).status).toBe(200);
    expect(refusal(await signIn(me.email))).toEqual([401, 'sign-in-failed']);
    expect((await by(org.client, 'POST', '/v1/users', { email: me.email })).status).toBe(201);
  });

  test('wipes nothing: sessions and password live on; the reset sent to the old address does not', async () => {
    const me = await person();
    const asked = await withLetters(service, 'POST', '/v1/password-resets', {
      body: { email: me.email },
      sourceIp: newSource(),
    });
    const { proof } = await start(me.token, newAddress());
    await ok(complete({ token: proof?.token }));
    expect((await by(me.token, 'GET', '/v1/me')).status).toBe(200);
    const refreshed = await service.call('POST', '/v1/sessions/refresh', { body: { refreshToken: me.refreshToken } });
    expect(refreshed.status).toBe(200);
    const reset = { token: asked.letters[0]?.token, password: NEW_PASSWORD };
    expect(refusal(await service.call('POST', '/v1/password-resets/complete', { body: reset }))).toEqual(dead);
  });

  test('that is taken gets the same answer, and no letter', async () => {
    const [me, somebody] = [await person(), await person()];
    const free = await by(me.token, 'POST', PATH, { email: newAddress() });
    const { answer, proof, told } = await start(me.token, somebody.email);
    expect(free.status).toBe(202);
    expect(Object.keys(answer)).toEqual(Object.keys(free.json));
    expect(proof).toBeUndefined();
    expect(told.map(({ to }) => to)).toEqual([me.email]);
  });

  test('that somebody takes meanwhile is lost, and the link says no more than any dead one', async () => {
    const me = await person();
    const email = newAddress();
    const { proof } = await start(me.token, email);
    await ok(by(org.client, 'POST', '/v1/users', { email }));
    expect(refusal(await complete({ token: proof?.token }))).toEqual(dead);
    expect((await recordOf(me.id)).email).toBe(me.email);
  });

  test('is refused by PATCH and outside the org’s domains', async () => {
    const me = await person();
    expect((await by(me.token, 'PATCH', '/v1/me', { email: newAddress() })).status).toBe(422);
    const closed = await anotherOrg(service, 'Closed', { allowedDomains: ['closed.test'] });
    const inside = await activePerson(service, closed.id as OrgId);
    expect(refusal(await by(inside.token, 'POST', PATH, { email: newAddress() }))).toEqual([422, 'domain-not-allowed']);
  });

  test.each([[['a@example.com']], [{ $ne: null }], ['"a b"@example.com'], ['a@example.com, b@example.com']])(
    'is refused as %j',
    async (email) => {
      const me = await person();
      expect((await by(me.token, 'POST', PATH, { email })).status).toBe(422);
    },
  );
});

describe('a proof', () => {
  test('works once, by link or by its id and code, and signs nobody in', async () => {
    const me = await person();
    const email = newAddress();
    const { answer, proof } = await start(me.token, email);
    const done = await complete({ id: answer.id, code: proof?.code });
    expect(done.json).toEqual({ email, emailVerifiedAt: expect.any(String) });
    expect(JSON.stringify(done.headers)).not.toMatch(/cookie/i);
    expect(refusal(await complete({ token: proof?.token }))).toEqual(dead);
    expect(refusal(await complete({ id: answer.id, code: proof?.code }))).toEqual(dead);
  });

  test('of the present address verifies it and changes nothing else', async () => {
    const me = await person();
    const { proof, told } = await start(me.token, me.email);
    expect(told).toEqual([]);
    await ok(complete({ token: proof?.token }));
    expect(await recordOf(me.id)).toMatchObject({ email: me.email, version: 1 });
    expect((await by(me.token, 'GET', '/v1/me')).status).toBe(200);
  });

  test('its code dies after five wrong ones, its link does not; a resend brings a new code', async () => {
    const me = await person();
    const { answer, proof } = await start(me.token, newAddress());
    for (let i = 0; i < 5; i++) expect(refusal(await complete({ id: answer.id, code: '00000000' }))).toEqual(dead);
    expect(refusal(await complete({ id: answer.id, code: proof?.code }))).toEqual(dead);
    const letter = await resent(me.token, `${PATH}/${answer.id}`);
    expect(refusal(await complete({ token: proof?.token }))).toEqual(dead);
    expect((await complete({ id: answer.id, code: letter?.code })).status).toBe(200);
  });

  test('tries of an address count together, however many proofs of it are started', async () => {
    const me = await person();
    const email = newAddress();
    for (let round = 0; round < 4; round++) {
      const { answer } = await start(me.token, email);
      for (let i = 0; i < 5; i++) await complete({ id: answer.id, code: '00000000' });
    }
    const { answer, proof } = await start(me.token, email);
    expect(refusal(await complete({ id: answer.id, code: proof?.code }))).toEqual(dead);
    expect((await complete({ token: proof?.token })).status).toBe(200);
  });

  test('is dead for an unknown id, another’s code, and a link of another purpose', async () => {
    const [me, somebody] = [await person(), await person()];
    const mine = await start(me.token, newAddress());
    const theirs = await start(somebody.token, newAddress());
    expect(refusal(await complete({ id: mine.answer.id, code: theirs.proof?.code }))).toEqual(dead);
    expect(refusal(await complete({ id: me.sessionId, code: mine.proof?.code }))).toEqual(dead);
    const reset = { token: mine.proof?.token, password: NEW_PASSWORD };
    expect(refusal(await service.call('POST', '/v1/password-resets/complete', { body: reset }))).toEqual(dead);
    const named = { token: mine.proof?.token, id: theirs.answer.id };
    expect((await complete(named)).status).toBe(422);
  });

  test('lives a day from sending', async () => {
    const me = await person();
    await ok(by(me.token, 'POST', PATH, { email: newAddress() }));
    service.advance(20 * 3_600_000);
    const [letter] = (await service.deliver()).filter(({ token }) => token);
    service.advance(23 * 3_600_000);
    expect((await complete({ token: letter?.token })).status).toBe(200);
    org = await anotherOrg(service, 'Contacts');
    const late = await person();
    const { proof } = await start(late.token, newAddress());
    service.advance(24 * 3_600_000 + 1000);
    expect(refusal(await complete({ token: proof?.token }))).toEqual(dead);
    org = await anotherOrg(service, 'Contacts');
  });

  test('dies with a cancel, a password change, a lock and a deactivation', async () => {
    for (const end of [
      (me: Person, id: string) => by(me.token, 'DELETE', `${PATH}/${id}`),
      (me: Person) => by(me.token, 'POST', '/v1/me/password', { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }),
      (me: Person) => by(org.client, 'POST', `/v1/users/${me.id}/lock`, { reason: 'look' }),
      (me: Person) => by(org.client, 'POST', `/v1/users/${me.id}/deactivate`),
    ]) {
      const me = await person();
      const { answer, proof } = await start(me.token, newAddress());
      await ok(end(me, answer.id));
      expect(refusal(await complete({ token: proof?.token }))).toEqual(dead);
      expect(refusal(await complete({ id: answer.id, code: proof?.code }))).toEqual(dead);
    }
  });

  test('dies with another proof that was sent later; sent again it is the current one', async () => {
    const me = await person();
    const [first, second] = [await start(me.token, newAddress()), await start(me.token, newAddress())];
    expect(refusal(await complete({ token: first.proof?.token }))).toEqual(dead);
    const again = await resent(me.token, `${PATH}/${first.answer.id}`);
    expect(refusal(await complete({ token: second.proof?.token }))).toEqual(dead);
    expect((await complete({ token: again?.token })).status).toBe(200);
    expect(refusal(await by(me.token, 'POST', `${PATH}/${first.answer.id}/resend`))).toEqual([
      409,
      'state-not-allowed',
    ]);
  });

  test('is nobody else’s to resend or cancel', async () => {
    const [me, somebody] = [await person(), await person()];
    const { answer } = await start(me.token, newAddress());
    for (const [method, path] of [
      ['POST', `${PATH}/${answer.id}/resend`],
      ['DELETE', `${PATH}/${answer.id}`],
    ] as const) {
      expect(refusal(await by(somebody.token, method, path))).toEqual([404, 'not-found']);
    }
  });

  test('letters to one address stop at five an hour', async () => {
    toNextHour(service);
    const [me, email] = [await person(), newAddress()];
    for (let i = 0; i < 8; i++) await start(me.token, email);
    expect(await service.letters(email)).toHaveLength(5);
  });
});

describe('an address that an admin sets', () => {
  const pathOf = (id: string) => `/v1/users/${id}/contact-validations`;

  test('holds at once, unproven; ends sessions and links, tells the old one, and comes with its proof', async () => {
    const me = await person();
    const pending = await start(me.token, newAddress());
    const email = newAddress();
    const { proof, told } = await start(org.client, email, pathOf(me.id));
    expect(told.map(({ to }) => to)).toEqual([me.email]);
    const record = await recordOf(me.id);
    expect(record).toMatchObject({ email, version: 2 });
    expect(record.security).not.toHaveProperty('emailVerifiedAt');
    expect((await by(me.token, 'POST', PATH, { email: newAddress() })).status).toBe(401);
    expect(refusal(await complete({ token: pending.proof?.token }))).toEqual(dead);
    await ok(complete({ token: proof?.token }));
    expect((await recordOf(me.id)).security.emailVerifiedAt).toBeDefined();
    expect((await signIn(email)).status).toBe(200);
  });

  test('that is taken is email-taken; the present one is only proven', async () => {
    const [me, somebody] = [await person(), await person()];
    const taken = await by(org.client, 'POST', pathOf(me.id), { email: somebody.email });
    expect(refusal(taken)).toEqual([409, 'email-taken']);
    const { proof, told } = await start(org.client, me.email, pathOf(me.id));
    expect(told).toEqual([]);
    expect((await complete({ token: proof?.token })).status).toBe(200);
  });

  test('suspends the memberships elsewhere, whoever then proves it', async () => {
    const other = await anotherOrg(service, 'Elsewhere');
    const me = await person();
    const { letter } = await inviteTo(other, { email: me.email });
    await ok(service.call('POST', '/v1/invites/accept', { token: me.token, body: { token: letter.token } }));
    const email = newAddress();
    const { proof } = await start(org.client, email, pathOf(me.id));
    await ok(complete({ token: proof?.token }));
    const body = { email, password: PASSWORD, orgId: other.id };
    const refused = await service.call('POST', '/v1/sessions', { body, sourceIp: newSource() });
    expect(refusal(refused)).toEqual([403, 'membership-suspended']);
  });

  test('of a guest, or of somebody unknown, is not this org’s to set', async () => {
    const other = await anotherOrg(service, 'Abroad');
    const me = await person();
    const { letter } = await inviteTo(other, { email: me.email });
    await ok(service.call('POST', '/v1/invites/accept', { token: me.token, body: { token: letter.token } }));
    const start = (token: string) => by(token, 'POST', pathOf(me.id), { email: newAddress() });
    expect(refusal(await start(other.client))).toEqual([403, 'not-home-org']);
    const third = await anotherOrg(service, 'Stranger');
    expect(refusal(await start(third.client))).toEqual([404, 'not-found']);
  });

  test('of an invited person voids the invite to the old one; proving the present one does not', async () => {
    const first = await inviteTo(org);
    const same = await start(org.client, first.email, pathOf(first.invite.userId));
    await ok(complete({ token: same.proof?.token }));
    const body = { token: first.letter.token, password: PASSWORD };
    const second = await inviteTo(org);
    await start(org.client, newAddress(), pathOf(second.invite.userId));
    const voided = { token: second.letter.token, password: PASSWORD };
    expect(refusal(await service.call('POST', '/v1/invites/accept', { body: voided }))).toEqual(dead);
    expect((await service.call('POST', '/v1/invites/accept', { body })).status).toBe(200);
  });

  test('can be sent again and cancelled by the admin', async () => {
    const me = await person();
    const { answer, proof } = await start(org.client, newAddress(), pathOf(me.id));
    const again = await resent(org.client, `${pathOf(me.id)}/${answer.id}`);
    expect(refusal(await complete({ token: proof?.token }))).toEqual(dead);
    await ok(by(org.client, 'DELETE', `${pathOf(me.id)}/${answer.id}`));
    expect(refusal(await complete({ token: again?.token }))).toEqual(dead);
    expect(refusal(await by(org.client, 'DELETE', `${pathOf(me.id)}/${answer.id}`))).toEqual([
      409,
      'state-not-allowed',
    ]);
  });
});
