// Sessions: sign in, refresh, list, end. A session lives as long as the epoch it was born in.
import type { EmailAddress } from '../model/email-address.ts';
import type { OrgId, SessionId, UserId } from '../model/ids.ts';
import { type Person, permissionsOf } from '../model/principal.ts';
import { fail } from '../model/problem.ts';
import type { Instant } from '../model/text.ts';
import type { User } from '../model/user.ts';
import { openRefreshToken, type RefreshToken, refreshToken } from '../security/refresh-token.ts';
import { keys, partitions } from '../store/keys.ts';
import { type OrgRecord, readOrgItem } from '../store/org-items.ts';
import { credentialItem } from '../store/secret-items.ts';
import { readSessionItem, type SessionRecord, sessionItem } from '../store/session-items.ts';
import { above, equals, every, type Item, type Write } from '../store/table.ts';
import { readUserItem, replaceUser, toUser, type UserRecord } from '../store/user-items.ts';
import { commit, reapply } from './commit.ts';
import { type Context, instant, newId, newOpId, personOf, principalOf, secondsFrom } from './context.ts';
import { landingOf } from './landing.ts';
import { notice } from './outbox.ts';
import { type Checked, checkSignInPassword, forgiveFailures, mayComeIn, mustChangePassword } from './sign-in-check.ts';
import { lockedNow } from './standing.ts';
import { readUser } from './users.ts';

const DAY = 86_400;
/** Seconds: unused for so long, or so long in all, and a session is over. */
export const IDLE_SECONDS = 14 * DAY;
export const ABSOLUTE_SECONDS = 30 * DAY;
/** Seconds in which a lost answer to a refresh gets the same token again. */
export const GRACE_SECONDS = 60;
const MAX_SESSIONS = 100;
/** Looking at all sessions costs more than a sign-in: it is done once in so many. */
const SIGN_INS_PER_LOOK = 10;

export type SessionClient = 'web' | 'cli' | 'studio' | 'other';

export interface SignedIn {
  accessToken: string;
  tokenType: 'Bearer';
  expiresIn: number;
  refreshToken: string;
  user: User;
  /** Whom the access token names. */
  person: Person;
}

/** Signs in to `orgId`, home or where the person is a guest; without it to the org that they chose. */
export async function signIn(
  ctx: Context,
  email: EmailAddress,
  password: string,
  client: SessionClient,
  orgId?: OrgId,
): Promise<SignedIn> {
  const { user, tries, rehashed, ...found } = await checkSignInPassword(ctx, email, password, orgId);
  mayComeIn(user, ctx.now);
  if (mustChangePassword(user, ctx.now)) fail('password-change-required');
  const landing = orgId === undefined ? await landingOf(ctx, user) : { orgId };
  const wanted = landing.orgId;
  const [org, member] = memberOf(user, wanted, { ...found, ...landing });
  const now = instant(ctx.now);
  const session: SessionRecord = {
    id: newId<SessionId>(ctx),
    homeOrgId: user.orgId,
    userId: user.id,
    orgId: wanted,
    client,
    epoch: user.epoch,
    ...(wanted !== user.orgId && { guestEpoch: member.epoch }),
    orgEpoch: org.epoch,
    counter: 0,
    createdAt: now,
    rotatedAt: now,
    expiresAt: instant(secondsFrom(ctx.now, IDLE_SECONDS)),
    endsAt: instant(secondsFrom(ctx.now, ABSOLUTE_SECONDS)),
  };
  const [, signIns] = await Promise.all([
    ctx.table.put(sessionItem(session), { is: 'absent' }, newOpId(ctx)),
    noteSignIn(ctx, user, session),
    forgiveFailures(ctx, email, tries),
    ...(rehashed ? [rehash(ctx, user, rehashed)] : []),
  ]);
  if (signIns % SIGN_INS_PER_LOOK === 0) await endOldest(ctx, user);
  return signedIn(ctx, session, member, org, user);
}

/** The org and the person's membership in it. The home org needs no guest. */
export function memberOf(
  user: UserRecord,
  orgId: OrgId,
  found: { org?: Item | undefined; guest?: Item | undefined },
): [OrgRecord, UserRecord] {
  const member = orgId === user.orgId ? user : found.guest && readUserItem(found.guest);
  if (!found.org || !member || member.state === 'erased') fail('not-a-member');
  if (member.suspended) fail('membership-suspended');
  return [readOrgItem(found.org), member];
}

async function noteSignIn(ctx: Context, user: UserRecord, session: SessionRecord): Promise<number> {
  const changed = await ctx.table.change(
    {
      update: keys.activity(user.orgId, user.id),
      set: { k: 'activity', at: session.createdAt, org: session.orgId, [`from_${session.client}`]: session.createdAt },
      copy: { prev: 'at' },
      add: { n: 1 },
    },
    newOpId(ctx),
  );
  return changed.done ? Number(changed.item.n) : 0;
}

/** Only in place of the very hash that was compared: a reset meanwhile must not be undone. */
async function rehash(ctx: Context, user: UserRecord, fresh: NonNullable<Checked['rehashed']>): Promise<void> {
  const item = credentialItem(user.orgId, user.id, fresh);
  await ctx.table.put(item, { attribute: 'hash', equals: fresh.replaces }, newOpId(ctx));
}

/** Ends the oldest sessions, so that there is room until the next look. */
async function endOldest(ctx: Context, user: UserRecord): Promise<void> {
  const live = (await readSessions(ctx, user)).filter(({ epoch }) => epoch === user.epoch);
  const excess = live.slice(MAX_SESSIONS - SIGN_INS_PER_LOOK);
  await Promise.all(excess.map((session) => ctx.table.change(ending(session, instant(ctx.now)), newOpId(ctx))));
}

export async function signedIn(
  ctx: Context,
  session: SessionRecord,
  member: UserRecord,
  org: OrgRecord,
  home: UserRecord,
): Promise<SignedIn> {
  const person: Person = {
    is: 'person',
    id: home.id,
    orgId: session.orgId,
    homeOrgId: home.orgId,
    sessionId: session.id,
    authenticatedAt: Math.floor(Date.parse(session.createdAt) / 1000),
    permissions: permissionsOf(member.roles, org.ownRoles),
    epoch: home.epoch + (member === home ? 0 : member.epoch),
    orgEpoch: org.epoch,
    issuedAt: Math.floor(ctx.now.getTime() / 1000),
  };
  const { accessToken, expiresIn } = await ctx.issueAccessToken(person, ctx.now, newId(ctx));
  const token = refreshToken(ctx.keys.signing, { ...tokenOf(session), counter: session.counter });
  return { accessToken, tokenType: 'Bearer', expiresIn, refreshToken: token, user: toUser(member), person };
}

const tokenOf = (session: SessionRecord): RefreshToken => ({
  homeOrgId: session.homeOrgId,
  orgId: session.orgId,
  userId: session.userId,
  sessionId: session.id,
  counter: session.counter,
});

/**
 * Rotates a refresh token: one conditional update. A token one behind, within the grace, gets the same new token again;
 * any older one means that two hold the session, and ends it.
 */
export async function refresh(ctx: Context, text: string): Promise<SignedIn> {
  const token = openRefreshToken(ctx.keys.signing, text) ?? fail('session-ended');
  const now = instant(ctx.now);
  const key = keys.session(token.homeOrgId, token.userId, token.sessionId);
  const abroad = token.orgId !== token.homeOrgId;
  const [changed, [core, org, guest]] = await Promise.all([
    ctx.table.change(
      {
        update: key,
        set: { n: token.counter + 1, ra: now, xp: instant(secondsFrom(ctx.now, IDLE_SECONDS)) },
        when: every(equals('n', token.counter), equals('en', undefined), above('xp', now), above('end', now)),
      },
      newOpId(ctx),
    ),
    ctx.table.getMany([
      keys.user(token.homeOrgId, token.userId),
      keys.org(token.orgId),
      ...(abroad ? [keys.user(token.orgId, token.userId)] : []),
    ]),
  ]);
  const home = core && readUserItem(core);
  if (home?.state !== 'active' || lockedNow(home, ctx.now)) fail('session-ended');
  const session = changed.done
    ? readSessionItem(changed.item)
    : await againOrEnd(ctx, token, changed.existing && readSessionItem(changed.existing), home);
  const left = abroad && (!guest || readUserItem(guest).state === 'erased');
  if (session.orgId !== token.orgId || left) fail('session-ended');
  const [into, member] = memberOf(home, session.orgId, { org, guest });
  const guestEpoch = member === home ? undefined : member.epoch;
  if (session.epoch !== home.epoch || session.guestEpoch !== guestEpoch || session.orgEpoch !== into.epoch) {
    fail('session-ended');
  }
  return signedIn(ctx, session, member, into, home);
}

/** Why the update was refused: a lost answer within the grace, an ended session, or a token used twice. */
async function againOrEnd(
  ctx: Context,
  token: RefreshToken,
  stored: SessionRecord | undefined,
  home: UserRecord,
): Promise<SessionRecord> {
  const now = instant(ctx.now);
  if (!stored || stored.endedAt || stored.expiresAt <= now || stored.endsAt <= now) return fail('session-ended');
  const sinceRotation = ctx.now.getTime() - Date.parse(stored.rotatedAt);
  if (stored.counter === token.counter + 1 && sinceRotation <= GRACE_SECONDS * 1000) return stored;
  if (stored.counter > token.counter) await endReused(ctx, stored, home);
  return fail('session-ended');
}

async function endReused(ctx: Context, session: SessionRecord, home: UserRecord): Promise<void> {
  const { homeOrgId, userId, id } = session;
  const ended: Write = {
    ...ending(session, instant(ctx.now)),
    when: { attribute: 'en', equals: undefined },
    otherwise: { code: 'session-ended' },
  };
  const event = { type: 'session-reuse-detected', orgId: homeOrgId, userId, subjectId: id } as const;
  const told = session.epoch === home.epoch ? [notice(ctx, 'session-reuse', homeOrgId, userId)] : [];
  await commit(ctx, event, [ended, ...told], undefined);
}

const ending = ({ homeOrgId, userId, id }: SessionRecord, now: string) => ({
  update: keys.session(homeOrgId, userId, id),
  set: { en: now },
});

export interface SessionView {
  id: SessionId;
  client: string;
  orgId: OrgId;
  createdAt: Instant;
  lastUsedAt: Instant;
  expiresAt: Instant;
  current: boolean;
}

/** Sessions that nobody ended and no time has, newest first: ids sort by time. */
async function readSessions(ctx: Context, user: Pick<UserRecord, 'orgId' | 'id'>): Promise<SessionRecord[]> {
  const now = instant(ctx.now);
  const pk = partitions.sessions(user.orgId, user.id);
  const where = every(equals('en', undefined), above('xp', now), above('end', now));
  const sessions: SessionRecord[] = [];
  for (let after: Record<string, string> | undefined, more = true; more; more = after !== undefined) {
    const page = await ctx.table.query({
      pk,
      begins: 'S#',
      descending: true,
      where,
      strong: true,
      ...(after && { after }),
    });
    sessions.push(...page.items.map(readSessionItem));
    after = page.last;
  }
  return sessions;
}

/** The person's live sessions, newest first. */
export async function listSessions(ctx: Context): Promise<{ items: SessionView[] }> {
  const { homeOrgId, id, sessionId } = personOf(ctx);
  const [sessions, core] = await Promise.all([
    readSessions(ctx, { orgId: homeOrgId, id }),
    ctx.table.get(keys.user(homeOrgId, id)),
  ]);
  const epoch = core && readUserItem(core).epoch;
  const live = sessions.filter((session) => session.epoch === epoch);
  return { items: live.map((session) => toView(session, sessionId)) };
}

function toView(session: SessionRecord, current: string): SessionView {
  const { id, client, orgId, createdAt, rotatedAt, expiresAt, endsAt } = session;
  return {
    id,
    client,
    orgId,
    createdAt: createdAt as Instant,
    lastUsedAt: rotatedAt as Instant,
    expiresAt: (expiresAt < endsAt ? expiresAt : endsAt) as Instant,
    current: id === current,
  };
}

/**
 * Somebody's live sessions, newest first, for whoever may read people and what happened to them, as in what is held about
 * a person. Fails with `not-home-org` for a guest: their sessions are their home's to know.
 */
export async function listUserSessions(ctx: Context, id: UserId): Promise<{ items: SessionView[] }> {
  const { permissions } = principalOf(ctx);
  if (!permissions.includes('users:read') || !permissions.includes('events:read')) fail('permission-missing');
  const user = await readUser(ctx, id);
  if (user.homeOrgId) fail('not-home-org');
  const live = (await readSessions(ctx, user)).filter(({ epoch }) => epoch === user.epoch);
  return { items: live.map((session) => toView(session, '')) };
}

/** Ends one of the person's own sessions. Somebody else's is unknown. */
export async function endSession(ctx: Context, wanted: SessionId | 'current'): Promise<void> {
  const { homeOrgId, id, sessionId } = personOf(ctx);
  const target = wanted === 'current' ? (sessionId as SessionId) : wanted;
  const ended: Write = {
    update: keys.session(homeOrgId, id, target),
    set: { en: instant(ctx.now) },
    when: { every: [{ is: 'present' }, { attribute: 'en', equals: undefined }] },
    otherwise: { code: 'not-found' },
  };
  const event = { type: 'session-ended', orgId: homeOrgId, userId: id, subjectId: target } as const;
  await commit(ctx, event, [ended], undefined);
}

/** Ends every session of the person, this one included, and with them every link. */
export function endAllSessions(ctx: Context): Promise<void> {
  const { homeOrgId, id } = personOf(ctx);
  return reapply(async () => {
    const item = await ctx.table.get(keys.user(homeOrgId, id));
    if (!item) fail('token-invalid');
    const before = readUserItem(item);
    const write = replaceUser({ ...before, epoch: before.epoch + 1 }, before);
    await commit(ctx, { type: 'sessions-ended', orgId: homeOrgId, userId: id }, [write], undefined);
  });
}
