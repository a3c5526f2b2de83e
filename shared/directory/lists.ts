// Walking a list page by page: signed cursors, a budget of evaluated entries, nobody lost and nobody twice.

import { DEFAULT_LIMIT, type Page } from '../model/page.ts';
import { fail } from '../model/problem.ts';
import { openCursor, signCursor } from '../security/signed-cursor.ts';
import { type Item, type QueryInput, RANGES } from '../store/table.ts';
import type { Context } from './context.ts';

export interface PageInput {
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** Entries that a page with a filter may evaluate. Past it the page ends early, with a cursor to go on. */
export const EVALUATION_BUDGET = 1000;

/**
 * One page of a query. `scope` is what the cursor is bound to: org, route and everything of the query that shapes the
 * walk. With a filter the table first evaluates twice the page, which is enough where most entries pass, and then in a
 * second call the rest of the budget.
 */
export async function listPage<T>(
  ctx: Context,
  scope: readonly string[],
  { limit = DEFAULT_LIMIT, cursor }: PageInput,
  query: QueryInput,
  toItems: (items: Item[]) => Promise<T[]>,
): Promise<Page<T>> {
  const range = query.index ? RANGES[query.index] : 'sk';
  const position = cursor === undefined ? undefined : openCursor(ctx.keys.cursors, scope, cursor);
  const after = position && startKey(query, range, position);
  const first = query.where ? Math.min(2 * limit, EVALUATION_BUDGET) : limit;
  let page = await ctx.table.query({ ...query, limit: first, ...(after && { after }) });
  if (query.where && page.items.length < limit && page.last) {
    const more = await ctx.table.query({ ...query, limit: EVALUATION_BUDGET - first, after: page.last });
    page = { ...more, items: [...page.items, ...more.items] };
  }
  const items = page.items.slice(0, limit);
  const cut = page.items.length > limit ? items.at(-1) : undefined;
  const last = cut ?? page.last;
  const next = last && signCursor(ctx.keys.cursors, scope, [last.pk, last.sk, last[range]].map(String));
  return { items: await toItems(items), ...(next && { nextCursor: next }) };
}

function startKey(query: QueryInput, range: string, [pk, sk, at]: string[]): Record<string, string> {
  if (pk === undefined || sk === undefined || at === undefined) fail('cursor-invalid');
  return query.index ? { pk, sk, lp: query.pk, [range]: at } : { pk, sk };
}
