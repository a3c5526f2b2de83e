// The session behind a token, and its end. No cookie is ever set: the token is all there is, so that no site can act
// with what a browser sends by itself.

import { hereOf } from '../../../shared/dialect/dialect.ts';
import { type Context, orgOf, personOf, principalOf } from '../../../shared/directory/context.ts';
import { endSession, listSessions, listUserSessions, type SessionView } from '../../../shared/directory/sessions.ts';
import { getUser, getUserByEmail } from '../../../shared/directory/users.ts';
import { parse } from '../../../shared/http/endpoint.ts';
import { emptyReply, jsonReply } from '../../../shared/http/reply.ts';
import { canonicalAddress, EmailAddress } from '../../../shared/model/email-address.ts';
import { numberOf, SessionId, type UserId } from '../../../shared/model/ids.ts';
import type { User } from '../../../shared/model/user.ts';
import { isOwn } from './caller.ts';
import { refuse } from './errors.ts';
import { toAxwayUser } from './fields.ts';
import { axway, findPerson, idOf } from './manner.ts';
import { bodyOf, many, metadataOf, one, pagingOf, success } from './query.ts';
import { passwordPolicy, sessionInfo, tokenEnd } from './session-info.ts';

const signedIn = { access: { permission: 'users:read' } } as const;

const toAxwaySession = (
  { id, client, orgId, current, createdAt, lastUsedAt, expiresAt }: SessionView,
  user?: User,
) => ({
  id,
  from: client,
  org_id: String(numberOf(orgId)),
  ...(user && { user: { guid: user.id, email: toAxwayUser(user).email } }),
  current,
  created: createdAt,
  last_modified: lastUsedAt,
  expires: expiresAt,
});

const SORTS = ['created', 'from', 'last_modified'] as const;

function sorted<S extends Record<(typeof SORTS)[number], string>>(sessions: S[], orders: readonly string[]): S[] {
  const read = orders.map((order) => {
    const name = SORTS.find((it) => it === order.replace(/^-/, '')) ?? refuse('PARAM_INVALID', 'sort');
    return (a: S, b: S) => (order === name ? 1 : -1) * a[name].localeCompare(b[name]);
  });
  const compared = (a: S, b: S) => read.map((compare) => compare(a, b)).find((it) => it !== 0) ?? 0;
  return orders.length > 0 ? [...sessions].sort(compared) : sessions;
}

const QUERIED = ['user_id', 'user_email', 'from', 'org_guid', 'created', 'last_modified'] as const;
type Wanted = Partial<Record<(typeof QUERIED)[number], string>>;

/** Whom a query is about: the caller, where it names nobody. A machine client has no sessions. */
async function personIn(ctx: Context, { user_id, user_email }: Wanted): Promise<User | undefined> {
  if (user_id !== undefined) return findPerson(ctx, user_id);
  if (user_email !== undefined) return getUserByEmail(ctx, parse(EmailAddress, user_email, '/user_email'));
  const { is, id } = principalOf(ctx);
  return is === 'person' ? getUser(ctx, id as UserId) : undefined;
}

function asksFor({ user_email, from, org_guid, created, last_modified }: Wanted, user: User) {
  const same = (wanted: string | undefined, value: unknown) => wanted === undefined || wanted === value;
  const at = (wanted: string | undefined, value: string) =>
    wanted === undefined || Date.parse(wanted) === Date.parse(value);
  return ({ client, orgId, createdAt, lastUsedAt }: SessionView): boolean =>
    same(user_email && canonicalAddress(user_email), user.email) &&
    same(from, client) &&
    same(org_guid, orgId) &&
    at(created, createdAt) &&
    at(last_modified, lastUsedAt);
}

async function sessionsOf(ctx: Context, body: unknown): Promise<{ user?: User; items: SessionView[] }> {
  const given = Object.entries(bodyOf(body, QUERIED)).filter(([, value]) => value !== undefined && value !== null);
  const wanted: Wanted = Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
  const user = await personIn(ctx, wanted);
  if (!user) return { items: [] };
  const { items } = isOwn(ctx, user.id) ? await listSessions(ctx) : await listUserSessions(ctx, user.id);
  return { user, items: items.filter(asksFor(wanted, user)) };
}

export const sessionOperations = [
  axway('GET /api/v1/auth/findSession', {
    ...signedIn,
    summary: 'The session of the token',
    run: async (ctx, { query }) => success(query, await sessionInfo(ctx, one(query, 'from'))),
  }),
  axway('GET /api/v1/auth/checkSession', {
    ...signedIn,
    summary: 'Whether the token holds',
    async run(ctx, { query }) {
      const { user } = (await sessionInfo(ctx)) as { user: Record<string, unknown> };
      const { _id, user_id, guid, email, username, firstname, lastname } = user;
      const session = { org_id: numberOf(orgOf(ctx)), is_staff: false, expiry: tokenEnd(ctx).getTime() };
      return success(query, {
        ...(_id !== undefined && { _id }),
        user_id,
        guid,
        email,
        username,
        firstname,
        lastname,
        ...session,
      });
    },
  }),
  axway('GET /api/v1/auth/logout', {
    summary: 'End the own session',
    access: 'person',
    rate: 'write',
    async run(ctx, { query }) {
      await endSession(ctx, 'current');
      // Where to go from here is not for the caller of an address to say.
      return success(query, new URL(hereOf(ctx)).origin);
    },
  }),
  axway('GET /api/v1/session', {
    summary: 'The own session',
    access: 'person',
    async run(ctx, { query }) {
      const { sessionId, id, orgId } = personOf(ctx);
      const { items } = await listSessions(ctx);
      const current = items.find((session) => session.current) ?? refuse('LOGIN_REQUIRED');
      return success(query, { sessionID: sessionId, user_guid: id, created: current.createdAt, org_guid: orgId });
    },
  }),
  axway('POST /api/v1/session/query', {
    ...signedIn,
    summary: 'List the own sessions, or somebody’s',
    takesBody: true,
    rate: 'read',
    async run(ctx, { query, body }) {
      const { user, items } = await sessionsOf(ctx, body);
      const paging = pagingOf(query, 250, 10);
      const all = sorted(
        items.map((session) => toAxwaySession(session, user)),
        many(query, 'sort'),
      );
      const shown = all.slice(paging.offset, paging.offset + (paging.limit ?? 0));
      return success(query, shown, metadataOf(paging, shown.length, all.length));
    },
  }),
  axway('DELETE /api/v1/session/{id}', {
    summary: 'End an own session',
    access: 'person',
    async run(ctx, { params }) {
      await endSession(ctx, idOf(SessionId, params.id));
      return emptyReply(204);
    },
  }),
  axway('GET /api/v1/auth/password_policy', {
    summary: 'What a password must be',
    access: 'anyone',
    rate: 'public',
    run: async (_ctx, { query }) => success(query, passwordPolicy()),
  }),
  axway('GET /auth/realms/Broker/protocol/openid-connect/userinfo', {
    ...signedIn,
    summary: 'Who the token is about',
    async run(ctx) {
      const { guid, email, firstname, lastname, org_name } = await sessionInfo(ctx);
      const names = { given_name: firstname, family_name: lastname };
      return jsonReply(200, { sub: guid, guid, email, ...names, org_guid: orgOf(ctx), org_name });
    },
  }),
];
