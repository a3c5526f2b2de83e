import { beforeAll, describe, expect, test } from 'vitest';
import { packId } from '../../shared/model/ids.ts';
import { accept, anotherOrg, inviteTo, joined, newSource, refusal, type TestOrg } from '../support/invited.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, newAddress, ok, PASSWORD, withLetters } from '../support/world.ts';

let service: TestService;
let home: TestOrg;
let other: TestOrg;
let third: TestOrg;

beforeAll(async () => {
  service = await testService();
  home = await anotherOrg(service, 'Home');
  other = await anotherOrg(service, 'Other');
  third = await anotherOrg(service, 'Third');
});

const by = (org: TestOrg, method: string, path: string, body?: Json) =>
  service.call(method, path, { token: org.client, ...(body && { body }) });
const signIn = (email: string, password: string, more: Json = {}) =>
  service.call('POST', '/v1/sessions', { body: { email, password, ...more }, sourceIp: newSource() });
const dead = [410, 'link-not-usable'];
const notFound = [404, 'not-found'];
const OTHER = 'a wholly different sentence';

describe('a person with an account elsewhere', () => {
  test('joins by the password they have; names, locale and terms stay what they are', async () => {
    const terms = await anotherOrg(service, 'Terms', { termsVersion: '7' });
    const { email, user } = await joined(home, { profile: { givenName: 'Ada' } });
    const { letter } = await inviteTo(terms, { email, roles: ['viewer'], profile: { givenName: 'Eve' } });
    expect(letter.text).toContain('Ada');
    const body = { token: letter.token, profile: { givenName: 'Mallory' }, locale: 'de-DE' };
    const guest = await ok(accept(service, body));
    expect(guest).toMatchObject({ id: user.id, email, state: 'active', roles: ['viewer'] });
    expect(guest.profile).toEqual({ givenName: 'Ada', displayName: 'Ada' });
    const still = await ok(by(home, 'GET', `/v1/users/${user.id}`));
    expect(still).toMatchObject({ profile: { givenName: 'Ada' }, roles: ['member'], version: user.version });
    expect(still.preferences).toBeUndefined();
    expect(still.termsVersion).toBeUndefined();
    expect((await signIn(email, PASSWORD, { orgId: terms.id })).status).toBe(200);
    expect(refusal(await accept(service, { token: letter.token }))).toEqual(dead);
  });

  test('gets no session from the link, and no other password by it', async () => {
    const { email } = await joined(home);
    const { letter } = await inviteTo(other, { email });
    const wrong = await accept(service, { token: letter.token, password: OTHER }, { sourceIp: newSource() });
    expect(refusal(wrong)).toEqual([401, 'sign-in-failed']);
    const answer = await accept(service, { token: letter.token });
    expect(answer.status).toBe(200);
    expect(answer.body).not.toMatch(/accessToken|refreshToken/);
    expect(refusal(await signIn(email, OTHER))).toEqual([401, 'sign-in-failed']);
  });

  test('guessing the password here counts as guessing it at sign-in, and the link outlives it', async () => {
    const { email } = await joined(home);
    const { letter } = await inviteTo(other, { email });
    const sourceIp = newSource();
    for (let i = 0; i < 5; i++) {
      const wrong = await accept(service, { token: letter.token, password: `${OTHER} ${i}` }, { sourceIp });
      expect(refusal(wrong)).toEqual([401, 'sign-in-failed']);
    }
    const delayed = await accept(service, { token: letter.token }, { sourceIp });
    expect(refusal(delayed)).toEqual([429, 'sign-in-delayed']);
    expect(refusal(await signIn(email, PASSWORD))).toEqual([429, 'sign-in-delayed']);
    service.advance(20_000);
    expect((await accept(service, { token: letter.token }, { sourceIp })).status).toBe(200);
  });

  test('being right counts for no failure: many accepts delay no sign-in', async () => {
    const { email } = await joined(home);
    for (let i = 0; i < 7; i++) {
      const { letter } = await inviteTo(await anotherOrg(service, `Org ${i}`), { email });
      expect((await accept(service, { token: letter.token })).status).toBe(200);
    }
    expect((await signIn(email, PASSWORD)).status).toBe(200);
  });

  test('joins by their own access token, and by nobody else’s', async () => {
    const person = await activePerson(service, home.id as Parameters<typeof activePerson>[1]);
    const someone = await activePerson(service, home.id as Parameters<typeof activePerson>[1]);
    const { letter } = await inviteTo(other, { email: person.email });
    const foreign = await accept(service, { token: letter.token }, { token: someone.token });
    expect(refusal(foreign)).toEqual([403, 'permission-missing']);
    const body = { token: letter.token };
    const own = await service.call('POST', '/v1/invites/accept', { body, token: person.token });
    expect(await ok(own)).toMatchObject({ id: person.id, roles: ['member'] });
  });

  test('joins by the code of the letter as by its link', async () => {
    const { email, user } = await joined(home);
    const { letter } = await inviteTo(other, { email });
    expect((await ok(accept(service, { email, code: letter.code }))).id).toBe(user.id);
  });

  test('who is inactive or locked at home is told so after the right password, and the link stays alive', async () => {
    const { email, user } = await joined(home);
    const { letter } = await inviteTo(other, { email });
    await ok(by(home, 'POST', `/v1/users/${user.id}/deactivate`));
    expect(refusal(await accept(service, { token: letter.token }))).toEqual([403, 'user-inactive']);
    await ok(by(home, 'POST', `/v1/users/${user.id}/activate`));
    await ok(by(home, 'POST', `/v1/users/${user.id}/lock`, { reason: 'look' }));
    expect(refusal(await accept(service, { token: letter.token }))).toEqual([403, 'user-locked']);
    await ok(by(home, 'POST', `/v1/users/${user.id}/unlock`));
    expect((await accept(service, { token: letter.token })).status).toBe(200);
  });

  test('who was deleted at home cannot join, and keeps the address', async () => {
    const { email, user } = await joined(home);
    const { letter } = await inviteTo(other, { email });
    await ok(by(home, 'DELETE', `/v1/users/${user.id}`));
    expect(refusal(await accept(service, { token: letter.token }))).toEqual([401, 'sign-in-failed']);
    expect((await by(home, 'GET', `/v1/users/${user.id}?state=deleted`)).status).toBe(200);
  });

  test('may accept a second and a third invite after the first', async () => {
    const { email, user } = await joined(home);
    for (const org of [other, third]) {
      const { letter } = await inviteTo(org, { email });
      expect((await ok(accept(service, { token: letter.token }))).id).toBe(user.id);
      expect(refusal(await by(org, 'POST', '/v1/invites', { email }))).toEqual([409, 'already-member']);
    }
  });

  test('is unknown to the inviting org until they accept, and after a revoke', async () => {
    const { email, user } = await joined(home);
    const { invite, letter } = await inviteTo(other, { email });
    expect(refusal(await by(other, 'GET', `/v1/users/${user.id}`))).toEqual(notFound);
    await ok(by(other, 'DELETE', `/v1/invites/${invite.id}`));
    expect(refusal(await accept(service, { token: letter.token }))).toEqual(dead);
    expect(refusal(await by(other, 'GET', `/v1/users/${user.id}`))).toEqual(notFound);
    const again = await inviteTo(other, { email });
    expect((await accept(service, { token: again.letter.token })).status).toBe(200);
  });

  test('whose membership was suspended by a new address comes back by a new invite', async () => {
    const { email, user } = await joined(home);
    const first = await inviteTo(other, { email, roles: ['viewer'] });
    await ok(accept(service, { token: first.letter.token }));
    const moved = newAddress();
    await ok(by(home, 'PATCH', `/v1/users/${user.id}`, { email: moved }));
    expect(refusal(await signIn(moved, PASSWORD, { orgId: other.id }))).toEqual([403, 'membership-suspended']);
    const second = await inviteTo(other, { email: moved });
    const guest = await ok(accept(service, { token: second.letter.token }, { sourceIp: newSource() }));
    expect(guest).toMatchObject({ id: user.id, email: moved, roles: ['member'] });
    expect((await signIn(moved, PASSWORD, { orgId: other.id })).status).toBe(200);
    const proven = await ok(by(home, 'GET', `/v1/users/${user.id}`));
    expect(proven.security.emailVerifiedAt).toBeDefined();
  });
});

describe('a holder in another org who was never in', () => {
  const staged = async (body: Json = {}) => ok(by(home, 'POST', '/v1/users', { email: newAddress(), ...body }));

  test.each([['staged'], ['inactive'], ['deleted']])(
    'and is %s there moves home with the first proof',
    async (state) => {
      const holder = await staged();
      if (state === 'inactive') await ok(by(home, 'POST', `/v1/users/${holder.id}/deactivate`));
      if (state === 'deleted') await ok(by(home, 'DELETE', `/v1/users/${holder.id}`));
      const { letter, invite } = await inviteTo(other, { email: holder.email });
      expect(invite).not.toHaveProperty('userId');
      const user = await ok(accept(service, { token: letter.token }));
      expect(user).toMatchObject({ orgId: other.id, email: holder.email, state: 'active' });
      expect(refusal(await by(home, 'GET', `/v1/users/${holder.id}`))).toEqual(notFound);
      expect(refusal(await by(home, 'GET', `/v1/users/${holder.id}?state=deleted`))).toEqual(notFound);
      expect(
        (await ok(by(home, 'GET', `/v1/users?filter=${encodeURIComponent(`email eq "${holder.email}"`)}`))).items,
      ).toEqual([]);
      expect((await signIn(holder.email, PASSWORD)).status).toBe(200);
    },
  );

  test('leaves everything behind that the old org wrote, and frees its claims', async () => {
    const names = { username: `u-${newAddress().split('@')[0]}`, externalId: 'ext-1' };
    const profile = { givenName: 'Planted', skills: ['planted'] };
    const holder = await staged({ ...names, profile, preferences: { locale: 'fr-FR' } });
    const { letter } = await inviteTo(other, { email: holder.email, profile: { familyName: 'Kept' } });
    expect(letter.text).not.toContain('Planted');
    expect(letter.html).not.toContain('lang="fr');
    const user = await ok(accept(service, { token: letter.token }));
    expect(user.profile).toEqual({ familyName: 'Kept', displayName: 'Kept' });
    expect(JSON.stringify(await ok(by(other, 'GET', `/v1/users/${user.id}`)))).not.toMatch(
      /Planted|planted|ext-1|fr-FR/,
    );
    expect(
      (await by(other, 'GET', `/v1/users?filter=${encodeURIComponent(`number eq ${user.number}`)}`)).json.items,
    ).toHaveLength(1);
    expect((await by(home, 'POST', '/v1/users', { email: newAddress(), ...names })).status).toBe(201);
    const left = (await service.dump()).filter(({ pk }) => pk.startsWith(`O#${packId(home.id)}`));
    const person = left.filter(({ pk }) => pk.endsWith(packId(holder.id)));
    expect(person.map(({ sk, st }) => [sk, st])).toEqual([['U', 'erased']]);
  });

  test('the other invites become offers: each can be accepted, the old org’s own as well', async () => {
    const mine = await inviteTo(home);
    const { email } = mine;
    const yours = await inviteTo(other, { email });
    const theirs = await inviteTo(third, { email, roles: ['viewer'] });
    const user = await ok(accept(service, { token: yours.letter.token }));
    expect((await ok(by(home, 'GET', `/v1/invites/${mine.invite.id}`))).userId).toBeUndefined();
    expect(refusal(await by(home, 'GET', `/v1/users/${mine.invite.userId}`))).toEqual(notFound);
    expect(refusal(await by(home, 'POST', '/v1/invites', { email }))).toEqual([409, 'invite-pending']);
    const guest = await ok(accept(service, { email, code: theirs.letter.code }));
    expect(guest).toMatchObject({ id: user.id, roles: ['viewer'] });
    const back = await ok(accept(service, { token: mine.letter.token }));
    expect(back).toMatchObject({ id: user.id, state: 'active' });
    expect((await ok(by(home, 'GET', `/v1/users/${user.id}`))).roles).toEqual(['member']);
    expect((await signIn(email, PASSWORD, { orgId: home.id })).status).toBe(200);
  });

  test('an offer can be sent again or revoked after the move', async () => {
    const mine = await inviteTo(home);
    const yours = await inviteTo(other, { email: mine.email });
    await ok(accept(service, { token: yours.letter.token }));
    const path = `/v1/invites/${mine.invite.id}`;
    const { letters } = await withLetters(service, 'POST', `${path}/resend`, { token: home.client });
    expect(letters).toHaveLength(1);
    await ok(by(home, 'DELETE', path));
    expect(refusal(await accept(service, { token: letters[0]?.token }))).toEqual(dead);
    const again = await inviteTo(home, { email: mine.email });
    expect((await accept(service, { token: again.letter.token })).status).toBe(200);
  });

  test('two orgs at once: one is the home, the other may be joined', async () => {
    const holder = await staged();
    const [one, two] = [await inviteTo(other, { email: holder.email }), await inviteTo(third, { email: holder.email })];
    const answers = await Promise.all([one, two].map(({ letter }) => accept(service, { token: letter.token })));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const users = answers.map(({ json }) => json);
    expect(users[0].id).toBe(users[1].id);
    expect(users.filter(({ orgId }) => orgId !== undefined)).toHaveLength(1);
  });

  test('POST /v1/users for their address is email-taken', async () => {
    const holder = await staged();
    const refused = await by(other, 'POST', '/v1/users', { email: holder.email });
    expect(refusal(refused)).toEqual([409, 'email-taken']);
    expect(refused.json).not.toHaveProperty('deletedUserId');
  });
});

describe('a holder with an account who never proved the address', () => {
  const unproven = async () => {
    const { user } = await joined(home);
    const email = newAddress();
    await ok(by(home, 'PATCH', `/v1/users/${user.id}`, { email }));
    return { id: user.id, email };
  };

  test('loses it to whoever proves it', async () => {
    const holder = await unproven();
    const { letter } = await inviteTo(other, { email: holder.email });
    const theirs = await inviteTo(third, { email: holder.email });
    const user = await ok(accept(service, { token: letter.token, password: OTHER }));
    expect(user).toMatchObject({ orgId: other.id, email: holder.email, state: 'active' });
    expect(user.id).not.toBe(holder.id);
    const without = await ok(by(home, 'GET', `/v1/users/${holder.id}`));
    expect(without.state).toBe('active');
    expect(without).not.toHaveProperty('email');
    expect((await signIn(holder.email, OTHER)).json.user.id).toBe(user.id);
    const code = { email: holder.email, code: theirs.letter.code, password: OTHER };
    expect((await ok(accept(service, code))).id).toBe(user.id);
    await ok(by(home, 'PATCH', `/v1/users/${holder.id}`, { email: newAddress() }));
  });

  test('keeps it by accepting with their own password', async () => {
    const holder = await unproven();
    const { letter } = await inviteTo(other, { email: holder.email });
    expect((await ok(accept(service, { token: letter.token }))).id).toBe(holder.id);
    expect((await ok(by(home, 'GET', `/v1/users/${holder.id}`))).email).toBe(holder.email);
  });
});
