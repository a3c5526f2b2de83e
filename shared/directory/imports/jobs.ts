// An import through the API: a job whose rows become people, each by itself. What can be known of a row without the table
// is known before the job starts.
import * as v from 'valibot';
import type { OrgId, TeamId } from '../../model/ids.ts';
import { type ImportRow, OnExisting, readImportRow } from '../../model/import-row.ts';
import type { Job } from '../../model/job.ts';
import type { Permission } from '../../model/principal.ts';
import { fail, type Problem } from '../../model/problem.ts';
import type { JobRecord } from '../../store/job-items.ts';
import { MAX_ROW_BYTES } from '../../store/job-row-items.ts';
import { keys } from '../../store/keys.ts';
import type { Key } from '../../store/table.ts';
import { commit } from '../commit.ts';
import { type Context, orgOf } from '../context.ts';
import type { Stepped } from '../jobs/jobs.ts';
import { doRows, planRows, type RowRun } from '../jobs/rows.ts';
import { toJob } from '../jobs/views.ts';
import { checkTeams } from '../references.ts';
import { importPerson, type Outcome, type Terms } from './person.ts';
import { placeRows, type SentRow } from './places.ts';

/** Rows of one import. */
export const MAX_IMPORT_ROWS = 10_000;

export const ImportAsked = v.object({
  dryRun: v.boolean(),
  onExisting: OnExisting,
  /** Everybody who would be staged is invited. */
  invite: v.boolean(),
});
export type ImportAsked = v.InferOutput<typeof ImportAsked>;

/** As it waits for its turn. */
type KeptRow = (SentRow & { teams?: TeamId[] }) | { outcome: Outcome };

/**
 * Starts the job. Fails with `input-invalid` where there are no rows, or too many, and with `permission-missing` where the
 * rows need more than the caller may do: the other refusals are those of their rows.
 */
export async function startImport(ctx: Context, sent: readonly SentRow[], asked: ImportAsked): Promise<Job> {
  if (sent.length === 0) refuse('has no rows');
  if (sent.length > MAX_IMPORT_ROWS) refuse(`has more than ${MAX_IMPORT_ROWS} rows`);
  const { rows, people, joining } = await readRows(ctx, sent);
  const { permissions } = await ctx.standing();
  if (needs(people, joining, asked).some((permission) => !permissions.includes(permission))) fail('permission-missing');
  const { job, writes } = await planRows(ctx, { kind: 'import', options: { ...asked }, rows });
  return commit(ctx, { type: 'import-started', orgId: job.orgId, subjectId: job.id }, writes, toJob(job));
}

const refuse = (message: string): never => fail({ code: 'input-invalid', issues: [{ pointer: '', message }] });

/** Rows that can be no person keep nothing but why. Of several with one address the first that can be a person counts. */
async function readRows(
  ctx: Context,
  sent: readonly SentRow[],
): Promise<{ rows: KeptRow[]; people: ImportRow[]; joining: boolean }> {
  const orgId = orgOf(ctx);
  const first = newFirsts(orgId);
  const people: ImportRow[] = [];
  const placed = await placeRows(ctx, orgId, sent);
  const rows = placed.map((row, i): KeptRow => {
    if ('problem' in row) return row;
    const { input, teams } = row;
    if (!fits(row)) return { problem: TOO_LONG };
    const read = readImportRow(input);
    if ('problem' in read) return read;
    const repeats = first(read.row, i + 1);
    if (repeats) return { outcome: repeats };
    people.push(read.row);
    return { input, ...(teams.length > 0 && { teams }) };
  });
  return { rows, people, joining: rows.some((row) => 'teams' in row) };
}

/** What is nested too deeply to be written down fits nowhere. */
function fits(row: unknown): boolean {
  try {
    return Buffer.byteLength(JSON.stringify(row)) <= MAX_ROW_BYTES;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * Tells a row of an earlier one that makes the same claim: which of the two came first to the table would be chance.
 */
function newFirsts(orgId: OrgId): (row: ImportRow, number: number) => Outcome | undefined {
  const seen = new Map<string, number>();
  return (row, number) => {
    const claims = claimsOf(orgId, row);
    for (const [{ pk }, outcome] of claims) {
      const sameAsRow = seen.get(pk);
      if (sameAsRow !== undefined) return { ...outcome, sameAsRow };
    }
    for (const [{ pk }] of claims) seen.set(pk, number);
    return undefined;
  };
}

function claimsOf(orgId: OrgId, { email, username, externalId }: ImportRow): [Key, Outcome][] {
  const claims: [Key, Outcome][] = [[keys.emailClaim(email), { outcome: 'skipped', code: 'duplicate-in-file' }]];
  if (username) claims.push([keys.usernameClaim(username), { outcome: 'failed', code: 'username-taken' }]);
  if (externalId) {
    claims.push([keys.externalIdClaim(orgId, externalId), { outcome: 'failed', code: 'external-id-taken' }]);
  }
  return claims;
}

const TOO_LONG: Problem = {
  code: 'input-invalid',
  issues: [{ pointer: '', message: `is longer than ${MAX_ROW_BYTES} bytes of JSON` }],
};

function needs(people: readonly ImportRow[], joining: boolean, { invite }: ImportAsked): Permission[] {
  const invites = invite || people.some((row) => row.invite === true);
  const passwords = people.some(({ passwordHash }) => passwordHash);
  return [
    ...(invites ? (['users:invite'] as const) : []),
    ...(passwords ? (['users:set-password'] as const) : []),
    ...(joining ? (['teams:write'] as const) : []),
  ];
}

/** A block of rows. Whoever asked and may change people no longer fails the job. */
export const importStep = (worker: Context, job: JobRecord): Promise<Stepped> =>
  doRows(worker, job, importRow, ['users:write']);

const importRow: RowRun = async (ctx, { number, value, job, keeping }) => {
  const kept = value as KeptRow;
  if ('outcome' in kept) return kept.outcome;
  if ('problem' in kept) return fail(kept.problem);
  const read = readImportRow(kept.input);
  if ('problem' in read) return fail(read.problem);
  const { teams = [] } = kept;
  const { permissions } = await ctx.standing();
  if (teams.length > 0 && !permissions.includes('teams:write')) return fail('permission-missing');
  await checkTeams(ctx, job.orgId, teams, 'joinTeams');
  const numbered = { n: number, row: read.row, teams };
  return importPerson(
    keeping((outcome: Outcome) => outcome),
    numbered,
    termsOf(job),
  );
};

function termsOf({ id, createdAt, total = 0, options }: JobRecord): Terms {
  const { onExisting, invite } = v.parse(ImportAsked, options);
  return { importId: id, startedMs: Date.parse(createdAt), span: total, vouches: 'caller', onExisting, invite };
}
