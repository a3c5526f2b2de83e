// The planner against a judge that looks at everyone: whatever way it takes, it finds the same people.
import { beforeAll, expect, test } from 'vitest';
import { countUsers } from '../../../shared/directory/search/count.ts';
import { listUsers } from '../../../shared/directory/user-lists.ts';
import { conjunctsOf, matches, parseFilter } from '../../../shared/model/filter.ts';
import {
  type Crowd,
  DEPARTMENTS,
  DIVISIONS,
  DOMAINS,
  dice,
  FAMILY,
  GIVEN,
  newCrowd,
  TITLES,
} from '../../support/crowd.ts';
import { type TestService, testService } from '../../support/service.ts';

let service: TestService;
let crowd: Crowd;

beforeAll(async () => {
  service = await testService();
  crowd = await newCrowd(service, 240);
}, 60_000);

const roll = dice(11);
const pick = <T>(all: readonly T[]): T => all[roll(all.length)] as T;
const text = (value: string) => JSON.stringify(value);
/** The beginning of a value, or all of it, in some case. */
const part = (value: string) =>
  pick([value, value.slice(0, 1 + roll(4)), value.toUpperCase(), value.toLowerCase()]).toWellFormed();

function comparison(): string {
  const { records } = crowd;
  const someone = pick(records);
  const at = text(someone.createdAt);
  return pick([
    () => `email eq ${text(someone.email ?? '')}`,
    () => `email sw ${text((someone.email ?? '').slice(0, 2 + roll(3)))}`,
    () => `email ew ${text(`@${pick(DOMAINS)}`)}`,
    () => `email co ${text(pick(['ada', '1', '@']))}`,
    () => `username eq ${text(someone.username ?? 'nobody')}`,
    () => `username sw ${text(pick(['us', 'User1', 'x']))}`,
    () => `externalId eq ${text(someone.externalId ?? 'none')}`,
    () => `number ${pick(['eq', 'gt', 'le'])} ${crowd.users[roll(crowd.users.length)]?.number}`,
    () => `id eq ${text(someone.id)}`,
    () => `legacyId eq ${text(pick(crowd.users).legacyId)}`,
    () => `createdAt ${pick(['gt', 'ge', 'lt', 'le', 'eq'])} ${at}`,
    () => `updatedAt ${pick(['gt', 'ge', 'lt', 'le'])} ${text(someone.updatedAt)}`,
    () => `state ${pick(['eq', 'ne'])} ${text(pick(['staged', 'invited', 'active', 'inactive', 'Active']))}`,
    () => 'state eq "deleted"',
    () => `security.locked ${pick(['pr', 'pr'])}`,
    () => `roles ${pick(['eq', 'ne'])} ${text(pick(['viewer', 'admin', 'member', 'owner']))}`,
    () => `divisionId eq ${text(pick(DIVISIONS))}`,
    () => `profile.department ${pick(['eq', 'sw', 'ne'])} ${text(part(pick(DEPARTMENTS)))}`,
    () => `profile.managerId eq ${text(pick(records.slice(0, 5)).id)}`,
    () => `profile.title ${pick(['eq', 'co', 'ew'])} ${text(part(pick(TITLES)))}`,
    () => `profile.givenName ${pick(['sw', 'eq', 'co'])} ${text(part(pick(GIVEN)))}`,
    () => `profile.familyName ${pick(['sw', 'eq', 'ge'])} ${text(part(pick(FAMILY)))}`,
    () => `profile.displayName ${pick(['sw', 'eq', 'co'])} ${text(part(pick([...GIVEN, ...FAMILY])))}`,
    () => `preferences.locale eq "de-DE"`,
    () => `custom.custom1 ${pick(['eq', 'pr'])}`.replace('eq', `eq ${text(pick(TITLES))}`),
    () => 'profile.title pr',
  ])();
}

function filter(depth = 0): string {
  const kind = roll(depth > 2 ? 2 : 6);
  if (kind < 2) return comparison();
  const parts = Array.from({ length: 2 + roll(2) }, () => filter(depth + 1));
  if (kind < 4) return parts.map((one) => `(${one})`).join(' and ');
  return kind === 4 ? parts.map((one) => `(${one})`).join(' or ') : `not (${parts[0]})`;
}

const SORTS = [undefined, '-createdAt', 'email', 'familyName', '-updatedAt', 'profile.title', '-version', 'state'];

/** A filter the list takes: deleted people are asked for by the outermost `and` alone. */
async function walk(given: string, sort: string | undefined): Promise<string[] | undefined> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const limit = pick([1, 7, 50, 200]);
    const page = await listUsers(crowd.ctx, { filter: given, sort, limit, cursor }).catch((error: Error) => {
      if (error.message === 'filter-invalid' && !cursor) return undefined;
      throw error;
    });
    if (!page) return undefined;
    expect(page.items.length).toBeLessThanOrEqual(limit);
    found.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor);
  return found;
}

test('hundreds of random filters in every order find exactly those who match', async () => {
  const ways = new Map<string, number>();
  let found = 0;
  for (let n = 0; n < 400; n++) {
    const given = filter();
    if (given.length > 900) continue;
    const sort = pick(SORTS);
    const walked = await walk(given, sort);
    if (!walked) continue;
    const tree = parseFilter(given);
    const page = await listUsers(crowd.ctx, { filter: given, sort, limit: 1, explain: true });
    const way = page.explain?.by ?? '';
    ways.set(way, (ways.get(way) ?? 0) + 1);
    const deleted = conjunctsOf(tree).some((it) => 'value' in it && it.member === 'state' && it.value === 'deleted');
    const wanted = crowd.users.filter((user) => (user.state === 'deleted') === deleted && matches(tree, user));
    const owner = walked.filter((id) => !crowd.users.some((user) => user.id === id));
    expect(new Set(walked).size, given).toBe(walked.length);
    expect(walked.filter((id) => !owner.includes(id)).sort(), `${given} by ${sort} (${way})`).toEqual(
      wanted.map(({ id }) => id).sort(),
    );
    found += walked.length;
  }
  expect(found).toBeGreaterThan(2000);
  expect([...ways.keys()].sort()).toEqual(expect.arrayContaining(['claim', 'entries', 'everyone', 'id', 'index']));
}, 120_000);

test('pages come in the order asked for, those without a value last', async () => {
  const titles = async (sort: string) =>
    (await listUsers(crowd.ctx, { sort, limit: 200 })).items.map(({ profile }) => profile?.title?.toLowerCase());
  const up = await titles('profile.title');
  const named = up.filter((title) => title !== undefined);
  expect(up.slice(0, named.length)).toEqual([...named].sort());
  const down = (await titles('-profile.title')).filter((title) => title !== undefined);
  expect(down).toEqual([...down].sort().reverse());
});

test('counts are exact for a state and for everyone, and complete for a filter within the budget', async () => {
  const { users, ctx } = crowd;
  const states = ['staged', 'invited', 'inactive', 'deleted'] as const;
  for (const state of states) {
    const count = users.filter((user) => user.state === state).length;
    expect(await countUsers(ctx, `state eq "${state}"`)).toEqual({ count, complete: true });
  }
  await service.project();
  const all = await countUsers(ctx);
  // The seeded owner is one of them.
  expect(all.count).toBe(users.filter(({ state }) => state !== 'deleted').length + 1);
  const engineers = users.filter(({ state, profile }) => state !== 'deleted' && /engineer/i.test(profile?.title ?? ''));
  expect(await countUsers(ctx, 'profile.title co "engineer"')).toEqual({ count: engineers.length, complete: true });
});

test('an explanation tells the units that the emulator counted', async () => {
  const wanted = [undefined, 'divisionId pr', `divisionId eq "${DIVISIONS[0]}"`, 'custom.custom1 pr'];
  for (const given of wanted) {
    let told = 0;
    const calls = await service.trace(async () => {
      const page = await listUsers(crowd.ctx, { filter: given, limit: 50, explain: true });
      told = page.explain?.readUnits ?? 0;
    });
    expect(told).toBeGreaterThan(0);
    expect(calls.length).toBeGreaterThan(0);
    const { explain } = await listUsers(crowd.ctx, { filter: given, limit: 50, explain: true });
    expect(explain).toMatchObject({ calls: calls.length, readUnits: told });
  }
});
