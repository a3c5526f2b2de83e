// Every way the directory can say no: one code each, of one of nine kinds. How a kind is spelt (problem+json, a page,
// another system's error) is the surface's business.

export type ProblemKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'gone'
  | 'stale'
  | 'too-many'
  | 'unavailable';

interface Meaning {
  kind: ProblemKind;
  status: number;
  title: string;
}

const meaning = (kind: ProblemKind, status: number, title: string): Meaning => ({ kind, status, title });

/** The codes a client can act on. They are part of the contract: none is ever renamed or reused. */
export const PROBLEMS = {
  'malformed-json': meaning('invalid', 400, 'The body is not well-formed JSON, or repeats a key.'),
  'malformed-request': meaning('invalid', 400, 'The request is not well formed.'),
  'cursor-invalid': meaning('invalid', 400, 'The cursor is not one that this list gave for this query.'),
  'filter-invalid': meaning('invalid', 400, 'The filter is not understood.'),
  'method-not-allowed': meaning('invalid', 405, 'This address does not take that method. See Allow.'),
  'body-too-large': meaning('invalid', 413, 'The body is larger than this operation takes.'),
  'media-type-unsupported': meaning('invalid', 415, 'The body is not of a media type that this operation takes.'),
  'input-invalid': meaning('invalid', 422, 'The input breaks the rules named in issues.'),
  'email-unsupported': meaning('invalid', 422, 'The address is of a form that the directory does not take.'),
  'password-unacceptable': meaning('invalid', 422, 'The password breaks the rules named in issues.'),
  'terms-not-accepted': meaning('invalid', 422, 'The terms of this org must be accepted.'),
  'redirect-not-allowed': meaning('invalid', 422, 'The redirect address is not on the list of this org.'),
  'domain-not-allowed': meaning('invalid', 422, 'This org takes addresses of its own domains only.'),
  'idempotency-key-reused': meaning('invalid', 422, 'The Idempotency-Key was used for another request.'),
  'token-missing': meaning('unauthenticated', 401, 'An access token is needed.'),
  'token-invalid': meaning('unauthenticated', 401, 'The access token is not valid here, or no longer.'),
  'sign-in-failed': meaning('unauthenticated', 401, 'The address or the password is wrong.'),
  'session-ended': meaning('unauthenticated', 401, 'The session has ended. Sign in again.'),
  'client-invalid': meaning('unauthenticated', 401, 'The client is unknown or its secret is wrong.'),
  'permission-missing': meaning('forbidden', 403, 'The caller lacks the permission for this.'),
  'role-unknown': meaning('invalid', 422, 'This org has no such role.'),
  'sort-too-large': meaning('invalid', 422, 'Too many match to be sorted by this member. Filter further.'),
  'too-many-matches': meaning('invalid', 422, 'More people match than one change may concern. Filter further.'),
  'role-above-own': meaning('forbidden', 403, 'Nobody grants more than they hold.'),
  'own-account': meaning('forbidden', 403, 'A change of many does not do this to whoever asked for it.'),
  'not-home-org': meaning('forbidden', 403, 'Only the home org of this person may change this.'),
  'own-address-needs-proof': meaning('forbidden', 403, 'A change of your own address must be proven first.'),
  'reauthentication-needed': meaning('forbidden', 403, 'The password, or a fresh sign-in, is needed for this.'),
  'person-only': meaning('forbidden', 403, 'Only a signed-in person can do this.'),
  'user-inactive': meaning('forbidden', 403, 'The account is inactive.'),
  'user-locked': meaning('forbidden', 403, 'The account is locked.'),
  'user-not-activated': meaning('forbidden', 403, 'The account is not activated yet.'),
  'password-change-required': meaning('forbidden', 403, 'A new password must be set first: ask for a reset.'),
  'org-required': meaning('forbidden', 403, 'Say which of the orgs to sign in to.'),
  'membership-suspended': meaning('forbidden', 403, 'The membership is suspended until that org invites again.'),
  'not-a-member': meaning('forbidden', 403, 'The person is no member of that org.'),
  'cross-site': meaning('forbidden', 403, 'The form was sent from another site.'),
  'not-found': meaning('not-found', 404, 'There is nothing here.'),
  'email-taken': meaning('conflict', 409, 'The address belongs to somebody already.'),
  'id-taken': meaning('conflict', 409, 'The id belongs to somebody already.'),
  'duplicate-in-file': meaning('conflict', 409, 'An earlier row of the file has this address.'),
  'username-taken': meaning('conflict', 409, 'The username belongs to somebody already.'),
  'external-id-taken': meaning('conflict', 409, 'The externalId belongs to somebody of this org already.'),
  'name-taken': meaning('conflict', 409, 'Something of this kind has that name already.'),
  'vendor-id-taken': meaning('conflict', 409, 'This key of that authority belongs to somebody of this org already.'),
  'attribute-schema-incompatible': meaning('conflict', 409, 'What fitted a schema must fit its next version.'),
  'division-in-use': meaning('conflict', 409, 'People still belong to this division.'),
  'preference-locked': meaning('conflict', 409, 'The org has fixed this preference.'),
  'role-in-use': meaning('conflict', 409, 'People still have this role.'),
  'invite-pending': meaning('conflict', 409, 'This address has a pending invite of this org.'),
  'already-member': meaning('conflict', 409, 'The person is a member of this org already.'),
  'state-not-allowed': meaning('conflict', 409, 'The present state does not allow this move.'),
  'last-admin': meaning('conflict', 409, 'The org would be left without an active owner or admin.'),
  'not-matching': meaning('conflict', 409, 'The person does not match the filter any more.'),
  'limit-reached': meaning('conflict', 409, 'There can be no more of these.'),
  'version-conflict': meaning('conflict', 409, 'Others kept changing this. Read it again and retry.'),
  'link-not-usable': meaning('gone', 410, 'The link or code cannot be used, or no longer.'),
  'version-stale': meaning('stale', 412, 'The record has changed since the version in If-Match.'),
  'too-many-requests': meaning('too-many', 429, 'Too many requests. Wait as Retry-After says.'),
  'sign-in-delayed': meaning('too-many', 429, 'Too many failed sign-ins. Wait as Retry-After says.'),
  'invite-limit': meaning('too-many', 429, 'The daily number of invites is used up.'),
  'store-unavailable': meaning('unavailable', 503, 'The directory cannot answer at this moment. Retry.'),
} as const satisfies Record<string, Meaning>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One broken rule: where in the input (JSON Pointer, RFC 6901), and what to do about it. */
export interface Issue {
  pointer: string;
  message: string;
  /** Stable name of the rule, where a client may want to show words of its own. */
  code?: string;
}

/** The public half of a refusal. Members beside `code` are the facts a client needs to go on. */
export interface Problem {
  code: ProblemCode;
  detail?: string;
  issues?: Issue[];
  /** Seconds until it is worth trying again: the `Retry-After` header. */
  retryAfterSeconds?: number;
  inviteId?: string;
  deletedUserId?: string;
  termsVersion?: string;
  from?: string;
  to?: string;
  /** The orgs that a sign-in may name. */
  orgs?: { id: string; name: string }[];
}

/** Seconds that an answer of this HTTP status asks its client to wait; undefined where waiting does not help. */
export const waitOf = (status: number, { retryAfterSeconds = 2 }: Problem): number | undefined =>
  status === 429 || status === 503 ? retryAfterSeconds : undefined;

/** The only thing this code throws on purpose. `problem` is for the caller, `cause` for the log. */
export class DirectoryError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, cause?: unknown) {
    super(problem.code, { cause });
    this.problem = problem;
  }
}

export function fail(problem: Problem | ProblemCode, cause?: unknown): never {
  throw new DirectoryError(typeof problem === 'string' ? { code: problem } : problem, cause);
}

/** The problem behind an error, or undefined where the error is a bug. */
export function problemOf(error: unknown): Problem | undefined {
  return error instanceof DirectoryError ? error.problem : undefined;
}

export function hasCode(error: unknown, ...codes: ProblemCode[]): boolean {
  const code = problemOf(error)?.code;
  return code !== undefined && codes.includes(code);
}
