// The filter language: what it reads, and that whatever it does not read is refused, not guessed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../shared/model/filter.ts';
import { problemOf } from '../../shared/model/problem.ts';

fc.configureGlobal({ seed: 20260101 });

const MEMBERS = ['email', 'number', 'profile.familyName'];
const read = (text: string) => parseFilter(text, MEMBERS).map(({ member, value }) => [member, value]);

function refusal(text: string): unknown {
  try {
    return parseFilter(text, MEMBERS);
  } catch (error) {
    return problemOf(error)?.code;
  }
}

describe('a filter', () => {
  it.each([
    ['email eq "a"', [['email', 'a']]],
    ['  EMAIL  Eq  "a"  ', [['email', 'a']]],
    ['Profile.FamilyName eq "O\'Neil"', [['profile.familyName', "O'Neil"]]],
    ['email eq "a \\"b\\" \\\\ \\u00e9 \\/"', [['email', 'a "b" \\ é /']]],
    ['email eq ""', [['email', '']]],
    [
      'number eq 12 AND email eq "x and y eq z"',
      [
        ['number', 12],
        ['email', 'x and y eq z'],
      ],
    ],
    ['number eq -1', [['number', -1]]],
    ['number eq 007', [['number', 7]]],
    ['email eq TRUE', [['email', true]]],
    ['email eq False', [['email', false]]],
  ])('%s is read', (text, comparisons) => {
    expect(read(text)).toEqual(comparisons);
  });

  it.each([
    '',
    ' ',
    'email',
    'email eq',
    'email eq a',
    'email eq "a',
    "email eq 'a'",
    'email eq "a" "b"',
    'email eq "a"and number eq 1',
    'number eq 1and email eq "a"',
    'and email eq "a"',
    'email eq "a" and',
    'email eq "a" or number eq 1',
    '(email eq "a")',
    'not email eq "a"',
    'email co "a"',
    'email eq "\\x41"',
    'email eq "\\u12"',
    'email eq "a\nb"',
    'email eq "a\u0000"',
    'email\teq\t"a"',
    'number eq 1.5',
    'number eq 0x10',
    'number eq 12345678901234567',
    'number eq null',
    'emails eq "a"',
    'profile eq "a"',
    'profile.familyName.x eq "a"',
    'toString eq "a"',
    '__proto__ eq "a"',
    'email[0] eq "a"',
    '#email eq "a"',
    'email eq {"S":"x"}',
    `email eq "${'a'.repeat(1000)}"`,
    Array(11).fill('number eq 1').join(' and '),
  ])('%j is refused', (text) => {
    expect(refusal(text)).toBe('filter-invalid');
  });

  it('carries any text there and back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), (value) => {
        expect(read(`email eq ${JSON.stringify(value).replace(/[\u007f-\u009f]/g, '')}`)[0]?.[1]).toBe(
          value.replace(/[\u007f-\u009f]/g, ''),
        );
      }),
    );
  });

  it('of any text at all is read or refused, never a fault', () => {
    const words = fc.constantFrom('email', 'number', ' ', 'eq', 'and', '"', '"a"', '1', 'TRUE', '\\', '(', '\n', 'é');
    fc.assert(
      fc.property(fc.array(words, { maxLength: 30 }), (parts) => {
        const outcome = refusal(parts.join(''));
        expect(Array.isArray(outcome) || outcome === 'filter-invalid').toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
