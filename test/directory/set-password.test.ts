// A password set by an admin. One language has a call for it.
import { beforeAll, describe, expect, test } from 'vitest';
import { auditedTypes, newGuest } from '../support/guests.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { anotherOrg } from '../support/invited.ts';
import { type Seed, type TestService, testService } from '../support/service.ts';
import { NEW_PASSWORD, newUserOf, newWorld, ok, PASSWORD, type World, withLetters } from '../support/world.ts';

let service: TestService;
let world: World;
let other: Seed;
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
  other = await service.secondOrg();
});

const set = (id: string, token = world.client, newPassword = NEW_PASSWORD) =>
  service.call('POST', `/genesys/api/v2/users/${id}/password`, { token, body: { newPassword } });
const signIn = (email: string, password: string, orgId?: string) =>
  service.call('POST', '/v1/sessions', { body: { email, password, ...(orgId && { orgId }) } });

describe('a member of another org whose home sets the password', () => {
  test('is kept out of that org until it invites again', async () => {
    const guest = await newGuest(service, other);
    expect((await signIn(guest.email, PASSWORD, other.orgId)).status).toBe(200);
    expect((await set(guest.id)).status).toBe(204);
    const away = await signIn(guest.email, NEW_PASSWORD, other.orgId);
    expect([away.status, away.json.code]).toEqual([403, 'membership-suspended']);
    expect((await signIn(guest.email, NEW_PASSWORD)).status).toBe(200);
    expect((await signIn(guest.email, PASSWORD)).status).toBe(401);
    expect(auditedTypes(await service.dump(), guest.id)).toContain('password-set');
    expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
  });

  test('is nobody whose password that org may set', async () => {
    const guest = await newGuest(service, other);
    const token = await service.tokenFor(other.clientId, other.clientSecret);
    expect((await set(guest.id, token)).status).toBe(403);
    expect((await signIn(guest.email, PASSWORD)).status).toBe(200);
  });
});

test('an org that never said so allows it to nobody', async () => {
  const org = await anotherOrg(service);
  const path = '/v1/users';
  const person = await ok(service.call('POST', path, { token: org.client, body: { email: 'new@elsewhere.test' } }));
  expect((await set(person.id, org.client)).status).toBe(403);
});

test('whoever was never in hears nothing of it, and an invite under way must be sent again', async () => {
  const body = { email: 'invited@example.test' };
  const { answer, letters } = await withLetters(service, 'POST', '/v1/invites', { token: world.client, body });
  const { userId, id } = answer;
  expect((await set(userId)).status).toBe(204);
  const sent = await service.deliver();
  expect(sent.filter(({ to }) => to === body.email)).toEqual([]);
  const accept = (token?: string) =>
    service.call('POST', '/v1/invites/accept', { body: { token, password: PASSWORD } });
  expect((await accept(letters[0]?.token)).status).toBe(410);
  await ok(service.call('POST', `/v1/invites/${id}/resend`, { token: world.client }));
  await service.deliver();
  expect((await accept((await service.letters(body.email)).at(-1)?.token)).status).toBe(200);
  expect((await signIn(body.email, NEW_PASSWORD)).status).toBe(401);
});

test('two at once leave one password and two entries', async () => {
  const { id } = await newUserOf(world);
  const [one, two] = await Promise.all([set(id), set(id, world.client, 'yellow boots in the snow')]);
  expect([one.status, two.status]).toEqual([204, 204]);
  expect(auditedTypes(await service.dump(), id).filter((type) => type === 'password-set')).toHaveLength(2);
  expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
});
