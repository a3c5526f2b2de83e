import { beforeAll, describe, expect, test } from 'vitest';
import {
  accept,
  anotherOrg,
  firstOrg,
  inviteTo,
  joined,
  newSource,
  refusal,
  type TestOrg,
} from '../support/invited.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, newAddress, ok, PASSWORD } from '../support/world.ts';

let service: TestService;
let org: TestOrg;

beforeAll(async () => {
  service = await testService();
  org = await firstOrg(service);
});

const call = (method: string, path: string, body?: Json, token = org.client) =>
  service.call(method, path, { token, ...(body && { body }) });
const signIn = (email: string, password: string, more: Json = {}) =>
  service.call('POST', '/v1/sessions', { body: { email, password, ...more }, sourceIp: newSource() });
const dead = [410, 'link-not-usable'];
const OTHER = 'quite another passphrase';

describe('accepting as somebody new', () => {
  test('proves the address, sets password, names, locale and the state active; signs nobody in', async () => {
    const { letter, email, invite } = await inviteTo(org);
    const body = { token: letter.token, profile: { givenName: 'Ada' }, locale: 'fr-FR' };
    const answer = await accept(service, body);
    const user = await ok(answer);
    expect(user).toMatchObject({ id: invite.userId, email, state: 'active', roles: ['member'], version: 2 });
    expect(user).toMatchObject({ profile: { givenName: 'Ada' }, preferences: { locale: 'fr-FR' } });
    expect(user.activatedAt).toBe(user.security.emailVerifiedAt);
    expect(answer.body + JSON.stringify(answer.headers)).not.toMatch(/accessToken|refreshToken|set-cookie/i);
    const shown = await ok(call('GET', `/v1/invites/${invite.id}`));
    expect(shown).toMatchObject({ state: 'accepted', acceptedAt: user.activatedAt });
    expect((await signIn(email, PASSWORD)).status).toBe(200);
  });

  test('sends no letter', async () => {
    const { letter, email } = await inviteTo(org);
    const calls = await service.trace(() => ok(accept(service, { token: letter.token })));
    expect(calls.flatMap(({ keys }) => keys).filter((key) => key.startsWith('OB#'))).toEqual([]);
    expect(await service.letters(email)).toHaveLength(1);
  });

  test('works once: the link and the code are dead after it, whatever the password', async () => {
    const { letter, email } = await inviteTo(org);
    const answers = await Promise.all(Array.from({ length: 8 }, () => accept(service, { token: letter.token })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410, 410, 410, 410, 410, 410, 410]);
    for (const body of [{ token: letter.token }, { email, code: letter.code }]) {
      expect(refusal(await accept(service, { ...body, password: OTHER }))).toEqual(dead);
    }
    expect((await signIn(email, PASSWORD)).status).toBe(200);
  });

  test('demands the terms of an org that has some, and keeps which', async () => {
    const strict = await anotherOrg(service, 'Strict', { termsVersion: '2026-01' });
    const { letter } = await inviteTo(strict);
    for (const acceptTerms of [undefined, false]) {
      const refused = await accept(service, { token: letter.token, acceptTerms });
      expect(refusal(refused)).toEqual([422, 'terms-not-accepted']);
      expect(refused.json.termsVersion).toBe('2026-01');
    }
    const user = await ok(accept(service, { token: letter.token, acceptTerms: true }));
    expect(user).toMatchObject({ termsVersion: '2026-01', termsAcceptedAt: user.activatedAt });
  });

  test('keeps to the org’s policy and leaves the link alive when the password breaks it', async () => {
    const strict = await anotherOrg(service, 'Longwinded', { passwordPolicy: { minLength: 30 } });
    const { letter } = await inviteTo(strict);
    for (const password of ['correct horse battery', 'longwinded longwinded longwinded', undefined]) {
      const body = password === undefined ? { token: letter.token, password } : { token: letter.token, password };
      expect((await accept(service, body)).status).toBe(422);
    }
    const password = 'seven tall camels walked over a green bridge';
    expect((await accept(service, { token: letter.token, password })).status).toBe(200);
  });

  test.each([
    { roles: ['owner'] },
    { orgId: '00000000-0000-7000-8000-000000000001' },
    { userId: '00000000-0000-7000-8000-000000000001' },
    { state: 'active' },
    { email: 'victim@example.com' },
    { email: ['victim@example.com'] },
    { profile: { roles: ['owner'] } },
    { activatedAt: '2026-01-01T00:00:00.000Z' },
  ])('refuses what is not the accepting person’s to say: %j', async (extra) => {
    const { letter } = await inviteTo(org);
    expect(refusal(await accept(service, { token: letter.token, ...extra }))).toEqual([422, 'input-invalid']);
    expect((await accept(service, { token: letter.token })).status).toBe(200);
  });

  test('wipes what was there before the proof', async () => {
    const { letter, invite, email } = await inviteTo(org);
    const before = service.services.directory.table;
    const { keys } = await import('../../shared/store/keys.ts');
    const { hashPassword } = await import('../../shared/security/password-hash.ts');
    const planted = { ...keys.credential(org.id, invite.userId), k: 'credential', hash: await hashPassword(OTHER) };
    await before.put(planted, undefined, 'planted');
    await ok(accept(service, { token: letter.token }));
    expect(refusal(await signIn(email, OTHER))).toEqual([401, 'sign-in-failed']);
    expect((await signIn(email, PASSWORD)).status).toBe(200);
  });

  test('changes nothing by being looked at', async () => {
    const { letter } = await inviteTo(org);
    const path = new URL(letter.link ?? '').pathname + new URL(letter.link ?? '').search;
    for (let i = 0; i < 20; i++) {
      const method = i % 2 ? 'GET' : 'HEAD';
      const answer = await service.call(method, path, { headers: { 'user-agent': 'LinkScanner/1.0' } });
      expect(answer.status).toBe(200);
    }
    expect((await accept(service, { token: letter.token })).status).toBe(200);
  });
});

describe('a token', () => {
  test('that is cut, lengthened, respelt or edited is as dead as an unknown one', async () => {
    const { letter } = await inviteTo(org);
    const token = letter.token ?? '';
    const flipped = token.replace(/[a-z](?=[^a-z]*$)/, (char) => char.toUpperCase());
    const bytes = Buffer.from(token, 'base64url');
    const edited = Array.from({ length: bytes.length }, (_, at) => {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy.toString('base64url');
    });
    const spelt = [`${token}=`, `${token}A`, token.slice(0, -1), token.slice(0, -4), flipped, `${token}%00`, 'x'];
    for (const wrong of [...spelt, ...edited]) {
      expect([wrong, ...refusal(await accept(service, { token: wrong }))]).toEqual([wrong, ...dead]);
    }
    expect((await accept(service, { token })).status).toBe(200);
  });

  test('of an invite is nothing to the other flows, nor theirs to this one', async () => {
    const { letter } = await inviteTo(org);
    const { token } = letter;
    const reset = { token, password: PASSWORD };
    expect(refusal(await service.call('POST', '/v1/password-resets/complete', { body: reset }))).toEqual(dead);
    const proof = await service.call('POST', '/v1/contact-validations/complete', { body: { token } });
    expect(refusal(proof)).toEqual(dead);
    const unsigned = [{ alg: 'none' }, { email: 'victim@example.com', orgId: org.id, roles: ['owner'] }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    expect(refusal(await accept(service, { token: `${unsigned}.` }))).toEqual(dead);
    expect((await accept(service, { token })).status).toBe(200);
  });
});

describe('an accept that is retried with its Idempotency-Key', () => {
  test('answers byte for byte as the first, and refuses another body under the key', async () => {
    const { letter } = await inviteTo(org);
    const headers = { 'idempotency-key': 'once' };
    const first = await accept(service, { token: letter.token }, { headers });
    const again = await accept(service, { token: letter.token }, { headers });
    expect(first.status).toBe(200);
    expect([again.status, again.body]).toEqual([first.status, first.body]);
    const changed = await accept(service, { token: letter.token, password: OTHER }, { headers });
    expect(refusal(changed)).toEqual([422, 'idempotency-key-reused']);
    expect(refusal(await accept(service, { token: letter.token }))).toEqual(dead);
  });

  test('finds its answer when the first one was lost after the commit', async () => {
    const { letter, email } = await inviteTo(org);
    const headers = { 'idempotency-key': 'lost' };
    const rule = {
      service: 'dynamodb',
      operation: 'TransactWriteItems',
      key: 'user',
      mode: 'commit-then-fail',
    } as const;
    service.faults.add({ ...rule, times: 1 });
    await accept(service, { token: letter.token }, { headers });
    service.faults.clear();
    expect(await ok(accept(service, { token: letter.token }, { headers }))).toMatchObject({ state: 'active', email });
    expect((await signIn(email, PASSWORD)).status).toBe(200);
  });
});

describe('the inviter', () => {
  const admin = () => activePerson(service, service.seed.orgId, ['admin']);
  const above = [403, 'role-above-own'];

  test('who was demoted, locked, deactivated or deleted since grants nothing above a member', async () => {
    for (const fall of [
      (id: string) => call('PUT', `/v1/users/${id}/roles`, { roles: ['member'] }),
      (id: string) => call('POST', `/v1/users/${id}/lock`, { reason: 'left' }),
      (id: string) => call('POST', `/v1/users/${id}/deactivate`),
      (id: string) => call('DELETE', `/v1/users/${id}`),
    ]) {
      const inviter = await admin();
      const elevated = await inviteTo(org, { roles: ['admin'] }, inviter.token);
      const plain = await inviteTo(org, {}, inviter.token);
      await ok(fall(inviter.id));
      expect(refusal(await accept(service, { token: elevated.letter.token }))).toEqual(above);
      expect((await accept(service, { token: plain.letter.token })).status).toBe(200);
    }
  });

  test('whose lock is over counts again', async () => {
    const inviter = await admin();
    const { letter } = await inviteTo(org, { roles: ['admin'] }, inviter.token);
    const until = new Date(service.clock.now().getTime() + 60_000).toISOString();
    await ok(call('POST', `/v1/users/${inviter.id}/lock`, { reason: 'a minute', until }));
    expect(refusal(await accept(service, { token: letter.token }))).toEqual(above);
    service.advance(61_000);
    expect((await accept(service, { token: letter.token })).status).toBe(200);
  });

  test('that is a revoked client grants nothing above a member', async () => {
    const body = { name: 'inviting', permissions: ['users:invite', 'users:read'] };
    const made = await ok(call('POST', `/v1/orgs/${org.id}/clients`, body));
    const token = await service.tokenFor(made.clientId, made.clientSecret);
    const refused = await call('POST', '/v1/invites', { email: newAddress(), roles: ['admin'] }, token);
    expect(refusal(refused)).toEqual(above);
    const { letter } = await inviteTo(org, { roles: ['viewer', 'member'] }, org.client);
    const plain = await inviteTo(org, {}, token);
    await ok(call('DELETE', `/v1/clients/${made.clientId}`));
    expect((await accept(service, { token: plain.letter.token })).status).toBe(200);
    expect((await accept(service, { token: letter.token })).status).toBe(200);
  });
});

describe('a signed-in caller', () => {
  test('who is somebody else is refused, and the link stays alive', async () => {
    const someone = await activePerson(service, service.seed.orgId);
    const { letter } = await inviteTo(org);
    const refused = await accept(service, { token: letter.token }, { token: someone.token });
    expect(refusal(refused)).toEqual([403, 'permission-missing']);
    expect((await accept(service, { token: letter.token })).status).toBe(200);
  });

  test('that is a machine client, or has a token of nobody, is refused', async () => {
    const { letter } = await inviteTo(org);
    expect((await accept(service, { token: letter.token }, { token: org.client })).status).toBe(403);
    expect((await accept(service, { token: letter.token }, { token: 'nonsense' })).status).toBe(401);
  });
});

test('an invite’s id is no proof of anything', async () => {
  const { invite, email } = await inviteTo(org);
  expect(refusal(await accept(service, { token: invite.id }))).toEqual(dead);
  const { user } = await joined(org);
  expect(user.email).not.toBe(email);
  expect((await call('GET', `/v1/invites/${invite.id}`, undefined, 'none')).status).toBe(401);
});
