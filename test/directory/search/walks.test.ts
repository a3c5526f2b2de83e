// Walks while others write: whoever is there throughout, and whose place in the order nothing moves, is met exactly once;
// in the order of creation nobody is met twice. In each order, by each way that a filter takes, through teams and groups.
import { beforeAll, expect, test } from 'vitest';
import { dice } from '../../support/crowd.ts';
import { upTo } from '../../support/guests.ts';
import { type Json, type TestService, testService } from '../../support/service.ts';
import { newAddress, ok } from '../../support/world.ts';

const CROWD = 14;
const DEPARTMENT = 'Support';

let service: TestService;
let token: string;
let team: string;
let group: string;
/** Who is there, with what a filter asks of them. */
const people = new Map<string, { familyName: string; department: string; state: string; units: boolean }>();

const call = (method: string, path: string, body?: Json) =>
  service.call(method, path, { token, ...(body !== undefined && { body }) });

beforeAll(async () => {
  service = await testService();
  token = await service.tokenFor();
  team = (await ok(call('POST', '/v1/teams', { name: 'Walkers' }))).id;
  group = (await ok(call('POST', '/v1/groups', { name: 'Runners' }))).id;
});

type Change = 'create' | 'delete' | 'title' | 'rename' | 'address' | 'department' | 'state' | 'units';

const NAMES = ['Ångström', 'Moreau', 'Moreno', 'Smith', 'Morel'];

async function create(n: number): Promise<string> {
  const familyName = NAMES[n % NAMES.length] as string;
  const department = n % 4 ? DEPARTMENT : 'Sales';
  const profile = { familyName, department, title: `Title ${n % 4}` };
  const { id } = await ok(call('POST', '/v1/users', { email: newAddress(), profile }));
  people.set(id, { familyName, department, state: 'staged', units: false });
  if (n % 4) await units(id);
  return id;
}

async function units(id: string): Promise<void> {
  const person = people.get(id) as { units: boolean };
  const method = person.units ? 'DELETE' : 'PUT';
  for (const path of [`teams/${team}`, `groups/${group}`]) await call(method, `/v1/${path}/members/${id}`);
  person.units = !person.units;
}

async function patch(id: string, profile: Json): Promise<void> {
  await ok(call('PATCH', `/v1/users/${id}`, { profile }));
  Object.assign(people.get(id) as object, profile);
}

/** Does it to somebody, by chance. Resolves to whom. */
async function apply(change: Change, n: number): Promise<string> {
  if (change === 'create') return create(n);
  const id = [...people.keys()][n % people.size] as string;
  const person = people.get(id);
  if (change === 'delete') {
    people.delete(id);
    await ok(call('DELETE', `/v1/users/${id}`));
  } else if (change === 'title') await patch(id, { title: `Title ${n}` });
  else if (change === 'rename') await patch(id, { familyName: NAMES[(n * 7) % NAMES.length] });
  else if (change === 'department') await patch(id, { department: n % 3 ? DEPARTMENT : 'Sales' });
  else if (change === 'address') await ok(call('PATCH', `/v1/users/${id}`, { email: newAddress() }));
  else if (change === 'units') await units(id);
  else if (person) {
    const to = person.state === 'staged' ? 'deactivate' : 'activate';
    await ok(call('POST', `/v1/users/${id}/${to}`));
    person.state = to === 'activate' ? 'staged' : 'inactive';
  }
  return id;
}

interface Walk {
  path: () => string;
  /** Changes after which nothing is promised of whom they happened to. */
  moves: readonly Change[];
  /** In the order of creation. */
  created?: boolean;
  wanted?: (person: { familyName: string; department: string; state: string; units: boolean }) => boolean;
}

const EVERY: readonly Change[] = ['title', 'rename', 'address', 'department', 'state', 'units'];
const sorted = (sort: string, moves: readonly Change[], created = false): [string, Walk] => [
  `by ${sort}`,
  { path: () => `/v1/users?sort=${sort}`, moves, created },
];
const filtered = (filter: () => string, walk: Omit<Walk, 'path'>): Walk => ({
  ...walk,
  path: () => `/v1/users?filter=${encodeURIComponent(filter())}`,
});
const inDepartment = { wanted: ({ department }: { department: string }) => department === DEPARTMENT };
const inUnits = { moves: ['units'], created: true, wanted: (person: { units: boolean }) => person.units } as const;

const WALKS: [string, Walk][] = [
  sorted('createdAt', [], true),
  sorted('-createdAt', [], true),
  sorted('email', ['address']),
  sorted('-email', ['address']),
  sorted('familyName', ['rename']),
  sorted('-familyName', ['rename']),
  sorted('updatedAt', EVERY),
  sorted('-updatedAt', EVERY),
  sorted('profile.title', ['title']),
  [
    'of a state',
    filtered(() => 'state eq "staged"', {
      moves: ['state'],
      created: true,
      wanted: ({ state }) => state === 'staged',
    }),
  ],
  [
    'of a department',
    filtered(() => `profile.department eq "${DEPARTMENT}"`, { moves: ['department'], created: true, ...inDepartment }),
  ],
  [
    'of a department that everyone is looked at for',
    filtered(() => `profile.department co "uppor"`, { moves: ['department'], created: true, ...inDepartment }),
  ],
  [
    'of a beginning of a name',
    filtered(() => 'profile.familyName sw "mor"', {
      moves: ['rename'],
      wanted: ({ familyName }) => familyName.startsWith('Mor'),
    }),
  ],
  ['of a team, as a filter', filtered(() => `teams eq "${team}"`, inUnits)],
  ['of the members of a team', { path: () => `/v1/teams/${team}/members`, ...inUnits }],
  ['of the members of a group', { path: () => `/v1/groups/${group}/members`, ...inUnits }],
];

const CHANGES: readonly Change[] = ['create', 'create', 'delete', ...EVERY];
const RUNS = 5;

/** As many as before: whoever is too many goes, whoever is missing comes. */
async function refill(): Promise<void> {
  const extra = [...people.keys()].slice(CROWD);
  for (const id of extra) {
    people.delete(id);
    await ok(call('DELETE', `/v1/users/${id}`));
  }
  for (let n = people.size; n < CROWD; n++) await create(n);
  await service.project();
}

test.each(WALKS)(
  'a walk %s meets everyone who stays once, while others come, go and change',
  async (_, { path, moves, created, wanted = () => true }) => {
    let met = 0;
    for (const run of upTo(RUNS)) {
      const roll = dice(run * 7919);
      const limit = 1 + roll(5);
      service.advance(60_000);
      token = await service.tokenFor();
      await refill();
      const there = [...people].filter(([, person]) => wanted(person)).map(([id]) => id);
      const moved = new Set<string>();
      const seen: string[] = [];
      let cursor: string | undefined;
      // An order by the last change may be walked for ever by one who goes on changing.
      for (let page = 0; page === 0 || (cursor && page < 40); page++) {
        const url = `${path()}${path().includes('?') ? '&' : '?'}limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`;
        const change = CHANGES[roll(CHANGES.length)] as Change;
        // Side by side: the change may come before the page, behind it or in its midst.
        const [{ items, nextCursor }, id] = await Promise.all([ok(call('GET', url)), apply(change, roll(1000))]);
        if (change === 'delete' || change === 'create' || moves.includes(change)) moved.add(id);
        seen.push(...items.map((item: Json) => item.id));
        if (roll(2)) await service.project();
        cursor = nextCursor;
      }
      const steady = there.filter((id) => !moved.has(id));
      met += steady.length;
      const times = (id: string) => seen.filter((one) => one === id).length;
      expect(
        steady.filter((id) => times(id) !== 1),
        `run ${run}, pages of ${limit}`,
      ).toEqual([]);
      if (created) expect(new Set(seen).size).toBe(seen.length);
    }
    expect(met).toBeGreaterThan(2 * RUNS);
  },
  60_000,
);
