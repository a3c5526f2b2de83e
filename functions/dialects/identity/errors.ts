// How the Engage Identity service says no: a symbolic code and a message. Codes of authentication are ours, since the
// guide's readable pages name none.
import { jsonReply, retryAfter } from '../../../shared/http/reply.ts';
import type { HttpReply } from '../../../shared/http/request.ts';
import {
  fail,
  type Issue,
  PROBLEMS,
  type Problem,
  type ProblemCode,
  type ProblemKind,
  waitOf,
} from '../../../shared/model/problem.ts';

export interface Fault {
  code: string;
  message: string;
  /** Name of the argument that is wrong. */
  argument?: string;
  status: number;
  retryAfterSeconds?: number | undefined;
}

const OF_KIND: Record<ProblemKind, [code: string, status: number]> = {
  invalid: ['ARG_INVALID_DATA', 400],
  unauthenticated: ['AUTHENTICATION_FAILED', 401],
  forbidden: ['PERMISSION_DENIED', 403],
  'not-found': ['OBJECT_NOT_EXISTS', 404],
  conflict: ['INVALID_STATE', 409],
  gone: ['OBJECT_NOT_EXISTS', 410],
  stale: ['INVALID_STATE', 409],
  'too-many': ['SYSTEM_LIMIT_EXCEEDED', 429],
  unavailable: ['SYSTEM_UNAVAILABLE', 503],
};

const OF_CODE: Partial<Record<ProblemCode, [code: string, status: number]>> = {
  'body-too-large': ['ARG_TOO_LARGE', 413],
  'media-type-unsupported': ['ARG_INVALID_TYPE', 415],
  'method-not-allowed': ['ARG_INVALID_TYPE', 405],
  'sort-too-large': ['RESULT_TOO_LARGE', 400],
  'limit-reached': ['SYSTEM_LIMIT_EXCEEDED', 409],
  'email-taken': ['OBJECT_EXISTS', 409],
  'username-taken': ['OBJECT_EXISTS', 409],
  'external-id-taken': ['OBJECT_EXISTS', 409],
  'vendor-id-taken': ['OBJECT_EXISTS', 409],
  'name-taken': ['OBJECT_EXISTS', 409],
  'already-member': ['OBJECT_EXISTS', 409],
  'invite-pending': ['OBJECT_EXISTS', 409],
  'role-unknown': ['OBJECT_NOT_EXISTS', 404],
};

/** Members of the record by the names that this service has for them. */
const ARGUMENTS: [pointer: RegExp, argument: string][] = [
  [/^\/email/, 'email'],
  [/^\/externalId/, 'externalId'],
  [/^\/profile\/givenName/, 'firstName'],
  [/^\/profile\/familyName/, 'lastName'],
  [/^\/profile\/timeZones/, 'timeZone'],
  [/^\/preferences\/locale/, 'locale'],
  [/^\/preferences/, 'preferences'],
  [/^\/contact/, 'defaultPhoneNumber'],
  [/^\/roles/, 'roles'],
  [/^\/password/, 'password'],
  [/^\/(security|telephony|tags)/, 'attributes'],
];

/** Symbols that only this surface knows to tell apart; their refusals carry them as the code of the issue. */
const SYMBOLS = [
  'ARG_NULL',
  'ATTRIBUTE_NULL',
  'ARG_INVALID_DATA',
  'ARG_INVALID_CHAR',
  'ARG_INVALID_TYPE',
  'ARG_TOO_LARGE',
] as const;
type OwnSymbol = (typeof SYMBOLS)[number];

/** Refuses an argument by this service's own symbol. */
export function refuse(symbol: OwnSymbol, argument: string, message: string): never {
  return fail({ code: 'input-invalid', issues: [{ pointer: `/${argument}`, message, code: symbol }] });
}

export function faultOf(problem: Problem): Fault {
  const { code, issues = [] } = problem;
  const { kind, title } = PROBLEMS[code];
  const [usual, status] = OF_CODE[code] ?? OF_KIND[kind];
  const [first] = issues;
  const argument = first && argumentOf(first);
  return {
    code: SYMBOLS.find((symbol) => symbol === first?.code) ?? usual,
    message: first ? `${argument || 'argument'}: ${first.message}` : title,
    ...(argument && { argument }),
    status,
    retryAfterSeconds: waitOf(status, problem),
  };
}

const argumentOf = ({ pointer }: Issue): string =>
  ARGUMENTS.find(([place]) => place.test(pointer))?.[1] ?? pointer.split('/')[1] ?? '';

export const FAULT: Fault = { code: 'SYSTEM_ERROR', message: 'Something went wrong on our side.', status: 500 };

export function faultReply({ code, message, argument, status, retryAfterSeconds }: Fault): HttpReply {
  return jsonReply(
    status,
    { errors: [{ code, message, ...(argument && { argument }) }] },
    retryAfter(retryAfterSeconds),
  );
}
