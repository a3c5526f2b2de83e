// Which of the four languages a page speaks. Not here: the sentences, and the language of letters.
import type { Locale } from '../model/text.ts';

export const FALLBACK: Locale = 'en-US';

/** In the order of the language switch, each under its own name. */
export const LANGUAGES: readonly { locale: Locale; name: string }[] = [
  { locale: 'en-US', name: 'English' },
  { locale: 'fr-FR', name: 'Français' },
  { locale: 'de-DE', name: 'Deutsch' },
  { locale: 'pt-BR', name: 'Português' },
];

/** Browsers send a few ranges; what lies beyond this is not a person's choice. Characters. */
const LONGEST_HEADER = 500;

const TAG = /^[a-z]{1,8}(-[a-z0-9]{1,8})*$/;
const RANGE = /^([a-z]{1,8}(?:-[a-z0-9]{1,8})*|\*)(?:\s*;\s*q=([01](?:\.\d{0,3})?))?$/i;

/** `lang` of the link, else Accept-Language with its q-values, else en-US. The unknown and malformed is passed over. */
export function pickLocale(lang?: string, acceptLanguage?: string): Locale {
  return match(lang) ?? fromHeader(acceptLanguage) ?? FALLBACK;
}

function fromHeader(header: string | undefined): Locale | undefined {
  const ranges = (header ?? '').slice(0, LONGEST_HEADER).split(',').flatMap(parseRange);
  const wanted = ranges.filter(({ q }) => q > 0).sort((a, b) => b.q - a.q);
  for (const { tag } of wanted) {
    const locale = tag === '*' ? FALLBACK : match(tag);
    if (locale) return locale;
  }
  return undefined;
}

function parseRange(part: string): { tag: string; q: number }[] {
  const found = RANGE.exec(part.trim());
  return found?.[1] ? [{ tag: found[1], q: Math.min(1, Number(found[2] ?? 1)) }] : [];
}

function match(tag: string | undefined): Locale | undefined {
  const wanted = tag?.toLowerCase();
  if (!wanted || wanted.length > 35 || !TAG.test(wanted)) return undefined;
  const language = wanted.split('-')[0];
  const exact = LANGUAGES.find(({ locale }) => locale.toLowerCase() === wanted);
  return (exact ?? LANGUAGES.find(({ locale }) => locale.slice(0, 2) === language))?.locale;
}
