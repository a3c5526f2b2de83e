import { describe, expect, test } from 'vitest';
import { numberOf, packId, unpackId, uuidV7 } from '../../shared/model/ids.ts';
import { fold, h, keys, letterIds, partitions } from '../../shared/store/keys.ts';

const id = (ms: number, fill: number) => uuidV7(ms, new Uint8Array(10).fill(fill));
const [o, other, u] = [id(1_700_000_000_000, 1), id(1_700_000_000_001, 2), id(1_700_000_000_002, 3)];

describe('a letter', () => {
  test('about a person or an address lies in a partition of theirs; any other by its id', () => {
    const person = keys.letter(letterIds.ofPerson(u, o));
    expect(person).toEqual({ pk: partitions.lettersTo(u), sk: `L#${packId(o)}` });
    const asked = keys.letter(letterIds.ofAsk(h('ada@example.test'), 29_000_000));
    expect(asked).toEqual({ pk: partitions.resetsAsked('ada@example.test'), sk: 'L#29000000' });
    expect(keys.letter(o)).toEqual({ pk: `OB#${o}`, sk: 'L' });
    expect(letterIds.ofPerson(u, o)).toMatch(/^[A-Za-z0-9_-]{1,128}$/);
  });

  test('of a person whose id begins or ends with what parts ids is found all the same', () => {
    for (let i = 0; i < 300; i++) {
      const [whose, letter] = [id(1_600_000_000_000 + i * 7919, i % 256), id(1_700_000_000_000 + i, (i * 7) % 256)];
      expect(keys.letter(letterIds.ofPerson(whose, letter)).pk).toBe(partitions.lettersTo(whose));
    }
  });
});

describe('packed ids', () => {
  test('are 22 characters, come back whole and keep the order of time', () => {
    const ids = Array.from({ length: 200 }, (_, i) => id(1_700_000_000_000 + i * 977, (i * 37) % 256));
    const packed = ids.map(packId);
    expect(packed.map(unpackId)).toEqual(ids);
    expect(new Set(packed.map(({ length }) => length))).toEqual(new Set([22]));
    expect([...packed].sort()).toEqual(
      [...packed].sort((a, b) => ids[packed.indexOf(a)]?.localeCompare(ids[packed.indexOf(b)] ?? '') ?? 0),
    );
  });

  test('hold no separator of keys', () => {
    for (let i = 0; i < 200; i++) expect(packId(id(1_600_000_000_000 + i * 7919, i))).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });
});

describe('keys', () => {
  const ofOrg = {
    org: keys.org(o),
    admins: keys.admins(o),
    user: keys.user(o, u),
    side: keys.side(o, u, 'p'),
    activity: keys.activity(o, u),
    membership: keys.membership(o, u, other),
    credential: keys.credential(o, u),
    link: keys.link(o, u, 'reset', u),
    currentLink: keys.currentLink(o, u, 'reset'),
    session: keys.session(o, u, u),
    invite: keys.invite(o, u),
    client: keys.client(o, u),
    externalId: keys.externalIdClaim(o, 'x'),
    audit: keys.audit(o, '2026-11-22', '2026-11-22T00:00:00.000Z', 'op'),
  };

  test('of what an org owns begin with the org, and no two are the same', () => {
    const all = Object.values(ofOrg);
    for (const { pk } of all) expect(pk === `O#${packId(o)}` || pk.startsWith(`O#${packId(o)}#`)).toBe(true);
    expect(new Set(all.map(({ pk, sk }) => `${pk} ${sk}`)).size).toBe(all.length);
  });

  test('put credentials and links, and sessions, into partitions of their own', () => {
    const { credential, link, currentLink, session } = ofOrg;
    for (const { pk } of [credential, link, currentLink]) expect(pk.split('#')[2]).toBe('S');
    expect(session.pk.split('#')[2]).toBe('V');
  });

  test('hash what people type: no value can reach into another key', () => {
    const hostile = ['x#y', 'x y', 'O#1', '#', '', 'a\0b', 'x'.repeat(10_000)];
    const made = hostile.flatMap((value) => [
      keys.emailClaim(value),
      keys.usernameClaim(value),
      keys.externalIdClaim(o, value),
      keys.limiter('what', value, '1'),
      keys.idempotency(value, value),
    ]);
    expect(new Set(made.map(({ pk }) => pk)).size).toBe(made.length);
    for (const { pk } of made) expect(pk.length).toBeLessThan(120);
    expect(keys.idempotency('a', 'bc').pk).not.toBe(keys.idempotency('ab', 'c').pk);
    expect(h('a', 'b')).toHaveLength(32);
  });

  test('find a username in any case', () => {
    expect(keys.usernameClaim('Ada')).toEqual(keys.usernameClaim('aDA'));
  });

  test('give numbers below 2^53 in the order of creation', () => {
    const numbers = [o, other, u].map(numberOf);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(numbers.every(Number.isSafeInteger)).toBe(true);
  });
});

test('deleted people are browsed apart from the others', () => {
  expect(partitions.users(o)).not.toBe(partitions.deletedUsers(o));
});

test('sort values fold case and accents away', () => {
  expect(['Émile', 'ÅNGSTRÖM', 'e'].map(fold)).toEqual(['emile', 'angstrom', 'e']);
});
