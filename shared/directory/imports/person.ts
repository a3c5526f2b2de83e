// A row becomes a person, once: a new one, a change of one whom the org knows, or a refusal that says which. Both the API
// job and the operator's command do it by these functions.
import type { OrgId, TeamId, UserId } from '../../model/ids.ts';
import type { ImportRow, OnExisting } from '../../model/import-row.ts';
import type { RowResult } from '../../model/job.ts';
import { fail, hasCode } from '../../model/problem.ts';
import { GROUPS, type User, type UserPatch } from '../../model/user.ts';
import { type Holder, readClaim } from '../../store/claim-items.ts';
import { keys } from '../../store/keys.ts';
import type { OrgRecord } from '../../store/org-items.ts';
import { joinTeam } from '../../store/structure-items.ts';
import type { Item } from '../../store/table.ts';
import { readUserItem } from '../../store/user-items.ts';
import { commit } from '../commit.ts';
import { type Context, instant, type Standing } from '../context.ts';
import { countInvite } from '../invite-plan.ts';
import { planUser, type UserPlan } from '../new-user.ts';
import { checkLocked } from '../preference-layers.ts';
import { applyPatch } from '../record.ts';
import { checkReferences } from '../references.ts';
import { changeUser, checkAboveNone, checkDomain, checkGrant } from '../users.ts';
import { attempts, type Draw, isOwnId, originOf, pastOf, type Voucher } from './beginnings.ts';

/** What holds for all rows of an import. */
export interface Terms extends Draw {
  vouches: Voucher;
  onExisting: OnExisting;
  /** Everybody who would be staged is invited. */
  invite: boolean;
}

export interface NumberedRow {
  /** The first is 1. */
  n: number;
  row: ImportRow;
  /** Which somebody new is put into; sorted, and of the org. One that goes meanwhile refuses the commit as a lost race. */
  teams?: readonly TeamId[];
}

export type Outcome = Omit<RowResult, 'row'>;

/**
 * Does one row; done again, it finds itself done. `ctx.keep`, where it is set, is given the outcome of a change and keeps
 * it in the same commit. Refusals are thrown, but for an address that somebody has: `onExisting` decides.
 */
export async function importPerson(ctx: Context, numbered: NumberedRow, terms: Terms): Promise<Outcome> {
  const { row } = numbered;
  const standing = await ctx.standing();
  const org = standing.org ?? fail('permission-missing');
  for (let look = 1; ; look++) {
    const holder = readClaim(await ctx.table.get(keys.emailClaim(row.email)));
    // As when one person is made: what the org does not take tells nothing of who has the address elsewhere.
    if (holder?.orgId !== org.id) checkRow(standing, row, terms);
    const settled = await settle(ctx, org.id, holder, numbered, terms);
    if (settled) return settled;
    try {
      await checkReferences(ctx, org.id, referencesOf(row, terms));
      if (wantsInvite(row, terms) && terms.vouches === 'caller') await countInvite(ctx);
      return await create(ctx, org, numbered, terms);
    } catch (error) {
      // Somebody took the address since the look.
      if (!hasCode(error, 'email-taken') || look === 3) throw error;
    }
  }
}

/** What becomes of a row whose address somebody has; undefined where nobody does. */
export async function settle(
  ctx: Context,
  orgId: OrgId,
  holder: Holder | undefined,
  numbered: NumberedRow,
  terms: Terms,
  known?: Item,
): Promise<Outcome | undefined> {
  if (!holder) return undefined;
  // Whoever has a home elsewhere has it, and that is all there is to say.
  if (holder.orgId !== orgId) fail('email-taken');
  const { n, row } = numbered;
  const { userId } = holder;
  const own = isOwnId(userId, row, n, terms.vouches, terms);
  if (own && (terms.onExisting !== 'update' || !row.id)) return { outcome: 'created', userId };
  const item = known ?? (await ctx.table.get(keys.user(orgId, userId)));
  if (item && readUserItem(item).state === 'deleted') fail({ code: 'email-taken', deletedUserId: userId });
  if (terms.onExisting === 'skip') return { outcome: 'skipped', code: 'email-taken', userId };
  if (terms.onExisting === 'fail') return { outcome: 'failed', code: 'email-taken', userId };
  return update(ctx, orgId, userId, row, terms);
}

/** What the row says of the record, and no more: state, roles and password have operations of their own. */
async function update(ctx: Context, orgId: OrgId, id: UserId, row: ImportRow, terms: Terms): Promise<Outcome> {
  const patch = patchOf(row);
  await checkReferences(ctx, orgId, referencesOf(row, terms), id);
  let version = 0;
  const outcome = (user: User): Outcome => ({
    outcome: user.version === version ? 'unchanged' : 'updated',
    userId: id,
  });
  const keep = ctx.keep && {
    keep: (user: unknown) => ctx.keep?.(outcome(user as User)) as ReturnType<NonNullable<Context['keep']>>,
  };
  const changed = await changeUser({ ...ctx, ...keep }, id, 'user-updated', undefined, async (before) => {
    version = before.version;
    const after = applyPatch(before, patch);
    if (patch.preferences) await checkLocked(ctx, before, after);
    if (patch.security) checkAboveNone(await ctx.standing(), before.roles);
    return { after };
  });
  return outcome(changed);
}

/** The groups of the record that a row may fill. */
const groupsOf = (row: ImportRow): Pick<ImportRow, keyof typeof GROUPS> =>
  Object.fromEntries(GROUP_NAMES.map((name) => [name, row[name]]));

const GROUP_NAMES = Object.keys(GROUPS) as (keyof typeof GROUPS)[];

function patchOf(row: ImportRow): UserPatch {
  const { username, externalId, divisionId } = row;
  const security = securityOf(row);
  const told = { username, externalId, divisionId, ...groupsOf(row), ...(security && { security }) };
  // Absent and null mean the same in a row: what it does not say stays as it is.
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined && value !== null));
}

function securityOf({ security }: ImportRow) {
  const { mustChangePassword, passwordExpiresAt, questions } = security ?? {};
  const told = { mustChangePassword, passwordExpiresAt, questions };
  return Object.values(told).some((value) => value !== undefined) ? told : undefined;
}

/** A manager may come later in an operator's file, and be one whom the next import brings. */
export const referencesOf = ({ divisionId, profile, customAttributes }: ImportRow, { vouches }: Terms): UserPatch => ({
  ...(divisionId && { divisionId }),
  ...(vouches === 'caller' && customAttributes && { customAttributes }),
  ...(vouches === 'caller' && profile?.managerId && { profile: { managerId: profile.managerId } }),
});

/** Whether the caller may make such a person. Fails with the refusal that a create by itself would meet. */
export function checkRow(standing: Standing, row: ImportRow, terms: Terms): void {
  const { org = fail('permission-missing'), permissions } = standing;
  checkGrant(standing, rolesOf(row));
  checkDomain(org, row.email);
  // Whoever sets a password can sign in with it: an org must have allowed that to its admins.
  const mayBring = terms.vouches === 'operator' || org.settings.adminMaySetPasswords === true;
  if (row.passwordHash && !(mayBring && permissions.includes('users:set-password'))) fail('permission-missing');
  if (wantsInvite(row, terms) && !permissions.includes('users:invite')) fail('permission-missing');
}

const rolesOf = ({ roles }: ImportRow) => [...new Set(roles ?? (['member'] as const))];

const wantsInvite = (row: ImportRow, { invite, vouches }: Terms): boolean =>
  (invite || row.invite === true) && pastOf(row, '', vouches).facts.state === 'staged';

/** The person that a row makes, as writes. Asks nothing of the table. `attempt` draws another id. */
export async function planPerson(
  ctx: Context,
  org: OrgRecord,
  { n, row, teams = [] }: NumberedRow,
  terms: Terms,
  attempt = 0,
): Promise<UserPlan & { kept: boolean }> {
  const { id, createdAt, kept } = originOf(row, n, attempt, terms.vouches, terms);
  const { facts, credential } = pastOf(row, instant(ctx.now), terms.vouches);
  const { username, externalId, divisionId, routing, presence } = row;
  const identity = { email: row.email, username, externalId, divisionId, roles: rolesOf(row), routing, presence };
  const input = { ...identity, ...groupsOf(row), security: securityOf(row), invite: wantsInvite(row, terms) };
  const begins = {
    id,
    facts: { ...facts, createdAt, ...(teams.length > 0 && { teams: [...teams] }) },
    credential,
    idTaken: { code: 'id-taken' } as const,
  };
  const plan = await planUser(ctx, org, input, begins);
  return { ...plan, writes: [...plan.writes, ...teams.flatMap((team) => joinTeam(org.id, id, team))], kept };
}

export const outcomeOf = ({ record }: UserPlan): Outcome => ({
  outcome: record.inviteId ? 'invited' : 'created',
  userId: record.id,
  ...(record.inviteId && { inviteId: record.inviteId }),
});

async function create(ctx: Context, org: OrgRecord, numbered: NumberedRow, terms: Terms): Promise<Outcome> {
  for (const attempt of attempts) {
    const plan = await planPerson(ctx, org, numbered, terms, attempt);
    try {
      return await commit(ctx, plan.event, plan.writes, outcomeOf(plan));
    } catch (error) {
      if (plan.kept && hasCode(error, 'version-conflict')) fail('id-taken', error);
      // The row's own id is there: it was done before, and the person has another address by now.
      if (!plan.kept && hasCode(error, 'id-taken')) return { outcome: 'created', userId: plan.record.id };
      if (!hasCode(error, 'version-conflict')) throw error;
    }
  }
  return fail('version-conflict');
}
