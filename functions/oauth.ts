// OAuth 2.0 for machine clients: token endpoint (RFC 6749 §4.4), metadata (RFC 8414), key set (RFC 7517).
import * as v from 'valibot';
import type { Context } from '../shared/directory/context.ts';
import { newId } from '../shared/directory/context.ts';
import { issueClientToken } from '../shared/directory/orgs.ts';
import { type Operation, rawEndpoint } from '../shared/http/endpoint.ts';
import { jsonReply } from '../shared/http/reply.ts';
import type { HttpReply, HttpRequest } from '../shared/http/request.ts';
import { ClientId } from '../shared/model/ids.ts';
import { PERMISSIONS, type Permission } from '../shared/model/principal.ts';
import { PROBLEMS, type Problem } from '../shared/model/problem.ts';
import { publicKeys } from '../shared/security/access-token.ts';

const tag = 'OAuth';

/** The errors of RFC 6749 §5.2, by the problem behind them. */
function oauthError(problem: Problem): HttpReply {
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

interface Given {
  id: string;
  secret: string;
}

/** Basic (each half form-encoded, RFC 6749 §2.3.1) or in the form, not both. */
function credentialsOf(request: HttpRequest, form: Record<string, string>): Given | undefined {
  const header = request.headers.authorization;
  if (header === undefined) {
    const { client_id: id, client_secret: secret } = form;
    return id !== undefined && secret !== undefined ? { id, secret } : undefined;
  }
  const encoded = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header)?.[1];
  const [id, ...secret] = Buffer.from(encoded ?? '', 'base64')
    .toString('utf8')
    .split(':');
  if (id === undefined || secret.length === 0 || form.client_secret !== undefined) return undefined;
  try {
    const decode = (half: string) => decodeURIComponent(half.replaceAll('+', ' '));
    return { id: decode(id), secret: decode(secret.join(':')) };
  } catch {
    return undefined;
  }
}

async function token(ctx: Context, request: HttpRequest, input: unknown): Promise<HttpReply> {
  // A parameter without a value counts as left out (RFC 6749 §3.2).
  const filled = Object.entries(input as Record<string, string>).filter(([, value]) => value !== '');
  const form: Record<string, string> = Object.fromEntries(filled);
  if (form.grant_type === undefined) return errorReply(400, 'invalid_request', 'grant_type is missing');
  if (form.grant_type !== 'client_credentials') {
    return errorReply(400, 'unsupported_grant_type', 'the grant type here is client_credentials');
  }
  const given = credentialsOf(request, form);
  if (!given) return errorReply(401, 'invalid_client', 'client authentication by Basic or form, one of them');
  const scope = form.scope === undefined ? undefined : readScope(form.scope);
  if (scope === 'unknown') return errorReply(400, 'invalid_scope', 'the scope names an unknown permission');
  // An id of any other shape is looked for like one that exists.
  const named = v.safeParse(ClientId, given.id);
  const id = named.success ? named.output : newId<ClientId>(ctx);
  const { accessToken, expiresIn, permissions } = await issueClientToken(ctx, id, given.secret, scope);
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

const TokenAnswer = v.object({
  access_token: v.string(),
  token_type: v.literal('Bearer'),
  expires_in: v.number(),
  scope: v.string(),
});

const tokenEndpoint = rawEndpoint('POST /oauth/token', {
  tag,
  summary: 'Get an access token for a machine client',
  description: 'Client credentials by Basic or form. The token lives an hour and carries the client’s permissions.',
  access: 'anyone',
  rate: 'public',
  consumes: 'form',
  media: 'application/json',
  body: v.object({ grant_type: v.string(), scope: v.optional(v.string()) }),
  answer: TokenAnswer,
  problems: ['client-invalid'],
  run: token,
  spell: oauthError,
});

/** The token endpoint of Genesys Cloud's login host, with its words: what its clients show of a refusal is `description`. */
const loginEndpoint = rawEndpoint('POST /login/oauth/token', {
  tag,
  summary: 'Get an access token, for clients of Genesys Cloud',
  description: 'As POST /oauth/token. A refusal says its `error_description` in `description`, too.',
  access: 'anyone',
  rate: 'public',
  consumes: 'form',
  media: 'application/json',
  body: v.object({ grant_type: v.string(), scope: v.optional(v.string()) }),
  answer: TokenAnswer,
  problems: ['client-invalid'],
  run: async (ctx, request, input) => described(await token(ctx, request, input)),
  spell: (problem) => described(oauthError(problem)),
});

function described(reply: HttpReply): HttpReply {
  const { error_description: description, ...rest } = JSON.parse(reply.body) as Record<string, unknown>;
  if (description === undefined) return reply;
  return { ...reply, body: JSON.stringify({ ...rest, description, error_description: description }) };
}

const metadata = (ctx: Context) => ({
  issuer: ctx.baseUrl,
  token_endpoint: `${ctx.baseUrl}/oauth/token`,
  jwks_uri: `${ctx.baseUrl}/oauth/jwks.json`,
  grant_types_supported: ['client_credentials'],
  response_types_supported: [],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  scopes_supported: PERMISSIONS,
  service_documentation: `${ctx.baseUrl}/docs`,
});

const discovery = (['oauth-authorization-server', 'openid-configuration'] as const).map((name) =>
  rawEndpoint(`GET /.well-known/${name}`, {
    tag,
    summary: `Metadata of the authorization server (${name})`,
    access: 'anyone',
    rate: 'public',
    media: 'application/json',
    run: async (ctx) => jsonReply(200, metadata(ctx), { 'cache-control': 'public, max-age=300' }),
  }),
);

const jwks = rawEndpoint('GET /oauth/jwks.json', {
  tag,
  summary: 'The public keys of access tokens',
  access: 'anyone',
  rate: 'public',
  media: 'application/json',
  run: async (ctx) => jsonReply(200, publicKeys(ctx.keys.signing), { 'cache-control': 'public, max-age=300' }),
});

export const operations: readonly Operation[] = [tokenEndpoint, loginEndpoint, ...discovery, jwks];
