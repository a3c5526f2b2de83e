// An invite for somebody who is on record already, by their id.
import type { UserId } from '../model/ids.ts';
import { fail } from '../model/problem.ts';
import type { Context } from './context.ts';
import { createInvite, getInvite, resendInvite } from './invites.ts';
import { readOwn } from './users.ts';

/**
 * Invites somebody of the own org with the roles they have. One who has a pending invite hears nothing more unless it is
 * to be sent `again`. Fails with `already-member` for who was ever in.
 */
export async function invitePerson(ctx: Context, id: UserId, again: boolean): Promise<void> {
  const { email, roles, state, inviteId, activatedAt } = await readOwn(ctx, id);
  if (activatedAt) fail('already-member');
  if (state === 'inactive') fail({ code: 'state-not-allowed', from: state, to: 'invited' });
  const pending = inviteId && (await getInvite(ctx, inviteId)).state === 'pending';
  if (inviteId && pending) {
    if (again) await resendInvite(ctx, inviteId);
  } else {
    await createInvite(ctx, { email: email ?? fail('not-found'), roles });
  }
}
