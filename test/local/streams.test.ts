import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deliver } from '../../infra/local/delivery.ts';
import { trimStreamRecords } from '../../infra/local/local-table.ts';
import { matchesFilter } from '../../infra/local/stream-record.ts';
import { pollStream, type StreamOptions, type StreamPoller } from '../../infra/local/streams.ts';
import { type OpenTable, openTable } from '../support/table.ts';

let table: OpenTable;
let documents: DynamoDBDocumentClient;
let positionFile: string;
const pollers: StreamPoller[] = [];
const faults: unknown[] = [];

beforeEach(async () => {
  table = await openTable();
  documents = DynamoDBDocumentClient.from(new DynamoDBClient(table.dynamo));
  positionFile = join(mkdtempSync(join(tmpdir(), 'rollcall-stream-')), 'stream.json');
});

afterEach(async () => {
  await Promise.all(pollers.splice(0).map((poller) => poller.stop()));
  expect(faults.splice(0)).toEqual([]);
});

const put = (pk: string, k = 'letter') =>
  documents.send(
    new PutCommand({ TableName: table.tableName, Item: { pk, sk: 'L', k, bytes: new Uint8Array([1, 2]) } }),
  );
const names = (records: readonly DynamoDBRecord[]) => records.map(({ dynamodb }) => dynamodb?.Keys?.pk?.S ?? '');

function poll(worker: StreamOptions['worker'], more: Partial<StreamOptions> = {}): StreamPoller {
  const poller = pollStream({
    client: table.dynamo,
    tableName: table.tableName,
    positionFile,
    filter: matchesFilter({ kinds: ['letter'], events: ['INSERT'] }),
    worker,
    deadLetter: () => undefined,
    backoffMs: 1,
    onFault: (error) => faults.push(error),
    ...more,
  });
  pollers.push(poller);
  return poller;
}

describe('the poller', () => {
  test('brings new letters in order and in batches of ten, and nothing else', async () => {
    const batches: string[][] = [];
    for (let i = 0; i < 23; i++) await put(`l${i}`);
    await put('l0');
    await put('u', 'user');
    const poller = poll(async ({ Records }) => void batches.push(names(Records)));
    await poller.drained();
    expect(batches.map(({ length }) => length)).toEqual([10, 10, 3]);
    expect(batches.flat()).toEqual(Array.from({ length: 23 }, (_, i) => `l${i}`));
    await put('later');
    poller.poke();
    await poller.drained();
    expect(batches.at(-1)).toEqual(['later']);
  });

  test('hands records over as Lambda does', async () => {
    const seen: DynamoDBRecord[] = [];
    await put('a');
    await poll(async ({ Records }) => void seen.push(...Records)).drained();
    expect(seen[0]).toMatchObject({
      eventName: 'INSERT',
      eventSource: 'aws:dynamodb',
      dynamodb: { NewImage: { pk: { S: 'a' }, k: { S: 'letter' }, bytes: { B: 'AQI=' } }, SequenceNumber: '1' },
    });
    expect(seen[0]?.dynamodb?.ApproximateCreationDateTime).toBeTypeOf('number');
    expect(seen[0]?.eventSourceARN).toContain(table.tableName);
  });

  test('goes on after a restart where it was, also when what it read was trimmed', async () => {
    const seen: string[] = [];
    const worker = async ({ Records }: DynamoDBStreamEvent) => void seen.push(...names(Records));
    for (const pk of ['a', 'b', 'c']) await put(pk);
    const first = poll(worker);
    await first.drained();
    await first.stop();
    expect(trimStreamRecords(table.dbPath, table.tableName, '3')).toBe(2);
    await put('d');
    await poll(worker).drained();
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
    using db = new DatabaseSync(table.dbPath);
    const left = db
      .prepare('SELECT sequence_number AS n FROM _stream_records WHERE table_name = ?')
      .all(table.tableName);
    expect(left.map(({ n }) => n)).toEqual(['3', '4']);
  });

  test('gives up one poisonous letter after its tries and delivers all others once and in order', async () => {
    const delivered: string[] = [];
    const dead: string[] = [];
    let tries = 0;
    for (let i = 0; i < 25; i++) await put(`l${i}`);
    const poller = poll(
      async ({ Records }) => {
        for (const record of Records) {
          const [name = ''] = names([record]);
          if (name === 'l13') {
            tries++;
            return { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? '' }] };
          }
          delivered.push(name);
        }
        return { batchItemFailures: [] };
      },
      { deadLetter: (records) => dead.push(...names(records)), retries: 2 },
    );
    await poller.drained();
    expect(dead).toEqual(['l13']);
    expect(tries).toBeGreaterThanOrEqual(3);
    expect(delivered).toEqual(Array.from({ length: 25 }, (_, i) => `l${i}`).filter((name) => name !== 'l13'));
  });
});

describe('a batch', () => {
  const records = Array.from({ length: 4 }, (_, i) => ({ dynamodb: { SequenceNumber: String(i) } }));
  const numbers = (batch: readonly DynamoDBRecord[]) => batch.map(({ dynamodb }) => Number(dynamodb?.SequenceNumber));
  const signal = () => new AbortController().signal;

  test('that throws is split until the bad record stands alone', async () => {
    const taken: number[][] = [];
    const dead: number[][] = [];
    await deliver(
      records,
      {
        async worker({ Records }) {
          if (numbers(Records).includes(2)) throw new Error('poison');
          taken.push(numbers(Records));
        },
        deadLetter: (batch, error) => dead.push([...numbers(batch), (error as Error).message.length]),
        retries: 1,
        backoffMs: 1,
      },
      signal(),
    );
    expect(taken).toEqual([[0, 1], [3]]);
    expect(dead).toEqual([[2, 6]]);
  });

  test('that names an unknown record fails whole', async () => {
    let calls = 0;
    const worker = async () => ({ batchItemFailures: calls++ === 0 ? [{ itemIdentifier: 'x' }] : [] });
    await deliver(records, { worker, deadLetter: () => undefined, backoffMs: 1 }, signal());
    expect(calls).toBe(3);
  });

  test('is left alone once the signal is aborted', async () => {
    const stop = new AbortController();
    let calls = 0;
    const worker = async () => {
      calls++;
      stop.abort();
      throw new Error('again');
    };
    await deliver(records.slice(0, 1), { worker, deadLetter: () => calls++, backoffMs: 60_000 }, stop.signal);
    expect(calls).toBe(1);
  });
});
