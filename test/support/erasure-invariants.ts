// Rule 12 of a full scan: an erasure and the person it is about say the same; of somebody erased there is a stone, the
// claim of their number, and what names them by id alone.

import { checksumOf } from '../../shared/directory/erase/erase-job.ts';
import { packId } from '../../shared/model/ids.ts';
import { readErasureItem, toErasure } from '../../shared/store/erasure-items.ts';
import { readJobItem } from '../../shared/store/job-items.ts';
import { keys } from '../../shared/store/keys.ts';
import type { Item, Key } from '../../shared/store/table.ts';

/** What may be left on a core: ids, counters, moments, and the index attributes that follow from them. */
const STONE = ['pk', 'sk', 'k', 'op', 'st', 'v', 'ep', 'ca', 'ua', 'ro', 'er', 'lp', 'sc', 'su', 'sn', 'se'];

/** Kinds that keep a person's id for good or for a while: history, receipts, and the job. */
const MAY_NAME = new Set(['audit', 'erasure', 'job', 'kept', 'limiter']);

const nameOf = ({ pk, sk }: Key) => `${pk} ${sk}`;

export function brokenErasures(items: readonly Item[]): string[] {
  const table = new Map(items.map((item) => [nameOf(item), item]));
  const of = (kind: string) => items.filter(({ k }) => k === kind);
  const broken = of('user').flatMap((core) => stoneFaults(core));
  for (const item of of('erasure')) {
    const erasure = readErasureItem(item);
    const { id, orgId, userId, state } = erasure;
    const core = table.get(nameOf(keys.user(orgId, userId)));
    const job = table.get(nameOf(keys.job(orgId, id)));
    const moved = core?.st === 'erased' && core.er === undefined;
    const say = (text: string) => void broken.push(`${id}, ${state}: ${text}`);
    if (state === 'cancelled' ? job || core?.er === id : !job && state !== 'done')
      say('its job is not as it should be');
    if (state === 'scheduled' && !moved && (core?.st !== 'deleted' || core.er !== id || core.eg)) say(`is ${core?.st}`);
    if (state === 'running' && !moved && core?.er !== id) say('the person does not name it');
    if (state !== 'done') continue;
    if (checksumOf(toErasure(item)) !== erasure.checksum) say('the checksum is another');
    if (job && readJobItem(job).state === 'failed') say('its job failed');
    if (core?.st !== 'erased') say(`the person is ${core?.st}`);
    for (const left of items.filter((it) => holds(it, orgId, userId))) say(`${nameOf(left)} is left`);
  }
  for (const { pk, er } of of('user')) {
    const orgId = pk.split('#')[1];
    if (er && !of('erasure').some((it) => it.id === er && it.pk.split('#')[1] === orgId))
      broken.push(`${pk} names no erasure`);
  }
  return broken;
}

function stoneFaults(core: Item): string[] {
  if (core.st !== 'erased') return [];
  const more = Object.keys(core).filter((name) => core[name] !== undefined && !STONE.includes(name));
  const shown = core.se !== `#${core.sc}` || core.sn !== `\u0001#${core.sc}`;
  return more.length > 0 || shown ? [`the stone ${core.pk} keeps ${more.join()}`] : [];
}

/** Items of the org about the person, other than the stone and what may name them. */
function holds(item: Item, orgId: string, userId: string): boolean {
  const { pk, sk, k } = item;
  if (MAY_NAME.has(String(k)) || nameOf(item) === nameOf(keys.user(orgId, userId))) return false;
  const [, org, , who] = pk.split('#');
  const theirs = org === packId(orgId) && (who === packId(userId) || sk.endsWith(packId(userId)));
  const letter = pk === `OB#P-${packId(userId)}` && item.o === orgId;
  const invite = k === 'invite' && item.u === userId && item.uo === orgId;
  return theirs || letter || invite || (k === 'claim' && item.u === userId && item.o === orgId && !pk.startsWith('N#'));
}
