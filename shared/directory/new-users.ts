// Somebody new: staged, invited in the same commit, or kept out from the start.
import type { TeamId, UserId } from '../model/ids.ts';
import { mergePatch } from '../model/patch.ts';
import type { Role } from '../model/principal.ts';
import { fail, hasCode } from '../model/problem.ts';
import type { User, UserCreate } from '../model/user.ts';
import { putWork, type Work } from '../store/beside-items.ts';
import { claimEmail, claimNumber, moveClaims } from '../store/claim-items.ts';
import type { OrgRecord } from '../store/org-items.ts';
import { joinTeam } from '../store/structure-items.ts';
import { newUser, sideWrites, toUser, type UserRecord } from '../store/user-items.ts';
import { commit, reapply } from './commit.ts';
import { type Context, instant, newId, orgOf, principalOf } from './context.ts';
import { countInvite, planInvite } from './invite-plan.ts';
import { together } from './limits.ts';
import { checkLocked } from './preference-layers.ts';
import { applyPatch, checkKeys, checkSize } from './record.ts';
import { checkReferences, checkTeams } from './references.ts';
import { checkDomain, checkGrant, checkPermission, emailTaken, eventOf } from './users.ts';

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

async function create(
  ctx: Context,
  org: OrgRecord,
  input: UserCreate & { roles: Role[] },
  { inactive, teams = [] }: Beginning,
): Promise<User> {
  const { invite, roles, routing, presence, ...patch } = input;
  const now = instant(ctx.now);
  const id = newId<UserId>(ctx);
  const by = principalOf(ctx).id;
  const times = { createdAt: now, createdBy: by, updatedAt: now, updatedBy: by };
  const blank: UserRecord = { id, orgId: org.id, state: 'staged', version: 1, epoch: 1, roles, ...times };
  let record = applyPatch(blank, patch);
  if (inactive) record = { ...record, state: 'inactive', deactivatedAt: now };
  if (teams.length > 0) record = { ...record, teams: [...teams].sort() };
  if (patch.preferences) await checkLocked(ctx, undefined, record);
  const writes = teams.flatMap((team) => joinTeam(org.id, id, team));
  if (invite) {
    const plan = planInvite(ctx, org, { email: input.email, roles }, record);
    record = { ...record, state: 'invited', invitedAt: now, inviteId: plan.invite.id };
    writes.push(...plan.writes);
  }
  checkSize(record);
  checkKeys(undefined, record);
  writes.unshift(newUser(record), claimEmail(input.email, org.id, id), claimNumber(org.id, id));
  writes.push(...moveClaims({ ...blank, email: input.email }, record), ...sideWrites(undefined, record));
  const work = firstWork(routing, presence);
  if (work) writes.push(putWork(org.id, id, work));
  const answer = { ...toUser(record, undefined, work), ...(record.inviteId && { inviteId: record.inviteId }) };
  return commit(ctx, eventOf(record, 'user-created'), writes, answer);
}

function firstWork(routing: UserCreate['routing'], presence: UserCreate['presence']): Work | undefined {
  const groups = mergePatch({}, { routing, presence }) as Omit<Work, 'version'>;
  return Object.keys(groups).length > 0 ? { ...groups, version: 1 } : undefined;
}
