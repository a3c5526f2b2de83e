// What a link is for, told to whoever holds it and changing nothing. A link that cannot be used is one answer, whatever
// is wrong with it.
import type { InviteId, UserId } from '../model/ids.ts';
import { fail } from '../model/problem.ts';
import type { Instant } from '../model/text.ts';
import { parseLinkToken } from '../security/link-token.ts';
import { readOpenInvite } from './accept-invite.ts';
import { type Context, orgOf } from './context.ts';
import { readOpenReset } from './passwords.ts';

export interface OpenLink {
  purpose: 'invite' | 'reset';
  /** Named only where the person's home is the org that invites. */
  userId?: UserId;
  createdAt: Instant;
  expiresAt: Instant;
}

/** Fails with `link-not-usable` for every token that would not be accepted now. */
export async function getOpenLink(ctx: Context, token: string): Promise<OpenLink> {
  if (parseLinkToken('invite', token)) {
    const { orgId, userOrgId, userId, createdAt, expiresAt } = await readOpenInvite(ctx, token);
    const own = orgId === userOrgId && { userId: userId as UserId };
    return { purpose: 'invite', ...own, createdAt: createdAt as Instant, expiresAt: expiresAt as Instant };
  }
  const { userId, createdAt, expiresAt = createdAt } = await readOpenReset(ctx, token);
  const times = { createdAt: createdAt as Instant, expiresAt: expiresAt as Instant };
  return { purpose: 'reset', userId: userId as UserId, ...times };
}

/** The invite that a link of the caller's org was made for, alive or not. Fails with `not-found`. */
export function inviteOfToken(ctx: Context, token: string): InviteId {
  const [orgId, inviteId] = parseLinkToken('invite', token)?.locator ?? [];
  return orgId === orgOf(ctx) ? (inviteId as InviteId) : fail('not-found');
}
