// How the Amplify Platform says no: `{ success, code, description, internalCode }`, where `code` is the HTTP status. Its
// clients key on `internalCode`, so a refusal has one where the platform has one.
import { jsonReply, retryAfter } from '../../../shared/http/reply.ts';
import type { HttpReply, HttpRequest } from '../../../shared/http/request.ts';
import {
  fail,
  type Issue,
  PROBLEMS,
  type Problem,
  type ProblemCode,
  type ProblemKind,
  waitOf,
} from '../../../shared/model/problem.ts';
import { wireOfPointer } from './fields.ts';

/** Status, description and internal code by the platform's own names. `%s` is the parameter. */
const NAMES = {
  LOGIN_REQUIRED: [401, 'Sign-in Required'],
  FORBIDDEN: [403, 'You do not have access privileges to view this content.'],
  USER_NOT_ADMIN: [
    403,
    'You are not authorized to perform this action. Please contact your organization administrator.',
  ],
  NOT_FOUND: [404, 'Resource Not Found'],
  PARAM_INVALID: [400, '"%s" contained an invalid value.', 74],
  PARAM_REQUIRED: [400, '"%s" is a required parameter.', 77],
  FIRSTNAME_LENGTH: [400, 'First name must be at most 50 characters.'],
  LASTNAME_LENGTH: [400, 'Last name must be at most 50 characters.'],
  INVALID_LOGIN: [400, 'Invalid username or password.', 2],
  INVALID_LOGIN_USERNAME: [400, 'Username must be a valid email address.', 2],
  USER_NOT_ACTIVATED: [400, 'Your account has not been activated yet. Please check your email.', 3],
  USER_NOT_ACTIVE: [401, 'Your account is not active. Please contact your administrator.', 4],
  EXPIRED_LINK: [400, 'Link has expired.', 9],
  MISSING_PASSWORD: [400, 'User must reset password.', 13],
  INVALID_EMAIL_DOMAIN: [400, 'Sign-up is not allowed for this email domain.', 14],
  PASSWORD_USER_INFO: [
    400,
    'Passwords should not contain your name, email address, or other personally identifiable information.',
    411,
  ],
  PASSWORD_IN_HISTORY: [400, 'Passwords should not be used recently.'],
  INCORRECT_PASSWORD: [400, 'Password is incorrect; please try again.', 412],
  PASSWORD_RESET_DISABLED: [429, 'Password reset attempts temporarily disabled.', 429],
  SIGNUP_DISABLED: [400, 'User signup attempts are temporarily disabled.', 430],
  AUTH_CODE_DISABLED: [403, 'Auth code generation temporarily disabled.'],
  INVALID_SWITCH_ORG: [
    400,
    'You are not a member of this organization or it is no longer active. Please contact your administrator.',
  ],
  USER_ALREADY_ACTIVATED: [400, 'Your account has already been activated.'],
  USER_NOT_MEMBER: [403, 'User is not a member of this organization.'],
  USER_SOLE_ADMIN: [400, 'The sole administrator of an organization cannot be removed.'],
  NO_ADMIN_LEFT: [400, 'Unable to demote user; one org admin is required.'],
  EXISTING_ORG_MEMBER: [400, 'User is already a member of this org.'],
  EXISTING_TEAM_MEMBER: [400, 'User is already a member of this team.'],
  EXISTING_TEAM_NAME: [400, 'That team name already exists.'],
  ROLE_NOT_ENABLED: [400, '"%s" is not an allowed role for this organization.'],
  USER_INVITE_DISABLED: [
    400,
    'This organization has reached the maximum number of invited users. Please try again later.',
  ],
  CONFLICT: [409, 'The resource was changed meanwhile. Please try again.'],
  TOO_LARGE: [413, 'The request is too large.'],
  UNSUPPORTED_TYPE: [415, 'The request is not of a supported media type.'],
  NOT_ALLOWED: [405, 'Method Not Allowed'],
  TOO_MANY: [429, 'Too many requests. Please try again later.'],
  UNAVAILABLE: [503, 'The service is temporarily unavailable. Please try again later.'],
} as const satisfies Record<string, readonly [status: number, description: string, internalCode?: number]>;

export type Name = keyof typeof NAMES;

const OF_KIND: Record<ProblemKind, Name> = {
  invalid: 'PARAM_INVALID',
  unauthenticated: 'LOGIN_REQUIRED',
  forbidden: 'FORBIDDEN',
  'not-found': 'NOT_FOUND',
  conflict: 'CONFLICT',
  gone: 'EXPIRED_LINK',
  stale: 'CONFLICT',
  'too-many': 'TOO_MANY',
  unavailable: 'UNAVAILABLE',
};

const OF_CODE: Partial<Record<ProblemCode, Name>> = {
  'body-too-large': 'TOO_LARGE',
  'media-type-unsupported': 'UNSUPPORTED_TYPE',
  'method-not-allowed': 'NOT_ALLOWED',
  'sign-in-failed': 'INVALID_LOGIN',
  'user-not-activated': 'USER_NOT_ACTIVATED',
  'user-inactive': 'USER_NOT_ACTIVE',
  'user-locked': 'USER_NOT_ACTIVE',
  'password-change-required': 'MISSING_PASSWORD',
  'org-required': 'PARAM_REQUIRED',
  'not-a-member': 'INVALID_SWITCH_ORG',
  'membership-suspended': 'INVALID_SWITCH_ORG',
  'permission-missing': 'USER_NOT_ADMIN',
  'role-above-own': 'USER_NOT_ADMIN',
  'role-unknown': 'ROLE_NOT_ENABLED',
  'domain-not-allowed': 'INVALID_EMAIL_DOMAIN',
  'email-taken': 'EXISTING_ORG_MEMBER',
  'already-member': 'EXISTING_ORG_MEMBER',
  'invite-pending': 'EXISTING_ORG_MEMBER',
  'invite-limit': 'USER_INVITE_DISABLED',
  'name-taken': 'EXISTING_TEAM_NAME',
  'last-admin': 'NO_ADMIN_LEFT',
  'terms-not-accepted': 'PARAM_REQUIRED',
};

/** The parameter that a refusal without an issue is about. */
const PARAMETER_OF: Partial<Record<ProblemCode, string>> = {
  'org-required': 'org_hint',
  'terms-not-accepted': 'terms',
  'role-unknown': 'roles',
  'malformed-json': 'body',
  'email-unsupported': 'email',
  'preference-locked': 'pref',
  'limit-reached': 'limit',
  'sort-too-large': 'sort',
};

/** Of a password that may not be set, by the stable name of the broken rule. */
const OF_RULE: Record<string, Name> = {
  'context-word': 'PASSWORD_USER_INFO',
  'same-as-current': 'PASSWORD_IN_HISTORY',
};

/** Refuses by one of the platform's own names. */
export function refuse(name: Name, parameter = ''): never {
  return fail({ code: 'input-invalid', issues: [{ pointer: `/${parameter}`, message: name, code: name }] });
}

const isName = (code: string | undefined): code is Name => code !== undefined && Object.hasOwn(NAMES, code);

/** The refusal as the platform spells it. An address that was asked for is never repeated. */
export function spell(problem: Problem, { request }: { request: HttpRequest }): HttpReply {
  const name = nameOf(problem, request);
  const [status, text, internalCode] = NAMES[name] as readonly [number, string, number?];
  return refusal(status, text.replace('%s', parameterOf(problem)), internalCode, retryAfter(waitOf(status, problem)));
}

function nameOf({ code, issues = [] }: Problem, { method, path }: HttpRequest): Name {
  const [first] = issues;
  if (isName(first?.code)) return first.code;
  if (code === 'password-unacceptable')
    return issues.flatMap(({ code = '' }) => OF_RULE[code] ?? [])[0] ?? 'PARAM_INVALID';
  if (code === 'last-admin' && method === 'DELETE') return 'USER_SOLE_ADMIN';
  if (code === 'too-many-requests' && path.endsWith('/auth/forgot')) return 'PASSWORD_RESET_DISABLED';
  return OF_CODE[code] ?? OF_KIND[PROBLEMS[code].kind];
}

function parameterOf({ code, issues = [] }: Problem): string {
  const [first] = issues;
  return (first && nameIn(first)) || PARAMETER_OF[code] || 'request';
}

const nameIn = ({ pointer }: Issue): string => wireOfPointer(pointer) ?? pointer.split('/')[1] ?? '';

function refusal(code: number, description: string, internalCode?: number, headers: Record<string, string> = {}) {
  const body = { success: false, code, description, ...(internalCode !== undefined && { internalCode }) };
  return jsonReply(code, body, headers);
}

export const fault = (): HttpReply => refusal(500, 'Something went wrong on our side.');
