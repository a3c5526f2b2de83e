// Which org a sign-in lands in when it names none: the person's own choice, as far as they may still enter there.
import type { OrgId } from '../model/ids.ts';
import { fail } from '../model/problem.ts';
import { readActivity } from '../store/beside-items.ts';
import { keys } from '../store/keys.ts';
import { readOrgItem } from '../store/org-items.ts';
import type { Item } from '../store/table.ts';
import { readUserItem, type UserRecord } from '../store/user-items.ts';
import type { Context } from './context.ts';

/** The org, and its items where they are not those of the home. */
export interface Landing {
  orgId: OrgId;
  org?: Item | undefined;
  guest?: Item | undefined;
}

/**
 * Who is in one org only lands at home, without another read. `default` leads to `defaultOrgId`, `last_logged` to where
 * the person was last, both home where they may not enter any more; `ask` fails with `org-required`, naming the orgs.
 */
export async function landingOf(ctx: Context, user: UserRecord): Promise<Landing> {
  const home: Landing = { orgId: user.orgId };
  const { loginOrg, defaultOrgId } = user.preferences ?? {};
  if (!user.guestOf?.length || loginOrg === undefined) return home;
  if (loginOrg === 'ask') return ask(ctx, user);
  const wanted = loginOrg === 'default' ? defaultOrgId : await lastOrg(ctx, user);
  if (wanted === undefined || !user.guestOf.includes(wanted)) return home;
  const [org, guest] = await ctx.table.getMany([keys.org(wanted), keys.user(wanted, user.id)]);
  const member = guest && readUserItem(guest);
  return org && member?.state === 'active' && !member.suspended ? { orgId: wanted, org, guest } : home;
}

async function lastOrg(ctx: Context, user: UserRecord): Promise<OrgId | undefined> {
  return readActivity(await ctx.table.get(keys.activity(user.orgId, user.id)))?.lastOrgId;
}

async function ask(ctx: Context, { orgId, guestOf = [] }: UserRecord): Promise<never> {
  const items = await ctx.table.getMany([orgId, ...guestOf].map((id) => keys.org(id)));
  const orgs = items.flatMap((item) => (item ? [readOrgItem(item)] : [])).map(({ id, name }) => ({ id, name }));
  return fail({ code: 'org-required', orgs });
}
