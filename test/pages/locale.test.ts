// The choice of a language, from links and headers that anybody may write.
import { describe, expect, it } from 'vitest';
import { pickLocale } from '../../shared/pages/locale.ts';

describe('pickLocale', () => {
  it.each([
    ['de-DE', undefined, 'de-DE'],
    ['DE-de', undefined, 'de-DE'],
    ['fr', undefined, 'fr-FR'],
    ['fr-CA', undefined, 'fr-FR'],
    ['pt-PT', 'de', 'pt-BR'],
    ['ja', 'de', 'de-DE'],
    [undefined, 'fr-CA,fr;q=0.9,en;q=0.8', 'fr-FR'],
    [undefined, 'en;q=0.5, de;q=0.9', 'de-DE'],
    [undefined, 'ja, zh;q=0.9, pt;q=0.1', 'pt-BR'],
    [undefined, 'de;q=0, fr;q=0.001', 'fr-FR'],
    [undefined, 'de;q=0', 'en-US'],
    [undefined, '*', 'en-US'],
    [undefined, '*;q=0.5, de;q=0.4', 'en-US'],
    [undefined, 'ja', 'en-US'],
    [undefined, undefined, 'en-US'],
    ['', '', 'en-US'],
  ])('lang %o with Accept-Language %o is %s', (lang, header, locale) => {
    expect(pickLocale(lang, header)).toBe(locale);
  });

  it.each([
    '../../etc/passwd',
    'fr/../../etc',
    'fr-../../x',
    'fr\r\nset-cookie: a=b',
    '<script>',
    'constructor',
    '__proto__',
    'fr-'.repeat(9999),
    'de;q=1;q=1',
    'de;q=9',
    'de;q=1e9',
    '\u0000de',
    `${',;q='.repeat(50_000)}de`,
  ])('falls back to English for what is no language: %j', (hostile) => {
    expect(pickLocale(hostile, hostile)).toBe('en-US');
  });
});
