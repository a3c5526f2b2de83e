// Service accounts: our machine clients, with a secret that the caller chose or a key of theirs. A surface of its own,
// since it holds the keys of client secrets.
import type { Wire } from '../../../shared/dialect/fields.ts';
import {
  type ChosenSecret,
  createClient,
  getClient,
  revokeClient,
  updateClient,
} from '../../../shared/directory/clients.ts';
import { type Context, orgOf } from '../../../shared/directory/context.ts';
import { type Operation, parse } from '../../../shared/http/endpoint.ts';
import { emptyReply, jsonReply } from '../../../shared/http/reply.ts';
import { ClientCreate, ClientPatch, type ClientView } from '../../../shared/model/client.ts';
import { ClientId } from '../../../shared/model/ids.ts';
import { everyClient, toAxwayClient } from './client-views.ts';
import { refuse } from './errors.ts';
import { axway, checkOrg, idOf, MOUNT, TOKEN_PATH } from './manner.ts';
import { bodyOf, many, metadataOf, needed, one, pagingOf, success } from './query.ts';
import { clientPermissions, clientRoles } from './roles.ts';

const path = '/api/v1/client';
const access = { permission: 'clients:write' } as const;

/** Where a service account gets its token: the host name that this language has, or the mount of ours. */
const tokenUrl = ({ hosts = {}, baseUrl }: Context): string =>
  `${hosts.axway ? `https://${hosts.axway}` : `${baseUrl}${MOUNT}`}${TOKEN_PATH}`;

const WRITABLE = ['name', 'description', 'roles', 'tags', 'teams', 'publicKey', 'secret', 'generateKey'];

/**
 * A chosen secret, or a key. One that is made here is not served: a private key would have to be shown, and kept for a
 * repeat. Nor are teams: those of ours have people in them alone.
 */
function proofIn(body: Wire): { publicKey?: string } & ChosenSecret {
  const { teams, generateKey } = body;
  if (generateKey !== undefined && generateKey !== false) refuse('PARAM_INVALID', 'generateKey');
  if (teams !== undefined && !(Array.isArray(teams) && teams.length === 0)) refuse('PARAM_INVALID', 'teams');
  if (body.publicKey !== undefined && body.secret !== undefined) refuse('PARAM_INVALID', 'secret');
  return {
    ...(body.publicKey !== undefined && { publicKey: needed(body, 'publicKey') }),
    ...(body.secret !== undefined && { secret: needed(body, 'secret') }),
  };
}

const rolesIn = ({ roles }: Wire): unknown[] => (Array.isArray(roles) ? roles : refuse('PARAM_INVALID', 'roles'));

/** Empty is none. */
const described = ({ description }: Wire): Wire =>
  description === undefined ? {} : { description: description === '' ? null : description };

async function create(ctx: Context, body: unknown): Promise<ClientView> {
  const given = bodyOf(body, [...WRITABLE, 'org_guid', 'type']);
  const orgId = checkOrg(ctx, needed(given, 'org_guid'));
  const type = needed(given, 'type');
  if (type !== 'secret' && type !== 'certificate') refuse('PARAM_INVALID', 'type');
  const proof = proofIn(given);
  const [wanted, other] = type === 'secret' ? (['secret', 'publicKey'] as const) : (['publicKey', 'secret'] as const);
  if (proof[wanted] === undefined) refuse('PARAM_REQUIRED', wanted);
  if (proof[other] !== undefined) refuse('PARAM_INVALID', other);
  const { secret, ...rest } = proof;
  const permissions = given.roles === undefined ? [] : clientPermissions(rolesIn(given));
  const { tags } = given;
  const input = { name: needed(given, 'name'), permissions, ...described(given), ...(tags !== undefined && { tags }) };
  return createClient(ctx, orgId, { ...parse(ClientCreate, { ...input, ...rest }), secret });
}

/** Roles that are written back as they were shown change nothing: a client may have rights that no role there tells. */
async function update(ctx: Context, id: ClientId, body: unknown): Promise<ClientView> {
  const given = bodyOf(body, WRITABLE);
  const before = await getClient(ctx, id);
  const { secret, publicKey } = proofIn(given);
  // How an account proves itself is for good there.
  if (secret !== undefined && before.publicKey) refuse('PARAM_INVALID', 'secret');
  if (publicKey !== undefined && !before.publicKey) refuse('PARAM_INVALID', 'publicKey');
  const { name, tags } = given;
  const patch = {
    ...(name !== undefined && { name }),
    ...(tags !== undefined && { tags }),
    ...described(given),
    ...(publicKey !== undefined && { publicKey }),
    ...permissionsFrom(given, before),
  };
  return updateClient(ctx, id, { ...parse(ClientPatch, patch), secret });
}

function permissionsFrom(given: Wire, before: ClientView): Wire {
  if (given.roles === undefined) return {};
  const roles = rolesIn(given);
  const shown = clientRoles(before.permissions);
  const same = roles.length === shown.length && roles.every((role) => shown.includes(role as string));
  return same ? {} : { permissions: clientPermissions(roles) };
}

const SORTS = ['name', 'created', 'type', 'client_id'];

/** By several members, one after the other; `-` for descending. */
function sorted(query: URLSearchParams, clients: Wire[]): Wire[] {
  const orders = many(query, 'sort').map((order) => {
    const member = order.replace(/^-/, '');
    return {
      member: SORTS.includes(member) ? member : refuse('PARAM_INVALID', 'sort'),
      sign: order === member ? 1 : -1,
    };
  });
  const compared = (a: Wire, b: Wire) =>
    orders.map(({ member, sign }) => sign * String(a[member]).localeCompare(String(b[member]))).find((it) => it !== 0);
  return orders.length > 0 ? [...clients].sort((a, b) => compared(a, b) ?? 0) : clients;
}

export const operations: readonly Operation[] = [
  axway(`GET ${path}`, {
    summary: 'List service accounts',
    access,
    async run(ctx, { query }) {
      const orgId = checkOrg(ctx, one(query, 'org_id') ?? refuse('PARAM_REQUIRED', 'org_id'));
      const paging = pagingOf(query, 100);
      const term = one(query, 'term')?.toLowerCase();
      const roles = many(query, 'roles');
      const kept = ({ name, permissions, clientId }: ClientView): boolean => {
        const text = [name, clientId, ...clientRoles(permissions)].join(' ').toLowerCase();
        const has = roles.length === 0 || clientRoles(permissions).some((role) => roles.includes(role));
        return has && (term === undefined || text.includes(term));
      };
      const found = (await everyClient(ctx, orgId)).filter(kept);
      const all = sorted(
        query,
        found.map((client) => toAxwayClient(client, orgId)),
      );
      const { limit = all.length, offset } = paging;
      const shown = all.slice(offset, offset + limit);
      return success(query, shown, metadataOf(paging, shown.length, all.length));
    },
  }),
  axway(`POST ${path}`, {
    summary: 'Make a service account',
    access,
    takesBody: true,
    run: async (ctx, { query, body }) => success(query, toAxwayClient(await create(ctx, body), orgOf(ctx))),
  }),
  axway(`GET ${path}/{id}`, {
    summary: 'Get a service account',
    access,
    async run(ctx, { params, query }) {
      const client = await getClient(ctx, idOf(ClientId, params.id));
      const { description = '', publicKey } = client;
      const shown = { ...toAxwayClient(client, orgOf(ctx)), description, ...(publicKey && { publicKey }) };
      return success(query, shown);
    },
  }),
  axway(`GET ${path}/{id}/json`, {
    summary: 'Get what a program needs to be a service account',
    access,
    async run(ctx, { params }) {
      const { clientId, name, keyId, publicKey } = await getClient(ctx, idOf(ClientId, params.id));
      const file = {
        clientId,
        ...(keyId && { kid: keyId }),
        name,
        ...(publicKey && { publicKey }),
        tokenUrl: tokenUrl(ctx),
      };
      return jsonReply(200, file, { 'content-type': 'application/octet-stream' });
    },
  }),
  axway(`PUT ${path}/{id}`, {
    summary: 'Change a service account',
    access,
    takesBody: true,
    async run(ctx, { params, query, body }) {
      return success(query, toAxwayClient(await update(ctx, idOf(ClientId, params.id), body), orgOf(ctx)));
    },
  }),
  axway(`DELETE ${path}/{id}`, {
    summary: 'End a service account',
    access,
    async run(ctx, { params }) {
      await revokeClient(ctx, idOf(ClientId, params.id));
      return emptyReply(204);
    },
  }),
];
