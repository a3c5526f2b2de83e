// The things that users are related to, readable so that links and `include` resolve. Roles and teams are the directory's
// own; the others are references, found with the people who have them.
import type { Context } from '../../../shared/directory/context.ts';
import { knownUnits } from '../../../shared/directory/search/known.ts';
import { idOfNumber, roleOfNumber } from '../../../shared/directory/structure/numbers.ts';
import { listRoles } from '../../../shared/directory/structure/roles.ts';
import { getUnit, listUnits } from '../../../shared/directory/structure/units.ts';
import { listUsers } from '../../../shared/directory/user-lists.ts';
import type { Operation } from '../../../shared/http/endpoint.ts';
import type { HttpReply } from '../../../shared/http/request.ts';
import type { Filter } from '../../../shared/model/filter.ts';
import type { TeamId } from '../../../shared/model/ids.ts';
import { fail } from '../../../shared/model/problem.ts';
import type { UnitView } from '../../../shared/model/structure.ts';
import type { User } from '../../../shared/model/user.ts';
import { API, operation, reply } from './manner.ts';
import { type Asked, readQuery, refuse } from './query.ts';
import { PLURALS, type Reference, referencesOf, relations } from './relations.ts';
import { addressOf, type Resource, referenceResource, roleResource, teamResource } from './resources.ts';
import { numberIn } from './users.ts';

/** People looked at for a reference that no person was named for, two hundred a call. */
const MOST_CALLS = 25;

/** Ids that one filter lists. */
const MOST_IDS = 100;

const access = { permission: 'users:read' } as const;

/** References of this type that these people have, each once. */
function referencesAmong(users: readonly User[], type: string, inverse?: string): Reference[] {
  const matching = relations.filter(
    (one) => one.type === type && one.kind === 'reference' && (!inverse || (one.many && one.inverse === inverse)),
  );
  const all = users.flatMap((user) => matching.flatMap((one) => referencesOf(one, user, new Map())));
  const known = new Map<number, Reference>();
  // Somebody may name it who does not know what it is called.
  for (const one of all) if (one.name || !known.has(one.id)) known.set(one.id, one);
  return [...known.values()];
}

interface Searched {
  references: Reference[];
  /** False: the org has more people than were looked at. */
  complete: boolean;
}

/** Looks for people who have one of them; the first 5,000 of a large org. */
async function search(ctx: Context, type: string, id?: number): Promise<Searched> {
  const members = relations.filter((one) => one.type === type && one.kind === 'reference');
  const parts = members.map(
    ({ name }): Filter =>
      id === undefined
        ? { member: `relations.${name}`, present: true }
        : { member: `relations.${name}.id`, operator: 'eq', value: id },
  );
  const found: User[] = [];
  let cursor: string | undefined;
  for (let calls = 0; calls < MOST_CALLS; calls++) {
    const page = await listUsers(ctx, { filter: { or: parts }, fields: 'relations', limit: 200, cursor });
    found.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === undefined || (id !== undefined && found.length > 0)) break;
  }
  const references = referencesAmong(found, type).filter((one) => id === undefined || one.id === id);
  return { references, complete: cursor === undefined || (id !== undefined && references.length > 0) };
}

async function searchOne(ctx: Context, type: string, id: number): Promise<Reference> {
  const { references } = await search(ctx, type, id);
  return references[0] ?? fail('not-found');
}

const one = (data: Resource): HttpReply => reply(200, { data });

const many = (ctx: Context, type: string, data: Resource[], { count }: Asked, complete = true): HttpReply =>
  reply(200, {
    data,
    links: { first: addressOf(ctx, type) },
    ...(count && { meta: { count: data.length, count_truncated: !complete } }),
  });

interface Named {
  ids?: number[];
  /** The person on the other side, and of which relationship. */
  user?: number;
  inverse?: string;
}

/** The filters that links of this system use: by id, and by the user on the other side. */
function readNamed({ filters }: Asked, inverses: readonly string[]): Named {
  const named: Named = {};
  for (const [names, value] of filters) {
    const [name = '', id] = names;
    const numbers = value.split(',').map((text) => (/^\d{1,16}$/.test(text) ? Number(text) : Number.NaN));
    const bad = numbers.some(Number.isNaN) || numbers.length > MOST_IDS;
    if (bad) refuse(`filter[${name.slice(0, 40)}]`, `must be integers, ${MOST_IDS} at most`);
    if (name === 'id' && names.length === 1) named.ids = numbers;
    else if (id === 'id' && names.length === 2 && inverses.includes(name) && numbers.length === 1) {
      named.user = numbers[0] ?? 0;
      named.inverse = name;
    } else refuse(`filter[${names.join('][').slice(0, 80)}]`, 'cannot be filtered by');
  }
  return named;
}

const within = ({ ids }: Named, all: Resource[]): Resource[] => all.filter(({ id }) => !ids || ids.includes(id));

/** Of another org's person as of nobody: an empty list. */
async function personOf(ctx: Context, { user }: Named): Promise<User[]> {
  if (user === undefined) return [];
  const { items } = await listUsers(ctx, {
    filter: { member: 'number', operator: 'eq', value: user },
    fields: 'relations',
  });
  return items;
}

function referenceOperations(type: string): Operation[] {
  const path = `${API}/${PLURALS[type] ?? type}` as const;
  return [
    operation(`GET ${path}`, {
      summary: `Get the references of type ${type}`,
      access,
      async run(ctx, { query }) {
        const asked = readQuery(query);
        const named = readNamed(asked, ['user']);
        const [only] = named.ids ?? [];
        const found =
          named.user === undefined
            ? await search(ctx, type, named.ids?.length === 1 ? only : undefined)
            : { references: referencesAmong(await personOf(ctx, named), type, named.inverse), complete: true };
        const all = found.references.map((it) => referenceResource(ctx, it, asked.fields));
        return many(ctx, type, within(named, all), asked, found.complete);
      },
    }),
    operation(`GET ${path}/{id}`, {
      summary: `Get one reference of type ${type}`,
      access,
      async run(ctx, { params, query }) {
        const { fields } = readQuery(query, 'one');
        return one(referenceResource(ctx, await searchOne(ctx, type, numberIn(params.id)), fields));
      },
    }),
  ];
}

const roles = operation(`GET ${API}/roles`, {
  summary: 'Get a collection of roles',
  access,
  async run(ctx, { query }) {
    const asked = readQuery(query);
    const named = readNamed(asked, []);
    const { items } = await listRoles(ctx);
    const all = items.map((role) => roleResource(ctx, role, asked.fields));
    return many(ctx, 'role', within(named, all), asked);
  },
});

const role = operation(`GET ${API}/roles/{id}`, {
  summary: 'Get a role by id',
  access,
  async run(ctx, { params, query }) {
    const { fields } = readQuery(query, 'one');
    const number = numberIn(params.id);
    if (!(await roleOfNumber(ctx, number))) fail('not-found');
    const { items } = await listRoles(ctx);
    return one(roleResource(ctx, items.find((it) => it.number === number) ?? fail('not-found'), fields));
  },
});

const TEAM_INVERSES = relations.filter(({ type }) => type === 'team').map(({ inverse }) => inverse);

const teams = operation(`GET ${API}/teams`, {
  summary: 'Get a collection of teams',
  access,
  async run(ctx, { query }) {
    const asked = readQuery(query);
    const named = readNamed(asked, TEAM_INVERSES);
    if (named.user === undefined && !named.ids) return teamPage(ctx, asked);
    if (named.inverse === 'roleAssignedUsers') {
      const assigned = referencesAmong(await personOf(ctx, named), 'team', named.inverse);
      const all = assigned.map((it) => referenceResource(ctx, it, asked.fields));
      return many(ctx, 'team', within(named, all), asked);
    }
    const all = (await namedTeams(ctx, named)).map((it) => teamResource(ctx, it, asked.fields));
    return many(ctx, 'team', within(named, all), asked);
  },
});

/** The teams of a person, or those of these numbers. */
async function namedTeams(ctx: Context, named: Named): Promise<UnitView[]> {
  const ids =
    named.user === undefined
      ? await Promise.all((named.ids ?? []).map((id) => idOfNumber(ctx, id)))
      : (await personOf(ctx, named)).flatMap((user) => user.teams ?? []);
  return knownUnits(ctx, 'team', ids.filter((id) => id !== undefined) as TeamId[]);
}

/** Teams in the order of creation, forwards only. */
async function teamPage(ctx: Context, asked: Asked): Promise<HttpReply> {
  const { paging, fields } = asked;
  if (paging.by === 'offset' || paging.before !== undefined) return refuse('page', 'goes by size and after here');
  const page = await listUnits(ctx, 'team', { limit: paging.size, cursor: paging.after });
  const data = page.items.map((it) => teamResource(ctx, it, fields));
  const next =
    page.nextCursor && new URLSearchParams({ 'page[size]': String(paging.size), 'page[after]': page.nextCursor });
  const first = addressOf(ctx, 'team');
  return reply(200, { data, links: { first, ...(next && { next: `${first}?${next}` }) } });
}

const team = operation(`GET ${API}/teams/{id}`, {
  summary: 'Get a team by id',
  access,
  async run(ctx, { params, query }) {
    const { fields } = readQuery(query, 'one');
    const number = numberIn(params.id);
    const id = await idOfNumber(ctx, number);
    if (id) return one(teamResource(ctx, await getUnit(ctx, 'team', id as TeamId), fields));
    return one(referenceResource(ctx, await searchOne(ctx, 'team', number), fields));
  },
});

const OWN = new Set(['role', 'team', 'user']);

export const relatedOperations: readonly Operation[] = [
  roles,
  role,
  teams,
  team,
  ...Object.keys(PLURALS)
    .filter((type) => !OWN.has(type))
    .flatMap(referenceOperations),
];
