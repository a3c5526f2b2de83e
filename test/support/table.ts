// A real table for every test that asks: one emulator per test process, over a file on the RAM disk where there is one.
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { localAws, startDynoxide } from '../../infra/local/emulators.ts';
import { ensureTable, indexStreamRecords } from '../../infra/local/local-table.ts';
import { probePort } from '../../infra/local/ports.ts';

export interface OpenTable {
  endpoint: string;
  tableName: string;
  /** For any client of the SDK that talks to this table. */
  dynamo: DynamoDBClientConfig & ReturnType<typeof localAws>;
  dbPath: string;
}

let started: Promise<{ endpoint: string; dbPath: string; client: DynamoDBClient }> | undefined;
let tables = 0;

/**
 * An empty table with the shape of the deployed one, under a name of its own. Gone with the test process. `onDisk` keeps
 * the emulator's file off the RAM disk, for tables larger than memory; the first table of a process decides.
 */
export async function openTable({ onDisk = false } = {}): Promise<OpenTable> {
  started ??= startEmulator(onDisk || !existsSync('/dev/shm') ? tmpdir() : '/dev/shm');
  const { endpoint, dbPath, client } = await started;
  const tableName = `rollcall-test-${tables++}`;
  await ensureTable(client, tableName);
  indexStreamRecords(dbPath);
  return { endpoint, tableName, dynamo: localAws(endpoint), dbPath };
}

async function startEmulator(within: string) {
  const folder = mkdtempSync(join(within, 'rollcall-test-'));
  const dbPath = join(folder, 'rollcall.db');
  const { url } = await startOnAnyPort(dbPath, folder);
  return { endpoint: url, dbPath, client: new DynamoDBClient(localAws(url)) };
}

/** Between the probe and the start another test process may take the port. */
async function startOnAnyPort(dbPath: string, folder: string, tries = 3): ReturnType<typeof startDynoxide> {
  try {
    return await startDynoxide(await probePort(0), dbPath, folder);
  } catch (error) {
    if (tries === 1) throw error;
    return startOnAnyPort(dbPath, folder, tries - 1);
  }
}
