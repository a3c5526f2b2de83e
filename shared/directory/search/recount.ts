// Derives everything about an org's people again, and counts them anew: for an operator after a restore, or when the
// stream was off for longer than it remembers.
import type { OrgId } from '../../model/ids.ts';
import { noEvent } from '../../store/audit-items.ts';
import { COUNTER_SHARDS, keys, partitions } from '../../store/keys.ts';
import { COUNTED, type Counts, readLedger, setCounter, sumCounters } from '../../store/ledger-items.ts';
import { commit, reapply } from '../commit.ts';
import type { Context } from '../context.ts';
import { type Person, personOfKey, project } from './project.ts';

export interface Recount {
  /** People looked at, and those of them of whom something had to be derived anew. */
  people: number;
  corrected: number;
  before: Counts;
  after: Counts;
}

const PAGE = 50;

async function* peopleOf(ctx: Context, orgId: OrgId): AsyncGenerator<Person[]> {
  for (const pk of [partitions.users(orgId), partitions.deletedUsers(orgId)]) {
    let after: Record<string, string> | undefined;
    do {
      const page = await ctx.table.query({ pk, index: 'byCreated', limit: PAGE, ...(after && { after }) });
      yield page.items.flatMap((item) => personOfKey(item.pk));
      after = page.last;
    } while (after);
  }
}

/**
 * Projects everyone of an org, and sets its counters to what the ledgers say. May run beside everything else: where
 * somebody's state changes while it sums up, it sums up again, three times at most, and then fails with
 * `version-conflict`. Reads everyone twice.
 */
export async function recount(
  ctx: Context,
  orgId: OrgId,
  onPage: (people: number) => void = () => undefined,
): Promise<Recount> {
  let people = 0;
  let corrected = 0;
  for await (const page of peopleOf(ctx, orgId)) {
    corrected += await project(ctx, page);
    people += page.length;
    onPage(people);
  }
  return { people, corrected, ...(await reapply(() => sumUp(ctx, orgId))) };
}

async function sumUp(ctx: Context, orgId: OrgId): Promise<{ before: Counts; after: Counts }> {
  const shards = Array.from({ length: COUNTER_SHARDS }, (_, shard) => keys.counter(orgId, shard));
  const counters = await ctx.table.getMany(shards);
  const before = sumCounters(counters.flatMap((item) => item ?? []));
  const after = Object.fromEntries(COUNTED.map((state) => [state, 0])) as Counts;
  for await (const page of peopleOf(ctx, orgId)) {
    const ledgers = await ctx.table.getMany(page.map(({ userId }) => keys.ledger(orgId, userId)));
    for (const [i, { userId }] of page.entries()) {
      const { counted } = readLedger(orgId, userId, ledgers[i]);
      if (counted) after[counted]++;
    }
  }
  // Every change of a state moves a counter: unchanged counters mean that the sum is of one moment.
  const none = Object.fromEntries(COUNTED.map((state) => [state, 0])) as Counts;
  const writes = counters.map((counter, shard) => setCounter(orgId, shard, shard === 0 ? after : none, counter));
  await commit(ctx, noEvent('projection'), writes, undefined);
  return { before, after };
}
