// Lists of people: any filter, any order, pages that lose and repeat nobody, and what they cost.
import { type Filter, parseFilter } from '../model/filter.ts';
import type { OrgId } from '../model/ids.ts';
import { DEFAULT_LIMIT, type Page } from '../model/page.ts';
import { fail } from '../model/problem.ts';
import type { User } from '../model/user.ts';
import { openCursor, signCursor } from '../security/signed-cursor.ts';
import type { Meter } from '../store/table.ts';
import type { UserRecord } from '../store/user-items.ts';
import { type Context, orgOf } from './context.ts';
import type { PageInput } from './lists.ts';
import {
  claimsSource,
  EVALUATION_BUDGET,
  entrySource,
  type Found,
  findClaimed,
  indexSource,
  type Match,
  type Source,
  type Walk,
  walkOf,
  walkSource,
} from './search/find.ts';
import { comparePlaces, type Order, readOrder, reversed, sorted, sortedBy } from './search/order.ts';
import { partOf, partsFor, shownGroups, wholeUsers } from './search/people.ts';
import { planFilter, type Way } from './search/plan.ts';
import { readSelection, type Selection, select } from './search/selection.ts';

export interface UserListInput extends PageInput {
  sort?: string | undefined;
  /** In words, or read already. */
  filter?: string | Filter | undefined;
  fields?: string | undefined;
  explain?: boolean | undefined;
  /** Walks towards the beginning: the people before the cursor, the last ones without it. In the same order. */
  back?: boolean | undefined;
}

/** How a page was found and what it cost. */
export interface Explanation {
  /** `claim`, `id`, `entries`, `members`, `index`, `nothing` or `everyone`, and the member that led there. */
  by: string;
  on?: string;
  /** Where the order comes from: an index, or the matches sorted after they were collected. */
  order: 'index' | 'collected';
  /** People looked at, and those of them who passed. */
  evaluated: number;
  matched: number;
  /** The page ended because the budget was spent. */
  budgetSpent: boolean;
  calls: number;
  readUnits: number;
}

/** `previousCursor` is where a walk back goes on. Absent on the first page. */
export type UserPage = Page<User> & { previousCursor?: string; explain?: Explanation };

/** Matches that are sorted after collecting them; beyond it the order must be an index's. */
const MOST_SORTED = 5000;

interface Listing {
  orgId: OrgId;
  walk: Walk;
  order: Order;
  limit: number;
  from: string[] | undefined;
}

type Outcome = Found & { by: string; on?: string; order: 'index' | 'collected'; begin?: string[] };

/** One page of people. The cursor belongs to this org, filter, order and selection; it is refused with any other. */
export async function listUsers(ctx: Context, input: UserListInput): Promise<UserPage> {
  const orgId = orgOf(ctx);
  const { limit = DEFAULT_LIMIT, sort, cursor } = input;
  const order = readOrder(sort);
  const filter = typeof input.filter === 'string' ? parseFilter(input.filter) : input.filter;
  const selection = readSelection(input.fields);
  const spent = { calls: 0, units: 0 };
  const units: Meter | undefined = input.explain
    ? (consumed) => {
        spent.calls++;
        spent.units += consumed;
      }
    : undefined;
  const walk = walkOf(orgId, planFilter(orgId, filter), filter, units);
  const asked = typeof input.filter === 'object' ? JSON.stringify(input.filter) : (input.filter ?? '');
  const scope = ['users', orgId, sort ?? '', asked, input.fields ?? ''];
  const from = cursor === undefined ? undefined : openCursor(ctx.keys.cursors, scope, cursor);
  const found = await findPage(ctx, { orgId, walk, order: input.back ? reversed(order) : order, limit, from });
  const matches = input.back ? found.matches.toReversed() : found.matches;
  const items = await shown(ctx, matches, walk, selection);
  const [next, previous] = endsOf(found, input).map((place) => place && signCursor(ctx.keys.cursors, scope, place));
  const explain = input.explain && { explain: explained(found, limit, spent) };
  return { items, ...(next && { nextCursor: next }), ...(previous && { previousCursor: previous }), ...explain };
}

/** Where the next page begins and where the one before it ends. What was walked back from lies behind the page. */
function endsOf({ position, begin }: Outcome, { back, cursor }: UserListInput): (string[] | undefined)[] {
  const came = cursor === undefined ? undefined : begin;
  return back ? [came, position] : [position, came];
}

/** A part of those whom a filter lets pass, in order of creation: their cores, and where to go on. */
export async function walkPeople(
  ctx: Context,
  input: { filter?: string | undefined; from?: string[] | undefined; limit: number },
): Promise<{ records: UserRecord[]; position?: string[] }> {
  const orgId = orgOf(ctx);
  const filter = input.filter === undefined ? undefined : parseFilter(input.filter);
  const walk = walkOf(orgId, planFilter(orgId, filter), filter);
  const { limit, from } = input;
  const { matches, position } = await findPage(ctx, { orgId, walk, order: readOrder(), limit, from });
  return { records: matches.map(({ record }) => record), ...(position && { position }) };
}

function explained(found: Outcome, limit: number, { calls, units }: { calls: number; units: number }): Explanation {
  const { by, on, order, evaluated, matches, position } = found;
  const budgetSpent = position !== undefined && matches.length < limit;
  const counts = { evaluated, matched: matches.length, budgetSpent, calls, readUnits: units };
  return { by, ...(on && { on }), order, ...counts };
}

/** The first word of a cursor says how the walk goes on, so that it never changes its way on the road. */
async function findPage(ctx: Context, listing: Listing): Promise<Outcome> {
  const { walk, order, from } = listing;
  const [best] = walk.plan.ways;
  if (best && (best.by === 'claim' || best.by === 'id' || best.by === 'nothing')) {
    if (from) fail('cursor-invalid');
    return { ...(await findClaimed(ctx, walk, best)), by: best.by, on: best.on, order: 'index' };
  }
  const [mode, ...place] = from ?? [];
  const direct = directSource(ctx, listing);
  if (mode === undefined ? direct !== undefined : mode === 'walk') {
    return walked(ctx, listing, direct ?? everyone(ctx, listing), place);
  }
  const collected = await collect(ctx, listing, best, place);
  if (collected) return collected;
  if (order.index && !mode) return walked(ctx, listing, everyone(ctx, listing), []);
  return fail({ code: 'sort-too-large', detail: `more than ${MOST_SORTED} people would be sorted by ${order.member}` });
}

interface Direct {
  source: Source;
  by: string;
  on?: string;
}

/** A source that has the wanted order by itself. */
function directSource(ctx: Context, { walk, order }: Listing): Direct | undefined {
  const { descending, index } = order;
  if (!index) return undefined;
  for (const way of walk.plan.ways) {
    if (way.by === 'index' && way.index === index) {
      return { source: indexSource(ctx, walk, index, { descending, range: way.range }), by: 'index', on: way.on };
    }
    const byCreation = way.by === 'members' || (way.by === 'entries' && way.ordered);
    if (byCreation && index === 'byCreated') {
      return { source: entrySource(ctx, walk, way, { descending }), by: way.by, on: way.on };
    }
  }
  return walk.plan.ways.length === 0 ? everyone(ctx, { walk, order }) : undefined;
}

function everyone(ctx: Context, { walk, order }: Pick<Listing, 'walk' | 'order'>): Direct {
  const { descending, index = 'byCreated' } = order;
  return { source: indexSource(ctx, walk, index, { descending }), by: 'everyone' };
}

async function walked(
  ctx: Context,
  { walk, limit }: Listing,
  { source, by, on }: Direct,
  place: string[],
): Promise<Outcome> {
  const from = place.length > 0 ? place : undefined;
  const { position, first = position ?? [], ...found } = await walkSource(ctx, walk, source, { limit, from });
  const ends = { begin: ['walk', ...first], ...(position && { position: ['walk', ...position] }) };
  return { ...found, ...ends, by, ...(on && { on }), order: 'index' };
}

/** Collects all matches of the best way and sorts them. Undefined when there are too many to look at. */
async function collect(
  ctx: Context,
  { walk, order, limit }: Listing,
  way: Way | undefined,
  from: string[],
): Promise<Outcome | undefined> {
  const { source, by, on } = collectSource(ctx, walk, way);
  const wanted = order.index ? [] : partsFor(sortedBy(order));
  const whole: Walk = { ...walk, parts: [...new Set([...walk.parts, ...wanted])] };
  const costly = (way && way.by !== 'index') || whole.parts.length > 0;
  const budget = costly ? EVALUATION_BUDGET : MOST_SORTED;
  const all = await walkSource(ctx, whole, source, { limit: MOST_SORTED + 1, budget });
  if (all.position || all.matches.length > MOST_SORTED) return undefined;
  const ordered = sorted(all.matches, order);
  const behind = ({ place }: { place: string[] }) => from.length === 0 || comparePlaces(order, place, from) > 0;
  const rest = ordered.filter(behind);
  const page = rest.slice(0, limit);
  const last = rest.length > limit ? page.at(-1) : undefined;
  return {
    matches: page.map(({ match }) => match),
    evaluated: all.evaluated,
    begin: ['sorted', ...(page[0]?.place ?? [])],
    ...(last && { position: ['sorted', ...last.place] }),
    by,
    ...(on && { on }),
    order: 'collected',
  };
}

function collectSource(ctx: Context, walk: Walk, way: Way | undefined): Direct {
  if (way?.by === 'entries' || way?.by === 'members') {
    return { source: entrySource(ctx, walk, way, { all: true }), by: way.by, on: way.on };
  }
  if (way?.by === 'claims') return { source: claimsSource(ctx, walk, way), by: way.by, on: way.on };
  if (way?.by === 'index') {
    return { source: indexSource(ctx, walk, way.index, { range: way.range }), by: 'index', on: way.on };
  }
  return { source: indexSource(ctx, walk, 'byCreated'), by: 'everyone' };
}

/** What the page shows: nothing is read again that was read to judge. */
async function shown(
  ctx: Context,
  matches: readonly Match[],
  { parts, units }: Walk,
  selection: Selection,
): Promise<User[]> {
  const wanted = [...new Set([...selection.groups.map(partOf), ...partsFor(selection.members ?? [])])];
  const records = matches.map(({ record }) => record);
  const known = wanted.every((part) => parts.includes(part));
  const users = known ? matches.map(({ user }) => user) : await wholeUsers(ctx, records, wanted, units);
  const read = known ? parts : wanted;
  return matches.flatMap(({ record }, i) => {
    const user = users[i];
    if (!user) return [];
    return [selection.members ? select(user, selection) : shownGroups(user, record, selection.groups, read)];
  });
}
