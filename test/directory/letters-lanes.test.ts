import { beforeAll, expect, test } from 'vitest';
import type { OrgId } from '../../shared/model/ids.ts';
import { anotherOrg, newSource, type TestOrg } from '../support/invited.ts';
import { type TestService, testService } from '../support/service.ts';
import { activePerson, newAddress, ok } from '../support/world.ts';

let service: TestService;
let org: TestOrg;

beforeAll(async () => {
  service = await testService();
  org = await anotherOrg(service, 'Lanes');
});

const invite = (email = newAddress()) =>
  ok(service.call('POST', '/v1/invites', { token: org.client, body: { email } }));
const askReset = (email: string) =>
  ok(service.call('POST', '/v1/password-resets', { body: { email }, sourceIp: newSource() }));
const order = () => service.mailbox.sent.map(({ to }) => to);

test('a sweep sends the resets before invites that wait longer', async () => {
  await Promise.all(Array.from({ length: 30 }, () => invite()));
  const people = [await activePerson(service, org.id as OrgId), await activePerson(service, org.id as OrgId)];
  for (const { email } of people) await askReset(email);
  await service.deliver();
  expect(order().slice(0, 2).sort()).toEqual(people.map(({ email }) => email).sort());
  expect(order()).toHaveLength(32);
});

test('a reset that falls due while a sweep works through invites does not wait for their end', async () => {
  service.mailbox.clear();
  await Promise.all(Array.from({ length: 80 }, () => invite()));
  const { email } = await activePerson(service, org.id as OrgId);
  const { sendLetter } = service.services;
  service.services.sendLetter = async (outgoing) => {
    if (service.mailbox.sent.length === 5) await askReset(email);
    return sendLetter(outgoing);
  };
  await service.handlers.work('sweeper', { all: true });
  service.services.sendLetter = sendLetter;
  expect(order()).toHaveLength(81);
  // One round of the other lane, and what was already on its way.
  expect(order().indexOf(email)).toBeLessThan(48);
});

test('a stream that is behind sends resets and leaves invites to the next sweep', async () => {
  service.mailbox.clear();
  const invites = await Promise.all(Array.from({ length: 10 }, () => invite()));
  const { email } = await activePerson(service, org.id as OrgId);
  await askReset(email);
  const waiting = (await service.dump()).filter(({ k, st }) => k === 'letter' && st === 'queued');
  service.advance(10_000);
  const records = waiting.map(({ id, lane, ca }, i) => ({
    dynamodb: {
      SequenceNumber: String(i),
      NewImage: { id: { S: String(id) }, lane: { S: String(lane) }, ca: { S: String(ca) } },
    },
  }));
  expect(await service.handlers.work('mailer', { Records: records })).toEqual({ batchItemFailures: [] });
  expect(order()).toEqual([email]);
  await service.handlers.work('sweeper', {});
  expect(order()).toHaveLength(1 + invites.length);
});

test('a reset asked for behind a thousand invites of one job is sent before them', async () => {
  service.mailbox.clear();
  const invites = Array.from({ length: 1000 }, () => ({ email: newAddress() }));
  const crowded = await anotherOrg(service, 'Crowded');
  const { id } = await ok(service.call('POST', '/v1/invites/bulk', { token: crowded.client, body: { invites } }));
  await service.handlers.work('worker', {});
  const { outcomes } = await ok(service.call('GET', `/v1/jobs/${id}`, { token: crowded.client }));
  expect(outcomes).toEqual({ invited: 1000 });
  const { email } = await activePerson(service, org.id as OrgId);
  await askReset(email);
  const { sendLetter } = service.services;
  // Enough is seen once the reset is out: the rest finds the sender closed.
  service.services.sendLetter = async (outgoing) => {
    if (order().includes(email)) throw new Error('closed');
    return sendLetter(outgoing);
  };
  await service.handlers.work('sweeper', { all: true });
  service.services.sendLetter = sendLetter;
  expect(order()).toEqual([email]);
}, 120_000);
