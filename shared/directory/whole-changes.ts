// Several things about a person changed at once, as one request of another system's client asks for them: the record, the
// state, the roles, the teams. One decision, one commit, one audit entry.
import type { EventType } from '../model/event.ts';
import type { TeamId, UserId } from '../model/ids.ts';
import type { Role } from '../model/principal.ts';
import { fail } from '../model/problem.ts';
import { MAX_UNITS } from '../model/structure.ts';
import type { User, UserPatch } from '../model/user.ts';
import { joinTeam, leaveTeam } from '../store/structure-items.ts';
import type { UserRecord } from '../store/user-items.ts';
import { reapply } from './commit.ts';
import { type Context, orgOf } from './context.ts';
import { checkReferences, checkTeams } from './references.ts';
import { fromInactive, toInactive } from './user-states.ts';
import {
  changeMember,
  checkPermission,
  checkRoleChange,
  type Planned,
  readWhole,
  settled,
  toPatched,
} from './users.ts';

export interface WholeChange {
  patch?: UserPatch;
  /** True keeps the person out, false lets them in again; what holds already is no change. */
  inactive?: boolean;
  roles?: Role[];
  teams?: TeamId[];
}

type Step = (before: UserRecord) => Promise<Planned>;

/**
 * Needs `roles:write` and `teams:write` beside `users:write` where roles or teams change; those two may be changed of guests
 * as well. Fails as `updateUser`, `deactivateUser`, `activateUser` and `setRoles` do.
 */
export function changeWhole(ctx: Context, id: UserId, change: WholeChange, version?: number): Promise<User> {
  const { patch, inactive, roles, teams } = change;
  const orgId = orgOf(ctx);
  const references = settled(patch ? checkReferences(ctx, orgId, patch, id) : Promise.resolve());
  const known = settled(checkTeams(ctx, orgId, teams ?? []));
  const steps: Step[] = [
    ...(patch ? [(before: UserRecord) => toPatched(ctx, before, patch, references)] : []),
    ...(inactive === undefined ? [] : [(before: UserRecord) => toState(ctx, before, inactive)]),
    ...(roles ? [(before: UserRecord) => toRoles(ctx, before, roles)] : []),
    ...(teams ? [(before: UserRecord) => toTeams(ctx, before, teams, known)] : []),
  ];
  return reapply(async () => {
    const found = await readWhole(ctx, id);
    const { record } = found;
    const moves = inactive !== undefined && (record.state === 'inactive') !== inactive;
    // Of a guest an org has roles and teams; everything else is their home's.
    if (record.homeOrgId && (patch || moves)) fail('not-home-org');
    return changeMember(ctx, found, 'user-updated', version, (before) => inTurn(before, steps));
  });
}

/** What ended or began for the person says what the whole change is called. */
async function inTurn(before: UserRecord, steps: readonly Step[]): Promise<Planned> {
  let planned: Planned = { after: before };
  for (const step of steps) {
    const { after, writes = [], guests, type } = await step(planned.after);
    planned = {
      after,
      writes: [...(planned.writes ?? []), ...writes],
      ...((guests ?? planned.guests) && { guests: { ...planned.guests, ...guests } }),
      ...named(planned.type ?? type),
    };
  }
  return planned;
}

const named = (type: EventType | undefined): Pick<Planned, 'type'> => (type ? { type } : {});

async function toState(ctx: Context, before: UserRecord, inactive: boolean): Promise<Planned> {
  if ((before.state === 'inactive') === inactive) return { after: before };
  const move = inactive ? toInactive : fromInactive;
  return { ...(await move(ctx, before)), type: inactive ? 'user-deactivated' : 'user-activated' };
}

async function toRoles(ctx: Context, before: UserRecord, wanted: readonly Role[]): Promise<Planned> {
  const roles = [...new Set(wanted)];
  if (JSON.stringify(roles) === JSON.stringify(before.roles)) return { after: before };
  const standing = await ctx.standing();
  checkPermission(standing, 'roles:write');
  checkRoleChange(standing, before.roles, roles);
  return { after: { ...before, roles }, type: 'user-roles-changed' };
}

async function toTeams(
  ctx: Context,
  before: UserRecord,
  wanted: readonly TeamId[],
  known: Promise<void>,
): Promise<Planned> {
  const { teams: had = [], ...rest } = before;
  const teams = [...new Set(wanted)].sort();
  const [joined, left] = [teams.filter((id) => !had.includes(id)), had.filter((id) => !teams.includes(id))];
  if (joined.length === 0 && left.length === 0) return { after: before };
  checkPermission(await ctx.standing(), 'teams:write');
  await known;
  if (teams.length > MAX_UNITS.team) fail('limit-reached');
  const writes = [
    ...joined.flatMap((team) => joinTeam(before.orgId, before.id, team)),
    ...left.map((team) => leaveTeam(before.orgId, before.id, team)),
  ];
  return { after: { ...rest, ...(teams.length > 0 && { teams }) }, writes };
}
