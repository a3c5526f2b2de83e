// Answers to a person's security questions: kept hashed, as passwords are, beside the credential, and shown to nobody.
// They are never a proof by themselves.
import type { UserId } from '../model/ids.ts';
import { hashPassword } from '../security/password-hash.ts';
import { keys } from '../store/keys.ts';
import { putAnswers, readAnswers } from '../store/secret-items.ts';
import { replaceUser } from '../store/user-items.ts';
import { commit, reapply } from './commit.ts';
import { type Context, orgOf } from './context.ts';
import { checkMaySetPasswords } from './set-password.ts';
import { checkAboveNone, eventOf, readOwn, stamped } from './users.ts';

/** By the place of its question, from 1 to 3; null takes an answer away. */
export type AnswersPatch = Readonly<Partial<Record<1 | 2 | 3, string | null>>>;

/**
 * Sets answers of a person of the own org; what is not named stays. Whoever may set passwords may set them, where the
 * org allows it, of nobody who may more than they. Case, accents kept apart from letters, and spaces around make no difference.
 */
export async function setSecurityAnswers(ctx: Context, id: UserId, patch: AnswersPatch): Promise<void> {
  const given = Object.entries(patch);
  if (given.length === 0) return;
  await checkMaySetPasswords(ctx);
  const hashes = new Map<string, string>();
  // One after the other: each takes 19 MiB and a core.
  for (const [place, answer] of given) if (answer !== null) hashes.set(place, await hashPassword(plainAnswer(answer)));
  await reapply(async () => {
    const [before, item] = await Promise.all([readOwn(ctx, id), ctx.table.get(keys.answers(orgOf(ctx), id))]);
    checkAboveNone(await ctx.standing(), before.roles);
    const kept = Object.entries(readAnswers(item)).filter(([place]) => !(place in patch));
    const after = stamped(ctx, before, before);
    const event = { ...eventOf(after, 'security-answers-changed'), changed: ['security.answers'] };
    const answers = Object.fromEntries([...kept, ...hashes]);
    await commit(ctx, event, [replaceUser(after, before), putAnswers(before.orgId, id, answers, item)], undefined);
  });
}

const plainAnswer = (answer: string): string => answer.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
