// A user of the Engage Identity service and the record: plain fields, and the typed attributes that stand as pairs of
// texts under `attributes`. Four names are misspelt in the guide: both spellings are taken, the guide's are shown.
import { asText, commas, flag, instant, named, text } from '../../../shared/dialect/codecs.ts';
import { fromWire, type Row, row, showAt, type Wire } from '../../../shared/dialect/fields.ts';
import type { AnswersPatch } from '../../../shared/directory/security-answers.ts';
import type { Role } from '../../../shared/model/principal.ts';
import type { SecurityQuestion } from '../../../shared/model/user/security.ts';
import type { User, UserPatch } from '../../../shared/model/user.ts';
import { refuse } from './errors.ts';

export const FIELDS: readonly Row[] = [
  row('email', 'email', text(255)),
  row('firstName', 'profile.givenName', text()),
  row('lastName', 'profile.familyName', text()),
  row('timeZone', 'profile.timeZones.primary', text()),
  row('locale', 'preferences.locale', text()),
  row('defaultPhoneNumber', 'contact.phone.number', text()),
  row('createdDate', 'createdAt', instant, 'shown'),
  row('updatedDate', 'updatedAt', instant, 'shown'),
];

/** Pairs under `attributes` that are one value of the record each. */
export const ATTRIBUTES: readonly Row[] = [
  row('passwordExpirationDate', 'security.passwordExpiresAt', instant, 'shown'),
  row('passwordChangeRequired', 'security.mustChangePassword', asText(flag)),
  row('emailValidationDate', 'security.emailVerifiedAt', instant, 'shown'),
  row('failedPasswordResetAttempt', 'security.failedPasswordResets', asText(text()), 'shown'),
  row('registrationMethod', 'telephony.agent.registrationMethod', text()),
  row('registrationPhoneNumber', 'telephony.agent.registrationPhone', text()),
];

export const TAGS = row('tags', 'routing.tags', commas);

const ROLES = named({ admin: 'AccountManager', member: 'Agent' }, undefined);

/** As the guide spells them, typing errors and all. */
const QUESTION_IDS = ['securityQuestionId1', 'securityQuestionId2', 'securityQuestionId3'];
const QUESTION_TEXTS = ['securityQuestionText1', 'sercurityQuestionText2', 'sercurityQuestionText3'];
const ANSWERS = ['sercurityQuestionAnswer1', 'sercurityQuestionAnswer2', 'securityQuestionAnswer3'];

const rightly = (name: string): string => name.replace(/^sercurity/, 'security');
const indexIn = (names: readonly string[], name: string): number => names.map(rightly).indexOf(rightly(name));

export interface Pair {
  name: string;
  value?: string;
}

export const pairs = (values: Wire): Pair[] =>
  Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [{ name, value: String(value) }]));

/** The name a person goes by there. */
export const keyOf = ({ externalId, username, email, id }: Pick<User, 'externalId' | 'username' | 'email' | 'id'>) =>
  externalId ?? username ?? email ?? id;

/** Whoever made or changed something, as User (K): a machine client by its id, with which it signs in. */
export const keyBy = (id: string, names: ReadonlyMap<string, string>): Wire => ({ externalId: names.get(id) ?? id });

/** All that is set: reads there answer no attribute without a value. `by` are the keys of those who made and changed it. */
export function toIdentity(user: User, by: ReadonlyMap<string, string>): Wire {
  const fields = Object.fromEntries(
    FIELDS.flatMap((one) => {
      const value = showAt(one, user);
      return value === null ? [] : [[one.wire, value]];
    }),
  );
  const attributes = Object.fromEntries([...ATTRIBUTES, TAGS].map((one) => [one.wire, showAt(one, user)]));
  const made = (id: string | undefined) => (id ? keyBy(id, by) : undefined);
  return present({
    externalId: keyOf(user),
    loginEnabled: user.state !== 'inactive',
    ...fields,
    roles: user.roles.map((role) => ROLES.show(role) ?? role),
    preferences: pairs(user.preferences?.map ?? {}),
    attributes: [...pairs(attributes), ...questionPairs(user.security?.questions ?? [])],
    createdBy: made(user.createdBy),
    modifiedBy: made(user.updatedBy),
  });
}

const questionPairs = (questions: readonly SecurityQuestion[]): Pair[] =>
  questions.flatMap(({ id, text }, i) => [
    { name: QUESTION_IDS[i] ?? '', value: id },
    ...(text ? [{ name: QUESTION_TEXTS[i] ?? '', value: text }] : []),
  ]);

/** Reads there answer no member without a value. */
export const present = (values: Wire): Wire =>
  Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  );

/** What a user object asks for, in the directory's own words. */
export interface Wanted {
  patch: UserPatch;
  roles?: Role[];
  loginEnabled?: boolean;
  tags?: string[] | null;
  answers: AnswersPatch;
}

/** Only what is supplied changes. Without `before` it is about somebody new. */
export function fromIdentity(given: Wire, before?: User): Wanted {
  const {
    roles,
    loginEnabled,
    preferences,
    attributes = [],
    externalId: _key,
    createdBy,
    modifiedBy,
    ...fields
  } = given;
  const pairsGiven = attributes as Pair[];
  const simple = pairsGiven.filter(({ name }) => ATTRIBUTES.some(({ wire }) => wire === name));
  const { patch, wrong } = fromWire(
    [...FIELDS, ...ATTRIBUTES],
    { ...fields, ...Object.fromEntries(simple.map(({ name, value }) => [name, value || null])) },
    before,
  );
  const [first] = wrong;
  if (first) refuse('ARG_INVALID_DATA', first.wire, first.message);
  const rest = pairsGiven.filter((pair) => !simple.includes(pair));
  const tags = rest.find(({ name }) => name === 'tags');
  const security = questionsFrom(rest, before?.security?.questions ?? []);
  const unknown = rest.find(({ name }) => name !== 'tags' && questionIndex(name) < 0 && indexIn(ANSWERS, name) < 0);
  if (unknown) refuse('ARG_INVALID_DATA', 'attributes', `there is no attribute ${unknown.name.slice(0, 100)}`);
  return {
    patch: {
      ...patch,
      ...(preferences !== undefined && { preferences: { ...patch.preferences, map: mapFrom(preferences as Pair[]) } }),
      ...(security && { security: { ...patch.security, questions: security } }),
    },
    ...(roles !== undefined && { roles: rolesFrom(roles as string[]) }),
    ...(loginEnabled !== undefined && { loginEnabled: loginEnabled as boolean }),
    ...(tags && { tags: tags.value ? (readBy(TAGS, tags.value) as string[]) : null }),
    answers: answersFrom(rest),
  };
}

function readBy({ codec, wire }: Row, value: unknown): unknown {
  const read = codec.read(value);
  return 'wrong' in read ? refuse('ARG_INVALID_DATA', wire, read.wrong) : read.value;
}

/** Roles by this service's names, others by ours: an org's own by their ids. */
export const rolesFrom = (names: readonly string[]): Role[] =>
  names.map((name) => {
    const read = ROLES.read(name);
    return 'value' in read ? (read.value as Role) : (name as Role);
  });

/** A pair without a value goes; the others are set, and those not named stay. */
export const mapFrom = (given: readonly Pair[]): Record<string, string | null> =>
  Object.fromEntries(given.map(({ name, value }) => [name, value || null]));

const questionIndex = (name: string): number => Math.max(indexIn(QUESTION_IDS, name), indexIn(QUESTION_TEXTS, name));

/** The questions with what is supplied laid over them; undefined where nothing is. */
function questionsFrom(given: readonly Pair[], before: readonly SecurityQuestion[]): SecurityQuestion[] | undefined {
  const named = given.filter(({ name }) => questionIndex(name) >= 0);
  if (named.length === 0) return undefined;
  const places: { id?: string; text?: string }[] = [0, 1, 2].map((i) => ({ ...before[i] }));
  for (const { name, value } of named) {
    const place = places[questionIndex(name)] ?? {};
    const member = indexIn(QUESTION_IDS, name) >= 0 ? 'id' : 'text';
    if (value) place[member] = value;
    else delete place[member];
  }
  const last = places.findLastIndex(({ id, text }) => id !== undefined || text !== undefined);
  return places.slice(0, last + 1).map(({ id, text }, i) => {
    // Questions are told apart by their places, so none stays empty before another.
    if (!id) return refuse('ATTRIBUTE_NULL', QUESTION_IDS[i] ?? '', 'a question needs its id');
    return { id, ...(text && { text }) };
  });
}

function answersFrom(given: readonly Pair[]): AnswersPatch {
  const answers = given.filter(({ name }) => indexIn(ANSWERS, name) >= 0);
  return Object.fromEntries(
    answers.map(({ name, value }) => [indexIn(ANSWERS, name) + 1, value ? value.slice(0, 1024) : null]),
  );
}
