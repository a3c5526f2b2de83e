// What the documents say of this language: data, read by `npm run docs` and by tests.
import type { ListedEndpoint, Manual } from '../../../shared/dialect/manual.ts';
import { ROWS } from './fields.ts';

const pointing = `
Mount: \`/genesys\`, with the API below \`/genesys/api/v2\`. The login is \`POST /login/oauth/token\` at the base URL: client
credentials of Rollcall by Basic, as that system's clients send them. A person's token comes from \`POST /v1/sessions\`.

\`\`\`js
const platform = require('purecloud-platform-client-v2');
const client = platform.ApiClient.instance;
client.setGateway({
  host: '127.0.0.1',
  port: 3000,
  protocol: 'http',
  path_params_api: 'genesys',
  path_params_login: 'login',
});
await client.loginClientCredentialsGrant(clientId, clientSecret);
const users = new platform.UsersApi();
await users.getUsers({ pageSize: 100, expand: ['skills', 'authorization'] });
\`\`\`

In a stage with a host name of its own for this language (\`hosts\` in \`infra/stages.ts\`) API and login stand at its root,
\`/api/v2\` and \`/oauth/token\`. A name may be a wildcard, \`*.calls.example.com\`: of that domain the client makes two
hosts itself. Either of these:

\`\`\`js
client.setGateway({ host: 'genesys.example.com' }); // of one name
client.setEnvironment('calls.example.com'); // of a wildcard: api.calls.example.com, login.calls.example.com
\`\`\`

The Terraform provider's \`gateway\` block takes the same host, port, protocol and paths.

| needs there | needs here |
|---|---|
| directory:user:view | \`users:read\` |
| directory:user:add, directory:user:edit, routing:skill:assign, routing:queue:join | \`users:write\` |
| directory:user:delete, and restoring | \`users:delete\` |
| directory:user:setPassword for an invite | \`users:invite\` |
| directory:user:setPassword for a password | \`users:set-password\`, and the org setting \`adminMaySetPasswords\` |
| authorization:grant:add | \`roles:write\` |
| users:customAttributesSchema:view | \`users:read\` |
| users:customAttributesSchema:add, :edit, :delete | \`orgs:write\` |
| groups of a user | \`teams:write\` beside \`users:write\` |
`;

const differs = [
  'Creating somebody sends nothing; `POST /users/{id}/invite` does. Whoever was never in is shown `active`, and comes in by the invite alone: the first proof of the address wipes a password that was set before it.',
  'Setting the password of somebody ends their sessions and links (a pending invite among them: send it again with `force`), suspends their memberships in other orgs and is told to them. It is refused for the own password, for people who may more than the caller, and in orgs that have not allowed it.',
  'A password given to somebody new is set behind making them: whatever the refusal says of it, the user is there, and `POST /users/{id}/password` is the way to try again.',
  '`acdAutoAnswer` and `groups` in a change are changes of their own behind that of the record, and `acdAutoAnswer` raises no version. `Idempotency-Key` is not looked at.',
  'A stale `version` is 409 `general.conflict` with the words that clients look for. A missing one is 400 `constraint.validation`.',
  'A `stateChangeReason` is of one change of the state: the next, by whatever way, replaces or removes it. Of staged, invited and active, which are all `active` there, `stateChangeDate` tells the change among them, too.',
  'A change of the address holds at once, is unproven, and ends sessions and links. One’s own address is changed by proof in the native API.',
  '`username` is the address for whoever has none of their own. A username here holds no `@`.',
  '`name` is the name to show. Of somebody new it also gives the two parts, split at the last space; a later change of it leaves the parts as they are.',
  '`division` of whoever belongs to none is the home division, named Home, with the id of the org. `divisionId` may be left out.',
  'Members without a value are shown empty (`""`, `[]`, `{}`), as the vendor’s own document allows no null; `manager`, `team` and dates are left out then.',
  '`PUT` of roles is compared with what the user has: what stays asks for nothing, what is given or taken must be among the caller’s own permissions, and one active owner or admin remains. There must be one role at least.',
  'Skills, languages and queues have no catalogue here: any id is taken, and its name is the id where no name is given.',
  'Lists are in the order of family and given name; of several states, deleted users stand behind the others. Pages are at most 500, and begin at most 10,000 users in.',
  'Custom attributes: an org has at most 20 schemas of 25 fields, a schema 40 versions, a user 16,000 characters of values. Bounds left out are the widest of the core type. The next version of a schema keeps its fields and their types, widens bounds and adds options: what fitted still fits, and values are shown under the newest version. The title of a schema is its name. A disabled schema takes no values and shows those there are.',
  'Values of a deleted schema are not shown here. They stay in the record, where the native API shows them by the id of the schema, until somebody takes them away.',
  '`expand=customAttributes` shows a list of what `/customattributes/{schemaId}` shows, of all schemas or of those in `userCustomAttributeSchemaIds`.',
  'A search takes at most 20 criteria. REGEX and QUERY_STRING are refused by name, and so are fields that are not searchable. All results score alike: `SCORE` is the order of names. A total is exact up to 5,000 matches.',
  'Users whose home is another org are shown with names, address and roles, and cannot be changed here.',
  'An unknown `expand` is refused; one whose data is not kept here leaves its member out.',
  'Of the members that are newer than `OrgUser`, `preferredName`, `dateLastLogin`, `dateWelcomeSent` and `selfUri` are served. `integrationPresence` and `workPlanBidRanks` are left out: nothing here knows them.',
  'What is not served answers 404 `not.found`.',
];

type Verb = ListedEndpoint['method'];
const at = (path: string): string => `/api/v2${path.startsWith('/profiles') ? '' : '/users'}${path}`;
const full = (path: string, ...methods: Verb[]): ListedEndpoint[] =>
  methods.map((method) => ({ method, path: at(path), served: 'full' }));
const partly = (note: string, path: string, ...methods: Verb[]): ListedEndpoint[] =>
  methods.map((method) => ({ method, path: at(path), served: 'partial', note }));
const missing = (note: string, path: string, ...methods: Verb[]): ListedEndpoint[] =>
  methods.map((method) => ({ method, path: at(path), served: 'not served', note }));

const NO_PRESENCE = '`integrationPresenceSource` is not looked at: nothing here knows presences elsewhere';
const NO_CATALOGUE = 'any id is taken: there is no catalogue';
const FACTORS = 'second factors are not there yet';
const CALLS = 'telephony is not there yet';
const SCHEMA = '`required`, and members of a property that the core types do not have, are refused';
const LOGINS = ['/oauth/token', '/login/oauth/token'];
const CLIENTS = 'of its grants that of client credentials; the second path is at the base, too';
const PERIPHERAL = 'belongs to another part of that system';

const endpoints: readonly ListedEndpoint[] = [
  ...LOGINS.map((path): ListedEndpoint => ({ method: 'POST', path, served: 'partial', note: CLIENTS })),
  ...partly(NO_PRESENCE, '', 'GET'),
  ...full('', 'POST'),
  ...partly(NO_PRESENCE, '/query', 'GET'),
  ...full('/bulk', 'PATCH'),
  ...partly(
    'of `expand` left out are settings of geolocation and of automatic answers, and what has no catalogue here: ' +
      'presences, routing skills and languages, products, favorites, trustors, configurations of fields, log capture',
    '/me',
    'GET',
  ),
  ...full('/me/password', 'POST'),
  ...partly('REGEX, QUERY_STRING and `dateFormat` are refused', '/search', 'POST', 'GET'),
  ...full('/{userId}', 'GET', 'PATCH', 'DELETE'),
  ...full('/{userId}/invite', 'POST'),
  ...full('/{userId}/password', 'POST'),
  ...partly(
    'permissions are those of Rollcall in that system’s words; no policies',
    '/{subjectId}/roles',
    'GET',
    'PUT',
  ),
  ...full('/{userId}/state', 'GET', 'PUT'),
  ...full('/{userId}/profileskills', 'GET', 'PUT'),
  ...partly(NO_CATALOGUE, '/{userId}/routingskills', 'GET', 'POST'),
  ...partly(NO_CATALOGUE, '/{userId}/routingskills/bulk', 'PUT', 'PATCH'),
  ...partly(NO_CATALOGUE, '/{userId}/routingskills/{skillId}', 'PUT', 'DELETE'),
  ...partly(NO_CATALOGUE, '/{userId}/routinglanguages', 'GET', 'POST'),
  ...partly(NO_CATALOGUE, '/{userId}/routinglanguages/bulk', 'PATCH'),
  ...partly(NO_CATALOGUE, '/{userId}/routinglanguages/{languageId}', 'PATCH', 'DELETE'),
  ...partly(`${NO_CATALOGUE}, and a queue is joined by naming it`, '/{userId}/queues', 'GET', 'PATCH'),
  ...partly(`${NO_CATALOGUE}, and a queue is joined by naming it`, '/{userId}/queues/{queueId}', 'PATCH'),
  ...partly('every status may follow every other', '/{userId}/routingstatus', 'GET', 'PUT'),
  ...full('/{userId}/externalid', 'GET', 'POST'),
  ...full('/{userId}/externalid/{authorityName}', 'GET'),
  ...full('/{userId}/externalid/{authorityName}/{externalKey}', 'DELETE'),
  ...full('/externalid/{authorityName}/{externalKey}', 'GET'),
  ...full('/{userId}/outofoffice', 'GET', 'PUT'),
  ...full('/{userId}/customattributes', 'PUT', 'PATCH'),
  ...full('/{userId}/customattributes/{schemaId}', 'GET', 'DELETE'),
  ...full('/{userId}/customattributes/bulk', 'GET', 'PATCH'),
  ...full('/customattributes/schemas', 'GET'),
  ...partly(SCHEMA, '/customattributes/schemas', 'POST'),
  ...full('/customattributes/schemas/{schemaId}', 'GET', 'DELETE'),
  ...partly(SCHEMA, '/customattributes/schemas/{schemaId}', 'PUT'),
  ...full('/customattributes/schemas/{schemaId}/versions', 'GET'),
  ...full('/customattributes/schemas/{schemaId}/versions/{versionId}', 'GET'),
  ...full('/customattributes/schemas/coretypes', 'GET'),
  ...full('/customattributes/schemas/coretypes/{coreTypeName}', 'GET'),
  ...full('/customattributes/schemas/limits', 'GET'),
  ...partly('the first 200', '/{userId}/directreports', 'GET'),
  ...partly('the nearest 20', '/{userId}/superiors', 'GET'),
  ...partly('the first 200 on each side', '/{userId}/adjacents', 'GET'),
  ...missing(FACTORS, '/{userId}/verifiers', 'GET'),
  ...missing(FACTORS, '/{userId}/verifiers/{verifierId}', 'PUT', 'DELETE'),
  ...missing(CALLS, '/{userId}/station', 'GET'),
  ...missing(CALLS, '/{userId}/station/associatedstation', 'DELETE'),
  ...missing(CALLS, '/{userId}/station/associatedstation/{stationId}', 'PUT'),
  ...missing(CALLS, '/{userId}/station/defaultstation', 'DELETE'),
  ...missing(CALLS, '/{userId}/station/defaultstation/{stationId}', 'PUT'),
  ...missing(CALLS, '/stations/me', 'GET'),
  ...missing(CALLS, '/stations/me/associatedstation', 'DELETE'),
  ...missing(CALLS, '/stations/me/associatedstation/{stationId}', 'PUT'),
  ...missing(CALLS, '/{userId}/callforwarding', 'GET', 'PUT', 'PATCH'),
  ...missing('shown by `expand`; written by the native API', '/{userId}/geolocations/{clientId}', 'GET', 'PATCH'),
  ...missing('deprecated there', '/{userId}/favorites', 'GET'),
  ...missing('deprecated there', '/{userId}/profile', 'GET'),
  ...missing('deprecated there', '/profiles/users', 'GET'),
  ...missing(PERIPHERAL, '/{userId}/trustors', 'GET'),
  ...missing(PERIPHERAL, '/{userId}/skillgroups', 'GET'),
  ...missing(PERIPHERAL, '/chats/me', 'GET'),
  ...missing(PERIPHERAL, '/search/teams/assign', 'POST'),
  ...missing(PERIPHERAL, '/development/activities', 'GET'),
  ...missing(PERIPHERAL, '/development/activities/me', 'GET'),
  ...missing(PERIPHERAL, '/development/activities/{activityId}', 'GET'),
  ...missing(PERIPHERAL, '/development/activities/aggregates/query', 'POST'),
];

export const manual: Manual = {
  system: 'genesys',
  title: 'Genesys Cloud',
  pointing,
  differs,
  rows: ROWS,
  beside: {
    state: 'read; written alone, or by `/state`',
    version: 'read; must come back with a change',
    primary_contact_info: 'read: address, phone, contacts marked PRIMARY',
    division: 'read, set at creation by `divisionId`',
    acd_auto_answer: 'read, write',
    groups: 'on `expand`; write',
    team: 'on `expand`: the first team',
    authorization: 'on `expand`; written by `/roles`',
    organization: 'on `expand` of `/me`',
    last_token_issued: 'on `expand`',
    language_preference: 'on `expand`',
    routing_status: 'on `expand`; written by `/routingstatus`',
    skills: 'on `expand`; written by `/routingskills`',
    languages: 'on `expand`; written by `/routinglanguages`',
    conversation_summary: 'on `expand`',
    presence: 'on `expand`',
    out_of_office: 'on `expand`; written by `/outofoffice`',
    geolocation: 'on `expand`',
    station: 'on `expand`',
    certifications: 'on `expand`; write',
    biography: 'on `expand`; write',
    employer_info: 'on `expand`; write',
    profile_skills: 'on `expand`; write',
    locations: 'on `expand`; write',
  },
  endpoints,
};
