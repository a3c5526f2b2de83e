// The org of the token. Any other, by number or guid, is unknown.
import type { Wire } from '../../../shared/dialect/fields.ts';
import type { Context } from '../../../shared/directory/context.ts';
import { getOrg, updateOrg } from '../../../shared/directory/orgs.ts';
import { parse } from '../../../shared/http/endpoint.ts';
import { type Org, OrgName } from '../../../shared/model/org.ts';
import { may } from './caller.ts';
import { axway, checkOrg } from './manner.ts';
import { everyMember } from './members.ts';
import { bodyOf, success } from './query.ts';
import { rolesShown } from './roles.ts';
import { memberOfOrg, toAxwayOrg } from './session-info.ts';

async function shown(ctx: Context, org: Org): Promise<Wire> {
  const people = may(ctx, 'users:read') ? await everyMember(ctx, {}, 'cut') : [];
  return toAxwayOrg(
    org,
    people.map((user) => memberOfOrg(user.id, rolesShown(user.roles))),
  );
}

const path = '/api/v1/org/{org_id}';

export const orgOperations = [
  axway(`GET ${path}`, {
    summary: 'Get the org',
    access: { permission: 'orgs:read' },
    async run(ctx, { params, query }) {
      return success(query, await shown(ctx, await getOrg(ctx, checkOrg(ctx, params.org_id))));
    },
  }),
  axway(`PUT ${path}`, {
    summary: 'Rename the org',
    access: { permission: 'orgs:write' },
    takesBody: true,
    async run(ctx, { params, query, body }) {
      const orgId = checkOrg(ctx, params.org_id);
      const { name } = bodyOf(body, ['name']);
      return success(query, await shown(ctx, await updateOrg(ctx, orgId, { name: parse(OrgName, name, '/name') })));
    },
  }),
  // What is provisioned there does not exist here: an org has no environments.
  axway('GET /api/v1/org/env', {
    summary: 'List environments',
    access: { permission: 'orgs:read' },
    run: async (_ctx, { query }) => success(query, []),
  }),
];
