// The whole table as it was: for many runs from one and the same beginning.
import { isDeepStrictEqual } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Item, Key } from '../../shared/store/table.ts';
import type { TestService } from './service.ts';

/** Items that one call writes. */
const AT_ONCE = 25;

const nameOf = ({ pk, sk }: Key) => `${pk} ${sk}`;

/** Makes the table hold these items and no others, beside the faults and past the hooks of the service. */
export async function resetTable({ table, dump }: TestService, items: readonly Item[]): Promise<void> {
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient(table.dynamo));
  const kept = new Set(items.map(nameOf));
  const present = await dump();
  const now = new Map(present.map((item) => [nameOf(item), item]));
  const requests = [
    ...present.filter((item) => !kept.has(nameOf(item))).map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } })),
    ...items
      .filter((item) => !isDeepStrictEqual(item, now.get(nameOf(item))))
      .map((Item) => ({ PutRequest: { Item } })),
  ];
  for (let n = 0; n < requests.length; n += AT_ONCE) {
    const RequestItems = { [table.tableName]: requests.slice(n, n + AT_ONCE) };
    await documents.send(new BatchWriteCommand({ RequestItems }));
  }
  documents.destroy();
}
