// The letters the directory sends and how far one of them has come. Not here: what a letter says (shared/mail), when
// it is due (shared/directory).
import * as v from 'valibot';

/**
 * Why a letter is written; these and no others.
 *
 * - `invite`: someone asks the reader into an org; link and code.
 * - `activation`: an invited person asked for a password; link and code of the pending invite.
 * - `password-reset`: an active person asked for a new password; link and code.
 * - `account-inactive`: the same ask for a deactivated account; no link.
 * - `account-locked`: the same ask for an account that an administrator locked; no link.
 * - `federated-sign-in`: the same ask where sign-in goes only through the company's provider; no link.
 * - `address-proof`: goes to an address that is to be confirmed; link and code.
 * - `address-changed`: goes to the old address when another one was asked for or set.
 * - `password-changed`: a notice after every change of the password.
 * - `session-reuse`: a notice that a refresh token came twice and its session was ended.
 */
export const LetterKind = v.picklist([
  'invite',
  'activation',
  'password-reset',
  'account-inactive',
  'account-locked',
  'federated-sign-in',
  'address-proof',
  'address-changed',
  'password-changed',
  'session-reuse',
]);
export type LetterKind = v.InferOutput<typeof LetterKind>;

/**
 * How far a letter has come.
 *
 * - `queued`: committed with its cause, not yet tried.
 * - `sending`: a mailer holds it.
 * - `sent`: SES accepted it.
 * - `delivered`: the reader's server accepted it.
 * - `delayed`: the reader's server put SES off; SES goes on trying.
 * - `bounced`: the reader's server refused it for good.
 * - `complained`: the reader marked it as spam.
 * - `suppressed`: not sent, because the address bounced or complained before.
 * - `voided`: not sent, because it was no longer due.
 * - `abandoned`: given up after the last try.
 */
export const DeliveryState = v.picklist([
  'queued',
  'sending',
  'sent',
  'delivered',
  'delayed',
  'bounced',
  'complained',
  'suppressed',
  'voided',
  'abandoned',
]);
export type DeliveryState = v.InferOutput<typeof DeliveryState>;
