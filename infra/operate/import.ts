// Brings people from a file into an org: CSV or NDJSON, up to a million rows. Your word counts: verified addresses are
// verified, and passwords (argon2, bcrypt, scrypt in PHC form) work at the next sign-in. Stopped, it goes on where it was.
//
//   npm run import -- --outputs outputs.json --org 0192… --file people.csv --dry-run
//   npm run import -- … --file people.csv --map "Mail=email,First name=profile.givenName,Shoe size="
//   npm run import -- … --file people.ndjson --on-existing update --rate 200 --as admin@example.com
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { findActor } from '../../shared/directory/imports/operator.ts';
import { OnExisting } from '../../shared/model/import-row.ts';
import { newPace, pacedTable } from '../../shared/pace.ts';
import { readMapping } from '../../shared/transfer/columns.ts';
import { DIRECTORY_OPTIONS, type Opened, openDirectory, runCommand } from './directory.ts';
import { importFile } from './import-file.ts';
import { progressLine } from './progress.ts';

runCommand(async () => {
  const { values } = parseArgs({
    options: {
      ...DIRECTORY_OPTIONS,
      file: { type: 'string' },
      format: { type: 'string' },
      map: { type: 'string' },
      delimiter: { type: 'string' },
      'on-existing': { type: 'string', default: 'skip' },
      'dry-run': { type: 'boolean', default: false },
      invite: { type: 'boolean', default: false },
      rate: { type: 'string' },
      as: { type: 'string' },
    },
  });
  const { file, map, delimiter, invite } = values;
  if (!file) throw new Error('name the file to read: --file people.csv');
  const format = values.format ?? (/\.(nd)?jsonl?$/.test(file) ? 'ndjson' : 'csv');
  if (format !== 'csv' && format !== 'ndjson') throw new Error('--format is csv or ndjson');
  const onExisting = v.safeParse(OnExisting, values['on-existing']);
  if (!onExisting.success) throw new Error(`--on-existing is ${OnExisting.options.join(', ')}`);
  const rate = values.rate === undefined ? undefined : Number(values.rate);
  if (rate !== undefined && !(rate > 0)) throw new Error('--rate is a number of rows a second');
  if (delimiter !== undefined && delimiter.length !== 1) throw new Error('--delimiter is one sign, such as ";"');
  if (invite && !values.as) throw new Error('name who invites: --as admin@example.com, or a client id');

  const directory = atPace(await openDirectory(values), rate);
  const as = values.as === undefined ? undefined : await findActor(directory.context(), directory.orgId, values.as);
  const dryRun = values['dry-run'];
  const progress = progressLine('rows');
  const mapping = map === undefined ? undefined : readMapping(map);
  const wanted = { file, format, mapping, delimiter, onExisting: onExisting.output, invite, dryRun, as, rate } as const;
  const { rows, outcomes, report } = await importFile(directory, wanted, progress);
  progress.end();
  process.stdout.write(`${rows.toLocaleString('en')} rows${dryRun ? ', nothing changed' : ''}\n`);
  for (const [outcome, count] of Object.entries(outcomes)) process.stdout.write(`  ${outcome.padEnd(10)}${count}\n`);
  process.stdout.write(`What did not go well stands in ${report}\n`);
  if ((outcomes.failed ?? 0) > 0) process.exitCode = 2;
});

/** Items that a row makes, about. */
const ITEMS = 8;

/** A million rows must not be felt by the people of other orgs. Whoever names a rate knows what the table has room for. */
function atPace({ orgId, context }: Opened, rate: number | undefined): Opened {
  const pace = newPace({ first: rate && rate * ITEMS });
  return {
    orgId,
    context() {
      const ctx = context();
      return { ...ctx, table: pacedTable(ctx.table, pace) };
    },
  };
}
