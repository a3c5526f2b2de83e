// How Genesys Cloud says no: a dotted code, a message, the correlation id.
import type { RefusedCall } from '../../../shared/http/endpoint.ts';
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
import { fieldOf } from './fields.ts';

type Spelling = readonly [code: string, status: number];

const OF_KIND: Record<ProblemKind, Spelling> = {
  invalid: ['invalid.value', 400],
  unauthenticated: ['bad.credentials', 401],
  forbidden: ['not.authorized', 403],
  'not-found': ['not.found', 404],
  conflict: ['general.conflict', 409],
  gone: ['not.found', 404],
  stale: ['general.conflict', 409],
  'too-many': ['too.many.requests', 429],
  unavailable: ['service.unavailable', 503],
};

const OF_CODE: Partial<Record<ProblemCode, Spelling>> = {
  'malformed-json': ['bad.request', 400],
  'malformed-request': ['bad.request', 400],
  'cursor-invalid': ['invalid.query.param.value', 400],
  'method-not-allowed': ['method.not.allowed', 405],
  'body-too-large': ['request.entity.too.large', 413],
  'media-type-unsupported': ['unsupported.media.type', 415],
  'token-missing': ['authentication.required', 401],
  'permission-missing': ['missing.permissions', 403],
  'role-above-own': ['insufficient.permissions', 403],
  'person-only': ['not.a.user', 400],
  // Of all that may fail so, only the own old password is given here.
  'sign-in-failed': ['invalid.old.password', 400],
  'vendor-id-taken': ['general.resource.conflict', 409],
  'sort-too-large': ['too.many.requested.results', 400],
  'limit-reached': ['general.bad.request', 400],
  'password-unacceptable': ['invalid.new.password', 400],
};

/** Of schemas of custom attributes, where they have words of their own. */
const OF_SCHEMAS: Partial<Record<ProblemCode, Spelling>> = {
  'name-taken': ['dynamic.schema.duplicate.schema.title', 400],
  'limit-reached': ['dynamic.schema.limit.max.number.of.schemas.per.org.would.be.exceeded', 400],
  'version-stale': ['dynamic.schema.version.conflict', 409],
  'version-conflict': ['dynamic.schema.version.conflict', 409],
  'attribute-schema-incompatible': ['dynamic.schema.incompatible.json.schema.update', 400],
};
const SCHEMAS = '/users/customattributes/';

/** Codes of passwords by the rule that is broken. */
const PASSWORDS: Readonly<Record<string, string>> = {
  'too-short': 'password.too.short',
  blocklisted: 'password.compromised',
  'same-as-current': 'password.reused',
};

/** Codes that only this surface knows to tell apart; their refusals carry them as the code of the issue. All are 400. */
const SYMBOLS = [
  'constraint.validation',
  'dynamic.schema.invalid.json.schema',
  'dynamic.schema.limit.max.number.of.fields.per.schema.would.be.exceeded',
  'general.bad.request',
  'general.conflict',
  'invalid.password',
  'invalid.query.param.value',
  'invalid.value',
  'max.directory.users',
  'max.user.ids',
  'password.empty',
  'too.many.requested.results',
  'too.many.search.criteria',
] as const;
type OwnSymbol = (typeof SYMBOLS)[number];

/** Refuses a member or parameter by Genesys' own code. */
export function refuse(symbol: OwnSymbol, field: string, message: string): never {
  return fail({ code: 'input-invalid', issues: [{ pointer: `/${field.slice(0, 100)}`, message, code: symbol }] });
}

/** A version that has been overtaken: clients look for these words. */
const STALE = 'The version supplied does not match the current version of the user';

export function spell(problem: Problem, { requestId, request, operation }: RefusedCall): HttpReply {
  const { code, issues = [], deletedUserId } = problem;
  const ofSchemas = request.path.includes(SCHEMAS);
  const [usual, status] = (ofSchemas && OF_SCHEMAS[code]) || (OF_CODE[code] ?? OF_KIND[PROBLEMS[code].kind]);
  const [first] = issues;
  // Where nothing is served, it is not the user who is unknown.
  const unknown = usual === 'not.found' && operation !== undefined;
  const ofSchema = unknown && problem.detail === 'schema';
  const ofPerson = unknown && !ofSchemas && !ofSchema && /\/users\/[^/]+/.test(request.path);
  const symbol = SYMBOLS.find((one) => one === first?.code) ?? PASSWORDS[first?.code ?? ''] ?? ofValue(first);
  const notFound = ofSchema && request.method !== 'GET' && `${VALUES}.not.found`;
  const named = symbol ?? (notFound || (ofPerson ? 'general.resource.not.found' : usual));
  return errorReply(status, named, messageOf(problem, ofPerson), requestId, {
    ...(deletedUserId && { entityId: deletedUserId, entityName: 'user' }),
    details: issues.map((issue) => ({ errorCode: named, fieldName: nameOf(issue) })),
    retryAfterSeconds: waitOf(status, problem),
  });
}

const VALUES = 'user.custom.attributes.schema';

/** A value that does not fit its schema. */
const ofValue = (issue: Issue | undefined): string | undefined =>
  issue?.pointer.startsWith('/customAttributes') ? `${VALUES}.validation.error` : undefined;

const nameOf = ({ pointer }: Issue): string => fieldOf(pointer);

function messageOf({ code, issues: [first] = [], detail, from, to }: Problem, ofPerson: boolean): string {
  if (code === 'not-found' && detail === 'schema') return 'Schema not found.';
  if (code === 'version-stale' || code === 'version-conflict') return STALE;
  if (ofPerson) return 'Unable to find a user with that userId';
  if (code === 'state-not-allowed') return `A user who is ${from} cannot become ${to}.`;
  if (first) return [nameOf(first), first.message].filter(Boolean).join(' ');
  return detail && code !== 'method-not-allowed' ? `${PROBLEMS[code].title} ${detail}` : PROBLEMS[code].title;
}

interface Facts {
  entityId?: string;
  entityName?: string;
  details?: { errorCode: string; fieldName: string }[];
  retryAfterSeconds?: number | undefined;
}

function errorReply(
  status: number,
  code: string,
  message: string,
  requestId: string,
  { details = [], retryAfterSeconds, ...entity }: Facts = {},
): HttpReply {
  const body = { message, code, status, ...entity, messageParams: {}, contextId: requestId, details, errors: [] };
  return jsonReply(status, body, {
    'inin-correlation-id': requestId,
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    ...retryAfter(retryAfterSeconds),
  });
}

export const fault = (requestId: string): HttpReply =>
  errorReply(500, 'internal.server.error', 'The server encountered an unexpected condition.', requestId);
