// Lists of people in Outreach's language: both syntaxes of filters, orders, pages both ways, what is shown of them.
import { beforeAll, describe, expect, test } from 'vitest';
import { numberOf } from '../../shared/model/ids.ts';
import type { User } from '../../shared/model/user.ts';
import { newCrowd } from '../support/crowd.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { newUserOf, newWorld, ok, type World } from '../support/world.ts';
import { outreachOf } from './outreach-speaker.ts';

let service: TestService;
let world: World;
let people: Json[];
let crowd: User[];
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
  crowd = (await newCrowd(service, 260)).users;
  people = await walk('/users?page[size]=100');
}, 60_000);

const { call, patch, create, newTeam } = outreachOf(() => world);

const behind = (link: string): string => link.split('/api/v2')[1] ?? '';
const get = (path: string): Promise<Json> => ok(call('GET', path));

/** All pages of a list, one after the other. */
async function walk(path: string): Promise<Json[]> {
  const all: Json[] = [];
  for (let next = path; next; ) {
    const { data, links } = await get(next);
    all.push(...data);
    next = links.next ? behind(links.next) : '';
  }
  return all;
}

const idsOf = (all: readonly Json[]): number[] => all.map(({ id }) => id);
const listed = async (query: string): Promise<number[]> => idsOf(await walk(`/users?page[size]=200&${query}`));
const those = (passes: (attributes: Json, user: Json) => boolean): number[] =>
  idsOf(people.filter((user) => passes(user.attributes, user)));
const q = encodeURIComponent;

describe('a filter', () => {
  const someone = () => people.filter(({ attributes }) => attributes.firstName === 'Ada')[3] as Json;
  const middle = () => people[100] as Json;

  test('finds by value, list, range and null in the old syntax', async () => {
    const { email } = someone().attributes;
    expect(await listed(`filter[email]=${q(email.toUpperCase())}`)).toEqual([someone().id]);
    expect(await listed('filter[firstName]=Ada,Li')).toEqual(
      those(({ firstName }) => ['Ada', 'Li'].includes(firstName)),
    );
    const [low, high] = [people[50]?.id, people[60]?.id];
    expect(await listed(`filter[id]=${low}..${high}`)).toEqual(idsOf(people.slice(50, 61)));
    expect(await listed(`filter[id]=${high}..inf`)).toEqual(idsOf(people.slice(60)));
    expect(await listed(`filter[id]=neginf..${low}`)).toEqual(idsOf(people.slice(0, 51)));
    const at = middle().attributes.createdAt;
    expect(await listed(`filter[createdAt]=${at}..inf`)).toEqual(those(({ createdAt }) => createdAt >= at));
    expect(await listed('filter[username]=__null__')).toEqual(those(({ username }) => username === null));
    expect(await listed('filter[username]=__notnull__')).toEqual(those(({ username }) => username !== null));
    expect(await listed('filter[updatedAt]=neginf..inf')).toEqual(idsOf(people));
  });

  test('takes values with commas and dots in the new one, and bounds by name', async () => {
    const { id, attributes } = await create({ firstName: 'One, two..three' });
    await service.project();
    people.push((await get(`/users/${id}`)).data);
    const name = q(attributes.firstName);
    expect(await listed(`newFilterSyntax=true&filter[firstName]=${name}`)).toEqual([id]);
    expect(await listed(`newFilterSyntax=true&filter[firstName][]=${name}&filter[firstName][]=Li`)).toEqual(
      those(({ firstName }) => [attributes.firstName, 'Li'].includes(firstName)),
    );
    const [low, high] = [people[50]?.id, people[60]?.id];
    const bounds = (lower: string, upper: string) =>
      listed(`newFilterSyntax=true&filter[id][${lower}]=${low}&filter[id][${upper}]=${high}`);
    expect(await bounds('gte', 'lte')).toEqual(idsOf(people.slice(50, 61)));
    expect(await bounds('gt', 'lt')).toEqual(idsOf(people.slice(51, 60)));
    const nulls = (text: string) => listed(`newFilterSyntax=true&filter[username]=${text}`);
    expect(await nulls('__null__')).toEqual(those(({ username }) => username === null));
    expect(await nulls('__notnull__')).toEqual(those(({ username }) => username !== null));
  });

  test('of ids finds those of the org, in the order of the list', async () => {
    const wanted = idsOf(people.filter((_, n) => n % 5 === 0)).slice(0, 50);
    expect(await listed(`filter[id]=${wanted.toReversed().join(',')},99`)).toEqual(wanted);
    const other = await newWorld(service, await service.secondOrg());
    const theirs = await newUserOf(other);
    expect(await listed(`filter[id]=${theirs.number}`)).toEqual([]);
    expect(await listed(`filter[id]=${theirs.number},${wanted[0]}`)).toEqual([wanted[0]]);
  });

  test('joins several, and knows who is locked', async () => {
    expect(await listed('filter[locked]=true')).toEqual(those(({ locked }) => locked));
    expect(await listed('filter[locked]=false&filter[lastName]=Smith')).toEqual(
      those(({ locked, lastName }) => !locked && lastName === 'Smith'),
    );
  });

  test('by role, team and profile goes by their ids', async () => {
    const team = await newTeam('Filtered');
    const [first, second] = [people[10] as Json, people[20] as Json];
    const teams = { relationships: { teams: { data: [{ type: 'team', id: team.number }] } } };
    const profile = { relationships: { profile: { data: { type: 'profile', id: 77 } } } };
    await ok(patch(first.id, {}, teams));
    await ok(patch(second.id, {}, profile));
    expect(await listed(`filter[teams][id]=${team.number}`)).toEqual([first.id]);
    expect(await listed('filter[profile][id]=77')).toEqual([second.id]);
    expect(await listed('filter[role][id]=2')).toEqual(
      those((_, { relationships }) => relationships.role.data.id === 2),
    );
    expect(await listed('filter[role][id]=99')).toEqual([]);
    expect(await listed('filter[teams][id]=99')).toEqual([]);
  });

  test.each([
    ['filter[title]=x', 'filter[title]'],
    ['filter[creator][id]=1', 'filter[creator][id]'],
    ['filter[profile][name]=x', 'filter[profile]'],
    ['filter[q]=x', 'filter[q]'],
    ['filter[id]=x', 'filter[id]'],
    ['filter[locked]=maybe', 'filter[locked]'],
    ['filter[createdAt]=yesterday', 'filter[createdAt]'],
    ['filter[id][gte]=1', 'filter[id]'],
    ['newFilterSyntax=yes', 'newFilterSyntax'],
    ['sort=title', 'sort'],
    ['sort=lastName,firstName,email,id', 'sort'],
    ['page[size]=0', 'page[size]'],
    ['page[size]=1001', 'page[size]'],
    ['page[offset]=10001', 'page[offset]'],
    ['page[size]=5&page[offset]=5', 'page[offset]'],
    ['page[after]=x&page[before]=y', 'page[before]'],
    ['page[after]=x', 'page'],
    ['include=pets', 'include'],
    ['include=role.users', 'include'],
    ['count=maybe', 'count'],
    ['count=true&count=true', 'count'],
    ['colour=red', 'colour'],
  ])('or parameter that is not there is refused by name: %s', async (query, parameter) => {
    const refused = await call('GET', `/users?${query}`);
    expect(refused.status, refused.body).toBe(422);
    expect(refused.json.errors[0]).toMatchObject({ id: 'validationError', source: { parameter } });
  });
});

describe('an order', () => {
  // Whoever was changed since stands elsewhere in the order of changes.
  beforeAll(async () => {
    people = await walk('/users?page[size]=100');
  });

  const fold = (text: string | null) => (text ?? '').toLowerCase().normalize('NFKD');

  test.each(['createdAt', 'updatedAt', 'email'])('by %s is the same both ways', async (name) => {
    const up = await listed(`sort=${name}`);
    expect(await listed(`sort=-${name}`)).toEqual(up.toReversed());
    const values = up.map((id) => fold(people.find((it) => it.id === id)?.attributes[name]));
    expect(values).toEqual(values.toSorted());
  });

  test('of several members sorts those of one value by the next', async () => {
    const all = await walk('/users?sort=locked,-firstName,createdAt&page[size]=90');
    expect(idsOf(all).toSorted()).toEqual(idsOf(people).toSorted());
    const locked = all.map(({ attributes }) => attributes.locked);
    expect(locked).toEqual(locked.toSorted());
    const free = all.filter(({ attributes }) => !attributes.locked && attributes.firstName === 'Ada');
    const times = free.map(({ attributes }) => attributes.createdAt);
    expect(times.length).toBeGreaterThan(3);
    expect(times).toEqual(times.toSorted());
  });
});

describe('pages', () => {
  test.each([
    'page[size]=17',
    'page[size]=20&sort=-lastName',
    'page[size]=40&sort=firstName,-email',
    'page[size]=40&sort=username',
    'page[size]=3&filter[firstName]=Ada',
    'page[size]=3&filter[locked]=true',
    'page[size]=3&filter[role][id]=2',
    'page[size]=20&filter[username]=__notnull__',
  ])('by cursor are the same backwards as forwards: %s', async (query) => {
    const forwards: number[][] = [];
    let last = '';
    for (let next = `/users?${query}`; next; ) {
      const { data, links } = await get(next);
      forwards.push(idsOf(data));
      last = next;
      next = links.next ? behind(links.next) : '';
    }
    expect(forwards.length).toBeGreaterThan(2);
    const backwards: number[][] = [];
    for (let prev = last; prev; ) {
      const { data, links } = await get(prev);
      backwards.unshift(idsOf(data));
      prev = links.prev ? behind(links.prev) : '';
    }
    expect(backwards.flat()).toEqual(forwards.flat());
    expect(backwards.slice(1)).toEqual(forwards.slice(-(backwards.length - 1)));
  });

  test('of a rare match among many go on until they are full, both ways', async () => {
    const rare = [21, 130, people.length - 2].map((n) => people[n]?.id as number);
    for (const id of rare) {
      await ok(patch(id, {}, { relationships: { profile: { data: { type: 'profile', id: 78 } } } }));
    }
    const query = '/users?page[size]=1&filter[profile][id]=78';
    const first = await get(query);
    const second = await get(behind(first.links.next));
    const third = await get(behind(second.links.next));
    expect([first, second, third].map(({ data }) => idsOf(data)[0])).toEqual(rare);
    expect(first.links.prev).toBeUndefined();
    const back = await get(behind(third.links.prev));
    expect(idsOf(back.data)).toEqual([rare[1]]);
    expect(idsOf((await get(behind(back.links.prev))).data)).toEqual([rare[0]]);
  });

  test('turn round anywhere, and the first has none before it', async () => {
    const first = await get('/users?page[size]=10');
    expect(first.links.prev).toBeUndefined();
    const second = await get(behind(first.links.next));
    const back = await get(behind(second.links.prev));
    expect(idsOf(back.data)).toEqual(idsOf(first.data));
    expect(idsOf((await get(behind(back.links.next))).data)).toEqual(idsOf(second.data));
    expect(back.links.prev).toBeUndefined();
    expect(back.links.first).toBe(first.links.first);
    expect(idsOf((await get(behind(first.links.first))).data)).toEqual(idsOf(first.data));
  });

  test('by offset name the last one, and count when asked', async () => {
    await service.project();
    const total = people.length;
    const page = await get('/users?page[offset]=20&page[limit]=20&count=true');
    expect(idsOf(page.data)).toEqual(idsOf(people.slice(20, 40)));
    expect(page.meta).toEqual({ count: total, count_truncated: false });
    const places = (link: string) => new URL(link).searchParams.get('page[offset]');
    expect(Object.fromEntries(Object.entries<string>(page.links).map(([name, link]) => [name, places(link)]))).toEqual({
      first: '0',
      prev: '0',
      next: '40',
      last: String(Math.floor((total - 1) / 20) * 20),
    });
    const last = await get(behind(page.links.last));
    expect(last.links.next).toBeUndefined();
    expect(idsOf(last.data).at(-1)).toBe(people.at(-1)?.id);
    expect((await get('/users?page[offset]=9999')).data).toEqual([]);
    expect((await get('/users')).meta).toBeUndefined();
  });

  test('carry as many as are asked for, a thousand at most', async () => {
    const { data, links } = await get('/users?page[size]=1000');
    expect(idsOf(data)).toEqual(idsOf(people));
    expect(links.next).toBeUndefined();
    expect((await get('/users')).data).toHaveLength(50);
  });

  test('count what a filter finds', async () => {
    const { meta, data } = await get('/users?page[size]=2&count=true&filter[lastName]=Smith');
    expect(meta).toEqual({ count: those(({ lastName }) => lastName === 'Smith').length, count_truncated: false });
    expect(data).toHaveLength(2);
  });
});

test('one user takes no parameters of lists', async () => {
  for (const query of ['filter[id]=1', 'page[size]=5', 'sort=email', 'count=true']) {
    const refused = await call('GET', `/users/${people[0]?.id}?${query}`);
    expect([refused.status, refused.json.errors[0].source.parameter]).toEqual([422, query.split('=')[0]]);
  }
});

test('a page costs a call for the people, and no more than what is shown beside them needs', async () => {
  const costs = async (query: string) => (await service.trace(() => get(`/users?${query}`))).length;
  expect(await costs('page[size]=50&fields[user]=firstName,role')).toBe(1);
  expect(await costs('page[size]=50&fields[user]=firstName,custom1')).toBe(2);
  // Three items each of fifty people, a hundred a call; and who made and changed them.
  expect(await costs('page[size]=50')).toBe(4);
  expect(await costs('page[size]=50&include=role,profile')).toBe(5);
});

describe('what is shown', () => {
  test('of people is what `fields` names, nothing for an empty one, and what it does not know is left out', async () => {
    const { data } = await get('/users?page[size]=1&fields[user]=firstName,custom1,role,nothing');
    expect(Object.keys(data[0].attributes)).toEqual(['firstName', 'custom1']);
    expect(Object.keys(data[0].relationships)).toEqual(['role']);
    const bare = (await get('/users?page[size]=1&fields[user]=')).data[0];
    expect(bare).toEqual({ type: 'user', id: people[0]?.id, attributes: {}, relationships: {}, links: bare.links });
  });

  test('in a list is what the person’s own document shows', async () => {
    for (const user of people.slice(0, 5)) expect((await get(`/users/${user.id}`)).data).toEqual(user);
  });

  test('beside each of a page is what the caller may do and is connected to, when asked', async () => {
    const { data } = await get('/users?page[size]=3&provideAuthorizationMeta=true&provideDataConnections=true');
    expect(data.map(({ meta }: Json) => meta)).toEqual(Array(3).fill({ canWrite: true, dataConnections: [] }));
    const bare = (await get('/users?page[size]=3')).data;
    expect(bare.map(({ meta }: Json) => meta)).toEqual(Array(3).fill(undefined));
  });

  test('is included once, whoever names it', async () => {
    const { included, data } = await get('/users?page[size]=100&include=role,profile&fields[role]=name');
    const numbers = new Set(data.map(({ relationships }: Json) => relationships.role.data.id));
    const roles = included.filter(({ type }: Json) => type === 'role');
    expect(new Set(idsOf(roles))).toEqual(numbers);
    expect(roles).toHaveLength(numbers.size);
    expect(Object.keys(roles[0].attributes)).toEqual(['name']);
    expect(included.find(({ type }: Json) => type === 'profile')).toMatchObject({ id: 77, attributes: { name: null } });
  });

  test('is everyone of the org but the deleted', () => {
    const living = crowd.filter(({ state }) => state !== 'deleted').map(({ id }) => numberOf(id));
    expect(idsOf(people)).toEqual(expect.arrayContaining(living));
    expect(idsOf(people)).not.toContain(crowd.find(({ state }) => state === 'deleted')?.number);
  });
});
