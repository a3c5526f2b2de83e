// What an observer learns of a call to AWS: which keys it named and what it cost.

export interface Observed {
  service: 'dynamodb' | 'ses';
  /** Such as `TransactWriteItems`. */
  operation: string;
  input: Record<string, unknown>;
  /** `pk sk` of every item the call names, in order; for a query the index and the partition. */
  keys: string[];
  capacity: Capacity[];
  /** Capacity units of table and indexes together. */
  units: number;
  ms: number;
  /** Name of the error it failed with. */
  error?: string;
}

export interface Capacity {
  TableName?: string;
  CapacityUnits?: number;
  ReadCapacityUnits?: number;
  WriteCapacityUnits?: number;
  Table?: { CapacityUnits?: number };
  GlobalSecondaryIndexes?: Record<string, { CapacityUnits?: number }>;
}

type Members = Record<string, unknown>;

export function keysOf(input: Members): string[] {
  const { Key, Item, TransactItems, RequestItems, IndexName } = input;
  if (Array.isArray(TransactItems)) return TransactItems.flatMap((entry) => Object.values(entry).flatMap(keysIn));
  if (RequestItems) return Object.values(RequestItems as Members).flatMap(batchKeys);
  if (Key ?? Item) return keysIn(input);
  if ('KeyConditionExpression' in input) return [`${IndexName ?? 'table'} ${partitionOf(input)}`];
  return [];
}

const keysIn = (part: unknown): string[] => {
  const { Key, Item } = part as Members;
  const { pk, sk } = (Key ?? Item ?? {}) as Members;
  return pk === undefined ? [] : [`${text(pk)} ${text(sk)}`];
};

function batchKeys(request: unknown): string[] {
  if (Array.isArray(request)) return request.flatMap((entry) => Object.values(entry as Members).flatMap(keysIn));
  return ((request as { Keys?: unknown[] }).Keys ?? []).flatMap((Key) => keysIn({ Key }));
}

/** The value compared with the partition attribute: expressions name attributes and values by placeholders. */
function partitionOf({ KeyConditionExpression, ExpressionAttributeValues = {} }: Members): string {
  const placeholder = /=\s*(:\w+)/.exec(String(KeyConditionExpression))?.[1] ?? '';
  return text((ExpressionAttributeValues as Members)[placeholder]);
}

/** Values are plain before serialisation and `{ S }` after it. */
const text = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'S' in value ? String(value.S) : String(value);

export function capacityOf(output: Members): Pick<Observed, 'capacity' | 'units'> {
  const capacity = [output.ConsumedCapacity ?? []].flat() as Capacity[];
  return { capacity, units: capacity.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0) };
}
