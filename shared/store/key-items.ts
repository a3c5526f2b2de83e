// The public halves of the signing keys, where every function finds them.
import type { PublicKeys } from '../security/access-token.ts';
import { keys } from './keys.ts';
import { absent, equals, some, type Table } from './table.ts';

export async function findPublicKeys(table: Table): Promise<PublicKeys> {
  const item = await table.get(keys.jwks, { eventual: true });
  return item ? (JSON.parse(item.set as string) as PublicKeys) : { keys: [] };
}

/** Writes the set when it holds more than what is published. A function with an older ring takes nothing away. */
export async function publishKeys(table: Table, set: PublicKeys, opId: string): Promise<void> {
  const item = await table.get(keys.jwks);
  const known = item ? (JSON.parse(item.set as string) as PublicKeys).keys.map((key) => key.kid) : [];
  if (set.keys.every((key) => known.includes(key.kid))) return;
  const unchanged = item ? some(absent, equals('op', item.op)) : absent;
  await table.put({ ...keys.jwks, k: 'jwks', set: JSON.stringify(set) }, unchanged, opId);
}
