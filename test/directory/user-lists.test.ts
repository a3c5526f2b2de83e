// Lists of people: orders, walks while others come and go, cursors that fit nowhere else, filters, fields.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { upTo } from '../support/guests.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { newAddress, ok } from '../support/world.ts';

fc.configureGlobal({ seed: 20260101 });

let service: TestService;
let token: string;
const people: Json[] = [];

const call = (path: string, by = token) => service.call('GET', path, { token: by });
const list = (query: Record<string, string | number> = {}, by = token) =>
  call(
    `/v1/users?${new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]))}`,
    by,
  );
const create = (body: Json = {}): Promise<Json> =>
  ok(service.call('POST', '/v1/users', { token, body: { email: newAddress(), ...body } }));
const remove = (id: string) => service.call('DELETE', `/v1/users/${id}`, { token });

/** Every item of a walk, page by page; `between` runs after each page. */
async function walk(query: Record<string, string | number>, between?: () => Promise<unknown>): Promise<Json[]> {
  const items = [];
  let cursor: string | undefined;
  do {
    const page = await ok(list({ ...query, ...(cursor && { cursor }) }));
    expect(page.items.length).toBeLessThanOrEqual(Number(query.limit ?? 50));
    items.push(...page.items);
    cursor = page.nextCursor;
    await between?.();
  } while (cursor);
  return items;
}

const NAMES = [
  ['Ångström', 'Anders'],
  ['Smithson', 'Ann'],
  ['smith', 'Zoe'],
  ['Smith', 'adam'],
  ['Smith Jones', 'Amy'],
  ['Öztürk', 'Ali'],
  ['Zimmer', 'Bo'],
] as const;
const IN_ORDER = ['Ångström', 'Öztürk', 'Smith', 'smith', 'Smith Jones', 'Smithson', 'Zimmer'];

beforeAll(async () => {
  service = await testService();
  token = await service.tokenFor();
  for (const [familyName, givenName] of NAMES) people.push(await create({ profile: { familyName, givenName } }));
  for (const n of upTo(5)) people.push(await create({ username: `user${n}`, externalId: `E ${n}` }));
  // Deleted people are in no list that does not ask for them.
  await remove((await create()).id);
});

const ids = (items: Json[]) => items.map(({ id }) => id);

describe('the orders of a list', () => {
  it('of creation is the default and runs oldest first', async () => {
    const items = (await ok(list())).items;
    expect(ids(items).slice(1)).toEqual(ids(people));
    expect(ids((await ok(list({ sort: 'createdAt' }))).items)).toEqual(ids(items));
    expect(ids((await ok(list({ sort: '-createdAt' }))).items)).toEqual(ids(items).reverse());
  });

  it('by address is alphabetical', async () => {
    const up = (await ok(list({ sort: 'email' }))).items.map(({ email }: Json) => email);
    expect(up).toEqual([...up].sort());
    expect(up).toHaveLength(people.length + 1);
    expect((await ok(list({ sort: '-email' }))).items.map(({ email }: Json) => email)).toEqual(up.reverse());
  });

  it('by family name folds case and accents and puts a name before its longer kin', async () => {
    const named = (items: Json[]) => items.flatMap(({ profile }) => profile?.familyName ?? []);
    const up = named((await ok(list({ sort: 'familyName' }))).items);
    expect(up).toEqual(IN_ORDER);
    expect(named((await ok(list({ sort: '-familyName' }))).items)).toEqual(up.reverse());
  });

  it.each([
    'createdAt',
    '-createdAt',
    'email',
    '-email',
    'familyName',
    '-familyName',
    'updatedAt',
    '-number',
    'id',
    'profile.title',
    '-profile.givenName',
    'version',
  ])('by %s is the same whatever the size of the pages', async (sort) => {
    const whole = ids((await ok(list({ sort, limit: 200 }))).items);
    for (const limit of [1, 2, 3, 5, 13]) expect(ids(await walk({ sort, limit }))).toEqual(whole);
  });

  it.each(['passwordHash', '_pk', 'profile.skills', 'profile', '--email', ''])('by %j there is not', async (sort) => {
    expect(await list({ sort })).toMatchObject({ status: 422, json: { issues: [{ pointer: '/sort' }] } });
  });
});

describe('a walk', () => {
  it('meets everyone who stays exactly once, while others come and go', async () => {
    const own = await testService();
    const by = await own.tokenFor();
    const post = async () => {
      const body = { email: newAddress(), profile: { familyName: `F${Math.abs(seed * 7919) % 100}` } };
      return (await ok(own.call('POST', '/v1/users', { token: by, body }))).id as string;
    };
    let seed = 1;
    const change = fc.record({
      sort: fc.constantFrom('createdAt', '-createdAt', 'email', '-email', 'familyName'),
      limit: fc.integer({ min: 1, max: 7 }),
      steps: fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ sort, limit, steps }) => {
        own.advance(60_000);
        const fresh = await own.tokenFor();
        const passing = [await post(), await post()];
        const staying: string[] = ids((await ok(own.call('GET', '/v1/users?limit=200', { token: fresh }))).items);
        const seen: string[] = [];
        let path: string | undefined = `/v1/users?limit=${limit}&sort=${sort}`;
        for (let step = 0; path; step++) {
          const page = await own.call('GET', path, { token: fresh });
          seen.push(...ids((await ok(page)).items));
          path = /^<(.*)>; rel="next"$/.exec(page.headers.link ?? '')?.[1];
          seed++;
          if (steps[step % steps.length]) passing.push(await post());
          else if (step < 2) await ok(own.call('DELETE', `/v1/users/${passing.shift()}`, { token: fresh }));
          if (step > 60) break;
        }
        const gone = (await ok(own.call('GET', '/v1/users?limit=200', { token: fresh }))).items;
        const stayed = staying.filter((id) => ids(gone).includes(id));
        expect(new Set(seen).size).toBe(seen.length);
        expect(stayed.filter((id) => !seen.includes(id))).toEqual([]);
        for (const id of ids(gone).slice(3)) await ok(own.call('DELETE', `/v1/users/${id}`, { token: fresh }));
      }),
      { numRuns: 12 },
    );
  });

  it('says where it goes on in the answer and in the Link header, and on the last page in neither', async () => {
    await service.project();
    const first = await list({ limit: 3, sort: '-email', filter: 'state eq "staged"' });
    const link = /^<(.*)>; rel="next"$/.exec(first.headers.link ?? '')?.[1] as string;
    expect(new URL(link, 'http://x.test').searchParams.get('cursor')).toBe(first.json.nextCursor);
    const second = await ok(call(link));
    expect(second).toEqual(
      await ok(list({ limit: 3, sort: '-email', filter: 'state eq "staged"', cursor: first.json.nextCursor })),
    );
    const all = await list({ limit: 200 });
    expect(all.json.nextCursor).toBeUndefined();
    expect(all.headers.link).toBeUndefined();
  });

  it('shows a person as soon as they are there', async () => {
    const user = await create();
    expect(ids((await ok(list({ sort: '-createdAt', limit: 1 }))).items)).toEqual([user.id]);
    await remove(user.id);
    expect(ids((await ok(list({ limit: 200 }))).items)).not.toContain(user.id);
  });
});

describe('a cursor', () => {
  const cursorOf = async (query: Record<string, string | number>) =>
    (await ok(list({ limit: 2, ...query }))).nextCursor;

  it('fits no other order, filter, fields, route or org', async () => {
    const cursor = await cursorOf({ sort: 'email' });
    const refused = { status: 400, json: { code: 'cursor-invalid' } };
    const queries: Record<string, string>[] = [
      {},
      { sort: '-email' },
      { sort: 'familyName' },
      { sort: 'email', filter: 'state eq "staged"' },
      { sort: 'email', fields: 'custom' },
      { filter: 'email eq "a@b.test"' },
    ];
    for (const query of queries) {
      expect(await list({ ...query, cursor })).toMatchObject(refused);
    }
    expect(await call(`/v1/invites?cursor=${cursor}`)).toMatchObject(refused);
    expect(await call(`/v1/orgs/${service.seed.orgId}/clients?cursor=${cursor}`)).toMatchObject(refused);
    const other = await service.secondOrg();
    const abroad = await service.tokenFor(other.clientId, other.clientSecret);
    expect(await list({ sort: 'email', cursor }, abroad)).toMatchObject(refused);
    expect((await list({ sort: 'email', cursor, limit: 5 })).status).toBe(200);
  });

  it('cannot be forged, cut, stretched or made of a table key', async () => {
    const cursor: string = await cursorOf({});
    const bytes = Buffer.from(cursor, 'base64url');
    const edited = (at: number) => {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy.toString('base64url');
    };
    const raw = JSON.stringify({ pk: 'O#x', sk: 'U', lp: 'O#x#U#0', sc: 'x' });
    const forged = [
      ...[0, 1, 16, 17, bytes.length - 1].map(edited),
      ...[cursor.slice(0, -1), `${cursor}A`, `${cursor}=`, `${cursor} `, '', 'junk', 'A'.repeat(1000)],
      ...[raw, Buffer.from(raw).toString('base64'), Buffer.from(raw).toString('base64url')],
    ];
    for (const cursor of forged) {
      expect(await list({ cursor }), cursor).toMatchObject({ status: 400, json: { code: 'cursor-invalid' } });
    }
    expect((await list({ cursor: 'A'.repeat(1001) })).status).toBe(422);
  });

  it('stays under a kilobyte for the longest names and addresses', async () => {
    const own = await testService();
    const by = await own.tokenFor();
    const email = `${'a'.repeat(64)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.test`;
    const body = { email, profile: { familyName: '漢'.repeat(60), givenName: '字'.repeat(60) } };
    for (const n of upTo(2)) {
      await ok(own.call('POST', '/v1/users', { token: by, body: { ...body, email: email.replace('a', `${n}`) } }));
    }
    for (const sort of ['email', '-familyName', 'createdAt']) {
      let path: string | undefined = `/v1/users?limit=1&sort=${sort}`;
      for (let pages = 0; path && pages < 5; pages++) {
        const page = await own.call('GET', path, { token: by });
        expect(page.status).toBe(200);
        expect(page.json.nextCursor?.length ?? 0).toBeLessThan(1000);
        path = /^<(.*)>; rel="next"$/.exec(page.headers.link ?? '')?.[1];
      }
    }
  });
});

describe('a limit', () => {
  it.each(['0', '-1', '201', '1000000000', '10000000000', 'NaN', '1.5', '1e2', '', ' 5', '0x10'])(
    'of %j is refused',
    async (limit) => {
      expect(await list({ limit })).toMatchObject({ status: 422, json: { issues: [{ pointer: '/limit' }] } });
    },
  );

  it('given twice, or beside an unknown name, is refused', async () => {
    expect((await call('/v1/users?limit=1&limit=2')).status).toBe(422);
    expect(await call('/v1/users?colour=red')).toMatchObject({
      status: 422,
      json: { issues: [{ pointer: '/colour' }] },
    });
  });

  it('holds, and 50 is the default', async () => {
    expect((await ok(list({ limit: 1 }))).items).toHaveLength(1);
    expect((await ok(list({ limit: 200 }))).items.length).toBeGreaterThan(people.length);
  });
});

describe('a filter', () => {
  it('finds by each claimed value at once, in any case of name and operator', async () => {
    const user = await create({ username: 'Finder', externalId: 'Find "me" \\ 1' });
    for (const filter of [
      `email eq "${user.email}"`,
      `EMAIL EQ "${user.email.toUpperCase()}"`,
      'username eq "fINDER"',
      `externalId eq ${JSON.stringify(user.externalId)}`,
      `number eq ${user.number}`,
      `number eq ${user.number} and state eq "staged" AND username eq "finder"`,
      `state eq "staged" and email eq "${user.email}"`,
    ]) {
      expect(ids((await ok(list({ filter }))).items), filter).toEqual([user.id]);
    }
    for (const filter of [
      `number eq ${user.number} and state eq "active"`,
      `email eq "${user.email}" and username eq "somebody"`,
      `externalId eq "find \\"me\\" \\\\ 1"`,
      'email eq "no address"',
      'state eq "staged" and state eq "active"',
      'state eq "erased"',
    ]) {
      expect((await ok(list({ filter }))).items, filter).toEqual([]);
    }
  });

  it('by state shows those in it, the deleted only when asked for', async () => {
    const [stays, goes] = [await create({ invite: true }), await create()];
    await remove(goes.id);
    await service.project();
    expect(ids(await walk({ filter: 'state eq "invited"', limit: 1 }))).toEqual([stays.id]);
    const deleted = await walk({ filter: 'state eq "deleted"', limit: 1 });
    expect(ids(deleted)).toContain(goes.id);
    expect(new Set(deleted.map(({ state }) => state))).toEqual(new Set(['deleted']));
    expect((await ok(list({ filter: `email eq "${goes.email}"` }))).items).toEqual([]);
    const asked = await ok(list({ filter: `email eq "${goes.email}" and state eq "deleted"` }));
    expect(ids(asked.items)).toEqual([goes.id]);
  });

  it.each([
    'passwordHash eq "x"',
    '_pk eq "O#x"',
    'profile.familyName.x eq "x"',
    'security.passwordHash eq "x"',
    'hash eq "x"',
    '__proto__ eq "x"',
    'constructor eq "x"',
    'email eq a',
    'email eq "a',
    'email eq "a" and',
    'state eq "deleted" or email pr',
    'email eq "a\u0001"',
    'email eq "\\x"',
    'email eq 1',
    'email eq true',
    'email eq TRUE',
    'number eq "1"',
    'state eq "gone"',
    'state eq FALSE',
    'username eq "x" or 1 eq 1',
    `username eq "${'x'.repeat(1000)}"`,
    '',
    ' ',
  ])('%j is refused', async (filter) => {
    expect(await list({ filter })).toMatchObject({ status: 400, json: { code: 'filter-invalid' } });
  });

  it('that few pass evaluates within a budget and goes on by cursor', async () => {
    const own = await testService();
    const by = await own.tokenFor();
    for (const n of upTo(30)) {
      const body = { email: newAddress(), ...(n % 10 === 0 && { profile: { title: 'Pilot' } }) };
      await ok(own.call('POST', '/v1/users', { token: by, body }));
    }
    const calls = await own.trace(async () => {
      const page = await ok(own.call('GET', '/v1/users?filter=profile.title+eq+"pilot"&limit=2', { token: by }));
      expect(page.items).toHaveLength(2);
      expect(page.nextCursor).toBeTypeOf('string');
    });
    expect(calls.map(({ input }) => input.Limit)).toEqual([4, 996]);
  });

  it('finds somebody once to whom several of their words lead', async () => {
    const { id } = await create({ profile: { givenName: 'Quintina', familyName: 'Quintero' } });
    await service.project();
    const filter = 'profile.familyName sw "quint"';
    expect(ids((await ok(list({ filter }))).items)).toEqual([id]);
    expect(await ok(call(`/v1/users/count?${new URLSearchParams({ filter })}`))).toMatchObject({ count: 1 });
    await remove(id);
  });
});

describe('what an item shows', () => {
  const whole = {
    profile: { givenName: 'Ada', title: 'Engineer', skills: ['algebra'] },
    contact: { jabberId: 'ada@jabber.test' },
    preferences: { locale: 'de-DE', map: { theme: 'dark' } },
    custom: { custom1: 'one' },
    notifications: {},
  };

  it('is the core, and the other groups when fields name them', async () => {
    const user = await create(whole);
    const one = async (fields?: string) =>
      (await ok(list({ filter: `number eq ${user.number}`, ...(fields && { fields }) }))).items[0];
    const core = await one();
    expect(core.profile).toEqual({ givenName: 'Ada', title: 'Engineer', displayName: 'Ada' });
    expect(core.preferences).toEqual({ locale: 'de-DE' });
    expect(core.contact).toEqual(whole.contact);
    expect(core.custom).toBeUndefined();
    expect(await one('custom')).toEqual({ ...core, custom: whole.custom });
    expect((await one('profile')).profile.skills).toEqual(['algebra']);
    expect(await one('preferences')).toEqual({ ...core, preferences: whole.preferences });
    const got = await ok(call(`/v1/users/${user.id}`));
    expect(await one('profile,preferences,custom,telephony,notifications,savedViews,provisioning,activity')).toEqual(
      got,
    );
    const page = await ok(list({ fields: 'custom,profile', sort: '-createdAt', limit: 3 }));
    expect(page.items[0]).toMatchObject({ custom: whole.custom, profile: { skills: ['algebra'] } });
  });

  it('is never a secret, and no path into the table', async () => {
    for (const fields of [
      'passwordHash',
      '_pk',
      'security.hash',
      'custom.custom9',
      'profile.',
      '',
      'custom,',
      '__proto__',
    ]) {
      expect((await list({ fields })).status, fields).toBe(422);
    }
    expect(JSON.stringify((await ok(list({ limit: 200 }))).items)).not.toMatch(/argon2|"hash"|"pk"|"lp"|"ep"/);
  });
});
