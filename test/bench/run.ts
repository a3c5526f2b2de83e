// `npm run bench`: measures what the goals ask for, prints one table and writes docs/performance.md.
import './stub-hash.ts';
import { compareBundles } from './bundles.ts';
import { costs } from './cost.ts';
import { countCalls, itemBytes, pageLine } from './counts.ts';
import { compareImport } from './import.ts';
import { timeLetters } from './letters.ts';
import type { Line } from './lines.ts';
import { timeLocalRun } from './local.ts';
import { rankTimings } from './ranks.ts';
import { compareCpu, signInCpu } from './ratios.ts';
import { machine, printTable, tally, writeReport } from './report.ts';
import { openStage } from './stage.ts';

const say = (what: string) => process.stderr.write(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${what}\n`);

/** One that cannot be measured is a line of the table, not the end of it. */
async function section(goal: number, what: string, measure: () => Promise<Line[]>): Promise<Line[]> {
  say(what);
  try {
    return await measure();
  } catch (error) {
    const figure = `not measured: ${String(error).split('\n')[0]?.slice(0, 120)}`;
    return [{ goal, what, figure, wanted: '', verdict: 'fall short' }];
  }
}

async function main(): Promise<void> {
  process.stdout.write(`${machine()}\n\n`);
  const stage = await openStage();
  await stage.populate(1000, { name: 'seeded' });
  say('counts');
  const { lines, footprints } = await countCalls(stage);
  const items = await stage.service.dump();
  lines.push(...itemBytes(items), pageLine(stage, items, footprints['list 50'] ?? { reads: Number.NaN }));
  lines.push(...(await section(3, 'CPU beside the floor', () => compareCpu(stage))));
  lines.push(...(await section(4, 'CPU of a sign-in beside its hash', () => signInCpu(stage))));
  lines.push(...(await section(4, 'timings of those who exist and who do not', () => rankTimings(stage))));
  lines.push(...(await section(5, 'bundles, cold start, memory', () => compareBundles(stage))));
  lines.push(...(await section(7, 'letters', timeLetters)));
  lines.push(...(await section(9, 'npm start, 500 sign-ins', timeLocalRun)));
  lines.push(...(await section(8, 'import beside a bare client', compareImport)));
  lines.push(...costs(footprints));
  lines.sort((a, b) => a.goal - b.goal);
  say('done\n');
  printTable(lines);
  writeReport(lines, performance.now() / 1000);
  process.stdout.write(`\n${tally(lines)}\n`);
}

await main();
process.exit(0);
