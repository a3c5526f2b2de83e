// The org of the token. Any other, by number or guid, is unknown.
import type { Wire } from '../../../shared/dialect/fields.ts';
import type { Context } from '../../../shared/directory/context.ts';
import { getOrg, type OrgPatchInput, updateOrg } from '../../../shared/directory/orgs.ts';
import { readCounts } from '../../../shared/directory/search/count.ts';
import { parse } from '../../../shared/http/endpoint.ts';
import { numberOf, type OrgId } from '../../../shared/model/ids.ts';
import { type Org, OrgName, PasswordPolicy } from '../../../shared/model/org.ts';
import { may } from './caller.ts';
import { refuse } from './errors.ts';
import { axway, checkOrg } from './manner.ts';
import { membersOf } from './members.ts';
import { bodyOf, instantIn, one, success } from './query.ts';
import { rolesShown } from './roles.ts';
import { memberOfOrg, toAxwayOrg } from './session-info.ts';

async function shown(ctx: Context, org: Org): Promise<Wire> {
  const people = may(ctx, 'users:read') ? (await membersOf(ctx, {})).users : [];
  return toAxwayOrg(
    org,
    people.map((user) => memberOfOrg(user.id, rolesShown(user.roles))),
  );
}

/** What is counted here, under the platform's name for it. Nothing is sold, so nothing has an end. */
const USERS = 'limit_users';
const METRICS: Readonly<Record<string, Wire>> = {
  [USERS]: { title: 'Users', type: 'integer', description: 'People of the organization who are not deleted.' },
};

/** The counters know the present alone: of a time that is over nothing is said, nor to who may not read people. */
async function usage(ctx: Context, orgId: OrgId, query: URLSearchParams): Promise<Wire> {
  const now = ctx.now.toISOString();
  const [from, to, wanted] = [instantIn(query, 'from'), instantIn(query, 'to'), one(query, 'entitlement')];
  if (from !== undefined && to !== undefined && from > to) refuse('PARAM_INVALID', 'from');
  const { createdAt } = await getOrg(ctx, orgId);
  const [begins, ends] = [from ?? createdAt, to ?? now];
  const known = may(ctx, 'users:read') && ends >= now && (wanted === undefined || wanted === USERS);
  return {
    org_id: numberOf(orgId),
    basis: 'range',
    created: createdAt,
    ...{ ending: ends, from: begins, to: ends },
    ...{ from_ts: Date.parse(begins), to_ts: Date.parse(ends) },
    usage: known ? { [USERS]: { name: METRICS[USERS]?.title, value: await livePeople(ctx, orgId) } } : {},
  };
}

async function livePeople(ctx: Context, orgId: OrgId): Promise<number> {
  const { deleted: _deleted, ...live } = await readCounts(ctx, orgId);
  return Object.values(live).reduce((a, b) => a + b, 0);
}

/** Of the demands on passwords there is one that an org may raise. */
function patchFrom(body: unknown): OrgPatchInput {
  const { name, security } = bodyOf(body, ['name', 'security']);
  if (security === undefined) return { name: parse(OrgName, name, '/name') };
  const { password_policy } = bodyOf(security, ['password_policy']);
  const { length } = bodyOf(password_policy, ['length']);
  const passwordPolicy = parse(PasswordPolicy, { minLength: length }, '/security');
  return { ...(name !== undefined && { name: parse(OrgName, name, '/name') }), settings: { passwordPolicy } };
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
    summary: 'Rename the org, or say how long its passwords must be',
    access: { permission: 'orgs:write' },
    takesBody: true,
    async run(ctx, { params, query, body }) {
      const orgId = checkOrg(ctx, params.org_id);
      return success(query, await shown(ctx, await updateOrg(ctx, orgId, patchFrom(body))));
    },
  }),
  // The shape is that of an org, since the platform documents none: orgs have no parents and no children here.
  axway(`GET ${path}/family`, {
    summary: 'Get the org and its children: there are none',
    access: { permission: 'orgs:read' },
    async run(ctx, { params, query }) {
      const { id, number, name } = await getOrg(ctx, checkOrg(ctx, params.org_id));
      return success(query, { guid: id, org_id: number, name, active: true, children: [] });
    },
  }),
  axway(`GET ${path}/usage`, {
    summary: 'Count what is used: users',
    access: { permission: 'orgs:read' },
    run: async (ctx, { params, query }) => success(query, await usage(ctx, checkOrg(ctx, params.org_id), query)),
  }),
  axway('GET /api/v1/entitlement', {
    summary: 'List what is counted',
    access: { permission: 'users:read' },
    run: async (_ctx, { query }) => success(query, Object.values(METRICS)),
  }),
  axway('GET /api/v1/entitlement/{metric}', {
    summary: 'Get what is counted under a name',
    access: { permission: 'users:read' },
    async run(_ctx, { params, query }) {
      const { metric = '' } = params;
      return success(query, Object.hasOwn(METRICS, metric) ? METRICS[metric] : refuse('NOT_FOUND'));
    },
  }),
  // What is provisioned there does not exist here: an org has no environments.
  axway('GET /api/v1/org/env', {
    summary: 'List environments',
    access: { permission: 'orgs:read' },
    run: async (_ctx, { query }) => success(query, []),
  }),
];
