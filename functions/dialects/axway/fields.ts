// A user of the Amplify Platform: 32 attributes, no more, since its schema allows no others. Most are only shown; those
// that are written go by the profile. What the platform's schema gives no null for is left out where it is unset.
import { asIs, type Codec, flag, instant, shown, text } from '../../../shared/dialect/codecs.ts';
import { type Row, row, toWire, type Wire, wireOf } from '../../../shared/dialect/fields.ts';
import { numberOf } from '../../../shared/model/ids.ts';
import type { User } from '../../../shared/model/user.ts';

const MAX_NAME = 50;
export const MAX_EMAIL = 217;

/** Unset is an empty text there. */
const plain = text(MAX_NAME);
const name: Codec = { show: plain.show, read: (value) => (value === '' ? { value: null } : plain.read(value)) };

const orgNumber = shown((id) => numberOf(String(id)));
/** When each kind of client was last seen is whether it was ever seen. */
const seen = (client: string): Codec => shown((value) => Object.hasOwn(value as object, client));

export const ROWS: readonly Row[] = [
  row('_id', 'legacyId', text(), 'shown'),
  row('guid', 'id', text(), 'shown'),
  row('user_id', 'number', asIs, 'shown'),
  // Before `username`, which is the same there: a refusal is about the first.
  row('email', 'email', text(MAX_EMAIL), 'shown', true),
  row('username', 'email', text(MAX_EMAIL), 'shown'),
  row('firstname', 'profile.givenName', name, 'both', true),
  row('lastname', 'profile.familyName', name, 'both', true),
  row('locale', 'preferences.locale', text()),
  row('timezone', 'profile.timeZones.primary', text()),
  row('prefs', 'preferences.map', asIs, 'shown'),
  row('login_org', 'preferences.loginOrg', text()),
  row('default_org', 'preferences.defaultOrgId', orgNumber, 'shown'),
  row(
    'activated',
    'activatedAt',
    shown(() => true),
    'shown',
  ),
  row(
    'active',
    'state',
    shown((state) => state !== 'inactive' && state !== 'deleted'),
    'shown',
  ),
  row('date_activated', 'activatedAt', instant, 'shown'),
  row('invited', 'invitedAt', instant, 'shown'),
  row('created', 'createdAt', instant, 'shown'),
  row('updated', 'updatedAt', instant, 'shown'),
  row('terms_updated', 'termsAcceptedAt', instant, 'shown'),
  row('external', 'provisioning.external', flag, 'shown'),
  row('oauth', 'provisioning.socialProviders', asIs, 'shown'),
  row('provider_guid', 'provisioning.providerGuid', text(), 'shown'),
  row('mfa', 'security.mfaEnabled', flag, 'shown'),
  row('authenticator_enabled', 'security.authenticatorEnabled', flag, 'shown'),
  row('password_updated', 'security.passwordUpdatedAt', instant, 'shown'),
  row('last_login', 'activity.lastSignInAt', instant, 'shown', true),
  row('last_logged_in_org', 'activity.lastOrgId', orgNumber, 'shown'),
  row('logged_in_count', 'activity.signInCount', asIs, 'shown'),
  ...['cli', 'other', 'studio', 'web'].map((client) =>
    row(`logged_in_from_${client}`, 'activity.seenFrom', seen(client), 'shown'),
  ),
];

/** Taken by the profile and shown nowhere on a user: the SDK sends it. */
export const PHONE = row('phone', 'contact.phone.number', text(), 'accepted');

/** What is there even when nothing is set. */
const UNSET: Wire = {
  firstname: '',
  lastname: '',
  prefs: {},
  external: false,
  oauth: [],
  mfa: false,
  authenticator_enabled: false,
  logged_in_count: 0,
  ...Object.fromEntries(['cli', 'other', 'studio', 'web'].map((client) => [`logged_in_from_${client}`, false])),
};

/** The state of a guest is all that the org knows of how they came in. */
const isActivated = ({ activatedAt, state }: User): boolean => activatedAt !== undefined || state === 'active';

export function toAxwayUser(user: User): Wire {
  const set = Object.entries(toWire(ROWS, user)).filter(([, value]) => value !== null);
  const { invited, ...rest }: Wire = { ...UNSET, ...Object.fromEntries(set), activated: isActivated(user) };
  return isActivated(user) || invited === undefined ? rest : { ...rest, invited };
}

/** The attribute that a refusal points at. */
export const wireOfPointer = (pointer: string): string | undefined => wireOf([...ROWS, PHONE], pointer);
