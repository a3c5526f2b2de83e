// What the documents say of this language: data, read by `npm run docs` and by tests.
import type { ListedEndpoint, Manual } from '../../../shared/dialect/manual.ts';
import { API } from './manner.ts';
import { PLURALS, relations } from './relations.ts';
import { rows } from './rows.ts';

const pointing = `
Mount: \`/outreach\`. Where the client has \`https://api.outreach.io\`, give it \`<base URL>/outreach\`; in a stage with a host
name of its own for this language, that host. Tokens come from \`POST /oauth/token\` of Rollcall by client credentials, and go
into \`Authorization: Bearer …\` as there.

\`\`\`js
import Kitsu from 'kitsu';
const api = new Kitsu({
  baseURL: 'http://127.0.0.1:3000/outreach/api/v2',
  headers: { Authorization: \`Bearer \${token}\` },
  resourceCase: 'none',
});
await api.get('users', { params: { filter: { locked: false }, include: 'role,teams', page: { size: 100 } } });
await api.create('users', { email: 'ada@example.com', firstName: 'Ada' });

import { initSDK } from '@opensdks/runtime';
import { outreachSdkDef } from '@opensdks/sdk-outreach';
const sdk = initSDK(outreachSdkDef, {
  baseUrl: 'http://127.0.0.1:3000/outreach/api/v2',
  headers: { authorization: \`Bearer \${token}\`, 'content-type': 'application/vnd.api+json' },
});
await sdk.PATCH('/users/{id}', { params: { path: { id } }, body: { data: { type: 'user', id, attributes: { locked: true } } } });
\`\`\`

Scopes are the permissions of Rollcall: \`users:read\` for every read, \`users:write\` and \`users:invite\` to create,
\`users:write\` to change, \`roles:write\` and \`teams:write\` for those relationships. A refusal names the scope in this
system's grammar.
`;

const differs = [
  'Creating somebody sends the invite at once, unless `locked` is true; unlocking sends nothing. A new invite for somebody who was unlocked is sent by the native API.',
  '`locked` is the state `inactive`: it ends sessions and links, and the last active administrator cannot be locked. A hold on sign-in by too many failures or by an admin of the native API does not show here.',
  'An address that anybody of the deployment has is taken, as in the native API: who may create people can be refused for a person of another org. No other answer tells that such a person exists.',
  'There are no rate limits by the hour. `X-RateLimit-Limit` is the burst that the instance which answers lets one caller make, `X-RateLimit-Remaining` what is left of it, `X-RateLimit-Reset` the moment at which it is whole again if the caller rests.',
  'Parameters that a list does not take, and unknown attributes and relationships, are refused with 422. Unknown names in `fields[…]` are ignored.',
  'Of several roles the first is shown; writing it keeps the others. `filter[role][id]` finds whoever has the role among theirs.',
  'To-many relationships are writable, as a whole.',
  'Pages hold at most 1,000, and fewer than asked for where the answer would be larger than 5.5 MB or few of those looked at pass a filter: `links.next` leads on. `page[offset]` is at most 10,000. Orders other than createdAt, updatedAt, email and lastName work up to 5,000 matches.',
  '`count` looks at no more than 5,000 people where a filter is given, 1,000 where each costs a read; `count_truncated` then says so. Without `count=true` there is none.',
  'A change that others kept overtaking is refused with 409 `conflict`, an error that is not there.',
  '`dataConnections` is an empty list. `include` leads up to three levels, through `creator` and `updater`: only users are related to anything here.',
  'References that no user is named for are looked for among the first 5,000 people of the org, and come as one page.',
  'Members whose home is another org are shown with names, address, role and teams. Role and teams may be changed, the rest is their home’s: 403, and `canWrite` is false.',
];

const served = (method: ListedEndpoint['method'], path: string, note?: string): ListedEndpoint => ({
  method,
  path: `${API}${path}`,
  served: note ? 'partial' : 'full',
  ...(note && { note }),
});
const missing = (method: ListedEndpoint['method'], path: string, note: string): ListedEndpoint => ({
  method,
  path: path.startsWith('/oauth') ? path : `${API}${path}`,
  served: 'not served',
  note,
});

const OWN: Readonly<Record<string, string>> = {
  role: 'name and times; made by the native API',
  team: 'name and times; made by the native API',
};
const REFERENCE = 'id, and the name where there is one; known by the people who refer to it';

/** Types that can be made, changed or removed there. */
const WRITABLE: Readonly<Record<string, readonly ListedEndpoint['method'][]>> = {
  contentCategory: ['POST', 'PATCH', 'DELETE'],
  contentCategoryOwnership: ['POST', 'DELETE'],
  favorite: ['POST', 'DELETE'],
  mailbox: ['POST', 'PATCH', 'DELETE'],
  profile: ['POST', 'PATCH', 'DELETE'],
  recipient: ['POST', 'PATCH', 'DELETE'],
  role: ['POST', 'PATCH', 'DELETE'],
  team: ['POST', 'PATCH', 'DELETE'],
};

const relatedEndpoints = Object.entries(PLURALS)
  .filter(([type]) => type !== 'user')
  .flatMap(([type, plural]): ListedEndpoint[] => {
    const note = OWN[type] ?? REFERENCE;
    const writes = (WRITABLE[type] ?? []).map((method) =>
      missing(method, method === 'POST' ? `/${plural}` : `/${plural}/{id}`, 'answered with 405'),
    );
    return [served('GET', `/${plural}`, note), served('GET', `/${plural}/{id}`, note), ...writes];
  });

const beside: Record<string, string> = {
  locked: 'read, write: true is the state inactive',
  ...Object.fromEntries(
    relations.map(({ name, readOnly, linkOnly, many }) => [
      name,
      `relationship to ${many ? 'many' : 'one'}: ${linkOnly ? 'link' : readOnly ? 'read' : 'read, write'}`,
    ]),
  ),
};

export const manual: Manual = {
  system: 'outreach',
  title: 'Outreach API v2',
  pointing,
  differs,
  rows,
  beside,
  endpoints: [
    served('GET', '/users'),
    served('POST', '/users'),
    served('GET', '/users/{id}'),
    served('PATCH', '/users/{id}'),
    ...relatedEndpoints,
    missing('GET', '/types', 'answered with 404; users have no custom types there'),
    missing('GET', '/schema.json', 'answered with 404'),
    missing('GET', '/schema/openapi.json', 'answered with 404; the native API publishes its own at /openapi.json'),
    missing('GET', '/oauth/authorize', 'answered with 404; tokens come by client credentials'),
    missing('POST', '/oauth/token', 'under the mount answered with 404; tokens come from /oauth/token'),
  ],
};
