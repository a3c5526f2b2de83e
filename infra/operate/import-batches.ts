// The rows of a file in batches: what can be told of a row without the table is told here.
import { createReadStream } from 'node:fs';
import { BATCH_ROWS } from '../../shared/directory/imports/batch.ts';
import type { NumberedRow } from '../../shared/directory/imports/person.ts';
import { refused } from '../../shared/directory/jobs/rows.ts';
import { readImportRow } from '../../shared/model/import-row.ts';
import { type FileRow, type Format, type ReadOptions, rowReader } from '../../shared/transfer/rows.ts';
import type { Reported } from './import-results.ts';
import { firstRows } from './seen-addresses.ts';

export const MOST_ROWS = 1_000_000;

export interface Batch {
  rows: NumberedRow[];
  /** Results that need no look at the table: broken rows, repeated addresses. */
  told: Reported[];
  /** The line that each row begins on. */
  lines: Map<number, number>;
  /** The last row of it. */
  last: number;
  /** Bytes of the file that have been read. */
  bytes: number;
}

/** The batches behind the rows that are done. Those are read all the same: of one address the first row counts. */
export async function* batchesOf(
  file: string,
  format: Format,
  options: ReadOptions,
  done: number,
): AsyncGenerator<Batch> {
  const reader = rowReader(format, options);
  const take = newTaker(done);
  let batch = emptyBatch();
  let bytes = 0;
  const full = function* (rows: readonly FileRow[]) {
    for (const read of rows) {
      take(batch, read);
      if (batch.lines.size < BATCH_ROWS) continue;
      yield { ...batch, bytes };
      batch = emptyBatch();
    }
  };
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    yield* full(reader.push(chunk));
  }
  yield* full(reader.end());
  if (batch.last > 0) yield { ...batch, bytes };
}

const emptyBatch = (): Batch => ({ rows: [], told: [], lines: new Map(), last: 0, bytes: 0 });

/** Puts a row into a batch: to be worked on, or with the result that it has already. */
function newTaker(done: number): (batch: Batch, read: FileRow) => void {
  const first = firstRows();
  return (batch, read) => {
    const { n, line } = read;
    const found = 'problem' in read ? read : readImportRow(read.input);
    const sameAsRow = 'row' in found ? first(found.row.email, n) : undefined;
    if (n <= done) return;
    if (n > MOST_ROWS) throw new Error('a file has a million rows at most: split it');
    batch.lines.set(n, line);
    batch.last = n;
    if ('problem' in found) batch.told.push({ row: n, line, ...refused(found.problem) });
    else if (sameAsRow === undefined) batch.rows.push({ n, row: found.row });
    else batch.told.push({ row: n, line, outcome: 'skipped', code: 'duplicate-in-file', sameAsRow });
  };
}
