// The table a local run works on: in the embedded emulator over a file of the data folder, or at an endpoint that
// somebody else runs.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DataFolder } from './data-folder.ts';
import { localAws, startDynoxide } from './emulators.ts';
import { dropTable, ensureTable, indexStreamRecords } from './local-table.ts';
import { takePort } from './ports.ts';
import { trouble } from './trouble.ts';

export interface Dynamo {
  endpoint: string;
  tableName: string;
  /** File of the embedded emulator. */
  dbPath?: string;
  /** Resolves if the emulator ends by itself. */
  ended: Promise<unknown>;
  stop(): Promise<void>;
}

export interface DynamoOptions {
  /** 0 takes a free one. */
  dynamoPort: number;
  dynamoEndpoint?: string;
  fresh?: boolean;
}

const TABLE = 'rollcall-local';

/** Starts what has to be started and makes the table if there is none. */
export async function openDynamo(options: DynamoOptions, folder: DataFolder): Promise<Dynamo> {
  const dynamo = options.dynamoEndpoint ? elsewhere(options.dynamoEndpoint, folder) : await embedded(options, folder);
  const client = new DynamoDBClient({ ...localAws(dynamo.endpoint), maxAttempts: 2 });
  const stop = async () => {
    if (folder.temporary && !dynamo.dbPath) await dropTable(client, dynamo.tableName);
    client.destroy();
    await dynamo.stop();
    if (folder.temporary) rmSync(folder.table, { recursive: true, force: true });
  };
  try {
    if (options.fresh) await dropTable(client, dynamo.tableName);
    const made = await ensureTable(client, dynamo.tableName);
    // What is known of another table's seed and stream is not true of this one.
    if (made) for (const name of ['seed.json', 'stream.json']) rmSync(join(folder.table, name), { force: true });
    if (dynamo.dbPath) indexStreamRecords(dynamo.dbPath);
    return { ...dynamo, stop };
  } catch (error) {
    await dynamo.stop();
    const refused = (error as { code?: string }).code === 'ECONNREFUSED';
    throw refused ? trouble(`Nothing answers at DYNAMODB_ENDPOINT ${dynamo.endpoint}.`) : error;
  }
}

async function embedded({ dynamoPort }: DynamoOptions, { table, temporary }: DataFolder): Promise<Dynamo> {
  const port = await takePort(dynamoPort, 'DYNAMODB_PORT');
  const dbPath = join(table, 'rollcall.db');
  const { url, ended, stop } = await startDynoxide(port, dbPath, temporary ? table : undefined);
  return { endpoint: url, tableName: TABLE, dbPath, ended, stop };
}

function elsewhere(endpoint: string, { temporary }: DataFolder): Dynamo {
  const tableName = temporary ? `${TABLE}-${randomBytes(6).toString('hex')}` : TABLE;
  return { endpoint, tableName, ended: new Promise(() => undefined), stop: async () => undefined };
}
