// What a patch makes of a record, what changed by it, and what is too large to keep. Pure.
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { mergePatch } from '../model/patch.ts';
import { fail, type Issue } from '../model/problem.ts';
import type { SecurityPatch } from '../model/user/security.ts';
import { GROUPS, SIDE_GROUPS, type UserPatch } from '../model/user.ts';
import { largestItem, type SideGroups, type UserRecord } from '../store/user-items.ts';

type GroupName = keyof typeof GROUPS;
const GROUP_NAMES = Object.keys(GROUPS) as GroupName[];
const isSide = (name: GroupName): name is (typeof SIDE_GROUPS)[number] =>
  (SIDE_GROUPS as readonly string[]).includes(name);

/** Bytes: a core is copied into four indexes, the side items are read only on their own. */
const MAX_CORE = 4096;
const MAX_SIDE = 40_960;

/** The record after a merge patch. What holds for a group as a whole is checked on the outcome. */
export function applyPatch(before: UserRecord, patch: UserPatch): UserRecord {
  const after: UserRecord = { ...before, side: { ...before.side } };
  if (patch.email !== undefined) after.email = patch.email;
  setOrRemove(after, 'username', patch.username);
  setOrRemove(after, 'externalId', patch.externalId);
  setOrRemove(after, 'divisionId', patch.divisionId);
  if (patch.security !== undefined) setSecurity(after, patch.security);
  const issues: Issue[] = [];
  for (const name of GROUP_NAMES) {
    const change = patch[name];
    if (change === undefined) continue;
    const home: Partial<Record<GroupName, unknown>> = isSide(name) ? (after.side ?? {}) : after;
    const merged = change === null ? undefined : mergePatch(home[name] ?? {}, change);
    const empty = merged === undefined || Object.keys(merged).length === 0;
    if (empty) delete home[name];
    else home[name] = checked(name, merged, issues);
  }
  if (issues.length > 0) fail({ code: 'input-invalid', issues });
  return after;
}

function checked(name: GroupName, merged: unknown, issues: Issue[]): unknown {
  const result = v.safeParse(GROUPS[name], merged);
  if (result.success) return result.output;
  for (const { path = [], message } of result.issues) {
    issues.push({ pointer: `/${name}${path.map(({ key }) => `/${String(key)}`).join('')}`, message });
  }
  return undefined;
}

function setOrRemove<Member extends keyof UserRecord>(
  record: UserRecord,
  member: Member,
  value: UserRecord[Member] | null | undefined,
): void {
  if (value === null) delete record[member];
  else if (value !== undefined) record[member] = value;
}

/** Null as a whole takes back all that an admin may set. */
function setSecurity(record: UserRecord, patch: SecurityPatch | null): void {
  const { mustChangePassword, passwordExpiresAt, questions } = patch ?? {
    mustChangePassword: null,
    passwordExpiresAt: null,
    questions: null,
  };
  // False is what absent means.
  setOrRemove(record, 'mustChangePassword', mustChangePassword === false ? null : mustChangePassword);
  setOrRemove(record, 'passwordExpiresAt', passwordExpiresAt);
  setOrRemove(record, 'questions', questions?.length === 0 ? null : questions);
}

/** Whoever proves their address now was never known to be who they say: what was set before may be a stranger's. */
export const isUnproven = ({ activatedAt, emailVerifiedAt }: UserRecord): boolean => !activatedAt && !emailVerifiedAt;

/** The record after its person set a password of their own: whatever asked for a new one is answered. */
export function withNewPassword(record: UserRecord, now: string): UserRecord {
  const { mustChangePassword: _must, passwordExpiresAt: _expires, ...rest } = record;
  return { ...rest, passwordUpdatedAt: now };
}

const UNVERSIONED = new Set(['version', 'updatedAt', 'updatedBy', 'stateChangedAt', 'revision', 'epoch']);

/**
 * Names of the members and groups that differ; what only follows from a change is not counted. The table keeps no order
 * of the members of a map, so order is no difference.
 */
export function changedMembers(before: UserRecord, after: UserRecord): string[] {
  const flat = ({ side = {}, ...record }: UserRecord): Record<string, unknown> => ({
    ...record,
    ...(side as SideGroups),
  });
  const [was, is] = [flat(before), flat(after)];
  const members = new Set([...Object.keys(was), ...Object.keys(is)]);
  return [...members].filter((m) => !UNVERSIONED.has(m) && !isDeepStrictEqual(was[m], is[m]));
}

/** Keys of other systems that one change adds and takes away: each is a write of its transaction. */
const MAX_KEYS_AT_ONCE = 40;

function keysOf({ side }: UserRecord): string[] {
  return (side?.provisioning?.externalIds ?? []).map(({ authority, key }) => JSON.stringify([authority, key]));
}

/** Fails with `input-invalid` for more keys of other systems than fit into one transaction beside the rest. */
export function checkKeys(before: UserRecord | undefined, after: UserRecord): void {
  const [was, is] = [before ? keysOf(before) : [], keysOf(after)];
  const moved = was.filter((key) => !is.includes(key)).length + is.filter((key) => !was.includes(key)).length;
  if (moved <= MAX_KEYS_AT_ONCE) return;
  const message = `at most ${MAX_KEYS_AT_ONCE} of them change at once`;
  fail({ code: 'input-invalid', issues: [{ pointer: '/provisioning/externalIds', message }] });
}

export function checkSize(record: UserRecord): void {
  const { core, side } = largestItem(record);
  if (core > MAX_CORE || side > MAX_SIDE) {
    fail({
      code: 'input-invalid',
      issues: [{ pointer: '', message: 'the record is larger than the directory keeps' }],
    });
  }
}
