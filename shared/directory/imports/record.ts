// How far an operator's import has come, in the table: whoever begins it anew, on any machine, goes on where it was, and
// draws the same ids.
import { createHash } from 'node:crypto';
import { bytesToUuid, type OrgId } from '../../model/ids.ts';
import { type ImportRecord, importItem, readImportItem } from '../../store/import-items.ts';
import { absent } from '../../store/table.ts';
import { type Context, instant, newOpId } from '../context.ts';

export type { ImportRecord };

/** The same parts name the same import. */
export const importIdOf = (...parts: string[]): string =>
  bytesToUuid(createHash('sha256').update(parts.join('\0')).digest().subarray(0, 16));

/** The record of an import, as it stands or made now. */
export async function openImport(ctx: Context, orgId: OrgId, id: string, span: number): Promise<ImportRecord> {
  const fresh: ImportRecord = { id, orgId, startedAt: instant(ctx.now), span, done: 0, outcomes: {} };
  const put = await ctx.table.put(importItem(fresh), absent, newOpId(ctx));
  return !put.done && put.existing ? readImportItem(put.existing) : fresh;
}

/** Keeps how far it has come. One that is further already stays: two machines may do the same import. */
export async function saveImport(ctx: Context, record: ImportRecord): Promise<void> {
  await ctx.table.put(importItem(record), { attribute: 'done', below: record.done + 1 }, newOpId(ctx));
}
