// The guard of an org: who can govern it. It keeps the last of them in place.
import { isAdmin } from '../model/principal.ts';
import type { Problem } from '../model/problem.ts';
import { keys } from './keys.ts';
import { equals, type Write } from './table.ts';
import type { UserRecord } from './user-items.ts';

/** The guard is one small item that every change of an admin writes. */
const MAX_ADMINS = 500;

const lastAdmin: Problem = { code: 'last-admin' };

/** The guard is a set of the org's active admins, not a count: a repeated write cannot make it drift. */
export const joinAdmins = (o: string, u: string): Write => ({
  update: keys.admins(o),
  add: { ids: new Set([u]) },
  when: { some: [equals('ids', undefined), { attribute: 'ids', sizeBelow: MAX_ADMINS }] },
  otherwise: { code: 'limit-reached', detail: `an org has at most ${MAX_ADMINS} owners and admins` },
});

export const leaveAdmins = (o: string, u: string): Write => ({
  update: keys.admins(o),
  take: { ids: new Set([u]) },
  when: {
    some: [
      { attribute: 'ids', sizeAbove: 1 },
      { attribute: 'ids', lacks: u },
    ],
  },
  otherwise: lastAdmin,
});

/**
 * Whether the person can govern the org now. What the home does with a guest is copied to their item, and to the guard, in
 * the home's own commit.
 */
export function governs({ state, lock, suspended, roles }: UserRecord): boolean {
  return isAdmin(roles) && state === 'active' && !lock && !suspended;
}

/** Takes somebody out without a look at who remains: what is so is written down. */
export const dropAdmin = (o: string, u: string): Write => ({
  update: keys.admins(o),
  take: { ids: new Set([u]) },
  otherwise: lastAdmin,
});

/** The write that keeps the guard true across a change; none when the change does not touch it. */
export function guardWrites(before: UserRecord | undefined, after: UserRecord): Write[] {
  const [was, is] = [before !== undefined && governs(before), governs(after)];
  if (was === is) return [];
  return [is ? joinAdmins(after.orgId, after.id) : leaveAdmins(after.orgId, after.id)];
}
