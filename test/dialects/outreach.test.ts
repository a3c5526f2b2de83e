// Outreach's language: the contract of all languages, and users as that system knows them.
import { beforeAll, describe, expect, test } from 'vitest';
import { operations } from '../../functions/dialects/outreach.ts';
import { numberOf } from '../../shared/model/ids.ts';
import { newGuest } from '../support/guests.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, newAddress, newWorld, ok, type World } from '../support/world.ts';
import { contract } from './contract.ts';
import { document, outreach, outreachOf } from './outreach-speaker.ts';

let service: TestService;
let world: World;
let other: World;
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
  other = await newWorld(service, await service.secondOrg());
});

contract(outreach, operations, () => ({ service, world, other }));
const { call, create, patch, newTeam } = outreachOf(() => world);

/** As the reference page has it, with a value for each placeholder. */
const sample = (team: number): Json => ({
  attributes: {
    accountsViewId: 0,
    activityNotificationsDisabled: true,
    bounceWarningEmailEnabled: true,
    bridgePhone: '+1 555 0100',
    bridgePhoneExtension: '12',
    callsViewId: 0,
    controlledTabDefault: 'calls',
    createdAt: '2019-08-24T14:15:22Z',
    currentSignInAt: '2019-08-24T14:15:22Z',
    custom1: 'one',
    custom2: 'two',
    custom3: 'three',
    custom4: 'four',
    custom5: 'five',
    dailyDigestEmailEnabled: true,
    defaultRulesetId: 0,
    duties: {},
    email: newAddress(),
    enableVoiceRecordings: true,
    engagementEmailsEnabled: true,
    firstName: 'Ada',
    inboundBridgePhone: '+1 555 0101',
    inboundBridgePhoneExtension: '13',
    inboundCallBehavior: 'inbound_bridge',
    inboundPhoneType: 'bridge_and_voip',
    inboundVoicemailCustomMessageText: 'Leave\na message',
    inboundVoicemailMessageTextVoice: 'woman',
    inboundVoicemailPromptType: 'automated',
    jobRoleByName: 'SDR',
    kaiaRecordingsViewId: 0,
    keepBridgePhoneConnected: true,
    lastName: 'Lovelace',
    lastSignInAt: '2019-08-24T14:15:22Z',
    locked: true,
    mailboxErrorEmailEnabled: true,
    meetingEngagementNotificationEnabled: true,
    name: 'read only',
    notificationsEnabled: true,
    oceClickToDialEverywhere: true,
    oceGmailToolbar: true,
    oceGmailTrackingState: 'on',
    oceSalesforceEmailDecorating: true,
    oceSalesforcePhoneDecorating: true,
    oceUniversalTaskFlow: true,
    oceWindowMode: true,
    opportunitiesViewId: 0,
    passwordExpiresAt: '2019-08-24T14:15:22Z',
    phoneCountryCode: 'GB',
    phoneNumber: '555 0102',
    phoneType: 'bridge',
    pluginAlertNotificationEnabled: true,
    preferredVoiceRegion: 'eu',
    prefersLocalPresence: true,
    primaryTimezone: 'Europe/London',
    prospectsViewId: 0,
    reportsTeamPerfViewId: 0,
    reportsViewId: 0,
    scimExternalId: newAddress(),
    scimSource: 'idp',
    secondaryTimezone: 'Europe/Paris',
    senderNotificationsExcluded: true,
    tasksViewId: 0,
    teamsViewId: 0,
    tertiaryTimezone: 'Asia/Tokyo',
    textingEmailNotifications: true,
    title: 'Countess',
    unknownReplyEmailEnabled: true,
    updatedAt: '2019-08-24T14:15:22Z',
    userGuid: 'read only',
    username: newAddress().replace('@', '.'),
    usersViewId: 0,
    voicemailNotificationEnabled: true,
    weeklyDigestEmailEnabled: true,
  },
  relationships: {
    contentCategories: { data: [{ id: 0, type: 'contentCategory' }] },
    contentCategoryOwnerships: { data: [{ id: 0, type: 'contentCategoryOwnership' }] },
    directAssignedTeams: { data: [{ id: team, type: 'team' }] },
    outboundVoicemails: { data: [{ id: 0, type: 'outboundVoicemail' }] },
    roleAssignedTeams: { data: [{ id: 0, type: 'team' }] },
    voicemailPrompts: { data: [{ id: 0, type: 'voicemailPrompt' }] },
  },
});

const READ_ONLY = [
  'createdAt',
  'currentSignInAt',
  'lastSignInAt',
  'name',
  'passwordExpiresAt',
  'updatedAt',
  'userGuid',
];

describe('the sample of the reference page', () => {
  test('is accepted whole and answered in its shape, what is read-only there left out of account', async () => {
    const team = await newTeam('Sample');
    const { attributes, relationships } = sample(team.number);
    const { data } = await ok(call('POST', '/users', { data: { type: 'user', attributes, relationships } }));
    const kept = Object.entries(attributes).filter(([name]) => ![...READ_ONLY, 'jobRoleByName'].includes(name));
    expect(data.attributes).toMatchObject(Object.fromEntries(kept));
    const shown = Object.keys(attributes).filter((name) => name !== 'jobRoleByName');
    expect(Object.keys(data.attributes).sort()).toEqual(shown.sort());
    expect(data.attributes).toMatchObject({ name: 'Ada Lovelace', lastSignInAt: null, passwordExpiresAt: null });
    expect(data.relationships).toMatchObject(relationships);
    expect(Object.keys(data.relationships)).toHaveLength(21);
    expect(data).toMatchObject({ type: 'user', id: numberOf(data.attributes.userGuid) });
    const native = await ok(service.call('GET', `/v1/users/${data.attributes.userGuid}`, { token: world.client }));
    expect(native).toMatchObject({ state: 'inactive', profile: { jobRole: 'SDR' }, teams: [team.id] });
  });

  test('is accepted whole by a change, too', async () => {
    const team = await newTeam('Changed');
    const { attributes, relationships } = sample(team.number);
    const { id, attributes: before } = await create();
    const body = { data: { type: 'user', id, attributes: { ...attributes, email: before.email }, relationships } };
    const { data } = await ok(call('PATCH', `/users/${id}`, body));
    const kept = Object.entries(attributes).filter(
      ([name]) => ![...READ_ONLY, 'email', 'jobRoleByName'].includes(name),
    );
    expect(data.attributes).toMatchObject(Object.fromEntries(kept));
    for (const name of ['email', 'userGuid', 'createdAt', 'lastSignInAt']) {
      expect(data.attributes[name]).toBe(before[name]);
    }
    expect(data.relationships).toMatchObject(relationships);
    expect((await ok(call('GET', `/users?filter[id]=${id}`))).data).toEqual([data]);
  });

  test('sent back as it came changes nothing', async () => {
    const { attributes, relationships } = sample((await newTeam('Returned')).number);
    const made = (await ok(call('POST', '/users', { data: { type: 'user', attributes, relationships } }))).data;
    const again = (await ok(call('PATCH', `/users/${made.id}`, { data: made }))).data;
    expect(again).toEqual(made);
    const { version } = await ok(service.call('GET', `/v1/users/${made.attributes.userGuid}`, { token: world.client }));
    expect(version).toBe(1);
  });
});

describe('a user', () => {
  test('who is new is invited, one who is locked hears nothing', async () => {
    const [invited, locked] = [await create(), await create({ locked: true })];
    await service.deliver();
    expect(await service.letters(invited.attributes.email)).toHaveLength(1);
    expect(await service.letters(locked.attributes.email)).toHaveLength(0);
    expect(locked.attributes.locked).toBe(true);
    const unlocked = (await ok(patch(locked.id, { locked: false }))).data;
    expect(unlocked.attributes.locked).toBe(false);
    await service.deliver();
    expect(await service.letters(locked.attributes.email)).toHaveLength(0);
  });

  test('who is locked is signed out at once, with whatever else the change says', async () => {
    const person = await activePerson(service, world.seed.orgId as never);
    const id = numberOf(person.id);
    const { data } = await ok(patch(id, { locked: true, title: 'Gone' }));
    expect(data.attributes).toMatchObject({ locked: true, title: 'Gone' });
    expect((await service.call('PATCH', '/v1/me', { token: person.token, body: {} })).status).toBe(401);
    const { items } = await ok(service.call('GET', `/v1/users/${person.id}/events`, { token: world.client }));
    expect(items[0]).toMatchObject({ type: 'user-deactivated', changed: expect.arrayContaining(['state', 'profile']) });
  });

  test('is known by an integer, and takes one in text', async () => {
    const { id } = await create();
    expect(id).toEqual(expect.any(Number));
    expect((await ok(call('PATCH', `/users/${id}`, document({ title: 'Text' }, { id: String(id) })))).data.id).toBe(id);
    expect((await call('GET', `/users/${id}x`)).status).toBe(404);
  });

  test('cannot be deleted, and keeps the address it was made with', async () => {
    const { id, attributes } = await create();
    const refused = await call('DELETE', `/users/${id}`);
    expect([refused.status, refused.headers.allow]).toEqual([405, 'GET, PATCH']);
    expect((await ok(patch(id, { email: attributes.email, title: 'Same' }))).data.attributes.title).toBe('Same');
    const other = await patch(id, { email: newAddress() });
    expect(other.status).toBe(422);
    expect(other.json.errors[0].source).toEqual({ pointer: '/data/attributes/email' });
  });

  test('has a role, teams and references, read and written as relationships', async () => {
    const [north, south] = [await newTeam('North'), await newTeam('South')];
    const made = await create(
      {},
      {
        relationships: {
          role: { data: { type: 'role', id: 4 } },
          teams: { data: [{ type: 'team', id: north.number }] },
          profile: { data: { type: 'profile', id: 7 } },
          mailboxes: {
            data: [
              { type: 'mailboxes', id: '3' },
              { type: 'mailbox', id: 5 },
            ],
          },
        },
      },
    );
    expect(made.relationships).toMatchObject({
      role: { data: { type: 'role', id: 4 } },
      teams: { data: [{ type: 'team', id: north.number }], meta: { count: 1 } },
      directAssignedTeams: { data: [{ type: 'team', id: north.number }] },
      profile: { data: { type: 'profile', id: 7 } },
      mailboxes: {
        data: [
          { type: 'mailbox', id: 3 },
          { type: 'mailbox', id: 5 },
        ],
        meta: { count: 2 },
      },
      mailbox: { data: null },
      creator: { data: null },
      batches: { links: { related: expect.stringContaining('/outreach/api/v2/batches?filter') } },
    });
    const changed = await ok(
      patch(
        made.id,
        {},
        {
          relationships: {
            role: { data: { type: 'role', id: 2 } },
            teams: { data: [{ type: 'team', id: south.number }] },
            profile: { data: null },
            creator: { data: { type: 'user', id: 1 } },
            phones: { links: {} },
          },
        },
      ),
    );
    const native = await ok(service.call('GET', `/v1/users/${made.attributes.userGuid}`, { token: world.client }));
    expect(native).toMatchObject({ roles: ['admin'], teams: [south.id], version: 2 });
    expect(changed.data.relationships.profile).toEqual({ data: null });
    const members = await ok(service.call('GET', `/v1/teams/${north.id}/members`, { token: world.client }));
    expect(members.items).toEqual([]);
  });

  test('keeps the roles that this language does not show', async () => {
    const person = await activePerson(service, world.seed.orgId as never, ['viewer', 'member']);
    const id = numberOf(person.id);
    await ok(patch(id, {}, { relationships: { role: { data: { type: 'role', id: 2 } } } }));
    const native = await ok(service.call('GET', `/v1/users/${person.id}`, { token: world.client }));
    expect(native.roles).toEqual(['admin', 'member']);
  });

  test('tells in its metadata what the caller may do now, when asked', async () => {
    const { id } = await create();
    const meta = async (token: string) =>
      (
        await ok(
          call('GET', `/users/${id}?provideAuthorizationMeta=true&provideDataConnections=true`, undefined, token),
        )
      ).data.meta;
    expect(await meta(world.client)).toEqual({ canWrite: true, dataConnections: [] });
    expect(await meta(world.reader)).toEqual({ canWrite: false, dataConnections: [] });
    expect((await ok(call('GET', `/users/${id}`))).data.meta).toBeUndefined();
  });

  test('is shown with their maker, who is a person of the org', async () => {
    const made = (await ok(call('POST', '/users', document({ email: newAddress() }), world.owner.token))).data;
    const owner = numberOf(world.owner.id);
    expect(made.relationships.creator.data).toEqual({ type: 'user', id: owner });
    const found = await ok(call('GET', `/users/${made.id}?include=creator.role,updater`));
    expect(found.included.map(({ type, id }: Json) => [type, id])).toEqual([
      ['user', owner],
      ['role', 1],
    ]);
    const own = await ok(call('GET', `/users/${owner}`));
    expect(found.included[0].attributes).toEqual(own.data.attributes);
  });
});

describe('a guest', () => {
  test('is shown with their name and roles, and is changed at home but for those', async () => {
    const guest = await newGuest(service, other.seed);
    const path = `/users/${numberOf(guest.id)}`;
    const asked = `${path}?provideAuthorizationMeta=true`;
    const { data } = await ok(call('GET', asked, undefined, guest.abroad));
    expect(data).toMatchObject({ attributes: { email: guest.email, title: null }, meta: { canWrite: false } });
    const refusals = [
      document({ title: 'Ours' }, { id: data.id }),
      document({ locked: true }, { id: data.id }),
      document({}, { id: data.id, relationships: { mailbox: { data: { type: 'mailbox', id: 4 } } } }),
      document({ title: 'Ours' }, { id: data.id, relationships: { role: { data: { type: 'role', id: 4 } } } }),
    ];
    for (const body of refusals) {
      const refused = await call('PATCH', path, body, guest.abroad);
      expect([refused.status, refused.json.errors[0].id]).toEqual([403, 'unauthorizedRequest']);
    }
    expect((await ok(call('GET', asked, undefined, guest.abroad))).data).toEqual(data);
  });

  test('has role and teams in this org, changed with a document that is sent back', async () => {
    const guest = await newGuest(service, other.seed);
    const path = `/users/${numberOf(guest.id)}`;
    const team = await ok(service.call('POST', '/v1/teams', { token: guest.abroad, body: { name: 'Abroad' } }));
    const { data } = await ok(call('GET', path, undefined, guest.abroad));
    const relationships = {
      ...data.relationships,
      role: { data: { type: 'role', id: 4 } },
      teams: { data: [{ type: 'team', id: team.number }] },
    };
    const changed = await ok(call('PATCH', path, { data: { ...data, relationships } }, guest.abroad));
    expect(changed.data.relationships).toMatchObject({
      role: { data: { id: 4 } },
      teams: { data: [{ id: team.number }] },
    });
    const abroad = await ok(service.call('GET', `/v1/users/${guest.id}`, { token: guest.abroad }));
    expect(abroad).toMatchObject({ roles: ['viewer'], teams: [team.id] });
    const home = await ok(service.call('GET', `/v1/users/${guest.id}`, { token: world.client }));
    expect([home.roles, home.teams]).toEqual([['member'], undefined]);
    await ok(call('PATCH', path, document({}, { id: data.id, relationships: { teams: { data: [] } } }), guest.abroad));
    const { items } = await ok(service.call('GET', `/v1/teams/${team.id}/members`, { token: guest.abroad }));
    expect(items).toEqual([]);
  });

  test('governs no org by a change of another', async () => {
    const guest = await newGuest(service, other.seed, ['admin']);
    const body = document({}, { id: numberOf(guest.id), relationships: { role: { data: { type: 'role', id: 3 } } } });
    await ok(call('PATCH', `/users/${numberOf(guest.id)}`, body, guest.abroad));
    const own = document({}, { id: numberOf(guest.id), relationships: { role: { data: { type: 'role', id: 1 } } } });
    expect((await call('PATCH', `/users/${numberOf(guest.id)}`, own, guest.token)).status).toBe(403);
  });
});

test('what this language does leaves the table as it should be', async () => {
  expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
});
