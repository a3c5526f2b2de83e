// Addresses: one spelling for each, and no odd one folded into another's.
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { canonicalAddress, domainOf, EmailAddress, hintOf } from '../../shared/model/email-address.ts';

fc.configureGlobal({ seed: 20260101 });

describe('an address', () => {
  it.each([
    ['Ada@Example.TEST', 'ada@example.test'],
    ['  ada@example.test\n', 'ada@example.test'],
    ['ada+Tag@example.test', 'ada+tag@example.test'],
    ["o'brien!#$%&*/=?^_`{|}~-@example.test", "o'brien!#$%&*/=?^_`{|}~-@example.test"],
    ['ada@bücher.test', 'ada@xn--bcher-kva.test'],
    ['ada@BU\u0308CHER.test', 'ada@xn--bcher-kva.test'],
    ['ada@xn--bcher-kva.test', 'ada@xn--bcher-kva.test'],
    ['ada@straße.test', 'ada@xn--strae-oqa.test'],
    ['a@1.test', 'a@1.test'],
    [`${'a'.repeat(64)}@example.test`, `${'a'.repeat(64)}@example.test`],
  ])('%j is kept as %s', (typed, kept) => {
    expect(canonicalAddress(typed)).toBe(kept);
  });

  it.each([
    ['a dotless i', 'v\u0131ctim@a.test'],
    ['a long s', 'vic\u017ftim@a.test'],
    ['a Kelvin sign', '\u212aate@a.test'],
    ['a Kelvin sign in the domain', 'kate@\u212a.test'],
    ['a full-width letter', '\uff56ictim@a.test'],
    ['a full-width at', 'victim\uff20a.test'],
    ['a small at', 'victim\ufe6ba.test'],
    ['a full-width domain', 'victim@\uff41.test'],
    ['a ligature in the domain', 'victim@\ufb01le.test'],
    ['an ideographic dot', 'victim@a\u3002test'],
    ['an accent', 'víctim@a.test'],
    ['a soft hyphen', 'vic\u00adtim@a.test'],
    ['a zero-width space', 'vic\u200btim@a.test'],
    ['a zero-width joiner in the domain', 'victim@a\u200db.test'],
    ['a right-to-left override', '\u202evictim@a.test'],
    ['quotes', '"victim"@a.test'],
    ['quotes around another address', '"evil@x.test y"@a.test'],
    ['a comment', 'victim@a.test(x)evil.test'],
    ['angle brackets', '<victim@a.test>'],
    ['a name before it', 'Victim <victim@a.test>'],
    ['a source route', '@evil.test:victim@a.test'],
    ['a percent route', 'victim@a.test%evil.test'],
    ['a list', 'victim@a.test,evil@x.test'],
    ['a list by semicolon', 'victim@a.test;evil@x.test'],
    ['a line break', 'victim@a.test\r\nBcc: evil@x.test'],
    ['a NUL', 'victim\0@a.test'],
    ['a space', 'vic tim@a.test'],
    ['two ats', 'victim@b@a.test'],
    ['no at', 'victim'],
    ['no local part', '@a.test'],
    ['no domain', 'victim@'],
    ['a domain without a dot', 'victim@localhost'],
    ['an address literal', 'victim@[127.0.0.1]'],
    ['an IP address', 'victim@127.0.0.1'],
    ['a trailing dot', 'victim@a.test.'],
    ['two dots', 'vic..tim@a.test'],
    ['a leading dot', '.victim@a.test'],
    ['a hyphen at the edge of a label', 'victim@-a.test'],
    ['an underscore in the domain', 'victim@a_b.test'],
    ['a local part of 65', `${'a'.repeat(65)}@a.test`],
    ['255 characters', `${'a'.repeat(64)}@${`${'b'.repeat(60)}.`.repeat(3)}${'c'.repeat(2)}.test.x`],
  ])('with %s is refused, never folded', (_what, typed) => {
    expect(canonicalAddress(typed)).toBeUndefined();
  });

  it('kept once is kept the same again', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (typed) => {
        const kept = canonicalAddress(typed);
        if (kept !== undefined) expect(canonicalAddress(kept)).toBe(kept);
      }),
    );
  });

  it('of any text is refused or ASCII, lower-cased, of at most 254', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.domain(), (local, domain) => {
        const kept = canonicalAddress(`${local}@${domain}`);
        expect(kept === undefined || (/^[\x21-\x7e]{3,254}$/.test(kept) && kept === kept.toLowerCase())).toBe(true);
      }),
    );
  });

  it.each([[['a@b.test']], [{ $ne: null }], [null], [1], [true]])('is one string, not %j', (value) => {
    expect(v.is(EmailAddress, value)).toBe(false);
  });
});

it('hints at an address without telling it', () => {
  expect(hintOf('ada.lovelace@example.test')).toBe('a***@example.test');
  expect(domainOf('a@b.c.test')).toBe('b.c.test');
});
