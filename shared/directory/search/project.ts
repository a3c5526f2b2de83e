// What follows from people for whoever searches and counts them. State-based: the core as it is now against the ledger as
// it is now, so that repeats, old records and lost ones all end in the same place.
import { type OrgId, type UserId, unpackId } from '../../model/ids.ts';
import { hasCode } from '../../model/problem.ts';
import { noEvent } from '../../store/audit-items.ts';
import { keys } from '../../store/keys.ts';
import {
  type CountedState,
  dropLedger,
  type Ledger,
  moveCounters,
  putLedger,
  readLedger,
  sameToken,
  wantedLedger,
} from '../../store/ledger-items.ts';
import { entryItem, type Token } from '../../store/search-items.ts';
import type { Write } from '../../store/table.ts';
import { readUserItem, type UserRecord } from '../../store/user-items.ts';
import { commit, reapply } from '../commit.ts';
import type { Context } from '../context.ts';

export interface Person {
  orgId: OrgId;
  userId: UserId;
}

/** The person of a core item's partition key; an empty list for any other. */
export function personOfKey(pk: string): Person[] {
  const [o, org, u, user, ...more] = pk.split('#');
  if (o !== 'O' || u !== 'U' || !org || !user || more.length > 0) return [];
  return [{ orgId: unpackId(org) as OrgId, userId: unpackId(user) as UserId }];
}

interface Projection {
  writes: Write[];
  orgId: OrgId;
  deltas: [state: CountedState, by: number][];
}

/** Items in one transaction of the table. */
const MOST_WRITES = 100;
/** People whose core and ledger are read in one call. */
const AT_ONCE = 50;

/**
 * Derives entries, ledger and counters of these people. Entries, ledger and counters move in one transaction, so that a
 * crash leaves no entry that no ledger knows. Resolves to those it had to change. Fails only if the table does.
 */
export async function project(ctx: Context, people: readonly Person[]): Promise<number> {
  const unique = distinct(people);
  let changed = 0;
  for (let i = 0; i < unique.length; i += AT_ONCE) {
    const projections = await plan(ctx, unique.slice(i, i + AT_ONCE));
    for (const pack of packed(projections)) {
      await commitPack(ctx, pack);
      changed += pack.length;
    }
  }
  return changed;
}

const distinct = (people: readonly Person[]): Person[] => [
  ...new Map(people.map((person) => [`${person.orgId} ${person.userId}`, person])).values(),
];

export interface Projected {
  changed: number;
  /** People for whom it failed, each by themselves. */
  failed: { person: Person; error: unknown }[];
}

/**
 * The same for everyone for whom it can be done: halves of a group that fails are tried apart until whoever is at fault
 * stands alone. One of a hundred costs some seven reads more. Fails only with `store-unavailable`: that is nobody's
 * fault, and halves would meet it too.
 */
export async function projectEach(ctx: Context, given: readonly Person[]): Promise<Projected> {
  const people = distinct(given);
  try {
    return { changed: await project(ctx, people), failed: [] };
  } catch (error) {
    if (hasCode(error, 'store-unavailable')) throw error;
    const [person] = people;
    if (people.length === 1 && person) return { changed: 0, failed: [{ person, error }] };
    const half = Math.ceil(people.length / 2);
    const [first, second] = [await projectEach(ctx, people.slice(0, half)), await projectEach(ctx, people.slice(half))];
    return { changed: first.changed + second.changed, failed: [...first.failed, ...second.failed] };
  }
}

async function commitPack(ctx: Context, pack: readonly Planned[]): Promise<void> {
  try {
    await write(ctx, pack);
  } catch (error) {
    if (!hasCode(error, 'version-conflict')) throw error;
    // Somebody else projected one of them meanwhile: each on its own, from what is there now.
    for (const { person } of pack) {
      await reapply(async () => {
        const again = await plan(ctx, [person]);
        if (again.length > 0) await write(ctx, again);
      });
    }
  }
}

type Planned = Projection & { person: Person };

async function plan(ctx: Context, people: readonly Person[]): Promise<Planned[]> {
  const wanted = people.flatMap(({ orgId, userId }) => [keys.user(orgId, userId), keys.ledger(orgId, userId)]);
  const items = await ctx.table.getMany(wanted);
  return people.flatMap((person, i) => {
    const core = items[2 * i];
    const record = core && readUserItem(core);
    const found = projection(record, readLedger(person.orgId, person.userId, items[2 * i + 1]));
    return found ? [{ ...found, person }] : [];
  });
}

/** What must change for the ledger to say what the record implies; undefined when it does. */
function projection(record: UserRecord | undefined, before: Ledger): Projection | undefined {
  const { orgId, userId } = before;
  const after = wantedLedger(record, before);
  const lacks = (ledger: Ledger, token: Token) => !ledger.tokens.some((it) => sameToken(it, token));
  const gone = before.tokens.filter((token) => lacks(after, token));
  const shown = before.card === after.card;
  // The entries of words carry the card, so a new one rewrites them all.
  const put = after.tokens.filter((token) => lacks(before, token) || (!shown && token.field === 'word'));
  const moved = before.counted !== after.counted;
  if (gone.length === 0 && put.length === 0 && shown && !moved) return undefined;
  const empty = after.tokens.length === 0 && after.counted === undefined;
  const otherwise = { code: 'version-conflict' } as const;
  return {
    orgId,
    deltas: moved ? [...step(before.counted, -1), ...step(after.counted, 1)] : [],
    writes: [
      ...gone.map((t) => ({ drop: keys.searchEntry(orgId, t.field, t.bucket, t.value, userId), otherwise })),
      ...(record ? put.map((token) => ({ put: entryItem(record, token), otherwise })) : []),
      empty ? dropLedger(before) : putLedger(after, before),
    ],
  };
}

const step = (state: CountedState | undefined, by: number): [CountedState, number][] => (state ? [[state, by]] : []);

/** As many as fit into a transaction, with a counter per org among them. */
function packed(all: readonly Planned[]): Planned[][] {
  const packs: Planned[][] = [];
  let room = 0;
  for (const one of all) {
    const size = one.writes.length + 1;
    if (size > room) {
      packs.push([]);
      room = MOST_WRITES;
    }
    packs.at(-1)?.push(one);
    room -= size;
  }
  return packs;
}

async function write(ctx: Context, pack: readonly Projection[]): Promise<void> {
  const byOrg = new Map<OrgId, Map<CountedState, number>>();
  for (const { orgId, deltas } of pack) {
    const sums = byOrg.get(orgId) ?? new Map<CountedState, number>();
    for (const [state, by] of deltas) sums.set(state, (sums.get(state) ?? 0) + by);
    byOrg.set(orgId, sums);
  }
  const shard = ctx.randomBytes(1)[0] ?? 0;
  const counters = [...byOrg].flatMap(([orgId, sums]) => moveCounters(orgId, shard, sums));
  await commit(ctx, noEvent('projection'), [...pack.flatMap(({ writes }) => writes), ...counters], undefined);
}
