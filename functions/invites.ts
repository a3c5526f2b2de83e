// Invites: an org's offer to an address, and its acceptance.
import * as v from 'valibot';
import { acceptInvite } from '../shared/directory/accept-invite.ts';
import { createInvite, getInvite, listInvites, resendInvite, revokeInvite } from '../shared/directory/invites.ts';
import { endpoint, type Operation } from '../shared/http/endpoint.ts';
import { proofByAddress, provenBody, readProof } from '../shared/http/proof.ts';
import { InviteId } from '../shared/model/ids.ts';
import { Invite, InviteCreate, InviteLifetime } from '../shared/model/invite.ts';
import { pageOf, pageQuery } from '../shared/model/page.ts';
import { TypedPassword } from '../shared/model/password.ts';
import { group } from '../shared/model/patch.ts';
import { Locale } from '../shared/model/text.ts';
import { ProfilePatch } from '../shared/model/user/profile.ts';
import { User } from '../shared/model/user.ts';

const params = { id: InviteId };
const tag = 'Invites';
const access = { permission: 'users:invite' } as const;

const create = endpoint('POST /v1/invites', {
  tag,
  summary: 'Invite an address',
  description: 'Whoever holds the address: nobody yet, a staged person, or a person of another org.',
  access,
  rate: 'write',
  body: InviteCreate,
  answer: Invite,
  status: 201,
  location: (invite) => `/v1/invites/${invite.id}`,
  problems: [
    'invite-pending',
    'already-member',
    'email-taken',
    'role-above-own',
    'redirect-not-allowed',
    'domain-not-allowed',
    'invite-limit',
  ],
  run: (ctx, { body }) => createInvite(ctx, body),
});

const list = endpoint('GET /v1/invites', {
  tag,
  summary: 'List invites, newest first',
  access,
  rate: 'read',
  query: v.strictObject(pageQuery),
  answer: pageOf(Invite),
  problems: ['cursor-invalid'],
  run: (ctx, { query }) => listInvites(ctx, query),
});

const get = endpoint('GET /v1/invites/{id}', {
  tag,
  summary: 'Get an invite and where its letter stands',
  access,
  rate: 'read',
  params,
  answer: Invite,
  run: (ctx, { params }) => getInvite(ctx, params.id),
});

const resend = endpoint('POST /v1/invites/{id}/resend', {
  tag,
  summary: 'Send an invite again',
  description: 'The same invite with a new link and the usual life from now; the older link is dead.',
  access,
  rate: 'write',
  params,
  answer: Invite,
  problems: ['state-not-allowed', 'invite-limit'],
  run: (ctx, { params }) => resendInvite(ctx, params.id),
});

const extend = endpoint('POST /v1/invites/{id}/extend', {
  tag,
  summary: 'Give an invite more time',
  description: 'As resend, with a life of its own: a new link goes out, the older one is dead.',
  access,
  rate: 'write',
  params,
  body: group({ expiresInSeconds: InviteLifetime }),
  answer: Invite,
  problems: ['state-not-allowed', 'invite-limit'],
  run: (ctx, { params, body }) => resendInvite(ctx, params.id, body.expiresInSeconds),
});

const revoke = endpoint('DELETE /v1/invites/{id}', {
  tag,
  summary: 'Revoke an invite',
  access,
  rate: 'write',
  params,
  problems: ['state-not-allowed'],
  run: (ctx, { params }) => revokeInvite(ctx, params.id),
});

const accept = endpoint('POST /v1/invites/accept', {
  tag,
  summary: 'Accept an invite',
  description: [
    'By the link’s token, or the address and the letter’s code. A new person sets a password; a person with an account',
    'gives the one they have, or their access token. Signs nobody in.',
  ].join(' '),
  access: 'maybe',
  rate: 'public',
  idempotent: 'link',
  body: provenBody(
    'email',
    group({
      ...proofByAddress,
      password: v.optional(TypedPassword),
      profile: v.nullish(ProfilePatch),
      locale: v.nullish(Locale),
      acceptTerms: v.nullish(v.boolean()),
    }),
  ),
  answer: User,
  problems: [
    'link-not-usable',
    'password-unacceptable',
    'terms-not-accepted',
    'sign-in-failed',
    'sign-in-delayed',
    'user-inactive',
    'user-locked',
    'role-above-own',
    'limit-reached',
  ],
  run: (ctx, { body: { token, email, code, ...input } }) =>
    acceptInvite(ctx, { ...input, proof: readProof({ token, email, code }) }),
});

export const operations: readonly Operation[] = [create, list, get, resend, extend, revoke, accept];
