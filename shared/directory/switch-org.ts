// A session moves to another of the person's orgs: no password is asked for, and nothing but the org changes. What was
// signed in once stays as old as it was.
import type { OrgId } from '../model/ids.ts';
import { fail } from '../model/problem.ts';
import { keys } from '../store/keys.ts';
import { readSessionItem, type SessionRecord, sessionItem } from '../store/session-items.ts';
import { equals, type Write } from '../store/table.ts';
import { readUserItem } from '../store/user-items.ts';
import { commit, reapply } from './commit.ts';
import { type Context, instant, personOf, secondsFrom } from './context.ts';
import { together } from './limits.ts';
import { IDLE_SECONDS, memberOf, type SignedIn, signedIn } from './sessions.ts';

/**
 * New tokens for `wanted`; the refresh token of before is used up. Fails with `not-a-member` for an org that is not one of
 * the person's, whether there is such an org or not, with `membership-suspended`, and with `session-ended`.
 */
export function switchOrg(ctx: Context, wanted: OrgId): Promise<SignedIn> {
  const { id, homeOrgId, sessionId } = personOf(ctx);
  return reapply(async () => {
    const abroad = wanted !== homeOrgId;
    const [[item, core, org, guest]] = await together([
      ctx.table.getMany([
        keys.session(homeOrgId, id, sessionId),
        keys.user(homeOrgId, id),
        keys.org(wanted),
        ...(abroad ? [keys.user(wanted, id)] : []),
      ]),
      ctx.standing(),
    ]);
    if (!item || !core) fail('session-ended');
    const [home, session, now] = [readUserItem(core), readSessionItem(item), instant(ctx.now)];
    const over = session.endedAt !== undefined || session.expiresAt <= now || session.endsAt <= now;
    if (over || session.epoch !== home.epoch) fail('session-ended');
    const [into, member] = memberOf(home, wanted, { org, guest });
    const { guestEpoch: _guestEpoch, ...rest } = session;
    const moved: SessionRecord = {
      ...rest,
      orgId: wanted,
      orgEpoch: into.epoch,
      ...(abroad && { guestEpoch: member.epoch }),
      counter: session.counter + 1,
      rotatedAt: now,
      expiresAt: instant(secondsFrom(ctx.now, IDLE_SECONDS)),
    };
    const otherwise = { code: 'version-conflict' } as const;
    const writes: Write[] = [
      { put: sessionItem(moved), when: equals('op', item.op), otherwise },
      { update: keys.activity(homeOrgId, id), set: { k: 'activity', org: wanted }, otherwise },
    ];
    await commit(
      ctx,
      { type: 'session-switched', orgId: homeOrgId, userId: id, subjectId: sessionId },
      writes,
      undefined,
    );
    return signedIn(ctx, moved, member, into, home);
  });
}
