// Units of the daily operations in an org that grows: they must not.
import { DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { userItem } from '../../shared/store/user-items.ts';
import { newWriter, person } from '../bench/people.ts';
import { weigh } from '../bench/trips.ts';
import { type CallOptions, type TestService, testService } from '../support/service.ts';

const SHAPE = { name: 'grown' };
const say = (text: string) => void process.stdout.write(`${text}\n`);

/** Grows to each of the sizes unless time runs out, and prints what operations cost there. True when all cost the same. */
export async function measureGrowth(sizes: readonly number[], minutes: number): Promise<boolean> {
  const service = await testService({ at: new Date(), config: { limitScale: 1e6 } });
  await stopStream(service);
  const until = performance.now() + minutes * 60_000;
  const rows = new Map<string, string[]>();
  const reached: number[] = [];
  let size = 0;
  for (const wanted of sizes) {
    const started = performance.now();
    const before = size;
    size = await grow(service, size, wanted, until);
    const rate = (size - before) / ((performance.now() - started) / 1000);
    say(`${size.toLocaleString('en')} people (${Math.round(rate)} written a second)`);
    reached.push(size);
    for (const [name, units] of await weighAll(service)) rows.set(name, [...(rows.get(name) ?? []), units]);
    if (size < wanted) break;
  }
  say(`largest size reached: ${size.toLocaleString('en')}\n`);
  say(`${'RRU / WRU at'.padEnd(24)}${reached.map((n) => n.toLocaleString('en').padStart(14)).join('')}`);
  for (const [name, units] of rows) {
    const flat = new Set(units).size === 1;
    say(`${name.padEnd(24)}${units.map((text) => text.padStart(14)).join('')}  ${flat ? 'flat' : 'NOT FLAT'}`);
  }
  return [...rows.values()].every((units) => new Set(units).size === 1);
}

/** Nothing here reads the stream, and the emulator keeps its records for ever. */
async function stopStream({ table }: TestService): Promise<void> {
  const client = new DynamoDBClient(table.dynamo);
  await client
    .send(new UpdateTableCommand({ TableName: table.tableName, StreamSpecification: { StreamEnabled: false } }))
    .catch(() => undefined);
  client.destroy();
}

const CHUNK = 5000;

/** People by their core alone: no operation measured here reads more of them. */
async function grow(service: TestService, from: number, to: number, until: number): Promise<number> {
  const writer = newWriter(service.table);
  let size = from;
  while (size < to && performance.now() < until) {
    const count = Math.min(CHUNK, to - size);
    const first = size;
    await writer.write(Array.from({ length: count }, (_, i) => userItem(person(service.seed.orgId, first + i, SHAPE))));
    size += count;
  }
  return size;
}

let round = 0;

async function weighAll(service: TestService): Promise<[string, string][]> {
  const token = await service.tokenFor();
  const { id } = person(service.seed.orgId, 7, SHAPE);
  const email = `made-${round++}@new.test`;
  const title = `Title ${round}`;
  const calls: [string, string, string, CallOptions['body']?][] = [
    ['get', 'GET', `/v1/users/${id}`],
    ['create', 'POST', '/v1/users', { email, profile: { givenName: 'Ngozi', familyName: 'Okafor' } }],
    ['update', 'PATCH', `/v1/users/${id}`, { profile: { title } }],
    ['page of 50', 'GET', '/v1/users?limit=50'],
    ['page of 50, newest', 'GET', '/v1/users?limit=50&sort=-createdAt'],
    ['page of 50 by e-mail', 'GET', '/v1/users?limit=50&sort=email'],
    ['page of 50 by name', 'GET', '/v1/users?limit=50&sort=familyName'],
  ];
  const units: [string, string][] = [];
  for (const [name, method, path, body] of calls) {
    let status = 0;
    const { reads, writes } = await weigh(service, async () => {
      status = (await service.call(method, path, { token, ...(body !== undefined && { body }) })).status;
    });
    if (status >= 300) throw new Error(`${name}: ${status}`);
    units.push([name, `${reads} / ${writes}`]);
  }
  return units;
}
