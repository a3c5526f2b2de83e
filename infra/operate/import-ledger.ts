// What is done of an import: batches end in any order, and what is told is always a beginning of the file. First the
// report, then the table: a stop between the two tells a row again, it never forgets one.
import type { Outcome } from '../../shared/directory/imports/person.ts';
import { type ImportRecord, saveImport } from '../../shared/directory/imports/record.ts';
import { hasCode } from '../../shared/model/problem.ts';
import type { Opened } from './directory.ts';
import type { Batch } from './import-batches.ts';
import { counted, type Report, type Reported } from './import-results.ts';

/** Milliseconds between two times that the table is told how far it is. */
const SAVE_MS = 2000;

export interface Ledger {
  /** A batch is under way: it is told once it is done, and all before it. */
  expect(batch: Batch): (outcomes: readonly Outcome[]) => Promise<void>;
  /** All batches are done. */
  end(): Promise<void>;
  record(): ImportRecord;
}

interface Entry {
  batch: Batch;
  results?: Reported[];
}

/** `dry`: nothing is kept in the table. `onDone` is told of each batch in turn. */
export function newLedger(
  { context }: Opened,
  from: ImportRecord,
  report: Report,
  dry: boolean,
  onDone: (record: ImportRecord, batch: Batch) => void,
): Ledger {
  const waiting: Entry[] = [];
  let record = from;
  let savedAt = performance.now();
  let settling = Promise.resolve();

  const save = async () => {
    if (!dry) await saveImport(context(), record);
  };

  const settle = async () => {
    while (waiting[0]?.results) {
      const { batch, results = [] } = waiting.shift() as Entry;
      await report.add(results);
      record = { ...record, done: batch.last, outcomes: counted(record.outcomes, results) };
      onDone(record, batch);
    }
    if (performance.now() - savedAt < SAVE_MS) return;
    savedAt = performance.now();
    // It is told again soon.
    await save().catch((error: unknown) => {
      if (!hasCode(error, 'store-unavailable')) throw error;
    });
  };

  return {
    expect(batch) {
      const entry: Entry = { batch };
      waiting.push(entry);
      return (outcomes) => {
        entry.results = resultsOf(batch, outcomes);
        settling = settling.then(settle);
        return settling;
      };
    },
    async end() {
      record = { ...record, endedAt: context().now.toISOString() };
      await save();
    },
    record: () => record,
  };
}

function resultsOf({ rows, told, lines }: Batch, outcomes: readonly Outcome[]): Reported[] {
  const looked = rows.map(({ n }, i) => ({ row: n, line: lines.get(n) ?? 0, ...outcomes[i] }) as Reported);
  return [...told, ...looked].sort((a, b) => a.row - b.row);
}
