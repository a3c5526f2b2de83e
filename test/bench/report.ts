// The table as text for the terminal and as docs/performance.md.
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { resolve } from 'node:path';
import type { Line } from './lines.ts';

const GOALS: Record<number, string> = {
  1: 'Round trips',
  2: 'Units and bytes',
  3: 'CPU beside the floor',
  4: 'Sign-in',
  5: 'Bundles and cold start',
  6: 'Memory',
  7: 'Letters',
  8: 'Import',
  9: 'On a laptop',
  10: 'Cost',
};

export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} × ${model}, ${memory} GB, ${process.platform} ${process.arch}, Node ${process.version}`;
}

export function printTable(lines: readonly Line[]): void {
  const rows = lines.map(({ goal, what, figure, wanted, verdict }) => [`${goal}`, what, figure, wanted, verdict]);
  const widths = [0, 1, 2, 3].map((i) => Math.max(...rows.map((row) => [...(row[i] ?? '')].length)));
  for (const row of rows) {
    process.stdout.write(
      `${row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
}

export const tally = (lines: readonly Line[]): string => {
  const count = (verdict: Line['verdict']) => lines.filter((line) => line.verdict === verdict).length;
  return `${count('pass')} pass, ${count('fall short')} fall short, ${count('reported')} are reported only`;
};

export function writeReport(lines: readonly Line[], seconds: number): void {
  const sections = Object.entries(GOALS).map(([goal, title]) => {
    const rows = lines.filter((line) => line.goal === Number(goal));
    const cells = rows.map(
      ({ what, figure, wanted, verdict }) => `| ${what} | ${figure} | ${wanted} | ${mark(verdict)} |`,
    );
    return [`## ${goal}. ${title}`, '', '| what | figure | wanted | |', '|---|---|---|---|', ...cells, ''].join('\n');
  });
  const head = [
    '# Performance',
    '',
    'Written by `npm run bench`; do not edit. Counts are exact. Ratios compare with the floor (`test/bench/floor`), the',
    'least code that does the operation with the same libraries, in seven interleaved rounds of one run: the median and',
    'six of seven rounds must hold. Times are of one machine and one moment. Index units inside transactions are counted',
    'once by the emulator; on AWS they are not verified.',
    '',
    `${machine()}. ${tally(lines)}. The run took ${Math.round(seconds)} s.`,
    '',
  ];
  const file = resolve(import.meta.dirname, '../../docs/performance.md');
  writeFileSync(file, [...head, ...sections].join('\n'));
}

const mark = (verdict: Line['verdict']) => (verdict === 'fall short' ? '**fall short**' : verdict);
