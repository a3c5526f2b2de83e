// A person as the orgs see them that are not their home: copies, written in the commit that changes what they show.
import { dropAdmin } from './admin-items.ts';
import { present } from './attributes.ts';
import { keys } from './keys.ts';
import type { Attributes, Value, Write } from './table.ts';
import { indexed, type UserRecord } from './user-items.ts';

/** What other orgs see of a person, copied to their guest items in the commit that changes it. */
export function copyToGuests(home: UserRecord, change: Attributes = {}): Write[] {
  const { givenName, familyName, displayName } = home.profile ?? {};
  // Who cannot come in governs no org. Their home is not stopped by another org that has nobody else.
  const out = change.sus === true || home.state !== 'active' || home.lock !== undefined;
  const gone = out ? (home.guestOf ?? []).map((orgId) => dropAdmin(orgId, home.id)) : [];
  const copies = (home.guestOf ?? []).map((orgId): Write => {
    const { lp, su, sn, se } = indexed({ ...home, orgId });
    const names = present({ givenName, familyName, displayName }) as Value | undefined;
    return {
      update: keys.user(orgId, home.id),
      set: { em: home.email, st: home.state, pr: names, ua: home.updatedAt, lp, su, sn, se, ...change },
      ...(change.sus && { add: { ep: 1 } }),
      when: { is: 'present' },
      otherwise: { code: 'version-conflict' },
    };
  });
  return [...copies, ...gone];
}
