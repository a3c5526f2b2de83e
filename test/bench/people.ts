// People by the thousand: only the items that the measured operations read, written in batches past the flows.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { EmailAddress } from '../../shared/model/email-address.ts';
import { numberOf, type OrgId, type UserId, uuidV7 } from '../../shared/model/ids.ts';
import type { UserState } from '../../shared/model/user.ts';
import { keys } from '../../shared/store/keys.ts';
import { credentialItem } from '../../shared/store/secret-items.ts';
import type { Item } from '../../shared/store/table.ts';
import { type UserRecord, userItem } from '../../shared/store/user-items.ts';
import type { OpenTable } from '../support/table.ts';

export interface Writer {
  documents: DynamoDBDocumentClient;
  /** Batches of 25, four under way at a time. */
  write(items: Iterable<Item>): Promise<void>;
}

export function newWriter({ dynamo, tableName }: Pick<OpenTable, 'dynamo' | 'tableName'>): Writer {
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient({ ...dynamo, maxAttempts: 5 }), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const send = async (batch: Item[]) => {
    for (let rest = batch; rest.length > 0; ) {
      const requests = rest.map((Item) => ({ PutRequest: { Item } }));
      const answer = await documents.send(new BatchWriteCommand({ RequestItems: { [tableName]: requests } }));
      rest = (answer.UnprocessedItems?.[tableName] ?? []).map(({ PutRequest }) => PutRequest?.Item as Item);
    }
  };
  return {
    documents,
    async write(items) {
      const source = items[Symbol.iterator]();
      const worker = async () => {
        for (;;) {
          const batch: Item[] = [];
          for (let next = source.next(); !next.done; next = source.next()) {
            if (batch.push(next.value) === 25) break;
          }
          if (batch.length === 0) return;
          await send(batch);
        }
      };
      await Promise.all(Array.from({ length: 4 }, worker));
    },
  };
}

export interface Shape {
  state?: UserState;
  locked?: boolean;
  /** PHC string; without it the person has no credential. */
  hash?: string;
  /** Words of the address. */
  name: string;
}

const START = Date.UTC(2026, 0, 1);
const SET_AT = '2026-01-01T00:00:00.000Z';
const FAMILIES = ['Okafor', 'Lindqvist', 'Moreau', 'Schneider', 'Tanaka', 'Almeida', 'Novak', 'Haddad'];

/** The nth person of an org. Ids rise with n, so that order of creation is order of n. */
export function person(orgId: OrgId, n: number, { state = 'active', locked, hash, name }: Shape): UserRecord {
  const id = uuidV7(START + n * 10, Buffer.from(n.toString(16).padStart(20, '0'), 'hex')) as UserId;
  const at = new Date(START + n * 10).toISOString();
  const family = FAMILIES[n % FAMILIES.length] as string;
  return {
    id,
    orgId,
    email: `${name}-${n}@people.test` as EmailAddress,
    state,
    version: 3,
    epoch: 1,
    roles: ['member'],
    createdAt: at,
    updatedAt: at,
    activatedAt: at,
    emailVerifiedAt: at,
    revision: 'seeded',
    ...(hash && { passwordUpdatedAt: SET_AT }),
    ...(locked && { lock: { at: at as never, reason: 'measured' } }),
    profile: {
      givenName: `Given ${n}`,
      familyName: `${family} ${n}`,
      title: 'Customer success engineer',
      department: 'Support, northern region',
      timeZones: { primary: 'Europe/Berlin' },
    },
    contact: { phone: { countryCode: '49', number: '30 1234567' } },
    preferences: { locale: 'de-DE' },
  } as UserRecord;
}

/** Core, claims and, with a hash, the credential. */
export function itemsOf(record: UserRecord, hash?: string): Item[] {
  const { orgId: o, id: u, email = '' } = record;
  return [
    userItem(record),
    { ...keys.emailClaim(email), k: 'claim', o, u },
    { ...keys.numberClaim(numberOf(u)), k: 'claim', o, u },
    ...(hash ? [credentialItem(o, u, { hash, setAt: SET_AT })] : []),
  ];
}
