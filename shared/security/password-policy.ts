// What a password must be: long, not what attackers try first, nothing of the person's own. NIST SP 800-63B-4 §3.1.1.2
// and OWASP ASVS 5.0 V6.2: no rule on kinds of characters, and the list of common ones is at hand, so nobody is asked.
import { COMMON_PASSWORDS } from './common-passwords.ts';

/** Code points after NFC. NIST demands 15 where the password is the only factor. */
export const MIN_PASSWORD_LENGTH = 15;
export const MAX_PASSWORD_LENGTH = 128;

export interface PasswordRules {
  /** Raises `MIN_PASSWORD_LENGTH`, never lowers it. */
  minLength: number;
  /** What is known of the person: address, names, name of the org. As stored; the product's own name is implied. */
  context: readonly string[];
}

export interface PasswordIssue {
  code: 'too-short' | 'too-long' | 'blocklisted' | 'context-word' | 'same-as-current';
  message: string;
}

/** For the flow that holds the stored hash: this file never sees one. */
export const SAME_AS_CURRENT: PasswordIssue = { code: 'same-as-current', message: 'must differ from the current one' };

/** Every rule that `password` breaks; none when it may be used. */
export function checkPassword(password: string, { minLength, context }: PasswordRules): PasswordIssue[] {
  const length = [...password.normalize('NFC')].length;
  const least = Math.max(minLength, MIN_PASSWORD_LENGTH);
  // The other rules walk the text many times over, so they never see one of any length.
  if (length > MAX_PASSWORD_LENGTH) {
    return [{ code: 'too-long', message: `must be at most ${MAX_PASSWORD_LENGTH} characters` }];
  }
  const issues: PasswordIssue[] = [];
  if (length < least) issues.push({ code: 'too-short', message: `must be at least ${least} characters` });
  const readings = readingsOf(folded(password));
  if (readings.some(isListed) || readings.some(isRepeated) || isEasilyGuessed(readings)) {
    issues.push({ code: 'blocklisted', message: 'must not be, or be made of, common or leaked passwords' });
  }
  if (contextWords(context).some((word) => readings.some((reading) => reading.includes(word)))) {
    issues.push({ code: 'context-word', message: 'must not contain your name, your address or the name of the org' });
  }
  return issues;
}

/** Without case, accents and typographic variants. Cut, because NFKD makes up to 18 letters of one sign. */
const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .slice(0, 2 * MAX_PASSWORD_LENGTH);

const LEET: Readonly<Record<string, string>> = {
  ...{ 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', 8: 'b', 9: 'g' },
  ...{ '@': 'a', $: 's', '!': 'i', '|': 'l', '+': 't', '(': 'c' },
};
const unleeted = (text: string): string => text.replace(/[0134578@$!|+(9]/g, (sign) => LEET[sign] ?? sign);

/** The text as typed, then with digits and signs read as the letters they resemble; 1 and ! resemble two. */
const readingsOf = (text: string): string[] => [
  ...new Set([text, unleeted(text), unleeted(text.replace(/[1!]/g, 'l'))]),
];

const PHRASES = [...COMMON_PASSWORDS].filter((entry) => /^[a-z]{12,}$/.test(entry));

/** On the list, or a listed phrase with signs in it and little besides: `Correct-Horse-Battery-Staple-1`. */
function isListed(reading: string): boolean {
  const letters = reading.replace(/\P{L}/gu, '');
  if (COMMON_PASSWORDS.has(reading) || COMMON_PASSWORDS.has(letters)) return true;
  return PHRASES.some((phrase) => letters.includes(phrase) && letters.replaceAll(phrase, '').length < ENOUGH);
}

/** A unit too short to be a password, again and again; the last one may be cut short. */
function isRepeated(text: string): boolean {
  for (let unit = 1; unit < MIN_PASSWORD_LENGTH && 2 * unit <= text.length + 1; unit++) {
    if (text.slice(unit) === text.slice(0, -unit)) return true;
  }
  return false;
}

const ROWS =
  'abcdefghijklmnopqrstuvwxyz 01234567890 !@#$%^&*()_+ qwertyuiopasdfghjklzxcvbnm qwertzuiopasdfghjklyxcvbnm ' +
  'azertyuiopqsdfghjklmwxcvbn qazwsxedcrfvtgbyhnujmikolp 1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p ' +
  '1q2w3e4r5t6y7u8i9o0p q1w2e3r4t5y6u7i8o9p0 a1b2c3d4e5f6g7h8i9 1a2b3c4d5e6f7g8h9i';
const SEQUENCES = `${ROWS} ${[...ROWS].reverse().join('')}`;

/** A stretch of the alphabet, the digits or the keyboard, forward or backward, or one sign over and over. */
const isSequence = (piece: string): boolean => SEQUENCES.includes(piece) || /^(.)\1+$/s.test(piece);

const SHORTEST_PIECE = 4;
const LONGEST_PIECE = 16;

// Weights stand for guesses: a listed password weighs as much as two free letters, a sequence as one, what stood before
// as nothing. Digits and signs beside four letters weigh nothing: they are the padding that attackers try first.
const LISTED = 2;
const SEQUENCE = 1;
/** Four different words always weigh as much. */
const ENOUGH = 4 * LISTED;
/** Random text holds a known piece now and then; only what consists mostly of such is easily guessed. */
const MOSTLY_KNOWN = 0.6;

/**
 * Whether listed passwords and sequences, glued or padded, leave less to guess than four words do. Sequences count as
 * typed only: read as letters, random digits are full of them.
 */
function isEasilyGuessed(readings: readonly string[]): boolean {
  const [text = ''] = readings;
  const kinds = [/\p{L}/u, /[\p{L}\p{N}]/u];
  const counted = kinds.find((kind) => [...text].filter((sign) => kind.test(sign)).length >= SHORTEST_PIECE) ?? /./su;
  const lightest = [0];
  let loose = 0;
  for (let end = 1; end <= text.length; end++) {
    const sign = counted.test(text.charAt(end - 1)) ? 1 : 0;
    loose += sign;
    let least = (lightest[end - 1] ?? 0) + sign;
    // A longer piece is no sequence either once a shorter one is none.
    let sequence = true;
    for (let start = end - SHORTEST_PIECE; start >= Math.max(0, end - LONGEST_PIECE); start--) {
      const before = lightest[start] ?? 0;
      sequence &&= isSequence(text.slice(start, end));
      if (sequence) least = Math.min(least, before + (isRepeat(text, start, end) ? 0 : SEQUENCE));
      for (const reading of readings) {
        if (!COMMON_PASSWORDS.has(reading.slice(start, end))) continue;
        least = Math.min(least, before + (isRepeat(reading, start, end) ? 0 : LISTED));
      }
    }
    lightest.push(least);
  }
  const weight = lightest.at(-1) ?? 0;
  return weight < ENOUGH && weight < MOSTLY_KNOWN * loose;
}

const isRepeat = (text: string, start: number, end: number): boolean => text.indexOf(text.slice(start, end)) < start;

/** The words of four letters or more, also run together; of an address the local part and the labels but the last. */
function contextWords(context: readonly string[]): string[] {
  const words = ['rollcall', ...context].flatMap((entry) => {
    const [name = '', domain = ''] = folded(entry).split('@');
    const labels = domain.split('.').slice(0, -1);
    return [name.replace(/[^\p{L}\p{N}]/gu, ''), ...[name, ...labels].flatMap((part) => part.split(/[^\p{L}\p{N}]/u))];
  });
  return words.filter((word) => word.replace(/\P{L}/gu, '').length >= 4);
}
