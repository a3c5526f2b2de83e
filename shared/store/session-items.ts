// A session as an item of the person's home org.
import type { OrgId, SessionId, UserId } from '../model/ids.ts';
import { type Names, pack, unpack } from './attributes.ts';
import { keys } from './keys.ts';
import type { Item } from './table.ts';

export interface SessionRecord {
  id: SessionId;
  homeOrgId: OrgId;
  userId: UserId;
  /** The org the session is in. */
  orgId: OrgId;
  client: string;
  /** Token epoch of the person at birth: another one, and the session is over. The guest's where the org is not home. */
  epoch: number;
  guestEpoch?: number;
  orgEpoch: number;
  /** How many times it was refreshed; the current refresh token carries the same number. */
  counter: number;
  createdAt: string;
  rotatedAt: string;
  /** End by idleness, and in any case. */
  expiresAt: string;
  endsAt: string;
  endedAt?: string;
}

const NAMES: Names<SessionRecord> = {
  id: 'id',
  homeOrgId: 'h',
  userId: 'u',
  orgId: 'o',
  client: 'cl',
  epoch: 'ep',
  guestEpoch: 'gep',
  orgEpoch: 'oep',
  counter: 'n',
  createdAt: 'ca',
  rotatedAt: 'ra',
  expiresAt: 'xp',
  endsAt: 'end',
  endedAt: 'en',
};

export function sessionItem(session: SessionRecord): Item {
  return {
    ...pack(session, NAMES),
    ...keys.session(session.homeOrgId, session.userId, session.id),
    k: 'session',
    ttl: Math.floor(Date.parse(session.endsAt) / 1000) + 86_400,
  };
}

export const readSessionItem = (item: Item): SessionRecord => unpack(item, NAMES);
