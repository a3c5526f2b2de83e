// Files of people, as rows and back: one shape for both formats. What a row may hold is the model's; what becomes of it is
// the directory's.
import type { Problem } from '../model/problem.ts';
import { type Column, fromCells, type Mapping, readHeader, toCells } from './columns.ts';
import { csvLine, csvReader, type Reader } from './csv.ts';
import { ndjsonLine, ndjsonReader } from './ndjson.ts';

export type Format = 'csv' | 'ndjson';

/** A row of a file: its number among the rows (the first is 1), the line it begins on, and its input or what broke it. */
export type FileRow = { n: number; line: number } & ({ input: unknown } | { problem: Problem });

export interface ReadOptions {
  /** Names of the file's columns, or of an object's own members, to members of a person. */
  mapping?: Mapping;
  /** Between the cells of a CSV; a comma unless told. */
  delimiter?: string;
}

/** Reads the rows of a file. A CSV whose header is not understood fails with `input-invalid`; nothing else fails. */
export function rowReader(format: Format, options: ReadOptions = {}): Reader<FileRow> {
  return format === 'csv' ? csvRows(options) : ndjsonRows();
}

function csvRows({ mapping, delimiter }: ReadOptions): Reader<FileRow> {
  const reader = csvReader(delimiter);
  let columns: (Column | undefined)[] | undefined;
  let n = 0;
  const rowsOf = (records: ReturnType<typeof reader.push>): FileRow[] =>
    records.flatMap((record): FileRow[] => {
      if (!columns) {
        columns = readHeader('cells' in record ? record.cells : [], mapping);
        return [];
      }
      const place = { n: ++n, line: record.line };
      if ('broken' in record) return [{ ...place, problem: broken(record.broken) }];
      const { length } = record.cells;
      if (length !== columns.length) {
        return [{ ...place, problem: broken(`the record has ${length} cells, the header ${columns.length}`) }];
      }
      return [{ ...place, input: fromCells(record.cells, columns) }];
    });
  return {
    push: (bytes) => rowsOf(reader.push(bytes)),
    end: () => rowsOf(reader.end()),
  };
}

function ndjsonRows(): Reader<FileRow> {
  const reader = ndjsonReader();
  let n = 0;
  const rowsOf = (lines: ReturnType<typeof reader.push>): FileRow[] =>
    lines.map((read) => {
      const place = { n: ++n, line: read.line };
      return 'broken' in read ? { ...place, problem: broken(read.broken) } : { ...place, input: read.value };
    });
  return { push: (bytes) => rowsOf(reader.push(bytes)), end: () => rowsOf(reader.end()) };
}

const broken = (message: string): Problem => ({ code: 'input-invalid', issues: [{ pointer: '', message }] });

export interface Writer {
  /** What stands before the first person. */
  head: string;
  line(record: object): string;
}

/** Writes people as the rows of a file. Columns are a CSV's; NDJSON has all members of each. */
export function rowWriter(format: Format, columns: readonly Column[]): Writer {
  if (format === 'ndjson') return { head: '', line: ndjsonLine };
  return { head: csvLine(columns.map(({ path }) => path)), line: (record) => csvLine(toCells(record, columns)) };
}
