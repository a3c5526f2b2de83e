import type { SNSEvent } from 'aws-lambda';
import { beforeEach, describe, expect, test } from 'vitest';
import { type LocalClock, localClock } from '../../infra/local/clock.ts';
import { readTarget } from '../../infra/local/event.ts';
import { type Faults, newFaults } from '../../infra/local/faults.ts';
import type { SentRaw } from '../../infra/local/sent-letters.ts';
import { newSwitches, type Switches } from '../../infra/local/switches.ts';

let clock: LocalClock;
let faults: Faults;
let switches: Switches;
let happened: unknown[];

const letter: SentRaw = {
  sesId: 'ses-1',
  raw: Buffer.from(
    'From: Rollcall <no-reply@rollcall.test>\r\nSubject: Hello,\r\n you\r\n\r\nbody: x\r\n\xff',
    'latin1',
  ),
  source: 'no-reply@rollcall.test',
  destinations: ['ada@example.com'],
  tags: [{ Name: 'letter', Value: 'l-1' }],
  at: new Date('2026-01-01T00:00:00Z'),
};

beforeEach(() => {
  clock = localClock(() => Date.parse('2026-01-01T00:00:00Z'));
  faults = newFaults();
  happened = [];
  switches = newSwitches({
    clock,
    faults,
    letters: { find: (id) => (id === 'ses-1' ? letter : undefined), count: () => 1, install: () => undefined },
    settle: async () => void happened.push(['settle', clock.offset()]),
    runDue: async () => void happened.push(['run', clock.offset()]),
    feedback: async (event) => void happened.push(event),
  });
});

type Headers = [string, string][];
const JSON_TYPE: Headers = [['Content-Type', 'application/json']];

async function call(method: string, target: string, body: unknown = '', headers: Headers = JSON_TYPE) {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const host = headers.some(([name]) => name === 'Host') ? [] : [['Host', '127.0.0.1:3000'] as [string, string]];
  const { path = '', query = '' } = readTarget(target) ?? {};
  return switches({ method, path, query, body: bytes, headers: [...host, ...headers], sourceIp: '127.0.0.1' });
}
const status = async (...args: Parameters<typeof call>) => (await call(...args))?.status;
const json = async (...args: Parameters<typeof call>) => JSON.parse(String((await call(...args))?.body));

describe('a switch', () => {
  test('answers under /__dev/ only', async () => {
    expect(await call('GET', '/v1/users')).toBeUndefined();
    expect(await call('GET', '/__device')).toBeUndefined();
    expect(await status('GET', '/__dev/other')).toBe(404);
    expect(await status('GET', '/__dev')).toBe(404);
  });

  test.each<[string, Headers]>([
    ['another host', [['Host', 'rollcall.example'], ...JSON_TYPE]],
    ['a host that only begins right', [['Host', '127.0.0.1.example'], ...JSON_TYPE]],
    ['two hosts', [['Host', 'localhost'], ['Host', 'localhost'], ...JSON_TYPE]],
    ['an origin, also its own', [['Origin', 'http://127.0.0.1:3000'], ...JSON_TYPE]],
    ['a null origin', [['Origin', 'null'], ...JSON_TYPE]],
    ['a form', [['Content-Type', 'application/x-www-form-urlencoded']]],
    ['plain text', [['Content-Type', 'text/plain']]],
    ['no content type', []],
  ])('refuses a request with %s', async (_what, headers) => {
    for (const path of ['/__dev/clock', '/__dev/faults', '/__dev/events', '/%5F_dev/clock']) {
      expect(await status('POST', path, { advance: 'P1D' }, headers)).toBe(403);
    }
    expect(clock.offset()).toBe(0);
  });

  test.each(['127.0.0.1', '127.0.0.1:3000', 'localhost', 'LOCALHOST:80'])('takes the host %s', async (host) => {
    expect(await status('GET', '/__dev/clock', '', [['Host', host]])).toBe(200);
  });

  test.each(['', '{', '[]', 'null', '"x"'])('answers 400 to the body %j', async (body) => {
    expect(await status('POST', '/__dev/clock', body)).toBe(400);
  });
});

describe('the clock', () => {
  test('lets what runs end, goes forward, and does what fell due before it answers', async () => {
    expect(await json('POST', '/__dev/clock', { advance: 'PT25H' })).toEqual({
      now: '2026-01-02T01:00:00.000Z',
      offsetSeconds: 90_000,
    });
    await call('POST', '/__dev/clock', { advance: 'PT1H' });
    expect(happened).toEqual([
      ['settle', 0],
      ['run', 90_000_000],
      ['settle', 90_000_000],
      ['run', 93_600_000],
    ]);
    expect(await json('DELETE', '/__dev/clock')).toMatchObject({ offsetSeconds: 0 });
  });

  test.each([{}, { advance: 25 }, { advance: 'P1Y' }, { advance: '-PT1H' }])('refuses %j', async (body) => {
    expect(await status('POST', '/__dev/clock', body)).toBe(400);
  });
});

test('faults are set one or many at a time, listed and cleared', async () => {
  const rule = { service: 'ses', mode: 'throttle', times: 2 };
  expect(await json('POST', '/__dev/faults', rule)).toMatchObject({ rules: [{ rule, struck: 0 }] });
  expect((await json('POST', '/__dev/faults', { rules: [rule, rule] })).rules).toHaveLength(3);
  expect(await status('POST', '/__dev/faults', { rules: [rule, { ...rule, mode: 'x' }] })).toBe(400);
  expect((await json('GET', '/__dev/faults')).rules).toHaveLength(3);
  expect(await json('DELETE', '/__dev/faults')).toEqual({ rules: [] });
  expect(faults.list()).toEqual([]);
});

test('a raw letter comes byte for byte', async () => {
  const answer = await call('GET', '/__dev/letters/ses-1.eml');
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'message/rfc822' }, body: letter.raw });
  for (const path of ['/__dev/letters/ses-2.eml', '/__dev/letters/ses-1', '/__dev/letters/..%2Fses-1.eml']) {
    expect(await status('GET', path)).toBe(404);
  }
});

describe('feedback', () => {
  const event = async (body: object) => {
    expect(await status('POST', '/__dev/events', body)).toBe(200);
    const { Sns } = (happened.at(-1) as SNSEvent).Records[0] as SNSEvent['Records'][number];
    return JSON.parse(Sns.Message);
  };

  test('comes as SES publishes it', async () => {
    expect(await event({ sesMessageId: 'ses-1', type: 'Bounce' })).toMatchObject({
      eventType: 'Bounce',
      mail: {
        messageId: 'ses-1',
        source: 'no-reply@rollcall.test',
        destination: ['ada@example.com'],
        headers: [
          { name: 'From', value: 'Rollcall <no-reply@rollcall.test>' },
          { name: 'Subject', value: 'Hello, you' },
        ],
        commonHeaders: { subject: 'Hello, you' },
        tags: { letter: ['l-1'], 'ses:operation': ['SendRawEmail'] },
      },
      bounce: { bounceType: 'Permanent', bouncedRecipients: [{ emailAddress: 'ada@example.com', action: 'failed' }] },
    });
    expect((await event({ messageId: 'ses-1', type: 'Bounce', bounceType: 'Transient' })).bounce.bounceType).toBe(
      'Transient',
    );
  });

  test.each([
    ['Delivery', 'delivery'],
    ['Complaint', 'complaint'],
    ['DeliveryDelay', 'deliveryDelay'],
    ['Send', 'send'],
    ['Reject', 'reject'],
  ])('%s has its own member', async (type, member) => {
    expect(await event({ sesMessageId: 'ses-1', type })).toHaveProperty(member);
  });

  test('about an unknown letter is 404, of an unknown type 400', async () => {
    expect(await status('POST', '/__dev/events', { sesMessageId: 'x', type: 'Bounce' })).toBe(404);
    expect(await status('POST', '/__dev/events', { sesMessageId: 'ses-1', type: 'Open' })).toBe(400);
    expect(happened).toEqual([]);
  });
});
