// The session behind a token, and its end. No cookie is ever set: the token is all there is, so that no site can act
// with what a browser sends by itself.

import { hereOf } from '../../../shared/dialect/dialect.ts';
import { orgOf, personOf } from '../../../shared/directory/context.ts';
import { getOrg } from '../../../shared/directory/orgs.ts';
import { endSession, listSessions } from '../../../shared/directory/sessions.ts';
import { getUser } from '../../../shared/directory/users.ts';
import { emptyReply, jsonReply } from '../../../shared/http/reply.ts';
import { numberOf, SessionId, type UserId } from '../../../shared/model/ids.ts';
import { refuse } from './errors.ts';
import { toAxwayUser } from './fields.ts';
import { axway, idOf } from './manner.ts';
import { bodyOf, metadataOf, one, pagingOf, success } from './query.ts';
import { passwordPolicy, sessionInfo, tokenEnd } from './session-info.ts';

const signedIn = { access: { permission: 'users:read' } } as const;

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
    summary: 'List the own sessions',
    access: 'person',
    takesBody: true,
    async run(ctx, { query, body }) {
      const { user_id, user_email, from } = bodyOf(body, [
        'user_id',
        'user_email',
        'from',
        'org_guid',
        'created',
        'last_modified',
      ]);
      const person = personOf(ctx);
      const user = await getUser(ctx, person.id as UserId);
      const own = [undefined, null, user.id, user.number, String(user.number)];
      if (!own.includes(user_id as string) || ![undefined, null, user.email].includes(user_email as string)) {
        refuse('FORBIDDEN');
      }
      const paging = pagingOf(query, 250, 10);
      const all = (await listSessions(ctx)).items.filter(({ client }) => from === undefined || client === from);
      const items = all.slice(paging.offset, paging.offset + (paging.limit ?? 0)).map((session) => ({
        id: session.id,
        from: session.client,
        org_id: String(numberOf(session.orgId)),
        user: { guid: user.id, email: toAxwayUser(user).email },
        current: session.current,
        created: session.createdAt,
        expires: session.expiresAt,
      }));
      return success(query, items, metadataOf(paging, items.length, all.length));
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
      const [{ guid, email, firstname, lastname }, org] = await Promise.all([
        sessionInfo(ctx),
        getOrg(ctx, orgOf(ctx)),
      ]);
      const names = { given_name: firstname, family_name: lastname };
      return jsonReply(200, { sub: guid, guid, email, ...names, org_guid: org.id, org_name: org.name });
    },
  }),
];
