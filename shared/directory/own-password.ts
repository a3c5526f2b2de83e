// The own password of somebody who is signed in: compared once more, and changed.
import { fail } from '../model/problem.ts';
import { hashPassword } from '../security/password-hash.ts';
import { keys } from '../store/keys.ts';
import { readOrgItem } from '../store/org-items.ts';
import { putCredential, readCredential } from '../store/secret-items.ts';
import { readSessionItem, sessionItem } from '../store/session-items.ts';
import type { Write } from '../store/table.ts';
import { readUserItem, replaceUser } from '../store/user-items.ts';
import { commit, reapply } from './commit.ts';
import { type Context, instant, personOf } from './context.ts';
import { together } from './limits.ts';
import { notice } from './outbox.ts';
import { acceptable } from './passwords.ts';
import { withNewPassword } from './record.ts';
import { checkOwnPassword } from './sign-in-check.ts';
import { stamped } from './users.ts';

/** Counted as a sign-in is. Fails with `sign-in-failed`, `sign-in-delayed`. */
export async function provePassword(ctx: Context, password: string): Promise<void> {
  const { homeOrgId, id } = personOf(ctx);
  const [[credential, core]] = await together([
    ctx.table.getMany([keys.credential(homeOrgId, id), keys.user(homeOrgId, id)]),
    ctx.standing(),
  ]);
  if (!core) fail('token-invalid');
  await checkOwnPassword(ctx, readUserItem(core).email ?? id, password, readCredential(credential)?.hash);
}

/**
 * A person changes their password, knowing the present one. Every other session and link ends; the session that asked
 * goes on, with its next refresh.
 */
export async function changePassword(ctx: Context, current: string, next: string): Promise<void> {
  const { homeOrgId, id, sessionId } = personOf(ctx);
  const read = async () => {
    const [credential, core, session, org] = await ctx.table.getMany([
      keys.credential(homeOrgId, id),
      keys.user(homeOrgId, id),
      keys.session(homeOrgId, id, sessionId),
      keys.org(homeOrgId),
    ]);
    if (!core || !org) fail('token-invalid');
    return { credential, user: readUserItem(core), session, org: readOrgItem(org) };
  };
  const [found] = await Promise.all([read(), ctx.standing()]);
  const compared = readCredential(found.credential)?.hash;
  await checkOwnPassword(ctx, found.user.email ?? id, current, compared);
  acceptable(next, found.user, found.org, { pointer: '/newPassword', current });
  const hash = await hashPassword(next);
  await reapply(async (attempt) => {
    const { credential, user, session } = attempt === 1 ? found : await read();
    // Another change came first: the password that was compared is not the current one any more.
    if (readCredential(credential)?.hash !== compared) fail('sign-in-failed');
    const now = instant(ctx.now);
    const after = stamped(ctx, { ...withNewPassword(user, now), epoch: user.epoch + 1 }, user);
    const kept = session && readSessionItem(session);
    await commit(
      ctx,
      { type: 'password-changed', orgId: homeOrgId, userId: id, version: after.version },
      [
        { ...putCredential(homeOrgId, id, { hash, setAt: now }), when: { attribute: 'op', equals: credential?.op } },
        replaceUser(after, user),
        notice(ctx, 'password-changed', homeOrgId, id),
        ...(kept && !kept.endedAt ? [carryOn(kept, after.epoch, session?.op as string)] : []),
      ],
      undefined,
    );
  });
}

const carryOn = (session: Parameters<typeof sessionItem>[0], epoch: number, op: string): Write => ({
  put: sessionItem({ ...session, epoch }),
  when: { attribute: 'op', equals: op },
  otherwise: { code: 'version-conflict' },
});
