// Typed codes: counted before they are compared, per source, per address and per letter, so that guessing in parallel
// gains nothing. Guesses kill codes, never links.
import { fail } from '../model/problem.ts';
import type { Context } from './context.ts';
import { count, countWithin, LIMITS, together, uncount } from './limits.ts';

/** Counts a try for an address, known or not. Past the day's limit no code of that address works. */
export async function countTry(ctx: Context, address: string): Promise<void> {
  const [, ofAddress] = await together([
    countWithin(ctx, LIMITS.wrongCodesPerSource, ctx.source, 'too-many-requests'),
    count(ctx, LIMITS.wrongCodesPerAddress, address),
  ]);
  if (ofAddress > LIMITS.wrongCodesPerAddress.max * ctx.limitScale) fail('link-not-usable');
}

/** Counts a try of one letter's code; after five it is dead, in a local run as well: a code's strength is no rate. */
export async function countLetterTry(ctx: Context, letter: string): Promise<boolean> {
  return (await count(ctx, LIMITS.wrongCodesPerLetter, letter)) <= LIMITS.wrongCodesPerLetter.max;
}

/** The code was right: the try was no failure. */
export async function uncountTry(ctx: Context, address: string, letter: string): Promise<void> {
  await Promise.all([
    uncount(ctx, LIMITS.wrongCodesPerSource, ctx.source),
    uncount(ctx, LIMITS.wrongCodesPerAddress, address),
    uncount(ctx, LIMITS.wrongCodesPerLetter, letter),
  ]);
}
