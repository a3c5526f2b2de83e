// The five languages as the matrix speaks them: the rows of each, and beside them, as rows of the same kind, what has a
// call or a form of its own there: roles, teams, states, references, skills.

import { PHONE } from '../../functions/dialects/axway/fields.ts';
import { FIELDS as IDENTITY_FIELDS, TAGS } from '../../functions/dialects/identity/fields.ts';
import { relations, roleNumber } from '../../functions/dialects/outreach/relations.ts';
import { asIs, type Codec, shown } from '../../shared/dialect/codecs.ts';
import { putAt, type Row, row, valueAt, type Wire } from '../../shared/dialect/fields.ts';
import { numberOf } from '../../shared/model/ids.ts';
import { BUILT_IN_ROLES, type BuiltInRole, type Role } from '../../shared/model/principal.ts';
import type { Json } from '../support/service.ts';
import { ok, type World } from '../support/world.ts';
import { axway as axwaySpeaker } from './axway-speaker.ts';
import type { Speaker } from './contract.ts';
import { genesys as genesysSpeaker } from './genesys-speaker.ts';
import { identity as identitySpeaker } from './identity-speaker.ts';
import { MEMBERS } from './matrix-members.ts';
import { MEDIA, outreach as outreachSpeaker, USERS } from './outreach-speaker.ts';

export type Language = Pick<Speaker, 'rows' | 'create' | 'read' | 'update'>;

/** How a value of the record is written and read there. */
const as = <T>(show: (value: T) => unknown): Codec => shown((value) => show(value as T));
const isInactive = (value: unknown) => value === true;

/** The members of a wire that these rows say, and the others. */
function apart(rows: readonly Row[], wire: Wire): [those: Wire, others: Wire] {
  const names = new Set(rows.map(({ wire: name }) => name));
  const pick = (wanted: boolean) =>
    Object.fromEntries(Object.entries(wire).filter(([name]) => names.has(name) === wanted));
  return [pick(true), pick(false)];
}

const call = ({ service, client }: World, method: string, path: string, body?: Json, headers = {}) =>
  ok(service.call(method, path, { token: client, headers, ...(body !== undefined && { body }) }));

// The native API: every member under its own path.

const nativeRows: readonly Row[] = [...MEMBERS.keys()].map((path) => row(path, path, asIs));
const CALLS_OF_THEIR_OWN = ['roles', 'teams', 'groups', 'inactive', 'routing', 'presence'];

function nested(wire: Wire): Wire {
  const body: Wire = {};
  for (const [path, value] of Object.entries(wire)) putAt(body, path, value);
  return body;
}

async function moveUnits(world: World, id: string, kind: 'teams' | 'groups', wanted: readonly string[]): Promise<void> {
  const had: string[] = (await call(world, 'GET', `/v1/users/${id}`))[kind] ?? [];
  for (const unit of had) {
    if (!wanted.includes(unit)) await call(world, 'DELETE', `/v1/${kind}/${unit}/members/${id}`);
  }
  for (const unit of wanted) await call(world, 'PUT', `/v1/${kind}/${unit}/members/${id}`);
}

async function nativeBeside(world: World, id: string, body: Wire): Promise<void> {
  const path = `/v1/users/${id}`;
  const { roles, teams, groups, inactive, routing, presence } = body as Json;
  if (roles) await call(world, 'PUT', `${path}/roles`, { roles });
  if (teams) await moveUnits(world, id, 'teams', teams);
  if (groups) await moveUnits(world, id, 'groups', groups);
  if (routing) await call(world, 'PATCH', `${path}/routing`, routing);
  if (presence) await call(world, 'PATCH', `${path}/presence`, presence);
  const { state } = await call(world, 'GET', path);
  if (inactive !== undefined && inactive !== (state === 'inactive')) {
    await call(world, 'POST', `${path}/${inactive ? 'deactivate' : 'activate'}`);
  }
}

const native: Language = {
  rows: nativeRows,
  async create(world, email, wire) {
    const body = nested(wire);
    const { teams: _t, groups: _g, inactive: _i, ...made } = body;
    const { id } = await call(world, 'POST', '/v1/users', { email, ...made });
    await nativeBeside(world, id, { teams: body.teams, groups: body.groups, inactive: body.inactive });
    return id;
  },
  async read(world, id) {
    const user = await call(world, 'GET', `/v1/users/${id}`);
    // Who was never set to answer by themselves does not: other systems show that as they show a no.
    const routing = { autoAnswer: false, ...user.routing };
    const record = { ...user, routing, inactive: user.state === 'inactive' };
    return Object.fromEntries(nativeRows.map(({ path }) => [path, valueAt(record, path) ?? null]));
  },
  async update(world, id, wire) {
    const body = nested(wire);
    const patch = Object.fromEntries(Object.entries(body).filter(([name]) => !CALLS_OF_THEIR_OWN.includes(name)));
    await call(world, 'PATCH', `/v1/users/${id}`, patch);
    await nativeBeside(world, id, body);
  },
};

// Outreach: relationships, and the lock.

interface Named {
  type: string;
  id: number;
}
const plainly = ({ type, id }: Named) => ({ type, id });
const teamsAs = as<string[]>((ids) => ({ data: ids.map((id) => ({ type: 'team', id: numberOf(id) })) }));

const relationshipRows: readonly Row[] = relations.flatMap(({ name, kind, many, readOnly }) => {
  if (kind === 'team') return [row(name, 'teams', teamsAs)];
  if (kind === 'role') {
    return [
      row(
        name,
        'roles',
        as<Role[]>(([role]) => ({ data: { type: 'role', id: roleNumber(role ?? 'member') } })),
      ),
    ];
  }
  if (readOnly) return [];
  const reference = many
    ? as<Named[]>((all) => ({ data: all.map(plainly) }))
    : as<Named>((one) => ({ data: plainly(one) }));
  return [row(name, `relations.${name}`, reference)];
});
const lockRow = row('locked', 'inactive', as(isInactive));

/** A change as one document: attributes and relationships together. */
const asDocument = (wire: Wire, more: Json = {}): Json => {
  const [relationships, attributes] = apart(relationshipRows, wire);
  return { data: { type: 'user', attributes, relationships, ...more } };
};

const outreach: Language = {
  rows: [...outreachSpeaker.rows.filter(({ wire }) => wire !== 'locked'), ...relationshipRows, lockRow],
  async create(world, email, wire) {
    const { data } = await call(world, 'POST', USERS, asDocument({ email, ...wire }), MEDIA);
    return data.attributes.userGuid;
  },
  async read(world, id) {
    const { data } = await call(world, 'GET', `${USERS}/${numberOf(id)}`);
    return { ...data.attributes, ...data.relationships };
  },
  async update(world, id, wire) {
    const number = numberOf(id);
    await call(world, 'PATCH', `${USERS}/${number}`, asDocument(wire, { id: number }), MEDIA);
  },
};

// The Identity service: lists of pairs, roles by its names.

const IDENTITY_ROLES: Readonly<Record<string, string>> = { admin: 'AccountManager', member: 'Agent' };
const byName = (pairs: readonly Json[]) => pairs.toSorted((a, b) => (a.name < b.name ? -1 : 1));
/** Pairs have no order. */
const pairsOf = (map: Wire): Json[] => byName(Object.entries(map).map(([name, value]) => ({ name, value })));
const QUESTIONS = [
  ['securityQuestionId1', 'securityQuestionText1'],
  ['securityQuestionId2', 'sercurityQuestionText2'],
  ['securityQuestionId3', 'sercurityQuestionText3'],
] as const;

const identityBeside: readonly Row[] = [
  row('externalId', 'externalId', asIs, 'create'),
  row(
    'roles',
    'roles',
    as<Role[]>((roles) => roles.map((role) => IDENTITY_ROLES[role] ?? role)),
  ),
  row(
    'loginEnabled',
    'inactive',
    as((value) => !isInactive(value)),
  ),
  row('preferences', 'preferences.map', as<Wire>(pairsOf)),
];
const questionRows: readonly Row[] = QUESTIONS.flatMap(([idName, textName], i) => [
  row(
    idName,
    'security.questions',
    as<{ id: string }[]>((all) => all[i]?.id),
  ),
  row(
    textName,
    'security.questions',
    as<{ text: string }[]>((all) => all[i]?.text),
  ),
]);
const identityPairs: readonly Row[] = [TAGS, ...questionRows];

/** Values that stand as pairs of texts there, which the speaker knows for rows alone. */
function identityWire(wire: Wire): Wire {
  const [pairs, fields] = apart(
    [...identityPairs, ...identitySpeaker.rows.filter((one) => !IDENTITY_FIELDS.includes(one))],
    wire,
  );
  const attributes = pairsOf(pairs).map(({ name, value }) => ({ name, value: value ?? '' }));
  return { ...fields, ...(attributes.length > 0 && { attributes }) };
}

const identity: Language = {
  rows: [...identitySpeaker.rows, ...identityBeside, ...identityPairs],
  create: (world, email, wire) => identitySpeaker.create(world, email, identityWire(wire)),
  async read(world, id) {
    const { preferences, ...user }: Json = await identitySpeaker.read(world, id);
    return { ...user, ...(preferences && { preferences: byName(preferences) }) };
  },
  update: (world, id, wire) => identitySpeaker.update(world, id, identityWire(wire)),
};

// Genesys Cloud: what has an address of its own, and what is only shown.

const GENESYS = '/genesys/api/v2/users';
const genesysWritten: readonly Row[] = [
  row('acdAutoAnswer', 'routing.autoAnswer', asIs),
  row(
    'groups',
    'groups',
    as<string[]>((ids) => ids.map((id) => ({ id }))),
  ),
];
const roleId = (role: string) => BUILT_IN_ROLES[role as BuiltInRole].id;
const genesysCalls: readonly Row[] = [
  row(
    'state',
    'inactive',
    as((value) => (isInactive(value) ? 'inactive' : 'active')),
  ),
  row(
    'authorization',
    'roles',
    as<Role[]>((roles) => ({ roles: roles.map((role) => ({ id: roleId(role) })) })),
  ),
  row('skills', 'routing.skills', asIs),
  row('languages', 'routing.languages', asIs),
  row(
    'routingStatus',
    'routing.status',
    as<Wire>(({ status }) => ({ status })),
  ),
  row(
    'outOfOffice',
    'presence.outOfOffice',
    as<Wire>(({ startsAt, endsAt, ...rest }) => ({ ...rest, startDate: startsAt, endDate: endsAt })),
  ),
  row(
    'externalIds',
    'provisioning.externalIds',
    as<{ authority: string; key: string }[]>((ids) =>
      ids.map(({ authority, key }) => ({ authorityName: authority, externalKey: key })),
    ),
  ),
];
const stationsOf = (stations: Wire): Wire =>
  Object.fromEntries(
    Object.entries(stations).map(([kind, { id, name }]: [string, Json]) => [`${kind}Station`, { id, name }]),
  );
const genesysShown: readonly Row[] = [
  row(
    'team',
    'teams',
    as<string[]>(([id]) => ({ id })),
    'shown',
  ),
  row('conversationSummary', 'routing.conversationSummary', asIs, 'shown'),
  row('geolocation', 'presence.geolocation', asIs, 'shown'),
  row('station', 'telephony.station', as<Wire>(stationsOf), 'shown'),
  row(
    'presence',
    'presence.current',
    as<Wire>(({ definition, modifiedAt, ...rest }) => ({
      ...rest,
      presenceDefinition: definition,
      modifiedDate: modifiedAt,
    })),
    'shown',
  ),
];

async function genesysBeside(world: World, id: string, wire: Json): Promise<void> {
  const path = `${GENESYS}/${id}`;
  const { authorization, skills, languages, routingStatus, outOfOffice, externalIds, state } = wire;
  if (authorization)
    await call(
      world,
      'PUT',
      `${path}/roles`,
      authorization.roles.map((role: Json) => role.id),
    );
  if (skills) await call(world, 'PUT', `${path}/routingskills/bulk`, skills);
  if (languages) await call(world, 'PATCH', `${path}/routinglanguages/bulk`, languages);
  if (routingStatus) await call(world, 'PUT', `${path}/routingstatus`, routingStatus);
  if (outOfOffice) await call(world, 'PUT', `${path}/outofoffice`, outOfOffice);
  if (externalIds) {
    for (const { authorityName, externalKey } of await call(world, 'GET', `${path}/externalid`)) {
      await call(world, 'DELETE', `${path}/externalid/${authorityName}/${externalKey}`);
    }
    for (const { authorityName, externalKey } of externalIds) {
      await call(world, 'POST', `${path}/externalid`, { authorityName, externalKey });
    }
  }
  if (state) await call(world, 'PUT', `${path}/state`, { state });
}

const genesys: Language = {
  rows: [
    ...genesysSpeaker.rows.filter(({ wire }) => wire !== 'state'),
    ...genesysWritten,
    ...genesysCalls,
    ...genesysShown,
  ],
  async create(world, email, wire) {
    const [beside, { groups, ...members }] = apart(genesysCalls, wire);
    const id = await genesysSpeaker.create(world, email, members);
    // A user there is made without them.
    if (groups !== undefined) await genesysSpeaker.update(world, id, { groups });
    await genesysBeside(world, id, beside);
    return id;
  },
  async read(world, id) {
    const externalIds = await call(world, 'GET', `${GENESYS}/${id}/externalid`);
    return { ...(await genesysSpeaker.read(world, id)), externalIds };
  },
  async update(world, id, wire) {
    const [beside, members] = apart(genesysCalls, wire);
    await genesysSpeaker.update(world, id, members);
    await genesysBeside(world, id, beside);
  },
};

// The Amplify Platform: roles belong to the membership, the state to the profile.

const AXWAY_ROLES: Readonly<Record<string, string>> = {
  admin: 'administrator',
  member: 'developer',
  viewer: 'auditor',
};
const axwayRoles = row(
  'roles',
  'roles',
  as<Role[]>((roles) => roles.map((role) => AXWAY_ROLES[role])),
);
const axwayProfile: readonly Row[] = [
  row(
    'active',
    'inactive',
    as((value) => !isInactive(value)),
  ),
  row('default_org', 'preferences.defaultOrgId', as<string>(numberOf)),
  PHONE,
];
const memberPath = ({ seed }: World, id: string) => `/axway/api/v1/org/${numberOf(seed.orgId)}/user/${id}`;

async function changeMember(world: World, id: string, wire: Wire): Promise<void> {
  const [{ roles }, profile] = apart([axwayRoles], wire);
  await call(world, 'PUT', `/axway/api/v1/user/profile/${id}`, profile);
  if (roles) await call(world, 'PUT', memberPath(world, id), { roles });
}

const axway: Language = {
  rows: [
    ...axwaySpeaker.rows.filter(({ wire }) => wire !== 'active' && wire !== 'default_org'),
    axwayRoles,
    ...axwayProfile,
  ],
  async create(world, email, wire) {
    const id = await axwaySpeaker.create(world, email, {});
    await changeMember(world, id, wire);
    return id;
  },
  async read(world, id) {
    const { result } = await call(world, 'GET', memberPath(world, id));
    return { ...(await axwaySpeaker.read(world, id)), roles: result.roles };
  },
  update: changeMember,
};

export const LANGUAGES: Readonly<Record<string, Language>> = { native, axway, identity, genesys, outreach };
