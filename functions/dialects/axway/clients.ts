// Service accounts: our machine clients. Shown and ended here; made with the native API, since their secrets are made by
// the service and no answer of this language has a place for one.

import type { Wire } from '../../../shared/dialect/fields.ts';
import type { Context } from '../../../shared/directory/context.ts';
import { type ClientView, getClient, listClients, revokeClient } from '../../../shared/directory/orgs.ts';
import { emptyReply } from '../../../shared/http/reply.ts';
import { ClientId, type OrgId } from '../../../shared/model/ids.ts';
import { refuse } from './errors.ts';
import { axway, checkOrg, idOf } from './manner.ts';
import { metadataOf, one, pagingOf, success } from './query.ts';
import { clientRoles } from './roles.ts';

const MOST_CLIENTS = 2000;

const toAxwayClient = ({ clientId, name, permissions, createdAt }: ClientView, orgId: OrgId): Wire => ({
  guid: clientId,
  client_id: clientId,
  name,
  org_guid: orgId,
  roles: clientRoles(permissions),
  tags: [],
  type: 'secret',
  created: createdAt,
});

async function everyClient(ctx: Context, orgId: OrgId): Promise<ClientView[]> {
  const clients: ClientView[] = [];
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const page = await listClients(ctx, orgId, { limit: 200, cursor });
    clients.push(...page.items);
    cursor = page.nextCursor;
    if (clients.length > MOST_CLIENTS) refuse('PARAM_INVALID', 'limit');
  }
  return clients;
}

/** As they stand among the members, where the SDK asks for them. */
export const clientsShown = async (ctx: Context, orgId: OrgId): Promise<Wire[]> =>
  (await everyClient(ctx, orgId)).map((client) => {
    const { guid, client_id, name, roles } = toAxwayClient(client, orgId);
    return { guid, client_id, name, roles, type: 'client' };
  });

const path = '/api/v1/client';
const access = { permission: 'clients:write' } as const;

export const clientOperations = [
  axway(`GET ${path}`, {
    summary: 'List service accounts',
    access,
    async run(ctx, { query }) {
      const orgId = checkOrg(ctx, one(query, 'org_id') ?? refuse('PARAM_REQUIRED', 'org_id'));
      const paging = pagingOf(query, 100);
      const term = one(query, 'term')?.toLowerCase();
      const all = (await everyClient(ctx, orgId)).filter(({ name }) => !term || name.toLowerCase().includes(term));
      const { limit = all.length, offset } = paging;
      const shown = all.slice(offset, offset + limit).map((client) => toAxwayClient(client, orgId));
      return success(query, shown, metadataOf(paging, shown.length, all.length));
    },
  }),
  axway(`GET ${path}/{id}`, {
    summary: 'Get a service account',
    access,
    async run(ctx, { params, query }) {
      const client = await getClient(ctx, idOf(ClientId, params.id));
      return success(query, { ...toAxwayClient(client, checkOrg(ctx, undefined)), description: '' });
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
