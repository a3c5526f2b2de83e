// Orgs and their machine clients.
import * as v from 'valibot';
import {
  type ClientWithSecret,
  createClient,
  createOrg,
  getOrg,
  listClients,
  listOrgs,
  revokeClient,
  rotateClient,
  updateOrg,
  withSecret,
} from '../shared/directory/orgs.ts';
import { endpoint, type Operation } from '../shared/http/endpoint.ts';
import { ClientId, OrgId } from '../shared/model/ids.ts';
import { Org, OrgName, OrgSettings } from '../shared/model/org.ts';
import { pageOf, pageQuery } from '../shared/model/page.ts';
import { group, patchOf } from '../shared/model/patch.ts';
import { Permission } from '../shared/model/principal.ts';
import { Instant, personName } from '../shared/model/text.ts';

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

const Client = v.object({
  clientId: ClientId,
  orgId: v.optional(OrgId),
  name: v.string(),
  permissions: v.array(Permission),
  secretVersion: v.number(),
  createdAt: Instant,
});
const ClientWithItsSecret = v.object({ ...Client.entries, clientSecret: v.optional(v.string()) });

/** The secret is shown once and kept nowhere: what a retry gets is derived again. */
const secret = {
  strip: ({ clientSecret: _secret, ...rest }: v.InferOutput<typeof ClientWithItsSecret>) => rest,
  revive: withSecret satisfies (...args: never[]) => ClientWithSecret,
};

const createOne = endpoint('POST /v1/orgs/{id}/clients', {
  tag: 'Clients',
  summary: 'Create a machine client',
  description:
    'Shows the secret, this once. Nobody gives a client more than they hold; a platform client may give any.',
  access: { permission: 'clients:write', platform: true },
  rate: 'write',
  params,
  body: group({
    name: v.pipe(personName(100), v.minLength(1)),
    permissions: v.pipe(v.array(Permission), v.maxLength(50)),
  }),
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
  answer: pageOf(Client),
  problems: ['cursor-invalid'],
  run: (ctx, { params, query }) => listClients(ctx, params.id, query),
});

const rotate = endpoint('POST /v1/clients/{id}/rotate', {
  tag: 'Clients',
  summary: 'Give a client a new secret',
  description: 'The old secret and every token made with it end at once.',
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

export const operations: readonly Operation[] = [create, list, get, patch, createOne, listAll, rotate, revoke];
