// An import through the API: a job whose rows become people, each by itself. What can be known of a row without the table
// is known before the job starts.
import { type ImportRow, type OnExisting, readImportRow } from '../../model/import-row.ts';
import type { Job } from '../../model/job.ts';
import type { Permission } from '../../model/principal.ts';
import { fail, type Problem } from '../../model/problem.ts';
import type { JobRecord } from '../../store/job-items.ts';
import { MAX_ROW_BYTES } from '../../store/job-row-items.ts';
import { commit } from '../commit.ts';
import type { Context } from '../context.ts';
import { doRows, planRows, type RowRun } from '../jobs/rows.ts';
import { toJob } from '../jobs/views.ts';
import { importPerson, type Outcome, type Terms } from './person.ts';

/** Rows of one import. */
export const MAX_IMPORT_ROWS = 10_000;

/** A row as it was sent, or why it cannot be read. */
export type SentRow = { input: unknown } | { problem: Problem };

export interface ImportAsked {
  dryRun: boolean;
  onExisting: OnExisting;
  /** Everybody who would be staged is invited. */
  invite: boolean;
}

/** As it waits for its turn. */
type KeptRow = SentRow | { sameAsRow: number };

/**
 * Starts the job. Fails with `input-invalid` where there are no rows, or too many, and with `permission-missing` where the
 * rows need more than the caller may do: the other refusals are those of their rows.
 */
export async function startImport(ctx: Context, sent: readonly SentRow[], asked: ImportAsked): Promise<Job> {
  if (sent.length === 0) refuse('has no rows');
  if (sent.length > MAX_IMPORT_ROWS) refuse(`has more than ${MAX_IMPORT_ROWS} rows`);
  const { rows, people } = readRows(sent);
  const { permissions } = await ctx.standing();
  if (needs(people, asked).some((permission) => !permissions.includes(permission))) fail('permission-missing');
  const { job, writes } = await planRows(ctx, { kind: 'import', options: { ...asked }, rows });
  return commit(ctx, { type: 'job-started', orgId: job.orgId, subjectId: job.id }, writes, toJob(job));
}

const refuse = (message: string): never => fail({ code: 'input-invalid', issues: [{ pointer: '', message }] });

/** Rows that can be no person keep nothing but why. Of several with one address the first that can be one counts. */
function readRows(sent: readonly SentRow[]): { rows: KeptRow[]; people: ImportRow[] } {
  const first = new Map<string, number>();
  const people: ImportRow[] = [];
  const rows = sent.map((row, i): KeptRow => {
    if ('problem' in row) return row;
    if (Buffer.byteLength(JSON.stringify(row.input) ?? '') > MAX_ROW_BYTES) return { problem: TOO_LONG };
    const read = readImportRow(row.input);
    if ('problem' in read) return read;
    const { email } = read.row;
    const sameAsRow = first.get(email);
    if (sameAsRow !== undefined) return { sameAsRow };
    first.set(email, i + 1);
    people.push(read.row);
    return { input: row.input };
  });
  return { rows, people };
}

const TOO_LONG: Problem = {
  code: 'input-invalid',
  issues: [{ pointer: '', message: `is longer than ${MAX_ROW_BYTES} bytes of JSON` }],
};

function needs(people: readonly ImportRow[], { invite }: ImportAsked): Permission[] {
  const invites = invite || people.some((row) => row.invite === true);
  const passwords = people.some(({ passwordHash }) => passwordHash);
  return [...(invites ? (['users:invite'] as const) : []), ...(passwords ? (['users:set-password'] as const) : [])];
}

/** A block of rows. Whoever asked and may change people no longer fails the job. */
export const importStep = (worker: Context, job: JobRecord): Promise<JobRecord> =>
  doRows(worker, job, importRow, ['users:write']);

const importRow: RowRun = async (_ctx, { number, value, job, keeping }) => {
  const kept = value as KeptRow;
  if ('sameAsRow' in kept) return { outcome: 'skipped', code: 'duplicate-in-file', sameAsRow: kept.sameAsRow };
  if ('problem' in kept) return fail(kept.problem);
  const read = readImportRow(kept.input);
  if ('problem' in read) return fail(read.problem);
  const numbered = { n: number, row: read.row };
  return importPerson(
    keeping((outcome: Outcome) => outcome),
    numbered,
    termsOf(job),
  );
};

function termsOf({ id, createdAt, total = 0, options }: JobRecord): Terms {
  const { onExisting, invite } = options as unknown as ImportAsked;
  return { importId: id, startedMs: Date.parse(createdAt), span: total, vouches: 'caller', onExisting, invite };
}
