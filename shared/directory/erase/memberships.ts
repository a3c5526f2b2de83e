// What other orgs have of a person who is erased, and the invites that any org sent them. An org that loses something is
// told so in its own record of events.
import type { InviteId, OrgId } from '../../model/ids.ts';
import type { AuditEvent } from '../../store/audit-items.ts';
import { readInviteItem, readMembership } from '../../store/invite-items.ts';
import { keys, partitions } from '../../store/keys.ts';
import { leaveUnits } from '../../store/structure-items.ts';
import type { Item, Write } from '../../store/table.ts';
import { readUserItem, replaceUser, type UserRecord } from '../../store/user-items.ts';
import type { Context } from '../context.ts';
import { invitesNamed } from '../invites-named.ts';
import { stoneOf } from '../users.ts';
import { AT_ONCE, findErased, inParts, type Phase, remove, unmoved, type Work } from './work.ts';

/** Entries and invites that are looked at in one step; as many items as a call reads. */
const LOOK_AT = 100;

/** Org by org: its invites first, then the guest and the membership itself. */
export const memberships: Phase = async (ctx, work, at) => {
  const core = await findErased(ctx, work);
  if (!core) return undefined;
  const [item] = await membershipItems(ctx, work, 1);
  if (!item) return undefined;
  const { orgId, inviteId } = readMembership(item);
  // The place is one within an org: where a stop left it behind, the org it was of is done.
  const [within, place] = at?.split('/') ?? [];
  const on = await invitesIn(ctx, work, core, orgId, within === orgId ? place : FIRST, inviteId);
  if (on !== undefined) return `${orgId}/${on}`;
  await leave(ctx, work, core, orgId, item);
  return FIRST;
};

/** Offers that other orgs made to the person in the last moment, while the address was still theirs. */
export const strayOffers: Phase = async (ctx, work) => {
  const core = await ctx.table.get(keys.user(work.erasure.orgId, work.userId));
  // A home that moved away left offers that its own erasure, if any, looks after.
  const [item] = core?.er === work.erasure.id ? await membershipItems(ctx, work, 1) : [];
  if (!item) return undefined;
  const { orgId, inviteId } = readMembership(item);
  const invite = inviteId && (await ctx.table.get(keys.invite(orgId, inviteId)));
  if (invite && isTheirs(work, undefined, invite)) await dropInvites(ctx, work, undefined, orgId, [invite]);
  await remove(ctx, work, [item]);
  return FIRST;
};

export const invitesOfHome: Phase = async (ctx, work, at) => {
  const core = await findErased(ctx, work);
  return invitesIn(ctx, work, core, work.erasure.orgId, at);
};

async function membershipItems(ctx: Context, { erasure, userId }: Work, limit: number): Promise<Item[]> {
  const pk = partitions.userItems(erasure.orgId, userId);
  return (await ctx.table.query({ pk, begins: 'M#', strong: true, limit })).items;
}

/** A phase begins anew, or looks by address last. Anything else is the place of an entry. */
const FIRST = '-';
const BY_ADDRESS = '=';

/**
 * The invites of one org: those that the person's entries there name, whatever address they had then, and those to their
 * present address.
 */
async function invitesIn(
  ctx: Context,
  work: Work,
  core: UserRecord | undefined,
  orgId: OrgId,
  at: string = FIRST,
  offered?: InviteId,
): Promise<string | undefined> {
  const byAddress = at === BY_ADDRESS;
  const { items, last } = byAddress
    ? await toAddress(ctx, core, orgId)
    : await ctx.table.query({
        pk: partitions.auditOfUser(orgId, work.userId),
        index: 'byCreated',
        limit: LOOK_AT,
        ...(at !== FIRST && { from: at }),
      });
  const named = byAddress ? items : await invitesNamed(ctx, orgId, items, at === FIRST ? offered : undefined);
  await dropInvites(ctx, work, core, orgId, named);
  if (byAddress) return last && named.length > 0 ? BY_ADDRESS : undefined;
  // An exclamation mark sorts before all that an entry's place is written with: the very next one.
  return last ? `${items.at(-1)?.sc}!` : BY_ADDRESS;
}

async function toAddress(ctx: Context, core: UserRecord | undefined, orgId: OrgId) {
  if (!core?.email) return { items: [], last: undefined };
  const query = { pk: partitions.invites(orgId), index: 'byEmail', begins: `${core.email}#` } as const;
  return ctx.table.query({ ...query, limit: AT_ONCE });
}

async function dropInvites(
  ctx: Context,
  work: Work,
  core: UserRecord | undefined,
  orgId: OrgId,
  items: readonly Item[],
): Promise<void> {
  const theirs = items.filter((item) => isTheirs(work, core, item));
  const writes = core ? [unmoved(core)] : [];
  const [pending, ended] = [true, false].map((it) => theirs.filter(({ st }) => (st === 'pending') === it));
  // Of each that still waited the org is told, and a commit has one entry for an org.
  for (const item of pending ?? []) {
    const event: AuditEvent = {
      type: 'invite-revoked',
      orgId,
      userId: work.userId,
      subjectId: readInviteItem(item).id,
    };
    await remove(ctx, work, [item], { writes, events: [event] });
  }
  for (const some of inParts(ended ?? [])) await remove(ctx, work, some, { writes });
}

/** By the place of the record it was for, which a move of the home changes; or by the address, while that is theirs. */
function isTheirs({ erasure, userId }: Work, core: UserRecord | undefined, item: Item): boolean {
  const invite = readInviteItem(item);
  const forThem = invite.userId === userId && invite.userOrgId === erasure.orgId;
  return forThem || (core?.email !== undefined && invite.email === core.email);
}

/** As when a guest leaves; whoever is deleted at home governs nowhere, so no guard is moved. */
async function leave(ctx: Context, work: Work, core: UserRecord, orgId: OrgId, item: Item): Promise<void> {
  const guestItem = await ctx.table.get(keys.user(orgId, work.userId));
  const guest = guestItem && readUserItem(guestItem);
  if (!guest || guest.state === 'erased') {
    return remove(ctx, work, [item], { writes: [unmoved(core)] });
  }
  const writes: Write[] = [
    replaceUser(stoneOf(ctx, guest), guest),
    ...leaveUnits(guest),
    replaceUser({ ...core, guestOf: (core.guestOf ?? []).filter((org) => org !== orgId) }, core),
  ];
  const ended = { type: 'membership-ended', orgId, userId: guest.id, version: guest.version + 1 } as const;
  await remove(ctx, work, [item], { writes, events: [ended] });
}
