// Pages by number or offset, as other systems count them, over walks that only know cursors.
import type { Context } from '../directory/context.ts';
import { readOrder } from '../directory/search/order.ts';
import { listUsers, type UserListInput } from '../directory/user-lists.ts';
import { fail } from '../model/problem.ts';
import type { User } from '../model/user.ts';

/** People that may lie before a page: further on, cursors and filters are the way. */
export const MAX_OFFSET = 10_000;
/** Most people that one call of the list gives. */
export const STRIDE = 200;
/** Calls that one page may take: a rare match among many is found by a filter that an index serves, or not here. */
const MOST_CALLS = 60;

export interface Slice {
  users: User[];
  /** There is somebody behind the page. */
  more: boolean;
  /** People walked over, those of the page among them: everybody there is, where nobody is behind it. */
  passed: number;
}

/**
 * The people from `offset` on, `limit` of them at most. Those before are walked:
 * the cost of a page grows with its number. Fails with `limit-reached` beyond `MAX_OFFSET`.
 */
export async function sliceOf(
  ctx: Context,
  list: Omit<UserListInput, 'limit' | 'cursor'>,
  offset: number,
  limit: number,
): Promise<Slice> {
  if (offset > MAX_OFFSET) fail('limit-reached');
  // An order that no index has is made of all matches at every call: one call is enough.
  const stride = readOrder(list.sort).index ? STRIDE : offset + limit;
  const users: User[] = [];
  let cursor: string | undefined;
  let passed = 0;
  for (let calls = 0; calls < MOST_CALLS; calls++) {
    // A cursor belongs to its selection, so the members shown are the same on the way.
    const wanted = Math.min(stride, offset + limit - passed);
    const page = await listUsers(ctx, { ...list, limit: wanted, cursor });
    users.push(...page.items.slice(Math.max(0, offset - passed)));
    passed += page.items.length;
    cursor = page.nextCursor;
    if (cursor === undefined || passed >= offset + limit) return { users, more: cursor !== undefined, passed };
  }
  return fail('sort-too-large');
}
