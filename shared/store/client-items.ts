// A machine client as an item, and the mark of an assertion that was used.
import type { ClientId, OrgId } from '../model/ids.ts';
import type { Permission } from '../model/principal.ts';
import { type Names, pack, unpack } from './attributes.ts';
import { keys, partitions } from './keys.ts';
import { absent, equals, every, type Item, some, type Write } from './table.ts';

/** Proves itself by the secret that follows from `secretVersion`, by the one of `secretHash`, or by `publicKey`. */
export interface ClientRecord {
  id: ClientId;
  orgId: OrgId;
  name: string;
  description?: string;
  tags?: string[];
  permissions: Permission[];
  /** Raised by every new secret or key: the end of the old one. */
  secretVersion: number;
  /** Keyed hash of a secret that somebody chose. */
  secretHash?: string;
  /** PEM, and its thumbprint. */
  publicKey?: string;
  keyId?: string;
  epoch: number;
  version: number;
  createdAt: string;
  revokedAt?: string;
}

const NAMES: Names<ClientRecord> = {
  id: 'c',
  orgId: 'o',
  name: 'name',
  description: 'desc',
  tags: 'tags',
  permissions: 'permissions',
  secretVersion: 'sv',
  secretHash: 'sh',
  publicKey: 'pub',
  keyId: 'kid',
  epoch: 'ep',
  version: 'v',
  createdAt: 'ca',
  revokedAt: 'ra',
};

export function clientItem(client: ClientRecord): Item {
  const key = keys.client(client.orgId, client.id);
  const indexed = { lp: partitions.clients(client.orgId), sc: key.pk.slice(-22) };
  return { ...pack(client, NAMES), ...key, k: 'client', ...indexed };
}

/** Clients of before versions were counted are at their first. */
export const readClientItem = (item: Item): ClientRecord => ({ ...unpack(item, NAMES), version: Number(item.v ?? 1) });

export const newClient = (client: ClientRecord): Write => ({
  put: clientItem(client),
  when: absent,
  otherwise: { code: 'version-conflict' },
});

export const putClient = (after: ClientRecord, before: ClientRecord): Write => ({
  put: clientItem(after),
  when: every(
    some(equals('v', before.version), ...(before.version === 1 ? [equals('v', undefined)] : [])),
    equals('ra', before.revokedAt),
  ),
  otherwise: { code: 'version-conflict' },
});

const LINGERS_SECONDS = 86_400;

/** Put when absent, it lets an assertion be used once. `lastUse` in seconds: after it nothing needs the mark any more. */
export const usedAssertion = (clientId: string, jti: string, lastUse: number): Item => ({
  ...keys.usedAssertion(clientId, jti),
  k: 'used-assertion',
  ttl: lastUse + LINGERS_SECONDS,
});
