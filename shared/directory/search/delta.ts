// What changed since: changes and ends of people in the order in which they were written.
import { DEFAULT_LIMIT } from '../../model/page.ts';
import { fail } from '../../model/problem.ts';
import type { Instant } from '../../model/text.ts';
import type { User } from '../../model/user.ts';
import { openCursor, signCursor } from '../../security/signed-cursor.ts';
import { partitions } from '../../store/keys.ts';
import type { Item } from '../../store/table.ts';
import { readUserItem, toUser } from '../../store/user-items.ts';
import { type Context, instant, orgOf, secondsFrom } from '../context.ts';

/** One who changed, as they are now; or one who is not there any more. */
export type Change =
  | { kind: 'changed'; user: User }
  | { kind: 'gone'; id: string; state: 'deleted' | 'erased'; at: Instant };

export interface Delta {
  items: Change[];
  nextCursor: string;
  /** There is more already: ask again at once. */
  more: boolean;
}

/**
 * Seconds that a change may take from its timestamp to the table, clocks of different machines included. Changes younger
 * than this are not shown yet.
 */
export const SETTLE_SECONDS = 30;

/**
 * Changes after the cursor, oldest first: who changed several times comes once, as they are now; who changes during the
 * walk may come again. Nothing is left out as long as no change takes longer than 30 s to be written. Without a cursor:
 * only one to begin with.
 */
export async function listChanges(
  ctx: Context,
  input: { cursor?: string | undefined; limit?: number | undefined },
): Promise<Delta> {
  const orgId = orgOf(ctx);
  const { cursor, limit = DEFAULT_LIMIT } = input;
  const scope = ['delta', orgId];
  const sign = (position: string) => signCursor(ctx.keys.cursors, scope, [position]);
  const settled = instant(secondsFrom(ctx.now, -SETTLE_SECONDS));
  if (cursor === undefined) return { items: [], nextCursor: sign(settled), more: false };
  const [after = fail('cursor-invalid')] = openCursor(ctx.keys.cursors, scope, cursor);
  // From `after` itself on, without it: one more than tells whether there is more.
  const lists = await Promise.all(
    [partitions.users(orgId), partitions.deletedUsers(orgId)].map((pk) =>
      ctx.table.query({ pk, index: 'byUpdated', from: after, to: settled, limit: limit + 2 }),
    ),
  );
  const found = lists
    .flatMap(({ items }) => items)
    .filter(({ su }) => String(su) > after)
    .sort((a, b) => (String(a.su) < String(b.su) ? -1 : 1));
  const page = found.slice(0, limit);
  const more = found.length > limit;
  // At the end the cursor moves on to what has settled, so that an empty answer is not asked for again and again.
  const reached = more ? String(page.at(-1)?.su) : maxOf(settled, after);
  return { items: page.map(toChange), nextCursor: sign(reached), more };
}

const maxOf = (a: string, b: string): string => (a > b ? a : b);

function toChange(item: Item): Change {
  const record = readUserItem(item);
  if (record.state !== 'deleted' && record.state !== 'erased') return { kind: 'changed', user: toUser(record) };
  const at = (record.deletedAt ?? record.updatedAt) as Instant;
  return { kind: 'gone', id: record.id, state: record.state, at };
}
