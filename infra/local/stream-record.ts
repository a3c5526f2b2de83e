// A stream record as the SDK reads it, made into what Lambda hands to a function.
import type { _Record as SdkRecord, AttributeValue as SdkValue } from '@aws-sdk/client-dynamodb-streams';
import type { AttributeValue, DynamoDBRecord } from 'aws-lambda';
import type { StreamFilter } from '../../functions/surfaces/shape.ts';

type Image = Record<string, SdkValue>;

/** Binary as base64, the moment in seconds, the rest as it is. */
export function toLambdaRecord(record: SdkRecord, eventSourceARN: string): DynamoDBRecord {
  const { dynamodb = {}, userIdentity, awsRegion, eventID, eventName, eventSource, eventVersion } = record;
  const { ApproximateCreationDateTime: at, Keys, NewImage, OldImage, ...rest } = dynamodb;
  return {
    ...{ awsRegion, eventID, eventName, eventSource, eventVersion, eventSourceARN },
    // The emulator marks what expired with an empty identity.
    ...(userIdentity && { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com', ...userIdentity } }),
    dynamodb: {
      ...rest,
      ...(at && { ApproximateCreationDateTime: Math.floor(at.getTime() / 1000) }),
      ...(Keys && { Keys: toImage(Keys) }),
      ...(NewImage && { NewImage: toImage(NewImage) }),
      ...(OldImage && { OldImage: toImage(OldImage) }),
    },
  };
}

const toImage = (image: Image): Record<string, AttributeValue> =>
  Object.fromEntries(Object.entries(image).map(([name, value]) => [name, toValue(value)]));

function toValue(value: SdkValue): AttributeValue {
  if (value.B) return { B: base64(value.B) };
  if (value.BS) return { BS: value.BS.map(base64) };
  if (value.M) return { M: toImage(value.M) };
  if (value.L) return { L: value.L.map(toValue) };
  return value as AttributeValue;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** The filter of a deployed mapping: items of these kinds, when this happened to them. */
export const matchesFilter =
  ({ kinds, events }: StreamFilter) =>
  ({ eventName, dynamodb }: DynamoDBRecord): boolean => {
    const kind = (dynamodb?.NewImage ?? dynamodb?.OldImage)?.k?.S;
    return events.some((event) => event === eventName) && kind !== undefined && kinds.includes(kind);
  };
