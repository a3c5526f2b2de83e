// What an imported person begins as: their id, and of the past that a row tells as much as the one who brings it can
// answer for. Pure.
import { createHash } from 'node:crypto';
import { numberOf, type UserId, uuidToBytes, uuidV7 } from '../../model/ids.ts';
import type { ImportRow } from '../../model/import-row.ts';
import { fail } from '../../model/problem.ts';
import type { UserState } from '../../model/user.ts';
import { hashIssue } from '../../security/foreign-hash.ts';
import type { Credential } from '../../store/secret-items.ts';
import type { UserRecord } from '../../store/user-items.ts';

/**
 * Who answers for what a row says of the past. An operator moves people from a system that knew them: a verified address
 * is verified. A caller of the API is one admin of one org: their word proves no address, and whatever password they
 * bring ends with the first proof that the person gives.
 */
export type Voucher = 'operator' | 'caller';

/** What ids are drawn from. */
export interface Draw {
  /** Names the import: the same rows of the same import get the same ids. */
  importId: string;
  /** Milliseconds since 1970 at which the import began. */
  startedMs: number;
  /** Rows at most: their moments lie so many milliseconds before the start, one each, in their order. */
  span: number;
}

export interface Origin {
  id: UserId;
  createdAt: string;
  /** The id is the row's own: no other is drawn if it is taken. */
  kept: boolean;
}

const FIRST_MS = Date.UTC(2024, 0, 1);

/**
 * Where a row of an import begins: an operator's row may bring its id and its moment of creation, kept to the second.
 * Without them both follow from import and row, so that a row done twice meets itself. `attempt` draws another, where the
 * number that follows from an id is taken.
 */
export function originOf(row: ImportRow, n: number, attempt: number, vouches: Voucher, draw: Draw): Origin {
  const told: Partial<ImportRow> = vouches === 'operator' ? row : {};
  if (told.id) {
    const ms = Number(new DataView(uuidToBytes(told.id).buffer).getBigUint64(0) >> 16n);
    if (numberOf(told.id) <= 0 || ms > draw.startedMs) refuse('/id', 'must be of a moment between 2024 and now');
    return { id: told.id, createdAt: told.createdAt ?? new Date(ms).toISOString(), kept: true };
  }
  const drawn = createHash('sha256').update(`${draw.importId} ${n} ${attempt}`).digest();
  const ms = told.createdAt ? within(told.createdAt, drawn, draw.startedMs) : draw.startedMs - draw.span + n;
  return { id: uuidV7(ms, drawn) as UserId, createdAt: new Date(ms).toISOString(), kept: false };
}

/** A moment within the second: a thousand people made in the same one share its numbers. */
function within(createdAt: string, drawn: Buffer, latest: number): number {
  const given = Date.parse(createdAt);
  if (given < FIRST_MS || given > latest) {
    refuse('/createdAt', 'must lie between 2024, when numbers begin, and now; or be left out');
  }
  return Math.min(given - (given % 1000) + (drawn.readUInt16BE(10) % 1000), latest);
}

const ATTEMPTS = 4;
export const attempts = Array.from({ length: ATTEMPTS }, (_, n) => n);

/** Whether the id is one that this row of this import gets or got, whenever that was. */
export function isOwnId(id: string, row: ImportRow, n: number, vouches: Voucher, draw: Draw): boolean {
  if (vouches === 'operator' && row.id) return row.id === id;
  const random = (uuid: string) => uuid.slice(15);
  return attempts.some(
    (attempt) => random(originOf({ email: row.email }, n, attempt, vouches, draw).id) === random(id),
  );
}

export interface Past {
  facts: Partial<UserRecord> & { state: UserState };
  credential?: Credential;
}

/** The facts that the row's word is good for, and the password. Fails with `input-invalid` where they do not fit together. */
export function pastOf(row: ImportRow, now: string, vouches: Voucher): Past {
  const operator = vouches === 'operator';
  const verifiedAt = operator ? verifiedMoment(row, now) : undefined;
  const state = stateOf(row, verifiedAt, vouches);
  const told: Partial<ImportRow> = operator ? row : {};
  const { locked } = row.security ?? {};
  const facts: Past['facts'] = {
    state,
    ...(verifiedAt && { emailVerifiedAt: verifiedAt }),
    ...(verifiedAt && state !== 'staged' && { activatedAt: told.activatedAt ?? verifiedAt }),
    ...(told.invitedAt && { invitedAt: told.invitedAt }),
    ...(state === 'inactive' && { deactivatedAt: told.deactivatedAt ?? now }),
    ...(told.stateChangedAt && { stateChangedAt: told.stateChangedAt }),
    ...(row.stateReason && state === row.state && { stateReason: row.stateReason }),
    ...(told.termsAcceptedAt && { termsAcceptedAt: told.termsAcceptedAt }),
    ...(told.termsVersion && { termsVersion: told.termsVersion }),
    ...(locked && { lock: { at: locked.at, reason: locked.reason, ...(locked.until && { until: locked.until }) } }),
  };
  if (!row.passwordHash) return { facts };
  const issue = hashIssue(row.passwordHash);
  if (issue) refuse('/passwordHash', issue);
  if (state === 'staged') refuse('/passwordHash', 'is not kept for somebody who is staged');
  const setAt = (operator && row.security?.passwordUpdatedAt) || now;
  return { facts: { ...facts, passwordUpdatedAt: setAt }, credential: { hash: row.passwordHash, setAt } };
}

function verifiedMoment({ emailVerified, emailVerifiedAt, security }: ImportRow, now: string): string | undefined {
  if (emailVerified === false) return undefined;
  return emailVerifiedAt ?? security?.emailVerifiedAt ?? (emailVerified ? now : undefined);
}

function stateOf(row: ImportRow, verifiedAt: string | undefined, vouches: Voucher): 'staged' | 'active' | 'inactive' {
  const known = verifiedAt !== undefined || Boolean(row.passwordHash);
  const wish = row.state ?? (known ? 'active' : 'staged');
  if (wish === 'inactive') return 'inactive';
  if (wish === 'active' && known) return 'active';
  // A caller's word for it counts for nothing; an operator's lacks what it would rest on.
  if (wish === 'active' && vouches === 'operator')
    refuse('/state', 'active needs a passwordHash or a verified address');
  return 'staged';
}

const refuse = (pointer: string, message: string): never =>
  fail({ code: 'input-invalid', issues: [{ pointer, message }] });
