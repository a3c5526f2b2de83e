// Imports without files: rows as an operator or a caller brings them.
import { localContext } from '../../infra/local/local-context.ts';
import type { Context } from '../../shared/directory/context.ts';
import { importBatch } from '../../shared/directory/imports/batch.ts';
import { operatorContext } from '../../shared/directory/imports/operator.ts';
import type { NumberedRow, Outcome, Terms } from '../../shared/directory/imports/person.ts';
import { readImportRow } from '../../shared/model/import-row.ts';
import type { Json, TestService } from './service.ts';

export const IMPORT = '0192f0c1-0000-7000-8000-00000000d0d0';

/** Hashes of other systems, all of the same password. */
export const HASHED = 'correct horse battery staple';
export const BCRYPT = '$2b$10$N9qo8uLOickgx2ZMRZoMyehtJ/whDdsI.d1w/JqKiOrDw8pCT0JLG';

export function rowsOf(people: Json[]): NumberedRow[] {
  return people.map((person, i) => {
    const read = readImportRow(person);
    if ('problem' in read) throw new Error(JSON.stringify(read.problem));
    return { n: i + 1, row: read.row };
  });
}

export function termsOf(service: TestService, changed: Partial<Terms> = {}): Terms {
  const startedMs = service.clock.now().getTime();
  return {
    importId: IMPORT,
    startedMs,
    span: 1000,
    vouches: 'operator',
    onExisting: 'skip',
    invite: false,
    ...changed,
  };
}

export const operatorOf = (service: TestService, importId = IMPORT): Context =>
  operatorContext(localContext(service.services), service.seed.orgId, importId);

/** Imports as an operator does, in one batch. */
export const importing = (service: TestService, people: Json[], changed: Partial<Terms> = {}): Promise<Outcome[]> =>
  importBatch(operatorOf(service), rowsOf(people), termsOf(service, changed));
