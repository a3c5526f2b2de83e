// The table over the AWS SDK, and the only file that knows it. Conditions are compiled to expressions, cancellations
// mapped back to their write by index, and a commit that answered with an error but happened is told from a conflict.
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientConfig,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { DirectoryError, fail } from '../model/problem.ts';
import { expressions as newExpressions } from './expressions.ts';
import {
  type Change,
  type Changed,
  type Condition,
  type Item,
  type ItemPage,
  type Key,
  type QueryInput,
  RANGES,
  type Refusal,
  type Table,
  type Write,
} from './table.ts';

export interface DynamoOptions {
  tableName: string;
  client?: DynamoDBClientConfig;
  /** The local run and the tests hang their meters and faults on the client here. */
  hook?: (client: DynamoDBClient) => void;
}

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Names of errors that say "not now": worth another try within the request, then a 503. */
const PASSING =
  /Throttling|ThroughputExceeded|RequestLimit|TransactionInProgress|InternalServer|Timeout|ECONN|ServiceUnavailable|EPIPE/;
/** Those of them that mean: there is no room. */
const ROOM = /Throttling|ThroughputExceeded|RequestLimit/;
const CONFLICT_TRIES = 5;

/** A silent table is given up, all tries together, well before the function's own time is up: the caller gets a 503. */
export const PATIENCE = { attempts: 3, connectMs: 1000, answerMs: 2000 } as const;

export function dynamoTable({ tableName, client: config, hook }: DynamoOptions): Table {
  const client = new DynamoDBClient({
    maxAttempts: PATIENCE.attempts,
    // Without the last flag the handler only logs a request that takes too long.
    requestHandler: {
      connectionTimeout: PATIENCE.connectMs,
      requestTimeout: PATIENCE.answerMs,
      throwOnRequestTimeout: true,
    },
    ...config,
  });
  // It copies every answer for a logger that drops it: a tenth of a page's CPU.
  client.middlewareStack.remove('loggerMiddleware');
  hook?.(client);
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

  const get: Table['get'] = async (key, options) => {
    const input = { TableName: tableName, Key: key, ConsistentRead: !options?.eventual, ...metered(options) };
    const { Item, ConsumedCapacity } = await answered(documents.send(new GetCommand(input)));
    options?.units?.(ConsumedCapacity?.CapacityUnits ?? 0);
    return Item as Item | undefined;
  };

  return {
    get,

    async getMany(keys, options) {
      if (keys.length === 0) return [];
      const found = new Map<string, Item>();
      let wanted: Key[] = [...new Map(keys.map((key) => [`${key.pk} ${key.sk}`, { pk: key.pk, sk: key.sk }])).values()];
      for (let attempt = 0; wanted.length > 0; attempt++) {
        if (attempt > CONFLICT_TRIES) fail('store-unavailable');
        if (attempt > 0) await pause(attempt);
        const request = { Keys: wanted, ConsistentRead: !options?.eventual };
        const command = new BatchGetCommand({ RequestItems: { [tableName]: request }, ...metered(options) });
        const answer = await answered(documents.send(command));
        for (const { CapacityUnits = 0 } of answer.ConsumedCapacity ?? []) options?.units?.(CapacityUnits);
        for (const item of (answer.Responses?.[tableName] ?? []) as Item[]) found.set(`${item.pk} ${item.sk}`, item);
        wanted = (answer.UnprocessedKeys?.[tableName]?.Keys ?? []) as Key[];
      }
      return keys.map((key) => found.get(`${key.pk} ${key.sk}`));
    },

    async query(input): Promise<ItemPage> {
      const command = new QueryCommand({ TableName: tableName, ...compileQuery(input), ...metered(input) });
      const answer = await answered(documents.send(command));
      input.units?.(answer.ConsumedCapacity?.CapacityUnits ?? 0);
      const last = answer.LastEvaluatedKey as Record<string, string> | undefined;
      return { items: (answer.Items ?? []) as Item[], ...(last && { last }) };
    },

    change: (write, opId) =>
      single(opId, async () => {
        const input = { TableName: tableName, ...compileUpdate(write, opId), ReturnValues: 'ALL_NEW' as const };
        const refused = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };
        const { Attributes } = await documents.send(new UpdateCommand({ ...input, ...refused }));
        return Attributes as Item;
      }),

    put: (item, when, opId) =>
      single(opId, async () => {
        const input = { TableName: tableName, ...compilePut(item, when, opId) };
        await documents.send(new PutCommand({ ...input, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }));
        return { ...item, op: opId };
      }),

    async commit(writes, opId, watch) {
      const items = writes.map((write) => compileWrite(tableName, write, opId));
      // The same token on every try of this request: a repeat of a commit that happened is answered, not done again.
      const command = { TransactItems: items, ClientRequestToken: opId };
      for (let attempt = 1; ; attempt++) {
        try {
          const { $metadata } = await documents.send(new TransactWriteCommand(command));
          // The SDK got over it by itself: lack of room, or something that asks for as much patience.
          if (($metadata.attempts ?? 1) > 1) watch?.throttled();
          return;
        } catch (error) {
          if (isThrottled(error)) watch?.throttled();
          const verdict = judge(error, writes, opId);
          if (verdict === 'done') return;
          if (verdict === 'retry' && attempt < CONFLICT_TRIES) await pause(attempt);
          else if (verdict === 'retry') fail('store-unavailable', error);
          else throw verdict;
        }
      }
    },
  };
}

/** Capacity is reported only to those who ask: it is part of every answer's bytes. */
const metered = (options?: { units?: unknown }) =>
  options?.units ? { ReturnConsumedCapacity: 'TOTAL' as const } : undefined;

/** A single write: done, refused with the item that stood in the way, or done before its answer was lost. */
async function single(opId: string, send: () => Promise<Item>): Promise<Changed> {
  for (let attempt = 1; ; attempt++) {
    try {
      return { done: true, item: await send() };
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        const existing = plain(error.Item);
        if (existing?.op === opId) return { done: true, item: existing };
        return { done: false, ...(existing && { existing }) };
      }
      if (!isNamed(error, 'TransactionConflictException') || attempt >= CONFLICT_TRIES) throw translated(error);
      await pause(attempt);
    }
  }
}

function judge(error: unknown, writes: Write[], opId: string): 'done' | 'retry' | Error {
  if (!(error instanceof TransactionCanceledException)) {
    return isNamed(error, 'TransactionInProgressException') ? 'retry' : translated(error);
  }
  const reasons = error.CancellationReasons ?? [];
  const olds = reasons.map((reason) => plain(reason.Item));
  if (olds.some((old) => old?.op === opId)) return 'done';
  const refused = reasons.findIndex((reason) => reason.Code === 'ConditionalCheckFailed');
  const write = writes[refused];
  if (write) return new DirectoryError(refusal(write.otherwise, olds[refused]), error);
  return 'retry';
}

/** For lack of room, in the table or in one of its partitions. */
function isThrottled(error: unknown): boolean {
  const reasons = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
  const names = [error instanceof Error ? error.name : '', ...reasons.map(({ Code = '' }) => Code)];
  return names.some((name) => ROOM.test(name));
}

function refusal(otherwise: Refusal, existing: Item | undefined) {
  return typeof otherwise === 'function' ? otherwise(existing) : otherwise;
}

async function answered<T>(sent: Promise<T>): Promise<T> {
  try {
    return await sent;
  } catch (error) {
    throw translated(error);
  }
}

function translated(error: unknown): Error {
  if (error instanceof Error && (PASSING.test(error.name) || PASSING.test(error.message) || isServerFault(error))) {
    return new DirectoryError({ code: 'store-unavailable', retryAfterSeconds: 2 }, error);
  }
  return error instanceof Error ? error : new Error(String(error));
}

function isServerFault(error: Error): boolean {
  const metadata = (error as { $metadata?: { httpStatusCode?: number } }).$metadata;
  return (metadata?.httpStatusCode ?? 0) >= 500;
}

const isNamed = (error: unknown, name: string) => error instanceof Error && error.name === name;

/** Full jitter (20 ms doubled per try), so that those who met do not meet again. */
const pause = (attempt: number) =>
  new Promise((resolve) => setTimeout(resolve, 2 + Math.random() * 20 * 2 ** Math.min(attempt, 5)));

/** lib-dynamodb leaves the items inside errors in wire form; only the few attributes that refusals read are needed. */
function plain(wire: unknown): Item | undefined {
  if (wire === undefined || wire === null) return undefined;
  const values = Object.entries(wire as Record<string, Record<string, unknown> | string>);
  return Object.fromEntries(values.map(([name, value]) => [name, plainValue(value)])) as Item;
}

function plainValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('S' in value) return value.S;
  if ('N' in value) return Number(value.N);
  if ('BOOL' in value) return value.BOOL;
  if ('B' in value) return value.B;
  if ('SS' in value) return new Set(value.SS as string[]);
  if ('M' in value) return plain(value.M);
  if ('L' in value) return (value.L as unknown[]).map(plainValue);
  return value;
}

function compilePut(item: Item, when: Condition | undefined, opId: string) {
  const expressions = newExpressions();
  const condition = when && expressions.condition(when);
  return { Item: { ...item, op: opId }, ...(condition && { ConditionExpression: condition }), ...expressions.names() };
}

function compileUpdate(write: { update: Key; when?: Condition } & Change, opId: string) {
  const expressions = newExpressions();
  const UpdateExpression = expressions.update({ ...write, set: { ...write.set, op: opId } });
  const condition = write.when && expressions.condition(write.when);
  return {
    Key: write.update,
    UpdateExpression,
    ...(condition && { ConditionExpression: condition }),
    ...expressions.names(),
  };
}

function compileWrite(TableName: string, write: Write, opId: string): TransactItem {
  const shown = { TableName, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };
  if ('put' in write) return { Put: { ...shown, ...compilePut(write.put, write.when, opId) } };
  if ('update' in write) return { Update: { ...shown, ...compileUpdate(write, opId) } };
  const expressions = newExpressions();
  const condition = write.when && expressions.condition(write.when);
  const rest = { ...shown, ...(condition && { ConditionExpression: condition }), ...expressions.names() };
  if ('drop' in write) return { Delete: { Key: write.drop, ...rest } };
  return { ConditionCheck: { Key: write.check, ConditionExpression: 'attribute_exists(pk)', ...rest } };
}

function compileQuery(input: QueryInput) {
  const expressions = newExpressions();
  const range = input.index ? RANGES[input.index] : 'sk';
  const KeyConditionExpression = expressions.key(input.index ? 'lp' : 'pk', input.pk, range, input);
  const where = input.where && expressions.condition(input.where);
  return {
    KeyConditionExpression,
    ...(where && { FilterExpression: where }),
    ...(input.index && { IndexName: input.index }),
    ...(input.limit && { Limit: input.limit }),
    ...(input.after && { ExclusiveStartKey: input.after }),
    ScanIndexForward: !input.descending,
    ConsistentRead: input.strong === true,
    ...expressions.names(),
  };
}
