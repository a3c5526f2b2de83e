// What the phases of an erasure share: who is erased, and the commit that removes and counts.
import type { UserId } from '../../model/ids.ts';
import { type AuditEvent, noEvent } from '../../store/audit-items.ts';
import { type ErasureRecord, tally } from '../../store/erasure-items.ts';
import { keys } from '../../store/keys.ts';
import { equals, type Item, type Write } from '../../store/table.ts';
import { readUserItem, type UserRecord } from '../../store/user-items.ts';
import { commit } from '../commit.ts';
import type { Context } from '../context.ts';

export interface Work {
  erasure: ErasureRecord;
  userId: UserId;
}

/** Does a bounded part. Resolves to where it goes on (no blanks), or to nothing when the phase is over. */
export type Phase = (ctx: Context, work: Work, at?: string) => Promise<string | undefined>;

/** Items that one commit removes; a transaction has room for a hundred writes. */
export const AT_ONCE = 25;

export const inParts = (items: readonly Item[]): Item[][] =>
  Array.from({ length: Math.ceil(items.length / AT_ONCE) }, (_, n) => items.slice(n * AT_ONCE, (n + 1) * AT_ONCE));

const otherwise = { code: 'version-conflict' } as const;

/** The person's core while they are to be erased; nothing once they are, or live under another org. */
export async function findErased(ctx: Context, { erasure, userId }: Work): Promise<UserRecord | undefined> {
  const item = await ctx.table.get(keys.user(erasure.orgId, userId));
  const core = item && readUserItem(item);
  return core?.state === 'deleted' && core.erasureId === erasure.id ? core : undefined;
}

/** Nobody wrote the core since it was read: the person is still this org's to erase. */
export const unmoved = ({ orgId, id, revision }: UserRecord): Write => ({
  check: keys.user(orgId, id),
  when: equals('op', revision),
  otherwise,
});

/** As it was read, it goes. */
export const dropItem = ({ pk, sk, op }: Item): Write => ({ drop: { pk, sk }, when: equals('op', op), otherwise });

export async function remove(
  ctx: Context,
  { erasure }: Work,
  items: readonly Item[],
  { writes = [], events = [] }: { writes?: Write[]; events?: AuditEvent[] } = {},
): Promise<void> {
  const kinds = items.map(({ k }) => String(k));
  const all = [...items.map(dropItem), ...writes, tally(erasure, kinds)];
  await commit(ctx, events.length > 0 ? events : noEvent('erasing'), all, undefined);
}
