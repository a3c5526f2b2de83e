// What lies beside a person's record and raises none of its version: what they did last, and how they are at work.
import type { OrgId, UserId } from '../model/ids.ts';
import type { Activity, User, WorkGroup } from '../model/user.ts';
import { present } from './attributes.ts';
import { keys } from './keys.ts';
import { absent, equals, type Item, type Value, type Write } from './table.ts';

/** How a person is at work, in an item with a version of its own. */
export type Work = Partial<Pick<User, WorkGroup>> & { version: number };

export function readWork(item: Item | undefined): Work | undefined {
  if (item === undefined) return undefined;
  const { routing, presence } = item as Pick<Work, WorkGroup>;
  return { ...(routing && { routing }), ...(presence && { presence }), version: Number(item.v) };
}

/** A person's routing and presence as an item; nobody wrote it since the version before. */
export const putWork = (o: OrgId, u: UserId, { version, routing, presence }: Work): Write => ({
  put: {
    ...keys.work(o, u),
    k: 'work',
    v: version,
    ...(routing && { routing: routing as Value }),
    ...(presence && { presence: presence as Value }),
  },
  when: version === 1 ? absent : equals('v', version - 1),
  otherwise: { code: 'version-conflict' },
});

/** What is counted beside a person and shown among their facts. */
export type Counted = Activity & { failedPasswordResets?: number };

export function readActivity(item: Item | undefined): Counted | undefined {
  if (item === undefined) return undefined;
  const seen = Object.entries(item).filter(([name]) => name.startsWith('from_'));
  return present({
    lastSignInAt: item.at,
    previousSignInAt: item.prev || undefined,
    signInCount: item.n,
    lastOrgId: item.org,
    seenFrom:
      seen.length > 0 ? Object.fromEntries(seen.map(([name, at]) => [name.slice('from_'.length), at])) : undefined,
    lastTokenIssuedAt: item.tok ?? item.at,
    failedPasswordResets: item.fails,
  }) as Counted | undefined;
}
