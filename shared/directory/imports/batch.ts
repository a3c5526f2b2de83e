// Many rows at once, for an operator: what is known of their addresses in one read, then as many people in one transaction
// as it holds. A transaction that is refused is done again row by row, so that each row meets its own refusal.
import type { OrgId } from '../../model/ids.ts';
import type { ImportRow } from '../../model/import-row.ts';
import { fail, hasCode, problemOf } from '../../model/problem.ts';
import { type Holder, readClaim } from '../../store/claim-items.ts';
import { keys } from '../../store/keys.ts';
import type { Item, Key, Write } from '../../store/table.ts';
import { commit } from '../commit.ts';
import type { Context } from '../context.ts';
import { refused } from '../jobs/rows.ts';
import type { UserPlan } from '../new-user.ts';
import { checkReferences } from '../references.ts';
import type { NumberedRow, Outcome, Terms } from './person.ts';
import * as person from './person.ts';

/** Rows of one batch: their addresses are read in one call. */
export const BATCH_ROWS = 100;
/** Items in one transaction of the table. */
const MOST_WRITES = 100;

interface Fresh {
  i: number;
  plan: UserPlan;
}

/**
 * Does up to a hundred rows; done again, they find themselves done. Outcomes stand in the order of the rows. Throws only
 * what passes (`store-unavailable`): then some of the rows are done, and all of them may be done again. Without `look`
 * nobody is taken to be there already: a tenth quicker where that is so, and found out by the refusal where it is not.
 */
export async function importBatch(
  ctx: Context,
  rows: readonly NumberedRow[],
  terms: Terms,
  look = true,
): Promise<Outcome[]> {
  const standing = await ctx.standing();
  const org = standing.org ?? fail('permission-missing');
  const addresses = look ? rows.map(({ row }) => keys.emailClaim(row.email)) : [];
  const holders = (await ctx.table.getMany(addresses)).map(readClaim);
  const [known, references] = [await ownCores(ctx, org.id, holders), referenceChecks(ctx, org.id, terms)];
  const outcomes: Outcome[] = [];
  const fresh: Fresh[] = [];
  for (const [i, numbered] of rows.entries()) {
    const outcome = await attempted(async () => {
      if (holders[i]?.orgId !== org.id) person.checkRow(standing, numbered.row, terms);
      const settled = await person.settle(ctx, org.id, holders[i], numbered, terms, known[i]);
      if (settled) return settled;
      await references(numbered.row);
      fresh.push({ i, plan: await person.planPerson(ctx, org, numbered, terms) });
      return undefined;
    });
    if (outcome) outcomes[i] = outcome;
  }
  for (const pack of packed(fresh)) await commitPack(ctx, pack, rows, terms, look, outcomes);
  return outcomes;
}

/** The outcome, also of a refusal; what passes is thrown on. */
async function attempted<T>(run: () => Promise<T>): Promise<T | Outcome> {
  try {
    return await run();
  } catch (error) {
    const problem = problemOf(error);
    if (!problem || problem.code === 'store-unavailable') throw error;
    return refused(problem);
  }
}

/** The cores of those of the org who have one of the addresses, each at its row's place. */
async function ownCores(
  ctx: Context,
  orgId: OrgId,
  holders: readonly (Holder | undefined)[],
): Promise<(Item | undefined)[]> {
  const own = holders.flatMap((holder, i) => (holder?.orgId === orgId ? [{ i, id: holder.userId }] : []));
  const items = await ctx.table.getMany(own.map(({ id }) => keys.user(orgId, id)));
  const found: (Item | undefined)[] = [];
  for (const [at, { i }] of own.entries()) found[i] = items[at];
  return found;
}

/** Looks at each division once, however many rows name it. */
function referenceChecks(ctx: Context, orgId: OrgId, terms: Terms): (row: ImportRow) => Promise<void> {
  const checks = new Map<string, Promise<void>>();
  return async (row) => {
    const patch = person.referencesOf(row, terms);
    const name = JSON.stringify(patch);
    const check = checks.get(name) ?? checkReferences(ctx, orgId, patch);
    checks.set(name, check);
    await check;
  };
}

/** As many people as fit into a transaction with their entries; no item twice in one. */
function packed(all: readonly Fresh[]): Fresh[][] {
  const packs: Fresh[][] = [];
  let room = 0;
  let taken = new Set<string>();
  for (const one of all) {
    const names = one.plan.writes.map(nameOf);
    if (names.length + 1 > room || names.some((name) => taken.has(name))) {
      packs.push([]);
      room = MOST_WRITES;
      taken = new Set();
    }
    packs.at(-1)?.push(one);
    room -= names.length + 1;
    for (const name of names) taken.add(name);
  }
  return packs;
}

function nameOf(write: Write): string {
  const { pk, sk } = keyOf(write);
  return `${pk} ${sk}`;
}

function keyOf(write: Write): Key {
  if ('put' in write) return write.put;
  if ('update' in write) return write.update;
  return 'drop' in write ? write.drop : write.check;
}

async function commitPack(
  ctx: Context,
  pack: readonly Fresh[],
  rows: readonly NumberedRow[],
  terms: Terms,
  looked: boolean,
  outcomes: Outcome[],
): Promise<void> {
  try {
    const events = pack.map(({ plan }) => plan.event);
    const writes = pack.flatMap(({ plan }) => plan.writes);
    await commit(ctx, events, writes, undefined);
    for (const { i, plan } of pack) outcomes[i] = person.outcomeOf(plan);
  } catch (error) {
    if (!problemOf(error) || hasCode(error, 'store-unavailable')) throw error;
    const again = pack.flatMap(({ i }) => rows[i] ?? []);
    const done = looked ? await oneByOne(ctx, again, terms) : await importBatch(ctx, again, terms);
    for (const [at, { i }] of pack.entries()) outcomes[i] = done[at] as Outcome;
  }
}

async function oneByOne(ctx: Context, rows: readonly NumberedRow[], terms: Terms): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const row of rows) outcomes.push(await attempted(() => person.importPerson(ctx, row, terms)));
  return outcomes;
}
