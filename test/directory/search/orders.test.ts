// Orders of several members, walks towards the beginning, people by a list of claimed values.
import { beforeAll, expect, test } from 'vitest';
import { listUsers, type UserListInput } from '../../../shared/directory/user-lists.ts';
import type { User } from '../../../shared/model/user.ts';
import { type Crowd, newCrowd } from '../../support/crowd.ts';
import { testService } from '../../support/service.ts';

let crowd: Crowd;
let living: User[];
beforeAll(async () => {
  crowd = await newCrowd(await testService(), 150);
  living = crowd.users.filter(({ state }) => state !== 'deleted');
}, 60_000);

const list = (input: UserListInput) => listUsers(crowd.ctx, input);
const ids = (users: readonly { id: string }[]) => users.map(({ id }) => id);

async function walk(input: UserListInput): Promise<User[]> {
  const all: User[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await list({ ...input, cursor });
    if (input.back) all.unshift(...page.items);
    else all.push(...page.items);
    cursor = input.back ? page.previousCursor : page.nextCursor;
    if (cursor === undefined) return all;
  }
}

/** The seeded owner is no member of the crowd. */
const known = (users: readonly User[]): User[] => users.filter(({ id }) => living.some((one) => one.id === id));

test.each(['createdAt', '-familyName', 'email', 'profile.title', 'state,-createdAt'])(
  'a walk by %s from the end meets the same people in the same order',
  async (sort) => {
    const forwards = await walk({ sort, limit: 9 });
    expect(known(forwards)).toHaveLength(living.length);
    expect(ids(await walk({ sort, limit: 9, back: true }))).toEqual(ids(forwards));
  },
);

test('a walk turns round at any page', async () => {
  const first = await list({ limit: 10, sort: 'email' });
  const second = await list({ limit: 10, sort: 'email', cursor: first.nextCursor });
  const back = await list({ limit: 10, sort: 'email', cursor: second.previousCursor, back: true });
  expect(ids(back.items)).toEqual(ids(first.items));
  const again = await list({ limit: 10, sort: 'email', cursor: back.nextCursor });
  expect(ids(again.items)).toEqual(ids(second.items));
});

test('people of one value stand in the order of the next member', async () => {
  const users = known(await walk({ sort: 'state=inactive,-profile.title,email', limit: 20 }));
  const place = ({ state, profile, email = '' }: User): [boolean, string, string] => [
    state === 'inactive',
    (profile?.title ?? '').toLowerCase(),
    email,
  ];
  for (const [n, user] of users.slice(1).entries()) {
    const [was, is] = [place(users[n] as User), place(user)];
    expect(Number(was[0])).toBeLessThanOrEqual(Number(is[0]));
    if (was[0] !== is[0]) continue;
    // Those without a title come first where the order descends.
    expect(was[1] === '' || (is[1] !== '' && was[1] >= is[1])).toBe(true);
    if (was[1] === is[1]) expect(was[2] <= is[2]).toBe(true);
  }
});

test('an order of more than four members is refused', async () => {
  await expect(list({ sort: 'state,email,username,createdAt,number' })).rejects.toThrow('input-invalid');
});

test('people by a list of claimed values are looked up, not looked for', async () => {
  const wanted = living.filter((_, n) => n % 7 === 0);
  const filter = { or: wanted.map(({ number }) => ({ member: 'number', operator: 'eq' as const, value: number })) };
  const { items, explain } = await list({ filter, explain: true, sort: '-createdAt', limit: 200 });
  expect(ids(items)).toEqual(ids(wanted.toReversed()));
  expect(explain).toMatchObject({ by: 'claims', on: 'number', evaluated: wanted.length, calls: 2 });
});
