// One row of an import: what makes a new person, and what only one who moves people from elsewhere may say of their past.
// An exported person is such a row: what follows from other things is named here and not taken.
import * as v from 'valibot';
import { UserId } from './ids.ts';
import { readBy } from './parse.ts';
import { group } from './patch.ts';
import type { Problem } from './problem.ts';
import { Instant, text } from './text.ts';
import { Lock, SecuritySettings } from './user/security.ts';
import { StateReason, UserCreate } from './user.ts';

/** Shown by an export and of no meaning to an import. */
const shown = v.optional(v.unknown());

const SHOWN = {
  number: shown,
  legacyId: shown,
  orgId: shown,
  version: shown,
  createdBy: shown,
  updatedAt: shown,
  updatedBy: shown,
  deletedAt: shown,
  inviteId: shown,
  teams: shown,
  groups: shown,
  activity: shown,
} as const;

const moment = v.nullish(Instant);

/** The facts of security that move with a person, and those that do not: second factors stay where they are. */
const ImportedSecurity = group({
  ...SecuritySettings.entries,
  locked: v.nullish(group(Lock.entries)),
  emailVerifiedAt: moment,
  passwordUpdatedAt: moment,
  mfaEnabled: shown,
  authenticatorEnabled: shown,
  failedPasswordResets: shown,
});

export const ImportRow = group({
  ...UserCreate.entries,
  ...SHOWN,
  /** Kept where the operator imports, if nobody has it. */
  id: v.nullish(UserId),
  /** `active` needs a password or a verified address, `invited` comes in staged. Without it: active, else staged. */
  state: v.nullish(v.picklist(['staged', 'invited', 'active', 'inactive'])),
  /** argon2, bcrypt or scrypt in PHC form. Its form is checked where passwords are known. */
  passwordHash: v.nullish(v.pipe(v.string(), v.maxLength(512))),
  /** The address is proven; since when, if that is known. Counts where the operator imports. */
  emailVerified: v.nullish(v.boolean()),
  emailVerifiedAt: moment,
  createdAt: moment,
  invitedAt: moment,
  activatedAt: moment,
  deactivatedAt: moment,
  stateChangedAt: moment,
  /** Kept where the state is as the row says. */
  stateReason: v.nullish(StateReason),
  termsAcceptedAt: moment,
  termsVersion: v.nullish(text(64)),
  security: v.nullish(ImportedSecurity),
});
export type ImportRow = v.InferOutput<typeof ImportRow>;

/** What is done with a row whose address somebody of the org has: nothing, a change of their record, or a refusal. */
export const OnExisting = v.picklist(['skip', 'update', 'fail']);
export type OnExisting = v.InferOutput<typeof OnExisting>;

/** A row, or why it is none. */
export function readImportRow(input: unknown): { row: ImportRow } | { problem: Problem } {
  const read = readBy(ImportRow, input);
  return 'problem' in read ? read : { row: read.output };
}
