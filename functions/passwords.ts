// Passwords: reset by letter, and change by the person. Has memory and function of its own, since it hashes.
import * as v from 'valibot';
import { changePassword } from '../shared/directory/own-password.ts';
import { askReset, completeReset } from '../shared/directory/passwords.ts';
import { listResets, triggerReset } from '../shared/directory/reset-requests.ts';
import { endpoint, type Operation } from '../shared/http/endpoint.ts';
import { proofByAddress, provenBody, readProof } from '../shared/http/proof.ts';
import { EmailAddress } from '../shared/model/email-address.ts';
import { UserId } from '../shared/model/ids.ts';
import { TypedPassword } from '../shared/model/password.ts';
import { group } from '../shared/model/patch.ts';
import { Instant } from '../shared/model/text.ts';

const tag = 'Passwords';
const params = { id: UserId };

const ResetView = v.object({
  id: v.string(),
  state: v.picklist(['queued', 'open', 'used', 'dead']),
  createdAt: Instant,
  createdBy: v.optional(v.string()),
  updatedAt: Instant,
  updatedBy: v.optional(v.string()),
  expiresAt: v.optional(Instant),
});

const ask = endpoint('POST /v1/password-resets', {
  tag,
  summary: 'Ask for a new password',
  description: 'The same answer for every address. What the letter says depends on the account; nobody gets told here.',
  access: 'anyone',
  rate: 'public',
  body: group({ email: EmailAddress }),
  answer: v.object({ message: v.string() }),
  status: 202,
  problems: ['too-many-requests'],
  run: async (ctx, { body }) => {
    await askReset(ctx, body.email);
    return { message: 'If an account uses this address, a letter is on its way.' };
  },
});

const complete = endpoint('POST /v1/password-resets/complete', {
  tag,
  summary: 'Set a new password by link or code',
  description: 'Ends every session and every other link, keeps second factors, signs nobody in.',
  access: 'anyone',
  rate: 'public',
  idempotent: 'link',
  body: provenBody('email', group({ ...proofByAddress, password: TypedPassword })),
  problems: ['link-not-usable', 'password-unacceptable', 'too-many-requests'],
  run: (ctx, { body: { password, ...proof } }) => completeReset(ctx, readProof(proof), password),
});

const trigger = endpoint('POST /v1/users/{id}/password-reset', {
  tag,
  summary: 'Send a person a reset letter',
  access: { permission: 'users:set-password' },
  rate: 'write',
  params,
  answer: ResetView,
  status: 202,
  problems: ['not-home-org'],
  run: (ctx, { params }) => triggerReset(ctx, params.id),
});

const list = endpoint('GET /v1/users/{id}/password-reset', {
  tag,
  summary: 'List the resets sent to a person, without their links',
  access: { permission: 'users:set-password' },
  rate: 'read',
  params,
  answer: v.object({ items: v.array(ResetView) }),
  problems: ['not-home-org'],
  run: (ctx, { params }) => listResets(ctx, params.id),
});

const change = endpoint('POST /v1/me/password', {
  tag: 'Me',
  summary: 'Change the own password',
  description: 'Ends every other session and every link. The session that asks goes on with its next refresh.',
  access: 'person',
  rate: 'write',
  body: group({ currentPassword: TypedPassword, newPassword: TypedPassword }),
  problems: ['sign-in-failed', 'password-unacceptable', 'sign-in-delayed'],
  run: (ctx, { body }) => changePassword(ctx, body.currentPassword, body.newPassword),
});

export const operations: readonly Operation[] = [ask, complete, trigger, list, change];
