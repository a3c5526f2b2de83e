// People with random values in every member that the model knows, read off its schema: whatever can be asked for, somebody
// has. Written as the flows would leave them, projected, and known to the test as the API shows them.
import type { Context } from '../../shared/directory/context.ts';
import { personOfKey, project } from '../../shared/directory/search/project.ts';
import type { EmailAddress } from '../../shared/model/email-address.ts';
import { FIELDS, type Field, PARENTS } from '../../shared/model/fields.ts';
import { numberOf, type OrgId, type TeamId, type UserId, uuidV7 } from '../../shared/model/ids.ts';
import { PERMISSIONS } from '../../shared/model/principal.ts';
import type { User } from '../../shared/model/user.ts';
import { workerContext } from '../../shared/post-office.ts';
import { putWork, readActivity, readWork } from '../../shared/store/beside-items.ts';
import { claimExternalId, claimUsername, claimVendorId } from '../../shared/store/claim-items.ts';
import { keys } from '../../shared/store/keys.ts';
import { memberItem } from '../../shared/store/structure-items.ts';
import type { Item, Write } from '../../shared/store/table.ts';
import { sideItems, toUser, type UserRecord, userItem } from '../../shared/store/user-items.ts';
import { newWriter } from '../bench/people.ts';
import { DIVISIONS, DOMAINS, dice, STATES } from './crowd.ts';
import type { Json, TestService } from './service.ts';

export const TEXTS = ['Ada', 'ada', 'Ada Marie', 'Émile', 'ZOË', 'Straße', '李', 'R&D', 'x', 'Smith', 'Smithson', '0'];
const START = Date.UTC(2026, 0, 1);
export const MOMENTS = [0, 1, 999, 3_600_000, 90_000_000].map((ms) => new Date(START + ms).toISOString());
export const NUMBERS = [-1.5, 0, 1, 2, 3, 40_000];
export const UNITS = [5, 6, 7].map((n) => uuidV7(n, Buffer.alloc(10, n)) as TeamId);
/** Names of free pairs; one holds the sign that paths are joined with. */
export const PAIRS = ['theme', 'a.b', 'web'];

export interface RandomPeople {
  users: User[];
  ctx: Context;
}

type Roll = (of: number) => number;

/** One value of a member. */
export function anyValue(field: Field, roll: Roll): string | number | boolean {
  const pick = <T>(all: readonly T[]): T => all[roll(all.length)] as T;
  if (field.options) return pick(field.options);
  if (field.type === 'number') return pick(NUMBERS);
  if (field.type === 'boolean') return roll(2) === 0;
  return pick(field.type === 'instant' ? MOMENTS : TEXTS);
}

/** A group with two of five of its members, and lists with one element or two. */
function grown(path: string, inList: boolean, roll: Roll): Json {
  const under = (it: string) => it.startsWith(`${path}.`) && !it.slice(path.length + 1).includes('.');
  const found: Json = {};
  const several = (one: () => Json): Json[] => Array.from({ length: 1 + roll(2) }, one);
  for (const field of FIELDS.values()) {
    if (!under(field.path) || roll(5) < 3) continue;
    const one = () => anyValue(field, roll);
    found[field.path.slice(path.length + 1)] = field.many && !inList ? several(one) : one();
  }
  for (const { path: inner, many, free } of PARENTS.values()) {
    if (!under(inner) || roll(5) < 3) continue;
    const one = () => (free ? pairs(free, roll) : grown(inner, many, roll));
    const held = (many && !inList ? several(one) : [one()]).filter((it) => Object.keys(it).length > 0);
    // What is empty is absent.
    if (held.length > 0) found[inner.slice(path.length + 1)] = many && !inList ? held : held[0];
  }
  return found;
}

const pairs = (field: Field, roll: Roll): Json =>
  Object.fromEntries(PAIRS.filter(() => roll(2) === 0).map((name) => [name, anyValue(field, roll)]));

function group(name: string, roll: Roll): Json {
  const found = roll(4) === 0 ? {} : grown(name, false, roll);
  return Object.keys(found).length > 0 ? found : undefined;
}

export async function newRandomPeople(service: TestService, size: number): Promise<RandomPeople> {
  const roll = dice(17);
  const orgId = service.seed.orgId as OrgId;
  const ids = Array.from({ length: size }, (_, n) => uuidV7(START + n * 60_000, Buffer.alloc(10, n)) as UserId);
  const made = ids.map((_, n) => onePerson(orgId, ids, n, roll));
  await newWriter(service.table).write(made.flatMap(({ items }) => items));
  const ctx = workerContext(service.services);
  await project(
    ctx,
    made.flatMap(({ items }) => personOfKey(items[0]?.pk ?? '')),
  );
  const principal = { is: 'client', id: service.seed.clientId, orgId, permissions: PERMISSIONS } as const;
  return {
    users: made.map(({ user }) => user),
    ctx: { ...ctx, principal: { ...principal, epoch: 1, orgEpoch: 1, issuedAt: 0 } },
  };
}

function onePerson(orgId: OrgId, ids: readonly UserId[], n: number, roll: Roll): { user: User; items: Item[] } {
  const id = ids[n] as UserId;
  const some = <T>(all: readonly T[]): T[] => all.filter(() => roll(3) === 0);
  const record = randomRecord(orgId, id, n, roll);
  const { teams, groups } = { teams: some(UNITS), groups: some(UNITS) };
  if (record.profile) record.profile.managerId = ids[roll(5)] as UserId;
  const placed: UserRecord = { ...record, teams, groups: groups as never };
  const [routing, presence] = [group('routing', roll), group('presence', roll)];
  const work = put(putWork(orgId, id, { version: 1, ...(routing && { routing }), ...(presence && { presence }) }));
  const activity = activityItem(orgId, id, roll);
  const user = toUser(placed, readActivity(activity), readWork(work[0]));
  const items = [
    userItem(placed),
    ...sideItems(placed),
    ...work,
    ...(activity ? [activity] : []),
    ...claims(placed),
    ...teams.map((team) => memberItem(orgId, id, 'team', team)),
    ...groups.map((unit) => memberItem(orgId, id, 'group', unit as never)),
  ];
  return { user, items };
}

function randomRecord(orgId: OrgId, id: UserId, n: number, roll: Roll): UserRecord {
  const pick = <T>(all: readonly T[]): T => all[roll(all.length)] as T;
  const state = pick(STATES);
  const facts = group('security', roll) ?? {};
  const { locked, failedPasswordResets: _counted, ...security } = facts;
  const side = Object.fromEntries(
    ['telephony', 'notifications', 'savedViews', 'custom', 'provisioning', 'relations']
      .map((name) => [name, group(name, roll)])
      .filter(([, value]) => value !== undefined),
  );
  const vendorIds = side.provisioning?.externalIds as { authority?: string; key?: string }[] | undefined;
  for (const [i, vendor] of (vendorIds ?? []).entries()) {
    vendor.authority ??= 'payroll';
    vendor.key = `${vendor.key}-${n}-${i}`;
  }
  const moments = ['invitedAt', 'activatedAt', 'deactivatedAt', 'deletedAt', 'stateChangedAt', 'termsAcceptedAt'];
  return {
    id,
    orgId,
    email: `p${n}.${pick(['ada', 'bob'])}@${pick(DOMAINS)}` as EmailAddress,
    ...(roll(3) ? {} : { username: `User${n}` }),
    ...(roll(3) ? {} : { externalId: `E-${n}` }),
    ...(roll(2) ? {} : { createdBy: pick(TEXTS), updatedBy: pick(TEXTS), termsVersion: pick(TEXTS) }),
    ...Object.fromEntries(moments.filter(() => roll(2)).map((name) => [name, pick(MOMENTS)])),
    state,
    version: 1 + roll(3),
    epoch: 1,
    roles: pick([['member'], ['viewer'], ['admin', 'viewer']] as const).slice(),
    createdAt: new Date(START + n * 60_000).toISOString(),
    updatedAt: pick(MOMENTS),
    ...(roll(3) ? {} : { divisionId: pick(DIVISIONS) }),
    ...security,
    ...(locked && roll(2) && { lock: { at: MOMENTS[0], reason: 'left', ...locked } }),
    ...named({
      profile: group('profile', roll),
      contact: group('contact', roll),
      preferences: group('preferences', roll),
    }),
    revision: 'written',
    side,
  } as UserRecord;
}

const named = (groups: Json): Json => Object.fromEntries(Object.entries(groups).filter(([, value]) => value));

function activityItem(orgId: OrgId, id: UserId, roll: Roll): Item | undefined {
  const found = group('activity', roll);
  if (!found) return undefined;
  const { lastSignInAt: at, previousSignInAt: prev, signInCount: n, lastOrgId: org, lastTokenIssuedAt: tok } = found;
  const seen = Object.entries(found.seenFrom ?? {}).map(([from, when]) => [`from_${from}`, when]);
  return {
    ...keys.activity(orgId, id),
    k: 'activity',
    at,
    prev,
    n,
    org,
    tok,
    fails: roll(3),
    ...Object.fromEntries(seen),
  };
}

const put = (write: Write): Item[] => ('put' in write ? [write.put] : []);

function claims({ orgId, id, email, username, externalId, side }: UserRecord): Item[] {
  const vendorIds = side?.provisioning?.externalIds ?? [];
  return [
    { ...keys.emailClaim(email ?? ''), k: 'claim', o: orgId, u: id },
    { ...keys.numberClaim(numberOf(id)), k: 'claim', o: orgId, u: id },
    ...(username ? put(claimUsername(username, orgId, id)) : []),
    ...(externalId ? put(claimExternalId(externalId, orgId, id)) : []),
    ...vendorIds.flatMap((vendorId) => put(claimVendorId(vendorId, orgId, id))),
  ];
}
