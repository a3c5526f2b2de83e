// OAuth 2.0 for machine clients: token endpoint (RFC 6749 §4.4), metadata (RFC 8414), key set (RFC 7517).
import * as v from 'valibot';
import type { Context } from '../shared/directory/context.ts';
import { clientLogin, oauthError, TokenForm } from '../shared/http/client-login.ts';
import { type Operation, rawEndpoint } from '../shared/http/endpoint.ts';
import { jsonReply } from '../shared/http/reply.ts';
import { PERMISSIONS } from '../shared/model/principal.ts';
import { publicKeys } from '../shared/security/access-token.ts';
import { ASSERTION_ALGORITHMS } from '../shared/security/client-assertion.ts';

const tag = 'OAuth';

const TokenAnswer = v.object({
  access_token: v.string(),
  token_type: v.literal('Bearer'),
  expires_in: v.number(),
  scope: v.string(),
});

const tokenEndpoint = rawEndpoint('POST /oauth/token', {
  tag,
  summary: 'Get an access token for a machine client',
  description: [
    'Client credentials by Basic, form or a signed assertion (`private_key_jwt`: `aud` this endpoint or the issuer, `jti`',
    'used once, within five minutes of `iat`). The token lives an hour and carries the client’s permissions.',
  ].join(' '),
  access: 'anyone',
  rate: 'public',
  consumes: 'form',
  media: 'application/json',
  body: TokenForm,
  answer: TokenAnswer,
  problems: ['client-invalid'],
  run: clientLogin,
  spell: oauthError,
});

const metadata = (ctx: Context) => ({
  issuer: ctx.baseUrl,
  token_endpoint: `${ctx.baseUrl}/oauth/token`,
  jwks_uri: `${ctx.baseUrl}/oauth/jwks.json`,
  grant_types_supported: ['client_credentials'],
  response_types_supported: [],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
  token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
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

export const operations: readonly Operation[] = [tokenEndpoint, ...discovery, jwks];
