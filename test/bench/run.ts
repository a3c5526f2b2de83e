// `npm run bench`: measures what shared goals ask for, prints one table and writes docs/performance.md.
import './stub-hash.ts';
import { compareBundles } from './bundles.ts';
import { costs } from './cost.ts';
import { countCalls, itemBytes, pageLine } from './counts.ts';
import { timeLetters } from './letters.ts';
import type { Line } from './lines.ts';
import { timeLocalRun } from './local.ts';
import { rankTimings } from './ranks.ts';
import { compareCpu, signInCpu } from './ratios.ts';
import { machine, printTable, tally, writeReport } from './report.ts';
import { openStage } from './stage.ts';

const say = (what: string) => process.stderr.write(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${what}\n`);

async function main(): Promise<void> {
  process.stdout.write(`${machine()}\n\n`);
  const stage = await openStage();
  const lines: Line[] = [];
  say('counts');
  await stage.populate(1000, { name: 'seeded' });
  const { lines: counted, footprints } = await countCalls(stage);
  const items = await stage.service.dump();
  lines.push(...counted, ...itemBytes(items), pageLine(stage, items, footprints['list 50'] ?? { reads: Number.NaN }));
  say('CPU beside the floor');
  lines.push(...(await compareCpu(stage)));
  say('CPU of a sign-in beside its hash');
  lines.push(...(await signInCpu(stage)));
  say('timings of those who exist and those who do not');
  lines.push(...(await rankTimings(stage)));
  say('bundles, cold start, memory');
  lines.push(...(await compareBundles(stage)));
  say('letters');
  lines.push(...(await timeLetters()));
  say('npm start, 500 sign-ins');
  lines.push(...(await timeLocalRun()));
  lines.push({ goal: 8, what: 'import', figure: 'there is no import yet', wanted: '≥ 70 %', verdict: 'not yet' });
  lines.push(...costs(footprints));
  lines.sort((a, b) => a.goal - b.goal);
  say('done\n');
  printTable(lines);
  writeReport(lines, performance.now() / 1000);
  process.stdout.write(`\n${tally(lines)}\n`);
}

await main();
process.exit(0);
