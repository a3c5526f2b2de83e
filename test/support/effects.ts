// What a call did to the table, in words that two runs over different subjects share.
import type { Item } from '../../shared/store/table.ts';
import { canonical } from './sweep.ts';

/**
 * Counters, and what a sign-in leaves beside its session, may move more than once. Places are counted exactly: the
 * invariants look after that.
 */
const IGNORED = new Set(['limiter', 'activity', 'place-count']);

/** Rows kept for the commit of a job that never came are nobody's, and go by themselves. */
const isNobodys = ({ k, pk }: Item, there: ReadonlyMap<string, Item>): boolean =>
  k === 'job-block' && !there.has(`${pk.replace('#S#J#', '#J#')} J`);

/** Sorted: `letter created invite`, `user changed v+1 ep+0 active`. */
export function effectsBetween(before: readonly Item[], after: readonly Item[]): string[] {
  const name = ({ pk, sk }: Item) => `${pk} ${sk}`;
  const olds = new Map(before.map((item) => [name(item), item]));
  const news = new Map(after.map((item) => [name(item), item]));
  const all = [...new Set([...olds.keys(), ...news.keys()])];
  return all
    .flatMap((key) => {
      const [was, is] = [olds.get(key), news.get(key)];
      const item = (is ?? was) as Item;
      if (IGNORED.has(item.k as string) || isNobodys(item, news) || (was && is && canonical(was) === canonical(is)))
        return [];
      const verb = was ? (is ? 'changed' : 'removed') : 'created';
      const step = (by: 'v' | 'ep' | 'sv') => Number(is?.[by] ?? 0) - Number(was?.[by] ?? 0);
      return [[item.k, verb, item.type ?? item.kind ?? '', item.st ?? '', step('v'), step('ep'), step('sv')].join(' ')];
    })
    .sort();
}
