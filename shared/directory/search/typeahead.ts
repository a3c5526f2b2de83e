// Typeahead: who has a word that begins so. Answered from the entries alone, which carry what is shown.
import type { EmailAddress } from '../../model/email-address.ts';
import { fail } from '../../model/problem.ts';
import { fold, partitions } from '../../store/keys.ts';
import { bucketOf, type Card, foldWords, readCard, shortestPrefix } from '../../store/search-items.ts';
import { type Context, orgOf } from '../context.ts';

export interface TypeaheadInput {
  q: string;
  /** 1 to 20. */
  limit: number;
}

/** Entries read for each hit wanted: one person may have several words that begin so, and more words may be asked. */
const PER_HIT = 2;
const PER_HIT_OF_MANY = 10;

/**
 * People of the org with a word that begins like the longest word asked for, and whose card holds the others: names,
 * username, address; accents and case do not matter. In the order of the words, at most `limit`. Reads one query. Fails
 * with `input-invalid` when every word is shorter than two characters (one, in scripts that write words with one).
 */
export async function typeahead(ctx: Context, { q, limit }: TypeaheadInput): Promise<{ items: Card[] }> {
  const words = foldWords(q).sort((a, b) => b.length - a.length);
  const [longest] = words;
  if (longest === undefined || [...longest].length < shortestPrefix(longest)) {
    fail({ code: 'input-invalid', issues: [{ pointer: '/q', message: 'must have a word of two characters' }] });
  }
  const { items } = await ctx.table.query({
    pk: partitions.searchEntries(orgOf(ctx), 'word', bucketOf(longest)),
    begins: longest,
    limit: limit * (words.length > 1 ? PER_HIT_OF_MANY : PER_HIT),
  });
  const found = new Map<string, Card>();
  for (const card of items.map(readCard)) if (holds(card, words)) found.set(card.id, card);
  return { items: [...found.values()].slice(0, limit) };
}

/** Every word asked for begins a word of the card. */
function holds({ displayName, email = '', username = '' }: Card, words: readonly string[]): boolean {
  const local: string = (email as EmailAddress | '').split('@')[0] ?? '';
  const own = [...[displayName, local, username].flatMap(foldWords), fold(local), fold(username)];
  return words.slice(1).every((word) => own.some((has) => has.startsWith(word)));
}
