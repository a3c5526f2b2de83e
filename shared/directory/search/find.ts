// Walks one of the ways of a plan: reads candidates, judges each by the whole filter, stops at a full page or when the
// budget is spent, and says where to go on.
import { type Filter, matches, membersOf } from '../../model/filter.ts';
import { type OrgId, type UserId, unpackId } from '../../model/ids.ts';
import { fail } from '../../model/problem.ts';
import type { User } from '../../model/user.ts';
import { readClaim } from '../../store/claim-items.ts';
import { keys, partitions } from '../../store/keys.ts';
import { type IndexName, type Item, type Meter, type QueryInput, RANGES } from '../../store/table.ts';
import { readUserItem, type UserRecord } from '../../store/user-items.ts';
import { type Context, newId } from '../context.ts';
import { type Part, partsFor, readAll, wholeUsers } from './people.ts';
import type { Plan, Range, Way } from './plan.ts';

/** People that one call looks at; a page that reaches it ends early, with a cursor. */
export const EVALUATION_BUDGET = 1000;
/** The same where each of them costs a read of its own: entries that lead to a core, groups beside the core. */
export const READ_BUDGET = 200;

/** One who passed: the core, and all that was read of them. */
export interface Match {
  record: UserRecord;
  user: User;
}

export interface Found {
  matches: Match[];
  evaluated: number;
  /** Where the first of them stands. */
  first?: string[];
  /** Where the walk stopped; absent at its end. */
  position?: string[];
}

export interface Walk {
  orgId: OrgId;
  plan: Plan;
  filter: Filter | undefined;
  /** Items to read beside the core of everyone looked at. */
  parts: readonly Part[];
  units?: Meter | undefined;
}

/** The walk of a filter: what it must read to judge. */
export const walkOf = (orgId: OrgId, plan: Plan, filter: Filter | undefined, units?: Meter): Walk => ({
  orgId,
  plan,
  filter,
  parts: filter ? partsFor(membersOf(filter)) : [],
  units,
});

interface Candidates {
  records: UserRecord[];
  /** Where each of them stands, to go on behind. */
  places: string[][];
  /** Items read, those that are nobody included. */
  read: number;
  /** Where reading stopped; absent at the end. */
  last?: string[];
}

/** A source of people in some order: a bounded number of them, from a place on. */
export interface Source {
  /** People that one call may look at. */
  budget: number;
  /** How many to look at first for each one wanted: twice as many where looking is cheap and many may not pass. */
  ahead: 1 | 2;
  read(count: number, from: string[] | undefined): Promise<Candidates>;
}

/** Everyone of an org, or a part of them, in the order of an index. */
export function indexSource(
  ctx: Context,
  walk: Walk,
  index: IndexName,
  { descending = false, range = {} }: { descending?: boolean; range?: Range } = {},
): Source {
  const { orgId, plan, units } = walk;
  const lp = plan.deleted ? partitions.deletedUsers(orgId) : partitions.users(orgId);
  const attribute = RANGES[index];
  const query: QueryInput = { pk: lp, index, descending, ...range, ...(units && { units }) };
  return {
    budget: walk.parts.length > 0 ? READ_BUDGET : EVALUATION_BUDGET,
    ahead: walk.filter ? 2 : 1,
    async read(limit, from) {
      const [pk, sk, at] = from ?? [];
      const after = from && { pk: pk ?? '', sk: sk ?? '', lp, [attribute]: at ?? '' };
      const page = await ctx.table.query({ ...query, limit, ...(after && { after }) });
      const placeOf = (item: Item | Record<string, string>) => [item.pk, item.sk, item[attribute]].map(String);
      const people = page.items.filter((item) => concerns(walk, item));
      return {
        records: people.map(readUserItem),
        places: people.map(placeOf),
        read: page.items.length,
        ...(page.last && { last: placeOf(page.last) }),
      };
    },
  };
}

/**
 * Whether the list is about this person: the living, or the deleted. An entry may be older than the core that it leads
 * to, and the partition of the deleted also holds what stands in for those who left.
 */
const concerns = ({ plan }: Walk, { k, st }: Item): boolean =>
  (k === 'user' || k === 'guest') && st !== 'erased' && (st === 'deleted') === plan.deleted;

/** People whom entries name: their cores are read one by one, and those gone since are left out. */
export function entrySource(
  ctx: Context,
  walk: Walk,
  way: Extract<Way, { by: 'entries' | 'members' }>,
  descending = false,
): Source {
  const { orgId, units } = walk;
  const members = way.by === 'members';
  return {
    budget: READ_BUDGET,
    ahead: 1,
    async read(limit, from) {
      const [pk = '', sk = '', sc = ''] = from ?? [];
      const page = await ctx.table.query({
        pk: way.pk,
        ...(members && { index: 'byCreated' as const }),
        ...(way.by === 'entries' && way.begins !== undefined && { begins: way.begins }),
        descending,
        limit,
        ...(from && { after: members ? { pk, sk, lp: way.pk, sc } : { pk, sk } }),
        ...(units && { units }),
      });
      const placeOf = (item: Item | Record<string, string>) =>
        [item.pk, item.sk, ...(members ? [item.sc] : [])].map(String);
      const cores = await readAll(
        ctx,
        page.items.map((item) => keys.user(orgId, personOf(item, members))),
        units,
      );
      const found = page.items.flatMap((item, i) => {
        const core = cores[i];
        return core && concerns(walk, core) ? [{ record: readUserItem(core), place: placeOf(item) }] : [];
      });
      return {
        records: found.map(({ record }) => record),
        places: found.map(({ place }) => place),
        read: page.items.length,
        ...(page.last && { last: placeOf(page.last) }),
      };
    },
  };
}

/**
 * The people who hold these claimed values, at once. A core is read for a value that nobody holds, too: a person of
 * another org costs what nobody costs.
 */
export function claimsSource(ctx: Context, walk: Walk, way: Extract<Way, { by: 'claims' }>): Source {
  return {
    budget: READ_BUDGET,
    ahead: 1,
    async read() {
      const claims = await readAll(ctx, way.keys, walk.units, false);
      const ids = new Set(claims.map((claim) => readClaim(claim)?.userId ?? newId<UserId>(ctx)));
      const cores = await readAll(
        ctx,
        [...ids].map((id) => keys.user(walk.orgId, id)),
        walk.units,
        false,
      );
      const people = cores.flatMap((core) => (core && concerns(walk, core) ? [readUserItem(core)] : []));
      return { records: people, places: people.map(({ id }) => [id]), read: way.keys.length };
    },
  };
}

const personOf = (item: Item, members: boolean): UserId =>
  unpackId(members ? item.pk.slice(-22) : item.sk.slice(-22)) as UserId;

/** Judges people of a source until the page is full, the source has ended or the budget is spent. */
export async function walkSource(
  ctx: Context,
  walk: Walk,
  source: Source,
  { limit, from, budget = source.budget }: { limit: number; from?: string[] | undefined; budget?: number },
): Promise<Found> {
  const found: Match[] = [];
  let evaluated = 0;
  let at = from;
  let first: string[] | undefined;
  const so = (at: Pick<Found, 'evaluated' | 'position'>): Found => ({ matches: found, ...(first && { first }), ...at });
  for (let count = Math.min(source.ahead * limit, budget); ; count = budget - evaluated) {
    const page = await source.read(count, at);
    const judged = await judge(ctx, walk, page.records);
    for (const [i, match] of judged.entries()) {
      if (!match) continue;
      found.push(match);
      first ??= page.places[i];
      const rest = judged.slice(i + 1).some(Boolean) || page.last !== undefined;
      if (found.length === limit) {
        const position = rest ? page.places[i] : undefined;
        return so({ evaluated: evaluated + i + 1, ...(position && { position }) });
      }
    }
    evaluated += Math.max(page.read, 1);
    at = page.last;
    if (!at) return so({ evaluated });
    if (evaluated >= budget) return so({ evaluated, position: at });
  }
}

/** Those who pass, at their own index; undefined for the others. */
export async function judge(
  ctx: Context,
  { filter, parts, units }: Walk,
  records: readonly UserRecord[],
): Promise<(Match | undefined)[]> {
  const users = await wholeUsers(ctx, records, parts, units);
  return records.map((record, i) => {
    const user = users[i];
    return user && (!filter || matches(filter, user)) ? { record, user } : undefined;
  });
}

/**
 * One person by a claimed value, two reads. The second is made for a value that nobody holds, too: a person of another
 * org costs what nobody costs.
 */
export async function findClaimed(ctx: Context, walk: Walk, way: Way): Promise<Found> {
  if (way.by === 'nothing') return { matches: [], evaluated: 0 };
  if (way.by !== 'claim' && way.by !== 'id') return fail('filter-invalid');
  const options = walk.units && { units: walk.units };
  const holder = way.by === 'claim' ? readClaim(await ctx.table.get(way.key, options)) : { userId: way.id };
  const item = await ctx.table.get(keys.user(walk.orgId, holder?.userId ?? newId(ctx)), options);
  const judged = item && concerns(walk, item) ? await judge(ctx, walk, [readUserItem(item)]) : [];
  return { matches: judged.flatMap((match) => match ?? []), evaluated: judged.length };
}
