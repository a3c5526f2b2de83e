// Makes a record light enough to move: what does not fit in the commit of the move goes before it.
import { fail } from '../model/problem.ts';
import { releaseVendorId } from '../store/claim-items.ts';
import { leaveUnits } from '../store/structure-items.ts';
import { replaceUser, sideWrites, type UserRecord } from '../store/user-items.ts';
import { commit } from './commit.ts';
import type { Context } from './context.ts';
import { eventOf, findRecord, stamped } from './users.ts';

/** Places in teams and groups, and keys of other systems, that are let go in the commit of the move itself. */
const MOST_BESIDE = 20;
const KEYS_AT_ONCE = 30;

/**
 * A transaction holds a hundred writes, and an org may have hung more than that on somebody who was never in: what is too
 * much goes before, in commits of its own. Whoever is here read the letters of the address and may take all of it, so
 * nothing is lost should the accept be refused after all.
 */
export async function lighten(ctx: Context, holder: UserRecord): Promise<UserRecord> {
  const { teams: _teams, groups: _groups, ...rest } = holder;
  const places = leaveUnits(holder);
  const { externalIds = [], ...provisioning } = holder.side?.provisioning ?? {};
  if (places.length + externalIds.length <= MOST_BESIDE) return holder;
  const [gone, kept] = [externalIds.slice(0, KEYS_AT_ONCE), externalIds.slice(KEYS_AT_ONCE)];
  const side = { ...holder.side, provisioning: { ...provisioning, ...(kept.length > 0 && { externalIds: kept }) } };
  const after = stamped(ctx, { ...rest, side }, holder);
  // The answer that an Idempotency-Key keeps is that of the accept.
  const { keep: _keep, ...apart } = ctx;
  await commit(
    apart,
    { ...eventOf(after, 'user-updated'), changed: ['teams', 'groups', 'provisioning'] },
    [
      replaceUser(after, holder),
      ...sideWrites(holder, after),
      ...places,
      ...gone.map((vendorId) => releaseVendorId(vendorId, holder.orgId, holder.id)),
    ],
    undefined,
  );
  const again = await findRecord(ctx, holder.orgId, holder.id);
  const same = again && again.email === holder.email && !again.activatedAt && !again.emailVerifiedAt;
  return same ? lighten(ctx, again) : fail('version-conflict');
}
