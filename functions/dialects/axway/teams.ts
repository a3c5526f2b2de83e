// Teams and who is in them. Everyone in a team has the one role that there is; none is the default team.

import type { Wire } from '../../../shared/dialect/fields.ts';
import { type Context, orgOf, principalOf } from '../../../shared/directory/context.ts';
import { countUsers } from '../../../shared/directory/search/count.ts';
import { joinUnit, leaveUnit } from '../../../shared/directory/structure/unit-members.ts';
import { createUnit, deleteUnit, getUnit, listUnits, updateUnit } from '../../../shared/directory/structure/units.ts';
import { listUsers } from '../../../shared/directory/user-lists.ts';
import { getUser } from '../../../shared/directory/users.ts';
import { parse } from '../../../shared/http/endpoint.ts';
import { TeamId, type UserId } from '../../../shared/model/ids.ts';
import { UnitCreate, UnitPatch, type UnitView } from '../../../shared/model/structure.ts';
import { displayNameOf, type User } from '../../../shared/model/user.ts';
import { refuse } from './errors.ts';
import { toAxwayUser } from './fields.ts';
import { axway, checkOrg, findPerson, idOf } from './manner.ts';
import { everyMember, MOST_MEMBERS, membersOf } from './members.ts';
import { bodyOf, many, metadataOf, one, pagingOf, success } from './query.ts';
import { checkTeamRoles, rolesShown, TEAM_ROLE } from './roles.ts';

/** Teams that a list looks through, and members of each that it names. */
const MOST_TEAMS = 200;
const MOST_NAMED = 200;
const MAX_DESCRIPTION = 200;
/** Teams whose members are looked up one by one; for more than these everyone in the org is looked at once instead. */
const FEW_TEAMS = 5;

const member = (guid: string): Wire => ({ guid, roles: [TEAM_ROLE], type: 'user' });

function toTeam(team: UnitView, orgId: string, guids: readonly string[]): Wire {
  return {
    guid: team.id,
    name: team.name,
    desc: team.description?.slice(0, MAX_DESCRIPTION) ?? '',
    default: false,
    org_guid: orgId,
    tags: team.tags ?? [],
    users: guids.map(member),
    created: team.createdAt,
    updated: team.updatedAt,
  };
}

const inTeam = (id: string) => ({ member: 'teams', operator: 'eq', value: id }) as const;

async function namedIn(ctx: Context, id: string): Promise<string[]> {
  const { items } = await listUsers(ctx, { filter: inTeam(id), limit: MOST_NAMED });
  return items.map((user) => user.id);
}

/** With somebody who came or went a moment ago, whom an index may not show so yet. */
async function shown(ctx: Context, id: TeamId, changed: { joined?: string; left?: string } = {}): Promise<Wire> {
  const [team, found] = await Promise.all([getUnit(ctx, 'team', id), namedIn(ctx, id)]);
  const { joined, left } = changed;
  const guids = [...new Set([...found, ...(joined ? [joined] : [])])].filter((guid) => guid !== left);
  return toTeam(team, orgOf(ctx), guids);
}

async function everyTeam(ctx: Context): Promise<UnitView[]> {
  const { items, nextCursor } = await listUnits(ctx, 'team', { limit: MOST_TEAMS });
  return nextCursor === undefined ? items : refuse('PARAM_INVALID', 'limit');
}

/**
 * Who is in each of the teams. What it costs follows from the people of the org, not from the teams. Where they are more
 * than a list shows, of many teams the caller's own say so, and nothing more.
 */
async function membersByTeam(ctx: Context, teams: readonly UnitView[]): Promise<Map<string, Set<string>>> {
  const few = teams.length <= FEW_TEAMS;
  const found = teams.map(async ({ id }) => [id, new Set(few ? await namedIn(ctx, id) : [])] as const);
  const named = new Map(await Promise.all(found));
  const cut = [...named.values()].some(({ size }) => size >= MOST_NAMED);
  for (const { id, teams: theirs = [] } of few ? await callerAlone(ctx, cut) : await peopleToName(ctx)) {
    for (const team of theirs) named.get(team)?.add(id);
  }
  return named;
}

async function peopleToName(ctx: Context): Promise<User[]> {
  const { count } = await countUsers(ctx);
  const { users, complete } = count > MOST_MEMBERS ? { users: [], complete: false } : await membersOf(ctx, {});
  return complete ? users : callerAlone(ctx, true);
}

/** The SDK looks for the caller in a team to know their roles: they are named even where others are not. */
async function callerAlone(ctx: Context, wanted: boolean): Promise<User[]> {
  const { is, id } = principalOf(ctx);
  return wanted && is === 'person' ? [await getUser(ctx, id as UserId)] : [];
}

async function list(ctx: Context, query: URLSearchParams) {
  const orgId = checkOrg(ctx, one(query, 'org_id'));
  const paging = pagingOf(query, 100);
  const [name, tag, guid] = [one(query, 'name'), one(query, 'tag'), one(query, 'user_guid')];
  const of = guid === undefined ? undefined : ((await findPerson(ctx, guid)).teams ?? []);
  const none = one(query, 'default') === 'true';
  const all = (await everyTeam(ctx)).filter(
    (team) =>
      !none &&
      (name === undefined || team.name === name) &&
      (tag === undefined || team.tags?.includes(tag)) &&
      (of === undefined || of.includes(team.id as TeamId)),
  );
  const { limit = all.length, offset } = paging;
  const page = all.slice(offset, offset + limit);
  const named = await membersByTeam(ctx, page);
  const result = page.map((team) => toTeam(team, orgId, [...(named.get(team.id) ?? [])]));
  return success(query, result, metadataOf(paging, result.length, all.length));
}

/** Name, description and tags in our words. */
function fromTeam(body: unknown, extra: readonly string[]): { given: Wire; patch: Wire } {
  const given = bodyOf(body, ['name', 'desc', 'default', 'tags', 'users', ...extra]);
  if (given.default === true) refuse('PARAM_INVALID', 'default');
  const { name, desc, tags } = given;
  if (typeof desc === 'string' && desc.length > MAX_DESCRIPTION) refuse('PARAM_INVALID', 'desc');
  return {
    given,
    patch: {
      ...(name !== undefined && { name }),
      ...(desc !== undefined && { description: desc === '' ? null : desc }),
      ...(tags !== undefined && { tags }),
    },
  };
}

function usersIn({ users }: Wire): string[] | undefined {
  if (users === undefined) return undefined;
  if (!Array.isArray(users) || users.length > 100) return refuse('PARAM_INVALID', 'users');
  return users.map((user) => {
    const { guid, roles, type = 'user' } = bodyOf(user, ['guid', 'roles', 'type']);
    checkTeamRoles(roles);
    return typeof guid === 'string' && type === 'user' ? guid : refuse('PARAM_INVALID', 'users');
  });
}

async function create(ctx: Context, body: unknown): Promise<Wire> {
  const { given, patch } = fromTeam(body, ['org_guid']);
  if (typeof given.org_guid === 'string') checkOrg(ctx, given.org_guid);
  if (patch.name === undefined) refuse('PARAM_REQUIRED', 'name');
  const people = await Promise.all((usersIn(given) ?? []).map((guid) => findPerson(ctx, guid)));
  const team = await createUnit(ctx, 'team', parse(UnitCreate, patch));
  for (const { id } of people) await joinUnit(ctx, 'team', team.id as TeamId, id);
  return toTeam(
    team,
    orgOf(ctx),
    people.map(({ id }) => id),
  );
}

/** `users` is the whole list: who is not in it leaves. */
async function update(ctx: Context, id: TeamId, body: unknown): Promise<Wire> {
  const { given, patch } = fromTeam(body, []);
  const wanted = usersIn(given);
  const change = parse(UnitPatch, patch);
  if (wanted) {
    const people = await Promise.all(wanted.map((guid) => findPerson(ctx, guid)));
    const had = (await everyMember(ctx, { filter: inTeam(id) })).map((user) => user.id);
    for (const user of people) await joinUnit(ctx, 'team', id, user.id);
    for (const gone of had.filter((it) => !people.some((user) => user.id === it)))
      await leaveUnit(ctx, 'team', id, gone);
  }
  const team = await updateUnit(ctx, 'team', id, change);
  return toTeam(team, orgOf(ctx), wanted ?? (await namedIn(ctx, id)));
}

function toTeamMember(user: User): Wire {
  const { email, firstname, guid, lastname } = toAxwayUser(user);
  const roles = { roles: [TEAM_ROLE], org_roles: rolesShown(user.roles) };
  return { email, firstname, guid, lastname, name: displayNameOf(user), type: 'user', ...roles };
}

async function listMembers(ctx: Context, id: TeamId, query: URLSearchParams) {
  await getUnit(ctx, 'team', id);
  const paging = pagingOf(query, 100);
  const roles = many(query, 'roles');
  const none = one(query, 'type') === 'client' || (roles.length > 0 && !roles.includes(TEAM_ROLE));
  const term = one(query, 'term')?.toLowerCase();
  const people = none ? [] : await everyMember(ctx, { filter: inTeam(id), fields: 'profile' });
  const all = people
    .map(toTeamMember)
    .filter(({ name, email }) => !term || `${name} ${email}`.toLowerCase().includes(term));
  const { limit = all.length, offset } = paging;
  const result = all.slice(offset, offset + limit);
  return success(query, result, metadataOf(paging, result.length, all.length));
}

const path = '/api/v1/team';
const reading = { access: { permission: 'users:read' } } as const;
const writing = { access: { permission: 'teams:write' } } as const;

export const teamOperations = [
  axway(`GET ${path}`, { ...reading, summary: 'List teams', run: (ctx, { query }) => list(ctx, query) }),
  axway(`POST ${path}`, {
    ...writing,
    summary: 'Make a team',
    takesBody: true,
    run: async (ctx, { query, body }) => success(query, await create(ctx, body)),
  }),
  axway(`GET ${path}/{id}`, {
    ...reading,
    summary: 'Get a team',
    run: async (ctx, { params, query }) => success(query, await shown(ctx, idOf(TeamId, params.id))),
  }),
  axway(`PUT ${path}/{id}`, {
    ...writing,
    summary: 'Change a team',
    takesBody: true,
    run: async (ctx, { params, query, body }) => success(query, await update(ctx, idOf(TeamId, params.id), body)),
  }),
  axway(`DELETE ${path}/{id}`, {
    ...writing,
    summary: 'Delete a team',
    async run(ctx, { params, query }) {
      const id = idOf(TeamId, params.id);
      const heir = one(query, 'reassign_team');
      // Teams have nothing here that another one could be given, but it must be there.
      if (heir === id) refuse('PARAM_INVALID', 'reassign_team');
      if (heir !== undefined) await getUnit(ctx, 'team', idOf(TeamId, heir));
      const team = await shown(ctx, id);
      await deleteUnit(ctx, 'team', id);
      return success(query, team);
    },
  }),
  axway(`GET ${path}/{id}/user`, {
    ...reading,
    summary: 'List the members of a team',
    run: (ctx, { params, query }) => listMembers(ctx, idOf(TeamId, params.id), query),
  }),
  axway(`POST ${path}/{id}/user/{user_id}`, {
    ...writing,
    summary: 'Put somebody into a team',
    takesBody: true,
    async run(ctx, { params, query, body }) {
      const { roles, type = 'user' } = bodyOf(body, ['roles', 'type']);
      checkTeamRoles(roles);
      if (type !== 'user') refuse('PARAM_INVALID', 'type');
      const [id, user] = [idOf(TeamId, params.id), await findPerson(ctx, params.user_id)];
      if (user.teams?.includes(id)) refuse('EXISTING_TEAM_MEMBER');
      await joinUnit(ctx, 'team', id, user.id);
      return success(query, await shown(ctx, id, { joined: user.id }));
    },
  }),
  axway(`PUT ${path}/{id}/user/{user_id}`, {
    ...writing,
    summary: 'Give a team member roles',
    takesBody: true,
    async run(ctx, { params, query, body }) {
      checkTeamRoles(bodyOf(body, ['roles']).roles);
      const [id, user] = [idOf(TeamId, params.id), await findPerson(ctx, params.user_id)];
      if (!user.teams?.includes(id)) refuse('NOT_FOUND');
      return success(query, await shown(ctx, id, { joined: user.id }));
    },
  }),
  axway(`DELETE ${path}/{id}/user/{user_id}`, {
    ...writing,
    summary: 'Take somebody out of a team',
    async run(ctx, { params, query }) {
      const [id, user] = [idOf(TeamId, params.id), await findPerson(ctx, params.user_id)];
      if (!user.teams?.includes(id)) refuse('NOT_FOUND');
      await leaveUnit(ctx, 'team', id, user.id);
      return success(query, await shown(ctx, id, { left: user.id }));
    },
  }),
];
