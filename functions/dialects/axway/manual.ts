// What the documents say of the Amplify Platform's language: data for `npm run docs` and for tests, carried by no function.
import type { Manual } from '../../../shared/dialect/manual.ts';
import { ENDPOINTS } from './endpoints.ts';
import { ROWS } from './fields.ts';

export const manual: Manual = {
  system: 'axway',
  title: 'Axway Amplify Platform',
  pointing: `
The API lies below \`/axway/api/v1\`, the login of service accounts at \`/axway/auth/realms/Broker\`. A host name of its own
(\`hosts\` in infra/stages.ts) has both at its root.

\`\`\`js
const AmplifySDK = require('@axway/amplify-sdk').default;
const base = 'http://127.0.0.1:3000/axway';
const sdk = new AmplifySDK({
  baseUrl: base, platformUrl: base, realm: 'Broker', tokenStoreType: 'memory', requestOptions: {},
  serviceAccount: true, clientId, clientSecret, // of a machine client
});
const account = await sdk.auth.login({});
await sdk.org.user.list(account, account.org.id);
\`\`\`

People sign in by \`POST /axway/api/v1/auth/login\`; its \`result\` carries \`access_token\` and \`refresh_token\`. Their tokens
are those of the native API, so \`POST /v1/sessions/refresh\` renews them.

| there | here |
|---|---|
| administrator | admin, and owner: an owner who is written back as administrator stays an owner |
| developer | member; also the one role that members of a team have |
| auditor | viewer |
| an id | a role of the org's own |
`,
  differs: [
    'The HTTP status is the `code` of the body.',
    'No cookie is ever set or read: `connect.sid` would let other sites act. The token is all there is.',
    'The id of an activation is the link’s whole token, in paths and in bodies; unknown, used and expired links are one answer, `EXPIRED_LINK` (9). Reading one changes nothing.',
    'Sign-in answers `INVALID_LOGIN` (2) until the password was right, then the state: `USER_NOT_ACTIVATED` (3), `USER_NOT_ACTIVE` (4, also for a locked account), `MISSING_PASSWORD` (13).',
    'Failed sign-ins are delayed with 429 and `Retry-After`; so are too many asks for a reset (`PASSWORD_RESET_DISABLED`, 429).',
    'Sending an invite again needs the right to invite.',
    'A profile sets nobody else’s password, and the own one only with the present one.',
    'Second factors, devices and federated sign-in do not exist yet: `mfa` and `authenticator_enabled` read false, and asking for them is `AUTH_CODE_DISABLED`.',
    'What is unset is left out, empty, zero or false: the platform’s own schema allows no null.',
    'Names longer than 50 characters and addresses longer than 217 are shown cut; longer ones are refused; the cut value written back changes nothing.',
    'An org that a path, query or body names is checked against the token’s: any other is unknown.',
    'A list of members without `limit` holds up to 2,000; more need pages. Without `sort[]` it is in the order of creation.',
    'The SDK’s `switchOrg` opens a page of the platform, which is not here: `POST /auth/switchLoggedInOrg` answers a token for the other org, which the SDK takes as it takes any that is brought. There `orgs` of the session holds that org alone: where else somebody is, their home alone is told.',
    'A machine client shows itself in its session as a user with an address under `clients.invalid`, since the SDK wants a user.',
    'The secret of a service account is kept as a keyed hash and never shown; it must be strong: 32 to 256 visible characters of ASCII, such as a UUID. A public key is RSA of 2,048 to 4,096 bits, or EC on P-256. A new one ends the one before it and every token made with that.',
    'A service account gets the rights of administrator, developer and auditor, never more than the caller has; without roles it may do nothing. One that the native API gave other rights shows the role that is nearest, and keeps them when that is written back. Teams have people in them alone.',
    'An assertion of a service account is used once, within five minutes of when it was made, even if it says that it lives an hour, as the SDK’s do.',
    'Sessions of somebody else are shown to whoever may read people and what happened to them, and ended by nobody but their own person.',
    'The platform’s document contradicts itself in places: `DefaultFields` and the two kinds of service account forbid the members that they are combined with, the actor of an event must be and not be of two kinds, `orgs` of a session is called a text, a password policy ends below its own defaults (128 and 5), members have no `roles` though their default fields name it. Here it is what the SDK reads.',
  ],
  rows: ROWS,
  beside: {
    username: 'read; shows the address',
    active: 'read, write',
    default_org: 'read, write: the number of one of the person’s orgs',
    prefs: 'read; one at a time by `PUT /user/pref`',
    email: 'read; set by the invite',
    mfa: 'read; false',
    authenticator_enabled: 'read; false',
    terms_updated: 'read; set by `PUT /auth/terms`',
  },
  endpoints: ENDPOINTS,
};
