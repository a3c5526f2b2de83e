// How this system speaks: its media type, its refusals, its scopes, the headers of its limits.
import { type Manner, speaking } from '../../../shared/dialect/dialect.ts';
import { wireOf } from '../../../shared/dialect/fields.ts';
import type { Allowance } from '../../../shared/http/bucket.ts';
import { retryAfter } from '../../../shared/http/reply.ts';
import type { HttpReply, HttpRequest } from '../../../shared/http/request.ts';
import { type Issue, PROBLEMS, type Problem, type ProblemCode, waitOf } from '../../../shared/model/problem.ts';
import { PLURALS, relations } from './relations.ts';
import { rows } from './rows.ts';

export const MOUNT = '/outreach';
export const API = '/api/v2';
export const MEDIA = 'application/vnd.api+json';

interface Fault {
  id: string;
  title: string;
  detail?: string;
  source?: { pointer?: string; parameter?: string };
}

export const reply = (status: number, body: unknown, headers: Record<string, string> = {}): HttpReply => ({
  status,
  headers: { 'content-type': MEDIA, ...headers },
  body: JSON.stringify(body),
});

const fault = (id: string, title: string, detail?: string): Fault => ({ id, title, ...(detail && { detail }) });
const invalid = (detail: string, source?: Fault['source']): Fault => ({
  ...fault('validationError', 'Validation Error', detail),
  ...(source && { source }),
});

/** `firstName` is "First name". */
const inWords = (name: string): string => {
  const words = name.replaceAll(/([A-Z])/g, ' $1').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** Refusals about one attribute that the directory tells without saying where. */
const ABOUT: Partial<Record<ProblemCode, [pointer: string, detail: string]>> = {
  'email-taken': ['/data/attributes/email', 'Email has already been taken.'],
  'username-taken': ['/data/attributes/username', 'Username has already been taken.'],
  'domain-not-allowed': ['/data/attributes/email', 'Email must be of a domain of this organization.'],
  'email-unsupported': ['/data/attributes/email', 'Email is of a form that is not supported.'],
  'last-admin': ['/data/attributes/locked', 'The last active administrator must stay one.'],
  'state-not-allowed': ['/data/attributes/locked', 'Locked cannot be changed in the present state of the user.'],
  'role-unknown': ['/data/relationships/role', 'Role does not exist.'],
  'cursor-invalid': ['?page', 'The cursor is not one that this list gave for this query.'],
  'sort-too-large': ['?sort', 'Too many users match to be sorted or paged so. Filter further.'],
};

/** A place in the record, a member of the document, or `?` and the name of a query parameter. */
function sourceOf(pointer: string): Fault['source'] {
  if (pointer.startsWith('?')) return { parameter: pointer.slice(1) };
  if (pointer.startsWith('/data')) return { pointer };
  const attribute = wireOf(rows, pointer);
  if (attribute) return { pointer: `/data/attributes/${attribute}` };
  const [, group, name] = pointer.split('/');
  const related = group === 'relations' ? name : group;
  return relations.some((one) => one.name === related) ? { pointer: `/data/relationships/${related}` } : undefined;
}

function ofIssue({ pointer, message }: Issue): Fault {
  const source = sourceOf(pointer);
  const name = (source?.pointer ?? source?.parameter ?? 'request').split('/').at(-1) ?? '';
  return invalid(`${source?.parameter ? name : inWords(name)} ${message}.`, source);
}

/** The collection that a request is about, by its path. */
const pluralOf = ({ path }: HttpRequest): string => /\/api\/v2\/(\w+)/.exec(path)?.[1] ?? 'users';

/** In this system's grammar: `users.read`, `teams.write`. */
function scopeOf({ detail }: Problem, request: HttpRequest): string {
  if (detail) return detail.replace(':', '.');
  return `${pluralOf(request)}.${request.method === 'GET' ? 'read' : 'write'}`;
}

function notFound(request: HttpRequest): Fault {
  const id = /\/api\/v2\/\w+\/([^/]+)$/.exec(request.path)?.[1];
  const type = Object.keys(PLURALS).find((one) => PLURALS[one] === pluralOf(request));
  const detail = id && type ? `Could not find '${type}' with ID '${id.slice(0, 40)}'.` : 'There is no such endpoint.';
  return fault('resourceNotFound', 'Resource Not Found', detail);
}

function faultsOf(problem: Problem, request: HttpRequest): [status: number, faults: object[]] {
  const { code, issues = [], detail } = problem;
  const { kind, status, title } = PROBLEMS[code];
  const about = ABOUT[code];
  if (code === 'input-invalid' || (issues.length > 0 && kind === 'invalid')) return [422, issues.map(ofIssue)];
  if (about) return [422, [invalid(about[1], sourceOf(about[0]))]];
  if (code === 'media-type-unsupported') {
    const text = `Requests must be of the type ${MEDIA}.`;
    // The member is spelt in the plural there, in this error alone.
    return [415, [{ ...fault('unsupportedMediaType', 'Unsupported Media Type'), details: text }]];
  }
  if (code === 'permission-missing') {
    const scope = scopeOf(problem, request);
    const text = `Your access token does not carry the scope '${scope}'.`;
    return [403, [fault('unauthorizedOauthScope', 'Unauthorized OAuth Scope', text)]];
  }
  switch (kind) {
    case 'unauthenticated':
      return [401, [fault('unauthorized', 'Unauthorized', title)]];
    case 'forbidden':
      return [403, [fault('unauthorizedRequest', 'Unauthorized Request', title)]];
    case 'not-found':
      return [404, [notFound(request)]];
    case 'too-many':
      return [429, [fault('rateLimitExceeded', 'Rate Limit Exceeded', title)]];
    case 'unavailable':
      return [503, [fault('serviceUnavailable', 'Service Unavailable', title)]];
    case 'invalid':
      if (status !== 422) return [status, [fault('badRequest', 'Bad Request', title)]];
      return [422, [invalid(detail ?? title)]];
    default:
      if (code === 'version-conflict' || kind === 'stale') return [409, [fault('conflict', 'Conflict', title)]];
      return [422, [invalid(title)]];
  }
}

function spell(problem: Problem, { request }: { requestId: string; request: HttpRequest }): HttpReply {
  const [status, faults] = faultsOf(problem, request);
  return reply(
    status,
    { errors: faults },
    {
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...retryAfter(waitOf(status, problem)),
    },
  );
}

/** What the edge enforces, which is a burst that fills up again, not a number for each hour. */
const limits = ({ limit, remaining, fullAt }: Allowance): Record<string, string> => ({
  'x-ratelimit-limit': String(limit),
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-reset': fullAt.toISOString(),
});

const manner: Manner = {
  tag: 'Outreach',
  mount: MOUNT,
  media: MEDIA,
  consumes: 'json-api',
  spell,
  fault: (requestId) =>
    reply(500, { errors: [fault('internalServerError', 'Internal Server Error', `Request ${requestId}.`)] }),
  limits,
};

export const operation = speaking(manner);
