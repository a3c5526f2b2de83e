// A file of people into an org: streamed, in batches, as fast as the table lets it, and gone on with after any stop, on
// any machine. What is done is kept in the table; which row failed, in a report beside the file.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Context } from '../../shared/directory/context.ts';
import { importBatch } from '../../shared/directory/imports/batch.ts';
import { type As, operatorContext } from '../../shared/directory/imports/operator.ts';
import type { Outcome, Terms } from '../../shared/directory/imports/person.ts';
import { type ImportRecord, importIdOf, openImport } from '../../shared/directory/imports/record.ts';
import type { OnExisting } from '../../shared/model/import-row.ts';
import type { Mapping } from '../../shared/transfer/columns.ts';
import type { Format } from '../../shared/transfer/rows.ts';
import type { Opened } from './directory.ts';
import { type Batch, batchesOf, MOST_ROWS } from './import-batches.ts';
import { newLedger } from './import-ledger.ts';
import { type Outcomes, openReport } from './import-results.ts';
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
  const { file, dryRun = false } = options;
  const { sha256, bytes, lines } = await scan(file);
  const importId = importIdFor(directory.orgId, sha256, options);
  const from = await beginning(directory, options, importId, Math.min(lines, MOST_ROWS));
  const report = await openReport(reportOf(options), from.done);
  const ledger = newLedger(directory, from, report, dryRun, ({ done, outcomes }, batch) =>
    onStep({ done, share: batch.bytes / bytes, failed: outcomes.failed ?? 0 }),
  );
  try {
    await workOn(
      batchesOf(file, options.format, options, from.done),
      options,
      ledger,
      worker(directory, options, from),
    );
    await ledger.end();
  } catch (error) {
    await report.leave();
    throw error;
  }
  const { done: rows, outcomes } = ledger.record();
  const summary = { importId, rows, outcomes, report: reportOf(options) };
  await report.close(summary);
  return summary;
}

type Worker = (batch: Batch) => Promise<Outcome[]>;

async function workOn(
  batches: AsyncIterable<Batch>,
  options: ImportOptions,
  ledger: ReturnType<typeof newLedger>,
  work: Worker,
): Promise<void> {
  const throttle = newThrottle(options);
  try {
    for await (const batch of batches) {
      const done = ledger.expect(batch);
      await throttle.start(batch.rows.length, async () => done(await work(batch)));
    }
  } finally {
    await throttle.drained();
  }
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

/** Does batches. Where the last one met people who are there already, the next looks for them first. */
function worker(directory: Opened, options: ImportOptions, record: ImportRecord): Worker {
  const acting = newActing(directory, options, record.id);
  const terms = termsOf(record, options);
  let crowded = true;
  return async ({ rows }) => {
    if (rows.length === 0) return [];
    const outcomes = await importBatch(acting(), rows, terms, crowded);
    crowded = outcomes.some(({ outcome }) => outcome !== 'created' && outcome !== 'invited');
    return outcomes;
  };
}

/** Contexts of the moment. The caller's standing is looked at anew every few seconds. */
function newActing({ orgId, context }: Opened, { as, dryRun }: ImportOptions, importId: string): () => Context {
  let looked = Number.NEGATIVE_INFINITY;
  let acting: Context | undefined;
  return () => {
    const ctx = context();
    if (!acting || performance.now() - looked > STANDING_MS) {
      acting = operatorContext(ctx, orgId, importId, { as, dry: dryRun });
      looked = performance.now();
    }
    return { ...acting, now: ctx.now };
  };
}
