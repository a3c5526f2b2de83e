// Terms of an org, accepted by a person after they came in.
import { fail } from '../model/problem.ts';
import type { User } from '../model/user.ts';
import { type Context, instant, personOf } from './context.ts';
import { changeUser } from './users.ts';

/**
 * Records that the caller accepts the terms of their home org. Fails with `terms-not-accepted`, naming the version that
 * counts, for any other; with `not-home-org` in another org. Accepting twice changes nothing.
 */
export function acceptTerms(ctx: Context, termsVersion: string): Promise<User> {
  return changeUser(ctx, personOf(ctx).id, 'terms-accepted', undefined, async (before) => {
    const { org } = await ctx.standing();
    const current = org?.settings.termsVersion;
    if (current !== termsVersion) fail({ code: 'terms-not-accepted', ...(current && { termsVersion: current }) });
    if (before.termsVersion === termsVersion) return { after: before };
    return { after: { ...before, termsVersion, termsAcceptedAt: instant(ctx.now) } };
  });
}
