// Links and passwords: activation, reset, the own password. A surface of its own, since it hashes and opens links. Public
// calls tell nobody who exists: the link's whole token is the id, and every link that cannot be used is one answer.
import type { Wire } from '../../../shared/dialect/fields.ts';
import { fromWire } from '../../../shared/dialect/fields.ts';
import { acceptInvite } from '../../../shared/directory/accept-invite.ts';
import { type Context, principalOf } from '../../../shared/directory/context.ts';
import { resendInvite, resendInviteTo } from '../../../shared/directory/invites.ts';
import { getOpenLink, inviteOfToken } from '../../../shared/directory/open-links.ts';
import { changePassword, provePassword } from '../../../shared/directory/own-password.ts';
import { askReset, completeReset } from '../../../shared/directory/passwords.ts';
import { endAllSessions } from '../../../shared/directory/sessions.ts';
import { checkPermission, getUserByEmail, updateSelf } from '../../../shared/directory/users.ts';
import { changeWhole } from '../../../shared/directory/whole-changes.ts';
import { type Operation, parse } from '../../../shared/http/endpoint.ts';
import { emptyReply } from '../../../shared/http/reply.ts';
import { EmailAddress } from '../../../shared/model/email-address.ts';
import { numberOf } from '../../../shared/model/ids.ts';
import { TypedPassword } from '../../../shared/model/password.ts';
import { hasCode } from '../../../shared/model/problem.ts';
import { OwnPatch, type User, UserPatch } from '../../../shared/model/user.ts';
import { isOwn } from './caller.ts';
import { refuse } from './errors.ts';
import { PHONE, ROWS, toAxwayUser } from './fields.ts';
import { axway, checkOrg, findPerson } from './manner.ts';
import { bodyOf, needed, success } from './query.ts';
import { everyMembership } from './session-info.ts';

const open = { access: 'anyone', rate: 'public' } as const;

const typed = (body: Wire, name: string) => parse(TypedPassword, needed(body, name), `/${name}`);

/** Empty names are none. Those that are too long are refused by their own name there. */
function namesIn(body: Wire): { givenName?: string; familyName?: string } {
  const { patch, wrong } = fromWire(ROWS, { firstname: body.firstname, lastname: body.lastname });
  const [first] = wrong;
  if (first) refuseName(first.wire, body[first.wire]);
  return (patch.profile ?? {}) as { givenName?: string; familyName?: string };
}

function refuseName(wire: string, value: unknown): never {
  if (typeof value !== 'string') return refuse('PARAM_INVALID', wire);
  if (wire === 'firstname') return refuse('FIRSTNAME_LENGTH', wire);
  return refuse(wire === 'lastname' ? 'LASTNAME_LENGTH' : 'PARAM_INVALID', wire);
}

const linkOperations = [
  axway('GET /api/v1/auth/activation/{id}', {
    ...open,
    summary: 'Read what a link is for',
    async run(ctx, { params, query }) {
      const { id = '' } = params;
      const { purpose, userId, createdAt, expiresAt } = await getOpenLink(ctx, id);
      const type = purpose === 'invite' ? 'invite' : 'forgot';
      const times = { expire: expiresAt, created: createdAt, updated: createdAt };
      return success(query, { guid: id, type, ...(userId && { user_guid: userId }), ...times });
    },
  }),
  axway('POST /api/v1/auth/activate', {
    ...open,
    summary: 'Accept an invite',
    takesBody: true,
    async run(ctx, { body }) {
      const given = bodyOf(body, ['id', 'firstname', 'lastname', 'password', 'from', 'terms']);
      const token = needed(given, 'id');
      for (const name of ['firstname', 'lastname']) if (given[name] === undefined) refuse('PARAM_REQUIRED', name);
      const password = typed(given, 'password');
      const profile = parse(OwnPatch, { profile: namesIn(given) }).profile;
      await acceptInvite(ctx, { proof: { token }, password, profile, acceptTerms: given.terms === true });
      return emptyReply(204);
    },
  }),
  axway('POST /api/v1/auth/activate/resend', {
    access: { permission: 'users:invite' },
    summary: 'Send an invite again',
    takesBody: true,
    async run(ctx, { body }) {
      const given = bodyOf(body, ['activation_id', 'username', 'org_id', 'provider_guid', 'suppressEmail']);
      // The earlier link would be dead and nobody would get the new one.
      if (given.suppressEmail === true) refuse('PARAM_INVALID', 'suppressEmail');
      if (given.activation_id !== undefined)
        await resendInvite(ctx, inviteOfToken(ctx, needed(given, 'activation_id')));
      else await resendTo(ctx, given);
      return emptyReply(204);
    },
  }),
  axway('POST /api/v1/auth/forgot', {
    ...open,
    summary: 'Ask for a reset letter',
    takesBody: true,
    async run(ctx, { body }) {
      const given = bodyOf(body, ['username', 'provider_guid']);
      await askReset(ctx, parse(EmailAddress, needed(given, 'username'), '/username'));
      return emptyReply(204);
    },
  }),
  axway('POST /api/v1/auth/activate/forgot', {
    ...open,
    summary: 'Set a new password by the link of the letter',
    takesBody: true,
    async run(ctx, { body }) {
      const given = bodyOf(body, ['id', 'password']);
      await completeReset(ctx, { token: needed(given, 'id') }, typed(given, 'password'));
      return emptyReply(204);
    },
  }),
];

async function resendTo(ctx: Context, given: Wire): Promise<void> {
  if (given.org_id !== undefined) checkOrg(ctx, String(given.org_id));
  const user = await getUserByEmail(ctx, parse(EmailAddress, needed(given, 'username'), '/username'));
  if (user.activatedAt || user.state === 'active') refuse('USER_ALREADY_ACTIVATED');
  await resendInviteTo(ctx, user.id);
}

const PROFILE = [
  ...[...ROWS, PHONE].map(({ wire }) => wire),
  ...['current_password', 'password', 'force_logout', 'preferred_mfa'],
];

/** The person's org of that number. */
async function orgOfNumber(ctx: Context, user: User, number: unknown): Promise<string | null> {
  if (number === null) return null;
  const orgs = await everyMembership(ctx, user.id);
  return orgs.find(({ orgId }) => numberOf(orgId) === number)?.orgId ?? refuse('PARAM_INVALID', 'default_org');
}

async function patchFrom(ctx: Context, before: User, given: Wire): Promise<Wire> {
  const shown = toAxwayUser(before);
  const { patch, wrong } = fromWire([...ROWS, PHONE], given, before);
  const [first] = wrong;
  if (first) refuseName(first.wire, given[first.wire]);
  const { default_org } = given;
  if (default_org === undefined || default_org === shown.default_org) return patch;
  const defaultOrgId = await orgOfNumber(ctx, before, default_org);
  return { ...patch, preferences: { ...patch.preferences, defaultOrgId } };
}

/** A second factor is not switched on by saying so. */
function checkFactors({ mfa, authenticator_enabled, preferred_mfa }: Wire, shown: Wire): void {
  const asks = (value: unknown, now: unknown) => value !== undefined && value !== null && value !== now;
  const asked = asks(mfa, shown.mfa) || asks(authenticator_enabled, shown.authenticator_enabled);
  if (asked || (preferred_mfa !== undefined && preferred_mfa !== null)) refuse('AUTH_CODE_DISABLED');
}

async function setPassword(ctx: Context, given: Wire): Promise<void> {
  const [current, next] = [typed(given, 'current_password'), typed(given, 'password')];
  try {
    await changePassword(ctx, current, next);
  } catch (error) {
    throw hasCode(error, 'sign-in-failed') ? refuse('INCORRECT_PASSWORD') : error;
  }
}

/** The password first: where it is refused nothing has changed. */
async function updateProfile(ctx: Context, id: string | undefined, body: unknown): Promise<User> {
  const given = bodyOf(body, PROFILE);
  const before = await findPerson(ctx, id);
  const own = principalOf(ctx).is === 'person' && isOwn(ctx, before.id);
  const shown = toAxwayUser(before);
  checkFactors(given, shown);
  const { active, password, current_password: _current, force_logout, preferred_mfa: _mfa, ...fields } = given;
  const moves = active !== undefined && active !== shown.active;
  if (moves && typeof active !== 'boolean') refuse('PARAM_INVALID', 'active');
  if (!own || moves) checkPermission(await ctx.standing(), 'users:write');
  // Nobody sets a password for somebody else, or ends their sessions by a profile.
  if (!own && (password !== undefined || force_logout === true)) refuse('FORBIDDEN');
  const patch = await patchFrom(ctx, before, fields);
  const change = own && !moves ? parse(OwnPatch, patch) : parse(UserPatch, patch);
  if (password !== undefined) await setPassword(ctx, given);
  if (own && !moves) await updateSelf(ctx, change);
  else await changeWhole(ctx, before.id, { patch: change, ...(moves && { inactive: !active }) });
  if (force_logout === true) await endAllSessions(ctx);
  return findPerson(ctx, before.id);
}

const ownOperations = [
  axway('PUT /api/v1/user/profile/{id}', {
    access: { permission: 'users:read' },
    summary: 'Change a profile',
    takesBody: true,
    run: async (ctx, { params, query, body }) => success(query, toAxwayUser(await updateProfile(ctx, params.id, body))),
  }),
  axway('POST /api/v1/auth/validatePassword', {
    access: 'person',
    summary: 'Compare the own password',
    async run(ctx, { request }) {
      const password = request.headers['x-auth-password'] ?? refuse('PARAM_REQUIRED', 'x-auth-password');
      try {
        await provePassword(ctx, password);
      } catch (error) {
        throw hasCode(error, 'sign-in-failed') ? refuse('FORBIDDEN') : error;
      }
      return emptyReply(204);
    },
  }),
];

export const operations: readonly Operation[] = [...linkOperations, ...ownOperations];
