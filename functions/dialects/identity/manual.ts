// What the documents say of this language: data, read by `npm run docs` and by tests.
import type { ListedEndpoint, Manual } from '../../../shared/dialect/manual.ts';
import { ATTRIBUTES, FIELDS, TAGS } from './fields.ts';
import { METHODS } from './methods.ts';

const pointing = `
Mount: \`/identity\`. The service itself was SOAP, its WSDL was never public, and no client of its vendor is. So there are two
bindings of the same methods: one in JSON, and a SOAP 1.1 facade whose WSDL is published here.

\`\`\`js
import * as soap from 'soap';
const client = await soap.createClientAsync('http://127.0.0.1:3000/identity/soap?wsdl', {
  endpoint: 'http://127.0.0.1:3000/identity/soap',
  attributesKey: '$attributes', // users have a member named \`attributes\`
});
client.setSecurity(new soap.WSSecurity(clientId, clientSecret, { passwordType: 'PasswordText' }));
const [{ result }] = await client.showUserAsync({ user: { externalId: 'jdoe' } });
\`\`\`

\`\`\`sh
curl http://127.0.0.1:3000/identity/v1/users/jdoe -H "Authorization: Bearer $TOKEN"
curl http://127.0.0.1:3000/identity/v1/rpc/listUsers -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' -d '{"sample":{"lastName":"Doe","roles":["Agent"]}}'
\`\`\`

The WS-Security UsernameToken carries id and secret of a machine client of the org, as PasswordText; in JSON its access token
from \`POST /oauth/token\`. What it may do are its permissions: \`users:read\`, \`users:write\`, \`users:invite\`,
\`users:delete\`, \`users:set-password\`, \`roles:write\`, \`orgs:read\`, \`orgs:write\`.
`;

const differs = [
  'The key of a user, `externalId`, is the externalId of the record, else the username, else the address; and a user is found by any of the three.',
  '`createUser` sends an invite, since nobody could come in otherwise, unless `loginEnabled` is false. `loginEnabled: false` is the state `inactive`.',
  '`AccountManager` is the role admin, `Agent` is member. Other roles go by their own names and ids. Nobody gives or takes more than they hold.',
  'A user whose home is another org has roles here; everything else is changed there.',
  'An org that an argument names must be that of the token. Any other does not exist.',
  '`url` of a request names the page, never the link: only the letter carries that. Requests are completed by the letter’s token, in the body.',
  'Both requests have an `id` here, which they lack there; without it nothing could be shown or deleted. Deleting one ends its link, also before the letter went out.',
  'Answers to security questions are hashed like passwords, need `users:set-password`, and are shown to nobody. They are kept, and nothing asks for them yet.',
  'Four names are misspelt in the guide (`sercurityQuestionText2`, `sercurityQuestionText3`, `sercurityQuestionAnswer1`, `sercurityQuestionAnswer2`): both spellings are taken, the guide’s are shown.',
  '`createdBy` and `modifiedBy` name a machine client by its id, which is the Username it signs in with; no user is found by it. Whoever uses the link of a request is its user.',
  'A list by example answers up to 1,000 users, more are `RESULT_TOO_LARGE`; so is a sample that too many must be looked at for.',
  'Codes of authentication and permission are ours (`AUTHENTICATION_FAILED`, `PERMISSION_DENIED`, `SYSTEM_UNAVAILABLE`, `SYSTEM_ERROR`): the guide’s readable pages name none.',
  'SOAP takes no document type, no entities, no processing instructions, 256 KB and no digest passwords.',
];

const served = (method: ListedEndpoint['method'], path: string, note?: string): ListedEndpoint => ({
  method,
  path,
  served: note ? 'partial' : 'full',
  ...(note && { note }),
});
const missing = (path: string, note: string): ListedEndpoint => ({ method: 'POST', path, served: 'not served', note });
const ORG_CHANGES = 'its name (`applicationName`) and preferences; other settings through the native API';
const NOTES: Readonly<Record<string, string>> = {
  changeOrg: ORG_CHANGES,
  listOrgs: 'a token sees its own org alone, which has no parent and no children',
};
const NO_GROUPS = 'agent groups of that platform are not kept';

const endpoints: readonly ListedEndpoint[] = [
  served('POST', '/v1/users'),
  served('GET', '/v1/users'),
  served('GET', '/v1/users/{key}'),
  served('PUT', '/v1/users/{key}'),
  served('PATCH', '/v1/users/{key}'),
  served('DELETE', '/v1/users/{key}'),
  ...(['passwordResetRequests', 'contactPointValidations'] as const).flatMap((path) => [
    served('POST', `/v1/${path}`),
    served('GET', `/v1/${path}/{id}`),
    served('DELETE', `/v1/${path}/{id}`),
    served('POST', `/v1/${path}/complete`, 'the token of the letter stands in the body, not in the path'),
  ]),
  served('GET', '/v1/org'),
  served('PUT', '/v1/org', ORG_CHANGES),
  served('PATCH', '/v1/org', ORG_CHANGES),
  ...METHODS.map(({ name }) => served('POST', `/v1/rpc/${name}`, NOTES[name])),
  served('POST', '/soap'),
  served('GET', '/soap'),
  missing('/v1/rpc/createAgents', NO_GROUPS),
  missing('/v1/rpc/createAgentsUsingString', NO_GROUPS),
  missing('/v1/rpc/createOrg', 'orgs are made by the platform, through the native API'),
  missing('/v1/rpc/deleteOrg', 'orgs are not deleted'),
  missing(
    '/v1/rpc/listPreferences',
    'what the platform lets an org prefer is not kept; what an org prefers is shown by showOrg',
  ),
  missing('/v1/rpc/listCapabilities', 'capabilities of the platform are not kept'),
  missing('/v1/rpc/showSystemInfo', 'tells about the platform'),
];

const request = (kind: string): Record<string, string> => ({
  [`${kind}.user`]: 'read, set at creation',
  [`${kind}.createdDate`]: 'read',
  [`${kind}.updatedDate`]: 'read',
  [`${kind}.createdBy`]: 'read',
  [`${kind}.modifiedBy`]: 'read',
  [`${kind}.url`]: 'read, without the token',
});

export const manual: Manual = {
  system: 'identity',
  title: 'The language of the Engage Identity service',
  pointing,
  differs,
  rows: [...FIELDS, ...ATTRIBUTES, TAGS],
  beside: {
    externalId: 'read, set at creation',
    roles: 'read, write',
    loginEnabled: 'read, write',
    preferences: 'read, write; a pair without a value goes',
    createdBy: 'read',
    modifiedBy: 'read',
    securityQuestionId1: 'read, write',
    securityQuestionId2: 'read, write',
    securityQuestionId3: 'read, write',
    securityQuestionText1: 'read, write',
    sercurityQuestionText2: 'read, write',
    sercurityQuestionText3: 'read, write',
    sercurityQuestionAnswer1: 'write',
    sercurityQuestionAnswer2: 'write',
    securityQuestionAnswer3: 'write',
    ...request('PasswordResetRequest'),
    'PasswordResetRequest.owner': 'read',
    ...request('ContactPointValidation'),
  },
  endpoints,
};
