// Many invites as one job: every row is the invite that it would be by itself, or fails as that one would.
import type { BulkInvite } from '../../model/bulk.ts';
import { type Invite, InviteCreate } from '../../model/invite.ts';
import type { Job } from '../../model/job.ts';
import { readBy } from '../../model/parse.ts';
import type { JobRecord } from '../../store/job-items.ts';
import { MAX_ROW_BYTES } from '../../store/job-row-items.ts';
import { commit, reapply } from '../commit.ts';
import type { Context } from '../context.ts';
import { quotasOf } from '../invite-plan.ts';
import { createCounted } from '../invites.ts';
import { takeWithin } from '../limits.ts';
import { doRows, type Outcome, planRows, type RowToDo, refused } from './rows.ts';
import { toJob } from './views.ts';

/** A row as it is kept: the invite, or why there is none. */
type Row = { invite: InviteCreate } | { outcome: Outcome };

/**
 * Starts the job. Its invites are counted here, in the commit that starts it, as far as the day's quotas reach: whatever
 * stops the worker later counts nobody twice. Rows beyond them fail with `invite-limit`. A dry run counts nothing.
 */
export function startInvites(ctx: Context, { invites, defaults, dryRun }: BulkInvite): Promise<Job> {
  const rows = readRows(invites, defaults ?? {});
  const wanted = rows.filter((row) => 'invite' in row).length;
  return reapply(async () => {
    const { allowed, writes: counted } = await takeWithin(ctx, quotasOf(ctx), wanted);
    const { job, writes } = await planRows(ctx, {
      kind: 'bulk-invite',
      options: { dryRun: dryRun === true },
      rows: within(rows, allowed),
    });
    const event = { type: 'bulk-invite-started', orgId: job.orgId, subjectId: job.id } as const;
    return commit(ctx, event, [...writes, ...(dryRun ? [] : counted)], toJob(job));
  });
}

function readRows(rows: readonly unknown[], defaults: NonNullable<BulkInvite['defaults']>): Row[] {
  const firstOf = new Map<string, number>();
  return rows.map((given, i) => {
    const whole = typeof given === 'object' && given !== null ? { ...defaults, ...given } : given;
    const read = readBy(InviteCreate, whole);
    if ('problem' in read) return { outcome: refused(read.problem) };
    const invite = read.output;
    if (Buffer.byteLength(JSON.stringify(invite)) > MAX_ROW_BYTES) {
      const issues = [{ pointer: '', message: `must be at most ${MAX_ROW_BYTES} bytes` }];
      return { outcome: refused({ code: 'input-invalid', issues }) };
    }
    const sameAsRow = firstOf.get(invite.email);
    if (sameAsRow !== undefined) return { outcome: { outcome: 'skipped', sameAsRow } };
    firstOf.set(invite.email, i + 1);
    return { invite };
  });
}

/** The first invites that the quotas allow; those behind them fail. */
function within(rows: readonly Row[], allowed: number): Row[] {
  let left = allowed;
  return rows.map((row) => ('invite' in row && left-- <= 0 ? { outcome: refused({ code: 'invite-limit' }) } : row));
}

export const inviteStep = (worker: Context, job: JobRecord): Promise<JobRecord> =>
  doRows(worker, job, inviteRow, ['users:invite']);

async function inviteRow(_ctx: Context, { value, keeping }: RowToDo): Promise<Outcome> {
  const row = value as Row;
  if ('outcome' in row) return row.outcome;
  return invitedAs(await createCounted(keeping(invitedAs), row.invite));
}

const invitedAs = ({ id, userId }: Invite): Outcome => ({
  outcome: 'invited',
  inviteId: id,
  ...(userId && { userId }),
});
