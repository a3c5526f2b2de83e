// An org with everything a valid request may need: tokens of every kind, people made ready without letters or hashing,
// and the letter of a call by name.

import { commit, reapply } from '../../shared/directory/commit.ts';
import { instant, newId, newOpId, secondsFrom } from '../../shared/directory/context.ts';
import { canonicalAddress, type EmailAddress } from '../../shared/model/email-address.ts';
import type { OrgId, SessionId, UserId } from '../../shared/model/ids.ts';
import { permissionsOf, type Role } from '../../shared/model/principal.ts';
import { deliverLetter, workerContext } from '../../shared/post-office.ts';
import { hashPassword } from '../../shared/security/password-hash.ts';
import { refreshToken } from '../../shared/security/refresh-token.ts';
import { guardWrites } from '../../shared/store/admin-items.ts';
import { claimEmail, claimNumber } from '../../shared/store/claim-items.ts';
import { keys } from '../../shared/store/keys.ts';
import { readOrgItem } from '../../shared/store/org-items.ts';
import { putCredential } from '../../shared/store/secret-items.ts';
import { type SessionRecord, sessionItem } from '../../shared/store/session-items.ts';
import { newUser, type UserRecord } from '../../shared/store/user-items.ts';
import { letterOfKey } from './letter-keys.ts';
import type { SentLetter } from './mailbox.ts';
import type { Answer, CallOptions, Json, Seed, TestService } from './service.ts';

export interface World {
  service: TestService;
  seed: Seed;
  /** Access token of a machine client with every permission in the org. */
  client: string;
  /** A machine client that may only read people. */
  reader: string;
  platform: string;
  owner: Person;
  /** Everybody made ready in this world, by the token they were given. */
  made: Map<string, Person>;
}

/** An active person with a live session. */
export interface Person {
  id: UserId;
  email: EmailAddress;
  password: string;
  token: string;
  refreshToken: string;
  sessionId: SessionId;
}

export const PASSWORD = 'an old umbrella in the rain';
export const NEW_PASSWORD = 'a new umbrella in the snow';

let hashed: Promise<string> | undefined;
let people = 0;

/** An address that nobody has. */
export const newAddress = (): string => `person-${++people}@example.test`;

/** A prepared org of the service: its first one, or the seed's. */
export async function newWorld(service: TestService, seed: Seed = service.seed): Promise<World> {
  const client = await service.tokenFor(seed.clientId, seed.clientSecret);
  const platform = await service.platformToken();
  const body = { name: 'reader', permissions: ['users:read'] };
  const made = await ok(service.call('POST', `/v1/orgs/${seed.orgId}/clients`, { token: client, body }));
  const reader = await service.tokenFor(made.clientId, made.clientSecret);
  const owner = await activePerson(service, seed.orgId, ['owner']);
  return { service, seed, client, platform, reader, owner, made: new Map([[owner.token, owner]]) };
}

/** The answer's JSON; throws for anything but a 2xx. */
export async function ok(answer: Promise<Answer> | Answer): Promise<Json> {
  const { status, body } = await answer;
  if (status < 200 || status > 299) throw new Error(`expected success, got ${status}: ${body}`);
  return body === '' ? undefined : JSON.parse(body);
}

/** Somebody who accepted and signed in long ago, written as those flows leave it. */
export function activePerson(service: TestService, orgId: OrgId, roles: Role[] = ['member']): Promise<Person> {
  // Hundreds made in one millisecond: now and then two draw one number.
  return reapply(() => newActivePerson(service, orgId, roles));
}

async function newActivePerson(service: TestService, orgId: OrgId, roles: Role[]): Promise<Person> {
  const ctx = workerContext(service.services);
  const email = canonicalAddress(newAddress()) as EmailAddress;
  const now = instant(ctx.now);
  const id = newId<UserId>(ctx);
  const times = { createdAt: now, updatedAt: now, activatedAt: now, emailVerifiedAt: now, passwordUpdatedAt: now };
  const user: UserRecord = { id, orgId, email, state: 'active', version: 1, epoch: 1, roles, ...times };
  hashed ??= hashPassword(PASSWORD);
  const event = { type: 'invite-accepted', orgId, userId: id, version: 1 } as const;
  const writes = [
    newUser(user),
    claimEmail(email, orgId, id),
    claimNumber(orgId, id),
    putCredential(orgId, id, { hash: await hashed, setAt: now }),
    ...guardWrites(undefined, user),
  ];
  await commit(ctx, event, writes, undefined);
  return { id, email, password: PASSWORD, ...(await newSession(service, user)) };
}

/** A session as sign-in would have made it, without the price of hashing. */
async function newSession(service: TestService, user: UserRecord) {
  const ctx = workerContext(service.services);
  const now = instant(ctx.now);
  const org = readOrgItem((await ctx.table.get(keys.org(user.orgId))) ?? { pk: '', sk: '' });
  const session: SessionRecord = {
    id: newId<SessionId>(ctx),
    homeOrgId: user.orgId,
    userId: user.id,
    orgId: user.orgId,
    client: 'web',
    epoch: user.epoch,
    orgEpoch: org.epoch,
    counter: 0,
    createdAt: now,
    rotatedAt: now,
    expiresAt: instant(secondsFrom(ctx.now, 86_400)),
    endsAt: instant(secondsFrom(ctx.now, 2 * 86_400)),
  };
  await ctx.table.put(sessionItem(session), { is: 'absent' }, newOpId(ctx));
  const { id: sessionId, homeOrgId } = session;
  const issued = await ctx.issueAccessToken(
    {
      is: 'person',
      id: user.id,
      orgId: user.orgId,
      homeOrgId,
      sessionId,
      authenticatedAt: Math.floor(ctx.now.getTime() / 1000),
      permissions: permissionsOf(user.roles),
      epoch: user.epoch,
      orgEpoch: org.epoch,
      issuedAt: Math.floor(ctx.now.getTime() / 1000),
    },
    ctx.now,
    newId(ctx),
  );
  const token = { homeOrgId, userId: user.id, orgId: user.orgId, sessionId, counter: 0 };
  return { token: issued.accessToken, sessionId, refreshToken: refreshToken(ctx.keys.signing, token) };
}

/** Makes the call and sends the letters that its commit made due. */
export async function withLetters(
  service: TestService,
  method: string,
  path: string,
  options: CallOptions,
): Promise<{ answer: Json; letters: SentLetter[] }> {
  let answer: Json;
  const calls = await service.trace(async () => {
    answer = await ok(service.call(method, path, options));
  });
  const ids = calls.flatMap(({ keys: named }) => named).flatMap((key) => letterOfKey(key) ?? []);
  const before = (await service.letters()).length;
  for (const id of new Set(ids)) await deliverLetter(service.services, id);
  return { answer, letters: (await service.letters()).slice(before) };
}

/** A new address of the org's own, in one of the states before a person is in. */
export async function newUserOf(world: World, body: Json = {}): Promise<Json> {
  const token = world.client;
  return ok(world.service.call('POST', '/v1/users', { token, body: { email: newAddress(), ...body } }));
}
