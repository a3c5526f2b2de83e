import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FIELDS } from '../../shared/model/fields.ts';
import { type Filter, matches, membersOf, parseFilter } from '../../shared/model/filter.ts';
import { hasCode, problemOf } from '../../shared/model/problem.ts';

const refusal = (text: string): string | undefined => {
  try {
    parseFilter(text);
  } catch (error) {
    expect(hasCode(error, 'filter-invalid')).toBe(true);
    return problemOf(error)?.detail;
  }
  return undefined;
};

describe('reading a filter', () => {
  test.each<[string, Filter]>([
    ['state eq "active"', { member: 'state', operator: 'eq', value: 'active' }],
    ['  STATE EQ "active" ', { member: 'state', operator: 'eq', value: 'active' }],
    ['profile.FamilyName sw "Lo"', { member: 'profile.familyName', operator: 'sw', value: 'Lo' }],
    ['number gt 12.5', { member: 'number', operator: 'gt', value: 12.5 }],
    ['notifications.enabled eq true', { member: 'notifications.enabled', operator: 'eq', value: true }],
    ['profile.title eq null', { member: 'profile.title', operator: 'eq', value: null }],
    ['profile.title pr', { member: 'profile.title', present: true }],
    ['contact pr', { member: 'contact', present: true }],
    ['preferences.map.theme eq "dark"', { member: 'preferences.map.theme', operator: 'eq', value: 'dark' }],
    [
      'activity.seenFrom.web ge "2026-01-01T00:00:00Z"',
      { member: 'activity.seenFrom.web', operator: 'ge', value: '2026-01-01T00:00:00Z' },
    ],
    [
      'contact.addresses[type eq "WORK" and address co "@"]',
      {
        member: 'contact.addresses',
        where: {
          and: [
            { member: 'contact.addresses.type', operator: 'eq', value: 'WORK' },
            { member: 'contact.addresses.address', operator: 'co', value: '@' },
          ],
        },
      },
    ],
    [
      'A or B and not (C) or D'.replace(/[ABCD]/g, (name) => `custom.custom${'ABCD'.indexOf(name) + 1} pr`),
      {
        or: [
          { member: 'custom.custom1', present: true },
          { and: [{ member: 'custom.custom2', present: true }, { not: { member: 'custom.custom3', present: true } }] },
          { member: 'custom.custom4', present: true },
        ],
      },
    ],
    ['username eq "a\\u0022b\\\\"', { member: 'username', operator: 'eq', value: 'a"b\\' }],
  ])('%s', (text, filter) => {
    expect(parseFilter(text)).toEqual(filter);
  });

  test.each([
    ['', 'name of a member'],
    ['state', 'operator'],
    ['state eq', 'value'],
    ['state eq active', 'value'],
    ['state is "active"', 'operator'],
    ['state eq "activ"', 'one of'],
    ['shoeSize eq 3', 'no such member'],
    ['password eq "x"', 'no such member'],
    ['__proto__ pr', 'no such member'],
    ['constructor.name eq "x"', 'no such member'],
    ['profile eq "x"', 'no single value'],
    ['number eq "3"', 'number'],
    ['number co 3', 'pieces'],
    ['notifications.enabled gt true', 'only equal'],
    ['email eq 3', 'string'],
    ['email gt null', 'null'],
    ['createdAt gt "yesterday"', 'moment'],
    ['(state eq "active"', '")"'],
    ['state eq "active")', 'the end'],
    ['state eq "active" email eq "x"', 'the end'],
    ['not state eq "active"', 'operator'],
    ['state eq "unfinished', 'no part'],
    ['state eq "a\nb"', 'no part'],
    ['state[value eq "x"]', 'no members'],
    ['contact.addresses[phones[x eq "1"] pr]', 'no members'],
    ['state eq 01', 'no part'],
    ['state eq "active" && email pr', 'no part'],
    [`${'('.repeat(40)}state pr${')'.repeat(40)}`, 'deep'],
    [Array(51).fill('email pr').join(' or '), 'more than 50'],
    [`email eq "${'x'.repeat(1000)}"`, 'longer'],
  ])('refuses %j', (text, why) => {
    expect(refusal(text)).toContain(why);
  });

  test('grows with its length and no faster, whatever it is made of', () => {
    const pieces = [
      '(',
      ')',
      '[',
      ']',
      '"',
      '\\',
      ' ',
      '.',
      '-',
      '1',
      'e',
      'state',
      'eq',
      'not',
      'and',
      'or',
      '\u0000',
      '😀',
    ];
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 400 }).map((all) => all.join(''));
    fc.assert(
      fc.property(text, (given) => void refusal(given)),
      { numRuns: 500 },
    );
  });

  test('the table of members holds every kind of value and nothing secret', () => {
    const types = new Set([...FIELDS.values()].map(({ type }) => type));
    expect([...types].sort()).toEqual(['boolean', 'instant', 'number', 'string']);
    expect([...FIELDS.keys()].filter((path) => /hash|secret|token$|nonce|questions\.answer/i.test(path))).toEqual([]);
    expect(FIELDS.get('custom.custom1')).toMatchObject({ type: 'string', maxLength: 225 });
  });
});

// Members of every shape, with few values, so that random comparisons often hold.
const texts = ['ada', 'Ada', 'lovelace', 'Zürich', '', 'a', 'É'];
const moments = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z', '2026-06-01T12:00:00.500Z'];
const text = fc.constantFrom(...texts);
const record = fc.record(
  {
    id: fc.constantFrom('x', 'X'),
    email: text,
    number: fc.integer({ min: 0, max: 3 }),
    createdAt: fc.constantFrom(...moments),
    roles: fc.array(fc.constantFrom('owner', 'member'), { maxLength: 2 }),
    notifications: fc.record({ enabled: fc.boolean() }, { requiredKeys: [] }),
    profile: fc.record({ givenName: text, skills: fc.array(text, { maxLength: 2 }) }, { requiredKeys: [] }),
    preferences: fc.record({ map: fc.dictionary(fc.constantFrom('a', 'a.b'), text) }, { requiredKeys: [] }),
    contact: fc.record(
      {
        addresses: fc.array(fc.record({ type: fc.constantFrom('WORK', 'HOME'), address: text }, { requiredKeys: [] }), {
          maxLength: 3,
        }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

const comparison = fc.oneof(
  fc.record({
    member: fc.constantFrom(
      'id',
      'email',
      'profile.givenName',
      'profile.skills',
      'preferences.map.a',
      'preferences.map.a.b',
      'contact.addresses.address',
    ),
    operator: fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'),
    value: text,
  }),
  fc.record({
    member: fc.constant('number'),
    operator: fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'),
    value: fc.integer({ min: 0, max: 3 }),
  }),
  fc.record({
    member: fc.constant('createdAt'),
    operator: fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'),
    value: fc.constantFrom(...moments),
  }),
  fc.record({
    member: fc.constant('notifications.enabled'),
    operator: fc.constantFrom('eq', 'ne'),
    value: fc.boolean(),
  }),
  fc.record({
    member: fc.constantFrom('email', 'profile.skills', 'number'),
    operator: fc.constantFrom('eq', 'ne'),
    value: fc.constant(null),
  }),
  fc.record({
    member: fc.constantFrom('email', 'profile', 'contact.addresses', 'roles'),
    present: fc.constant(true as const),
  }),
) as fc.Arbitrary<Filter>;

const within = fc.record({
  member: fc.constant('contact.addresses'),
  where: fc.letrec<{ part: Filter }>((tie) => ({
    part: fc.oneof(
      { depthSize: 'small' },
      fc.record({
        member: fc.constantFrom('contact.addresses.address'),
        operator: fc.constantFrom('eq', 'sw', 'ne'),
        value: text,
      }) as fc.Arbitrary<Filter>,
      fc.record({ and: fc.array(tie('part'), { minLength: 2, maxLength: 2 }) }),
      fc.record({ not: tie('part') }),
    ),
  })).part,
}) as fc.Arbitrary<Filter>;

const filters = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small' },
    comparison,
    within,
    fc.record({ and: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }) }),
    fc.record({ or: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }) }),
    fc.record({ not: tie('filter') }),
  ),
})).filter;

/** How deep its parentheses and brackets lie within each other. */
function depthOf(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const sign of text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '')) {
    if (sign === '(' || sign === '[') deepest = Math.max(deepest, ++depth);
    if (sign === ')' || sign === ']') depth--;
  }
  return deepest;
}

/** The text of a filter, with every pair of parentheses there can be. */
function print(filter: Filter, under = ''): string {
  const name = (member: string) => (under ? member.slice(under.length + 1) : member);
  if ('and' in filter) return filter.and.map((part) => `(${print(part, under)})`).join(' and ');
  if ('or' in filter) return filter.or.map((part) => `(${print(part, under)})`).join(' or ');
  if ('not' in filter) return `not (${print(filter.not, under)})`;
  if ('where' in filter) return `${filter.member}[${print(filter.where, filter.member)}]`;
  if ('present' in filter) return `${name(filter.member)} pr`;
  return `${name(filter.member)} ${filter.operator} ${JSON.stringify(filter.value)}`;
}

/** The same judgement written the other way round: from the values to the verdict, without the table of members. */
function naive(filter: Filter, given: unknown, under = ''): boolean {
  if ('and' in filter) return !filter.and.some((part) => !naive(part, given, under));
  if ('or' in filter) return !filter.or.every((part) => !naive(part, given, under));
  if ('not' in filter) return naive(filter.not, given, under) === false;
  const path = under ? filter.member.slice(under.length + 1) : filter.member;
  const values = collect(given, path).filter(
    (value) => JSON.stringify(value) !== '""' && JSON.stringify(value) !== '{}',
  );
  if ('where' in filter)
    return collect(given, path).filter((value) => naive(filter.where, value, filter.member)).length > 0;
  if ('present' in filter) return values.length > 0;
  if (filter.value === null) return filter.operator === 'eq' ? values.length === 0 : values.length > 0;
  const exact = filter.member === 'id' || filter.member.startsWith('preferences.map');
  const key = (value: unknown) => {
    if (filter.member === 'createdAt') return Date.parse(String(value));
    return typeof value === 'string' && !exact ? value.toLowerCase() : value;
  };
  const wanted = key(filter.value) as string;
  const holds = (value: string) =>
    ({
      eq: value === wanted,
      ne: value === wanted,
      co: String(value).indexOf(wanted) >= 0,
      sw: String(value).slice(0, String(wanted).length) === wanted,
      ew: String(wanted) === '' || String(value).slice(-String(wanted).length) === wanted,
      gt: value > wanted,
      ge: !(value < wanted),
      lt: value < wanted,
      le: !(value > wanted),
    })[filter.operator];
  const any = values.map((value) => holds(key(value) as string)).includes(true);
  return filter.operator === 'ne' ? !any : any;
}

function collect(value: unknown, path: string): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => collect(item, path));
  if (path === '') return value === undefined || value === null ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  if (path.startsWith('preferences.map.')) {
    const map = (value as { preferences?: { map?: Record<string, unknown> } }).preferences?.map;
    return collect(map?.[path.slice('preferences.map.'.length)], '');
  }
  const dot = `${path}.`.indexOf('.');
  return collect((value as Record<string, unknown>)[path.slice(0, dot)], path.slice(dot + 1));
}

describe('a filter', () => {
  test('that is printed reads as itself', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        const printed = print(filter);
        fc.pre(printed.length <= 1000 && depthOf(printed) <= 10);
        expect(parseFilter(printed)).toEqual(filter);
      }),
      { numRuns: 2000 },
    );
  });

  test('judges as a judge that knows no table of members', () => {
    let passed = 0;
    fc.assert(
      fc.property(filters, record, (filter, given) => {
        const verdict = matches(filter, given);
        if (verdict) passed++;
        expect(verdict, print(filter)).toBe(naive(filter, given));
      }),
      { numRuns: 5000 },
    );
    expect(passed).toBeGreaterThan(1000);
  });

  test('names the members that it looks at', () => {
    const filter = parseFilter('email pr and not (contact.addresses[type eq "WORK"] or profile.title pr)');
    expect(membersOf(filter)).toEqual(['email', 'contact.addresses', 'contact.addresses.type', 'profile.title']);
  });
});
