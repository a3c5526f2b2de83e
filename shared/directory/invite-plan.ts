// The parts that every new invite has: its record, its letter, and the rules that need no look at the person.
import type { InviteId } from '../model/ids.ts';
import type { InviteCreate } from '../model/invite.ts';
import { DEFAULT_INVITE_SECONDS, redirectAllowed } from '../model/org.ts';
import { mergePatch } from '../model/patch.ts';
import type { Role } from '../model/principal.ts';
import { fail } from '../model/problem.ts';
import type { Profile } from '../model/user/profile.ts';
import { type InviteRecord, newInvite } from '../store/invite-items.ts';
import { putLetter } from '../store/letter-items.ts';
import type { Limit } from '../store/limiter-items.ts';
import type { OrgRecord } from '../store/org-items.ts';
import type { Write } from '../store/table.ts';
import type { UserRecord } from '../store/user-items.ts';
import { type Context, instant, newId, newNonce, orgOf, principalOf, secondsFrom } from './context.ts';
import { countWithin, LIMITS, together, uncount } from './limits.ts';
import { newLetter } from './outbox.ts';

export interface InvitePlan {
  invite: InviteRecord;
  writes: Write[];
}

/** Plans an invite of an address for the person who holds it now. */
export function planInvite(
  ctx: Context,
  org: OrgRecord,
  wanted: Omit<InviteCreate, 'roles'> & { roles: Role[] },
  holder: Pick<UserRecord, 'id' | 'orgId' | 'epoch'>,
): InvitePlan {
  const { redirectUrl, note, locale, profile, notify, teams } = wanted;
  if (redirectUrl && !redirectAllowed(org.settings, redirectUrl)) fail('redirect-not-allowed');
  const principal = principalOf(ctx);
  const id = newId<InviteId>(ctx);
  const letter = notify === false ? undefined : newLetter(ctx, { kind: 'invite', orgId: org.id, inviteId: id });
  const filled = profile ? (mergePatch({}, profile) as Profile) : undefined;
  const invite: InviteRecord = {
    id,
    orgId: org.id,
    email: wanted.email,
    state: 'pending',
    roles: wanted.roles,
    ...(teams?.length && { teams: [...new Set(teams)].sort() }),
    nonce: newNonce(ctx),
    createdAt: instant(ctx.now),
    createdBy: {
      is: principal.is,
      id: principal.id,
      ...(principal.is === 'person' && { homeOrgId: principal.homeOrgId }),
    },
    expiresAt: instant(secondsFrom(ctx.now, wanted.expiresInSeconds ?? inviteSeconds(org))),
    userId: holder.id,
    userOrgId: holder.orgId,
    epoch: holder.epoch,
    ...(filled && { profile: filled }),
    ...(locale && { locale }),
    ...(redirectUrl && { redirectUrl }),
    ...(note && { note }),
    ...(letter && { letterId: letter.id, delivery: { state: 'queued', at: instant(ctx.now) } }),
  };
  return { invite, writes: [newInvite(invite), ...(letter ? [putLetter(letter)] : [])] };
}

/**
 * Raises the daily counters of inviter and org: an attempt counts, and so does a resend. Needs nothing that was read, so
 * that it runs beside the reads.
 */
export async function countInvite(ctx: Context): Promise<void> {
  const counts = quotasOf(ctx).map(([limit, key]) => countWithin(ctx, limit, key, 'invite-limit'));
  const [own] = await Promise.allSettled(counts);
  // An inviter who has used up theirs uses up nobody else's.
  if (own?.status === 'rejected') await uncount(ctx, LIMITS.invitesPerOrg, orgOf(ctx));
  await together(counts);
}

/** The counters that invites are counted by: an inviter's and an org's, per day. */
export const quotasOf = (ctx: Context): [Limit, string][] => [
  [LIMITS.invitesPerInviter, principalOf(ctx).id],
  [LIMITS.invitesPerOrg, orgOf(ctx)],
];

export const inviteSeconds = (org: OrgRecord): number => org.settings.inviteLifetimeSeconds ?? DEFAULT_INVITE_SECONDS;
