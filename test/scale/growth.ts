// Units and times of the daily operations in an org that grows. Units must not grow with it.
import { DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { personOfKey, project } from '../../shared/directory/search/project.ts';
import { workerContext } from '../../shared/post-office.ts';
import { type CountedState, moveCounters } from '../../shared/store/ledger-items.ts';
import { median } from '../bench/lines.ts';
import { weigh } from '../bench/trips.ts';
import { type TestService, testService } from '../support/service.ts';
import { checkRows, openBulk } from './bulk.ts';
import { type Operation, operations } from './operations.ts';
import { itemsOf, person } from './people.ts';

export interface Cost {
  reads: number;
  writes: number;
  p50: number;
}

export interface Size {
  people: number;
  /** By the names of the operations. */
  costs: Map<string, Cost>;
}

export interface Growth {
  operations: readonly Operation[];
  sizes: Size[];
}

interface Options {
  minutes: number;
  /** For more people than memory holds. */
  onDisk?: boolean;
  tell?(text: string): void;
}

/** Grows to each of the sizes, unless time runs out, and measures every operation there. */
export async function measureGrowth(
  wanted: readonly number[],
  { minutes, onDisk = false, tell = () => undefined }: Options,
): Promise<Growth> {
  const service = await testService({ at: new Date(), config: { limitScale: 1e6 }, onDisk });
  await stopStream(service);
  const measured = operations(service);
  const until = performance.now() + minutes * 60_000;
  const sizes: Size[] = [];
  let people = 0;
  for (const size of wanted) {
    const [started, before] = [performance.now(), people];
    people = await grow(service, people, size, until);
    const rate = Math.round((people - before) / ((performance.now() - started) / 1000));
    tell(`${people.toLocaleString('en')} people (${rate} written a second)`);
    if (before === 0) await checkWritten(service);
    sizes.push({ people, costs: await costsOf(service, measured) });
    if (people < size) break;
  }
  return { operations: measured, sizes };
}

/** Nothing here reads the stream, and the emulator keeps its records for ever. */
async function stopStream({ table }: TestService): Promise<void> {
  const client = new DynamoDBClient(table.dynamo);
  const StreamSpecification = { StreamEnabled: false };
  await client.send(new UpdateTableCommand({ TableName: table.tableName, StreamSpecification }));
  client.destroy();
}

/** People written in one transaction of the emulator's file, with one counter of the org. */
const CHUNK = 5000;

async function grow(service: TestService, from: number, to: number, until: number): Promise<number> {
  const { orgId } = service.seed;
  const bulk = openBulk(service.table);
  let size = from;
  while (size < to && performance.now() < until) {
    const next = Math.min(size + CHUNK, to);
    const records = Array.from({ length: next - size }, (_, i) => person(orgId, size + i));
    bulk.write(records.flatMap(itemsOf));
    const counted = new Map<CountedState, number>();
    for (const { state } of records) {
      counted.set(state as CountedState, (counted.get(state as CountedState) ?? 0) + 1);
    }
    await service.services.directory.table.commit(moveCounters(orgId, size / CHUNK, counted), `grown-${next}`);
    size = next;
  }
  bulk.close();
  return size;
}

/** The rows are those of the emulator, and the projector finds nothing to add to them. */
async function checkWritten(service: TestService): Promise<void> {
  const records = Array.from({ length: 100 }, (_, n) => person(service.seed.orgId, n));
  await checkRows(service.table, records.flatMap(itemsOf));
  const people = records.flatMap((record) => personOfKey(itemsOf(record)[0]?.pk ?? ''));
  const lacking = await project(workerContext(service.services), people);
  if (lacking > 0) throw new Error(`of ${lacking} people something is missing that the projector keeps`);
}

const ROUNDS = 15;
/** The rounds of an operation that looks at everyone it may. */
const ROUNDS_OF_MANY = 5;
let made = 0;

async function costsOf(service: TestService, measured: readonly Operation[]): Promise<Map<string, Cost>> {
  const token = await service.tokenFor();
  const costs = new Map<string, Cost>();
  for (const operation of measured) costs.set(operation.name, await costOf(service, token, operation));
  return costs;
}

async function costOf(service: TestService, token: string, { name, request, most }: Operation): Promise<Cost> {
  const times: number[] = [];
  let cost = { reads: 0, writes: 0 };
  for (let round = 0; round < (most ? ROUNDS_OF_MANY : ROUNDS); round++) {
    const [method, path, body] = request(made++);
    const started = performance.now();
    const found = await weigh(service, async () => {
      const { status } = await service.call(method, path, { token, ...(body !== undefined && { body }) });
      if (status >= 300) throw new Error(`${name}: ${status}`);
    });
    times.push(performance.now() - started);
    cost = { reads: found.reads, writes: found.writes };
  }
  return { ...cost, p50: median(times) };
}
