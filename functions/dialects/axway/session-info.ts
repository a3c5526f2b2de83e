// Orgs and sessions as the platform shows them. A machine client, which is no user here, shows itself as one: the SDK
// wants a user in every session.
import type { Wire } from '../../../shared/dialect/fields.ts';
import { getClient } from '../../../shared/directory/clients.ts';
import { type Context, orgOf, principalOf } from '../../../shared/directory/context.ts';
import { LIMITS } from '../../../shared/directory/limits.ts';
import { getOrg } from '../../../shared/directory/orgs.ts';
import { listMemberships } from '../../../shared/directory/structure/memberships.ts';
import { getUnit } from '../../../shared/directory/structure/units.ts';
import { getUser } from '../../../shared/directory/users.ts';
import { type ClientId, legacyIdOf, numberOf, type OrgId, type UserId } from '../../../shared/model/ids.ts';
import type { Org } from '../../../shared/model/org.ts';
import { hasCode } from '../../../shared/model/problem.ts';
import type { OrgMembership } from '../../../shared/model/structure.ts';
import type { User } from '../../../shared/model/user.ts';
import { CLIENT_TOKEN_SECONDS, PERSON_TOKEN_SECONDS } from '../../../shared/security/access-token.ts';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../../../shared/security/password-policy.ts';
import { may } from './caller.ts';
import { toAxwayUser } from './fields.ts';
import { clientRoles, defaultRole, rolesShown, TEAM_ROLE } from './roles.ts';

/** What an org may demand more of than the deployment. */
const demanded = (minLength = 0): Wire => ({ length: Math.max(minLength, MIN_PASSWORD_LENGTH), history: 1 });

/**
 * Our own numbers: length instead of kinds of characters, delay instead of a lock, no renewal.
 * What is not asked for is left out.
 */
export const passwordPolicy = (): Wire => ({
  ...demanded(),
  max_length: MAX_PASSWORD_LENGTH,
  lockout: LIMITS.signInsPerAddress.max,
});

/** What is sold there is not sold here: no subscriptions, and as many users as there are. */
const outline = (id: OrgId, name: string, users: Wire[]): Wire => ({
  _id: legacyIdOf(numberOf(id)),
  ...orgShown(id, name),
  region: 'US',
  entitlements: { limit_users: 10_000, limit_read_only_users: 0, partners: [] },
  subscriptions: [],
  users,
});

export const toAxwayOrg = (org: Org, users: Wire[]): Wire => ({
  ...outline(org.id, org.name, users),
  security: { password_policy: demanded(org.settings.passwordPolicy?.minLength) },
  created: org.createdAt,
  updated: org.updatedAt,
});

export const memberOfOrg = (guid: string, roles: string[]): Wire => ({ guid, roles, primary: false });

/** The caller's orgs that they may switch to, the one of the token first. A machine client is in one. */
export async function orgsOf(ctx: Context): Promise<Wire[]> {
  const principal = principalOf(ctx);
  const orgId = orgOf(ctx);
  if (principal.is !== 'person') return [orgShown(orgId, (await ownOrg(ctx))?.name ?? orgId)];
  const memberships = await everyMembership(ctx, principal.id);
  return memberships.filter(({ state }) => state === 'live').map((it) => orgShown(it.orgId, it.orgName));
}

/** The org of the token, for those who may read it. */
const ownOrg = async (ctx: Context): Promise<Org | undefined> =>
  may(ctx, 'orgs:read') ? getOrg(ctx, orgOf(ctx)) : undefined;

/** Pages of those that a person is in are few; those they left may lie between. */
const MOST_PAGES = 10;

export async function everyMembership(ctx: Context, id: UserId): Promise<OrgMembership[]> {
  const found: OrgMembership[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await listMemberships(ctx, id, cursor);
    found.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === undefined) break;
  }
  return found;
}

const orgShown = (id: OrgId, name: string): Wire => ({ guid: id, org_id: numberOf(id), name, active: true });

interface Who {
  user: Wire;
  roles: string[];
  role: string;
  teams: Wire[];
}

async function whoIs(ctx: Context): Promise<Who> {
  const principal = principalOf(ctx);
  if (principal.is !== 'person') return clientAsUser(ctx, principal.id as ClientId);
  const user = await getUser(ctx, principal.id as UserId);
  const teams = await teamsOf(ctx, user);
  return { user: toAxwayUser(user), roles: rolesShown(user.roles), role: defaultRole(user.roles), teams };
}

/** The address is of a domain that nobody can have (RFC 2606). */
async function clientAsUser(ctx: Context, id: ClientId): Promise<Who> {
  const { name, permissions, createdAt } = await getClient(ctx, id);
  const email = `${id}@clients.invalid`;
  const facts = { activated: true, active: true, created: createdAt, date_activated: createdAt };
  const user = { guid: id, user_id: numberOf(id), email, username: email, firstname: name.slice(0, 50), lastname: '' };
  const roles = clientRoles(permissions);
  return { user: { ...user, ...facts }, roles, role: roles[0] ?? '', teams: [] };
}

/** A team that is being deleted is on the person's record for a while yet. */
async function teamsOf(ctx: Context, { teams = [] }: User): Promise<Wire[]> {
  const found = await Promise.all(
    teams.map((id) =>
      getUnit(ctx, 'team', id).catch((error: unknown) => {
        if (hasCode(error, 'not-found')) return undefined;
        throw error;
      }),
    ),
  );
  return found.flatMap((team) =>
    team
      ? [
          {
            guid: team.id,
            name: team.name,
            default: false,
            roles: [{ id: TEAM_ROLE, name: 'Developer' }],
            tags: team.tags ?? [],
          },
        ]
      : [],
  );
}

/** When the caller's token ends. */
export function tokenEnd(ctx: Context): Date {
  const { issuedAt, is } = principalOf(ctx);
  return new Date((issuedAt + (is === 'person' ? PERSON_TOKEN_SECONDS : CLIENT_TOKEN_SECONDS)) * 1000);
}

/**
 * The session of the caller, with org, orgs, roles and teams. Of the org's users it names the caller alone; of the org no
 * more than its name to those who may not read it, and to a machine client its id for a name.
 */
export async function sessionInfo(ctx: Context, from?: string): Promise<Wire> {
  const principal = principalOf(ctx);
  const [org, orgs, { user, roles, role, teams }] = await Promise.all([ownOrg(ctx), orgsOf(ctx), whoIs(ctx)]);
  const { guid, email, username, firstname, lastname } = user;
  const orgId = orgOf(ctx);
  const name = org?.name ?? String(orgs.find((it) => it.guid === orgId)?.name ?? orgId);
  const users = [memberOfOrg(String(guid), roles)];
  return {
    ...(from !== undefined && { from }),
    ...{ guid, user_guid: guid, email, username, firstname, lastname },
    org: org ? toAxwayOrg(org, users) : outline(orgId, name, users),
    org_id: String(numberOf(orgId)),
    org_name: name,
    orgs,
    role,
    roles,
    teams,
    user,
    entitlements: {},
    expiry: tokenEnd(ctx).toISOString(),
    ...(principal.is === 'person' && { sessionID: principal.sessionId }),
  };
}
