// A session moves between the orgs of a person, whatever fails on the way and whoever else moves it.
import { beforeAll, describe, expect, test } from 'vitest';
import { auditedTypes, type Guest, newGuest } from '../support/guests.ts';
import { newSource } from '../support/invited.ts';
import { type Answer, type Json, type Seed, type TestService, testService } from '../support/service.ts';
import { ok, PASSWORD } from '../support/world.ts';

let service: TestService;
let other: Seed;
beforeAll(async () => {
  service = await testService();
  other = await service.secondOrg();
});

const switchTo = (org_id: string, token: string): Promise<Answer> =>
  service.call('POST', '/axway/api/v1/auth/switchLoggedInOrg', { token, body: { org_id } });

async function signedIn(guest: Guest): Promise<Json> {
  const body = { email: guest.email, password: PASSWORD, orgId: service.seed.orgId };
  return ok(service.call('POST', '/v1/sessions', { body, sourceIp: newSource() }));
}

const refresh = (refreshToken: string): Promise<Answer> =>
  service.call('POST', '/v1/sessions/refresh', { body: { refreshToken } });

describe('a switch to another org', () => {
  test('is made once when its answer is lost at any call', async () => {
    for (const mode of ['fail-before', 'commit-then-fail'] as const) {
      for (const operation of ['BatchGetItem', 'TransactWriteItems']) {
        const guest = await newGuest(service, other);
        const { accessToken } = await signedIn(guest);
        service.faults.add({ service: 'dynamodb', operation, mode, nth: 1, per: 'call' });
        const answer = await switchTo(other.orgId, accessToken);
        service.faults.clear();
        const { result } = answer.status === 200 ? answer.json : await ok(switchTo(other.orgId, accessToken));
        expect(result.org.guid).toBe(other.orgId);
        expect((await refresh(result.refresh_token)).status).toBe(200);
        const moves = auditedTypes(await service.dump(), guest.id).filter((type) => type === 'session-switched');
        expect(moves.length, `${mode} ${operation}`).toBeLessThanOrEqual(answer.status === 200 ? 1 : 2);
      }
    }
  });

  test('by several at once leaves one live refresh token', async () => {
    const guest = await newGuest(service, other);
    const { accessToken } = await signedIn(guest);
    const orgs = [other.orgId, service.seed.orgId, other.orgId];
    const answers = await Promise.all(orgs.map((org) => switchTo(org, accessToken)));
    const won = answers.filter(({ status }) => status === 200).map(({ json }) => json.result);
    expect(won.length).toBeGreaterThan(0);
    const alive = [];
    for (const { refresh_token } of won) alive.push((await refresh(refresh_token)).status);
    expect(alive.filter((status) => status === 200).length).toBeLessThanOrEqual(1);
  });

  test('goes where the membership is not suspended, by a session that has not ended', async () => {
    const guest = await newGuest(service, other);
    const { accessToken } = await signedIn(guest);
    const token = await service.tokenFor();
    await ok(service.call('POST', `/v1/users/${guest.id}/deactivate`, { token }));
    expect((await switchTo(other.orgId, accessToken)).status).toBe(401);
    await ok(service.call('POST', `/v1/users/${guest.id}/activate`, { token }));
    expect((await switchTo(other.orgId, accessToken)).status).toBe(401);
    const again = await signedIn(guest);
    expect((await switchTo(other.orgId, again.accessToken)).status).toBe(200);
    await ok(service.call('DELETE', `/v1/users/${guest.id}`, { token: guest.abroad }));
    const last = await signedIn(guest);
    expect((await switchTo(other.orgId, last.accessToken)).json.description).toContain('You are not a member');
  });

  test('ends with the membership that it led to', async () => {
    const guest = await newGuest(service, other);
    const { result } = await ok(switchTo(other.orgId, (await signedIn(guest)).accessToken));
    await ok(service.call('DELETE', `/v1/users/${guest.id}`, { token: guest.abroad }));
    expect((await refresh(result.refresh_token)).status).toBe(401);
    const body = { pref: 'a', value: 'b' };
    const write = await service.call('PUT', '/axway/api/v1/user/pref', { token: result.access_token, body });
    expect(write.status).toBe(401);
  });
});
