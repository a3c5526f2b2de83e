// Sessions of people. Sign-in has a function of its own, so that hashing starves nothing else.
import * as v from 'valibot';
import { endAllSessions, endSession, listSessions, refresh, signIn } from '../shared/directory/sessions.ts';
import { endpoint, type Operation } from '../shared/http/endpoint.ts';
import { EmailAddress } from '../shared/model/email-address.ts';
import { OrgId, SessionId } from '../shared/model/ids.ts';
import { TypedPassword } from '../shared/model/password.ts';
import { group } from '../shared/model/patch.ts';
import { Instant } from '../shared/model/text.ts';
import { User } from '../shared/model/user.ts';

const tag = 'Sessions';

const SignedIn = v.object({
  accessToken: v.string(),
  tokenType: v.literal('Bearer'),
  expiresIn: v.number(),
  refreshToken: v.string(),
  user: User,
});

const create = endpoint('POST /v1/sessions', {
  tag,
  summary: 'Sign in',
  description: [
    'A wrong password, an unknown address and an account without password answer alike. The state of the account is told',
    'only after the right password. The access token lives ten minutes; plain reads accept it until then, every change',
    'also checks that the account has not been cut off meanwhile.',
  ].join(' '),
  access: 'anyone',
  rate: 'public',
  body: group({
    email: EmailAddress,
    password: TypedPassword,
    client: v.optional(v.picklist(['web', 'cli', 'studio', 'other'])),
    orgId: v.optional(OrgId),
  }),
  answer: SignedIn,
  problems: [
    'sign-in-failed',
    'sign-in-delayed',
    'user-inactive',
    'user-locked',
    'user-not-activated',
    'password-change-required',
    'org-required',
    'not-a-member',
    'membership-suspended',
    'too-many-requests',
  ],
  run: (ctx, { body }) => signIn(ctx, body.email, body.password, body.client ?? 'other', body.orgId),
});

const rotate = endpoint('POST /v1/sessions/refresh', {
  tag,
  summary: 'Get new tokens',
  description: 'A token works once. For 60 seconds a repeat, as after a lost answer, gets the same new token again.',
  access: 'anyone',
  rate: 'public',
  body: group({ refreshToken: v.pipe(v.string(), v.minLength(1), v.maxLength(512)) }),
  answer: SignedIn,
  problems: ['session-ended', 'membership-suspended', 'not-a-member'],
  run: (ctx, { body }) => refresh(ctx, body.refreshToken),
});

const SessionView = v.object({
  id: SessionId,
  client: v.string(),
  orgId: OrgId,
  createdAt: Instant,
  lastUsedAt: Instant,
  expiresAt: Instant,
  current: v.boolean(),
});

const list = endpoint('GET /v1/sessions', {
  tag,
  summary: 'List the own live sessions',
  access: 'person',
  rate: 'read',
  answer: v.object({ items: v.array(SessionView) }),
  run: (ctx) => listSessions(ctx),
});

const endCurrent = endpoint('DELETE /v1/sessions/current', {
  tag,
  summary: 'Sign out',
  access: 'person',
  rate: 'write',
  run: (ctx) => endSession(ctx, 'current'),
});

const endOne = endpoint('DELETE /v1/sessions/{id}', {
  tag,
  summary: 'End one of the own sessions',
  access: 'person',
  rate: 'write',
  params: { id: SessionId },
  run: (ctx, { params }) => endSession(ctx, params.id),
});

const endAll = endpoint('DELETE /v1/sessions', {
  tag,
  summary: 'End all own sessions',
  access: 'person',
  rate: 'write',
  run: (ctx) => endAllSessions(ctx),
});

export const operations: readonly Operation[] = [create, rotate, list, endCurrent, endOne, endAll];
