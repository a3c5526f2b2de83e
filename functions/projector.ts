// Keeps what is derived from people: search entries, ledgers and counters. Rung by the table's stream, which only says
// whom to look at.
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type Person, personOfKey, projectEach } from '../shared/directory/search/project.ts';
import { describeError } from '../shared/log.ts';
import { workerContext } from '../shared/post-office.ts';
import type { Worker } from '../shared/worker.ts';

export const worker: Worker = async (services, event): Promise<DynamoDBBatchResponse> => {
  const { Records } = event as DynamoDBStreamEvent;
  const failed = await failures(services, Records);
  return { batchItemFailures: failed.map(({ dynamodb }) => ({ itemIdentifier: dynamodb?.SequenceNumber ?? '' })) };
};

/**
 * Records of people who could not be projected; everybody else has been. Lambda brings the first of them again with all
 * that came after, which finds nothing left to do, until it gives that one up. All of them when the table does not answer.
 */
async function failures(
  services: Parameters<Worker>[0],
  records: readonly DynamoDBRecord[],
): Promise<DynamoDBRecord[]> {
  try {
    const { failed } = await projectEach(workerContext(services), records.flatMap(personOf));
    for (const { person, error } of failed) {
      const { orgId, userId } = person;
      services.log({ level: 'error', message: 'projection failed', orgId, userId, error: describeError(error) });
    }
    const nameOf = ({ orgId, userId }: Person) => `${orgId} ${userId}`;
    const theirs = new Set(failed.map(({ person }) => nameOf(person)));
    return records.filter((record) => personOf(record).some((person) => theirs.has(nameOf(person))));
  } catch (error) {
    services.log({ level: 'error', message: 'projection failed', count: records.length, error: describeError(error) });
    return [...records];
  }
}

const personOf = (record: DynamoDBRecord): Person[] => personOfKey(record.dynamodb?.Keys?.pk?.S ?? '');
