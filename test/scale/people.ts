// The people of an org of any size, with everything that the measured operations read of them. Every one takes as many
// bytes as every other, so that pages of different people can cost the same.
import type { EmailAddress } from '../../shared/model/email-address.ts';
import { numberOf, type OrgId, type UserId, uuidV7 } from '../../shared/model/ids.ts';
import type { UserState } from '../../shared/model/user.ts';
import { auditEntry } from '../../shared/store/audit-items.ts';
import { keys } from '../../shared/store/keys.ts';
import { ledgerItem, wantedLedger } from '../../shared/store/ledger-items.ts';
import { entryItem } from '../../shared/store/search-items.ts';
import type { Item } from '../../shared/store/table.ts';
import { type UserRecord, userItem } from '../../shared/store/user-items.ts';

const START = Date.UTC(2026, 0, 1);
const GIVEN = ['Amina', 'Bruno', 'Chloe', 'Diego', 'Elena', 'Farid', 'Grace', 'Helga', 'Ivana', 'Jonas', 'Keiko'];
const FAMILY = ['Okafor', 'Moreau', 'Tanaka', 'Haddad', 'Petrov', 'Silver', 'Larsen'];
const DEPARTMENTS = ['Support', 'Finance', 'Selling', 'Hosting', 'Quality', 'Reading', 'Logging', 'Careers', 'Welfare'];

/** Whoever is among the first few has a name that nobody else has, in an org of any size. */
export const RARE = { name: 'Xenia', people: 8 };
/** People who report to one manager. */
const REPORTS = 60;

const pick = <T>(all: readonly T[], n: number): T => all[n % all.length] as T;
const momentOf = (n: number) => START + n * 10;
const idOf = (n: number): UserId => uuidV7(momentOf(n), Buffer.from(n.toString(16).padStart(20, '0'), 'hex')) as UserId;

/** When the nth person was created. */
export const createdAt = (n: number): string => new Date(momentOf(n)).toISOString();

function stateOf(n: number): UserState {
  if (n % 10 === 3) return 'staged';
  return n % 10 === 6 ? 'deleted' : 'active';
}

/** The nth person of an org. Ids rise with n, so that order of creation is order of n. */
export function person(orgId: OrgId, n: number): UserRecord {
  const at = createdAt(n);
  const digits = String(n).padStart(7, '0');
  const [givenName, familyName] = [n < RARE.people ? RARE.name : pick(GIVEN, n), pick(FAMILY, n)];
  const state = stateOf(n);
  return {
    id: idOf(n),
    orgId,
    email: `${givenName}.${familyName}.${digits}@people.test`.toLowerCase() as EmailAddress,
    state,
    version: 3,
    epoch: 1,
    roles: ['member'],
    createdAt: at,
    updatedAt: at,
    activatedAt: at,
    ...(state === 'deleted' && { deletedAt: at, stateBefore: 'active' as const }),
    revision: 'written',
    profile: {
      givenName,
      familyName,
      title: 'Customer success engineer',
      department: pick(DEPARTMENTS, n),
      managerId: idOf(Math.floor(n / REPORTS)),
      timeZones: { primary: 'Europe/Berlin' },
    },
    contact: { phone: { countryCode: '49', number: '30 1234567' } },
    preferences: { locale: 'de-DE' },
  };
}

/** Core, claims, the entry of the create, and what the projector keeps: by the functions that it derives it with. */
export function itemsOf(record: UserRecord): Item[] {
  const { orgId, id, email = '' } = record;
  const ledger = wantedLedger(record, { orgId, userId: id, tokens: [] });
  const claim = { k: 'claim', o: orgId, u: id, op: 'written' };
  const created = auditEntry(
    { type: 'user-created', orgId, userId: id, version: 1 },
    { now: new Date(record.createdAt), requestId: 'written', opId: id },
  );
  return [
    userItem(record),
    { ...keys.emailClaim(email), ...claim },
    { ...keys.numberClaim(numberOf(id)), ...claim },
    { ...ledgerItem(ledger), op: 'written' },
    ...ledger.tokens.map((token) => entryItem(record, token)),
    ...('put' in created ? [created.put] : []),
  ];
}
