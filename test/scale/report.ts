// The scale table for the terminal and as docs/scale.md, with the verdict of every line.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { machine } from '../bench/report.ts';
import type { Cost, Growth } from './growth.ts';
import type { Operation } from './operations.ts';

const PAGE = resolve(import.meta.dirname, '../../docs/scale.md');

/** What other runs wrote behind the table, each under a heading of its own. */
const partsOf = (page: string): string[] => page.split(/^(?=## )/m).slice(1);

/** Writes a part of the page anew, and leaves the others as they are. */
export function writePart(title: string, lines: readonly string[]): void {
  const page = readFileSync(PAGE, 'utf8');
  const head = page.split(/^## /m, 1)[0]?.trimEnd();
  const others = partsOf(page).filter((part) => !part.startsWith(`## ${title}\n`));
  const parts = [...others.map((part) => part.trimEnd()), `## ${title}\n\n${lines.join('\n')}`];
  writeFileSync(PAGE, `${[head, ...parts].join('\n\n')}\n`);
}

/** `flat`, `at most n`, or what is wrong. */
export function verdictOf({ name, most }: Operation, { sizes }: Growth): { holds: boolean; text: string } {
  const costs = sizes.flatMap(({ costs }) => costs.get(name) ?? []);
  if (most !== undefined) {
    const holds = costs.every(({ reads }) => reads <= most);
    return { holds, text: holds ? `at most ${most}` : `MORE THAN ${most}` };
  }
  const holds = new Set(costs.map(units)).size === 1;
  return { holds, text: holds ? 'flat' : 'NOT FLAT' };
}

/** Read and write units. */
const units = ({ reads, writes }: Cost): string => (writes > 0 ? `${reads} + ${writes} W` : `${reads}`);
const cell = (cost: Cost | undefined): string => (cost ? `${units(cost)}, ${cost.p50.toFixed(1)} ms` : '');

/** Prints the table and writes it down. True when every line holds. */
export function reportGrowth(growth: Growth, wanted: number): boolean {
  const { operations, sizes } = growth;
  const largest = sizes.at(-1)?.people ?? 0;
  const head = ['operation', ...sizes.map(({ people }) => `${people.toLocaleString('en')} people`), ''];
  const rows = operations.map((operation) => [
    operation.name,
    ...sizes.map(({ costs }) => cell(costs.get(operation.name))),
    verdictOf(operation, growth).text,
  ]);
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]?.length ?? 0)));
  for (const row of [head, ...rows]) {
    process.stdout.write(
      `${row
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
  const short = largest < wanted ? ` Time ran out at ${largest.toLocaleString('en')} people.` : '';
  const text = [
    '# Scale',
    '',
    'Written by `npm run scale`; do not edit. What an operation costs in an org of so many people: read units, write units',
    '(W), and the median of its times over the whole service and the emulator on this machine. Units are exact and must',
    'be the same in an org of any size; where the work depends on how many match, they must stay below the bound that is',
    'named. Each person has a core, claims, search entries, a ledger, an audit entry and a share of the counters, made by',
    'the functions of the service and put into the emulator’s file past its API; the run checks that the rows are those',
    'which the emulator writes itself and that the projector has nothing to add. The stream is off: nothing reads it.',
    '',
    `${machine()}.${short}`,
    '',
    `| ${head.join(' | ')} |`,
    `|${head.map(() => '---|').join('')}`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
  ];
  writeFileSync(PAGE, [text.join('\n'), ...partsOf(readFileSync(PAGE, 'utf8'))].join('\n'));
  return operations.every((operation) => verdictOf(operation, growth).holds);
}
