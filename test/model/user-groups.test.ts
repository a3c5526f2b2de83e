// The groups of the record against their sources: members, limits, hostile input, the API document.
import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { type MergePatch, mergePatch } from '../../shared/model/patch.ts';
import { Contact, ContactPatch } from '../../shared/model/user/contact.ts';
import { Custom, CustomPatch } from '../../shared/model/user/custom.ts';
import { Notifications, NotificationsPatch } from '../../shared/model/user/notifications.ts';
import { Preferences, PreferencesPatch } from '../../shared/model/user/preferences.ts';
import { Presence, PresencePatch } from '../../shared/model/user/presence.ts';
import { Profile, ProfilePatch } from '../../shared/model/user/profile.ts';
import { Provisioning, ProvisioningPatch } from '../../shared/model/user/provisioning.ts';
import { Routing, RoutingPatch } from '../../shared/model/user/routing.ts';
import { SavedViews, SavedViewsPatch } from '../../shared/model/user/saved-views.ts';
import { Telephony, TelephonyPatch } from '../../shared/model/user/telephony.ts';

type Group = v.StrictObjectSchema<v.ObjectEntries, undefined>;
const groups: [string, Group, Group][] = [
  ['profile', Profile, ProfilePatch],
  ['contact', Contact, ContactPatch],
  ['telephony', Telephony, TelephonyPatch],
  ['notifications', Notifications, NotificationsPatch],
  ['savedViews', SavedViews, SavedViewsPatch],
  ['preferences', Preferences, PreferencesPatch],
  ['custom', Custom, CustomPatch],
  ['provisioning', Provisioning, ProvisioningPatch],
  ['routing', Routing, RoutingPatch],
  ['presence', Presence, PresencePatch],
];

const ID = '01900000-0000-7000-8000-000000000001';
const AT = '2026-04-21T00:00:00Z';
const station = {
  ...{ id: 's1', name: 'Desk', type: 'inin_webrtc', associatedUserId: ID, associatedAt: AT, defaultUserId: ID },
  ...{ providerInfo: { edgeGroupId: 'e' }, webRtcCallAppearances: 8 },
};
const count = { contactCenter: { active: 1, acw: 0 }, enterprise: { active: 0, acw: 0 } };
const skill = { id: 'k', name: 'French', proficiency: 4.5, state: 'active' };

/** Every member of every group, each with a value of its own kind. */
const full: Record<string, Record<string, unknown>> = {
  profile: {
    ...{ givenName: 'Zoë', familyName: '', displayName: 'Zoë L.', title: 'Staff Accountant', department: 'Finance' },
    ...{ jobRole: 'SDR', duties: { sales: true, levels: [1, null] }, managerId: ID },
    biography: {
      ...{ biography: 'Line one\r\nline two', interests: ['chess'], hobbies: ['tea'], spouse: 'Sam' },
      education: [{ school: 'ETH', fieldOfStudy: 'Maths', notes: '', dateStart: '2001-09-01', dateEnd: '2006-06-30' }],
    },
    employer: { officialName: 'Acme', employeeId: '7', employeeType: 'Full-time', dateHire: '2020-02-29' },
    ...{ certifications: ['CPA'], skills: ['Excel'] },
    images: [{ resolution: 'x96', imageUri: 'https://img.example.com/a.png' }],
    locations: [{ id: 'l', name: 'HQ', floorplanId: 'f', coordinates: { x: 0.5, y: 2 }, notes: 'desk 3' }],
    timeZones: { primary: 'Europe/Berlin', secondary: 'UTC', tertiary: 'Asia/Kolkata' },
  },
  contact: {
    addresses: [
      { mediaType: 'PHONE', type: 'WORK', address: '+13175550100', countryCode: 'US' },
      { mediaType: 'PHONE', type: 'WORK2', extension: '4711' },
    ],
    ...{ phone: { countryCode: 'US', number: '(317) 555-0100' }, jabberId: 'zoe@chat.example.com' },
  },
  telephony: {
    outbound: {
      ...{ bridgePhone: '1', bridgePhoneExtension: '2', keepBridgeConnected: true, phoneType: 'voip' },
      localPresence: false,
    },
    inbound: { bridgePhone: '1', bridgePhoneExtension: '2', callBehavior: 'inbound_bridge', phoneType: 'voip' },
    voicemail: { customText: 'Please leave\na message', textVoice: 'woman', promptType: 'automated' },
    agent: { registrationMethod: 'Phone', registrationPhone: '1' },
    station: { associated: station, effective: station, default: station, lastAssociated: station },
    ...{ voiceRegion: 'Ireland', recordCalls: true },
  },
  notifications: {
    ...{ enabled: true, activityDisabled: false, senderExcluded: false, meetingEngagement: true, pluginAlert: true },
    ...{ voicemail: true },
    email: {
      ...{ bounceWarning: true, dailyDigest: true, engagement: true, mailboxError: true, missedText: true },
      ...{ unknownReply: true, weeklyDigest: false },
    },
  },
  savedViews: {
    ...{ accounts: 0, calls: 1, kaiaRecordings: 2, opportunities: 3, prospects: 4, reports: 5, reportsTeamPerf: 6 },
    ...{ tasks: 7, teams: 8, users: 9 },
  },
  preferences: {
    ...{ locale: 'pt-BR', loginOrg: 'default', defaultOrgId: ID, taskFlowDefaultTab: 'email', defaultRulesetId: 5 },
    everywhere: {
      ...{ clickToDial: true, gmailToolbar: true, gmailTrackingState: 'on', salesforceEmail: true },
      ...{ salesforcePhone: true, universalTaskFlow: true, windowMode: false },
    },
    map: { theme: 'dark', 'a.b[0]': '' },
  },
  custom: { custom1: 'a', custom2: '', custom3: 'c', custom4: 'd', custom5: 'e' },
  provisioning: {
    ...{ scim: { externalId: 'e', source: 'okta' }, external: false, socialProviders: ['google'] },
    providerGuid: '9f0c7a50-6b5b-4c3e-9e68-6d6d5a0b0c1d',
    externalIds: [
      { authority: 'hr', key: '7' },
      { authority: 'HR', key: '7' },
    ],
  },
  routing: {
    ...{ autoAnswer: true, status: { status: 'IDLE', startedAt: AT }, skills: [skill], languages: [skill] },
    queues: [{ id: 'q', name: 'Support', joined: true }],
    tags: ['vip', 'night shift'],
    conversationSummary: {
      ...{ call: count, callback: count, chat: count, email: count, message: count },
      ...{ socialExpression: count, video: count },
    },
  },
  presence: {
    current: {
      ...{ id: 'p', name: 'n', source: 'PURECLOUD', sourceId: 's', primary: true, message: 'Back at two' },
      ...{ definition: { id: 'd', systemPresence: 'Away' }, modifiedAt: AT },
    },
    outOfOffice: { active: true, indefinite: false, startsAt: AT, endsAt: AT },
    geolocation: {
      ...{ id: 'g', type: 'web', primary: true, latitude: 52.5, longitude: -13.4, country: 'DE', region: 'BE' },
      ...{ city: 'Berlin', locations: [{ id: 'l', name: 'HQ' }] },
    },
  },
};

/** Dotted paths to every object member that is no array and no free map. */
function paths(value: unknown, at: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => [[...at, key], ...paths(member, [...at, key])]);
}

const nest = (path: string[], leaf: unknown): unknown => path.reduceRight((inner, key) => ({ [key]: inner }), leaf);

describe.each(groups)('%s', (name, schema, patch) => {
  const example = full[name] ?? {};

  test('takes and gives back every member, and the example names them all', () => {
    expect(v.parse(schema, example)).toEqual(example);
    expect(v.parse(patch, example)).toEqual(example);
    expect(Object.keys(example).sort()).toEqual(Object.keys(schema.entries).sort());
  });

  test('may be empty, refuses null inside and says so only in the plain schema', () => {
    expect(v.parse(schema, {})).toEqual({});
    for (const path of paths(example)) {
      if (path[0] === 'duties') continue;
      expect(v.is(schema, nest(path, null)), path.join('.')).toBe(false);
      expect(v.is(patch, nest(path, null)), path.join('.')).toBe(true);
    }
  });

  test('null removes each member that a patch can name', () => {
    for (const path of paths(example)) {
      const nulled = v.parse(patch, nest(path, null)) as MergePatch<Record<string, unknown>>;
      const after = mergePatch(example, nulled);
      expect(path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], after)).toBe(
        undefined,
      );
      expect(v.is(schema, after)).toBe(true);
    }
  });

  test('refuses arrays, scalars, unknown and hostile members, and never crashes on them', () => {
    const hostile = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'zzUnknown'];
    for (const bad of [[], [1], null, 'x', 1, true, ...hostile.map((key) => JSON.parse(`{"${key}":{"x":1}}`))]) {
      for (const one of [schema, patch]) {
        const result = v.safeParse(one, bad);
        expect(result.success, JSON.stringify(bad)).toBe(false);
        if (!result.success) expect(() => v.flatten(result.issues)).not.toThrow();
      }
    }
    for (const path of paths(example).filter((path) => path[0] !== 'duties')) {
      expect(v.is(patch, nest(path, { toString: 'x' })), path.join('.')).toBe(false);
      expect(v.is(patch, nest(path, JSON.parse('{"__proto__":"x"}'))), path.join('.')).toBe(false);
    }
    expect('x' in {}).toBe(false);
  });

  test('has a strict JSON Schema, as it is and as a patch', () => {
    const config = { target: 'draft-2020-12', errorMode: 'ignore' } as const;
    const plain = toJsonSchema(schema, config);
    expect(plain).toMatchObject({ type: 'object', additionalProperties: false });
    expect(Object.keys(plain.properties ?? {})).toEqual(Object.keys(schema.entries));
    for (const member of Object.values(plain.properties ?? {})) expect(member).toHaveProperty('type');
    for (const member of Object.values(toJsonSchema(patch, config).properties ?? {})) {
      expect(member).toMatchObject({ anyOf: [{ type: expect.anything() }, { type: 'null' }] });
    }
    expect(JSON.stringify(plain)).not.toContain('undefined');
  });
});

describe('limits', () => {
  const is = (schema: v.GenericSchema, value: unknown) => v.is(schema, value);
  const many = <T>(length: number, item: (i: number) => T) => Array.from({ length }, (_, i) => item(i));
  const pairs = (length: number) => Object.fromEntries(many(length, (i) => [`n${i}`, 'v']));

  test.each<[string, v.GenericSchema, (n: number) => unknown, number]>([
    ['names', Profile, (n) => ({ givenName: 'x'.repeat(n) }), 255],
    ['a derived display name', Profile, (n) => ({ displayName: 'x'.repeat(n) }), 511],
    ['notes of an education', Profile, (n) => ({ biography: { education: [{ notes: 'x'.repeat(n) }] } }), 2000],
    ['skills', Profile, (n) => ({ skills: many(n, () => 'x') }), 50],
    ['duties', Profile, (n) => ({ duties: ['x'.repeat(n - 4)] }), 4000],
    ['addresses', Contact, (n) => ({ addresses: many(n, () => ({ mediaType: 'SMS', address: '1' })) }), 20],
    ['a phone country code', Contact, (n) => ({ phone: { countryCode: 'x'.repeat(n) } }), 2],
    ['custom fields', Custom, (n) => ({ custom5: 'x'.repeat(n) }), 225],
    ['a voicemail text', Telephony, (n) => ({ voicemail: { customText: 'x'.repeat(n) } }), 1024],
    ['preference pairs', Preferences, (n) => ({ map: pairs(n) }), 100],
    ['preference names', Preferences, (n) => ({ map: { ['x'.repeat(n)]: '' } }), 128],
    ['preference values', Preferences, (n) => ({ map: { a: 'x'.repeat(n) } }), 2000],
    ['vendor ids', Provisioning, (n) => ({ externalIds: many(n, (i) => ({ authority: 'a', key: `${i}` })) }), 100],
    ['proficiency', Routing, (n) => ({ skills: [{ id: 'a', proficiency: n }] }), 5],
  ])('of %s hold at the edge', (_, schema, build, max) => {
    expect(is(schema, build(max))).toBe(true);
    expect(is(schema, build(max + 1))).toBe(false);
  });

  test('a patch cannot be used to pass the cap on pairs: the merged whole is refused', () => {
    const before = v.parse(Preferences, { map: pairs(100) });
    const after = mergePatch(before, v.parse(PreferencesPatch, { map: { one: 'more' } }));
    expect(is(Preferences, after)).toBe(false);
  });
});

describe('rules', () => {
  test.each<[string, v.GenericSchema, unknown]>([
    ['a name with a line break', Profile, { familyName: 'Lee\r\nBcc: x' }],
    ['a name with a URL', Profile, { displayName: 'https://evil.example' }],
    ['a manager that is no user id', Profile, { managerId: 'ann' }],
    ['a picture that is script', Profile, { images: [{ imageUri: 'javascript:alert(1)' }] }],
    ['duties that are a word', Profile, { duties: 'sales' }],
    ['duties with a hostile name', Profile, { duties: JSON.parse('{"a":{"__proto__":1}}') }],
    ['duties nested without end', Profile, { duties: JSON.parse('['.repeat(5000) + ']'.repeat(5000)) }],
    ['duties with a lone surrogate', Profile, { duties: ['\ud800'] }],
    ['duties with a number no store keeps', Profile, { duties: [1e-200] }],
    ['an address without address or extension', Contact, { addresses: [{ mediaType: 'PHONE', type: 'WORK' }] }],
    [
      'the same vendor id twice',
      Provisioning,
      {
        externalIds: [
          { authority: 'a', key: '1' },
          { authority: 'a', key: '1' },
        ],
      },
    ],
    ['a tag with a comma', Routing, { tags: ['a,b'] }],
    ['a latitude beyond the pole', Presence, { geolocation: { latitude: 90.1 } }],
    ['an empty name of a pair', Preferences, { map: { '': 'x' } }],
    ['a pair whose value is no text', Preferences, { map: { a: 1 } }],
  ])('refuse %s', (_, schema, value) => expect(v.is(schema, value)).toBe(false));

  test('a hostile pair is refused with an issue that names it', () => {
    for (const key of ['__proto__', 'toString']) {
      const { issues } = v.safeParse(Preferences, { map: JSON.parse(`{"ok":"1","${key}":"x"}`) });
      expect(issues?.map((issue) => [v.getDotPath(issue), issue.message])).toEqual([[`map.${key}`, 'is not a name']]);
    }
  });

  test('the notification switches are thirteen and the saved views ten', () => {
    const { email, ...rest } = Notifications.entries;
    expect(Object.keys(rest).length + Object.keys(email.wrapped.entries).length).toBe(13);
    expect(Object.keys(SavedViews.entries).length).toBe(10);
  });

  test('what a patch gives is what mergePatch takes', () => {
    expectTypeOf<ProfilePatch>().toExtend<MergePatch<Profile>>();
    expectTypeOf<ContactPatch>().toExtend<MergePatch<Contact>>();
    expectTypeOf<PreferencesPatch>().toExtend<MergePatch<Preferences>>();
    expectTypeOf<PresencePatch>().toExtend<MergePatch<Presence>>();
  });
});
