// Guessing passwords: in parallel, under other spellings of address, source and path, and by sheer size.
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, PASSWORD } from '../support/world.ts';

let service: TestService;
let sources = 0;
const source = () => `198.51.100.${++sources}`;

beforeAll(async () => {
  service = await testService({ at: new Date('2027-03-01T08:00:00Z'), still: true });
});
afterEach(() => service.faults.clear());

const person = () => activePerson(service, service.seed.orgId);
const signIn = (body: Json, sourceIp = source(), headers: Record<string, string> = {}) =>
  service.call('POST', '/v1/sessions', { body, sourceIp, headers });

/** A try that is counted but not compared: the read that follows the count fails. */
async function counted(email: string, sourceIp?: string, headers?: Record<string, string>): Promise<number> {
  service.faults.add({ service: 'dynamodb', operation: 'BatchGetItem', mode: 'fail-before' });
  const { status } = await signIn({ email, password: 'wrong' }, sourceIp, headers);
  service.faults.clear();
  return status;
}

describe('guessing a password', () => {
  it('in parallel gets no more compares than one after another', async () => {
    const { email } = await person();
    const guesses = Array.from({ length: 200 }, (_, i) => signIn({ email, password: `guess ${i}` }, `192.0.2.${i}`));
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
  });

  it('in parallel does not let the right one through behind the delay', async () => {
    const { email } = await person();
    for (let i = 0; i < 5; i++) expect(await counted(email)).toBe(503);
    const guesses = Array.from({ length: 10 }, () => signIn({ email, password: PASSWORD }));
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(1);
  });

  it('is counted for the address, however it is typed', async () => {
    const { email } = await person();
    const [local = '', domain = ''] = email.split('@');
    const spellings = [
      email.toUpperCase(),
      ` ${email} `,
      `${local.toUpperCase()}@${domain}`,
      `${local}@${domain.toUpperCase()}`,
    ];
    for (const spelling of spellings) expect(await counted(spelling)).toBe(503);
    expect(await counted(email)).toBe(503);
    for (const spelling of [email, ...spellings]) {
      const refused = await signIn({ email: spelling, password: PASSWORD });
      expect([refused.status, refused.json.code]).toEqual([429, 'sign-in-delayed']);
    }
    // Letters that only look alike are no address at all.
    for (const odd of [`${local}＠${domain}`, `${local.replace('s', 'ſ')}@${domain}`, `${email}\u0000`]) {
      expect([400, 422]).toContain((await signIn({ email: odd, password: PASSWORD })).status);
    }
  });

  it('from one source is counted for it, whatever it claims to be', async () => {
    service.advance(600_000 - (service.clock.now().getTime() % 600_000));
    const network = ['2001:db8:7:7::1', '2001:DB8:7:7:ffff::2', '2001:0db8:0007:0007:0:0:0:3', '2001:db8:7:7:a:b:c:d'];
    for (let i = 0; i < 100; i++) {
      const headers = { 'x-forwarded-for': `203.0.113.${i}`, forwarded: `for=203.0.113.${i}`, 'x-real-ip': '10.0.0.1' };
      expect(await counted(`nobody-${i}@example.test`, network[i % network.length], headers)).toBe(503);
    }
    for (const sourceIp of network) {
      const headers = { 'x-forwarded-for': '198.51.100.77' };
      const refused = await signIn({ email: 'nobody@example.test', password: 'wrong' }, sourceIp, headers);
      expect([refused.status, refused.json.code]).toEqual([429, 'too-many-requests']);
    }
    expect((await signIn({ email: 'nobody@example.test', password: 'wrong' }, '2001:db8:7:8::1')).status).toBe(401);
  });

  it('from a mapped address is counted for the address that is mapped', async () => {
    service.advance(600_000 - (service.clock.now().getTime() % 600_000));
    for (let i = 0; i < 100; i++)
      await counted(`nobody-${i}@example.test`, i % 2 ? '192.0.2.250' : '::ffff:192.0.2.250');
    for (const sourceIp of ['192.0.2.250', '::FFFF:192.0.2.250']) {
      expect((await signIn({ email: 'nobody@example.test', password: 'x' }, sourceIp)).status).toBe(429);
    }
  });

  it('finds no other door to sign-in', async () => {
    const { email } = await person();
    const body = { email, password: PASSWORD };
    const reached: string[] = [];
    for (const path of [
      '//v1/sessions',
      '/v1//sessions',
      '/v1/sessions/',
      '/V1/sessions',
      '/v1/Sessions',
      '/v1/./sessions',
      '/v1/%73essions',
      '/v1/sessions%2f',
      '/v1/sessions;x=1',
      '/v1/sessions/../sessions',
    ]) {
      const calls = await service.trace(async () => {
        const { status } = await service.call('POST', path, { body, sourceIp: source() });
        if (status !== 200) expect([400, 404, 405]).toContain(status);
        else reached.push(path);
      });
      // Where the gateway reads a spelling as the path itself, the same counters count.
      expect(calls.flatMap(({ keys }) => keys).some((key) => key.startsWith('LM#sign-in'))).toBe(
        reached.includes(path),
      );
    }
    expect(reached).toEqual(['/v1/%73essions']);
    for (const method of ['PUT', 'PATCH']) {
      expect((await service.call(method, '/v1/sessions', { body, sourceIp: source() })).status).toBe(405);
    }
  });

  it('cannot tire the service out with long passwords', async () => {
    const { email } = await person();
    const calls = await service.trace(async () => {
      const large = Array.from({ length: 40 }, () => signIn({ email, password: 'x'.repeat(200_000) }));
      expect(new Set((await Promise.all(large)).map(({ status }) => status))).toEqual(new Set([413]));
      const long = Array.from({ length: 40 }, () => signIn({ email, password: 'x'.repeat(2000) }));
      expect(new Set((await Promise.all(long)).map(({ status }) => status))).toEqual(new Set([422]));
    });
    expect(calls).toEqual([]);
    expect((await signIn({ email, password: PASSWORD })).status).toBe(200);
  });

  it('writes its counters apart from the person’s record', async () => {
    const { email, id } = await person();
    const calls = await service.trace(() => signIn({ email, password: 'wrong' }));
    const written = calls.filter(({ operation }) => operation !== 'GetItem' && operation !== 'BatchGetItem');
    expect(written.flatMap(({ keys }) => keys).every((key) => key.startsWith('LM#'))).toBe(true);
    const token = await service.tokenFor();
    expect((await service.call('GET', `/v1/users/${id}`, { token })).json.version).toBe(1);
  });
});
