// What the measurements stand on: one table with people, the service and the floor over it, and a token.
import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { readTarget, toEvent } from '../../infra/local/event.ts';
import { newHandlers } from '../../infra/local/handlers.ts';
import { gatewayRouter } from '../../infra/local/routes.ts';
import type { OrgId } from '../../shared/model/ids.ts';
import { publicKeys } from '../../shared/security/access-token.ts';
import { hashPassword } from '../../shared/security/password-hash.ts';
import { createServices, type Services } from '../../shared/services.ts';
import { partitions } from '../../shared/store/keys.ts';
import type { Item } from '../../shared/store/table.ts';
import { type UserRecord, userItem } from '../../shared/store/user-items.ts';
import { type TestService, testService } from '../support/service.ts';
import { type FloorHandler, floor, floorHash, floorKeys } from './floor/floor.ts';
import { itemsOf, newWriter, person, type Shape, type Writer } from './people.ts';

export type Event = APIGatewayProxyEventV2;
export type Result = APIGatewayProxyStructuredResultV2;
export interface Prepared {
  surface: string;
  event: Event;
}

export interface Stage {
  service: TestService;
  /** The same service without the meter and the faults that tests hang on it. */
  lean: Services;
  /** Calls the lean service with a prepared event, as Lambda would. */
  ours(prepared: Prepared): Promise<Result>;
  floor: FloorHandler;
  keyPair: { publicKey: JWK; privateKey: JWK };
  documents: DynamoDBDocumentClient;
  writer: Writer;
  orgId: OrgId;
  token: string;
  prepare(method: string, path: string, options?: { body?: unknown; token?: string; ip?: string }): Prepared;
  /** Writes so many people of one kind and returns them. Nobody else gets their numbers. */
  populate(count: number, shape: Shape): Promise<UserRecord[]>;
  /** People written so far. */
  size(): number;
  /** Copies of people under the floor's own keys, with a password each if one is given. */
  populateFloor(people: readonly UserRecord[], password?: string): Promise<void>;
}

export const PASSWORD = 'a long enough passphrase';

/** Without limits, so that nothing is measured but the work. */
export async function openStage(): Promise<Stage> {
  const service = await testService({ at: new Date(), config: { limitScale: 1e6 } });
  const orgId = service.seed.orgId;
  const { table, config } = service;
  const lean = await createServices(config, {
    dynamo: table.dynamo,
    // A line costs what it costs to write it down.
    log: (line) => void JSON.stringify(line),
  });
  const { handle, prepare } = newCaller(lean);
  const writer = newWriter(table);
  const pair = await generateKeyPair('ES256', { extractable: true });
  const signing = service.services.directory.keys.signing;
  const publicKey = publicKeys(signing).keys[0] as JWK;
  const privateKey = await exportJWK(pair.privateKey);
  const client = new DynamoDBClient(table.dynamo);
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const floorOptions = { tableName: table.tableName, listed: partitions.users(orgId), publicKey, privateKey };
  let people = 0;
  return {
    ...{ service, lean, documents, writer, orgId, prepare },
    ours: handle,
    floor: floor({ ...floorOptions, documents }),
    keyPair: { publicKey, privateKey },
    token: await service.tokenFor(),
    async populate(count, shape) {
      const first = people;
      people += count;
      const made = Array.from({ length: count }, (_, i) => person(orgId, first + i, shape));
      await writer.write(made.flatMap((record) => itemsOf(record, shape.hash)));
      return made;
    },
    size: () => people,
    async populateFloor(copied, password) {
      const hash = password && (await floorHash(password));
      const items: Item[] = copied.flatMap((record) => {
        const item = { ...userItem(record), ...floorKeys.user(record.id), lp: 'F' };
        const claim = { ...floorKeys.email(record.email ?? ''), u: record.id, ...(hash && { hash }) };
        return [item, claim];
      });
      await writer.write(items);
    },
  };
}

function newCaller(services: Services) {
  const handlers = newHandlers(services);
  const route = gatewayRouter();
  const prepare: Stage['prepare'] = (method, path, { body, token, ip = '203.0.113.7' } = {}) => {
    const target = readTarget(path);
    const routed = target && route(method, target.path);
    if (!routed) throw new Error(`no route for ${method} ${path}`);
    const headers: [string, string][] = [['host', 'rollcall.test']];
    if (token) headers.push(['authorization', `Bearer ${token}`]);
    if (body !== undefined) headers.push(['content-type', 'application/json']);
    const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
    const request = { method, ...target, headers, body: bytes, sourceIp: ip };
    return { surface: routed.surface.name, event: toEvent(request, routed, new Date()) };
  };
  const handle = async ({ surface, event }: Prepared) => (await handlers.http(surface))(event);
  return { prepare, handle };
}

/** Fails on an answer that is none of these: a measurement of refusals is worth nothing. */
export function expectStatus(result: Result, ...statuses: number[]): Result {
  if (!statuses.includes(result.statusCode ?? 0)) throw new Error(`${result.statusCode}: ${result.body}`);
  return result;
}

export const hashOf = (password = PASSWORD): Promise<string> => hashPassword(password);
export const unique = (): string => randomBytes(6).toString('hex');
