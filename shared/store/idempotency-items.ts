// What an Idempotency-Key keeps: a 2xx answer, byte for byte, for 24 hours.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { keys } from './keys.ts';
import { absent, type Item, type Write } from './table.ts';

export interface KeptAnswer {
  /** Hash of method, path, query, body and If-Match: another request under the same key is refused. */
  fingerprint: string;
  status: number;
  headers: Record<string, string>;
  body: string;
}

const KEPT_SECONDS = 24 * 3600;

export const keepAnswer = (caller: string, key: string, kept: KeptAnswer, now: Date): Extract<Write, { put: Item }> => {
  const seconds = Math.floor(now.getTime() / 1000);
  return {
    put: {
      ...keys.idempotency(caller, key),
      k: 'kept',
      fp: kept.fingerprint,
      st: kept.status,
      hd: kept.headers,
      bd: deflateRawSync(kept.body),
      xp: seconds + KEPT_SECONDS,
      ttl: seconds + KEPT_SECONDS + 3600,
    },
    // A record past its day may still lie there: it no longer counts.
    when: { some: [absent, { attribute: 'xp', below: seconds }] },
    otherwise: { code: 'idempotency-key-reused' },
  };
};

export function readKept(item: Item | undefined, now: Date): KeptAnswer | undefined {
  if (item === undefined || (item.xp as number) < now.getTime() / 1000) return undefined;
  return {
    fingerprint: item.fp as string,
    status: item.st as number,
    headers: item.hd as Record<string, string>,
    body: inflateRawSync(item.bd as Uint8Array).toString('utf8'),
  };
}
