// Who is in a team or group. It stands on the person's record and on an item of its own, in one commit.
import type { TeamId, UserId } from '../../model/ids.ts';
import { fail } from '../../model/problem.ts';
import { MAX_UNITS } from '../../model/structure.ts';
import { LIVE } from '../../model/user.ts';
import { noEvent } from '../../store/audit-items.ts';
import type { InviteRecord } from '../../store/invite-items.ts';
import type { JobRecord } from '../../store/job-items.ts';
import { keys, partitions, type Unit } from '../../store/keys.ts';
import { joinTeam, memberItem, readUnitItem, type UnitId, unitsOf } from '../../store/structure-items.ts';
import { equals, type Write } from '../../store/table.ts';
import { readUserItem, replaceUser, type UserRecord } from '../../store/user-items.ts';
import { commit, reapply, unchanged } from '../commit.ts';
import { type Context, instant, orgOf, secondsFrom } from '../context.ts';
import { actingFor, type Stepped } from '../jobs/jobs.ts';
import { eventOf, stamped } from '../users.ts';

const conflict = { code: 'version-conflict' } as const;

/** The person's version after it. */
type Done = Pick<UserRecord, 'version'>;

/** Puts somebody into a unit; who is in it already stays. Own people and guests alike. */
export function joinUnit(ctx: Context, kind: Unit, id: UnitId, userId: UserId): Promise<Done> {
  return reapply(async () => {
    const { unit, person } = await readBoth(ctx, kind, id, userId);
    const has = unitsOf(person, kind);
    if (has.includes(id)) return unchanged(ctx, { version: person.version });
    if (has.length >= MAX_UNITS[kind]) fail('limit-reached');
    const key = keys.unit(unit.orgId, kind, id);
    return change(ctx, kind, id, person, [...has, id].sort(), 'added', [
      { put: memberItem(unit.orgId, userId, kind, id), otherwise: conflict },
      { check: key, when: equals('st', 'live'), otherwise: { code: 'not-found' } },
    ]);
  });
}

/**
 * The teams of somebody who comes in by an invite: those they have, and those it names that the org still has, as far as
 * there is room. One that is deleted meanwhile refuses the commit as a lost race.
 */
export async function withInvited(
  ctx: Context,
  { orgId, teams = [] }: InviteRecord,
  { id, teams: had = [] }: Pick<UserRecord, 'id' | 'teams'>,
): Promise<{ teams?: TeamId[]; places: Write[] }> {
  const wanted = teams.filter((team) => !had.includes(team));
  const units = await ctx.table.getMany(wanted.map((team) => keys.unit(orgId, 'team', team)));
  const there = wanted.filter((_, i) => units[i] !== undefined && readUnitItem(units[i]).state === 'live');
  const joined = there.slice(0, MAX_UNITS.team - had.length);
  const all = [...had, ...joined].sort();
  return { ...(all.length > 0 && { teams: all }), places: joined.flatMap((team) => joinTeam(orgId, id, team)) };
}

export function leaveUnit(ctx: Context, kind: Unit, id: UnitId, userId: UserId): Promise<Done> {
  return reapply(async () => {
    const { person } = await readBoth(ctx, kind, id, userId);
    if (unitsOf(person, kind).includes(id)) return release(ctx, kind, id, person);
    return unchanged(ctx, { version: person.version });
  });
}

async function readBoth(ctx: Context, kind: Unit, id: UnitId, userId: UserId) {
  const orgId = orgOf(ctx);
  const [unitItem, personItem] = await ctx.table.getMany([keys.unit(orgId, kind, id), keys.user(orgId, userId)]);
  const unit = unitItem && readUnitItem(unitItem);
  const person = personItem && readUserItem(personItem);
  if (unit?.state !== 'live' || !person || !LIVE.includes(person.state)) fail('not-found');
  return { unit, person };
}

const release = (ctx: Context, kind: Unit, id: UnitId, person: UserRecord): Promise<Done> =>
  change(
    ctx,
    kind,
    id,
    person,
    unitsOf(person, kind).filter((it) => it !== id),
    'removed',
    [{ drop: keys.unitMember(person.orgId, person.id, kind, id), otherwise: conflict }],
  );

async function change(
  ctx: Context,
  kind: Unit,
  id: UnitId,
  before: UserRecord,
  units: UnitId[],
  what: 'added' | 'removed',
  writes: Write[],
): Promise<Done> {
  const { teams: _teams, groups: _groups, ...rest } = before;
  const [mine, other] = kind === 'team' ? (['teams', 'groups'] as const) : (['groups', 'teams'] as const);
  const kept = before[other];
  const wanted = { ...rest, ...(kept && { [other]: kept }), ...(units.length > 0 && { [mine]: units }) } as UserRecord;
  const after = stamped(ctx, wanted, before);
  const event = { ...eventOf(after, `${kind}-member-${what}`), subjectId: id, changed: [mine] };
  return commit(ctx, event, [replaceUser(after, before), ...writes], { version: after.version });
}

/** Members let go in one step, and seconds until an empty unit is looked at again for one who joined beside its end. */
const AT_ONCE = 25;
const LOOK_AGAIN_SECONDS = 60;

/** Lets the members of a deleted unit go, then the unit itself. */
export async function deleteUnitStep(worker: Context, job: JobRecord): Promise<Stepped> {
  const ctx: Context = { ...actingFor(worker, job), standing: async () => ({ permissions: [] }) };
  const { unit: kind, id } = job.options as { unit: Unit; id: UnitId };
  const { items } = await ctx.table.query({
    pk: partitions.unitMembers(job.orgId, kind, id),
    index: 'byCreated',
    limit: AT_ONCE,
  });
  for (const item of items) {
    await reapply(async () => {
      const core = await ctx.table.get({ pk: item.pk, sk: 'U' });
      const person = core && readUserItem(core);
      if (person && unitsOf(person, kind).includes(id)) return void (await release(ctx, kind, id, person));
      // A place that no record names would be found again and again; most often the index only lags.
      const stray = { drop: { pk: item.pk, sk: item.sk }, otherwise: conflict };
      return commit(ctx, noEvent('unit-gone'), [stray], undefined);
    });
  }
  if (items.length > 0) return { job: { ...job, position: '' } };
  if (job.position !== 'empty') {
    const dueAt = instant(secondsFrom(ctx.now, LOOK_AGAIN_SECONDS));
    return { job: { ...job, state: 'waiting', position: 'empty', dueAt } };
  }
  await commit(ctx, noEvent('unit-gone'), [{ drop: keys.unit(job.orgId, kind, id), otherwise: conflict }], undefined);
  return { job: { ...job, state: 'done' } };
}
