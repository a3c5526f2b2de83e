// Writes the people of an org to a file that `npm run import` takes again, with a manifest beside it. Stopped, it goes on
// where it was.
//
//   npm run export -- --outputs outputs.json --org 0192… --out people.ndjson
//   npm run export -- … --format csv --filter 'state eq "active"' --out active.csv
//   npm run export -- … --passwords --out move.ndjson     with password hashes: guard the file like the table
import { parseArgs } from 'node:util';
import { DIRECTORY_OPTIONS, openDirectory, runCommand } from './directory.ts';
import { exportToFile, manifestOf } from './export-file.ts';
import { progressLine } from './progress.ts';

runCommand(async () => {
  const { values } = parseArgs({
    options: {
      ...DIRECTORY_OPTIONS,
      out: { type: 'string' },
      format: { type: 'string' },
      filter: { type: 'string' },
      passwords: { type: 'boolean', default: false },
    },
  });
  const { out, filter, passwords } = values;
  if (!out) throw new Error('name the file to write: --out people.ndjson');
  const format = values.format ?? (out.endsWith('.csv') ? 'csv' : 'ndjson');
  if (format !== 'csv' && format !== 'ndjson') throw new Error('--format is ndjson or csv');
  const directory = await openDirectory(values);
  if (passwords) process.stderr.write('The file will hold password hashes: keep it as you keep the table.\n');
  const progress = progressLine('people');
  const manifest = await exportToFile(directory, { out, format, filter, passwords }, (done) => progress({ done }));
  progress.end();
  process.stdout.write(`${manifest.people.toLocaleString('en')} people in ${out}, described in ${manifestOf(out)}\n`);
});
