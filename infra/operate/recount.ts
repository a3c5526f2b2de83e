// Derives search entries and counters of an org anew: after a restore of the table, or when the projector was off for
// longer than the stream remembers. Harmless at any time.
//
//   npm run recount -- --outputs outputs.json --org 0192…
//   npm run recount -- --table rollcall --org 0192…        with AWS_ENDPOINT_URL_DYNAMODB: a table elsewhere
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { recount } from '../../shared/directory/search/recount.ts';
import { OrgId } from '../../shared/model/ids.ts';
import { workerContext } from '../../shared/post-office.ts';
import { createServices } from '../../shared/services.ts';
import { readOutputs } from './outputs.ts';

const { values } = parseArgs({
  options: { outputs: { type: 'string' }, table: { type: 'string' }, org: { type: 'string' } },
});

async function main(): Promise<void> {
  const org = v.safeParse(OrgId, values.org);
  if (!org.success) throw new Error('name the org by its id: --org 0192f0c1-…');
  const tableName = values.table ?? readOutputs(values.outputs).tableName;
  const rest = { stage: 'operator', baseUrl: 'https://no-links.invalid', mailFrom: '', mailRatePerSecond: 1 };
  const services = await createServices({ ...rest, tableName, limitScale: 1, rings: {} });
  const progress = (people: number) => process.stderr.write(`\r${people.toLocaleString('en')} people`);
  const { people, corrected, before, after } = await recount(workerContext(services), org.output, progress);
  process.stderr.write('\r');
  process.stdout.write(`${people.toLocaleString('en')} people, ${corrected.toLocaleString('en')} of them corrected\n`);
  for (const [state, count] of Object.entries(after)) {
    const was = before[state as keyof typeof before];
    process.stdout.write(`  ${state.padEnd(10)}${count}${was === count ? '' : `  was ${was}`}\n`);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
