// Invites the addresses of a file to an org, up to ten thousand: a CSV or NDJSON, or a text with an address a line. The
// deployed worker does it; this command asks for it in somebody's name and watches. Stopped, it is only watching that ends.
//
//   npm run invite -- --outputs outputs.json --org 0192… --as admin@example.com --file addresses.txt --dry-run
//   npm run invite -- … --file people.csv --map "Mail=email,Shoe size=" --roles member,viewer --locale fr-FR
//   npm run invite -- … --as admin@example.com --job 0192…        goes on watching
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { findActor } from '../../shared/directory/imports/operator.ts';
import { BulkInvite } from '../../shared/model/bulk.ts';
import { JobId } from '../../shared/model/ids.ts';
import { readBy } from '../../shared/model/parse.ts';
import { fail } from '../../shared/model/problem.ts';
import { readMapping } from '../../shared/transfer/columns.ts';
import { DIRECTORY_OPTIONS, openDirectory, runCommand } from './directory.ts';
import { actingAs, followJob, type InviteFormat, inviteRows, notInvited, readInvites } from './invite-file.ts';
import { progressLine } from './progress.ts';

const DAY = 86_400;

runCommand(async () => {
  const { values } = parseArgs({
    options: {
      ...DIRECTORY_OPTIONS,
      as: { type: 'string' },
      file: { type: 'string' },
      format: { type: 'string' },
      map: { type: 'string' },
      delimiter: { type: 'string' },
      roles: { type: 'string' },
      teams: { type: 'string' },
      locale: { type: 'string' },
      note: { type: 'string' },
      'redirect-url': { type: 'string' },
      'expires-in-days': { type: 'string' },
      'no-letters': { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      job: { type: 'string' },
    },
  });
  const { file, map, delimiter, as, 'dry-run': dryRun } = values;
  if (!as) throw new Error('name who invites: --as admin@example.com, or a client id');
  if (!file && !values.job) throw new Error('name the file to read: --file addresses.txt');
  const directory = await openDirectory(values);
  const acting = actingAs(directory, await findActor(directory.context(), directory.orgId, as));

  const mapping = map === undefined ? undefined : readMapping(map);
  const rows = file ? await readInvites({ file, format: formatOf(file, values.format), mapping, delimiter }) : [];
  const started = async () => {
    const job = await inviteRows(acting, rows, { defaults: defaultsOf(values), dryRun });
    process.stderr.write(`job ${job.id}${dryRun ? ', which changes nothing' : ''}\n`);
    return job.id;
  };
  const id = values.job ? v.parse(JobId, values.job) : await started();
  const progress = progressLine('rows');
  const { state, failure, outcomes } = await followJob(acting, id, progress);
  progress.end();
  for await (const line of notInvited(acting, id, rows)) process.stdout.write(`${line}\n`);
  process.stdout.write(`${state}${failure ? `: ${failure}` : ''}${dryRun ? ', nothing changed' : ''}\n`);
  for (const [outcome, count] of Object.entries(outcomes)) process.stdout.write(`  ${outcome.padEnd(10)}${count}\n`);
  if (state !== 'done' || (outcomes.failed ?? 0) > 0) process.exitCode = 2;
});

function formatOf(file: string, named?: string): InviteFormat {
  const guessed = /\.(nd)?jsonl?$/.test(file) ? 'ndjson' : /\.csv$/.test(file) ? 'csv' : 'lines';
  const format = named ?? guessed;
  if (format !== 'csv' && format !== 'ndjson' && format !== 'lines')
    throw new Error('--format is csv, ndjson or lines');
  return format;
}

/** What every row has that does not say it itself, by the rules of a request. */
function defaultsOf(values: Record<string, string | boolean | undefined>): BulkInvite['defaults'] {
  const list = (name: string) => String(values[name]).split(',');
  const defaults = {
    ...(values.roles && { roles: list('roles') }),
    ...(values.teams && { teams: list('teams') }),
    ...(values.locale && { locale: values.locale }),
    ...(values.note && { note: values.note }),
    ...(values['redirect-url'] && { redirectUrl: values['redirect-url'] }),
    ...(values['expires-in-days'] && { expiresInSeconds: Number(values['expires-in-days']) * DAY }),
    ...(values['no-letters'] && { notify: false }),
  };
  const read = readBy(BulkInvite.entries.defaults, defaults);
  return 'problem' in read ? fail(read.problem) : read.output;
}
