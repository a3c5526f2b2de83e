// Audit entries: who did what to whom, without personal values. Appended in the commit of the change, never changed.
import type { Event, EventType } from '../model/event.ts';
import type { OrgId, UserId } from '../model/ids.ts';
import type { Principal } from '../model/principal.ts';
import type { Instant } from '../model/text.ts';
import { AUDIT_SHARDS, keys, partitions } from './keys.ts';
import { absent, type Item, type Write } from './table.ts';

export interface AuditEvent {
  type: EventType;
  orgId: string;
  /** The person it happened to, if any. */
  userId?: string;
  /** Any other thing it happened to: an invite, a client, a session. */
  subjectId?: string;
  /** Names of the members that changed; never their values. */
  changed?: string[];
  version?: number;
}

/** A commit that leaves no entry, with its reason. */
export interface NoEvent {
  none:
    | 'reset-asked'
    | 'refresh'
    | 'counter'
    | 'delivery'
    | 'sign-in'
    | 'unchanged'
    | 'projection'
    | 'unit-gone'
    | 'erasing';
}
export const noEvent = (none: NoEvent['none']): NoEvent => ({ none });

interface Origin {
  now: Date;
  requestId: string;
  opId: string;
  principal?: Principal;
}

/** Seconds an entry is kept: 400 days. */
const RETENTION = 400 * 86_400;

export function auditEntry(event: AuditEvent, { now, requestId, opId, principal }: Origin): Write {
  const at = now.toISOString() as Instant;
  const { type, orgId, userId, subjectId, changed, version } = event;
  return {
    put: {
      ...keys.audit(orgId, at.slice(0, 10), at, opId),
      k: 'audit',
      type,
      at,
      request: requestId,
      actor: principal ? { is: principal.is, id: principal.id } : { is: 'anyone' },
      ...(userId && { user: userId, lp: partitions.auditOfUser(orgId, userId), sc: `${at}#${opId}` }),
      ...(subjectId && { subject: subjectId }),
      ...(changed?.length && { changed }),
      ...(version !== undefined && { version }),
      ttl: Math.floor(now.getTime() / 1000) + RETENTION,
    },
    when: absent,
    otherwise: { code: 'version-conflict' },
  };
}

/** What an entry tells. Its id is its place in time, so that entries sort by id. */
export function readEvent(item: Item): Event {
  const { type, at, request, actor, user, subject, changed, version } = item as Item & {
    type: EventType;
    at: Instant;
    request: string;
    actor: Event['actor'];
    user?: UserId;
    subject?: string;
    changed?: string[];
    version?: number;
  };
  return {
    id: item.sk,
    at,
    type,
    actor,
    requestId: request,
    ...(user && { userId: user }),
    ...(subject && { subjectId: subject }),
    ...(changed && { changed }),
    ...(version !== undefined && { version }),
  };
}

/** The partitions of one day of an org, and how its entries are found by person. */
export const auditDay = (orgId: OrgId, day: string): string[] =>
  Array.from({ length: AUDIT_SHARDS }, (_, shard) => partitions.audit(orgId, day, shard));
