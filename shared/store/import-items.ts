// An import by an operator as an item: what survives the machine that it ran on.
import type { OrgId } from '../model/ids.ts';
import type { RowOutcome } from '../model/job.ts';
import { type Names, pack, unpack } from './attributes.ts';
import { keys } from './keys.ts';
import type { Item } from './table.ts';

export interface ImportRecord {
  /** Follows from the org, the bytes of the file, and how they are read. */
  id: string;
  orgId: OrgId;
  startedAt: string;
  /** Rows at most; ids are drawn from it, like from the start. */
  span: number;
  /** So many rows from the first on are done. */
  done: number;
  outcomes: Partial<Record<RowOutcome, number>>;
  endedAt?: string;
}

const NAMES: Names<ImportRecord> = {
  id: 'id',
  orgId: 'o',
  startedAt: 'at',
  span: 'span',
  done: 'done',
  outcomes: 'out',
  endedAt: 'en',
};

/** Long enough that nobody does the same file anew by mistake. */
const KEPT_SECONDS = 90 * 86_400;

export const importItem = (record: ImportRecord): Item => ({
  ...pack(record, NAMES),
  ...keys.import(record.orgId, record.id),
  k: 'import',
  ttl: Math.floor(Date.parse(record.startedAt) / 1000) + KEPT_SECONDS,
});

export const readImportItem = (item: Item): ImportRecord => unpack(item, NAMES);
