// Many people at once, from a file.
import * as v from 'valibot';
import { MAX_IMPORT_ROWS, startImport } from '../shared/directory/imports/jobs.ts';
import type { SentRow } from '../shared/directory/imports/places.ts';
import { endpoint, type Operation } from '../shared/http/endpoint.ts';
import { OnExisting } from '../shared/model/import-row.ts';
import { Job } from '../shared/model/job.ts';
import { RoleName } from '../shared/model/principal.ts';
import { fail } from '../shared/model/problem.ts';
import { Flag } from '../shared/model/text.ts';
import { readMapping } from '../shared/transfer/columns.ts';
import { rowReader } from '../shared/transfer/rows.ts';

const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t' } as const;

const Query = v.strictObject({
  dryRun: v.optional(v.pipe(Flag, v.description('Changes nothing: the rows tell what would become of them.'))),
  onExisting: v.optional(v.pipe(OnExisting, v.description('`fail` unless told.'))),
  invite: v.optional(Flag),
  map: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(4000),
      v.description(
        'Columns of a CSV that have other names: `Mail=email,First name=profile.givenName`; `Phone=` leaves one out.',
      ),
    ),
  ),
  delimiter: v.optional(v.picklist(['comma', 'semicolon', 'tab'])),
  roles: v.optional(
    v.pipe(
      v.string(),
      v.description('Keys or ids by commas, of rows that name none; `member` unless told.'),
      v.transform((text) => text.split(',')),
      v.array(RoleName),
      v.maxLength(20),
    ),
  ),
});
type Query = v.InferOutput<typeof Query>;

const Body = v.object({ format: v.picklist(['csv', 'ndjson']), text: v.string() });
type Body = v.InferOutput<typeof Body>;

const start = endpoint('POST /v1/imports', {
  tag: 'Imports',
  summary: 'Import people',
  description: [
    `CSV with a header, or NDJSON: up to ${MAX_IMPORT_ROWS} rows, one for each person, with the members of a create; a column is named by the path of its member (\`profile.givenName\`).`,
    'Answers with a job: each of its rows says what became of it. `dryRun=true` changes nothing.',
    'A row whose address somebody of the org has fails, is skipped, or updates them: `onExisting`. Addresses held elsewhere are `email-taken`.',
    '`division` and `joinTeams` (needs `teams:write`) name a division and teams by id or by name.',
    '`invite=true` invites everyone who would be staged (needs `users:invite`). `passwordHash` takes argon2, bcrypt and scrypt in PHC form (needs `users:set-password`) and lasts until the person first proves their address.',
  ].join(' '),
  access: { permission: 'users:write' },
  rate: 'write',
  consumes: 'rows',
  largestBody: 4 * 1024 * 1024,
  query: Query,
  body: Body,
  answer: Job,
  status: 202,
  problems: ['too-many-requests'],
  location: ({ id }) => `/v1/jobs/${id}`,
  run: (ctx, { query, body }) => {
    const { dryRun = false, onExisting = 'fail', invite = false, roles } = query;
    const rows = readRows(body, query).map((row) => withRoles(row, roles));
    return startImport(ctx, rows, { dryRun, onExisting, invite });
  },
});

const PIECE = 64 * 1024;

/** One row more than may be is enough to refuse. */
function readRows({ format, text }: Body, { map, delimiter = 'comma' }: Query): SentRow[] {
  if (format === 'ndjson' && map !== undefined) {
    fail({ code: 'input-invalid', issues: [{ pointer: '/map', message: 'is of the columns of a CSV' }] });
  }
  const mapping = map === undefined ? undefined : readMapping(map);
  const reader = rowReader(format, { ...(mapping && { mapping }), delimiter: DELIMITERS[delimiter] });
  const bytes = Buffer.from(text);
  const rows: SentRow[] = [];
  for (let at = 0; at < bytes.length && rows.length <= MAX_IMPORT_ROWS; at += PIECE) {
    rows.push(...reader.push(bytes.subarray(at, at + PIECE)));
  }
  rows.push(...reader.end());
  return rows.map((row) => ('problem' in row ? { problem: row.problem } : { input: row.input }));
}

function withRoles(row: SentRow, roles: readonly string[] | undefined): SentRow {
  if (!roles || 'problem' in row || typeof row.input !== 'object' || row.input === null) return row;
  return { input: { roles, ...row.input } };
}

export const operations: readonly Operation[] = [start];
