// A person with every member of every group that may be written.

const ID = '01900000-0000-7000-8000-000000000001';
const AT = '2026-04-21T00:00:00Z';
const station = {
  ...{ id: 's1', name: 'Desk', type: 'inin_webrtc', associatedUserId: ID, associatedAt: AT, defaultUserId: ID },
  ...{ providerInfo: { edgeGroupId: 'e' }, webRtcCallAppearances: 8 },
};
const count = { contactCenter: { active: 1, acw: 0 }, enterprise: { active: 0, acw: 0 } };
const skill = { id: 'k', name: 'French', proficiency: 4.5, state: 'active' };

/** Every member of every group, each with a value of its own kind. */
export const full: Record<string, Record<string, unknown>> = {
  profile: {
    ...{ givenName: 'Zoë', familyName: '', displayName: 'Zoë L.', title: 'Staff Accountant', department: 'Finance' },
    preferredName: 'Zoë Lang',
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
