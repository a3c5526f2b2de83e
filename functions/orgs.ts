// Orgs and their machine clients.
import * as v from 'valibot';
import {
  type ClientWithSecret,
  createClient,
  getClient,
  listClients,
  revokeClient,
  rotateClient,
  updateClient,
  withSecret,
} from '../shared/directory/clients.ts';
import { createOrg, getOrg, listOrgs, updateOrg } from '../shared/directory/orgs.ts';
import { endpoint, type Operation } from '../shared/http/endpoint.ts';
import { ClientCreate, ClientPatch, ClientView } from '../shared/model/client.ts';
import { ClientId, OrgId } from '../shared/model/ids.ts';
import { Org, OrgName, OrgSettings } from '../shared/model/org.ts';
import { pageOf, pageQuery } from '../shared/model/page.ts';
import { group, patchOf } from '../shared/model/patch.ts';

const params = { id: OrgId };
const tag = 'Orgs';

const create = endpoint('POST /v1/orgs', {
  tag,
  summary: 'Create an org',
  access: 'platform',
  rate: 'write',
  body: group({ name: OrgName, settings: v.nullish(patchOf(OrgSettings)) }),
  answer: Org,
  status: 201,
  versioned: true,
  location: (org) => `/v1/orgs/${org.id}`,
  problems: ['redirect-not-allowed'],
  run: (ctx, { body }) => createOrg(ctx, body),
});

const list = endpoint('GET /v1/orgs', {
  tag,
  summary: 'List orgs, oldest first',
  access: 'platform',
  rate: 'read',
  query: v.strictObject(pageQuery),
  answer: pageOf(Org),
  problems: ['cursor-invalid'],
  run: (ctx, { query }) => listOrgs(ctx, query),
});

const get = endpoint('GET /v1/orgs/{id}', {
  tag,
  summary: 'Get the own org',
  access: { permission: 'orgs:read', platform: true },
  rate: 'read',
  params,
  answer: Org,
  versioned: true,
  run: (ctx, { params }) => getOrg(ctx, params.id),
});

const patch = endpoint('PATCH /v1/orgs/{id}', {
  tag,
  summary: 'Change name and settings',
  access: { permission: 'orgs:write', platform: true },
  rate: 'write',
  params,
  body: group({ name: v.optional(OrgName), settings: v.nullish(patchOf(OrgSettings)) }),
  answer: Org,
  versioned: true,
  problems: ['redirect-not-allowed'],
  run: (ctx, { params, body, version }) => updateOrg(ctx, params.id, body, version),
});

const ClientWithItsSecret = v.object({ ...ClientView.entries, clientSecret: v.optional(v.string()) });

/** The secret is shown once and kept nowhere: what a retry gets is derived again. */
const secret = {
  strip: ({ clientSecret: _secret, ...rest }: v.InferOutput<typeof ClientWithItsSecret>) => rest,
  revive: withSecret satisfies (...args: never[]) => ClientWithSecret,
};

const createOne = endpoint('POST /v1/orgs/{id}/clients', {
  tag: 'Clients',
  summary: 'Create a machine client',
  description:
    'Shows the secret, this once; a client with a public key has none. Nobody gives a client more than they hold; a platform client may give any.',
  access: { permission: 'clients:write', platform: true },
  rate: 'write',
  params,
  body: ClientCreate,
  answer: ClientWithItsSecret,
  status: 201,
  secret,
  problems: ['role-above-own'],
  run: (ctx, { params, body }) => createClient(ctx, params.id, body),
});

const listAll = endpoint('GET /v1/orgs/{id}/clients', {
  tag: 'Clients',
  summary: 'List machine clients',
  access: { permission: 'clients:write', platform: true },
  rate: 'read',
  params,
  query: v.strictObject(pageQuery),
  answer: pageOf(ClientView),
  problems: ['cursor-invalid'],
  run: (ctx, { params, query }) => listClients(ctx, params.id, query),
});

const getOne = endpoint('GET /v1/clients/{id}', {
  tag: 'Clients',
  summary: 'Get a machine client',
  access: { permission: 'clients:write', platform: true },
  rate: 'read',
  params: { id: ClientId },
  answer: ClientView,
  versioned: true,
  run: (ctx, { params }) => getClient(ctx, params.id),
});

const patchOne = endpoint('PATCH /v1/clients/{id}', {
  tag: 'Clients',
  summary: 'Change a machine client',
  description:
    'A public key takes the place of the key or secret before it, which ends at once with every token made with it.',
  access: { permission: 'clients:write', platform: true },
  rate: 'write',
  params: { id: ClientId },
  body: ClientPatch,
  answer: ClientView,
  versioned: true,
  problems: ['role-above-own'],
  run: (ctx, { params, body, version }) => updateClient(ctx, params.id, body, version),
});

const rotate = endpoint('POST /v1/clients/{id}/rotate', {
  tag: 'Clients',
  summary: 'Give a client a new secret',
  description: 'The old secret or key and every token made with it end at once.',
  access: { permission: 'clients:write', platform: true },
  rate: 'write',
  params: { id: ClientId },
  answer: ClientWithItsSecret,
  secret,
  problems: ['role-above-own'],
  run: (ctx, { params }) => rotateClient(ctx, params.id),
});

const revoke = endpoint('DELETE /v1/clients/{id}', {
  tag: 'Clients',
  summary: 'Revoke a client',
  access: { permission: 'clients:write', platform: true },
  rate: 'write',
  params: { id: ClientId },
  run: (ctx, { params }) => revokeClient(ctx, params.id),
});

export const operations: readonly Operation[] = [
  create,
  list,
  get,
  patch,
  createOne,
  listAll,
  getOne,
  patchOne,
  rotate,
  revoke,
];
