// Letters by the keys of the table's calls, and back.
import { keys } from '../../shared/store/keys.ts';

/** The id of the letter that lies at `pk sk`; undefined for any other item. */
export function letterOfKey(key: string): string | undefined {
  const [, pk, rest] = /^OB#(\S+) L(?:#(\S+))?$/.exec(key) ?? [];
  return pk && rest ? `${pk}-${rest}` : pk;
}

/** As calls spell the key of a letter. */
export function keyOfLetter(id: string): string {
  const { pk, sk } = keys.letter(id);
  return `${pk} ${sk}`;
}
