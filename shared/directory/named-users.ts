// A person by the name that they go by, for systems in which a name is the key.
import { canonicalAddress } from '../model/email-address.ts';
import type { UserId } from '../model/ids.ts';
import type { User } from '../model/user.ts';
import { readClaim } from '../store/claim-items.ts';
import { keys } from '../store/keys.ts';
import { type Context, newId, orgOf } from './context.ts';
import { getUser } from './users.ts';

/**
 * By whatever names a person: their externalId in the caller's org, else their username, else their address. Two reads,
 * whoever it belongs to.
 */
export async function getUserByName(ctx: Context, name: string, state?: 'deleted'): Promise<User> {
  const orgId = orgOf(ctx);
  const address = canonicalAddress(name);
  const claims = await ctx.table.getMany([
    keys.externalIdClaim(orgId, name),
    keys.usernameClaim(name),
    ...(address ? [keys.emailClaim(address)] : []),
  ]);
  const holders = claims.flatMap((item) => readClaim(item) ?? []);
  const own = holders.find((holder) => holder.orgId === orgId) ?? holders[0];
  return getUser(ctx, own?.userId ?? newId<UserId>(ctx), state);
}
