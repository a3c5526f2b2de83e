import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Faults, newFaults } from '../../infra/local/faults.ts';
import type { Observed } from '../../infra/local/observed.ts';
import { openTable } from '../support/table.ts';

let faults: Faults;
let documents: DynamoDBDocumentClient;
let TableName: string;

beforeEach(async () => {
  const { dynamo, tableName } = await openTable();
  const client = new DynamoDBClient({ ...dynamo, maxAttempts: 3, retryMode: 'standard' });
  faults = newFaults();
  faults.install(client, 'dynamodb');
  documents = DynamoDBDocumentClient.from(client);
  TableName = tableName;
});

const put = (pk: string) => documents.send(new PutCommand({ TableName, Item: { pk, sk: 'x', tags: new Set(['a']) } }));
const get = async (pk: string) =>
  (await documents.send(new GetCommand({ TableName, Key: { pk, sk: 'x' }, ConsistentRead: true }))).Item;

describe('a fault', () => {
  test('before the call leaves nothing behind', async () => {
    faults.add({ service: 'dynamodb', operation: 'PutItem', mode: 'fail-before' });
    await expect(put('a')).rejects.toMatchObject({
      name: 'InternalServerError',
      $metadata: { httpStatusCode: 500 },
    });
    expect(await get('a')).toBeUndefined();
  });

  test('after the commit leaves it done', async () => {
    faults.add({ service: 'dynamodb', operation: 'PutItem', mode: 'commit-then-fail', times: 1 });
    await expect(put('a')).rejects.toThrow('injected InternalServerError in PutItem');
    expect(await get('a')).toMatchObject({ pk: 'a' });
    await put('b');
  });

  test('of one attempt is mended by the retries of the SDK, which a fault of the call is not', async () => {
    faults.add({ service: 'dynamodb', mode: 'throttle', times: 1, per: 'attempt' });
    await put('a');
    expect(faults.list()).toMatchObject([{ struck: 1, matched: 2 }]);
    faults.clear();
    faults.add({ service: 'dynamodb', mode: 'throttle', times: 1 });
    await expect(put('a')).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  test('strikes the nth call, for some times, by a key, by its own name', async () => {
    faults.add({
      service: 'dynamodb',
      operation: 'PutItem',
      key: '"pk":"b"',
      nth: 2,
      error: 'TimeoutError',
      mode: 'fail-before',
    });
    await put('b');
    await put('a');
    await expect(put('b')).rejects.toMatchObject({ name: 'TimeoutError' });
    await put('b');
    expect(faults.list()).toMatchObject([{ matched: 3, struck: 1 }]);
  });

  test('of a cancelled transaction looks like a conflict', async () => {
    faults.add({ service: 'dynamodb', mode: 'fail-before', error: 'TransactionCanceledException' });
    const TransactItems = [{ Put: { TableName, Item: { pk: 'a', sk: 'x' } } }];
    await expect(documents.send(new TransactWriteCommand({ TransactItems }))).rejects.toMatchObject({
      CancellationReasons: [{ Code: 'TransactionConflict' }],
    });
  });

  test('with probability 0 never strikes; of another service neither', async () => {
    faults.add({ service: 'dynamodb', mode: 'fail-before', probability: 0 });
    faults.add({ service: 'ses', mode: 'fail-before' });
    await put('a');
  });

  test('that delays only delays', async () => {
    faults.add({ service: 'dynamodb', operation: 'GetItem', mode: 'delay', delayMs: 80 });
    const started = performance.now();
    await get('a');
    expect(performance.now() - started).toBeGreaterThanOrEqual(79);
  });

  test('that holds lets all go when enough have come, and then no more waits', async () => {
    faults.add({ service: 'dynamodb', operation: 'GetItem', mode: 'hold', hold: { until: 3, maxMs: 5_000 } });
    let done = 0;
    const first = [get('a'), get('b')].map((call) => call.then(() => done++));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(done).toBe(0);
    await Promise.all([...first, get('c')]);
    await get('d');
    expect(faults.list()).toMatchObject([{ struck: 3 }]);
  });

  test('that holds gives up waiting, and clearing ends it at once', async () => {
    faults.add({ service: 'dynamodb', mode: 'hold', hold: { until: 2, maxMs: 50 } });
    await get('a');
    faults.clear();
    faults.add({ service: 'dynamodb', mode: 'hold', hold: { until: 2, maxMs: 60_000 } });
    const held = get('a');
    setTimeout(faults.clear, 20);
    await held;
    expect(faults.list()).toEqual([]);
  });

  test('that makes no sense is refused whole', () => {
    const sound = { service: 'dynamodb', mode: 'delay' } as const;
    const bad = [
      { service: 'sqs', mode: 'delay' },
      { service: 'ses', mode: 'explode' },
      { service: 'ses', mode: 'hold' },
      { service: 'ses', mode: 'delay', nth: '2' },
      { service: 'ses', mode: 'delay', nht: 2 },
    ];
    for (const rule of bad) expect(() => faults.add(sound, rule as never)).toThrow(TypeError);
    expect(faults.list()).toEqual([]);
  });
});

test('an observer sees operation, keys, units and errors, and costs nothing once it is gone', async () => {
  const calls: Observed[] = [];
  const stop = faults.onCall((call) => calls.push(call));
  await put('a');
  await get('a');
  await documents.send(
    new QueryCommand({
      TableName,
      IndexName: 'byCreated',
      KeyConditionExpression: '#p = :p',
      ExpressionAttributeNames: { '#p': 'lp' },
      ExpressionAttributeValues: { ':p': 'U#1' },
    }),
  );
  const TransactItems = ['b', 'c'].map((pk) => ({ Put: { TableName, Item: { pk, sk: 'x' } } }));
  await documents.send(new TransactWriteCommand({ TransactItems }));
  faults.add({ service: 'dynamodb', mode: 'fail-before' });
  await expect(get('a')).rejects.toThrow();
  stop();
  faults.clear();
  await put('d');
  expect(calls.map(({ operation, keys, units, error }) => ({ operation, keys, units, error }))).toEqual([
    { operation: 'PutItem', keys: ['a x'], units: 1, error: undefined },
    { operation: 'GetItem', keys: ['a x'], units: 1, error: undefined },
    { operation: 'Query', keys: ['byCreated U#1'], units: 0.5, error: undefined },
    { operation: 'TransactWriteItems', keys: ['b x', 'c x'], units: 4, error: undefined },
    { operation: 'GetItem', keys: ['a x'], units: 0, error: 'InternalServerError' },
  ]);
});
