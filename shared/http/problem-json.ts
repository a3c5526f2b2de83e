// How the API spells a problem: RFC 9457 with a stable code, the request's id and, for bad input, the issues.
import { PROBLEMS, type Problem, waitOf } from '../model/problem.ts';
import { jsonReply, retryAfter } from './reply.ts';
import type { HttpReply } from './request.ts';

export function problemReply(problem: Problem, requestId: string): HttpReply {
  const { code, retryAfterSeconds: _, ...facts } = problem;
  const { status, title } = PROBLEMS[code];
  const body = { type: `/docs#${code}`, title, status, code, requestId, ...facts };
  return jsonReply(status, body, {
    'content-type': 'application/problem+json',
    ...(status === 401 && { 'www-authenticate': challenge(code) }),
    ...retryAfter(waitOf(status, problem)),
  });
}

function challenge(code: Problem['code']): string {
  return code === 'token-invalid' ? 'Bearer error="invalid_token"' : 'Bearer';
}

/** A fault of ours: nothing about it leaves the house but the id to look it up by. */
export function faultReply(requestId: string): HttpReply {
  const title = 'Something went wrong on our side.';
  const body = { type: 'about:blank', title, status: 500, code: 'internal-error', requestId };
  return jsonReply(500, body, { 'content-type': 'application/problem+json' });
}
