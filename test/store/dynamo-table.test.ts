import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { type FaultRule, newFaults } from '../../infra/local/faults.ts';
import { type ProblemCode, problemOf } from '../../shared/model/problem.ts';
import { dynamoTable } from '../../shared/store/dynamo-table.ts';
import { absent, equals, type Item, type Table, type Write } from '../../shared/store/table.ts';
import { openTable } from '../support/table.ts';

const { tableName, dynamo } = await openTable();
const faults = newFaults();
const table = open({});
let runs = 0;
let pk = '';

function open(client: object): Table {
  const hook = (to: Parameters<typeof faults.install>[0]) => faults.install(to, 'dynamodb');
  return dynamoTable({ tableName, client: { ...dynamo, ...client }, hook });
}

beforeEach(() => {
  faults.clear();
  pk = `test-${runs++}`;
});

/** Every attempt to write has an id of its own, in every test. */
const op = (n: number) => `${pk}-op-${n}`;
const key = (sk: string) => ({ pk, sk });
const put = (sk: string, otherwise: ProblemCode, more: object = {}): Write => ({
  put: { ...key(sk), ...more } as Item,
  when: absent,
  otherwise: { code: otherwise },
});

const problem = (run: Promise<unknown>) => run.then(() => undefined, problemOf);
const fault = (rule: Omit<FaultRule, 'service'>) => faults.add({ service: 'dynamodb', ...rule });

async function callsOf(run: () => Promise<unknown>): Promise<string[]> {
  const calls: string[] = [];
  const stop = faults.onCall(({ operation }) => calls.push(operation));
  await run().catch(() => undefined);
  stop();
  return calls;
}

describe('a commit', () => {
  test('is all or nothing, and the refused write says why', async () => {
    await table.commit([put('b', 'email-taken', { who: 'first' })], op(1));
    const writes = [put('a', 'version-conflict'), put('b', 'username-taken'), put('c', 'last-admin')];
    expect(await problem(table.commit(writes, op(2)))).toEqual({ code: 'username-taken' });
    expect(await table.getMany([key('a'), key('c')])).toEqual([undefined, undefined]);
  });

  test('tells of the first refusal when several writes are turned down', async () => {
    await table.commit([put('b', 'email-taken'), put('c', 'email-taken')], op(1));
    const writes = [put('a', 'last-admin'), put('b', 'username-taken'), put('c', 'external-id-taken')];
    expect(await problem(table.commit(writes, op(2)))).toEqual({ code: 'username-taken' });
  });

  test('hands the item that stood in the way to its refusal, every kind of value read back', async () => {
    const held = { text: 'x', number: 7, yes: true, set: new Set(['a']), list: ['a', 1], map: { deep: 'y' } };
    await table.commit([put('a', 'email-taken', held)], op(1));
    let seen: Item | undefined;
    const otherwise = (existing: Item | undefined) => {
      seen = existing;
      return { code: 'email-taken' as const, deletedUserId: String(existing?.text) };
    };
    const write: Write = { put: key('a'), when: absent, otherwise };
    expect(await problem(table.commit([write], op(2)))).toEqual({ code: 'email-taken', deletedUserId: 'x' });
    expect(seen).toEqual({ ...key('a'), ...held, op: op(1) });
  });

  test('knows its own work when the answer was lost and the token with it', async () => {
    // Past the ten minutes of its token a repeat is judged by its conditions, as here: the token is new to the table.
    await table.put(key('a'), absent, op(1));
    expect(await problem(table.commit([put('a', 'email-taken')], op(1)))).toBeUndefined();
    expect(await problem(table.commit([put('a', 'email-taken')], op(2)))).toEqual({ code: 'email-taken' });
  });

  test('happens once when its answer is lost on the wire', async () => {
    fault({ mode: 'commit-then-fail', per: 'attempt', nth: 1 });
    await table.commit([{ update: key('n'), add: { n: 1 }, otherwise: { code: 'version-conflict' } }], op(1));
    expect(await table.get(key('n'))).toMatchObject({ n: 1 });
  });

  test('is tried again after a conflict, and given up after five', async () => {
    fault({ mode: 'fail-before', error: 'TransactionCanceledException', nth: 1, times: 3 });
    const calls = await callsOf(() => table.commit([put('a', 'email-taken')], op(1)));
    expect(calls).toHaveLength(4);
    expect(await table.get(key('a'))).toMatchObject({ op: op(1) });
    faults.clear();
    fault({ mode: 'fail-before', error: 'TransactionCanceledException' });
    expect(await problem(table.commit([put('b', 'email-taken')], op(2)))).toMatchObject({ code: 'store-unavailable' });
    expect(await callsOf(() => table.commit([put('b', 'email-taken')], op(2)))).toHaveLength(5);
  });

  test('tells who watches of each try that there was no room for, also of those that the SDK got over', async () => {
    let told = 0;
    const watch = { throttled: () => void told++ };
    let cancelled = 0;
    const full = dynamoTable({
      tableName,
      client: dynamo,
      hook: ({ middlewareStack }) =>
        middlewareStack.add(
          (next) => (args) => {
            if (cancelled++ >= 2) return next(args);
            const CancellationReasons = [{ Code: 'None' }, { Code: 'ThrottlingError' }];
            throw new TransactionCanceledException({ message: 'no room', $metadata: {}, CancellationReasons });
          },
          { step: 'initialize' },
        ),
    });
    await full.commit([put('a', 'email-taken')], op(1), watch);
    expect(told).toBe(2);
    fault({ mode: 'throttle', per: 'attempt', nth: 1 });
    await table.commit([put('b', 'email-taken')], op(2), watch);
    expect(told).toBe(3);
    await table.commit([put('c', 'email-taken')], op(3), watch);
    expect(told).toBe(3);
  });

  test('waits for the same transaction when it is still under way', async () => {
    fault({ mode: 'fail-before', error: 'TransactionInProgressException', nth: 1, times: 2 });
    await table.commit([put('a', 'email-taken')], op(1));
    expect(await table.get(key('a'))).toBeDefined();
  });

  test('checks without writing, and drops', async () => {
    await table.commit([put('a', 'email-taken', { v: 1 }), put('b', 'email-taken')], op(1));
    const check = (v: number): Write => ({
      check: key('a'),
      when: equals('v', v),
      otherwise: { code: 'version-stale' },
    });
    const drop: Write = { drop: key('b'), otherwise: { code: 'version-conflict' } };
    expect(await problem(table.commit([check(2), drop], op(2)))).toEqual({ code: 'version-stale' });
    await table.commit([check(1), drop], op(3));
    expect(await table.getMany([key('a'), key('b')])).toMatchObject([{ op: op(1) }, undefined]);
  });
});

describe('a single write', () => {
  test('says whether its condition held, and what stood in the way', async () => {
    const item = { ...key('a'), v: 1 };
    expect(await table.put(item, absent, op(1))).toEqual({ done: true, item: { ...item, op: op(1) } });
    expect(await table.put(item, absent, op(2))).toEqual({ done: false, existing: { ...item, op: op(1) } });
    const change = { update: key('a'), set: { v: 2 }, when: equals('v', 5) };
    expect(await table.change(change, op(3))).toMatchObject({ done: false, existing: { v: 1 } });
  });

  test('knows itself when its answer was lost and the repeat is refused', async () => {
    fault({ mode: 'commit-then-fail', per: 'attempt', nth: 1 });
    const change = { update: key('a'), add: { n: 1 }, when: absent };
    expect(await table.change(change, op(1))).toMatchObject({ done: true, item: { n: 1 } });
  });

  test('is tried again when a transaction holds the item', async () => {
    fault({ mode: 'fail-before', error: 'TransactionConflictException', nth: 1, times: 2 });
    expect(await table.put(key('a'), absent, op(1))).toMatchObject({ done: true });
  });
});

describe('reads', () => {
  test('of many keep the order asked for, with repeats and gaps', async () => {
    await table.commit([put('a', 'email-taken', { n: 1 }), put('b', 'email-taken', { n: 2 })], op(1));
    const found = await table.getMany(['b', 'x', 'a', 'b'].map(key));
    expect(found.map((item) => item?.n)).toEqual([2, undefined, 1, 2]);
    expect(await table.getMany([])).toEqual([]);
  });

  test('of many go on until nothing is left unprocessed', async () => {
    await table.commit(
      ['a', 'b', 'c', 'd', 'e'].map((sk) => put(sk, 'email-taken')),
      op(1),
    );
    let asked = 0;
    const slow = withBatches(({ Keys = [] }) => {
      asked++;
      return Keys.slice(2);
    });
    const found = await slow.getMany(['a', 'b', 'c', 'd', 'e'].map(key));
    expect(found.map((item) => item?.sk)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(asked).toBe(3);
  });

  test('of many give up on a table that processes nothing', async () => {
    expect(await problem(withBatches(({ Keys = [] }) => Keys).getMany([key('a')]))).toEqual({
      code: 'store-unavailable',
    });
  });

  test('of a range stop at the limit and say where', async () => {
    await table.commit(
      ['a1', 'a2', 'a3', 'b1'].map((sk) => put(sk, 'email-taken')),
      op(1),
    );
    const first = await table.query({ pk, begins: 'a', limit: 2 });
    expect(first.items.map(({ sk }) => sk)).toEqual(['a1', 'a2']);
    const rest = await table.query({ pk, begins: 'a', limit: 2, ...(first.last && { after: first.last }) });
    expect(rest.items.map(({ sk }) => sk)).toEqual(['a3']);
    const back = await table.query({ pk, from: 'a2', to: 'b1', descending: true });
    expect(back.items.map(({ sk }) => sk)).toEqual(['b1', 'a3', 'a2']);
  });
});

/** A table whose batches leave some keys unprocessed. */
function withBatches(leave: (request: { Keys?: Record<string, unknown>[] }) => Record<string, unknown>[]): Table {
  type Args = { input: { RequestItems?: Record<string, { Keys?: Record<string, unknown>[] }> } };
  type Next = (args: Args) => Promise<{ output: Record<string, unknown> }>;
  const middleware = (next: Next) => async (args: Args) => {
    const request = args.input.RequestItems?.[tableName] ?? {};
    const unprocessed = leave(request);
    const kept = (request.Keys ?? []).filter((wanted) => !unprocessed.includes(wanted));
    if (kept.length === 0)
      return { output: { Responses: {}, UnprocessedKeys: { [tableName]: { Keys: unprocessed } } } };
    const result = await next({ ...args, input: { RequestItems: { [tableName]: { ...request, Keys: kept } } } });
    const UnprocessedKeys = unprocessed.length > 0 ? { [tableName]: { Keys: unprocessed } } : {};
    return { ...result, output: { ...result.output, UnprocessedKeys } };
  };
  const hook = (client: { middlewareStack: { add(...layer: never[]): void } }) =>
    client.middlewareStack.add(middleware as never, { step: 'initialize', priority: 'low' } as never);
  return dynamoTable({ tableName, client: dynamo, hook });
}

describe('a table that cannot answer', () => {
  test.each([
    'ThrottlingException',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'InternalServerError',
    'ServiceUnavailable',
    'TimeoutError',
  ])('is unavailable for a while, on every way to it: %s', async (error) => {
    fault({ mode: 'fail-before', error });
    const ways: Promise<unknown>[] = [
      table.get(key('a')),
      table.getMany([key('a')]),
      table.query({ pk }),
      table.put(key('a'), absent, op(1)),
      table.change({ update: key('a'), set: { v: 1 } }, op(1)),
      table.commit([put('a', 'email-taken')], op(1)),
    ];
    const problems = await Promise.all(ways.map(problem));
    expect(problems.map((found) => found?.code)).toEqual(ways.map(() => 'store-unavailable'));
    expect(problems.every((found) => Number(found?.retryAfterSeconds) > 0)).toBe(true);
  });

  test('is not asked for longer than the client is told to wait', async () => {
    // Nothing listens for answers there: the connection stands and stays silent.
    const { createServer } = await import('node:net');
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as { port: number };
    const requestHandler = { connectionTimeout: 100, requestTimeout: 100, throwOnRequestTimeout: true };
    const hanging = dynamoTable({
      tableName,
      client: { ...dynamo, endpoint: `http://127.0.0.1:${port}`, requestHandler, maxAttempts: 2 },
    });
    expect(await problem(hanging.get(key('a')))).toMatchObject({ code: 'store-unavailable' });
    expect(await problem(hanging.commit([put('a', 'email-taken')], op(1)))).toMatchObject({
      code: 'store-unavailable',
    });
    silent.close();
  });

  test('is told from a mistake of ours, which stays an error', async () => {
    fault({ mode: 'fail-before', error: 'ValidationException' });
    await expect(table.get(key('a'))).rejects.toThrow('ValidationException');
    await expect(table.commit([put('a', 'email-taken')], op(1))).rejects.toThrow('ValidationException');
  });
});
