// What an org is made of beside people: teams and groups with their members, divisions, locations.
import * as v from 'valibot';
import { listMemberships } from '../shared/directory/structure/memberships.ts';
import { createPlace, deletePlace, getPlace, listPlaces, updatePlace } from '../shared/directory/structure/places.ts';
import { joinUnit, leaveUnit } from '../shared/directory/structure/unit-members.ts';
import {
  createUnit,
  deleteUnit,
  getUnit,
  listUnits,
  readUnit,
  updateUnit,
} from '../shared/directory/structure/units.ts';
import { listUsers } from '../shared/directory/user-lists.ts';
import { endpoint, type Operation } from '../shared/http/endpoint.ts';
import { DivisionId, GroupId, LocationId, TeamId, UserId } from '../shared/model/ids.ts';
import { pageOf, pageQuery } from '../shared/model/page.ts';
import {
  DivisionCreate,
  DivisionPatch,
  LocationCreate,
  LocationPatch,
  MAX_PLACES,
  MAX_UNITS,
  OrgMembership,
  PlaceView,
  UnitCreate,
  UnitPatch,
  UnitView,
} from '../shared/model/structure.ts';
import { User } from '../shared/model/user.ts';

const reading = { access: { permission: 'users:read' }, rate: 'read' } as const;
const writing = { access: { permission: 'teams:write' }, rate: 'write' } as const;

const KINDS = [
  { kind: 'team', tag: 'Teams', path: '/v1/teams', a: 'a team', the: 'teams', Id: TeamId },
  { kind: 'group', tag: 'Groups', path: '/v1/groups', a: 'a group', the: 'groups', Id: GroupId },
] as const;

/** The same operations for teams and groups. */
const units = KINDS.flatMap(({ kind, tag, path, a, the, Id }): Operation[] => {
  const params = { id: Id };
  const memberParams = { id: Id, userId: UserId };
  return [
    endpoint(`POST ${path}`, {
      ...writing,
      tag,
      summary: `Make ${a}`,
      body: UnitCreate,
      answer: UnitView,
      status: 201,
      versioned: true,
      location: (unit) => `${path}/${unit.id}`,
      problems: ['name-taken'],
      run: (ctx, { body }) => createUnit(ctx, kind, body),
    }),
    endpoint(`GET ${path}`, {
      ...reading,
      tag,
      summary: `List ${the}`,
      description: 'Oldest first; with `name`, those whose name begins so, by name.',
      query: v.strictObject({ ...pageQuery, name: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(100))) }),
      answer: pageOf(UnitView),
      problems: ['cursor-invalid'],
      run: (ctx, { query }) => listUnits(ctx, kind, query),
    }),
    endpoint(`GET ${path}/{id}`, {
      ...reading,
      tag,
      summary: `Get ${a}`,
      params,
      answer: UnitView,
      versioned: true,
      run: (ctx, { params }) => getUnit(ctx, kind, params.id),
    }),
    endpoint(`PATCH ${path}/{id}`, {
      ...writing,
      tag,
      summary: `Change ${a}`,
      params,
      body: UnitPatch,
      answer: UnitView,
      versioned: true,
      problems: ['name-taken'],
      run: (ctx, { params, body, version }) => updateUnit(ctx, kind, params.id, body, version),
    }),
    endpoint(`DELETE ${path}/{id}`, {
      ...writing,
      tag,
      summary: `Delete ${a}`,
      description: 'Unknown and its name free at once; its members are let go within minutes.',
      params,
      versioned: true,
      run: (ctx, { params, version }) => deleteUnit(ctx, kind, params.id, version),
    }),
    endpoint(`GET ${path}/{id}/members`, {
      ...reading,
      tag,
      summary: `List the members of ${a}`,
      params,
      query: v.strictObject(pageQuery),
      answer: pageOf(User),
      problems: ['cursor-invalid'],
      run: async (ctx, { params, query }) => {
        await readUnit(ctx, kind, params.id);
        return listUsers(ctx, { ...query, filter: `${the} eq "${params.id}"` });
      },
    }),
    endpoint(`PUT ${path}/{id}/members/{userId}`, {
      ...writing,
      tag,
      summary: `Put somebody into ${a}`,
      description: `Who is in it already stays. One person is in ${MAX_UNITS[kind]} ${the} of an org at most.`,
      params: memberParams,
      problems: ['limit-reached'],
      run: (ctx, { params }) => joinUnit(ctx, kind, params.id, params.userId),
    }),
    endpoint(`DELETE ${path}/{id}/members/{userId}`, {
      ...writing,
      tag,
      summary: `Take somebody out of ${a}`,
      params: memberParams,
      run: (ctx, { params }) => leaveUnit(ctx, kind, params.id, params.userId),
    }),
  ];
});

const PLACES = [
  {
    kind: 'division',
    tag: 'Divisions',
    path: '/v1/divisions',
    Id: DivisionId,
    Create: DivisionCreate,
    Patch: DivisionPatch,
  },
  {
    kind: 'location',
    tag: 'Locations',
    path: '/v1/locations',
    Id: LocationId,
    Create: LocationCreate,
    Patch: LocationPatch,
  },
] as const;

const places = PLACES.flatMap(({ kind, tag, path, Id, Create, Patch }): Operation[] => {
  const params = { id: Id };
  return [
    endpoint(`POST ${path}`, {
      ...writing,
      tag,
      summary: `Make a ${kind}`,
      description: `An org has at most ${MAX_PLACES[kind]}.`,
      body: Create,
      answer: PlaceView,
      status: 201,
      versioned: true,
      location: (place) => `${path}/${place.id}`,
      problems: ['name-taken', 'limit-reached'],
      run: (ctx, { body }) => createPlace(ctx, kind, body),
    }),
    endpoint(`GET ${path}`, {
      ...reading,
      tag,
      summary: `List the ${kind}s, oldest first`,
      query: v.strictObject(pageQuery),
      answer: pageOf(PlaceView),
      problems: ['cursor-invalid'],
      run: (ctx, { query }) => listPlaces(ctx, kind, query),
    }),
    endpoint(`GET ${path}/{id}`, {
      ...reading,
      tag,
      summary: `Get a ${kind}`,
      params,
      answer: PlaceView,
      versioned: true,
      run: (ctx, { params }) => getPlace(ctx, kind, params.id),
    }),
    endpoint(`PATCH ${path}/{id}`, {
      ...writing,
      tag,
      summary: `Change a ${kind}`,
      params,
      body: Patch,
      answer: PlaceView,
      versioned: true,
      problems: ['name-taken'],
      run: (ctx, { params, body, version }) => updatePlace(ctx, kind, params.id, body, version),
    }),
    endpoint(`DELETE ${path}/{id}`, {
      ...writing,
      tag,
      summary: `Delete a ${kind}`,
      description: kind === 'division' ? 'Refused while people belong to it.' : 'People keep the places they named.',
      params,
      versioned: true,
      ...(kind === 'division' && { problems: ['division-in-use'] as const }),
      run: (ctx, { params, version }) => deletePlace(ctx, kind, params.id, version),
    }),
  ];
});

const memberships = endpoint('GET /v1/users/{id}/memberships', {
  ...reading,
  tag: 'Users',
  summary: 'List the orgs that a person is in',
  description:
    'For the home org all of them, itself first, without what the person is there; for any other org only itself. ' +
    'An offer is listed while its invite can be accepted. A page may hold few and still name a next.',
  params: { id: UserId },
  query: v.strictObject({ cursor: pageQuery.cursor }),
  answer: pageOf(OrgMembership),
  problems: ['cursor-invalid'],
  run: (ctx, { params, query }) => listMemberships(ctx, params.id, query.cursor),
});

export const operations: readonly Operation[] = [...units, ...places, memberships];
