// A password set by an admin, for orgs that allow it. The person's own change and the reset are in passwords.ts.
import type { UserId } from '../model/ids.ts';
import { fail } from '../model/problem.ts';
import { hashPassword } from '../security/password-hash.ts';
import type { OrgRecord } from '../store/org-items.ts';
import { putCredential } from '../store/secret-items.ts';
import { type Context, instant, principalOf } from './context.ts';
import { notice } from './outbox.ts';
import { acceptable } from './passwords.ts';
import { changeUser, checkAboveNone, checkPermission, readOwn } from './users.ts';

/** Fails with `permission-missing` without `users:set-password`, or where the org has not allowed it. */
export async function checkMaySetPasswords(ctx: Context): Promise<OrgRecord> {
  const standing = await ctx.standing();
  checkPermission(standing, 'users:set-password');
  const { org } = standing;
  return org?.settings.adminMaySetPasswords ? org : fail('permission-missing');
}

/**
 * Sets somebody's password. Ends their sessions and links, suspends their memberships in other orgs, and tells whoever
 * was ever in. Fails with `reauthentication-needed` for the caller's own, which takes the present one.
 */
export async function setPassword(ctx: Context, id: UserId, password: string): Promise<void> {
  const [org, user] = await Promise.all([checkMaySetPasswords(ctx), readOwn(ctx, id)]);
  if (principalOf(ctx).id === id) fail('reauthentication-needed');
  checkAboveNone(await ctx.standing(), user.roles);
  acceptable(password, user, org, { pointer: '/newPassword' });
  const hash = await hashPassword(password);
  await changeUser(ctx, id, 'password-set', undefined, async (before) => {
    checkAboveNone(await ctx.standing(), before.roles);
    const now = instant(ctx.now);
    return {
      after: { ...before, passwordUpdatedAt: now, epoch: before.epoch + 1 },
      writes: [
        putCredential(before.orgId, id, { hash, setAt: now }),
        ...(before.activatedAt ? [notice(ctx, 'password-changed', before.orgId, id)] : []),
      ],
      guests: { sus: true },
    };
  });
}
