// Signing in: what it answers, whom it lets in and where, and how failures are counted and forgiven.
import { argon2Sync, randomBytes } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../shared/directory/limits.ts';
import { hashPassword } from '../../shared/security/password-hash.ts';
import { keys } from '../../shared/store/keys.ts';
import { counterOf } from '../../shared/store/limiter-items.ts';
import { credentialItem } from '../../shared/store/secret-items.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, NEW_PASSWORD, newAddress, ok, PASSWORD, type Person } from '../support/world.ts';

let service: TestService;
let sources = 0;
const source = () => `2001:db8:${(++sources).toString(16)}::1`;
const DAY = 86_400_000;

beforeAll(async () => {
  service = await testService({ at: new Date('2027-03-01T08:00:00Z'), still: true });
});
afterEach(() => service.faults.clear());

const person = () => activePerson(service, service.seed.orgId);
const admin = async (method: string, path: string, body?: Json) =>
  service.call(method, path, { token: await service.tokenFor(), body });
const signIn = (email: string, password: string, more: Json = {}, sourceIp = source()) =>
  service.call('POST', '/v1/sessions', { body: { email, password, ...more }, sourceIp });
const nextDay = () => service.advance(DAY - (service.clock.now().getTime() % DAY));

function oldHash(password: string): string {
  const [memory, passes, parallelism, nonce] = [8192, 1, 1, randomBytes(16)];
  const options = { message: password, nonce, tagLength: 32, memory, passes, parallelism };
  const plain = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replaceAll('=', '');
  const tag = plain(argon2Sync('argon2id', options));
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${plain(nonce)}$${tag}`;
}

/** Puts a credential in place of the person's; `setAt` stays theirs unless told. */
async function putCredential({ id }: Person, hash: string, setAt?: string): Promise<void> {
  const { orgId } = service.seed;
  const { table } = service.services.directory;
  const was = String((await table.get(keys.credential(orgId, id)))?.at);
  await table.put(credentialItem(orgId, id, { hash, setAt: setAt ?? was }), { is: 'present' }, 'by-test');
}
const storedHash = async ({ id }: Person) =>
  String((await service.services.directory.table.get(keys.credential(service.seed.orgId, id)))?.hash);

/** Failures of a source at an address that went before, without the price of hashing. */
async function failedBefore(sourceIp: string, email: string, n: number): Promise<void> {
  const { key } = counterOf(LIMITS.failedSignInsPerPair, `${sourceIp} ${email}`, service.clock.now());
  await service.services.directory.table.change({ update: key, add: { n } }, 'by-test');
}

describe('signing in', () => {
  it('answers with tokens and the person, sends no letter, and notes the sign-in', async () => {
    const who = await person();
    await service.deliver();
    const answer = await signIn(who.email.toUpperCase(), PASSWORD, { client: 'cli' });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store' });
    expect(answer.json).toMatchObject({ tokenType: 'Bearer', expiresIn: 600, user: { id: who.id, email: who.email } });
    expect(answer.body).not.toContain('argon2');
    expect(await service.deliver()).toEqual([]);
    const me = await ok(service.call('GET', '/v1/me', { token: answer.json.accessToken }));
    expect(me.activity).toMatchObject({ signInCount: 1, seenFrom: { cli: expect.any(String) } });
    expect(me.version).toBe(1);
  });

  it('tells the state of an account only after the right password', async () => {
    const [inactive, locked] = [await person(), await person()];
    const staged = (await ok(admin('POST', '/v1/users', { email: newAddress() }))) as Json;
    await ok(admin('POST', `/v1/users/${inactive.id}/deactivate`));
    await ok(admin('POST', `/v1/users/${locked.id}/lock`, { reason: 'asked for' }));
    for (const [{ email }, code] of [
      [inactive, 'user-inactive'],
      [locked, 'user-locked'],
    ] as const) {
      expect((await signIn(email, 'wrong')).json.code).toBe('sign-in-failed');
      const told = await signIn(email, PASSWORD);
      expect([told.status, told.json.code]).toEqual([403, code]);
    }
    expect((await signIn(staged.email, PASSWORD)).json.code).toBe('sign-in-failed');
    expect((await signIn('nobody@example.test', PASSWORD)).json.code).toBe('sign-in-failed');
  });

  it('lets in again when a lock has run out, and not before', async () => {
    const { id, email } = await person();
    const until = new Date(service.clock.now().getTime() + 3_600_000).toISOString();
    await ok(admin('POST', `/v1/users/${id}/lock`, { reason: 'for an hour', until }));
    expect((await signIn(email, PASSWORD)).status).toBe(403);
    service.advance(3_600_000);
    expect((await signIn(email, PASSWORD)).status).toBe(200);
  });

  it('compares any string of up to 1,024 characters, and hashes nothing longer', async () => {
    const { email } = await person();
    for (const password of ['', 'x', 'é'.repeat(1024)]) expect((await signIn(email, password)).status).toBe(401);
    const long = await service.trace(async () => {
      expect((await signIn(email, 'x'.repeat(1025))).status).toBe(422);
      expect((await signIn(email, 'x'.repeat(1024 * 1024))).status).toBe(413);
    });
    expect(long).toEqual([]);
  });

  it('takes the same characters from two keyboards as one password', async () => {
    const who = await person();
    await putCredential(who, await hashPassword('caf\u00e9 au lait, s\u2019il vous pla\u00eet'));
    expect((await signIn(who.email, 'cafe\u0301 au lait, s\u2019il vous plai\u0302t')).status).toBe(200);
  });

  it('hashes a password of old parameters anew, once it has proven right', async () => {
    const who = await person();
    const old = oldHash(PASSWORD);
    await putCredential(who, old);
    expect((await signIn(who.email, 'wrong')).status).toBe(401);
    expect(await storedHash(who)).toBe(old);
    expect((await signIn(who.email, PASSWORD)).status).toBe(200);
    expect(await storedHash(who)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect((await signIn(who.email, PASSWORD)).status).toBe(200);
  });

  it('does not undo a change of password by hashing the former one anew', async () => {
    const who = await person();
    await putCredential(who, oldHash(PASSWORD));
    const held = { key: 'm=19456', hold: { until: 2, maxMs: 300 } };
    service.faults.add({ service: 'dynamodb', operation: 'PutItem', mode: 'hold', ...held });
    const signing = signIn(who.email, PASSWORD);
    // What a reset would leave, written while the rehash waits; it is the second call that the hold waits for.
    const changed = await hashPassword(NEW_PASSWORD);
    await putCredential(who, changed);
    await signing;
    service.faults.clear();
    expect([changed, expect.stringContaining('m=8192')]).toContain(await storedHash(who));
    expect(await storedHash(who)).toBe(changed);
  });

  it('lets nobody in by a password and a record that do not belong together', async () => {
    // As when a reset falls between the two reads: the former password must not get the new epoch.
    const who = await person();
    await putCredential(who, await storedHash(who), '2027-01-01T00:00:00.000Z');
    expect((await signIn(who.email, PASSWORD)).status).toBe(401);
  });
});

describe('failed sign-ins', () => {
  it('are free five times, then delayed by doubling seconds up to a quarter of an hour, for anybody', async () => {
    const addresses = [(await person()).email, 'unknown-to-all@example.test'];
    // A try is counted before anything is compared: failing the read that follows spares the hashing.
    service.faults.add({ service: 'dynamodb', operation: 'BatchGetItem', mode: 'fail-before' });
    for (const email of addresses) {
      const waits: number[] = [];
      for (let i = 0; i < 5; i++) expect((await signIn(email, `wrong ${i}`)).status).toBe(503);
      for (let i = 0; i < 13; i++) {
        const { status, json, headers } = await signIn(email, `wrong again ${i}`);
        expect([status, json.code]).toEqual([429, 'sign-in-delayed']);
        const wait = Number(headers['retry-after']);
        waits.push(wait);
        service.advance(wait * 1000);
        expect((await signIn(email, `wrong after waiting ${i}`)).status).toBe(503);
      }
      expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
    }
    service.faults.clear();
  });

  it('are not compared while the delay runs, and do not lengthen it', async () => {
    const { email } = await person();
    for (let i = 0; i < 5; i++) await signIn(email, 'wrong');
    for (let i = 0; i < 10; i++) expect((await signIn(email, PASSWORD)).status).toBe(429);
    service.advance(1000);
    expect((await signIn(email, PASSWORD)).status).toBe(200);
  });

  it('are forgotten after the right password', async () => {
    const { email } = await person();
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 4; i++) expect((await signIn(email, 'wrong')).status).toBe(401);
      expect((await signIn(email, PASSWORD)).status).toBe(200);
    }
  });

  it('shut a source out of an address after a hundred in a day, and no other source', async () => {
    nextDay();
    const { email } = await person();
    const [guesser, other] = ['192.0.2.98', source()];
    await failedBefore(guesser, email, 70);
    let compared = 70;
    for (let i = 0; i < 100; i++) {
      const { status, headers } = await signIn(email, `wrong ${i}`, {}, guesser);
      if (status === 401) compared++;
      else if (Number(headers['retry-after']) > 900) break;
      else service.advance(Number(headers['retry-after']) * 1000);
      // One who knows the password signs in beside it, which clears the delay but nobody's failures.
      if (i % 10 === 9) {
        service.advance(900_000);
        expect((await signIn(email, PASSWORD, {}, other)).status).toBe(200);
      }
    }
    expect(compared).toBe(100);
    service.advance(900_000);
    expect((await signIn(email, PASSWORD, {}, guesser)).status).toBe(429);
    // Its tries use up no turn: the others meet no delay because of it.
    for (let i = 0; i < 8; i++) await signIn(email, 'wrong', {}, guesser);
    expect((await signIn(email, PASSWORD, {}, other)).status).toBe(200);
    expect((await signIn('someone-else@example.test', 'wrong', {}, guesser)).status).toBe(401);
    await ok(service.call('POST', '/v1/password-resets', { body: { email }, sourceIp: other }));
    const letter = (await service.deliver()).find(({ to }) => to === email);
    const body = { token: letter?.token, password: NEW_PASSWORD };
    await ok(service.call('POST', '/v1/password-resets/complete', { body, sourceIp: other }));
    expect((await signIn(email, NEW_PASSWORD, {}, guesser)).status).toBe(200);
  });

  it('stop shutting a source out when the day has passed', async () => {
    nextDay();
    const { email } = await person();
    const guesser = '192.0.2.99';
    await failedBefore(guesser, email, 99);
    expect((await signIn(email, 'wrong', {}, guesser)).status).toBe(401);
    const shut = await signIn(email, PASSWORD, {}, guesser);
    expect(shut.status).toBe(429);
    const last = Number(shut.headers['retry-after']);
    expect(last).toBeGreaterThan(86_000);
    service.advance(last * 1000);
    expect((await signIn(email, PASSWORD, {}, guesser)).status).toBe(200);
  });

  it('are delayed no longer after a reset', async () => {
    const { email } = await person();
    for (let i = 0; i < 5; i++) await signIn(email, 'wrong');
    expect((await signIn(email, PASSWORD)).status).toBe(429);
    await ok(service.call('POST', '/v1/password-resets', { body: { email }, sourceIp: source() }));
    const { token } = (await service.deliver()).find(({ to }) => to === email) ?? {};
    await ok(service.call('POST', '/v1/password-resets/complete', { body: { token, password: NEW_PASSWORD } }));
    expect((await signIn(email, NEW_PASSWORD)).status).toBe(200);
  });

  it('are limited to a hundred in ten minutes from one source, whomever they are about', async () => {
    const sourceIp = source();
    const { email } = await person();
    service.advance(600_000 - (service.clock.now().getTime() % 600_000));
    service.faults.add({ service: 'dynamodb', operation: 'BatchGetItem', mode: 'fail-before' });
    for (let i = 0; i < 100; i++) {
      expect((await signIn(`nobody-${i}@example.test`, 'wrong', {}, sourceIp)).status).toBe(503);
    }
    service.faults.clear();
    for (const address of [email, 'nobody@example.test']) {
      const { status, json, headers } = await signIn(address, PASSWORD, {}, sourceIp);
      expect([status, json.code]).toEqual([429, 'too-many-requests']);
      expect(Number(headers['retry-after'])).toBeGreaterThan(500);
    }
    expect((await signIn(email, PASSWORD)).status).toBe(200);
    service.advance(600_000);
    expect((await signIn(email, PASSWORD, {}, sourceIp)).status).toBe(200);
  });
});

describe('signing in to another org', () => {
  it('is for its members, by the person’s one password', async () => {
    const [guest, stranger] = [await person(), await person()];
    const other = await service.secondOrg();
    const foreign = () => service.tokenFor(other.clientId, other.clientSecret);
    const invite = async () => {
      const token = await foreign();
      await ok(service.call('POST', '/v1/invites', { token, body: { email: guest.email, roles: ['viewer'] } }));
      const letter = (await service.deliver()).filter(({ to }) => to === guest.email).at(-1);
      await ok(
        service.call('POST', '/v1/invites/accept', {
          body: { token: letter?.token, password: PASSWORD },
          sourceIp: source(),
        }),
      );
    };
    await invite();
    const abroad = await signIn(guest.email, PASSWORD, { orgId: other.orgId });
    expect(abroad.status).toBe(200);
    expect(abroad.json.user).toMatchObject({ id: guest.id, roles: ['viewer'] });
    expect(abroad.json.user).not.toHaveProperty('security');
    const token = abroad.json.accessToken;
    expect((await service.call('GET', '/v1/users', { token })).json.items).toContainEqual(
      expect.objectContaining({ id: guest.id }),
    );
    const wrong = [other.orgId, '01890000-0000-7000-8000-000000000000'].map((orgId) =>
      signIn(stranger.email, PASSWORD, { orgId }),
    );
    const [member, unknown] = await Promise.all(wrong);
    expect([member?.status, member?.json.code]).toEqual([403, 'not-a-member']);
    expect([unknown?.status, unknown?.json.code]).toEqual([403, 'not-a-member']);
    expect((await signIn(guest.email, 'wrong', { orgId: other.orgId })).json.code).toBe('sign-in-failed');

    await ok(admin('PATCH', `/v1/users/${guest.id}`, { email: `moved-${guest.email}` }));
    const suspended = await signIn(`moved-${guest.email}`, PASSWORD, { orgId: other.orgId });
    expect([suspended.status, suspended.json.code]).toEqual([403, 'membership-suspended']);
    const { refreshToken } = abroad.json;
    const refused = await service.call('POST', '/v1/sessions/refresh', { body: { refreshToken } });
    expect([refused.status, refused.json.code]).toEqual([403, 'membership-suspended']);
    expect((await signIn(`moved-${guest.email}`, PASSWORD)).status).toBe(200);
  });
});
