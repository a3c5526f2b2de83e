import { beforeAll, describe, expect, test } from 'vitest';
import { accept, firstOrg, inviteTo, newSource, refusal, type TestOrg } from '../support/invited.ts';
import { type TestService, testService } from '../support/service.ts';
import { newAddress, ok, withLetters } from '../support/world.ts';

let service: TestService;
let org: TestOrg;

beforeAll(async () => {
  // Early in an hour and in a day: what is counted per hour and day must not begin anew between two lines.
  service = await testService({ at: new Date('2031-05-05T01:00:00Z') });
  org = await firstOrg(service);
});

const WRONG = '00000000';
const guess = (email: string, code = WRONG, sourceIp = newSource()) => accept(service, { email, code }, { sourceIp });
const dead = [410, 'link-not-usable'];

describe('the code of a letter', () => {
  test('opens what the link opens, however it is typed', async () => {
    const { email, letter } = await inviteTo(org);
    const typed = ` ${letter.code?.toLowerCase().replace('-', ' ')} `;
    expect((await guess(email, typed)).status).toBe(200);
    expect(refusal(await accept(service, { token: letter.token }))).toEqual(dead);
  });

  test('dies after five wrong ones, and the link does not', async () => {
    const { email, letter } = await inviteTo(org);
    for (let i = 0; i < 5; i++) expect(refusal(await guess(email))).toEqual(dead);
    expect(refusal(await guess(email, letter.code))).toEqual(dead);
    expect((await accept(service, { token: letter.token })).status).toBe(200);
  });

  test('still works after four wrong ones, and being right counts for nothing', async () => {
    const { email, letter } = await inviteTo(org);
    for (let i = 0; i < 4; i++) await guess(email);
    const sourceIp = newSource();
    for (let i = 0; i < 7; i++) {
      const answer = await accept(service, { email, code: letter.code, password: 'short' }, { sourceIp });
      expect(refusal(answer)).toEqual([422, 'password-unacceptable']);
    }
    expect((await guess(email, letter.code)).status).toBe(200);
  });

  test('is compared five times at most, however many guess at once', async () => {
    const { email, letter } = await inviteTo(org);
    const key = 'LM#code-letter#';
    // Only twenty get past the counter of the address; they wait here until all of them are counted.
    service.faults.add({ service: 'dynamodb', mode: 'hold', key, hold: { until: 20, maxMs: 5000 } });
    const guesses = Array.from({ length: 49 }, () => guess(email));
    const right = guess(email, letter.code);
    const answers = await Promise.all([...guesses, right]);
    service.faults.clear();
    expect(answers.slice(0, 49).every(({ status }) => status === 410)).toBe(true);
    const taken = answers[49]?.status === 200;
    // Whoever was not among the first five was never compared: the right code is dead, or had its turn.
    expect(refusal(await guess(email, letter.code))).toEqual(dead);
    expect((await accept(service, { token: letter.token })).status).toBe(taken ? 410 : 200);
  });

  test('a resend gives a new one, and after twenty wrong ones in a day none works for the address', async () => {
    const { email, invite } = await inviteTo(org);
    const resend = async () => {
      const sent = await withLetters(service, 'POST', `/v1/invites/${invite.id}/resend`, { token: await token() });
      return sent.letters[0];
    };
    const token = () => service.tokenFor();
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < 5; i++) await guess(email);
      if (round < 3) await resend();
    }
    const letter = await resend();
    expect(refusal(await guess(email, letter?.code))).toEqual(dead);
    service.advance(86_400_000);
    org.client = await token();
    expect((await guess(email, letter?.code)).status).toBe(200);
  });

  test('guesses are limited per source, alike for an address that nobody has', async () => {
    const { email } = await inviteTo(org);
    for (const address of [email, newAddress()]) {
      const sourceIp = newSource();
      for (let i = 0; i < 20; i++) {
        expect(refusal(await guess(i < 4 ? address : newAddress(), WRONG, sourceIp))).toEqual(dead);
      }
      const refused = await guess(address, WRONG, sourceIp);
      expect(refusal(refused)).toEqual([429, 'too-many-requests']);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    }
  });

  test('costs the same table calls and gives the same answer for an invited and an unknown address', async () => {
    const { email } = await inviteTo(org);
    const seen = await Promise.all(
      [email, newAddress()].map(async (address) => {
        let body = '';
        const calls = await service.trace(async () => {
          const answer = await guess(address);
          body = JSON.stringify({ ...answer.json, requestId: '' });
        });
        return { body, calls };
      }),
    );
    expect(seen[0]?.body).toBe(seen[1]?.body);
    for (const address of [email, newAddress()]) {
      const calls = await service.trace(() => guess(address));
      expect(calls.map(({ operation }) => operation).sort()).toEqual([
        'BatchGetItem',
        'GetItem',
        'GetItem',
        'Query',
        'UpdateItem',
        'UpdateItem',
        'UpdateItem',
      ]);
    }
  });

  test('is nothing for the code of another letter or purpose', async () => {
    const [one, two] = [await inviteTo(org), await inviteTo(org)];
    expect(refusal(await guess(one.email, two.letter.code))).toEqual(dead);
    const reset = { email: one.email, code: one.letter.code, password: 'a perfectly long password' };
    expect(refusal(await service.call('POST', '/v1/password-resets/complete', { body: reset }))).toEqual(dead);
    expect((await ok(guess(one.email, one.letter.code))).state).toBe('active');
  });
});
