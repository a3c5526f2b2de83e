// What must be true of the whole table whenever no commit is under way: a full scan, checked item against item. Numbers
// are those of the data model's list.
import { canonicalAddress } from '../../shared/model/email-address.ts';
import { numberOf, packId } from '../../shared/model/ids.ts';
import type { Provisioning } from '../../shared/model/user/provisioning.ts';
import { governs } from '../../shared/store/admin-items.ts';
import { readInviteItem, readMembership } from '../../shared/store/invite-items.ts';
import { keys } from '../../shared/store/keys.ts';
import { isFinal } from '../../shared/store/letter-items.ts';
import { type OrgRecord, readOrgItem } from '../../shared/store/org-items.ts';
import { readSessionItem } from '../../shared/store/session-items.ts';
import type { Item, Key } from '../../shared/store/table.ts';
import { readUserItem, type UserRecord } from '../../shared/store/user-items.ts';
import { brokenErasures } from './erasure-invariants.ts';
import { brokenJobs } from './job-invariants.ts';
import { structureOf } from './structure-invariants.ts';

const MAX_ITEM = 100 * 1024;
const TWO_YEARS = 2 * 366 * 86_400;
const SECRET_ATTRIBUTES = ['hash', 'n', 'nonce', 'secret'];

type Say = (rule: number, text: string) => void;

/** Every broken invariant as a sentence; none when the table is sound. */
export function brokenInvariants(items: readonly Item[], now: Date): string[] {
  const found: string[] = [];
  const say: Say = (rule, text) => void found.push(`${rule}: ${text}`);
  const table = new Map(items.map((item) => [nameOf(item), item]));
  const of = (...kinds: string[]) => items.filter(({ k }) => kinds.includes(k as string));
  const homes = of('user').map(readUserItem);
  const guests = of('guest').map(readUserItem);
  const structure = structureOf(items);
  for (const text of structure.broken) say(11, text);
  claims(table, of('claim'), homes, of('org').map(readOrgItem), new Set(structure.held.keys()), say);
  memberships(table, items, homes, guests, say);
  invites(table, of('invite'), homes, guests, say);
  guards(table, [...homes, ...guests], say);
  steps(of('audit'), homes, say);
  letters(of('letter'), say);
  sessions(of('session'), homes, now, say);
  for (const text of brokenErasures(items)) say(12, text);
  for (const text of brokenJobs(items)) say(13, text);
  for (const item of items) placed(item, now, say);
  return found;
}

const nameOf = ({ pk, sk }: Key) => `${pk} ${sk}`;

/** 1. Every unique value has one claim, every claim one holder that has the value. */
function claims(
  table: Map<string, Item>,
  all: Item[],
  homes: UserRecord[],
  orgs: OrgRecord[],
  held: Set<string>,
  say: Say,
): void {
  const vendorIds = vendorIdsOf(table, homes);
  for (const { id, orgId, state, email, username, externalId } of homes) {
    if (state === 'erased') continue;
    const wanted = [
      keys.numberClaim(numberOf(id)),
      ...(email ? [keys.emailClaim(email)] : []),
      ...(username ? [keys.usernameClaim(username)] : []),
      ...(externalId ? [keys.externalIdClaim(orgId, externalId)] : []),
      ...(vendorIds.get(id) ?? []).map((it) => keys.vendorIdClaim(orgId, it.authority, it.key)),
    ];
    if (email && canonicalAddress(email) !== email) say(1, `the address of ${id} is not canonical`);
    for (const key of wanted) {
      const claim = table.get(nameOf(key));
      if (claim?.u !== id || claim.o !== orgId) say(1, `${nameOf(key)} does not name its holder ${id}`);
      if (held.has(nameOf(key))) say(1, `${nameOf(key)} has two holders`);
      held.add(nameOf(key));
    }
  }
  // The number of somebody erased, or whose home is elsewhere now: nobody else ever gets it.
  for (const { id } of homes.filter(({ state }) => state === 'erased')) {
    const number = nameOf(keys.numberClaim(numberOf(id)));
    if (table.get(number)?.u !== id) say(1, `${number} does not name ${id}, who had it`);
    held.add(number);
  }
  for (const { id } of orgs) {
    const key = keys.orgNumberClaim(numberOf(id));
    if (table.get(nameOf(key))?.o !== id) say(1, `${nameOf(key)} does not name its org ${id}`);
    held.add(nameOf(key));
  }
  for (const claim of all) if (!held.has(nameOf(claim))) say(1, `${nameOf(claim)} claims a value that nobody has`);
}

/** Keys of other systems lie beside the core. */
function vendorIdsOf(table: Map<string, Item>, homes: UserRecord[]): Map<string, { authority: string; key: string }[]> {
  return new Map(
    homes.map(({ orgId, id }) => {
      const settings = table.get(nameOf(keys.side(orgId, id, 's')))?.provisioning as Provisioning | undefined;
      return [id, settings?.externalIds ?? []];
    }),
  );
}

/** 2. A guest has a live membership on the person's side, and a home that names the org; each implies the others. */
function memberships(
  table: Map<string, Item>,
  items: readonly Item[],
  homes: UserRecord[],
  guests: UserRecord[],
  say: Say,
) {
  const homeOf = new Map(homes.map((home) => [`${home.orgId} ${home.id}`, home]));
  for (const guest of guests) {
    const home = homeOf.get(`${guest.homeOrgId} ${guest.id}`);
    const side = table.get(nameOf(keys.membership(guest.homeOrgId ?? '', guest.id, guest.orgId)));
    const live = side && (readMembership(side).state === 'live' || guest.suspended);
    if (!live) say(2, `guest ${guest.id} of ${guest.orgId} has no live membership`);
    if (!home?.guestOf?.includes(guest.orgId)) say(2, `the home of ${guest.id} does not know of ${guest.orgId}`);
    if (home?.email !== guest.email || home?.state !== guest.state)
      say(2, `guest ${guest.id} shows what is no longer so`);
  }
  const known = new Set(guests.map(({ orgId, id }) => `${orgId} ${id}`));
  for (const home of homes) {
    for (const org of home.guestOf ?? [])
      if (!known.has(`${org} ${home.id}`)) say(2, `${home.id} is no guest of ${org}`);
  }
  for (const item of items.filter(({ k, st }) => k === 'membership' && st === 'live')) {
    const user = homes.find(({ orgId, id }) => item.pk === keys.user(orgId, id).pk);
    if (!user || !known.has(`${item.o} ${user.id}`)) say(2, `${nameOf(item)} is live without a guest`);
  }
}

/** 3. An accepted invite has its person; a pending one is named by the person it is for, and by no other. */
function invites(table: Map<string, Item>, all: Item[], homes: UserRecord[], guests: UserRecord[], say: Say): void {
  const members = new Set([...homes, ...guests].map(({ orgId, id }) => `${orgId} ${id}`));
  for (const invite of all.map(readInviteItem)) {
    const { id, orgId, userOrgId, userId, state } = invite;
    const left = table.get(nameOf(keys.membership(userOrgId, userId, orgId)))?.st === 'left';
    if (state === 'accepted' && !members.has(`${orgId} ${userId}`) && !left)
      say(3, `invite ${id} was accepted by nobody`);
  }
  for (const { id, orgId, inviteId, state } of homes) {
    if (state === 'invited' && !inviteId) say(3, `${id} is invited by nothing`);
    const invite = inviteId && table.get(nameOf(keys.invite(orgId, inviteId)));
    if (inviteId && invite?.st !== 'pending') say(3, `${id} names an invite that is not pending`);
  }
}

/** 4. The guard of an org holds its active, unlocked admins. */
function guards(table: Map<string, Item>, people: UserRecord[], say: Say): void {
  for (const orgId of new Set(people.map((person) => person.orgId))) {
    const admins = people.filter((person) => person.orgId === orgId && governs(person)).map(({ id }) => id as string);
    const guard = table.get(nameOf(keys.admins(orgId)));
    const ids = [...((guard?.ids as Set<string> | undefined) ?? [])];
    if (ids.sort().join() !== admins.sort().join())
      say(4, `the guard of ${orgId} names ${ids}, its admins are ${admins}`);
    if (guard && ids.length === 0) say(4, `${orgId} has lost its last admin`);
  }
}

/** 5. Each step of a version has exactly one audit entry that names it; a guest's versions are their org's own. */
function steps(entries: Item[], homes: UserRecord[], say: Say): void {
  const seen = new Map<string, number>();
  for (const { pk, user, version } of entries) {
    // The first version is a birth, and a guest who comes back is born again.
    if (user === undefined || version === undefined || version === 1) continue;
    const step = `${pk.split('#')[1]} ${user} ${version}`;
    seen.set(step, (seen.get(step) ?? 0) + 1);
  }
  for (const [step, times] of seen) if (times > 1) say(5, `step ${step} has ${times} entries`);
  // A record that moved to another org left the entries of its earlier steps behind.
  const taken = new Set([...seen.keys()].map((step) => step.slice(step.indexOf(' ') + 1)));
  for (const { id, orgId, version } of homes) {
    for (let step = 2; step <= version; step++)
      if (!taken.has(`${id} ${step}`)) say(5, `step ${id} ${step} has no entry`);
    if (seen.has(`${packId(orgId)} ${id} ${version + 1}`)) say(5, `${id} has an entry for a step that it did not take`);
  }
}

/** 6. A letter is final and in no lane, or waits in one. */
function letters(all: Item[], say: Say): void {
  for (const { pk, st, lp, su } of all) {
    const final = isFinal(st as Parameters<typeof isFinal>[0]);
    if (final ? lp !== undefined || su !== undefined : lp === undefined || su === undefined)
      say(6, `${pk} is ${st}, lane ${lp}`);
  }
}

/** 7. A session belongs to a person of its epoch who is active, or it does not count. */
function sessions(all: Item[], homes: UserRecord[], now: Date, say: Say): void {
  const people = new Map(homes.map((home) => [home.id as string, home]));
  for (const session of all.map(readSessionItem)) {
    const user = people.get(session.userId);
    const counts = !session.endedAt && session.expiresAt > now.toISOString() && session.epoch === user?.epoch;
    if (counts && user.state !== 'active') say(7, `session ${session.id} of ${user.id}, who is ${user.state}`);
    if (user && session.epoch > user.epoch) say(7, `session ${session.id} is ahead of its person`);
  }
}

/** 8 and 10. Secrets in no index and nowhere else; sizes, ages and tenants of every item. */
function placed(item: Item, now: Date, say: Say): void {
  const { pk, lp, ttl } = item;
  const [, org, area] = pk.split('#');
  const secret = area === 'S' || area === 'V';
  if (secret && lp !== undefined) say(8, `${nameOf(item)} shows in an index`);
  const exposed = Object.keys(item).filter((name) => SECRET_ATTRIBUTES.includes(name));
  const mayHold = secret || ['limiter', 'invite', 'activity'].includes(item.k as string);
  if (!mayHold && exposed.length > 0) say(8, `${nameOf(item)} holds ${exposed}`);
  const latest = now.getTime() / 1000 + TWO_YEARS;
  if (ttl !== undefined && !(Number.isInteger(ttl) && (ttl as number) < latest))
    say(10, `${nameOf(item)} has the ttl ${ttl}`);
  if (Buffer.byteLength(JSON.stringify(item)) > MAX_ITEM) say(10, `${nameOf(item)} is too large`);
  const foreign = typeof lp === 'string' && lp.startsWith('O#') && pk.startsWith('O#') && lp.split('#')[1] !== org;
  if (foreign) say(10, `${nameOf(item)} is listed under another org`);
}
