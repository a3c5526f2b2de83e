// The orgs that a person is in, as the home org sees them. Another org sees that the person is in it, nothing more.
import type { UserId } from '../../model/ids.ts';
import type { Page } from '../../model/page.ts';
import { fail } from '../../model/problem.ts';
import type { OrgMembership } from '../../model/structure.ts';
import { LIVE, type UserState } from '../../model/user.ts';
import { readInviteItem, readMembership, toInvite } from '../../store/invite-items.ts';
import { keys, partitions } from '../../store/keys.ts';
import { readOrgItem } from '../../store/org-items.ts';
import type { Item } from '../../store/table.ts';
import { readUserItem, type UserRecord } from '../../store/user-items.ts';
import { type Context, orgOf } from '../context.ts';
import { together } from '../limits.ts';
import { listPage } from '../lists.ts';

/** Three items are read of each, and a call reads a hundred. */
const AT_ONCE = 30;

/** The org of the call first, the others in order of their ids. Fails with `not-found` as any look at a person does. */
export async function listMemberships(
  ctx: Context,
  id: UserId,
  cursor: string | undefined,
  states: readonly UserState[] = LIVE,
): Promise<Page<OrgMembership>> {
  const orgId = orgOf(ctx);
  const query = { pk: partitions.userItems(orgId, id), begins: 'M#', strong: true };
  const scope = ['memberships', orgId, id];
  const [core, org, { items, nextCursor }] = await together([
    ctx.table.get(keys.user(orgId, id)),
    ctx.table.get(keys.org(orgId)),
    listPage(ctx, scope, { limit: AT_ONCE, cursor }, query, (found) => elsewhere(ctx, id, found)),
  ]);
  const person = core && readUserItem(core);
  if (!org || !person || !states.includes(person.state)) fail('not-found');
  const here = { orgId, orgName: readOrgItem(org).name, home: !person.homeOrgId, state: stateOf(person) };
  return { items: cursor === undefined ? [here, ...items] : items, ...(nextCursor && { nextCursor }) };
}

const stateOf = (member: UserRecord | undefined): OrgMembership['state'] => (member?.suspended ? 'suspended' : 'live');

async function elsewhere(ctx: Context, id: UserId, items: readonly Item[]): Promise<OrgMembership[]> {
  const memberships = items.map(readMembership).filter(({ state }) => state !== 'left');
  const found = await ctx.table.getMany(
    memberships.flatMap(({ orgId, inviteId }) => [
      keys.org(orgId),
      keys.user(orgId, id),
      keys.invite(orgId, inviteId ?? id),
    ]),
  );
  return memberships.flatMap(({ orgId, state }, i): OrgMembership[] => {
    const [org, member, invite] = found.slice(3 * i, 3 * i + 3);
    if (!org) return [];
    const shown = { orgId, orgName: readOrgItem(org).name, home: false };
    if (state !== 'offered') return [{ ...shown, state: stateOf(member && readUserItem(member)) }];
    const open = invite && toInvite(readInviteItem(invite), ctx.now).state === 'pending';
    return open ? [{ ...shown, state: 'offered' }] : [];
  });
}
