// The rows of a job as they were sent, in blocks, and what became of each as an item of its own: written in the commit
// of the row's change, so that a row done once is never done again. Rows may hold hashes of passwords: they lie where
// credentials do.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { JobId, OrgId } from '../model/ids.ts';
import type { RowResult } from '../model/job.ts';
import { JOB_KEPT_SECONDS } from './job-items.ts';
import { keys } from './keys.ts';
import { absent, type Item, type Value, type Write } from './table.ts';

interface JobRef {
  orgId: OrgId;
  id: JobId;
  createdAt: string;
}

/** Rows in one block: what a step does. Even of the longest make less than the 400 KB that the table takes. */
export const BLOCK_ROWS = 20;
/** Bytes of a row's JSON. */
export const MAX_ROW_BYTES = 16 * 1024;

const ttlOf = ({ createdAt }: JobRef, kept: number): number => Math.floor(Date.parse(createdAt) / 1000) + kept;

/** Results go with their job, whatever becomes of it: twice the time that an ended job is kept. */
const RESULTS_KEPT_SECONDS = 2 * JOB_KEPT_SECONDS;
/** Rows kept for a commit that never came. Longer than a weekend without a worker: a job that finds them gone fails. */
const BLOCK_KEPT_SECONDS = 3 * 86_400;

/** Block `n` holds the rows from `n * BLOCK_ROWS + 1` on. */
export const blockItem = (job: JobRef, n: number, rows: readonly unknown[]): Item => ({
  ...keys.jobBlock(job.orgId, job.id, n),
  k: 'job-block',
  rows: deflateRawSync(JSON.stringify(rows)),
  ttl: ttlOf(job, BLOCK_KEPT_SECONDS),
});

export const putBlock = (job: JobRef, n: number, rows: readonly unknown[]): Write => ({
  put: blockItem(job, n, rows),
  otherwise: { code: 'version-conflict' },
});

/** All of its rows are done, or will not be. */
export const dropBlock = (job: JobRef, n: number): Write => ({
  drop: keys.jobBlock(job.orgId, job.id, n),
  otherwise: { code: 'version-conflict' },
});

export const readBlock = (item: Item | undefined): unknown[] =>
  item ? (JSON.parse(inflateRawSync(item.rows as Uint8Array).toString('utf8')) as unknown[]) : [];

export const rowItem = (job: JobRef, { row, outcome, ...rest }: RowResult): Item => ({
  ...keys.jobRow(job.orgId, job.id, row),
  k: 'job-row',
  row,
  out: outcome,
  ...(rest as Record<string, Value>),
  ttl: ttlOf(job, RESULTS_KEPT_SECONDS),
});

export function readRow(item: Item): RowResult {
  const { pk: _pk, sk: _sk, k: _k, ttl: _ttl, op: _op, out, ...rest } = item;
  return { ...rest, outcome: out } as RowResult;
}

/** Refused where the row has its result already: the change beside it is not made twice. */
export const putRow = (job: JobRef, result: RowResult): Write => ({
  put: rowItem(job, result),
  when: absent,
  otherwise: { code: 'version-conflict' },
});

/** So that the jobs of an org can be listed. */
export const listJob = (job: JobRef): Write => ({
  put: { ...keys.listedJob(job.orgId, job.id), k: 'job-listed', ttl: ttlOf(job, RESULTS_KEPT_SECONDS) },
  otherwise: { code: 'version-conflict' },
});
