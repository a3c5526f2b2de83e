// How many: exact where the counters know, bounded where people must be looked at.
import { type Filter, parseFilter } from '../../model/filter.ts';
import type { OrgId } from '../../model/ids.ts';
import { partitions } from '../../store/keys.ts';
import { COUNTED, type CountedState, type Counts, sumCounters } from '../../store/ledger-items.ts';
import { type Context, orgOf } from '../context.ts';
import { claimsSource, EVALUATION_BUDGET, entrySource, findClaimed, indexSource, walkOf, walkSource } from './find.ts';
import { planFilter } from './plan.ts';

export interface Count {
  count: number;
  /** False: there are at least so many; looking further would cost more than one call may. */
  complete: boolean;
  /** Without a filter: how many there are in each state. Deleted ones are not in `count`. */
  byState?: Counts;
}

/** People that a filtered count looks at; a fifth of it where each costs a read of its own. */
const BUDGET = 5000;

/**
 * Without a filter, or with one on the state alone, the counters answer: exact, at most a second behind. Any other filter
 * looks at up to 5,000 people (1,000 where each costs a read of its own) and says when that was not everyone.
 */
export async function countUsers(ctx: Context, wanted?: string | Filter): Promise<Count> {
  const orgId = orgOf(ctx);
  const filter = typeof wanted === 'string' ? parseFilter(wanted) : wanted;
  const state = filter && stateAlone(filter);
  if (!filter || state) {
    const counts = await readCounts(ctx, orgId);
    if (state) return { count: counts[state], complete: true };
    const { deleted: _deleted, ...live } = counts;
    return { count: Object.values(live).reduce((a, b) => a + b, 0), complete: true, byState: counts };
  }
  return countMatches(ctx, orgId, filter);
}

export async function readCounts(ctx: Context, orgId: OrgId): Promise<Counts> {
  const { items } = await ctx.table.query({ pk: partitions.counters(orgId) });
  return sumCounters(items);
}

function stateAlone(filter: Filter): CountedState | undefined {
  if (!('operator' in filter) || filter.member !== 'state' || filter.operator !== 'eq') return undefined;
  return COUNTED.find((state) => state === String(filter.value).toLowerCase());
}

async function countMatches(ctx: Context, orgId: OrgId, filter: Filter): Promise<Count> {
  const plan = planFilter(orgId, filter);
  const walk = walkOf(orgId, plan, filter);
  const [way] = plan.ways;
  if (way && (way.by === 'claim' || way.by === 'id' || way.by === 'nothing')) {
    return { count: (await findClaimed(ctx, walk, way)).matches.length, complete: true };
  }
  const byEntries = way?.by === 'entries' || way?.by === 'members';
  const source = byEntries
    ? entrySource(ctx, walk, way)
    : way?.by === 'claims'
      ? claimsSource(ctx, walk, way)
      : indexSource(ctx, walk, way?.index ?? 'byCreated', way && { range: way.range });
  const budget = byEntries || walk.parts.length > 0 ? EVALUATION_BUDGET : BUDGET;
  const { matches, position } = await walkSource(ctx, walk, source, { limit: BUDGET + 1, budget });
  return { count: matches.length, complete: position === undefined };
}
