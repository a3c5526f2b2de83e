// A person looks into another of their orgs: no password is asked for, and the session stays as it is. What they get is as
// old as the token they came with, so that a token that got lost is worth no more for it.
import type { OrgId } from '../model/ids.ts';
import { type Person, permissionsOf } from '../model/principal.ts';
import { fail } from '../model/problem.ts';
import { keys } from '../store/keys.ts';
import { readSessionItem } from '../store/session-items.ts';
import { readUserItem } from '../store/user-items.ts';
import { type Context, instant, newId, personOf } from './context.ts';
import { together } from './limits.ts';
import { memberOf } from './sessions.ts';

export interface Switched {
  person: Person;
  accessToken: string;
  /** Seconds: what the token that asked had left. */
  expiresIn: number;
}

/**
 * An access token for `wanted`. Fails with `not-a-member` for an org that is not one of the person's, whether there is such
 * an org or not, with `membership-suspended`, and with `session-ended`.
 */
export async function switchOrg(ctx: Context, wanted: OrgId): Promise<Switched> {
  const caller = personOf(ctx);
  const { id, homeOrgId, sessionId, issuedAt } = caller;
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
  const person: Person = {
    ...caller,
    orgId: wanted,
    permissions: permissionsOf(member.roles, into.ownRoles),
    epoch: home.epoch + (abroad ? member.epoch : 0),
    orgEpoch: into.epoch,
  };
  const { accessToken, expiresIn } = await ctx.issueAccessToken(person, new Date(issuedAt * 1000), newId(ctx));
  const age = Math.floor(ctx.now.getTime() / 1000) - issuedAt;
  return { person, accessToken, expiresIn: Math.max(expiresIn - age, 0) };
}
