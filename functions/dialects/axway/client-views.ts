// Service accounts as the platform shows them: our machine clients.
import type { Wire } from '../../../shared/dialect/fields.ts';
import { listClients } from '../../../shared/directory/clients.ts';
import type { Context } from '../../../shared/directory/context.ts';
import type { ClientView } from '../../../shared/model/client.ts';
import type { OrgId } from '../../../shared/model/ids.ts';
import { refuse } from './errors.ts';
import { clientRoles } from './roles.ts';

const MOST_CLIENTS = 2000;

export const toAxwayClient = (client: ClientView, orgId: OrgId): Wire => ({
  guid: client.clientId,
  client_id: client.clientId,
  name: client.name,
  org_guid: orgId,
  roles: clientRoles(client.permissions),
  tags: client.tags ?? [],
  type: client.publicKey ? 'certificate' : 'secret',
  ...(client.keyId && { key_id: client.keyId }),
  created: client.createdAt,
});

export async function everyClient(ctx: Context, orgId: OrgId): Promise<ClientView[]> {
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
