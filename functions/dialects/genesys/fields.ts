// A user of Genesys Cloud and the record: the members that are one place of it each, as rows. What is shown only when it
// is expanded beside them stands in expand.ts.
import { isDeepStrictEqual } from 'node:util';
import { asIs, type Codec, instant, integer, type Read, shown, strings, text } from '../../../shared/dialect/codecs.ts';
import { fromWire, type Row, row, toWire, type Wire, wireOf } from '../../../shared/dialect/fields.ts';
import { fail } from '../../../shared/model/problem.ts';
import type { ContactAddress } from '../../../shared/model/user/contact.ts';
import type { Place } from '../../../shared/model/user/profile.ts';
import type { User, UserPatch } from '../../../shared/model/user.ts';

const wrong = (message: string): Read => ({ wrong: message });

export const isObject = (value: unknown): value is Wire =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const userUri = (id: string): string => `/api/v2/users/${id}`;

/** The three states there: who was never in is active, too. */
export const stateOf = ({ state }: Pick<User, 'state'>): 'active' | 'inactive' | 'deleted' =>
  state === 'inactive' ? 'inactive' : state === 'deleted' || state === 'erased' ? 'deleted' : 'active';

const chat: Codec = {
  show: (jabberId) => ({ jabberId }),
  read: (value) =>
    isObject(value) && typeof (value.jabberId ?? '') === 'string'
      ? { value: value.jabberId || null }
      : wrong('must be an object with a jabberId'),
};

/** Shown as a reference, taken as an id; a reference that comes back is taken, too. */
const manager: Codec = {
  show: (id) => ({ id, selfUri: userUri(String(id)) }),
  read: (value) => {
    const id = isObject(value) ? value.id : value;
    return typeof id === 'string' ? { value: id } : wrong('must be the id of a user');
  },
};

const shownAddress = (one: ContactAddress): Wire => ({ ...one, display: one.address ?? one.extension });

/** An extension excludes an address there. `display` and `integration` are that system's own. */
const addresses: Codec = {
  show: (value) => (value as ContactAddress[]).map(shownAddress),
  read: (value) => {
    if (!Array.isArray(value) || !value.every(isObject)) return wrong('must be a list of contacts');
    if (value.some(({ address, extension }) => address && extension)) return wrong('has an address or an extension');
    return { value: value.map(({ display: _display, integration: _integration, ...one }) => present(one)) };
  },
};

const locations: Codec = {
  show: (value) =>
    (value as Place[]).map(({ name, ...place }) => ({
      ...place,
      locationDefinition: { id: place.id, name: name ?? '', selfUri: `/api/v2/locations/${place.id}` },
    })),
  read: (value) => {
    if (!Array.isArray(value) || !value.every(isObject)) return wrong('must be a list of locations');
    return {
      value: value.map(({ locationDefinition, ...place }) => {
        const { id, name } = isObject(locationDefinition) ? locationDefinition : {};
        return present({ ...place, id: place.id ?? id, name: name || undefined });
      }),
    };
  },
};

function present(wire: Wire): Wire {
  return Object.fromEntries(Object.entries(wire).filter(([, value]) => value !== null && value !== undefined));
}

/** Shown of everybody. */
const PLAIN: readonly Row[] = [
  row('id', 'id', asIs, 'shown'),
  row('name', 'profile.displayName', text(), 'both', true),
  row('preferredName', 'profile.preferredName', text(), 'both', true),
  row(
    'division',
    'divisionId',
    shown((id) => ({ id, selfUri: divisionUri(String(id)) })),
    'shown',
    true,
  ),
  row('chat', 'contact.jabberId', chat),
  row('department', 'profile.department', text(), 'both', true),
  row('email', 'email', text(), 'both', true),
  row('addresses', 'contact.addresses', addresses),
  row(
    'state',
    'state',
    shown((state) => stateOf({ state: state as User['state'] })),
    'shown',
    true,
  ),
  row('title', 'profile.title', text(), 'both', true),
  row('username', 'username', text(), 'both', true),
  row('manager', 'profile.managerId', manager, 'both', true),
  row('images', 'profile.images', asIs),
  row('version', 'version', integer, 'shown', true),
];

/** Shown when they are expanded, and taken at any time. */
const EXPANDED: readonly Row[] = [
  row('certifications', 'profile.certifications', strings),
  row('biography', 'profile.biography', asIs),
  row('employerInfo', 'profile.employer', asIs),
  row('profileSkills', 'profile.skills', strings),
  row('locations', 'profile.locations', locations),
  row(
    'languagePreference',
    'preferences.locale',
    shown((locale) => String(locale).toLowerCase()),
    'shown',
  ),
  row('dateLastLogin', 'activity.lastSignInAt', instant, 'shown', true),
  row('dateWelcomeSent', 'invitedAt', instant, 'shown', true),
];

export const ROWS: readonly Row[] = [...PLAIN, ...EXPANDED];

export const divisionUri = (id: string): string => `/api/v2/authorization/divisions/${id}`;

/** How a member looks of which nothing is set. Others are left out then, as that system leaves them out. */
const EMPTY: Wire = {
  chat: {},
  preferredName: '',
  department: '',
  title: '',
  addresses: [],
  images: [],
  certifications: [],
  biography: {},
  employerInfo: {},
  profileSkills: [],
  locations: [],
  languagePreference: '',
};

/** The members of rows: those shown of everybody, and of the others those named. */
export function toMembers(user: User, expanded: ReadonlySet<string> = new Set()): Wire {
  const wanted = new Set([...PLAIN.map(({ wire }) => wire), ...expanded]);
  const wire = { ...toWire(ROWS, user, wanted), username: user.username ?? user.email ?? null };
  const entries = Object.entries(wire).map(([name, value]) => [name, value ?? EMPTY[name]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The address to sign in with, the phone beside it, and whatever is marked as primary. */
export function primaryContacts({ email, contact }: User): Wire[] {
  const { addresses: all = [], phone } = contact ?? {};
  const number = phone?.number;
  const call = number && present({ address: number, mediaType: 'PHONE', countryCode: phone.countryCode });
  return [
    ...(email ? [{ address: email, display: email, mediaType: 'EMAIL', type: 'PRIMARY' }] : []),
    ...(call ? [{ ...call, display: number, type: 'PRIMARY' }] : []),
    ...all.filter(({ type }) => type === 'PRIMARY').map(shownAddress),
  ];
}

/** Members of a user, and of the person who asks, that are shown and not taken: sent back they are ignored. */
const READ_ONLY = new Set(
  (
    'organization primaryContactInfo customAttributes routingStatus presence integrationPresence conversationSummary outOfOffice ' +
    'geolocation station authorization team workPlanBidRanks skills languages lastTokenIssued selfUri date token ' +
    'geolocationSettings presenceDefinitions divisionedPresenceDefinitions locationDefinitions orgAuthorization ' +
    'favorites superiors directReports adjacents routingSkills fieldConfigs trustors orgProducts autoAnswerSettings'
  ).split(' '),
);

/** A merge patch of what was sent of the rows. `beside` are members that the caller looks at itself. */
export function fromMembers(given: Wire, beside: readonly string[], before?: User): UserPatch {
  const own = Object.entries(given).filter(([name]) => !READ_ONLY.has(name) && !beside.includes(name));
  const meant = own.map(([name, value]) => [name, isUnset(name, value, given, before) ? null : value]);
  const { patch, wrong: all } = fromWire(ROWS, Object.fromEntries(meant), before);
  if (all.length > 0) {
    const issues = all.slice(0, 20).map(({ wire, message }) => ({ pointer: `/${wire.slice(0, 100)}`, message }));
    fail({ code: 'input-invalid', issues });
  }
  return patch;
}

/** Who has no username is shown their address in its place. */
function isUnset(name: string, value: unknown, { email }: Wire, before?: User): boolean {
  if (name === 'username' && value === (before?.email ?? email) && !before?.username) return true;
  return value === '' || (name in EMPTY && isDeepStrictEqual(value, EMPTY[name]));
}

/** The member behind the place of the record, or of the body, that a refusal points at. */
export function fieldOf(pointer: string): string {
  const [, attribute] = /^\/customAttributes\/[^/]+\/(.+)$/.exec(pointer) ?? [];
  if (attribute) return attribute;
  const [, named] = NAMED.find(([place]) => place.test(pointer)) ?? [];
  return named ?? wireOf(ROWS, pointer) ?? pointer.split('/').slice(1).join('.');
}

/** Places that no row has, or that are part of what a member says. */
const NAMED: readonly [place: RegExp, name: string][] = [
  [/^\/profile\/(given|family)Name/, 'name'],
  [/^\/divisionId/, 'divisionId'],
  [/^\/fields/, 'jsonSchema.properties'],
  [/^\/provisioning\/externalIds/, 'externalKey'],
  [/^\/routing\/autoAnswer/, 'acdAutoAnswer'],
  [/^\/outOfOffice\/startsAt/, 'startDate'],
  [/^\/outOfOffice\/endsAt/, 'endDate'],
];
