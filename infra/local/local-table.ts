// The local table: made once from the shape, and cured of two habits of the emulator by way of its database file.
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceNotFoundException,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { TTL_ATTRIBUTE, tableShape } from '../table.ts';

/** Makes the table if it is not there. Resolves to whether it was made now. */
export async function ensureTable(client: DynamoDBClient, TableName: string): Promise<boolean> {
  if (await statusOf(client, TableName)) return false;
  await client.send(new CreateTableCommand({ TableName, ...tableShape }));
  while ((await statusOf(client, TableName)) !== 'ACTIVE') await sleep(50);
  const TimeToLiveSpecification = { AttributeName: TTL_ATTRIBUTE, Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  return true;
}

export async function dropTable(client: DynamoDBClient, TableName: string): Promise<void> {
  if (!(await statusOf(client, TableName))) return;
  await client.send(new DeleteTableCommand({ TableName }));
  while (await statusOf(client, TableName)) await sleep(50);
}

async function statusOf(client: DynamoDBClient, TableName: string): Promise<string | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/**
 * Dynoxide asks for the highest sequence number of a stream on every write, without an index: after some thousand
 * writes each takes ten times as long. Call once the file holds a table with a stream.
 */
export function indexStreamRecords(dbPath: string): void {
  using db = openFile(dbPath);
  db.exec(`
    CREATE INDEX IF NOT EXISTS rollcall_seq ON _stream_records(table_name, CAST(sequence_number AS INTEGER));
    CREATE INDEX IF NOT EXISTS rollcall_shard
      ON _stream_records(table_name, shard_id, CAST(sequence_number AS INTEGER));
  `);
}

/** Few at once: dynoxide's writes wait meanwhile, and so does this process. */
export const TRIM_AT_ONCE = 500;

/** Deletes up to so many stream records before a sequence number. The newest must stay: the next is numbered by it. */
export function trimStreamRecords(dbPath: string, tableName: string, before: string): number {
  using db = openFile(dbPath);
  const statement = db.prepare(`
    DELETE FROM _stream_records WHERE id IN (
      SELECT id FROM _stream_records WHERE table_name = ? AND CAST(sequence_number AS INTEGER) < ? LIMIT ?)
  `);
  return Number(statement.run(tableName, BigInt(before), TRIM_AT_ONCE).changes);
}

function openFile(dbPath: string): DatabaseSync {
  const db = new DatabaseSync(dbPath);
  db.exec('PRAGMA busy_timeout = 5000');
  return db;
}
