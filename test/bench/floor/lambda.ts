// The floor as Lambda would run it: what the bundle for the cold start begins with.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { floor } from './floor.ts';

const { TABLE_NAME = '', LISTED = '', PUBLIC_KEY = '{}', PRIVATE_KEY = '{}' } = process.env;

export const handler = floor({
  documents: DynamoDBDocumentClient.from(new DynamoDBClient({}), { marshallOptions: { removeUndefinedValues: true } }),
  tableName: TABLE_NAME,
  listed: LISTED,
  publicKey: JSON.parse(PUBLIC_KEY),
  privateKey: JSON.parse(PRIVATE_KEY),
});
