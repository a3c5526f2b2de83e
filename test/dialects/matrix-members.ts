// The members of a record that somebody can set, and values for each. What the directory sets itself (moments, counters, ids
// of its own) is not among them.
import * as fc from 'fast-check';
import { FIELDS } from '../../shared/model/fields.ts';
import { full } from '../support/full-person.ts';
import { valuesAt } from './contract.ts';

/** What there is in the org for people to be related to; each list sorted. */
export interface Fixture {
  managers: string[];
  teams: string[];
  groups: string[];
  divisions: string[];
  orgId: string;
}

type Values = (fixture: Fixture) => fc.Arbitrary<unknown>;

let drawn = 0;
/** Nobody has it yet. */
const unique =
  (make: (n: number) => unknown): Values =>
  () =>
    fc.constant(undefined).map(() => make(++drawn));
const among =
  (...values: unknown[]): Values =>
  () =>
    fc.constantFrom(...values);
const some =
  (name: 'teams' | 'groups'): Values =>
  (fixture) =>
    fc.subarray(fixture[name], { minLength: 1 });
const one =
  (name: 'managers' | 'divisions'): Values =>
  (fixture) =>
    fc.constantFrom(...fixture[name]);
/** A group with every member, so that a merge with another of them is the other. */
const varied =
  (base: unknown, name: string): Values =>
  () =>
    fc.constantFrom('one', 'two').map((value) => ({ ...(base as object), [name]: value }));
const leveled =
  (ids: readonly string[]): Values =>
  () =>
    fc
      .integer({ min: 0, max: 5 })
      .map((proficiency) => ids.map((id) => ({ id, name: `The ${id}`, proficiency, state: 'active' })));

const reference =
  (type: string, many: boolean): Values =>
  () =>
    many
      ? fc
          .uniqueArray(fc.integer({ min: 0, max: 9999 }), { minLength: 1, maxLength: 3 })
          .map((ids) => ids.map((id) => ({ type, id })))
      : fc.integer({ min: 0, max: 9999 }).map((id) => ({ type, id }));

const RELATIONS: readonly [name: string, type: string, many: boolean][] = [
  ['batches', 'batch', true],
  ['calendar', 'calendar', false],
  ['contentCategories', 'contentCategory', true],
  ['contentCategoryOwnerships', 'contentCategoryOwnership', true],
  ['favorites', 'favorite', true],
  ['jobRole', 'jobRole', false],
  ['mailbox', 'mailbox', false],
  ['mailboxes', 'mailbox', true],
  ['outboundVoicemails', 'outboundVoicemail', true],
  ['phone', 'phone', false],
  ['phones', 'phone', true],
  ['profile', 'profile', false],
  ['recipients', 'recipient', true],
  ['roleAssignedTeams', 'team', true],
  ['smsPhone', 'phone', false],
  ['voicemailPrompts', 'voicemailPrompt', true],
];

const { profile, presence, routing, telephony } = full as Record<string, Record<string, unknown>>;
const AT = '2027-02-03T04:05:06.000Z';

/** Members of more than one plain value, unique ones, references, and what has a flow of its own. */
const SPECIAL: readonly [path: string, values: Values][] = [
  ['email', unique((n) => `changed-${n}@example.test`)],
  ['externalId', unique((n) => `external-${n}`)],
  ['username', unique((n) => `user-${n}`)],
  // Whether the person is kept out, which each language says in its own way.
  ['inactive', among(true, false)],
  ['roles', among(['admin'], ['member'], ['viewer'])],
  ['teams', some('teams')],
  ['groups', some('groups')],
  ['divisionId', one('divisions')],
  ['profile.managerId', one('managers')],
  ['profile.duties', among({ lead: true }, [{ id: 1, name: 'SDR', duty_type: 'x' }])],
  ['profile.biography', varied(profile?.biography, 'spouse')],
  ['profile.employer', varied(profile?.employer, 'officialName')],
  ['profile.certifications', among(['CPA'], ['CPA', 'CFA'])],
  ['profile.skills', among(['Excel'], ['Word', 'Excel'])],
  ['profile.images', among(profile?.images, [{ resolution: 'x48', imageUri: 'https://img.example.com/b.png' }])],
  ['profile.locations', among(profile?.locations, [{ id: 'm', name: 'Lab' }])],
  [
    'contact.addresses',
    among(full.contact?.addresses, [{ mediaType: 'EMAIL', type: 'WORK', address: 'b@example.com' }]),
  ],
  ['contact.jabberId', among('a@chat.example.com', 'b@chat.example.com')],
  ['telephony.station', among(telephony?.station)],
  ['preferences.map', () => fc.record({ theme: fc.constantFrom('dark', 'light'), size: fc.constantFrom('S', 'L') })],
  ['preferences.defaultRulesetId', among(1, 2, 3)],
  ['preferences.defaultOrgId', ({ orgId }) => fc.constant(orgId)],
  ['provisioning.scim.externalId', unique((n) => `scim-${n}`)],
  [
    'provisioning.externalIds',
    unique((n) => [
      { authority: 'hr', key: `k${n}` },
      { authority: 'crm', key: `k${n}` },
    ]),
  ],
  ['provisioning.socialProviders', among(['google'], ['google', 'github'])],
  ['security.mustChangePassword', among(true)],
  ['security.questions', among(questions('Street?'), questions('Town?'))],
  ['routing.autoAnswer', among(true, false)],
  ['routing.tags', among(['north'], ['north', 'night'])],
  ['routing.skills', leveled(['french', 'greek'])],
  ['routing.languages', leveled(['fr', 'el'])],
  ['routing.status', among({ status: 'IDLE' }, { status: 'OFF_QUEUE' })],
  ['routing.conversationSummary', among(routing?.conversationSummary)],
  ['presence.current', varied(presence?.current, 'message')],
  ['presence.geolocation', varied(presence?.geolocation, 'city')],
  [
    'presence.outOfOffice',
    () => fc.boolean().map((active) => ({ active, indefinite: false, startsAt: AT, endsAt: AT })),
  ],
  ...RELATIONS.map(([name, type, many]) => [`relations.${name}`, reference(type, many)] as [string, Values]),
];

function questions(text: string) {
  return [1, 2, 3].map((n) => ({ id: `q${n}`, text: `${n}. ${text}` }));
}

const within = (path: string): boolean => SPECIAL.some(([group]) => path.startsWith(`${group}.`));

/** By their places in the record. */
export const MEMBERS: ReadonlyMap<string, Values> = new Map([
  ...[...FIELDS.keys()].flatMap((path): [string, Values][] => {
    const values = path.includes('.') && !within(path) ? valuesAt(path) : undefined;
    return values ? [[path, () => values]] : [];
  }),
  ...SPECIAL,
]);
