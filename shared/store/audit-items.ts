// Audit entries: who did what to whom, without personal values. Appended in the commit of the change, never changed.
import type { Principal } from '../model/principal.ts';
import type { Instant } from '../model/text.ts';
import { keys, partitions } from './keys.ts';
import type { Write } from './table.ts';

/** Past tense, stable: part of the contract like the problem codes. */
export type EventType =
  | 'user-created'
  | 'user-updated'
  | 'user-email-changed'
  | 'user-deleted'
  | 'user-restored'
  | 'user-activated'
  | 'user-deactivated'
  | 'user-locked'
  | 'user-unlocked'
  | 'user-roles-changed'
  | 'user-invited'
  | 'invite-resent'
  | 'invite-extended'
  | 'invite-revoked'
  | 'invite-accepted'
  | 'membership-accepted'
  | 'membership-ended'
  | 'home-moved'
  | 'address-released'
  | 'password-reset-asked'
  | 'password-reset-completed'
  | 'password-changed'
  | 'contact-validation-started'
  | 'contact-validation-resent'
  | 'contact-validation-cancelled'
  | 'contact-validated'
  | 'session-ended'
  | 'sessions-ended'
  | 'session-reuse-detected'
  | 'org-created'
  | 'org-updated'
  | 'client-created'
  | 'client-rotated'
  | 'client-revoked'
  | 'user-routing-changed'
  | 'user-presence-changed'
  | 'terms-accepted'
  | 'role-created'
  | 'role-updated'
  | 'role-deleted'
  | 'team-created'
  | 'team-updated'
  | 'team-deleted'
  | 'team-member-added'
  | 'team-member-removed'
  | 'group-created'
  | 'group-updated'
  | 'group-deleted'
  | 'group-member-added'
  | 'group-member-removed'
  | 'division-created'
  | 'division-updated'
  | 'division-deleted'
  | 'location-created'
  | 'location-updated'
  | 'location-deleted';

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
  none: 'reset-asked' | 'refresh' | 'counter' | 'delivery' | 'sign-in' | 'unchanged' | 'projection' | 'unit-gone';
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
    otherwise: { code: 'version-conflict' },
  };
}
