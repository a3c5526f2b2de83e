// Somebody new: staged, invited in the same commit, or kept out from the start.
import type { TeamId } from '../model/ids.ts';
import { fail, hasCode } from '../model/problem.ts';
import type { User, UserCreate } from '../model/user.ts';
import type { OrgRecord } from '../store/org-items.ts';
import { joinTeam } from '../store/structure-items.ts';
import { toUser } from '../store/user-items.ts';
import { commit, reapply } from './commit.ts';
import { type Context, instant, orgOf } from './context.ts';
import { countInvite } from './invite-plan.ts';
import { together } from './limits.ts';
import { type NewUser, planUser } from './new-user.ts';
import { checkReferences, checkTeams } from './references.ts';
import { checkDomain, checkGrant, checkPermission, emailTaken } from './users.ts';

/** What somebody new may begin with beside the record. */
export interface Beginning {
  /** Kept out from the start. */
  inactive?: boolean;
  teams?: TeamId[];
}

export async function createUser(ctx: Context, input: UserCreate, beginning: Beginning = {}): Promise<User> {
  const counted = input.invite ? countInvite(ctx) : Promise.resolve();
  const teams = checkTeams(ctx, orgOf(ctx), beginning.teams ?? []);
  const [standing] = await together([ctx.standing(), counted, checkReferences(ctx, orgOf(ctx), input), teams]);
  const { org = fail('permission-missing') } = standing;
  const roles = [...new Set(input.roles ?? (['member'] as const))];
  checkGrant(standing, roles);
  checkDomain(org, input.email);
  if (input.invite) checkPermission(standing, 'users:invite');
  if (beginning.teams?.length) checkPermission(standing, 'teams:write');
  try {
    // Another may have got the number that follows from the id: the next try draws another id.
    return await reapply(() => create(ctx, org, { ...input, roles }, beginning));
  } catch (error) {
    throw hasCode(error, 'email-taken') ? await emailTaken(ctx, input.email) : error;
  }
}

async function create(ctx: Context, org: OrgRecord, input: NewUser, { inactive, teams }: Beginning): Promise<User> {
  const facts = {
    ...(inactive && { state: 'inactive' as const, deactivatedAt: instant(ctx.now) }),
    ...(teams?.length && { teams: [...teams].sort() }),
  };
  const { record, work, writes, event } = await planUser(ctx, org, input, { facts });
  const places = (record.teams ?? []).flatMap((team) => joinTeam(org.id, record.id, team));
  const answer = { ...toUser(record, undefined, work), ...(record.inviteId && { inviteId: record.inviteId }) };
  return commit(ctx, event, [...writes, ...places], answer);
}
