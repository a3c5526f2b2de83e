// Client credentials over HTTP (RFC 6749 §4.4), proven by a secret or an assertion (RFC 7523): the same answers wherever a
// machine client signs in.
import * as v from 'valibot';
import { type ClientProof, issueClientToken } from '../directory/clients.ts';
import type { Context } from '../directory/context.ts';
import { newId } from '../directory/context.ts';
import { ClientId } from '../model/ids.ts';
import { PERMISSIONS, type Permission } from '../model/principal.ts';
import { PROBLEMS, type Problem } from '../model/problem.ts';
import { ASSERTION_TYPE, claimedClient } from '../security/client-assertion.ts';
import { jsonReply } from './reply.ts';
import type { HttpReply, HttpRequest } from './request.ts';

/** The errors of RFC 6749 §5.2, by the problem behind them. */
export function oauthError(problem: Problem): HttpReply {
  const { status, title } = PROBLEMS[problem.code];
  const error = status === 401 ? 'invalid_client' : status >= 500 ? 'temporarily_unavailable' : 'invalid_request';
  return errorReply(status, error, title, problem.retryAfterSeconds);
}

function errorReply(status: number, error: string, description: string, retryAfter?: number): HttpReply {
  return jsonReply(
    status,
    { error, error_description: description },
    {
      ...(status === 401 && { 'www-authenticate': 'Basic realm="rollcall"' }),
      ...((status === 429 || status === 503) && { 'retry-after': String(retryAfter ?? 2) }),
    },
  );
}

/** What a token request says beside the client's credentials, which are read off the same form. */
export const TokenForm = v.object({ grant_type: v.string(), scope: v.optional(v.string()) });

interface Given {
  id: string;
  proof: ClientProof;
}

/** In one way, never in two: an assertion, Basic (each half form-encoded, RFC 6749 §2.3.1), or a secret in the form. */
function credentialsOf(ctx: Context, request: HttpRequest, form: Record<string, string>): Given | undefined {
  const header = request.headers.authorization;
  const { client_id: named, client_secret: given, client_assertion: assertion, client_assertion_type: type } = form;
  if (assertion !== undefined || type !== undefined) {
    const id = assertion === undefined || type !== ASSERTION_TYPE ? undefined : claimedClient(assertion);
    if (assertion === undefined || id === undefined || header !== undefined || given !== undefined) return undefined;
    // What the form says of the client must be what the assertion says (RFC 7521 §4.2).
    if (named !== undefined && named !== id) return undefined;
    return { id, proof: { assertion, audiences: audiencesOf(ctx, request) } };
  }
  if (header === undefined) {
    return named !== undefined && given !== undefined ? { id: named, proof: { secret: given } } : undefined;
  }
  const encoded = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header)?.[1];
  const [id, ...secret] = Buffer.from(encoded ?? '', 'base64')
    .toString('utf8')
    .split(':');
  if (id === undefined || secret.length === 0 || given !== undefined) return undefined;
  try {
    const decode = (half: string) => decodeURIComponent(half.replaceAll('+', ' '));
    return { id: decode(id), proof: { secret: decode(secret.join(':')) } };
  } catch {
    return undefined;
  }
}

/**
 * Whom an assertion may be meant for: the issuer, or the endpoint that was called, by the addresses that the deployment
 * knows of it. The request's own host is never asked.
 */
function audiencesOf({ baseUrl, hosts = {} }: Context, { path }: HttpRequest): string[] {
  const [, mount = ''] = path.split('/');
  // A language's login may also stand at the root, as on a host of its own.
  const atRoot = path.slice(mount.length + 1);
  const host = hosts[mount];
  return [baseUrl, `${baseUrl}${path}`, `${baseUrl}${atRoot}`, ...(host ? [`https://${host}${atRoot}`] : [])];
}

/** Answers a token request: the form's fields, and the client's credentials in them or as Basic. */
export async function clientLogin(ctx: Context, request: HttpRequest, input: unknown): Promise<HttpReply> {
  // A parameter without a value counts as left out (RFC 6749 §3.2).
  const filled = Object.entries(input as Record<string, string>).filter(([, value]) => value !== '');
  const form: Record<string, string> = Object.fromEntries(filled);
  if (form.grant_type === undefined) return errorReply(400, 'invalid_request', 'grant_type is missing');
  if (form.grant_type !== 'client_credentials') {
    return errorReply(400, 'unsupported_grant_type', 'the grant type here is client_credentials');
  }
  const given = credentialsOf(ctx, request, form);
  if (!given)
    return errorReply(401, 'invalid_client', 'client authentication by Basic, form or assertion, one of them');
  const scope = form.scope === undefined ? undefined : readScope(form.scope);
  if (scope === 'unknown') return errorReply(400, 'invalid_scope', 'the scope names an unknown permission');
  // An id of any other shape is looked for like one that exists.
  const named = v.safeParse(ClientId, given.id);
  const id = named.success ? named.output : newId<ClientId>(ctx);
  const { accessToken, expiresIn, permissions } = await issueClientToken(ctx, id, given.proof, scope);
  if (scope?.some((permission) => !permissions.includes(permission))) {
    return errorReply(400, 'invalid_scope', 'the scope names a permission that the client lacks');
  }
  const answer = {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: expiresIn,
    scope: permissions.join(' '),
  };
  return jsonReply(200, answer, { 'cache-control': 'no-store', pragma: 'no-cache' });
}

function readScope(scope: string): Permission[] | 'unknown' {
  const names = scope.split(' ').filter(Boolean);
  const known = PERMISSIONS.filter((permission) => names.includes(permission));
  return known.length === new Set(names).size ? known : 'unknown';
}
