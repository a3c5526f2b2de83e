// A crowd of people with random members of few values, so that random filters find some of them: written as the flows
// would leave them, projected, and known to the test as the API shows them.

import type { Context } from '../../shared/directory/context.ts';
import { personOfKey, project } from '../../shared/directory/search/project.ts';
import type { EmailAddress } from '../../shared/model/email-address.ts';
import type { DivisionId, OrgId, UserId } from '../../shared/model/ids.ts';
import { numberOf, uuidV7 } from '../../shared/model/ids.ts';
import { PERMISSIONS } from '../../shared/model/principal.ts';
import type { User } from '../../shared/model/user.ts';
import { workerContext } from '../../shared/post-office.ts';
import { claimExternalId, claimUsername } from '../../shared/store/claim-items.ts';
import { keys } from '../../shared/store/keys.ts';
import type { Item } from '../../shared/store/table.ts';
import { sideItems, toUser, type UserRecord, userItem } from '../../shared/store/user-items.ts';
import { newWriter } from '../bench/people.ts';
import type { TestService } from './service.ts';

export const GIVEN = ['Ada', 'Émile', 'ada marie', 'Zoë', 'Li', '李', 'Ångström-Özil', 'O’Neil'];
export const FAMILY = ['Lovelace', 'lovell', 'Łukasz', 'De la Cruz', '王', 'Smith', 'Smithson', ''];
export const TITLES = ['Engineer', 'engineer', 'Pilot', 'VP, Sales'];
export const DEPARTMENTS = ['Support', 'support', 'R&D', 'Café'];
export const DOMAINS = ['example.test', 'other.test'];
export const STATES = ['staged', 'invited', 'active', 'active', 'active', 'inactive', 'deleted'] as const;
export const DIVISIONS = [1, 2].map((n) => uuidV7(n, Buffer.alloc(10, n)) as DivisionId);

/** Numbers from 0 to below `of`, the same in every run. */
export function dice(seed = 1): (of: number) => number {
  let state = seed;
  return (of) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * of);
  };
}

export interface Crowd {
  records: UserRecord[];
  users: User[];
  ctx: Context;
}

const START = Date.UTC(2026, 0, 1);

export async function newCrowd(service: TestService, size: number): Promise<Crowd> {
  const roll = dice(7);
  const pick = <T>(all: readonly T[]): T => all[roll(all.length)] as T;
  const maybe = <T>(value: T): T | undefined => (roll(2) ? value : undefined);
  const orgId = service.seed.orgId as OrgId;
  const ids = Array.from({ length: size }, (_, n) => uuidV7(START + n * 60_000, Buffer.alloc(10, n % 251)) as UserId);
  const records = ids.map((id, n): UserRecord => {
    const at = new Date(START + n * 60_000).toISOString();
    const [givenName, familyName, title] = [maybe(pick(GIVEN)), maybe(pick(FAMILY)), maybe(pick(TITLES))];
    const [department, managerId] = [maybe(pick(DEPARTMENTS)), roll(4) ? undefined : ids[roll(5)]];
    const profile = { givenName, familyName, title, department, managerId };
    const kept = Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== undefined));
    const state = pick(STATES);
    return {
      id,
      orgId,
      email: `p${n}.${pick(['ada', 'bob'])}@${pick(DOMAINS)}` as EmailAddress,
      ...(roll(3) ? {} : { username: `User${n}` }),
      ...(roll(3) ? {} : { externalId: `E-${n}` }),
      state,
      ...(state === 'deleted' && { deletedAt: at, stateBefore: 'active' as const }),
      version: 1 + roll(3),
      epoch: 1,
      roles: pick([['member'], ['member'], ['viewer'], ['admin', 'viewer']] as const).slice() as UserRecord['roles'],
      createdAt: at,
      updatedAt: new Date(START + roll(1000) * 3_600_000).toISOString(),
      ...(roll(3) ? {} : { divisionId: pick(DIVISIONS) }),
      ...(roll(5) ? {} : { lock: { at: at as never, reason: 'left' } }),
      ...(Object.keys(kept).length > 0 && { profile: kept }),
      ...(roll(2) ? {} : { preferences: { locale: pick(['de-DE', 'fr-FR'] as const) } }),
      revision: 'written',
      side: roll(3) ? {} : { custom: { custom1: pick(TITLES) } },
    };
  });
  const items = records.flatMap((record): Item[] => [
    userItem(record),
    ...sideItems(record),
    { ...keys.emailClaim(record.email ?? ''), k: 'claim', o: orgId, u: record.id },
    { ...keys.numberClaim(numberOf(record.id)), k: 'claim', o: orgId, u: record.id },
    ...[
      ...(record.username ? [claimUsername(record.username, orgId, record.id)] : []),
      ...(record.externalId ? [claimExternalId(record.externalId, orgId, record.id)] : []),
    ].flatMap((write) => ('put' in write ? [write.put] : [])),
  ]);
  await newWriter(service.table).write(items);
  const worker = workerContext(service.services);
  await project(
    worker,
    records.flatMap((record) => personOfKey(userItem(record).pk)),
  );
  const principal = { is: 'client', id: service.seed.clientId, orgId, permissions: PERMISSIONS } as const;
  const ctx: Context = {
    ...worker,
    principal: { ...principal, epoch: 1, orgEpoch: 1, issuedAt: 0 },
    standing: async () => ({ permissions: PERMISSIONS }),
  };
  return { records, users: records.map((record) => toUser(record)), ctx };
}
