// A valid request for every operation, over a subject of its own. What sweeps, kill points and documents are tried on.

import { bulkRequests } from './operations/bulk.ts';
import { erasureRequests } from './operations/erasures.ts';
import { eventsRequests } from './operations/events.ts';
import { findingRequests } from './operations/finding.ts';
import { jobRequests } from './operations/jobs.ts';
import { structureRequests } from './operations/structure.ts';
import { workRequests } from './operations/work.ts';
import type { Json } from './service.ts';
import {
  activePerson,
  NEW_PASSWORD,
  newAddress,
  newUserOf,
  ok,
  PASSWORD,
  type Person,
  type World,
  withLetters,
} from './world.ts';

export interface Request {
  path: string;
  token?: string;
  body?: Json;
  form?: Record<string, string>;
  headers?: Record<string, string>;
  /** What the valid request answers. */
  status: number;
}

/** Prepares the subject and makes the request. `route` is the operation's own. */
export type Prepare = (world: World) => Promise<Request>;

const user = async (w: World, body?: Json): Promise<string> => (await newUserOf(w, body)).id;

/** A request about a new person that is first moved by other operations. */
const about =
  (tail: string, status: number, before: string[] = [], body?: Json): Prepare =>
  async (w) => {
    const id = await user(w);
    const reason = { reason: 'a test' };
    for (const move of before) {
      const method = move === '' ? 'DELETE' : 'POST';
      await ok(
        w.service.call(method, `/v1/users/${id}${move}`, {
          token: w.client,
          ...(move === '/lock' && { body: reason }),
        }),
      );
    }
    return { path: `/v1/users/${id}${tail}`, token: w.client, status, ...(body && { body }) };
  };

const get = (route: string, by: 'client' | 'platform' | 'none' = 'none', query = ''): [string, Prepare] => [
  `GET ${route}`,
  async (w) => ({ path: `${route}${query}`, status: 200, ...(by !== 'none' && { token: w[by] }) }),
];

const invited = (w: World) =>
  withLetters(w.service, 'POST', '/v1/invites', { token: w.client, body: { email: newAddress() } });

const invite =
  (tail: string, status: number, body?: Json): Prepare =>
  async (w) => {
    const { answer } = await invited(w);
    return { path: `/v1/invites/${answer.id}${tail}`, token: w.client, status, ...(body && { body }) };
  };

async function someone(w: World): Promise<Person> {
  const person = await activePerson(w.service, w.seed.orgId);
  w.made.set(person.token, person);
  return person;
}

async function resetLetter(w: World) {
  const { email } = await someone(w);
  const { letters } = await withLetters(w.service, 'POST', '/v1/password-resets', { body: { email } });
  return { token: letters[0]?.token as string, email };
}

async function proof(w: World, own = true) {
  const person = await someone(w);
  const { id, token } = person;
  const base = own ? '/v1/contact-validations' : `/v1/users/${id}/contact-validations`;
  const body = { email: newAddress() };
  const by = own ? token : w.client;
  const { answer, letters } = await withLetters(w.service, 'POST', base, { token: by, body });
  const letter = letters.find(({ to }) => to === body.email);
  return { path: `${base}/${answer.id}`, by, token: letter?.token as string, id };
}

/** A key of nobody: the example of RFC 7517, appendix A.1, on P-256. */
const PUBLIC_KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
};

const client = (w: World) => {
  const body = { name: 'a client', permissions: ['users:read'] };
  return ok(w.service.call('POST', `/v1/orgs/${w.seed.orgId}/clients`, { token: w.client, body }));
};

const page = (route: string): [string, Prepare] => get(route, 'none', '?token=unknown&lang=fr-FR');

export const REQUESTS: Readonly<Record<string, Prepare>> = Object.fromEntries<Prepare>([
  ['POST /v1/users', async (w) => ({ path: '/v1/users', token: w.client, status: 201, body: wholeUser() })],
  get('/v1/users', 'client', '?limit=2&sort=email'),
  ['GET /v1/users/{id}', about('', 200)],
  [
    'GET /v1/users/by-email/{email}',
    async (w) => ({ path: `/v1/users/by-email/${(await newUserOf(w)).email}`, token: w.client, status: 200 }),
  ],
  ['PATCH /v1/users/{id}', about('', 200, [], { profile: { givenName: 'Ada', title: 'Engineer' } })],
  ['DELETE /v1/users/{id}', about('', 204)],
  ['POST /v1/users/{id}/restore', about('/restore', 200, [''])],
  ['POST /v1/users/{id}/activate', about('/activate', 200, ['/deactivate'])],
  ['POST /v1/users/{id}/deactivate', about('/deactivate', 200)],
  ['POST /v1/users/{id}/unlock', about('/unlock', 200, ['/lock'])],
  ['POST /v1/users/{id}/lock', about('/lock', 200, [], { reason: 'left the company' })],
  ['PUT /v1/users/{id}/roles', about('/roles', 200, [], { roles: ['admin'] })],
  ['GET /v1/me', async (w) => ({ path: '/v1/me', token: w.owner.token, status: 200 })],
  [
    'PATCH /v1/me',
    async (w) => ({
      path: '/v1/me',
      token: (await someone(w)).token,
      status: 200,
      body: { profile: { familyName: 'Lovelace' }, preferences: { locale: 'fr-FR' } },
    }),
  ],
  [
    'POST /v1/invites',
    async (w) => ({
      path: '/v1/invites',
      token: w.client,
      status: 201,
      body: { email: newAddress(), roles: ['member'], note: 'Welcome', locale: 'de-DE', expiresInSeconds: 86_400 },
    }),
  ],
  get('/v1/invites', 'client', '?limit=2'),
  ['GET /v1/invites/{id}', invite('', 200)],
  ['POST /v1/invites/{id}/resend', invite('/resend', 200)],
  ['POST /v1/invites/{id}/extend', invite('/extend', 200, { expiresInSeconds: 172_800 })],
  ['DELETE /v1/invites/{id}', invite('', 204)],
  [
    'POST /v1/invites/accept',
    async (w) => {
      const token = (await invited(w)).letters[0]?.token;
      const body = { token, password: NEW_PASSWORD, profile: { givenName: 'Ada' }, locale: 'pt-BR', acceptTerms: true };
      return { path: '/v1/invites/accept', status: 200, body };
    },
  ],
  [
    'POST /v1/password-resets',
    async (w) => ({ path: '/v1/password-resets', status: 202, body: { email: (await someone(w)).email } }),
  ],
  [
    'POST /v1/password-resets/complete',
    async (w) => {
      const { token } = await resetLetter(w);
      return { path: '/v1/password-resets/complete', status: 204, body: { token, password: NEW_PASSWORD } };
    },
  ],
  [
    'POST /v1/users/{id}/password-reset',
    async (w) => ({ path: `/v1/users/${(await someone(w)).id}/password-reset`, token: w.client, status: 202 }),
  ],
  [
    'GET /v1/users/{id}/password-reset',
    async (w) => ({ path: `/v1/users/${(await someone(w)).id}/password-reset`, token: w.client, status: 200 }),
  ],
  [
    'POST /v1/me/password',
    async (w) => ({
      path: '/v1/me/password',
      token: (await someone(w)).token,
      status: 204,
      body: { currentPassword: PASSWORD, newPassword: NEW_PASSWORD },
    }),
  ],
  [
    'POST /v1/contact-validations',
    async (w) => ({
      path: '/v1/contact-validations',
      token: (await someone(w)).token,
      status: 202,
      body: { email: newAddress() },
    }),
  ],
  [
    'POST /v1/users/{id}/contact-validations',
    async (w) => ({
      path: `/v1/users/${(await someone(w)).id}/contact-validations`,
      token: w.client,
      status: 202,
      body: { email: newAddress() },
    }),
  ],
  ['POST /v1/contact-validations/{id}/resend', validation('/resend', 202)],
  ['POST /v1/users/{id}/contact-validations/{validationId}/resend', validation('/resend', 202, false)],
  ['DELETE /v1/contact-validations/{id}', validation('', 204)],
  ['DELETE /v1/users/{id}/contact-validations/{validationId}', validation('', 204, false)],
  [
    'POST /v1/contact-validations/complete',
    async (w) => ({
      path: '/v1/contact-validations/complete',
      status: 200,
      body: { token: (await proof(w)).token },
    }),
  ],
  [
    'POST /v1/sessions',
    async (w) => ({
      path: '/v1/sessions',
      status: 200,
      body: { email: (await someone(w)).email, password: PASSWORD, client: 'cli' },
    }),
  ],
  [
    'POST /v1/sessions/refresh',
    async (w) => ({
      path: '/v1/sessions/refresh',
      status: 200,
      body: { refreshToken: (await someone(w)).refreshToken },
    }),
  ],
  ['GET /v1/sessions', async (w) => ({ path: '/v1/sessions', token: w.owner.token, status: 200 })],
  [
    'DELETE /v1/sessions/current',
    async (w) => ({ path: '/v1/sessions/current', token: (await someone(w)).token, status: 204 }),
  ],
  [
    'DELETE /v1/sessions/{id}',
    async (w) => {
      const { token, sessionId } = await someone(w);
      return { path: `/v1/sessions/${sessionId}`, token, status: 204 };
    },
  ],
  ['DELETE /v1/sessions', async (w) => ({ path: '/v1/sessions', token: (await someone(w)).token, status: 204 })],
  [
    'POST /v1/orgs',
    async (w) => ({
      path: '/v1/orgs',
      token: w.platform,
      status: 201,
      body: { name: 'A new org', settings: { defaultLocale: 'fr-FR' } },
    }),
  ],
  get('/v1/orgs', 'platform', '?limit=1'),
  ['GET /v1/orgs/{id}', async (w) => ({ path: `/v1/orgs/${w.seed.orgId}`, token: w.client, status: 200 })],
  [
    'PATCH /v1/orgs/{id}',
    async (w) => ({
      path: `/v1/orgs/${w.seed.orgId}`,
      token: w.client,
      status: 200,
      body: { name: newAddress().split('@')[0], settings: { redirectOrigins: ['https://app.example.com'] } },
    }),
  ],
  [
    'POST /v1/orgs/{id}/clients',
    async (w) => ({
      path: `/v1/orgs/${w.seed.orgId}/clients`,
      token: w.client,
      status: 201,
      body: { name: 'sync', permissions: ['users:read', 'users:write'] },
    }),
  ],
  [
    'GET /v1/orgs/{id}/clients',
    async (w) => ({ path: `/v1/orgs/${w.seed.orgId}/clients?limit=1`, token: w.client, status: 200 }),
  ],
  [
    'GET /v1/clients/{id}',
    async (w) => ({ path: `/v1/clients/${(await client(w)).clientId}`, token: w.client, status: 200 }),
  ],
  [
    'PATCH /v1/clients/{id}',
    async (w) => ({
      path: `/v1/clients/${(await client(w)).clientId}`,
      token: w.client,
      status: 200,
      body: { name: 'renamed', description: 'Keeps two lists alike', permissions: [], publicKey: PUBLIC_KEY },
    }),
  ],
  [
    'POST /v1/clients/{id}/rotate',
    async (w) => ({ path: `/v1/clients/${(await client(w)).clientId}/rotate`, token: w.client, status: 200 }),
  ],
  [
    'DELETE /v1/clients/{id}',
    async (w) => ({ path: `/v1/clients/${(await client(w)).clientId}`, token: w.client, status: 204 }),
  ],
  [
    'POST /oauth/token',
    async ({ seed }) => ({
      path: '/oauth/token',
      status: 200,
      form: { grant_type: 'client_credentials', client_id: seed.clientId, client_secret: seed.clientSecret },
    }),
  ],
  get('/.well-known/oauth-authorization-server'),
  get('/.well-known/openid-configuration'),
  get('/oauth/jwks.json'),
  page('/accept-invite'),
  [
    'POST /accept-invite',
    async (w) => {
      const token = (await invited(w)).letters[0]?.token as string;
      const form = { token, password: NEW_PASSWORD, givenName: 'Ada', familyName: 'Lovelace', acceptTerms: 'on' };
      return { path: '/accept-invite', status: 200, form };
    },
  ],
  page('/reset-password'),
  [
    'POST /reset-password',
    async (w) => ({
      path: '/reset-password',
      status: 200,
      form: { token: (await resetLetter(w)).token, password: NEW_PASSWORD },
    }),
  ],
  page('/verify-email'),
  [
    'POST /verify-email',
    async (w) => ({ path: '/verify-email', status: 200, form: { token: (await proof(w)).token } }),
  ],
  page('/forgot-password'),
  [
    'POST /forgot-password',
    async (w) => ({ path: '/forgot-password', status: 200, form: { email: (await someone(w)).email } }),
  ],
  get('/health'),
  get('/openapi.json'),
  get('/docs'),
  ...bulkRequests,
  ...structureRequests,
  ...erasureRequests,
  ...eventsRequests,
  ...findingRequests,
  ...jobRequests,
  ...workRequests,
]);

function validation(tail: string, status: number, own = true): Prepare {
  return async (w) => {
    const started = await proof(w, own);
    return { path: `${started.path}${tail}`, token: started.by, status };
  };
}

/** A new person with a member of every kind, so that a sweep over members meets each. */
function wholeUser(): Json {
  const email = newAddress();
  return {
    email,
    username: email.slice(0, email.indexOf('@')),
    externalId: email,
    roles: ['member'],
    invite: true,
    profile: {
      givenName: 'Ada',
      familyName: 'Lovelace',
      skills: ['analysis'],
      timeZones: { primary: 'Europe/London' },
    },
    preferences: { locale: 'en-US' },
    custom: { custom1: 'one' },
  };
}
