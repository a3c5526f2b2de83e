// `npm run scale`: the same units in an org of any size, and races of a thousand. Ends with 1 when an invariant breaks.
//   npm run scale -- --users 1000000 --minutes 20     how far to grow, and for how long at most
//   npm run scale -- import --rows 100000 --stops 5   an operator's import alone, killed as often
//   npm run scale -- api-import --seed 1              one through the API, of 10,000 rows, killed where the seed says
//   npm run scale -- neighbours --room 4000           another org's latency while one moves people in
import { parseArgs } from 'node:util';
import { MAX_IMPORT_ROWS } from '../../shared/directory/imports/jobs.ts';
import { machine } from '../bench/report.ts';
import { measureApiImport } from './api-import.ts';
import { measureGrowth } from './growth.ts';
import { measureImport } from './import.ts';
import { measureNeighbours } from './neighbours.ts';
import { runRaces } from './races.ts';
import { reportGrowth } from './report.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    users: { type: 'string', default: '100000' },
    minutes: { type: 'string', default: '10' },
    rows: { type: 'string' },
    stops: { type: 'string', default: '5' },
    room: { type: 'string', default: '4000' },
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: '1' },
  },
});

process.stdout.write(`${machine()}\n\n`);
if (positionals.includes('import')) {
  process.exit((await measureImport(Number(values.rows ?? 100_000), Number(values.stops))) ? 0 : 1);
}
if (positionals.includes('api-import')) {
  const { stops, seed, rows = MAX_IMPORT_ROWS } = values;
  process.exit((await measureApiImport(Number(rows), Number(stops), Number(seed))) ? 0 : 1);
}
if (positionals.includes('neighbours')) {
  process.exit((await measureNeighbours(Number(values.room), Number(values.seconds))) ? 0 : 1);
}
const users = Number(values.users);
const sizes = [1000, 10_000, 100_000, 1_000_000].filter((size) => size < users);

const tell = (text: string) => void process.stderr.write(`${text}\n`);
const growth = await measureGrowth([...sizes, users], { minutes: Number(values.minutes), onDisk: true, tell });
const flat = reportGrowth(growth, users);
process.stdout.write('\n');
const sound = await runRaces();
process.exit(flat && sound ? 0 : 1);
