// What issues tokens: sign-in of people, the switch to another of their orgs, and the token endpoint of the platform's
// identity broker for machine clients. A surface of its own, since it hashes and holds the signing keys.

import * as v from 'valibot';
import type { Wire } from '../../../shared/dialect/fields.ts';
import type { Context } from '../../../shared/directory/context.ts';
import { newId } from '../../../shared/directory/context.ts';
import { findOrgByNumber } from '../../../shared/directory/orgs.ts';
import { type SessionClient, signIn } from '../../../shared/directory/sessions.ts';
import { type Switched, switchOrg } from '../../../shared/directory/switch-org.ts';
import { clientLogin, oauthError } from '../../../shared/http/client-login.ts';
import { type Operation, parse, rawEndpoint } from '../../../shared/http/endpoint.ts';
import { canonicalAddress, type EmailAddress } from '../../../shared/model/email-address.ts';
import { OrgId } from '../../../shared/model/ids.ts';
import { TypedPassword } from '../../../shared/model/password.ts';
import { refuse } from './errors.ts';
import { axway, MOUNT, TOKEN_PATH } from './manner.ts';
import { bodyOf, needed, success } from './query.ts';
import { sessionInfo } from './session-info.ts';

const CLIENTS: readonly SessionClient[] = ['web', 'cli', 'studio'];

/** The platform's session with the tokens that stand for its cookie. */
async function withTokens(
  ctx: Context,
  { person, accessToken, expiresIn, refreshToken }: Switched & { refreshToken?: string },
  from?: string,
): Promise<Wire> {
  const session = await sessionInfo({ ...ctx, principal: person }, from);
  const tokens = {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: expiresIn,
    ...(refreshToken && { refresh_token: refreshToken }),
  };
  return { ...session, ...tokens };
}

/** By number or guid; one that nobody has for what is neither, so that it is refused as any other. */
async function orgNamed(ctx: Context, named: string): Promise<OrgId> {
  const guid = v.safeParse(OrgId, named);
  if (guid.success) return guid.output;
  const number = /^\d{1,16}$/.test(named) ? Number(named) : 0;
  return (await findOrgByNumber(ctx, number)) ?? newId<OrgId>(ctx);
}

const asText = (value: unknown): string | undefined =>
  value === undefined || value === null || value === '' ? undefined : String(value);

const withoutOpenId = ({ scope = '', ...form }: Record<string, string>): Record<string, string> => ({
  ...form,
  scope: scope
    .split(' ')
    .filter((word) => word !== 'openid')
    .join(' '),
});

export const operations: readonly Operation[] = [
  axway('POST /api/v1/auth/login', {
    summary: 'Sign in',
    access: 'anyone',
    rate: 'public',
    takesBody: true,
    async run(ctx, { query, body }) {
      const given = bodyOf(body, ['username', 'password', 'from', 'org_hint', 'provider_guid']);
      const [username, password] = [needed(given, 'username'), needed(given, 'password')];
      const address = canonicalAddress(username) ?? refuse('INVALID_LOGIN_USERNAME');
      const [from, hint] = [asText(given.from), asText(given.org_hint)];
      const client = CLIENTS.find((one) => one === from) ?? 'other';
      const typed = parse(TypedPassword, password, '/password');
      const orgId = hint === undefined ? undefined : await orgNamed(ctx, hint);
      const signedIn = await signIn(ctx, address as EmailAddress, typed, client, orgId);
      return success(query, await withTokens(ctx, signedIn, client));
    },
  }),
  axway('POST /api/v1/auth/switchLoggedInOrg', {
    summary: 'Switch to another of the own orgs',
    access: 'person',
    takesBody: true,
    async run(ctx, { query, body }) {
      const wanted = asText(bodyOf(body, ['org_id']).org_id) ?? refuse('PARAM_REQUIRED', 'org_id');
      return success(query, await withTokens(ctx, await switchOrg(ctx, await orgNamed(ctx, wanted))));
    },
  }),
  rawEndpoint(`POST ${MOUNT}${TOKEN_PATH}`, {
    tag: 'Axway Amplify',
    summary: 'Get a token for a service account',
    access: 'anyone',
    rate: 'public',
    consumes: 'form',
    media: 'application/json',
    body: v.unknown(),
    // The SDK asks for the scope `openid`, which grants nothing; what else a scope says is heard.
    run: (ctx, request, form) => clientLogin(ctx, request, withoutOpenId(form as Record<string, string>)),
    spell: oauthError,
  }),
];
