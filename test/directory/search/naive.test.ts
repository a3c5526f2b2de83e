// The planner against a naive filter: thousands of random filters over every member there is, in every order, in pages of
// any size, with any selection. Whatever way is taken, it finds whom a look at everyone finds, and shows what they have.
import { beforeAll, expect, test } from 'vitest';
import { countUsers } from '../../../shared/directory/search/count.ts';
import { listUsers } from '../../../shared/directory/user-lists.ts';
import { FIELDS, type Field, PARENTS } from '../../../shared/model/fields.ts';
import { LIST_FIELDS, type User } from '../../../shared/model/user.ts';
import { fold } from '../../../shared/store/keys.ts';
import type { Item, Key, Table } from '../../../shared/store/table.ts';
import { dice } from '../../support/crowd.ts';
import { at, holds, type Naive, written } from '../../support/naive-filter.ts';
import { anyValue, newRandomPeople, PAIRS, type RandomPeople, TEXTS, UNITS } from '../../support/random-people.ts';
import { type Json, testService } from '../../support/service.ts';

const COMBINATIONS = 2500;

let people: RandomPeople;

beforeAll(async () => {
  const service = await testService();
  people = await newRandomPeople(service, 48);
  // The owner, whom the service was opened with, is counted as well.
  await service.project();
  people.ctx.table = still(people.ctx.table);
}, 60_000);

/** Nobody writes here: each question to the emulator is asked once, and its answer kept. */
function still(table: Table): Table {
  const pages = new Map<string, ReturnType<Table['query']>>();
  const items = new Map<string, Item | undefined>();
  const nameOf = ({ pk, sk }: Key) => `${pk} ${sk}`;
  const getMany: Table['getMany'] = async (keys) => {
    const unknown = keys.filter((key) => !items.has(nameOf(key)));
    const found = await table.getMany(unknown);
    for (const [i, key] of unknown.entries()) items.set(nameOf(key), found[i]);
    return keys.map((key) => items.get(nameOf(key)));
  };
  return {
    ...table,
    getMany,
    get: async (key) => (await getMany([key]))[0],
    query(input) {
      const { units: _units, ...asked } = input;
      const name = JSON.stringify(asked);
      const page = pages.get(name) ?? table.query(asked);
      pages.set(name, page);
      return page;
    },
  };
}

const roll = dice(23);
const pick = <T>(all: readonly T[]): T => all[roll(all.length)] as T;

const EVERY: readonly Field[] = [
  ...FIELDS.values(),
  ...[...PARENTS.values()].flatMap(({ path, free }) =>
    free ? PAIRS.map((name) => ({ ...free, path: `${path}.${name}` })) : [],
  ),
];
const compared = new Set<string>();

/** What somebody has there, or what anybody could have; of a text now and then a piece of it, in some case. */
function wantedOf(field: Field): string | number | boolean {
  const there = at(pick(people.users), field.path).filter((value) => typeof value !== 'object');
  return there.length > 0 ? pick(there) : anyValue(field, roll);
}

const piece = (text: string) =>
  pick([text, text.slice(0, 1 + roll(4)), text.slice(-3), text.toUpperCase(), text.toLowerCase()]).toWellFormed();

function comparison(field: Field, path = field.path): Naive {
  compared.add(field.path);
  const value = wantedOf(field);
  const few = roll(12);
  if (few === 0) return { path, operator: 'pr' };
  if (few === 1) return { path, operator: pick(['eq', 'ne']), value: null };
  if (field.type === 'boolean') return { path, operator: pick(['eq', 'ne']), value };
  const ordering = ['eq', 'eq', 'ne', 'gt', 'ge', 'lt', 'le'];
  if (field.type === 'number') return { path, operator: pick(ordering), value };
  const operator = pick([...ordering, 'co', 'sw', 'sw', 'ew']);
  const whole = field.type === 'instant' || field.options !== undefined;
  const pieces = ['co', 'sw', 'ew'].includes(operator) || (!whole && roll(4) === 0);
  return { path, operator, value: pieces ? piece(String(value)) : value };
}

/** Members one after the other: chance alone leaves one out now and then. */
const inTurn = (): Field => EVERY[turn++ % EVERY.length] as Field;
let turn = 0;

const fieldOf = (path: string): Field => FIELDS.get(path) as Field;

/** The members that a way leads to, more often than chance would name them. */
const LED: readonly (() => Naive)[] = [
  ...['email', 'username', 'externalId', 'number', 'legacyId', 'id'].map((path) => () => equal(path)),
  ...['createdAt', 'updatedAt', 'number', 'email', 'profile.familyName'].map((path) => () => comparison(fieldOf(path))),
  ...['profile.givenName', 'profile.displayName', 'username'].map((path) => () => comparison(fieldOf(path))),
  ...['state', 'roles', 'divisionId', 'profile.department', 'profile.managerId'].map((path) => () => equal(path)),
  () => ({ path: 'state', operator: 'eq', value: 'deleted' }),
  () => ({ path: pick(['id', 'legacyId', 'email']), operator: 'eq', value: 'nobody' }),
  () => ({ path: 'security.locked', operator: 'pr' }),
  () => ({ path: 'email', operator: 'ew', value: `@${pick(['example.test', 'OTHER.test'])}` }),
  () => ({ path: pick(['teams', 'groups']), operator: 'eq', value: pick(UNITS) }),
  () => {
    const [authority, key] = ['authority', 'key'].map((name) => equal(`provisioning.externalIds.${name}`, name));
    return { path: 'provisioning.externalIds', where: { and: [authority as Naive, key as Naive] } };
  },
];

function equal(path: string, as = path): Naive {
  const field = fieldOf(path);
  compared.add(path);
  return { path: as, operator: 'eq', value: wantedOf(field) };
}

const LISTS = [...PARENTS.values()].filter(({ many, free }) => many && !free).map(({ path }) => path);

function bracketed(): Naive {
  const path = pick(LISTS);
  const inside = EVERY.filter((field) => field.path.startsWith(`${path}.`));
  const one = () => {
    const field = pick(inside);
    return comparison(field, field.path.slice(path.length + 1));
  };
  return { path, where: roll(2) ? one() : { [pick(['and', 'or'])]: [one(), one()] } } as Naive;
}

function one(): Naive {
  const kind = roll(10);
  if (kind < 4) return pick(LED)();
  if (kind < 5) return bracketed();
  return kind < 6 ? { path: pick([...PARENTS.keys()]), operator: 'pr' } : comparison(inTurn());
}

function filter(depth = 0): Naive {
  const kind = roll(depth > 1 ? 3 : 7);
  if (kind < 3) return one();
  const parts = Array.from({ length: 2 + roll(2) }, () => filter(depth + 1));
  if (kind < 5) return { and: parts };
  return kind === 5 ? { or: parts } : { not: parts[0] as Naive };
}

const partsOf = (given: Naive): Naive[] => ('and' in given ? given.and.flatMap(partsOf) : [given]);
const isDeleted = (given: Naive): boolean =>
  'value' in given && given.path === 'state' && given.operator === 'eq' && given.value === 'deleted';
/** Whether the deleted are asked for at a place where a list would have to mix them with the others. */
function mixes(given: Naive): boolean {
  if ('and' in given) return given.and.some(mixes);
  return 'or' in given ? given.or.some(mixes) : isDeleted(given);
}

const byName = ({ profile: { familyName = '', givenName = '' } = {}, id }: User) =>
  `${fold(`${familyName}\u0001${givenName}`)}#${id}`;

const INDEXED: Record<string, (user: User) => string> = {
  createdAt: ({ id }) => id,
  id: ({ id }) => id,
  number: ({ id }) => id,
  updatedAt: ({ updatedAt, id }) => `${updatedAt}#${id}`,
  email: ({ email, id }) => `${email}#${id}`,
  familyName: byName,
  'profile.familyName': byName,
};

/** Everybody in this order: by an index as it sorts, else absent ones last and people of one value as they were made. */
function ordered(users: readonly User[], member: string): User[] {
  const key = INDEXED[member];
  const value = (user: User): Json => at(user, member)[0];
  const text = (found: Json) => (typeof found === 'number' ? found : fold(String(found)));
  const compare = (a: User, b: User): number => {
    if (key) return key(a) < key(b) ? -1 : 1;
    const [x, y] = [value(a), value(b)];
    if ((x === undefined) !== (y === undefined)) return x === undefined ? 1 : -1;
    if (x !== undefined && text(x) !== text(y)) return text(x) < text(y) ? -1 : 1;
    return a.id < b.id ? -1 : 1;
  };
  return [...users].sort(compare);
}

const SINGLE = [...FIELDS.values()].filter(({ many }) => !many).map(({ path }) => path);
const PATHS = [...FIELDS.keys(), ...PARENTS.keys()];

interface Asked {
  given: Naive;
  sort: string;
  fields: string[];
}

const asked = (): Asked => ({
  given: filter(),
  sort: pick(['', '-']) + (roll(3) ? pick(Object.keys(INDEXED)) : pick(SINGLE)),
  fields: pick([
    () => [],
    () => [pick(LIST_FIELDS), pick(LIST_FIELDS)],
    () => Array.from({ length: 1 + roll(4) }, () => pick(PATHS)),
  ])(),
});

/** Pages until the last; undefined when the filter is refused. */
async function walk({ given, sort, fields }: Asked, limit: number): Promise<{ items: User[]; by: string } | undefined> {
  const items: User[] = [];
  let by = '';
  let cursor: string | undefined;
  do {
    const selection = fields.length > 0 ? { fields: fields.join(',') } : {};
    const input = { filter: written(given), sort, limit, cursor, explain: true, ...selection };
    const page = await listUsers(people.ctx, input).catch((error: Error) => {
      if (error.message === 'filter-invalid' && !cursor) return undefined;
      throw error;
    });
    if (!page) return undefined;
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    by = page.explain?.by ?? '';
    cursor = page.nextCursor;
  } while (cursor);
  return { items, by };
}

/** A selection shows what it names and nothing else; groups are shown whole, and whatever else is shown is what they have. */
function checkShown(item: User, user: User, fields: readonly string[]): void {
  const shown: Json = JSON.parse(JSON.stringify(item));
  const groups = fields.every((name) => LIST_FIELDS.includes(name as never));
  for (const path of fields) expect(at(shown, path), path).toEqual(at(user, path));
  if (groups) {
    expect(user).toMatchObject(shown);
    return;
  }
  // Of a list no element is cut.
  const whole = (path: string) => LISTS.find((list) => path.startsWith(`${list}.`)) ?? path;
  const named = ['id', ...fields.map(whole)];
  const unasked = EVERY.map(({ path }) => path).filter(
    (path) => at(shown, path).length > 0 && !named.some((it) => path === it || path.startsWith(`${it}.`)),
  );
  expect(unasked).toEqual([]);
}

test(`${COMBINATIONS} filters, orders, sizes of pages and selections find and show what a look at everyone does`, async () => {
  const known = new Map(people.users.map((user) => [user.id, user]));
  const ways = new Map<string, number>();
  let [found, refused] = [0, 0];
  for (let n = 0; n < COMBINATIONS; n++) {
    const question = asked();
    const { given, sort, fields } = question;
    const text = written(given);
    const what = `${text} by ${sort}`;
    if (text.length > 1000) continue;
    const deleted = partsOf(given).some(isDeleted);
    const matching = people.users.filter((user) => (user.state === 'deleted') === deleted && holds(given, user));
    // Where many match, pages of one would look at all of them for each.
    const walked = await walk(question, pick(matching.length > 12 ? [15, 50, 200] : [1, 2, 5, 200]));
    if (!deleted && mixes(given)) {
      expect(walked, what).toBeUndefined();
      refused++;
      continue;
    }
    const up = ordered(matching, sort.replace('-', ''));
    const wanted = (sort.startsWith('-') ? up.reverse() : up).map(({ id }) => id);
    // The owner is none of the crowd.
    const items = walked?.items.filter(({ id }) => known.has(id)) ?? [];
    expect(
      items.map(({ id }) => id),
      `${what} (${walked?.by})`,
    ).toEqual(wanted);
    for (const shown of items.slice(0, 3)) checkShown(shown, known.get(shown.id) as User, fields);
    if (n % 2) {
      const { count, complete } = await countUsers(people.ctx, text);
      const owner = (walked?.items.length ?? 0) - items.length;
      expect({ count, complete }, text).toEqual({ count: wanted.length + owner, complete: true });
    }
    ways.set(walked?.by ?? '', (ways.get(walked?.by ?? '') ?? 0) + 1);
    found += items.length;
  }
  expect(found).toBeGreaterThan(5 * COMBINATIONS);
  expect(refused).toBeGreaterThan(10);
  expect(EVERY.filter(({ path }) => !compared.has(path)).map(({ path }) => path)).toEqual([]);
  for (const way of ['claim', 'entries', 'everyone', 'id', 'index', 'members', 'nothing']) {
    expect(ways.get(way), way).toBeGreaterThan(10);
  }
}, 240_000);

test('a filter by every text in every case finds by words what a look at everyone does', async () => {
  const names = ['profile.givenName', 'profile.familyName', 'profile.displayName'];
  for (const path of names) {
    for (const value of TEXTS.flatMap((text) => [text, text.toLowerCase(), text.toUpperCase(), text.slice(0, 2)])) {
      const given: Naive = { path, operator: 'sw', value };
      const wanted = people.users.filter((user) => user.state !== 'deleted' && holds(given, user));
      const { count } = await countUsers(people.ctx, written(given));
      expect(count, written(given)).toBe(wanted.length);
    }
  }
});
