// A file of addresses as one job of invites, asked for on behalf of somebody of the org, and watched until it has ended.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../shared/directory/context.ts';
import { newId } from '../../shared/directory/context.ts';
import { type As, operatorContext } from '../../shared/directory/imports/operator.ts';
import { type GivenRow, startRows } from '../../shared/directory/jobs/bulk-invite.ts';
import { eachRow, getJob } from '../../shared/directory/jobs/views.ts';
import { type BulkInvite, MAX_ROWS } from '../../shared/model/bulk.ts';
import type { JobId } from '../../shared/model/ids.ts';
import type { Job, RowResult } from '../../shared/model/job.ts';
import { hasCode } from '../../shared/model/problem.ts';
import type { Mapping } from '../../shared/transfer/columns.ts';
import { rowReader } from '../../shared/transfer/rows.ts';
import type { Opened } from './directory.ts';
import type { Progress } from './progress.ts';

/** `lines`: an address a line and nothing else. */
export type InviteFormat = 'csv' | 'ndjson' | 'lines';

export interface FileOptions {
  file: string;
  format: InviteFormat;
  mapping?: Mapping | undefined;
  delimiter?: string | undefined;
}

/**
 * The rows of a file. Throws for one that has none or more than 10,000; a CSV's header must name members of a person, or
 * be mapped to them.
 */
export async function readInvites({ file, format, mapping, delimiter }: FileOptions): Promise<GivenRow[]> {
  const reader = rowReader(format === 'ndjson' ? 'ndjson' : 'csv', {
    ...(mapping && { mapping }),
    ...(delimiter && { delimiter }),
  });
  // Lines of addresses are a CSV of one column that says nothing of it.
  const head = format === 'lines' ? reader.push(Buffer.from('email\n')) : [];
  const rows = [...head, ...reader.push(await readFile(file)), ...reader.end()];
  if (rows.length === 0) throw new Error(`${file} has no rows`);
  if (rows.length > MAX_ROWS) throw new Error(`${file} has more than ${MAX_ROWS.toLocaleString('en')} rows: split it`);
  return rows;
}

/**
 * An operator's invites are counted as everybody's, up to ten times the daily numbers, so that one admin's name carries a
 * whole job.
 */
const OPERATOR_SCALE = 10;

/** Contexts of the moment in which somebody of the org acts through the operator. */
export function actingAs({ orgId, context }: Opened, as: As): () => Context {
  return () => {
    const ctx = context();
    return operatorContext({ ...ctx, limitScale: ctx.limitScale * OPERATOR_SCALE }, orgId, newId(ctx), { as });
  };
}

/** Starts the job. Fails with `permission-missing` where whoever is named may not invite. */
export const inviteRows = (
  acting: () => Context,
  rows: readonly GivenRow[],
  terms: Pick<BulkInvite, 'defaults' | 'dryRun'>,
): Promise<Job> => startRows(acting(), rows, terms);

const LOOK_MS = 1000;

/** Looks at a job until it has ended. A table that is not there for a while is waited for. */
export async function followJob(
  acting: () => Context,
  id: JobId,
  onStep: (progress: Progress) => void = () => undefined,
  pause: () => Promise<unknown> = () => sleep(LOOK_MS),
): Promise<Job> {
  for (;;) {
    const job = await getJob(acting(), id).catch((error: unknown) => {
      if (!hasCode(error, 'store-unavailable')) throw error;
    });
    if (job) {
      const { done, total, outcomes } = job;
      onStep({ done, ...(total && { share: done / total }), failed: outcomes.failed ?? 0 });
      if (job.state !== 'waiting' && job.state !== 'running') return job;
    }
    await pause();
  }
}

/** What did not become an invite, a line each: the row, its address where the file is at hand, and why. */
export async function* notInvited(acting: () => Context, id: JobId, rows: readonly GivenRow[]): AsyncGenerator<string> {
  for (const outcome of ['failed', 'skipped'] as const) {
    for await (const result of eachRow(acting(), id, outcome)) yield lineOf(result, rows[result.row - 1]);
  }
}

function lineOf({ row, code, issues = [], sameAsRow }: RowResult, given?: GivenRow): string {
  const email = given && 'input' in given ? (given.input as { email?: unknown } | null)?.email : undefined;
  const why = issues.map(({ pointer, message }) => `${pointer} ${message}`.trim()).join('; ');
  const parts = [`row ${row}`, email, sameAsRow ? `same as row ${sameAsRow}` : code, why];
  return parts.filter((part) => typeof part === 'string' && part !== '').join('  ');
}
