// The full-scan checker itself: it finds what is broken, or its silence elsewhere means nothing.
import { beforeAll, expect, test } from 'vitest';
import { allOperations } from '../../infra/operate/write-docs.ts';
import type { Item } from '../../shared/store/table.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { REQUESTS, type Request } from '../support/operations.ts';
import { type TestService, testService } from '../support/service.ts';
import { send } from '../support/sweep.ts';
import { newWorld, type World } from '../support/world.ts';

let service: TestService;
let items: Item[];

beforeAll(async () => {
  service = await testService();
  const world = await newWorld(service);
  for (const operation of await allOperations()) {
    await send(service, operation, await (REQUESTS[operation.route] as (w: World) => Promise<Request>)(world));
  }
  await service.deliver();
  items = await service.dump();
});

test('a table on which every operation ran is sound', () => {
  expect(brokenInvariants(items, service.clock.now())).toEqual([]);
});

const first = (kind: string, more: (item: Item) => boolean = () => true): Item =>
  items.find((item) => item.k === kind && more(item)) as Item;

const waiting = ({ st, blk }: Item) => st === 'waiting' && Number(blk) > 0;

test.each<[rule: number, what: string, damage: () => Item[]]>([
  [1, 'a claim is missing', () => items.filter((item) => item !== first('claim'))],
  [1, 'a claim outlives its person', () => items.filter((item) => item !== first('user', ({ st }) => st === 'staged'))],
  [
    1,
    'a claim names another',
    () =>
      replaced(
        first('claim', ({ pk }) => pk.startsWith('E#')),
        { u: 'x' },
      ),
  ],
  [
    3,
    'an invited person has no invite',
    () =>
      replaced(
        first('user', ({ st }) => st === 'invited'),
        { inv: undefined },
      ),
  ],
  [
    4,
    'the guard forgets an admin',
    () =>
      replaced(
        first('user', ({ ro }) => String(ro) === 'owner'),
        { ro: ['member'] },
      ),
  ],
  [5, 'a step has no entry', () => items.filter((item) => !(item.k === 'audit' && item.version === 2))],
  [5, 'a step has two entries', () => [...items, { ...first('audit', ({ version }) => version === 2), sk: 'twice' }]],
  [
    6,
    'a final letter stays in its lane',
    () =>
      replaced(
        first('letter', ({ st }) => st === 'sent'),
        { lp: 'DUE#bulk#0' },
      ),
  ],
  [
    7,
    'a session of someone inactive counts',
    () => items.map((item) => (item.k === 'user' && item.st === 'active' ? { ...item, st: 'inactive' } : item)),
  ],
  [8, 'a credential shows in an index', () => replaced(first('credential'), { lp: 'O#x' })],
  [8, 'a hash lies with the person', () => replaced(first('user'), { hash: 'x' })],
  [
    13,
    'a job that has ended stays in its lane',
    () => replaced(first('job', waiting), { st: 'cancelled', blk: undefined }),
  ],
  [13, 'an erase lies among the jobs', () => replaced(first('job', waiting), { kind: 'user-erase' })],
  [13, 'rows are left of a job that says it has none', () => replaced(first('job', waiting), { blk: undefined })],
  [10, 'a ttl is in milliseconds', () => replaced(first('letter'), { ttl: Date.now() })],
  [10, 'a person is listed under another org', () => replaced(first('user'), { lp: 'O#other#U#0' })],
])('rule %d notices when %s', (rule, _what, damage) => {
  const broken = brokenInvariants(damage(), service.clock.now());
  expect(broken.filter((text) => text.startsWith(`${rule}: `))).not.toEqual([]);
});

const replaced = (item: Item, by: object): Item[] =>
  items.map((other) => (other === item ? { ...item, ...by } : other));
