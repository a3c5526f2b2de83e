// Invariant 9 of a full scan: what the projector keeps is exactly what the cores imply.
import type { OrgId, UserId } from '../../shared/model/ids.ts';
import { keys } from '../../shared/store/keys.ts';
import { COUNTED, readLedger, sumCounters, wantedLedger } from '../../shared/store/ledger-items.ts';
import { entryItem } from '../../shared/store/search-items.ts';
import type { Item } from '../../shared/store/table.ts';
import { readUserItem } from '../../shared/store/user-items.ts';
import { canonical } from './sweep.ts';

const nameOf = ({ pk, sk }: { pk: string; sk: string }) => `${pk} ${sk}`;

/** One line for each entry, ledger or counter that is not what the cores imply. */
export function brokenProjection(items: readonly Item[]): string[] {
  const broken: string[] = [];
  const found = new Map(items.map((item) => [nameOf(item), item]));
  const people = items.filter(({ k }) => k === 'user' || k === 'guest').map(readUserItem);
  const wanted = new Set<string>();
  for (const record of people) {
    const item = found.get(nameOf(keys.ledger(record.orgId, record.id)));
    const ledger = readLedger(record.orgId, record.id, item);
    const { tokens, card, counted } = wantedLedger(record, ledger);
    const told = { tokens: ledger.tokens, card: ledger.card, counted: ledger.counted };
    if (canonical({ ...told } as never) !== canonical({ tokens, card, counted } as never)) {
      broken.push(`9: the ledger of ${record.id} says ${JSON.stringify(told)}`);
    }
    for (const token of tokens) {
      const { op: _op, ...entry } = (found.get(nameOf(entryItem(record, token))) ?? {}) as Item;
      wanted.add(nameOf(entryItem(record, token)));
      if (canonical(entry as Item) !== canonical(entryItem(record, token))) {
        broken.push(
          `9: the entry ${token.field} ${token.bucket} ${token.value} of ${record.id} is ${canonical(entry as Item)}`,
        );
      }
    }
  }
  const ids = new Set(people.map(({ orgId, id }) => nameOf(keys.ledger(orgId as OrgId, id as UserId))));
  for (const item of items) {
    if (item.k === 'entry' && !wanted.has(nameOf(item))) broken.push(`9: ${nameOf(item)} stands for nobody`);
    if (item.k === 'ledger' && !ids.has(nameOf(item))) broken.push(`9: ${nameOf(item)} is of nobody`);
  }
  for (const orgId of new Set(people.map((person) => person.orgId))) {
    const own = items.filter(({ pk }) => pk === keys.counter(orgId, 0).pk);
    const counts = sumCounters(own);
    for (const state of COUNTED) {
      const real = people.filter((person) => person.orgId === orgId && person.state === state).length;
      if (counts[state] !== real) broken.push(`9: ${counts[state]} are counted ${state} in ${orgId}, ${real} are`);
    }
  }
  return broken;
}
