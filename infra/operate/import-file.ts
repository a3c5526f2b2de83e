// A file of people into an org: streamed, in batches, as fast as the table lets it, and gone on with after any stop, on
// any machine. What is done is kept in the table; which row failed, in a report beside the file.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { BATCH_ROWS, importBatch } from '../../shared/directory/imports/batch.ts';
import { type As, operatorContext } from '../../shared/directory/imports/operator.ts';
import type { NumberedRow, Terms } from '../../shared/directory/imports/person.ts';
import { type ImportRecord, importIdOf, openImport, saveImport } from '../../shared/directory/imports/record.ts';
import { refused } from '../../shared/directory/jobs/rows.ts';
import { type OnExisting, readImportRow } from '../../shared/model/import-row.ts';
import { hasCode } from '../../shared/model/problem.ts';
import type { Mapping } from '../../shared/transfer/columns.ts';
import { type FileRow, type Format, rowReader } from '../../shared/transfer/rows.ts';
import type { Opened } from './directory.ts';
import { counted, type Outcomes, openReport, type Report, type Reported } from './import-results.ts';
import { firstRows } from './seen-addresses.ts';
import { newThrottle } from './throttle.ts';

export interface ImportOptions {
  file: string;
  format: Format;
  mapping?: Mapping | undefined;
  delimiter?: string | undefined;
  onExisting?: OnExisting;
  /** Everybody who would be staged is invited. */
  invite?: boolean;
  /** Says what would come of each row, and changes nothing. */
  dryRun?: boolean;
  /** Whom entries name. */
  as?: As | undefined;
  /** Rows a second at most. */
  rate?: number | undefined;
  /** Tries of a batch before the import stops. */
  tries?: number | undefined;
}

export interface Summary {
  importId: string;
  rows: number;
  outcomes: Outcomes;
  /** Where it says what did not go well. */
  report: string;
}

export interface Step {
  done: number;
  /** Part of the file's bytes that are done with. */
  share: number;
  failed: number;
}

const MOST_ROWS = 1_000_000;
/** Milliseconds between two times that the table is told how far it is. */
const SAVE_MS = 2000;
/** Milliseconds that one look at the caller's standing holds. */
const STANDING_MS = 5000;

export const reportOf = ({ file, dryRun }: ImportOptions): string => `${file}.${dryRun ? 'dry-run' : 'results'}.ndjson`;

/**
 * Imports a file. Begun again, it goes on behind the last row that the table knows to be done, and finds what was done
 * beyond it. Throws where the file cannot be read, or the table not be had for minutes.
 */
export async function importFile(
  directory: Opened,
  options: ImportOptions,
  onStep: (step: Step) => void = () => undefined,
): Promise<Summary> {
  const scanned = await scan(options.file);
  if (scanned.lines > MOST_ROWS + 1 && options.format === 'ndjson')
    throw new Error('a file has a million rows at most: split it');
  const importId = importIdFor(directory.orgId, scanned.sha256, options);
  const record = await beginning(directory, options, importId, Math.min(scanned.lines, MOST_ROWS));
  const report = await openReport(reportOf(options), record.done);
  const run = newRun(directory, options, record, report, scanned.bytes, onStep);
  try {
    await run.feed();
  } catch (error) {
    await report.leave();
    throw error;
  }
  const { done: rows, outcomes } = run.record();
  const summary = { importId, rows, outcomes, report: reportOf(options) };
  await report.close(summary);
  return summary;
}

/** Read otherwise, the same file is another import. */
export function importIdFor(orgId: string, sha256: string, options: ImportOptions): string {
  const { format, mapping, delimiter, onExisting, invite } = options;
  const named = JSON.stringify([...(mapping ?? [])].sort());
  return importIdOf(orgId, sha256, format, named, delimiter ?? '', onExisting ?? 'skip', String(invite ?? false));
}

async function beginning(
  { orgId, context }: Opened,
  { dryRun }: ImportOptions,
  id: string,
  span: number,
): Promise<ImportRecord> {
  const ctx = context();
  if (dryRun) return { id, orgId, startedAt: ctx.now.toISOString(), span, done: 0, outcomes: {} };
  const found = await openImport(ctx, orgId, id, span);
  // One that ended is walked anew: each row finds itself done.
  return found.endedAt ? { ...found, done: 0, outcomes: {} } : found;
}

interface Scanned {
  sha256: string;
  bytes: number;
  /** At least as many as there are rows. */
  lines: number;
}

async function scan(file: string): Promise<Scanned> {
  const hash = createHash('sha256');
  const scanned = { bytes: 0, lines: 1 };
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    scanned.bytes += chunk.length;
    for (const byte of chunk) if (byte === 0x0a || byte === 0x0d) scanned.lines++;
  }
  return { ...scanned, sha256: hash.digest('hex') };
}

interface Batch {
  rows: NumberedRow[];
  /** Results that need no look at the table: broken rows, repeated addresses. */
  told: Reported[];
  results: Reported[];
  lines: Map<number, number>;
  /** The last row of it, and bytes of the file up to there. */
  last: number;
  bytes: number;
  done: boolean;
}

interface Run {
  feed(): Promise<void>;
  record(): ImportRecord;
}

function newRun(
  directory: Opened,
  options: ImportOptions,
  from: ImportRecord,
  report: Report,
  size: number,
  onStep: (step: Step) => void,
): Run {
  const terms = termsOf(from, options);
  const acting = newActing(directory, options, from.id);
  const throttle = newThrottle(options);
  const first = firstRows();
  const reader = rowReader(options.format, options);
  const waiting: Batch[] = [];
  let record = from;
  let savedAt = performance.now();
  let settling = Promise.resolve();
  let bytes = 0;
  let batch = emptyBatch();
  /** Of the last rows some were there already: the next are looked for first. */
  let crowded = true;

  /** A row that may be worked on, or the result that it has already. */
  const take = (read: FileRow) => {
    const found = 'problem' in read ? read : readImportRow(read.input);
    const same = 'row' in found ? first(found.row.email, read.n) : undefined;
    if (read.n <= from.done) return;
    if (read.n > MOST_ROWS) throw new Error('a file has a million rows at most: split it');
    batch.lines.set(read.n, read.line);
    batch.last = read.n;
    if ('problem' in found) batch.told.push({ row: read.n, line: read.line, ...refused(found.problem) });
    else if (same !== undefined) {
      const repeats = { outcome: 'skipped', code: 'duplicate-in-file', sameAsRow: same } as const;
      batch.told.push({ row: read.n, line: read.line, ...repeats });
    } else batch.rows.push({ n: read.n, row: found.row });
  };

  const work = async (one: Batch) => {
    const outcomes = one.rows.length > 0 ? await importBatch(await acting(), one.rows, terms, crowded) : [];
    crowded = outcomes.some(({ outcome }) => outcome !== 'created' && outcome !== 'invited');
    const looked = one.rows.map(({ n }, i) => ({ row: n, line: one.lines.get(n) ?? 0, ...outcomes[i] }) as Reported);
    one.results = [...one.told, ...looked].sort((a, b) => a.row - b.row);
    one.done = true;
    settling = settling.then(settle);
    await settling;
  };

  /** Batches end in any order; what is told is always a beginning of the file. */
  const settle = async () => {
    while (waiting[0]?.done) {
      const one = waiting.shift() as Batch;
      await report.add(one.results);
      record = { ...record, done: one.last, outcomes: counted(record.outcomes, one.results) };
      onStep({ done: record.done, share: size > 0 ? one.bytes / size : 1, failed: record.outcomes.failed ?? 0 });
    }
    if (performance.now() - savedAt < SAVE_MS) return;
    savedAt = performance.now();
    // It is told again soon.
    await save().catch((error: unknown) => {
      if (!hasCode(error, 'store-unavailable')) throw error;
    });
  };

  const save = async () => {
    if (!options.dryRun) await saveImport(directory.context(), record);
  };

  const send = async () => {
    const one = batch;
    if (one.last === 0) return;
    batch = emptyBatch();
    one.bytes = bytes;
    waiting.push(one);
    await throttle.start(one.rows.length, () => work(one));
  };

  const takeAll = async (rows: readonly FileRow[]) => {
    for (const read of rows) {
      take(read);
      if (batch.lines.size >= BATCH_ROWS) await send();
    }
  };

  return {
    async feed() {
      try {
        for await (const chunk of createReadStream(options.file) as AsyncIterable<Buffer>) {
          bytes += chunk.length;
          await takeAll(reader.push(chunk));
        }
        await takeAll(reader.end());
        await send();
      } finally {
        await throttle.drained();
      }
      record = { ...record, endedAt: directory.context().now.toISOString() };
      await save();
    },
    record: () => record,
  };
}

const emptyBatch = (): Batch => ({ rows: [], told: [], results: [], lines: new Map(), last: 0, bytes: 0, done: false });

const termsOf = (
  { id, startedAt, span }: ImportRecord,
  { onExisting = 'skip', invite = false }: ImportOptions,
): Terms => ({
  importId: id,
  startedMs: Date.parse(startedAt),
  span,
  vouches: 'operator',
  onExisting,
  invite,
});

/** Contexts of the moment. The caller's standing is looked at anew every few seconds. */
function newActing({ orgId, context }: Opened, { as, dryRun }: ImportOptions, importId: string) {
  let looked = Number.NEGATIVE_INFINITY;
  let acting: ReturnType<typeof operatorContext> | undefined;
  return async () => {
    const ctx = context();
    if (!acting || performance.now() - looked > STANDING_MS) {
      acting = operatorContext(ctx, orgId, importId, { as, dry: dryRun });
      looked = performance.now();
    }
    return { ...acting, now: ctx.now };
  };
}
