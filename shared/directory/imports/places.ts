// Where rows put the people they make: a division, and teams, by id or by the name that the org knows them by. Names are
// looked up once for a file; what they stand for is looked at again when the row is done.
import * as v from 'valibot';
import { DivisionId, type OrgId, TeamId } from '../../model/ids.ts';
import { readBy } from '../../model/parse.ts';
import { fail, type Issue, type Problem } from '../../model/problem.ts';
import { MAX_UNITS } from '../../model/structure.ts';
import { keys } from '../../store/keys.ts';
import type { Key } from '../../store/table.ts';
import type { Context } from '../context.ts';

const Name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(255));

const Told = v.object({
  division: v.nullish(Name),
  joinTeams: v.nullish(v.pipe(v.array(Name), v.maxLength(MAX_UNITS.team))),
});

/** A row as it was sent, or why it cannot be read. */
export type SentRow = { input: unknown } | { problem: Problem };

/** Names of a kind that one file may have: ten calls. */
const MOST_NAMES = 1000;

export interface Placed {
  /** The row without the names, and with the id of its division. */
  input: unknown;
  teams: TeamId[];
}

const isObject = (input: unknown): input is Record<string, unknown> =>
  typeof input === 'object' && input !== null && !Array.isArray(input);

/**
 * Every row with ids for the names in it, or the refusal of one that names what the org does not have. Fails with
 * `input-invalid` where the file has more names than are looked up.
 */
export async function placeRows(
  ctx: Context,
  orgId: OrgId,
  sent: readonly SentRow[],
): Promise<(Placed | { problem: Problem })[]> {
  const told = sent.map((row) => ('input' in row && isObject(row.input) ? readBy(Told, row.input) : undefined));
  const names = told.flatMap((read) => (read && 'output' in read ? read.output : []));
  const [divisions, teams] = await Promise.all([
    idsOf(
      ctx,
      (name) => keys.nameClaim(orgId, 'division', name),
      DivisionId,
      names.flatMap((it) => it.division ?? []),
    ),
    idsOf(
      ctx,
      (name) => keys.nameClaim(orgId, 'team', name),
      TeamId,
      names.flatMap((it) => it.joinTeams ?? []),
    ),
  ]);
  return sent.map((row, i) => {
    const read = told[i];
    if ('problem' in row) return row;
    if (!read || !isObject(row.input)) return { input: row.input, teams: [] };
    return 'problem' in read ? read : placed(row.input, read.output, divisions, teams);
  });
}

function placed(
  { division: _division, joinTeams: _teams, ...input }: Record<string, unknown>,
  { division, joinTeams }: v.InferOutput<typeof Told>,
  divisions: ReadonlyMap<string, DivisionId>,
  teams: ReadonlyMap<string, TeamId>,
): Placed | { problem: Problem } {
  const joined = (joinTeams ?? []).map((name) => teams.get(name));
  const issues: Issue[] = joined.flatMap((id, i) =>
    id ? [] : [{ pointer: `/joinTeams/${i}`, message: 'is no team of this org' }],
  );
  const divisionId = division ? divisions.get(division) : undefined;
  if (division && !divisionId) issues.push({ pointer: '/division', message: 'is no division of this org' });
  if (division && input.divisionId) issues.push({ pointer: '/division', message: 'stands beside a divisionId' });
  if (issues.length > 0) return { problem: { code: 'input-invalid', issues } };
  const ids = [...new Set(joined.flatMap((id) => id ?? []))].sort();
  return { input: { ...input, ...(divisionId && { divisionId }) }, teams: ids };
}

/** What each name stands for. An id stands for itself, whether there is such a thing or not. */
async function idsOf<Id extends string>(
  ctx: Context,
  claimOf: (name: string) => Key,
  schema: v.GenericSchema<unknown, Id>,
  given: readonly string[],
): Promise<Map<string, Id>> {
  const ids = new Map<string, Id>();
  const names: string[] = [];
  for (const name of new Set(given)) {
    const id = v.safeParse(schema, name);
    if (id.success) ids.set(name, id.output);
    else names.push(name);
  }
  if (names.length > MOST_NAMES) refuse(`names more than ${MOST_NAMES} divisions or teams`);
  for (let i = 0; i < names.length; i += 100) {
    const some = names.slice(i, i + 100);
    const claims = await ctx.table.getMany(some.map(claimOf));
    for (const [at, claim] of claims.entries()) if (claim) ids.set(some[at] as string, claim.u as Id);
  }
  return ids;
}

const refuse = (message: string): never => fail({ code: 'input-invalid', issues: [{ pointer: '', message }] });
