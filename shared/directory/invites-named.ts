// The invites that audit entries name: what leads from a person to invites made under an address they no longer have.
import type { EventType } from '../model/event.ts';
import type { InviteId, OrgId } from '../model/ids.ts';
import { readEvent } from '../store/audit-items.ts';
import { keys } from '../store/keys.ts';
import type { Item } from '../store/table.ts';
import type { Context } from './context.ts';

/** Types whose subject is an invite. */
const OF_INVITES = new Set<string>([
  'user-invited',
  'invite-resent',
  'invite-extended',
  'invite-revoked',
  'invite-accepted',
  'membership-accepted',
  'home-moved',
  'address-released',
] satisfies EventType[]);

/** As many as a call of the table reads. */
const MOST = 100;

/** The invites still there of those that the entries of one org name, a hundred at most; and `also` that one. */
export async function invitesNamed(
  ctx: Context,
  orgId: OrgId,
  entries: readonly Item[],
  also?: InviteId,
): Promise<Item[]> {
  const told = entries.map(readEvent).filter(({ type }) => OF_INVITES.has(type));
  const ids = new Set([...(also ? [also] : []), ...told.flatMap(({ subjectId }) => subjectId ?? [])]);
  const wanted = [...ids].slice(0, MOST).map((id) => keys.invite(orgId, id));
  const items = wanted.length > 0 ? await ctx.table.getMany(wanted) : [];
  return items.flatMap((item) => item ?? []);
}
