// What a page shows, as data: a handler decides on one of these and the view renders it.
// Not here: sentences (locales/), markup (view.ts), how a form's post is judged (the handler).

/** The paths with a form, without their slash. */
export type FormPage = 'accept-invite' | 'reset-password' | 'verify-email' | 'forgot-password';

/** `form` is what belongs to no single field. */
export type FieldName = 'password' | 'givenName' | 'familyName' | 'email' | 'code' | 'acceptTerms' | 'form';

/** The codes the pages have a sentence for; any other is shown as a general one. */
export type ProblemCode =
  | 'required'
  | 'too-short'
  | 'too-long'
  | 'blocklisted'
  | 'context-word'
  | 'same-as-current'
  | 'email-invalid'
  | 'wrong-code'
  | 'wrong-password'
  | 'terms-required'
  | 'name-invalid';

/** `params.min` and `params.max` count characters. */
export interface FieldProblem {
  field: FieldName;
  code: string;
  params?: { min?: number; max?: number };
}

/**
 * `terms-added`: the first post was fine, but the org wants its terms accepted.
 * `second-factor`: the password was right, but the person must go on in the app, where the second step is asked for.
 */
export type NoticeCode = 'terms-added' | 'second-factor';

export interface AcceptInviteState {
  page: 'accept-invite';
  /** Absent or empty for people who have only the code of their letter: they are asked for address and code. */
  token?: string;
  values?: { givenName?: string; familyName?: string; email?: string; code?: string };
  /** After a wrong password of somebody who has an account already. */
  wants?: 'existing-password' | undefined;
  /** Only once the service said that terms are needed: the first form is the same for everyone. */
  terms?: { version: string };
  /** Characters; 15 unless the org asks for more. */
  passwordMin?: number;
  problem?: FieldProblem[];
  notice?: NoticeCode;
}

export interface ResetPasswordState {
  page: 'reset-password';
  token?: string;
  values?: { email?: string; code?: string };
  /** Characters; 15 unless the org asks for more. */
  passwordMin?: number;
  problem?: FieldProblem[];
}

export interface VerifyEmailState {
  page: 'verify-email';
  token?: string;
  /** The id of the validation that the code belongs to; no secret. */
  id?: string;
  problem?: FieldProblem[];
}

export interface ForgotPasswordState {
  page: 'forgot-password';
  values?: { email?: string };
  problem?: FieldProblem[];
}

export interface DoneState {
  page: 'done';
  what: 'invite-accepted' | 'password-reset' | 'email-verified' | 'reset-asked';
  /** Shown as a link, never followed by the page itself; only http and https are shown. */
  continueUrl?: string;
  orgName?: string;
  email?: string;
}

export interface DeadLinkState {
  page: 'dead-link';
  what: 'accept-invite' | 'reset-password' | 'verify-email';
}

export interface RefusedState {
  page: 'refused';
  why: 'cross-site' | 'too-many' | 'unavailable' | 'not-found' | 'bad-request' | 'forbidden';
  retryAfterSeconds?: number;
}

export type FormState = AcceptInviteState | ResetPasswordState | VerifyEmailState | ForgotPasswordState;

export type PageState = FormState | DoneState | DeadLinkState | RefusedState;
