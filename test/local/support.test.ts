import { expect, test } from 'vitest';
import { testService } from '../support/service.ts';

test('the service of the tests runs a whole journey without a network', async () => {
  const service = await testService();
  const token = await service.tokenFor();
  const body = { email: 'ada@example.com', profile: { givenName: 'Ada' } };
  const invite = await service.call('POST', '/v1/invites', { token, body });
  expect([invite.status, invite.headers['content-type']]).toEqual([201, 'application/json']);
  const [letter, ...others] = await service.deliver();
  expect(others).toEqual([]);
  expect(letter).toMatchObject({ to: 'ada@example.com', code: expect.stringMatching(/^\w{4}-\w{4}$/) });
  expect(letter?.link).toContain(`token=${letter?.token}`);
  expect(await service.letters('nobody@example.com')).toEqual([]);
  const accept = { token: letter?.token, password: 'a perfectly long password' };
  expect((await service.call('POST', '/v1/invites/accept', { body: accept })).status).toBe(200);
  expect(await service.signIn('ada@example.com', accept.password)).toMatchObject({ tokenType: 'Bearer' });
  expect(await service.signIn()).toMatchObject({ user: { email: service.seed.adminEmail } });
});

test('mail that fails waits, and goes out when SES is back', async () => {
  const service = await testService();
  const token = await service.tokenFor();
  service.mailbox.fail(Object.assign(new Error('busy'), { name: 'Throttling' }));
  await service.call('POST', '/v1/invites', { token, body: { email: 'ada@example.com' } });
  expect(await service.deliver()).toEqual([]);
  service.mailbox.fail();
  service.advance(10 * 60_000);
  expect(await service.deliver()).toHaveLength(1);
});

test('orgs, platform, traces, dumps, forms and unknown paths', async () => {
  const service = await testService();
  const other = await service.secondOrg();
  expect(other.orgId).not.toBe(service.seed.orgId);
  const token = await service.tokenFor(other.clientId, other.clientSecret);
  expect((await service.call('GET', `/v1/orgs/${service.seed.orgId}`, { token })).status).toBe(404);
  const platform = await service.platformToken();
  expect((await service.call('GET', `/v1/orgs/${other.orgId}`, { token: platform })).status).toBe(200);
  const calls = await service.trace(() => service.call('GET', '/v1/users?limit=2', { token }));
  expect(calls.map(({ operation }) => operation)).toEqual(['Query']);
  expect((await service.dump()).filter(({ k }) => k === 'letter')).toEqual([]);
  expect((await service.call('GET', '/nowhere')).status).toBe(404);
  expect((await service.call('GET', '/v1/%')).status).toBe(400);
});
