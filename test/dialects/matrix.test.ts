// One record, five languages: made in one, read in another, changed there, read back in the first, for every pair and over
// every member that both can say. What the other cannot say stays as it was.
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { readAttributes, systems } from '../../infra/operate/attributes.ts';
import type { Access, Row, Wire } from '../../shared/dialect/fields.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type TestService, testService } from '../support/service.ts';
import { newAddress, newUserOf, newWorld, ok, type World } from '../support/world.ts';
import { LANGUAGES, type Language } from './matrix-languages.ts';
import { type Fixture, MEMBERS } from './matrix-members.ts';

type Record_ = Readonly<Record<string, unknown>>;

let service: TestService;
let world: World;
let fixture: Fixture;
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
  const made = async (kind: string) => {
    const names = ['One', 'Two', 'Three'].map((name) => ({ name: `${kind} ${name}` }));
    const all = names.map((body) => ok(service.call('POST', `/v1/${kind}`, { token: world.client, body })));
    return (await Promise.all(all)).map(({ id }) => id as string).sort();
  };
  const managers = [(await newUserOf(world)).id, (await newUserOf(world)).id];
  const [teams, groups, divisions] = [await made('teams'), await made('groups'), await made('divisions')];
  fixture = { managers, teams, groups, divisions, orgId: world.seed.orgId };
});

/** How rows may be used: by a create, by a change, by a reader. */
const USES: Readonly<Record<'create' | 'change' | 'show', readonly Access[]>> = {
  create: ['both', 'create', 'accepted'],
  change: ['both', 'accepted'],
  show: ['both', 'create', 'shown'],
};

const rowsFor = ({ rows }: Language, use: keyof typeof USES): Row[] =>
  rows.filter(({ access, path }) => MEMBERS.has(path) && USES[use].includes(access));

/** Places that a language can write; the address of somebody new is chosen by the test. */
const placesOf = (language: Language, use: 'create' | 'change'): string[] => {
  const places = rowsFor(language, use).map(({ path }) => path);
  return [...new Set(places)].filter((path) => use === 'change' || path !== 'email');
};

/** Values for these places: for all of them, or for some. */
const values = (places: readonly string[], all: boolean): fc.Arbitrary<Record_> =>
  fc.record(
    Object.fromEntries(places.map((path) => [path, MEMBERS.get(path)?.(fixture) ?? fc.constant(undefined)])),
    all ? {} : { requiredKeys: [] },
  );

/** The values as a language writes or shows them, as far as it has words for them. */
const said = (language: Language, use: keyof typeof USES, record: Record_): Wire =>
  Object.fromEntries(
    rowsFor(language, use).flatMap(({ wire, path, codec }) =>
      path in record ? [[wire, codec.show(record[path])]] : [],
    ),
  );

const names = Object.keys(LANGUAGES);
const pairs = names.flatMap((one) => names.map((other) => [one, other] as const));

describe.each(pairs)('made in %s and changed in %s', (first, second) => {
  const [a, b] = [LANGUAGES[first] as Language, LANGUAGES[second] as Language];

  async function journey(made: Record_, changed: Record_): Promise<void> {
    const id = await a.create(world, newAddress(), said(a, 'create', made));
    expect(await b.read(world, id)).toMatchObject(said(b, 'show', made));
    await b.update(world, id, said(b, 'change', changed));
    expect(await b.read(world, id)).toMatchObject(said(b, 'show', { ...made, ...changed }));
    expect(await a.read(world, id)).toMatchObject(said(a, 'show', { ...made, ...changed }));
  }

  const both = (all: boolean) => [values(placesOf(a, 'create'), all), values(placesOf(b, 'change'), all)] as const;

  test('a person reads the same in both, with everything set', async () => {
    await fc.assert(fc.asyncProperty(...both(true), journey), { numRuns: 2, endOnFailure: true });
  });

  test('a person reads the same in both, with anything set', async () => {
    await fc.assert(fc.asyncProperty(...both(false), journey), { numRuns: 3, endOnFailure: true });
  });
});

/** What the directory alone sets, or shows of what is set elsewhere: no client writes it. */
const OWN_DOING =
  /^(id|number|legacyId|orgId|version|(created|updated)(At|By)|(activated|invited|termsAccepted)At|activity\..+)$|^security\.(?!mustChange|questions)/;

/** A reader is shown a link alone; and the address, whatever the username. */
const OTHERWISE = ['outreach relations.batches', 'axway username'];

/** Attributes that somebody can set, by their places in the matrix. */
async function settable(system: (typeof systems)[number]): Promise<string[]> {
  const homes = (await readAttributes())[system].flatMap(({ home }) => home ?? []);
  return homes
    .filter((home) => !OWN_DOING.test(home) && !OTHERWISE.includes(`${system} ${home}`))
    .map((home) => (home === 'state' ? 'inactive' : home));
}

describe('the matrix', () => {
  test.each(systems)('takes every attribute of %s that anybody can set', async (system) => {
    const language = LANGUAGES[system] as Language;
    const said = [...rowsFor(language, 'show'), ...rowsFor(language, 'change')].map(({ path }) => path);
    const lost = (await settable(system)).filter((home) => !said.some((path) => `${home}.`.startsWith(`${path}.`)));
    expect(lost).toEqual([]);
  });

  test('has as many members as each language writes in a change, and shows', () => {
    const counted = Object.entries(LANGUAGES).map(([name, language]) => {
      const shown = new Set(rowsFor(language, 'show').map(({ path }) => path));
      return [name, placesOf(language, 'change').length, shown.size];
    });
    expect(counted).toEqual([
      ['native', 121, 121],
      ['axway', 9, 13],
      ['identity', 14, 15],
      ['genesys', 24, 31],
      ['outreach', 82, 83],
    ]);
  });
});

describe.each(names.filter((name) => name !== 'native'))('a document of %s', (name) => {
  const [native, language] = [LANGUAGES.native as Language, LANGUAGES[name] as Language];

  /** What their client would send back: all that it was shown and may write. */
  async function shown(id: string): Promise<Wire> {
    const document = await language.read(world, id);
    const writable = rowsFor(language, 'change').filter(({ access }) => access === 'both');
    return Object.fromEntries(writable.flatMap(({ wire }) => (wire in document ? [[wire, document[wire]]] : [])));
  }

  test('that comes back as it was shown keeps all that it could not show', async () => {
    const everything = values(placesOf(native, 'create'), true);
    await fc.assert(
      fc.asyncProperty(everything, async (made) => {
        const whole = {
          ...made,
          ...{ roles: ['viewer', 'member'], teams: fixture.teams },
          'profile.givenName': 'é'.repeat(200),
          'relations.mailbox': { type: 'mailbox', id: 3, name: 'Inbox' },
          'relations.phones': [{ type: 'phone', id: 4, name: 'Desk' }],
        };
        const id = await native.create(world, newAddress(), said(native, 'create', whole));
        const before = await native.read(world, id);
        await language.update(world, id, await shown(id));
        expect(await native.read(world, id)).toEqual(before);
      }),
      { numRuns: 2, endOnFailure: true },
    );
  });
});

test('the table is sound after all of it', async () => {
  expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
});
