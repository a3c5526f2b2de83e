// A person looks into another of their orgs with the token they have: nothing lives longer for it, and nothing changes.
import { beforeAll, describe, expect, test } from 'vitest';
import { type Guest, newGuest } from '../support/guests.ts';
import { newSource } from '../support/invited.ts';
import { type Answer, type Json, type Seed, type TestService, testService } from '../support/service.ts';
import { stateOf } from '../support/sweep.ts';
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

describe('a switch to another org', () => {
  test('changes nothing, and the refresh token of before goes on', async () => {
    const guest = await newGuest(service, other);
    const { accessToken, refreshToken } = await signedIn(guest);
    const before = await stateOf(service);
    const { result } = await ok(switchTo(other.orgId, accessToken));
    expect(result.org.guid).toBe(other.orgId);
    expect(await stateOf(service)).toEqual(before);
    const refreshed = await service.call('POST', '/v1/sessions/refresh', { body: { refreshToken } });
    expect(refreshed.status).toBe(200);
  });

  test('again and again ends when the first token would have ended', async () => {
    const guest = await newGuest(service, other);
    let { accessToken: token } = await signedIn(guest);
    for (let minute = 0; minute < 9; minute++) {
      service.advance(60_000);
      const { result } = await ok(switchTo(minute % 2 ? service.seed.orgId : other.orgId, token));
      expect(result.expires_in).toBeLessThanOrEqual(600 - 60 * (minute + 1));
      expect(result.refresh_token).toBeUndefined();
      token = result.access_token;
    }
    service.advance(61_000);
    expect((await switchTo(other.orgId, token)).status).toBe(401);
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
    const abroad = await service.tokenFor(other.clientId, other.clientSecret);
    await ok(service.call('DELETE', `/v1/users/${guest.id}`, { token: abroad }));
    const last = await signedIn(guest);
    expect((await switchTo(other.orgId, last.accessToken)).json.description).toContain('You are not a member');
  });

  test('ends with the membership that it led to', async () => {
    const guest = await newGuest(service, other);
    const { result } = await ok(switchTo(other.orgId, (await signedIn(guest)).accessToken));
    const abroad = await service.tokenFor(other.clientId, other.clientSecret);
    await ok(service.call('DELETE', `/v1/users/${guest.id}`, { token: abroad }));
    const body = { pref: 'a', value: 'b' };
    const write = await service.call('PUT', '/axway/api/v1/user/pref', { token: result.access_token, body });
    expect(write.status).toBe(401);
  });
});
