// Items by the million: rows put straight into the emulator's file, since a request for every twenty-five of them would
// take the better part of an hour. `checkRows` holds these rows against those that the emulator writes itself.
import { createHash } from 'node:crypto';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { type IndexName, type Item, RANGES, type Value } from '../../shared/store/table.ts';
import { newWriter } from '../bench/people.ts';
import type { OpenTable } from '../support/table.ts';

type Marshalled = Record<string, unknown>;

function marshall(value: Value): Marshalled {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(marshall) };
  if (value instanceof Set || value instanceof Uint8Array) throw new TypeError('no item of a person holds these');
  return { M: marshallAll(value) };
}

const marshallAll = (members: object): Marshalled =>
  Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [[name, marshall(value)]])),
  );

const bytes = (text: string) => Buffer.byteLength(text);

/** As DynamoDB counts: names and values, three bytes and one per element for a list or map. */
function sizeOf(value: Value | undefined): number {
  if (typeof value === 'string') return bytes(value);
  if (typeof value === 'number') return 1 + Math.ceil(String(value).replace(/^0+|[-.]|0+$/g, '').length / 2);
  if (typeof value !== 'object' || value === null) return 1;
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + 1 + sizeOf(one), 3);
  return 3 + sizeOfAll(value, 1);
}

const sizeOfAll = (members: object, each = 0): number =>
  Object.entries(members).reduce(
    (sum, [name, value]) => (value === undefined ? sum : sum + bytes(name) + sizeOf(value) + each),
    0,
  );

/** By which the emulator orders partitions in a scan. */
const prefixOf = (pk: string) => createHash('md5').update(`Outliers${pk}`).digest('hex').slice(0, 6);

const INDEXES = Object.entries(RANGES) as [IndexName, string][];

export interface Bulk {
  /** All of them or none. Replaces what is there. */
  write(items: Iterable<Item>): void;
  close(): void;
}

/** Writes past the emulator, which must not write meanwhile, into a table without a stream. */
export function openBulk({ dbPath, tableName }: Pick<OpenTable, 'dbPath' | 'tableName'>): Bulk {
  const db = new DatabaseSync(dbPath);
  db.exec('PRAGMA busy_timeout = 30000; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000');
  const row = db.prepare(`INSERT OR REPLACE INTO "${tableName}" (pk, sk, item_json, item_size, hash_prefix)
    VALUES (?, ?, ?, ?, ?)`);
  const indexed: [string, StatementSync][] = INDEXES.map(([index, range]) => [
    range,
    db.prepare(`INSERT OR REPLACE INTO "${tableName}::gsi::${index}" (gsi_pk, gsi_sk, table_pk, table_sk, item_json)
      VALUES (?, ?, ?, ?, ?)`),
  ]);
  const put = (item: Item) => {
    const [pk, sk] = [`S:${item.pk}`, `S:${item.sk}`];
    const json = JSON.stringify(marshallAll(item));
    row.run(pk, sk, json, sizeOfAll(item), prefixOf(item.pk));
    if (item.lp === undefined) return;
    for (const [range, statement] of indexed) {
      if (item[range] !== undefined) statement.run(`S:${item.lp}`, `S:${item[range]}`, pk, sk, json);
    }
  };
  return {
    write(items) {
      db.exec('BEGIN IMMEDIATE');
      for (const item of items) put(item);
      db.exec('COMMIT');
    },
    close: () => db.close(),
  };
}

/** Throws unless the emulator, given the same items, leaves the very rows that stand there already. */
export async function checkRows(table: OpenTable, items: readonly Item[]): Promise<void> {
  const before = rowsOf(table, items);
  await newWriter(table).write(items);
  const after = rowsOf(table, items);
  if (!isDeepStrictEqual(before, after)) throw new Error('the emulator writes its rows in another way');
}

function rowsOf({ dbPath, tableName }: OpenTable, items: readonly Item[]): unknown[] {
  using db = new DatabaseSync(dbPath);
  const own = db.prepare(`SELECT item_json, item_size, hash_prefix FROM "${tableName}" WHERE pk = ? AND sk = ?`);
  const indexes = INDEXES.map(([index]) =>
    db.prepare(
      `SELECT gsi_pk, gsi_sk, item_json FROM "${tableName}::gsi::${index}" WHERE table_pk = ? AND table_sk = ?`,
    ),
  );
  return items.flatMap(({ pk, sk }) =>
    [own, ...indexes].map((statement) =>
      statement.all(`S:${pk}`, `S:${sk}`).map((row) => ({ ...row, item_json: JSON.parse(String(row.item_json)) })),
    ),
  );
}
