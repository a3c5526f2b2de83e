// The report of an import: a line for each row that did not go well, in the order of the rows, and what came of all.
import { type FileHandle, open, readFile } from 'node:fs/promises';
import type { RowOutcome, RowResult } from '../../shared/model/job.ts';
import { PROBLEMS } from '../../shared/model/problem.ts';
import { writeWhole } from './export-file.ts';

/** A row's result with the line of the file that it begins on. */
export type Reported = RowResult & { line: number };

export type Outcomes = Partial<Record<RowOutcome, number>>;

export interface Report {
  add(results: readonly Reported[]): Promise<void>;
  close(summary: object): Promise<void>;
  /** Without a summary: it goes on another time. */
  leave(): Promise<void>;
}

const WENT_WELL: readonly RowOutcome[] = ['created', 'invited', 'updated', 'unchanged'];

/** Opens the report. Of one that was begun before, what it says of rows up to `done` stays. */
export async function openReport(path: string, done: number): Promise<Report> {
  await writeWhole(path, await keptOf(path, done));
  const file = await open(path, 'a', 0o600);
  return {
    async add(results) {
      const lines = results.filter(({ outcome }) => !WENT_WELL.includes(outcome)).map(lineOf);
      if (lines.length > 0) await append(file, lines.join(''));
    },
    async close(summary) {
      await append(file, `${JSON.stringify({ summary })}\n`);
      await file.close();
    },
    leave: () => file.close(),
  };
}

/** On the disk before anybody counts its rows as done. */
async function append(file: FileHandle, text: string): Promise<void> {
  await file.appendFile(text);
  await file.datasync();
}

async function keptOf(path: string, done: number): Promise<string> {
  if (done === 0) return '';
  const lines = (await readFile(path, 'utf8').catch(() => '')).split('\n');
  const kept = lines.filter((line) => {
    const row = /^\{"row":(\d+),/.exec(line)?.[1];
    return row !== undefined && line.endsWith('}') && Number(row) <= done;
  });
  return kept.map((line) => `${line}\n`).join('');
}

function lineOf({ row, line, outcome, code, issues, userId, sameAsRow }: Reported): string {
  const message = issues?.map(({ pointer, message: why }) => `${pointer} ${why}`.trim()).join('; ');
  return `${JSON.stringify({
    row,
    line,
    outcome,
    code,
    message: message || (code && PROBLEMS[code].title),
    ...(userId && { userId }),
    ...(sameAsRow && { sameAsRow }),
  })}\n`;
}

export function counted(before: Outcomes, results: readonly RowResult[]): Outcomes {
  const after = { ...before };
  for (const { outcome } of results) after[outcome] = (after[outcome] ?? 0) + 1;
  return after;
}
