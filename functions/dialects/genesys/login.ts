// The login host of Genesys Cloud: where its clients get a token. A function of its own, since it holds the signing keys.
import { clientLogin, oauthError, TokenForm } from '../../../shared/http/client-login.ts';
import { type Operation, rawEndpoint } from '../../../shared/http/endpoint.ts';
import type { HttpReply } from '../../../shared/http/request.ts';

/** What that system's clients show of a refusal is `description`. */
function described(reply: HttpReply): HttpReply {
  const { error_description: description, ...rest } = JSON.parse(reply.body) as Record<string, unknown>;
  if (description === undefined) return reply;
  return { ...reply, body: JSON.stringify({ ...rest, description, error_description: description }) };
}

/** At the root of a login host, and where a gateway before all hosts puts it. */
const PATHS = ['/oauth/token', '/login/oauth/token'] as const;

export const operations: readonly Operation[] = PATHS.map((path) =>
  rawEndpoint(`POST /genesys${path}`, {
    tag: 'Genesys Cloud',
    summary: 'Get an access token',
    access: 'anyone',
    rate: 'public',
    consumes: 'form',
    media: 'application/json',
    body: TokenForm,
    problems: ['client-invalid'],
    run: async (ctx, request, input) => described(await clientLogin(ctx, request, input)),
    spell: (problem) => described(oauthError(problem)),
  }),
);
