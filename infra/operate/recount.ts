// Derives search entries and counters of an org anew: after a restore of the table, or when the projector was off for
// longer than the stream remembers. Harmless at any time.
//
//   npm run recount -- --outputs outputs.json --org 0192…
//   npm run recount -- --table rollcall --org 0192…        with AWS_ENDPOINT_URL_DYNAMODB: a table elsewhere
import { parseArgs } from 'node:util';
import { recount } from '../../shared/directory/search/recount.ts';
import { DIRECTORY_OPTIONS, openDirectory, runCommand } from './directory.ts';

runCommand(async () => {
  const { values } = parseArgs({ options: DIRECTORY_OPTIONS });
  const { orgId, context } = await openDirectory(values);
  const progress = (people: number) => process.stderr.write(`\r${people.toLocaleString('en')} people`);
  const { people, corrected, before, after } = await recount(context(), orgId, progress);
  process.stderr.write('\r');
  process.stdout.write(`${people.toLocaleString('en')} people, ${corrected.toLocaleString('en')} of them corrected\n`);
  for (const [state, count] of Object.entries(after)) {
    const was = before[state as keyof typeof before];
    process.stdout.write(`  ${state.padEnd(10)}${count}${was === count ? '' : `  was ${was}`}\n`);
  }
});
