// Somebody new as writes: what a create, an invited create and a row of an import have in common.
import type { UserId } from '../model/ids.ts';
import { mergePatch } from '../model/patch.ts';
import type { Role } from '../model/principal.ts';
import type { Problem } from '../model/problem.ts';
import type { UserCreate } from '../model/user.ts';
import { guardWrites } from '../store/admin-items.ts';
import type { AuditEvent } from '../store/audit-items.ts';
import { putWork, type Work } from '../store/beside-items.ts';
import { claimEmail, claimNumber, moveClaims } from '../store/claim-items.ts';
import type { OrgRecord } from '../store/org-items.ts';
import { type Credential, putCredential } from '../store/secret-items.ts';
import type { Write } from '../store/table.ts';
import { newUser, sideWrites, type UserRecord } from '../store/user-items.ts';
import { type Context, instant, newId, principalOf } from './context.ts';
import { planInvite } from './invite-plan.ts';
import { checkLocked } from './preference-layers.ts';
import { applyPatch, checkKeys, checkSize } from './record.ts';

export type NewUser = UserCreate & { roles: Role[] };

/** Where somebody begins, if not as nobody knew them: an import says more than an input can. */
export interface Origin {
  /** Drawn anew unless told. */
  id?: UserId;
  facts: Partial<UserRecord>;
  credential?: Credential | undefined;
  /** Said where the id is taken already, in place of a lost race. */
  idTaken?: Problem;
}

export interface UserPlan {
  record: UserRecord;
  work: Work | undefined;
  writes: Write[];
  event: AuditEvent;
}

/**
 * Plans a person of the org. Reads nothing but the caller's standing. Whether the org has the roles, division and manager
 * is the caller's to check.
 */
export async function planUser(ctx: Context, org: OrgRecord, input: NewUser, from?: Origin): Promise<UserPlan> {
  const { invite, roles, routing, presence, ...patch } = input;
  const id = from?.id ?? newId<UserId>(ctx);
  const blank = blankRecord(ctx, org, id, roles);
  let record = { ...applyPatch(blank, patch), ...from?.facts };
  if (patch.preferences) await checkLocked(ctx, undefined, record);
  const invited: Write[] = [];
  if (invite) {
    const plan = planInvite(ctx, org, { email: input.email, roles }, record);
    record = { ...record, state: 'invited', invitedAt: instant(ctx.now), inviteId: plan.invite.id };
    invited.push(...plan.writes);
  }
  checkSize(record);
  checkKeys(undefined, record);
  const work = firstWork(routing, presence);
  const core = newUser(record);
  const writes: Write[] = [
    from?.idTaken ? { ...core, otherwise: from.idTaken } : core,
    claimEmail(input.email, org.id, id),
    claimNumber(org.id, id),
    ...invited,
    ...moveClaims({ ...blank, email: input.email }, record),
    ...sideWrites(undefined, record),
    ...(work ? [putWork(org.id, id, work)] : []),
    ...(from?.credential ? [putCredential(org.id, id, from.credential)] : []),
    ...guardWrites(undefined, record),
  ];
  return { record, work, writes, event: { type: 'user-created', orgId: org.id, userId: id, version: 1 } };
}

function blankRecord(ctx: Context, org: OrgRecord, id: UserId, roles: Role[]): UserRecord {
  const now = instant(ctx.now);
  const by = principalOf(ctx).id;
  const times = { createdAt: now, createdBy: by, updatedAt: now, updatedBy: by };
  return { id, orgId: org.id, state: 'staged', version: 1, epoch: 1, roles, ...times };
}

function firstWork(routing: UserCreate['routing'], presence: UserCreate['presence']): Work | undefined {
  const groups = mergePatch({}, { routing, presence }) as Omit<Work, 'version'>;
  return Object.keys(groups).length > 0 ? { ...groups, version: 1 } : undefined;
}
