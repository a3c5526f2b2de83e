import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Send } from '../../shared/mail/ses.ts';
import type { OrgId } from '../../shared/model/ids.ts';
import { accept, anotherOrg, newSource, refusal, type TestOrg } from '../support/invited.ts';
import { keyOfLetter } from '../support/letter-keys.ts';
import { letterItems, throttled } from '../support/mail.ts';
import type { SentLetter } from '../support/mailbox.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, NEW_PASSWORD, newAddress, ok, PASSWORD } from '../support/world.ts';

let service: TestService;
let org: TestOrg;

beforeAll(async () => {
  service = await testService();
});

// The clock has gone past the life of the last one's token.
beforeEach(async () => {
  org = await anotherOrg(service, 'Outage');
});

const MINUTE = 60_000;
const post = (path: string, body?: Json) => service.call('POST', path, { token: org.client, ...(body && { body }) });
const sweep = () => service.handlers.work('sweeper', {});
const times = async (count: number, run: (i: number) => Promise<unknown>) => {
  for (let at = 0; at < count; at += 20) {
    await Promise.all(Array.from({ length: Math.min(20, count - at) }, (_, i) => run(at + i)));
  }
};

/** Letters of every kind: 200 invites, 100 resets, 150 proofs, 50 notices. */
async function makeDue(): Promise<void> {
  const proof = (id: string, email: string) => ok(post(`/v1/users/${id}/contact-validations`, { email }));
  await times(200, () => ok(post('/v1/invites', { email: newAddress() })));
  await times(100, async () => {
    const { id, email } = await activePerson(service, org.id as OrgId);
    await ok(service.call('POST', '/v1/password-resets', { body: { email }, sourceIp: newSource() }));
    await proof(id, email);
  });
  await times(50, async () => proof((await activePerson(service, org.id as OrgId)).id, newAddress()));
}

/** Works: the flow takes the link, or refuses only the password that is too short. */
async function opens({ link = '', token }: SentLetter, whole: boolean): Promise<boolean> {
  const short = { token, password: whole ? NEW_PASSWORD : 'short' };
  const { pathname } = new URL(link);
  if (pathname === '/verify-email') {
    return (await service.call('POST', '/v1/contact-validations/complete', { body: { token } })).status === 200;
  }
  const answer = await (pathname === '/accept-invite'
    ? accept(service, short)
    : service.call('POST', '/v1/password-resets/complete', { body: short }));
  return whole ? answer.status < 300 : refusal(answer)[1] === 'password-unacceptable';
}

describe('SES down for an hour with five hundred letters due', () => {
  test('loses none, sends none twice, and every link that arrives works', async () => {
    await makeDue();
    const due = await letterItems(service);
    expect(due).toHaveLength(500);
    expect(due.every(({ st }) => st === 'queued')).toBe(true);
    service.mailbox.fail(throttled());
    for (let minute = 0; minute < 60; minute += 10) {
      service.advance(10 * MINUTE);
      await sweep();
    }

    expect(service.mailbox.sent).toHaveLength(0);
    service.mailbox.fail();
    for (let minute = 0; minute < 10 && service.mailbox.sent.length < 500; minute++) {
      service.advance(MINUTE);
      await sweep();
    }

    const letters = await service.letters();

    const counted = new Map(letters.map(({ letterId }) => [letterId, 0]));
    for (const { letterId } of letters) counted.set(letterId, (counted.get(letterId) ?? 0) + 1);
    expect([...counted.keys()].sort()).toEqual(due.map(({ id }) => String(id)).sort());
    expect([...counted.values()].filter((n) => n > 1)).toEqual([]);
    expect((await letterItems(service)).map(({ st }) => st).filter((st) => st !== 'sent')).toEqual([]);

    const linked = letters.filter(({ link }) => link);
    expect(linked).toHaveLength(450);
    const outcomes: boolean[] = [];
    const order = ['/accept-invite', '/reset-password'];
    await times(linked.length, async (i) => {
      outcomes.push(await opens(linked[i] as SentLetter, false));
    });

    expect(outcomes.filter((works) => !works)).toEqual([]);
    const [invite, reset] = order.map((path) => linked.find(({ link }) => new URL(link ?? '').pathname === path));
    expect(await opens(invite as SentLetter, true)).toBe(true);
    expect(await opens(reset as SentLetter, true)).toBe(true);
  }, 180_000);
});

describe('a worker that dies between SES and its mark', () => {
  const crashes = 20;
  let sendLetter: Send;

  beforeEach(() => {
    ({ sendLetter } = service.services);
  });

  afterEach(() => {
    service.services.sendLetter = sendLetter;
    service.faults.clear();
  });

  async function dueLetters(): Promise<void> {
    await service.deliver();
    service.mailbox.clear();
    await times(crashes / 2, () => ok(post('/v1/invites', { email: newAddress() })));
    await times(crashes / 2, async () => {
      const { email } = await activePerson(service, org.id as OrgId);
      await ok(service.call('POST', '/v1/password-resets', { body: { email }, sourceIp: newSource() }));
    });
  }

  const byLetter = async () => Map.groupBy(await service.letters(), ({ letterId }) => letterId);

  /** Once for each letter, as soon as SES has it. */
  const whenTaken = (strike: (letterId: string) => void): Set<string> => {
    const struck = new Set<string>();
    service.services.sendLetter = async (outgoing) => {
      const answer = await sendLetter(outgoing);
      if (!struck.has(outgoing.letterId)) strike(outgoing.letterId);
      struck.add(outgoing.letterId);
      return answer;
    };
    return struck;
  };

  test('costs at most one letter more, with the same link, and that link works', async () => {
    await dueLetters();
    // From then on the table hears nothing more of the letter from this worker.
    const struck = whenTaken((id) =>
      service.faults.add({ service: 'dynamodb', key: keyOfLetter(id), mode: 'fail-before' }),
    );
    for (let i = 0; i < 6 && struck.size < crashes; i++) await service.handlers.work('sweeper', { all: true });
    service.faults.clear();
    expect(struck.size).toBe(crashes);
    service.advance(3 * MINUTE);
    await service.deliver();
    const copies = [...(await byLetter()).values()];
    expect(copies).toHaveLength(crashes);
    for (const letters of copies) {
      expect(letters.length).toBeLessThanOrEqual(2);
      expect(new Set(letters.map(({ token }) => token)).size).toBe(1);
      expect(new Set(letters.map(({ code }) => code)).size).toBe(1);
      expect(await opens(letters[0] as SentLetter, false)).toBe(true);
    }
    const [invite] = copies.find(([first]) => first?.link?.includes('accept-invite')) ?? [];
    expect((await accept(service, { token: invite?.token, password: PASSWORD })).status).toBe(200);
  });

  test.each(['commit-then-fail', 'fail-before'] as const)('and comes to again (%s) costs none', async (mode) => {
    const before = await resetEntries();
    await dueLetters();
    const struck = whenTaken((id) => {
      const rule = { service: 'dynamodb', operation: 'TransactWriteItems', key: keyOfLetter(id), times: 1 } as const;
      service.faults.add({ ...rule, mode });
    });
    await service.deliver();
    service.faults.clear();
    service.advance(3 * MINUTE);
    await service.deliver();
    const copies = [...(await byLetter()).values()];
    expect(struck.size).toBe(crashes);
    expect(copies.map((letters) => letters.length)).toEqual(Array.from({ length: crashes }, () => 1));
    expect((await resetEntries()) - before).toBe(crashes / 2);
  });

  const resetEntries = async () =>
    (await service.dump()).filter(({ k, type }) => k === 'audit' && type === 'password-reset-asked').length;
});
