// Proving an address: start, resend, cancel, complete.
import * as v from 'valibot';
import { completeValidation } from '../shared/directory/contact-proofs.ts';
import {
  cancelValidation,
  resendValidation,
  startOwnValidation,
  startValidation,
} from '../shared/directory/contacts.ts';
import { endpoint, type Operation } from '../shared/http/endpoint.ts';
import { proofById, provenBody, readProofById } from '../shared/http/proof.ts';
import { EmailAddress } from '../shared/model/email-address.ts';
import { LinkId, UserId } from '../shared/model/ids.ts';
import { TypedPassword } from '../shared/model/password.ts';
import { group } from '../shared/model/patch.ts';
import { Instant } from '../shared/model/text.ts';

const tag = 'Contact validations';
const body = group({ email: EmailAddress });
const answer = v.object({ id: LinkId, expiresAt: Instant });
const byAdmin = { permission: 'users:write' } as const;

const startOwn = endpoint('POST /v1/contact-validations', {
  tag,
  summary: 'Prove the own address, or a new one',
  description:
    'A new address takes the place of the present one once proven. The answer is the same if it is taken. An hour after the sign-in a new address needs `currentPassword`.',
  access: 'person',
  rate: 'write',
  body: group({ email: EmailAddress, currentPassword: v.optional(TypedPassword) }),
  answer,
  status: 202,
  problems: ['domain-not-allowed', 'reauthentication-needed', 'sign-in-failed', 'sign-in-delayed'],
  run: (ctx, { body }) => startOwnValidation(ctx, body.email, body.currentPassword),
});

const start = endpoint('POST /v1/users/{id}/contact-validations', {
  tag,
  summary: 'Have a person prove an address',
  description: 'An address other than the present one holds at once, unproven, as with any change by somebody else.',
  access: byAdmin,
  rate: 'write',
  params: { id: UserId },
  body,
  answer,
  status: 202,
  problems: ['not-home-org', 'domain-not-allowed', 'email-taken', 'role-above-own'],
  run: (ctx, { params, body }) => startValidation(ctx, params.id, body.email),
});

const resendOwn = endpoint('POST /v1/contact-validations/{id}/resend', {
  tag,
  summary: 'Send the own proof letter again',
  access: 'person',
  rate: 'write',
  params: { id: LinkId },
  answer,
  status: 202,
  problems: ['state-not-allowed'],
  run: (ctx, { params }) => resendValidation(ctx, params.id),
});

const resend = endpoint('POST /v1/users/{id}/contact-validations/{validationId}/resend', {
  tag,
  summary: 'Send a person’s proof letter again',
  access: byAdmin,
  rate: 'write',
  params: { id: UserId, validationId: LinkId },
  answer,
  status: 202,
  problems: ['state-not-allowed', 'not-home-org'],
  run: (ctx, { params }) => resendValidation(ctx, params.validationId, params.id),
});

const cancelOwn = endpoint('DELETE /v1/contact-validations/{id}', {
  tag,
  summary: 'Cancel an own proof',
  access: 'person',
  rate: 'write',
  params: { id: LinkId },
  problems: ['state-not-allowed'],
  run: (ctx, { params }) => cancelValidation(ctx, params.id),
});

const cancel = endpoint('DELETE /v1/users/{id}/contact-validations/{validationId}', {
  tag,
  summary: 'Cancel a person’s proof',
  access: byAdmin,
  rate: 'write',
  params: { id: UserId, validationId: LinkId },
  problems: ['state-not-allowed', 'not-home-org'],
  run: (ctx, { params }) => cancelValidation(ctx, params.validationId, params.id),
});

const complete = endpoint('POST /v1/contact-validations/complete', {
  tag,
  summary: 'Prove an address by link or code',
  description: 'By the link’s token, or the id that the start answered and the letter’s code. Signs nobody in.',
  access: 'anyone',
  rate: 'public',
  idempotent: 'link',
  body: provenBody('id', group(proofById)),
  answer: v.object({ email: v.string(), emailVerifiedAt: Instant }),
  problems: ['link-not-usable', 'too-many-requests'],
  run: (ctx, { body }) => completeValidation(ctx, readProofById(body)),
});

export const operations: readonly Operation[] = [startOwn, start, resendOwn, resend, cancelOwn, cancel, complete];
