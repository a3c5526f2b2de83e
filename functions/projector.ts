// Keeps what is derived from people: search entries, ledgers and counters. Rung by the table's stream, which only says
// whom to look at.
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { personOfKey, project } from '../shared/directory/search/project.ts';
import { describeError } from '../shared/log.ts';
import { workerContext } from '../shared/post-office.ts';
import type { Worker } from '../shared/worker.ts';

export const worker: Worker = async (services, event) => {
  const { Records } = event as DynamoDBStreamEvent;
  const people = Records.flatMap((record) => personOfKey(record.dynamodb?.Keys?.pk?.S ?? ''));
  try {
    await project(workerContext(services), people);
    return { batchItemFailures: [] };
  } catch (error) {
    services.log({ level: 'error', message: 'projection failed', count: people.length, error: describeError(error) });
    return { batchItemFailures: [{ itemIdentifier: sequenceOf(Records[0]) }] };
  }
};

const sequenceOf = (record: DynamoDBRecord | undefined): string => record?.dynamodb?.SequenceNumber ?? '';
