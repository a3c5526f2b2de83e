// The event source mapping on a laptop: reads the table's stream in order per shard, filters, hands batches to the
// worker, and does with failures what Lambda does.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  type DynamoDBStreamsClientConfig,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type _Record as SdkRecord,
} from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBRecord } from 'aws-lambda';
import { type Delivery, deliver } from './delivery.ts';
import { toLambdaRecord } from './stream-record.ts';

export interface StreamOptions extends Delivery {
  client: DynamoDBStreamsClientConfig;
  tableName: string;
  /** Where the position is kept; without it every start reads from the beginning. */
  positionFile?: string;
  filter(record: DynamoDBRecord): boolean;
  /** Records that the worker is given at once, at most. Default 10. */
  batchSize?: number;
  /** Milliseconds between looks while nothing comes. Default 100. */
  idleMs?: number;
  /** Everything up to this sequence number has been dealt with. */
  onProgress?(sequenceNumber: string): void;
  onFault(error: unknown): void;
}

export interface StreamPoller {
  /** Looks at once instead of at the next interval. */
  poke(): void;
  /** Resolves when everything written before the call has been dealt with. */
  drained(): Promise<void>;
  stop(): Promise<void>;
}

const BATCH_SIZE = 10;

interface Position {
  arn: string;
  /** The last sequence number dealt with, per shard. */
  shards: Record<string, string>;
}

interface Waiter {
  /** Number of the first round that began after the question. */
  round: number;
  done(): void;
}

/** Starts reading. Begins at the oldest record, or after the last one dealt with when a position is kept. */
export function pollStream(options: StreamOptions): StreamPoller {
  const { idleMs = 100, onFault } = options;
  const stopped = new AbortController();
  const { signal } = stopped;
  const reader = newReader(options, signal);
  let wake = (): void => undefined;
  let poked = false;
  let rounds = 0;
  let waiting: Waiter[] = [];

  const look = async (): Promise<number | undefined> => {
    try {
      return await reader.round();
    } catch (error) {
      if (!signal.aborted) onFault(error);
      return undefined;
    }
  };
  const pause = async (): Promise<void> => {
    const nap = new AbortController();
    wake = () => nap.abort();
    if (!poked)
      await sleep(idleMs, undefined, { signal: AbortSignal.any([nap.signal, signal]) }).catch(() => undefined);
  };
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      poked = false;
      rounds++;
      const count = await look();
      if (count) continue;
      const answered = count === 0 ? waiting.filter(({ round }) => round <= rounds) : [];
      waiting = waiting.filter((waiter) => !answered.includes(waiter));
      for (const { done } of answered) done();
      await pause();
    }
    for (const { done } of waiting) done();
  };

  const running = loop();
  const poke = () => {
    poked = true;
    wake();
  };
  return {
    poke,
    drained() {
      poke();
      return new Promise((done) => waiting.push({ round: rounds + 1, done }));
    },
    async stop() {
      stopped.abort();
      await running;
      reader.close();
    },
  };
}

const SHARDS_FRESH_MS = 5_000;

function newReader(options: StreamOptions, signal: AbortSignal) {
  const { batchSize = BATCH_SIZE } = options;
  const client = new DynamoDBStreamsClient(options.client);
  const iterators = new Map<string, string>();
  let position: Position | undefined;
  let shards: string[] = [];
  let shardsReadAt = Number.NEGATIVE_INFINITY;

  const readShard = async (shard: string, { arn, shards: done }: Position): Promise<number> => {
    const iterator = iterators.get(shard) ?? (await iteratorAfter(client, arn, shard, done[shard]));
    // Whatever fails from here on, these records are read again, from the kept position.
    iterators.delete(shard);
    const { Records = [], NextShardIterator } = await client.send(new GetRecordsCommand({ ShardIterator: iterator }));
    await deliverAll(Records, arn);
    if (signal.aborted) return 0;
    const last = Records.at(-1)?.dynamodb?.SequenceNumber;
    if (last !== undefined) {
      done[shard] = last;
      keepPosition(options.positionFile, { arn, shards: done });
      options.onProgress?.(last);
    }
    if (NextShardIterator) iterators.set(shard, NextShardIterator);
    return Records.length;
  };
  const deliverAll = async (records: SdkRecord[], arn: string): Promise<void> => {
    const wanted = records.map((record) => toLambdaRecord(record, arn)).filter(options.filter);
    for (let i = 0; i < wanted.length && !signal.aborted; i += batchSize) {
      await deliver(wanted.slice(i, i + batchSize), options, signal);
    }
  };
  return {
    /** Reads one page of every shard. Resolves to how many records came. */
    async round(): Promise<number> {
      position ??= openPosition(await streamArn(client, options.tableName), options.positionFile);
      if (performance.now() - shardsReadAt > SHARDS_FRESH_MS) {
        shards = await shardsOf(client, position.arn);
        shardsReadAt = performance.now();
      }
      let count = 0;
      for (const shard of shards) count += await readShard(shard, position);
      return count;
    },
    close: () => client.destroy(),
  };
}

async function streamArn(client: DynamoDBStreamsClient, TableName: string): Promise<string> {
  const { Streams = [] } = await client.send(new ListStreamsCommand({ TableName }));
  const arn = Streams.at(-1)?.StreamArn;
  if (!arn) throw new Error(`the table ${TableName} has no stream`);
  return arn;
}

/** Parents before their children: an item's records must not overtake each other where a shard was split. */
async function shardsOf(client: DynamoDBStreamsClient, StreamArn: string): Promise<string[]> {
  const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }));
  return (StreamDescription?.Shards ?? []).flatMap(({ ShardId }) => ShardId ?? []).sort();
}

async function iteratorAfter(
  client: DynamoDBStreamsClient,
  StreamArn: string,
  ShardId: string,
  after: string | undefined,
): Promise<string | undefined> {
  const from =
    after === undefined
      ? ({ ShardIteratorType: 'TRIM_HORIZON' } as const)
      : ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after } as const);
  return (await client.send(new GetShardIteratorCommand({ StreamArn, ShardId, ...from }))).ShardIterator;
}

/** A position in another stream, that of a table made anew, is none. */
function openPosition(arn: string, file: string | undefined): Position {
  try {
    const kept = JSON.parse(readFileSync(file ?? '', 'utf8')) as Position;
    if (kept.arn === arn) return kept;
  } catch {
    // No file yet, or one that a full disk cut off: the worker takes a record twice as it takes it once.
  }
  return { arn, shards: {} };
}

function keepPosition(file: string | undefined, position: Position): void {
  if (!file) return;
  writeFileSync(`${file}.new`, JSON.stringify(position));
  renameSync(`${file}.new`, file);
}
