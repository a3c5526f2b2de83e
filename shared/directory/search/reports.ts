// Who reports to whom: people by their manager, and the managers above somebody.
import type { UserId } from '../../model/ids.ts';
import type { Page } from '../../model/page.ts';
import { fail } from '../../model/problem.ts';
import { LIVE, type User } from '../../model/user.ts';
import { keys } from '../../store/keys.ts';
import { readUserItem, toUser, type UserRecord } from '../../store/user-items.ts';
import { type Context, orgOf } from '../context.ts';
import type { PageInput } from '../lists.ts';
import { listUsers } from '../user-lists.ts';

async function findCore(ctx: Context, id: UserId): Promise<UserRecord | undefined> {
  const item = await ctx.table.get(keys.user(orgOf(ctx), id), { eventual: true });
  const record = item && readUserItem(item);
  return record && LIVE.includes(record.state) ? record : undefined;
}

/** Those who name the person as their manager, in the order of creation. */
export async function listReports(ctx: Context, id: UserId, page: PageInput): Promise<Page<User>> {
  if (!(await findCore(ctx, id))) fail('not-found');
  return listUsers(ctx, { ...page, filter: `profile.managerId eq "${id}"` });
}

const MOST_ABOVE = 20;

/** The managers above a person, nearest first, at most 20. A circle ends where it closes. */
export async function listManagers(ctx: Context, id: UserId): Promise<{ items: User[] }> {
  const person = (await findCore(ctx, id)) ?? fail('not-found');
  const above: UserRecord[] = [];
  const seen = new Set<UserId>([id]);
  for (let next = person.profile?.managerId; next && !seen.has(next) && above.length < MOST_ABOVE; ) {
    seen.add(next);
    const manager = await findCore(ctx, next);
    if (!manager) break;
    above.push(manager);
    next = manager.profile?.managerId;
  }
  return { items: above.map((manager) => toUser(manager)) };
}
