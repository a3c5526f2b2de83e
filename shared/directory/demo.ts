// A believable org for a newcomer to list, search and break. Made by the flows themselves, but for people who have been
// active for long: those are written as accepting an invite leaves them. No operation reaches this.
import * as v from 'valibot';
import { EmailAddress } from '../model/email-address.ts';
import type { InviteId, OrgId, TeamId, UserId } from '../model/ids.ts';
import { PERMISSIONS, type Role } from '../model/principal.ts';
import type { Instant, Locale } from '../model/text.ts';
import { hashPassword } from '../security/password-hash.ts';
import { guardWrites } from '../store/admin-items.ts';
import { claimEmail, claimNumber } from '../store/claim-items.ts';
import { readInviteItem } from '../store/invite-items.ts';
import { keys } from '../store/keys.ts';
import { readLetterItem } from '../store/letter-items.ts';
import { readOrgItem } from '../store/org-items.ts';
import { putCredential } from '../store/secret-items.ts';
import { newUser, type UserRecord } from '../store/user-items.ts';
import { commit } from './commit.ts';
import { type Context, instant, newId } from './context.ts';
import { DEPARTMENTS, NAMES, PLACES, TEAMS, TITLES } from './demo-names.ts';
import { createInvite } from './invites.ts';
import { applyFeedback } from './letters.ts';
import { createUser } from './new-users.ts';
import { createPlace } from './structure/places.ts';
import { createRole } from './structure/roles.ts';
import { joinUnit } from './structure/unit-members.ts';
import { createUnit } from './structure/units.ts';
import { deactivateUser, deleteUser, lockUser } from './user-states.ts';

export interface Demo {
  people: number;
  /** Somebody to sign in as: an admin with the password given. */
  email: string;
  /** Invites whose letters are to bounce once they are sent. */
  bouncing: InviteId[];
}

const DAY_MS = 86_400_000;
const ACTIVE = 240;
const MANAGERS = 20;

/** The org's client as the caller, at a moment of the past. */
async function acting(ctx: Context, orgId: OrgId, clientId: string): Promise<(daysAgo: number) => Context> {
  const org = readOrgItem((await ctx.table.get(keys.org(orgId))) ?? { ...keys.org(orgId) });
  const token = { permissions: PERMISSIONS, epoch: 1, orgEpoch: 1, issuedAt: 0 };
  const principal = { is: 'client', id: clientId as never, orgId, ...token } as const;
  return (daysAgo) => ({
    ...ctx,
    now: new Date(ctx.now.getTime() - daysAgo * DAY_MS),
    principal,
    standing: async () => ({ permissions: PERMISSIONS, org }),
  });
}

/** Fills an org. `password` is that of everybody who can sign in. Takes some seconds. */
export async function makeDemo(ctx: Context, orgId: OrgId, clientId: string, password: string): Promise<Demo> {
  const at = await acting(ctx, orgId, clientId);
  const divisions = [];
  for (const name of PLACES.divisions) divisions.push(await createPlace(at(700), 'division', { name }));
  for (const place of PLACES.locations) await createPlace(at(700), 'location', place);
  const teams = [];
  for (const name of TEAMS) teams.push(await createUnit(at(690), 'team', { name }));
  const lead = await createRole(at(690), {
    name: 'Team lead',
    permissions: ['users:read', 'users:invite', 'events:read'],
  });
  await createRole(at(690), { name: 'Help desk', permissions: ['users:read', 'users:write'] });
  const hash = await hashPassword(password);
  const people: UserRecord[] = [];
  for (let n = 0; n < ACTIVE; n++) {
    const roles: Role[] = n === 0 ? ['admin'] : n < MANAGERS ? ['member', lead.id] : ['member'];
    const manager = n === 0 ? undefined : people[n < MANAGERS ? 0 : n % MANAGERS]?.id;
    const record = person(at(650 - 2.5 * n), n, orgId, roles, divisions[n % divisions.length]?.id as never, manager);
    people.push(record);
    await writeActive(at(650 - 2.5 * n), record, hash);
    await joinUnit(at(600 - 2 * n), 'team', teams[n % teams.length]?.id as TeamId, record.id);
  }
  const [admin] = people;
  const bouncing = await unfinished(at);
  await leavers(at, people);
  return { people: ACTIVE + 60, email: admin?.email ?? '', bouncing };
}

function profileOf(n: number): { locale: Locale; email: EmailAddress; profile: NonNullable<UserRecord['profile']> } {
  const { locale, given, family, ascii, zone } = NAMES[n % NAMES.length] as (typeof NAMES)[number];
  const familyName = family[Math.floor(n / NAMES.length) % family.length] as string;
  const profile = {
    givenName: given,
    familyName,
    title: TITLES[n % TITLES.length] as string,
    department: DEPARTMENTS[n % DEPARTMENTS.length] as string,
    timeZones: { primary: zone },
  };
  return { locale, email: v.parse(EmailAddress, `${ascii}.${n}@example.com`), profile };
}

function person(
  ctx: Context,
  n: number,
  orgId: OrgId,
  roles: Role[],
  divisionId: NonNullable<UserRecord['divisionId']>,
  managerId: UserId | undefined,
): UserRecord {
  const { locale, email, profile } = profileOf(n);
  const now = instant(ctx.now);
  const times = {
    createdAt: now,
    updatedAt: now,
    invitedAt: now,
    activatedAt: now,
    emailVerifiedAt: now,
    passwordUpdatedAt: now,
  };
  return {
    id: newId<UserId>(ctx),
    orgId,
    email,
    state: 'active',
    version: 1,
    epoch: 1,
    roles,
    divisionId,
    profile: { ...profile, ...(managerId && { managerId }) },
    contact: { phone: { countryCode: '49', number: `30 555 ${String(n).padStart(4, '0')}` } },
    preferences: { locale },
    ...times,
  };
}

async function writeActive(ctx: Context, record: UserRecord, hash: string): Promise<void> {
  const { orgId, id, email = '' } = record;
  const writes = [
    newUser(record),
    claimEmail(email, orgId, id),
    claimNumber(orgId, id),
    putCredential(orgId, id, { hash, setAt: record.passwordUpdatedAt as Instant }),
    ...guardWrites(undefined, record),
  ];
  await commit(ctx, { type: 'invite-accepted', orgId, userId: id, version: 1 }, writes, undefined);
}

/** Twenty invites under way, ten past their time, ten that will bounce, twenty people nobody invited yet. */
async function unfinished(at: (daysAgo: number) => Context): Promise<InviteId[]> {
  const bouncing: InviteId[] = [];
  for (let n = ACTIVE; n < ACTIVE + 60; n++) {
    const { email, profile, locale } = profileOf(n);
    const kind = n % 6;
    if (kind < 2) await createUser(at(n % 5), { email, profile, preferences: { locale } });
    else if (kind === 2) await createInvite(at(20), { email, profile, locale, notify: false });
    else {
      const invite = await createInvite(at(0), {
        email,
        profile,
        locale,
        note: 'We look forward to working with you.',
      });
      if (kind === 5) bouncing.push(invite.id);
    }
  }
  return bouncing;
}

/** Some are locked, some inactive, some deleted. */
async function leavers(at: (daysAgo: number) => Context, people: readonly UserRecord[]): Promise<void> {
  for (const { id } of people.slice(30, 36)) await lockUser(at(0), id, 'On leave');
  for (const { id } of people.slice(40, 55)) await deactivateUser(at(0), id);
  for (const { id } of people.slice(60, 70)) await deleteUser(at(0), id);
}

/** What SES would say of letters to addresses that are not there. Only letters that were sent bounce. */
export async function bounceLetters(ctx: Context, orgId: OrgId, invites: readonly InviteId[]): Promise<number> {
  let bounced = 0;
  for (const id of invites) {
    const item = await ctx.table.get(keys.invite(orgId, id));
    const { letterId = '' } = item ? readInviteItem(item) : {};
    const found = await ctx.table.get(keys.letter(letterId));
    const { sesId } = found ? readLetterItem(found) : {};
    if (sesId && (await applyFeedback(ctx, { letterId, sesId, state: 'bounced', permanent: true }))) bounced++;
  }
  return bounced;
}
