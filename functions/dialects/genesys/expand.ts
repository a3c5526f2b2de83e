// What is shown of a user only when `expand` asks for it, and what must be read for that.
import type { Wire } from '../../../shared/dialect/fields.ts';
import { type Context, orgOf } from '../../../shared/directory/context.ts';
import { knownUsers } from '../../../shared/directory/search/known.ts';
import { getPlace } from '../../../shared/directory/structure/places.ts';
import { getUnit } from '../../../shared/directory/structure/units.ts';
import type { DivisionId, GroupId, TeamId } from '../../../shared/model/ids.ts';
import { hasCode } from '../../../shared/model/problem.ts';
import type { ListField, User } from '../../../shared/model/user.ts';
import { attributesOf, schemaIdsIn, schemasOf } from './custom-attributes.ts';
import { refuse } from './errors.ts';
import { divisionUri, primaryContacts, ROWS, toMembers, userUri } from './fields.ts';
import { listed } from './manner.ts';
import { allRoles, authorizationOf } from './roles.ts';
import { conversationsOf, proficiencyOf, statusOf } from './routing.ts';

/** Names of that system that nothing here answers to: the member stays absent, as for somebody who has none. */
const UNSERVED =
  'integrationPresence workPlanBidRanks externalContactsSettings authorization.unusedRoles ' +
  'geolocationsettings presencedefinitions divisionedpresencedefinitions orgproducts favorites routingskills ' +
  'routinglanguages fieldconfigs trustors autoanswersettings logCapture';

/** Members that one value of the record makes, whatever else there is. */
const DERIVED: Readonly<Record<string, (user: User) => Wire>> = {
  routingStatus: (user) => ({ routingStatus: statusOf(user) }),
  skills: (user) => ({ skills: proficiencyOf(user, 'skills') }),
  languages: (user) => ({ languages: proficiencyOf(user, 'languages') }),
  conversationSummary: (user) => ({ conversationSummary: conversationsOf(user) }),
  presence: ({ id, presence }) => {
    const { definition, modifiedAt, ...current } = presence?.current ?? {};
    const more = {
      ...(definition && { presenceDefinition: definition }),
      ...(modifiedAt && { modifiedDate: modifiedAt }),
    };
    return { presence: { ...current, ...more, selfUri: `${userUri(id)}/presences` } };
  },
  outOfOffice: (user) => ({ outOfOffice: outOfOfficeOf(user) }),
  geolocation: ({ id, presence }) => {
    const { locations = [], ...place } = presence?.geolocation ?? {};
    const uri = `${userUri(id)}/geolocations/${place.id ?? ''}`;
    return { geolocation: { ...place, ...(locations.length > 0 && { locations }), selfUri: uri } };
  },
  station: ({ telephony }) => {
    const kinds = ['associated', 'effective', 'default', 'lastAssociated'] as const;
    const stations = kinds.flatMap((kind) => {
      const station = telephony?.station?.[kind];
      return station ? [[`${kind}Station`, stationOf(station)]] : [];
    });
    return { station: Object.fromEntries(stations) };
  },
  lasttokenissued: ({ activity }) => {
    const at = activity?.lastTokenIssuedAt;
    return { lastTokenIssued: at ? { dateIssued: at } : {} };
  },
};

export function outOfOfficeOf({ id, presence }: Pick<User, 'id' | 'presence'>): Wire {
  const { startsAt, endsAt, active = false, indefinite = false } = presence?.outOfOffice ?? {};
  const dates = { ...(startsAt && { startDate: startsAt }), ...(endsAt && { endDate: endsAt }) };
  return { id, active, indefinite, ...dates, selfUri: `${userUri(id)}/outofoffice` };
}

type Station = NonNullable<NonNullable<NonNullable<User['telephony']>['station']>['associated']>;

function stationOf({ associatedUserId, associatedAt, defaultUserId, ...station }: Station): Wire {
  return {
    ...station,
    ...(associatedAt && { associatedDate: associatedAt }),
    ...(associatedUserId && { associatedUser: { id: associatedUserId, selfUri: userUri(associatedUserId) } }),
    ...(defaultUserId && { defaultUser: { id: defaultUserId, selfUri: userUri(defaultUserId) } }),
  };
}

const OF_ROWS = ROWS.map(({ wire }) => wire);
/** Members that need a look at more than the person. */
const LOOKED_UP = ['authorization', 'groups', 'team', 'customAttributes'];
const OF_CALLER =
  'organization superiors directreports adjacents date orgauthorization locationdefinitions token'.split(' ');
const KNOWN = [...OF_ROWS, ...Object.keys(DERIVED), ...LOOKED_UP, ...OF_CALLER, ...UNSERVED.split(' ')];
const BY_LOWER_CASE = new Map(KNOWN.map((name) => [name.toLowerCase(), name]));

/** What is asked for, and of custom attributes the schemas that they are asked of: all, unless some are named. */
export type Expand = ReadonlySet<string> & { schemaIds?: readonly string[] };

/** Fails for names that the system does not have either. */
export function readExpand(names: readonly unknown[]): Expand {
  return new Set(
    names.map((name) => {
      const known = BY_LOWER_CASE.get(String(name).toLowerCase());
      return known ?? refuse('invalid.query.param.value', 'expand', `${String(name).slice(0, 40)} is unknown`);
    }),
  );
}

export function expandIn(query: URLSearchParams): Expand {
  const schemaIds = schemaIdsIn(query, 'userCustomAttributeSchemaIds');
  const expand = readExpand(listed(query, 'expand'));
  return schemaIds.length > 0 ? Object.assign(new Set(expand), { schemaIds }) : expand;
}

const GROUP_OF: [names: readonly string[], group: ListField][] = [
  [['station'], 'telephony'],
  [['dateLastLogin', 'lasttokenissued'], 'activity'],
  [['presence', 'outOfOffice', 'geolocation'], 'presence'],
  [['customAttributes'], 'customAttributes'],
];

/** The groups to read of a list: pictures and the answering of calls are shown of everybody. */
export function groupsFor(expand: Expand): ListField[] {
  const more = GROUP_OF.filter(([names]) => names.some((name) => expand.has(name))).map(([, group]) => group);
  return ['profile', 'routing', ...more];
}

/** Users as that system shows them. Names of managers, divisions, roles, groups are looked up for all of them at once. */
export async function showUsers(ctx: Context, users: readonly User[], expand: Expand = new Set()): Promise<Wire[]> {
  const managers = users.flatMap(({ profile }) => profile?.managerId ?? []);
  const [known, divisions, roles, units, schemas] = await Promise.all([
    managers.length > 0 ? knownUsers(ctx, managers) : new Map<string, User>(),
    divisionNames(ctx, users),
    expand.has('authorization') ? allRoles(ctx) : [],
    unitsFor(ctx, users, expand),
    expand.has('customAttributes') ? schemasOf(ctx, users, expand.schemaIds) : undefined,
  ]);
  return users.map((user) => {
    const boss = known.get(user.profile?.managerId ?? '');
    return {
      ...toMembers(user, expand),
      division: divisions(user),
      primaryContactInfo: primaryContacts(user),
      acdAutoAnswer: user.routing?.autoAnswer ?? false,
      ...(boss && { manager: referenceTo(boss) }),
      ...Object.assign({}, ...[...expand].map((name) => DERIVED[name]?.(user) ?? {})),
      ...(expand.has('authorization') && { authorization: authorizationOf(user.roles, roles) }),
      ...units(user),
      ...(schemas && { customAttributes: attributesOf(user, schemas) }),
      selfUri: userUri(user.id),
    };
  });
}

export async function showUser(ctx: Context, user: User, expand?: Expand): Promise<Wire> {
  const [shown = {}] = await showUsers(ctx, [user], expand);
  return shown;
}

/** A user inside another thing: the schema of a user there demands a version. */
export const referenceTo = ({ id, profile, version }: User): Wire => ({
  id,
  name: profile?.displayName ?? '',
  version,
  selfUri: userUri(id),
});

/** Whoever belongs to no division is of the home division, which has the id of the org. */
async function divisionNames(ctx: Context, users: readonly User[]): Promise<(user: User) => Wire> {
  const ids = [...new Set(users.flatMap(({ divisionId }) => divisionId ?? []))];
  const names = new Map(
    await Promise.all(ids.map(async (id) => [id, await gone(getPlace(ctx, 'division', id))] as const)),
  );
  return ({ divisionId }) => {
    const id = divisionId ?? orgOf(ctx);
    const name = divisionId ? (names.get(divisionId as DivisionId)?.name ?? '') : 'Home';
    return { id, name, selfUri: divisionUri(id) };
  };
}

const gone = <T>(reading: Promise<T>): Promise<T | undefined> =>
  reading.catch((error: unknown) => {
    if (hasCode(error, 'not-found')) return undefined;
    throw error;
  });

/** A user there has one team: the first of those here. Each team and group is looked up once. */
async function unitsFor(ctx: Context, users: readonly User[], expand: Expand): Promise<(user: User) => Wire> {
  const named = <Id extends string>(name: string, ids: (user: User) => readonly Id[]) => [
    ...new Set(expand.has(name) ? users.flatMap(ids) : []),
  ];
  const [teams, groups] = await Promise.all([
    Promise.all(named('team', ({ teams: [first] = [] }) => (first ? [first] : [])).map((id) => find(ctx, 'team', id))),
    Promise.all(named('groups', ({ groups: all = [] }) => all).map((id) => find(ctx, 'group', id))),
  ]);
  const found = new Map([...teams, ...groups].flatMap((unit) => (unit ? [[unit.id as string, unit]] : [])));
  return ({ teams: [first = ''] = [], groups: all = [] }) => {
    const team = expand.has('team') ? found.get(first) : undefined;
    return {
      ...(team && { team: { id: team.id, name: team.name, selfUri: `/api/v2/teams/${team.id}` } }),
      ...(expand.has('groups') && { groups: all.flatMap((id) => groupOf(found.get(id)) ?? []) }),
    };
  };
}

const find = (ctx: Context, kind: 'team' | 'group', id: TeamId | GroupId) => gone(getUnit(ctx, kind, id));

function groupOf(group: { id: string; name: string; version: number } | undefined): Wire | undefined {
  if (!group) return undefined;
  const { id, name, version } = group;
  return {
    ...{ id, name, version, state: 'active', type: 'official', rulesVisible: false, visibility: 'public' },
    selfUri: `/api/v2/groups/${id}`,
  };
}
