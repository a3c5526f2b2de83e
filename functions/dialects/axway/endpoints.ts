// The platform's endpoints, by its own document, and what of them is served here. Behind the mount and `/api/v1`.
import type { ListedEndpoint, Served } from '../../../shared/dialect/manual.ts';
import type { Method } from '../../../shared/http/endpoint.ts';

const API = '/api/v1';

const listed = (route: string, served: Served, note?: string, base = API): ListedEndpoint => {
  const [method, path] = route.split(' ') as [Method, string];
  return { method, path: base + path, served, ...(note && { note }) };
};

const FULL = [
  'DELETE /client/{client_id}',
  'DELETE /org/{org_id}/user/{user_guid}',
  'DELETE /session/{session_id}',
  'DELETE /team/{team_id}',
  'DELETE /team/{team_id}/user/{user_id}',
  'GET /auth/checkSession',
  'GET /client',
  'GET /client/{client_id}',
  'GET /client/{client_id}/json',
  'GET /org/{org_id}/user/{user_guid}',
  'GET /role',
  'GET /role/{role_id}',
  'GET /session',
  'GET /user/organizations',
  'GET /user/{user_id}',
  'POST /auth/activate/forgot',
  'POST /auth/forgot',
  'POST /auth/validatePassword',
  'PUT /user/pref',
];

const PARTIAL: Readonly<Record<string, string>> = {
  'DELETE /auth/authenticator': 'Always `AUTH_CODE_DISABLED`, as long as there are no second factors.',
  'DELETE /user/{user_id}': 'Not oneself, which needs a code; can be restored until it is erased.',
  'GET /activity':
    'Newest first; the names of the platform where it has one, else an update of the user or the org. `matched` counts as far as was looked.',
  'GET /auth/activation/{activation_id}':
    'The id is the link’s whole token; every link that cannot be used is `EXPIRED_LINK`.',
  'GET /auth/authenticator': 'Always `AUTH_CODE_DISABLED`, as long as there are no second factors.',
  'GET /auth/findSession':
    'Without a token it is 401, not `null`; `org.users` holds the caller alone; of the org only its name without the right to read it.',
  'GET /auth/logout': 'By bearer token alone; `redirect` is not followed.',
  'GET /auth/password_policy': 'The numbers of the deployment; those of an org stand in `security` of the org.',
  'GET /org/env': 'There are none.',
  'GET /org/{org_id}': '`users` holds the first 2,000; nothing that is bought or provisioned.',
  'GET /entitlement': 'What is counted here: users.',
  'GET /org/{org_id}/usage': 'Users, as many as there are now; of a time that is over nothing is known.',
  'GET /org/{org_id}/user': '`role` is no order; no primary contact.',
  'GET /team':
    'Of an org with at most 200 teams. Of up to five the first 200 members, of more everyone; in an org of more than 2,000 people then the caller alone.',
  'GET /team/{team_id}': 'The first 200 members; `GET …/user` has them all.',
  'GET /team/{team_id}/user': 'People alone, up to 2,000.',
  'POST /auth/activate': '`terms: true` where the org has terms; whoever has an account gives its password.',
  'POST /auth/activate/resend': 'By bearer token with the right to invite; no `suppressEmail`.',
  'POST /auth/activate/signup': 'There are no sign-ups: always `EXPIRED_LINK`.',
  'POST /auth/authenticator': 'Always `AUTH_CODE_DISABLED`, as long as there are no second factors.',
  'POST /auth/deviceauth': 'Always `AUTH_CODE_DISABLED`, as long as there are no second factors.',
  'POST /auth/deviceauth/resend': 'Always `AUTH_CODE_DISABLED`, as long as there are no second factors.',
  'POST /auth/login': 'Answers tokens and sets no cookie; no `provider_guid`.',
  'POST /auth/mfa/send': 'Always `AUTH_CODE_DISABLED`, as long as there are no second factors.',
  'POST /auth/mfa/verify': 'Always `AUTH_CODE_DISABLED`, as long as there are no second factors.',
  'POST /auth/signup': 'Always `SIGNUP_DISABLED`.',
  'POST /auth/switchLoggedInOrg':
    'Answers an access token for that org, as old as the one it was asked with; the session stays where it is.',
  'POST /client': 'No `teams`, no `generateKey`; a secret has 32 characters at least.',
  'POST /org/{org_id}/user': 'No `idp`; the roles are administrator, developer, auditor and the org’s own by id.',
  'POST /session/query':
    'Not by `access_token`; somebody else’s with the right to read what happened, and of the org’s own people alone.',
  'POST /team': 'No default team; the one role of a member is developer.',
  'POST /team/{team_id}/user/{user_id}': 'People alone, with the role developer.',
  'PUT /auth/terms': 'Of the org’s own terms; 404 where it has none.',
  'PUT /client/{client_id}': 'No `teams`, no `generateKey`; a secret has 32 characters at least.',
  'PUT /org/{org_id}': '`name` and `security.password_policy.length` alone.',
  'PUT /org/{org_id}/user/{user_guid}': 'No `idp`.',
  'PUT /team/{team_id}': 'No default team; `users` is the whole list, 100 at most.',
  'PUT /team/{team_id}/user/{user_id}': 'The one role is developer.',
  'PUT /user/profile/{user_id}': 'No second factor; a password or `force_logout` for oneself alone.',
};

/** By the reason why not. Each answers 404, or 405 where its path takes another method. */
const NOT_SERVED: Readonly<Record<string, readonly string[]>> = {
  'No applications.': [
    'DELETE /analytics/custom_query/{query_id}',
    'DELETE /app/{app_id}',
    'GET /aca/{app_id}/crash/{aca_id}',
    'GET /analytics/custom_queries',
    'GET /analytics/custom_queries/{query_id}',
    'GET /analytics/query',
    'GET /app',
    'GET /app/{app_id}',
    'POST /analytics',
    'POST /analytics/custom_query',
    'POST /analytics/error',
    'POST /app',
    'PUT /aca/{app_id}/crash/{aca_id}/metadata/{name}',
    'PUT /analytics/custom_query/{query_id}',
    'PUT /app/{app_id}',
  ],
  'No devices are kept.': ['DELETE /auth/deviceauth/{device_id}', 'GET /auth/deviceauth/{user_id}'],
  'Nobody acts as somebody else.': ['DELETE /auth/impersonate'],
  'No federated sign-in yet.': [
    'DELETE /auth/service/{service}',
    'DELETE /org/{org_id}/domain/{domain}',
    'DELETE /org/{org_id}/idp/{idp_id}',
    'GET /org/{org_id}/domain',
    'GET /org/{org_id}/idp',
    'GET /org/{org_id}/idp/{idp_id}',
    'GET /org/{org_id}/idp/{idp_id}/certificate',
    'GET /org/{org_id}/idp/{idp_id}/descriptor',
    'GET /org/{org_id}/idp/{idp_id}/reload-keys',
    'GET /user/domain/{domain}',
    'GET /user/{user_id}/attribute',
    'POST /org/{org_id}/domain',
    'POST /org/{org_id}/domain/confirm',
    'POST /org/{org_id}/domain/consolidate',
    'POST /org/{org_id}/domain/dissociate',
    'POST /org/{org_id}/domain/enable',
    'POST /org/{org_id}/domain/subdomain',
    'POST /org/{org_id}/domain/verify',
    'POST /org/{org_id}/idp/oidc',
    'POST /org/{org_id}/idp/saml',
    'POST /org/{org_id}/idp/{idp_id}',
    'PUT /org/{org_id}/domain',
    'PUT /org/{org_id}/idp/{idp_id}',
  ],
  'No environments.': ['DELETE /env/{env_id}', 'GET /env', 'GET /env/{env_id}', 'POST /env', 'PUT /env/{env_id}'],
  'See the native API.': [
    'DELETE /export/{export_id}',
    'GET /export',
    'GET /export/download/{export_id}',
    'POST /export',
  ],
  'Orgs are the platform’s business: the native API.': ['DELETE /org/{org_id}'],
  'No marketplaces.': [
    'DELETE /provider/{provider_id}',
    'DELETE /provider/{provider_id}/consumer/{consumer_id}',
    'DELETE /provider/{provider_id}/idp',
    'GET /provider',
    'GET /provider/{provider_id}',
    'GET /provider/{provider_id}/activity',
    'GET /provider/{provider_id}/consumer',
    'GET /provider/{provider_id}/consumer/{consumer_id}',
    'GET /provider/{provider_id}/idp',
    'GET /provider/{provider_id}/oauth/{service}/authorize',
    'GET /provider/{provider_id}/oauth/{service}/callback',
    'GET /provider/{provider_id}/onboarding',
    'POST /provider',
    'POST /provider/{provider_id}/consumer',
    'POST /provider/{provider_id}/idp/oidc',
    'POST /provider/{provider_id}/idp/saml',
    'POST /provider/{provider_id}/oauth/{service}/confirm',
    'PUT /provider/{provider_id}',
    'PUT /provider/{provider_id}/consumer/{org_id}',
    'PUT /provider/{provider_id}/idp',
  ],
  'No stream of events.': ['GET /activity/event'],
  'Nothing is metered or sold.': [
    'GET /org/{org_id}/stats',
    'GET /org/{org_id}/subscription',
    'GET /org/{org_id}/subscription/{subscription_id}',
    'GET /usage',
    'GET /usage/{file_id}',
    'POST /usage',
    'POST /usage/automatic',
  ],
  'No onboarding.': ['PUT /auth/onboarding'],
  'Failures delay, they do not lock.': ['PUT /auth/unlock/{activation_id}'],
  'No primary contact.': ['PUT /org/{org_id}/user/{user_guid}/primary'],
  'No federated sign-in yet: nobody needs a password beside it.': ['PUT /user/credentials'],
};

/** What the SDK calls beside that document, and its login. */
const BESIDE: readonly ListedEndpoint[] = [
  listed('GET /user', 'partial', 'The SDK’s own: `term`, up to 100.'),
  listed('GET /org/{org_id}/family', 'partial', 'The SDK’s own: the org, which has no children here.'),
  listed('GET /entitlement/{metric}', 'partial', 'The SDK’s own: `limit_users`.'),
  listed(
    'POST /auth/realms/Broker/protocol/openid-connect/token',
    'partial',
    'Client credentials of our machine clients, by secret or by an assertion signed with their key.',
    '',
  ),
  listed('GET /auth/realms/Broker/protocol/openid-connect/userinfo', 'full', undefined, ''),
];

export const ENDPOINTS: readonly ListedEndpoint[] = [
  ...FULL.map((route) => listed(route, 'full')),
  ...Object.entries(PARTIAL).map(([route, note]) => listed(route, 'partial', note)),
  ...BESIDE,
  ...Object.entries(NOT_SERVED).flatMap(([note, routes]) => routes.map((route) => listed(route, 'not served', note))),
];
