// What a new password may be: length, the list and what is made of it, words that are known of the person.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMMON_PASSWORDS } from '../../shared/security/common-passwords.ts';
import { checkPassword, MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../../shared/security/password-policy.ts';

const PERSON = ['j.doe-smith@mail.acme-corp.example', 'Zoë', 'Müller', 'Northwind Traders'];

const codesOf = (password: string, context: readonly string[] = [], minLength = MIN_PASSWORD_LENGTH) =>
  checkPassword(password, { minLength, context }).map((issue) => issue.code);

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 140 }),
  fc.string({ unit: 'grapheme', maxLength: 140 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 140 }).map((units) => String.fromCharCode(...units)),
  fc
    .array(fc.constantFrom('password', 'dragon', 'abcd', '1234', 'p4ss', ' ', '-', '!', 'xq'), { maxLength: 20 })
    .map((p) => p.join('')),
);

describe('the length', () => {
  test('is 15 at least, however little the caller asks for', () => {
    expect(codesOf('walnut drifting', [], 8)).toEqual([]);
    expect(codesOf('walnut driftin', [], 8)).toEqual(['too-short']);
  });

  test('is what a stricter caller asks for', () => {
    expect(codesOf('amber violin quietly drifts', [], 27)).toEqual([]);
    expect(codesOf('amber violin quietly drifts', [], 28)).toEqual(['too-short']);
    expect(checkPassword('x', { minLength: 20, context: [] })[0]?.message).toContain('20');
  });

  test('is 128 at most, and a longer one gets no other answer', () => {
    const sentence = 'amber violin quietly drifts beyond seven copper lanterns while grandmother hums '.repeat(2);
    expect(codesOf(sentence.slice(0, MAX_PASSWORD_LENGTH))).toEqual([]);
    expect(codesOf(sentence.slice(0, MAX_PASSWORD_LENGTH + 1))).toEqual(['too-long']);
    expect(codesOf('a'.repeat(1_000_000))).toEqual(['too-long']);
  });

  test('counts characters as people see them typed, not UTF-16 units or decomposed accents', () => {
    expect(codesOf('🦊🐻🐼🦁🐯🐨🐸🐵🦄🐙🦋🐢🦀🐬')).toEqual(['too-short']);
    expect(codesOf('🦊🐻🐼🦁🐯🐨🐸🐵🦄🐙🦋🐢🦀🐬🦉')).toEqual([]);
    expect(codesOf('e\u0301'.repeat(14))).toContain('too-short');
    expect(codesOf('🦊'.repeat(128))).toEqual(['blocklisted']);
    expect(codesOf('🦊'.repeat(129))).toEqual(['too-long']);
  });
});

describe('refused as common', () => {
  test.each([
    ['a listed password', '1qaz2wsx3edc4rfv'],
    ['one in capitals', '1QAZ2WSX3EDC4RFV'],
    ['one in full-width letters', 'ｐａｓｓｗｏｒｄ１２３４５６７８'],
    ['one with accents', 'pässwörd12345678'],
    ['a word twice', 'passwordpassword'],
    ['a unit again and again', 'xqkxqkxqkxqkxqkxqk'],
    ['a unit whose last turn is cut short', 'vlqkzvlqkzvlqkzvl'],
    ['one letter', 'aaaaaaaaaaaaaaa'],
    ['two letters in long runs', 'ggggggghhhhhhhh'],
    ['the keyboard', 'qwertyuiopasdfgh'],
    ['the keyboard backwards', 'lkjhgfdsapoiuytrewq'],
    ['the German keyboard', 'qwertzuiopasdfgh'],
    ['the French keyboard', 'azertyuiopqsdfgh'],
    ['several runs of it', 'qwertyasdfghzxcvbnpoiuyt'],
    ['the alphabet', 'abcdefghijklmno'],
    ['the alphabet backwards', 'zyxwvutsrqponml'],
    ['letters and digits in turn', 'a1b2c3d4e5f6g7h8'],
    ['the digits', '123456789012345'],
    ['the digits backwards', '543210987654321'],
    ['the signs above the digits', '!@#$%^&*()_+!@#'],
    ['a listed one padded with a sequence', 'password12345678'],
    ['a listed one padded with any digits', 'password83749201847362'],
    ['a listed one padded with signs', '***!!dragon!!***'],
    ['a listed one with a single letter, padded with signs', '123456a!!!!!!!!!'],
    ['two listed ones and a digit', 'iloveyouprincess1'],
    ['three listed ones', 'monkeydragonshadow'],
    ['three listed ones with spaces', 'monkey dragon shadow'],
    ['seasons and years', 'summer2024winter2025'],
    ['a listed one behind a small word', 'mypassword123456'],
    ['a listed one in leet', 'p4ssw0rd12345678'],
    ['several in leet', 'dr4g0n-m0nk3y-2024'],
    ['leet that reads 1 as l', 'mar1b0r0-1234567'],
    ['a famous phrase', 'correct horse battery staple'],
    ['a famous phrase twice', 'correct horse battery staple correct horse battery staple'],
    ['a famous phrase and one word more', 'my winter is coming soon'],
    ['a famous phrase, dressed up', 'Correct-Horse-Battery-Staple-1'],
  ])('%s', (_, password) => expect(codesOf(password)).toEqual(['blocklisted']));

  test('every entry of the list that is long enough', () => {
    const long = [...COMMON_PASSWORDS].filter((entry) => entry.length >= MIN_PASSWORD_LENGTH);
    expect(long.length).toBeGreaterThan(30);
    for (const entry of long) expect([entry, ...codesOf(entry)]).toEqual([entry, 'blocklisted']);
  });

  test('any listed password twice, or padded with signs and digits', () => {
    const entries = fc.constantFrom(...[...COMMON_PASSWORDS].filter((entry) => /^[a-z]{5,}$/.test(entry)));
    const padding = fc.string({ unit: fc.constantFrom(...'0123456789!?.*-_ '), minLength: 10, maxLength: 20 });
    fc.assert(
      fc.property(entries, padding, (entry, pad) => {
        for (const made of [entry + pad, pad + entry]) expect(codesOf(made)).toContain('blocklisted');
        expect(codesOf(entry + entry)).toContain('blocklisted');
      }),
    );
  });
});

describe('taken', () => {
  test.each([
    ['four ordinary words', 'amber violin quietly drifts'],
    ['four words that are on the list', 'monkey dragon shadow master'],
    ['a sentence of short words', 'the cat sat on a mat today'],
    ['a sentence in German', 'ich liebe dich so sehr'],
    ['a sentence in Russian', 'пароль длинный и хороший'],
    ['rare words and a year', 'purple stapler 1987'],
    ['a strong phrase twice', 'violin quietly violin quietly'],
    ['random letters', 'hqzvtkwmxplrbgc'],
    ['random digits', '839201847562910'],
    ['random digits that contain a sequence', '839201234562910'],
    ['random hexadecimal', 'f3a9c1e07b5d42a8'],
    ['random signs of all kinds', 'vK7#tq!9Zr$2mWx'],
  ])('%s', (_, password) => expect(codesOf(password, PERSON)).toEqual([]));

  test('any four different words, on the list or not', () => {
    const listed = 'monkey dragon shadow master stone river amber popcorn stellar jessica computer sunshine'.split(' ');
    const others = 'violin quietly drifts lantern harbour walnut sparrow kettle meadow thimble an of we go'.split(' ');
    expect(listed.filter((word) => !COMMON_PASSWORDS.has(word))).toEqual([]);
    const four = fc.uniqueArray(fc.constantFrom(...listed, ...others), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(four, (words) => {
        expect(codesOf(words.join(' '))).not.toContain('blocklisted');
      }),
    );
  });

  test('random passwords of a generator, but for a rare accident', () => {
    const signs = fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code));
    const random = fc.sample(fc.string({ unit: signs, minLength: 16, maxLength: 16 }), { numRuns: 1000, seed: 7 });
    expect(random.filter((password) => codesOf(password).length > 0).length).toBeLessThanOrEqual(5);
  });
});

describe('words known of the person', () => {
  test.each([
    ['the local part', 'quietly smith drifts'],
    ['the local part run together', 'quietly jdoesmith1 drifts'],
    ['a label of the domain', 'a corporation drifts'],
    ['another label, in capitals', 'violin ACME drifts'],
    ['a family name without its umlaut', 'the muller violin drifts'],
    ['a family name with it', 'the MÜLLER violin drifts'],
    ['a word of the name of the org', 'northwind blows softly'],
    ['the product', 'rollcall violin drifts'],
    ['the product in leet', 'r0llc4ll violin drifts'],
    ['mostly the word and digits', 'northwind2024073159'],
  ])('%s is refused', (_, password) => expect(codesOf(password, PERSON)).toContain('context-word'));

  test.each([
    ['a word of three letters', 'zoe plays loud violins'],
    ['the top-level domain', 'for example a violin'],
    ['words of somebody else', 'southwind blows softly'],
  ])('%s is not', (_, password) => expect(codesOf(password, PERSON)).toEqual([]));

  test('neither an empty word nor one of signs refuses everything', () => {
    expect(codesOf('amber violin quietly drifts', ['', '@', '....', '@.', 'a@b', '1234@', '----'])).toEqual([]);
  });
});

describe('for any text', () => {
  test('the check never throws, answers the same twice and names no code twice', () => {
    fc.assert(
      fc.property(anyText, fc.array(anyText, { maxLength: 4 }), (password, context) => {
        const codes = codesOf(password, context);
        expect(codesOf(password, context)).toEqual(codes);
        expect(new Set(codes).size).toBe(codes.length);
      }),
    );
  });

  test('a longer minimum and more context never make it better', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.nat(200), fc.nat(200), (password, word, a, b) => {
        const lax = codesOf(password, [], Math.min(a, b));
        expect(codesOf(password, [word], Math.max(a, b))).toEqual(expect.arrayContaining(lax));
      }),
    );
  });

  test('composed and decomposed spellings are one password', () => {
    fc.assert(
      fc.property(anyText, (password) => {
        expect(codesOf(password.normalize('NFD'))).toEqual(codesOf(password.normalize('NFC')));
      }),
    );
  });

  test('the longest and worst one takes about a millisecond', () => {
    const worst = ['abcdefghijklmn1'.repeat(9), '\ufdfa'.repeat(128), 'p4ssw0rd!'.repeat(14), '1!'.repeat(64)];
    for (const password of worst) codesOf(password, PERSON);
    const start = performance.now();
    for (let round = 0; round < 25; round++) for (const password of worst) codesOf(password, PERSON);
    // Ten times what it takes: a busy machine must not fail it, a pattern that backtracks must.
    expect((performance.now() - start) / 100).toBeLessThan(10);
  });
});

describe('the list', () => {
  test('is lower-cased, long enough to be worth a comparison, and small enough for a bundle', () => {
    const entries = [...COMMON_PASSWORDS];
    expect(entries.length).toBeGreaterThan(10_000);
    expect(entries.filter((entry) => entry !== entry.toLowerCase() || entry.length < 5)).toEqual([]);
    expect(entries.join(' ').length).toBeLessThan(90_000);
  });
});
