// Many invites as one job: every row is the invite that it would be by itself, or fails as that one would.
import type { BulkInvite } from '../../model/bulk.ts';
import { type Invite, InviteCreate } from '../../model/invite.ts';
import type { Job } from '../../model/job.ts';
import { readBy } from '../../model/parse.ts';
import { fail, type Problem } from '../../model/problem.ts';
import type { JobRecord } from '../../store/job-items.ts';
import { MAX_ROW_BYTES } from '../../store/job-row-items.ts';
import { commit, reapply } from '../commit.ts';
import type { Context } from '../context.ts';
import { quotasOf } from '../invite-plan.ts';
import { createCounted } from '../invites.ts';
import { takeWithin } from '../limits.ts';
import type { Stepped } from './jobs.ts';
import { doRows, type Outcome, planRows, type RowToDo, refused } from './rows.ts';
import { toJob } from './views.ts';

/** A row as it was sent: what it says, or why it could not even be read. */
export type GivenRow = { input: unknown } | { problem: Problem };

/** A row as it is kept: the invite, or why there is none. */
type Row = { invite: InviteCreate } | { outcome: Outcome };

interface Terms {
  defaults?: BulkInvite['defaults'];
  dryRun?: boolean | null | undefined;
}

export const startInvites = (ctx: Context, { invites, ...terms }: BulkInvite): Promise<Job> =>
  startRows(
    ctx,
    invites.map((input) => ({ input })),
    terms,
  );

/**
 * Starts the job. Its invites are counted here, in the commit that starts it, as far as the day's quotas reach: whatever
 * stops the worker later counts nobody twice. Rows beyond them fail with `invite-limit`. A dry run counts nothing.
 */
export async function startRows(
  ctx: Context,
  given: readonly GivenRow[],
  { defaults, dryRun }: Terms = {},
): Promise<Job> {
  const { permissions } = await ctx.standing();
  if (!permissions.includes('users:invite')) fail('permission-missing');
  const rows = readRows(given, defaults ?? {});
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

function readRows(rows: readonly GivenRow[], defaults: NonNullable<BulkInvite['defaults']>): Row[] {
  const firstOf = new Map<string, number>();
  return rows.map((given, i) => {
    const read = 'problem' in given ? given : readRow(given.input, defaults);
    if ('problem' in read) return { outcome: refused(read.problem) };
    const { output: invite } = read;
    const sameAsRow = firstOf.get(invite.email);
    if (sameAsRow !== undefined) return { outcome: { outcome: 'skipped', sameAsRow } };
    firstOf.set(invite.email, i + 1);
    return { invite };
  });
}

function readRow(input: unknown, defaults: object): { output: InviteCreate } | { problem: Problem } {
  const read = readBy(InviteCreate, typeof input === 'object' && input !== null ? { ...defaults, ...input } : input);
  if ('problem' in read || Buffer.byteLength(JSON.stringify(read.output)) <= MAX_ROW_BYTES) return read;
  return {
    problem: { code: 'input-invalid', issues: [{ pointer: '', message: `must be at most ${MAX_ROW_BYTES} bytes` }] },
  };
}

/** The first invites that the quotas allow; those behind them fail. */
function within(rows: readonly Row[], allowed: number): Row[] {
  let left = allowed;
  return rows.map((row) => ('invite' in row && left-- <= 0 ? { outcome: refused({ code: 'invite-limit' }) } : row));
}

export const inviteStep = (worker: Context, job: JobRecord): Promise<Stepped> =>
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
