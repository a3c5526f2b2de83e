// What Lambda does with a batch of stream records that fails: go on behind the part that succeeded, split, wait and
// try again, and give up in the end.
// https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';

export interface Delivery {
  worker(event: DynamoDBStreamEvent): Promise<unknown>;
  /** Records given up after the last try, and why. */
  deadLetter(records: readonly DynamoDBRecord[], error: unknown): void;
  /** Tries after the first one. Default 5. */
  retries?: number;
  /** Wait before the first of them, doubled each time. Default 100. */
  backoffMs?: number;
}

/** Resolves when every record has been taken or given up, or the signal is aborted. */
export async function deliver(
  records: readonly DynamoDBRecord[],
  delivery: Delivery,
  signal: AbortSignal,
  tries = 0,
): Promise<void> {
  if (records.length === 0 || signal.aborted) return;
  const failure = await attempt(records, delivery);
  if (!failure) return;
  const rest = records.slice(failure.at);
  // Something succeeded: what is left starts afresh.
  if (failure.at > 0) return deliver(rest, delivery, signal);
  // Splitting costs no try, so one bad record ends alone.
  if (rest.length > 1) {
    const half = Math.ceil(rest.length / 2);
    await deliver(rest.slice(0, half), delivery, signal, tries);
    return deliver(rest.slice(half), delivery, signal, tries);
  }
  const { retries = 5, backoffMs = 100 } = delivery;
  if (tries >= retries) return delivery.deadLetter(rest, failure.error);
  await sleep(backoffMs * 2 ** tries, undefined, { signal }).catch(() => undefined);
  return deliver(rest, delivery, signal, tries + 1);
}

interface Failure {
  /** Index of the first record that has not been dealt with. */
  at: number;
  error: unknown;
}

async function attempt(records: readonly DynamoDBRecord[], { worker }: Delivery): Promise<Failure | undefined> {
  try {
    const answer = (await worker({ Records: [...records] })) as DynamoDBBatchResponse | null | undefined;
    const failed = (answer?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
    if (failed.length === 0) return undefined;
    const indexes = failed.map((id) => records.findIndex((record) => record.dynamodb?.SequenceNumber === id));
    // An unknown number makes the whole batch fail.
    return { at: indexes.includes(-1) ? 0 : Math.min(...indexes), error: new Error('reported by the worker') };
  } catch (error) {
    return { at: 0, error };
  }
}
