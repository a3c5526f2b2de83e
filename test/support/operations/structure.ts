// Valid requests of the operations on roles, teams, groups, divisions and locations. See ../operations.ts.
import type { Prepare } from '../operations.ts';
import type { Json } from '../service.ts';
import { newAddress, newUserOf, ok, type World } from '../world.ts';

const newName = (): string => `Name ${newAddress()}`.replace('@', ' at ');

const make = (w: World, path: string, body: Json = {}): Promise<Json> =>
  ok(w.service.call('POST', path, { token: w.client, body: { name: newName(), ...body } }));

const one =
  (path: string, status: number, tail = '', body?: Json, made: Json = {}): Prepare =>
  async (w) => {
    const { id } = await make(w, path, made);
    return { path: `${path}/${id}${tail}`, token: w.client, status, ...(body && { body }) };
  };

const member =
  (path: string, before: boolean): Prepare =>
  async (w) => {
    const [{ id }, user] = [await make(w, path), await newUserOf(w)];
    const request = { path: `${path}/${id}/members/${user.id}`, token: w.client, status: 204 };
    if (before) await ok(w.service.call('PUT', request.path, { token: w.client }));
    return request;
  };

const posted =
  (path: string, body: Json = {}): Prepare =>
  async (w) => ({ path, token: w.client, status: 201, body: { name: newName(), ...body } });

const listed =
  (path: string, query = '?limit=2'): Prepare =>
  async (w) => ({ path: `${path}${query}`, token: w.client, status: 200 });

const role = { permissions: ['users:read', 'users:invite'] };

export const structureRequests: [string, Prepare][] = [
  ...['/v1/teams', '/v1/groups'].flatMap((path): [string, Prepare][] => [
    [`POST ${path}`, posted(path, { description: 'Those who help', tags: ['north'] })],
    [`GET ${path}`, listed(path)],
    [`GET ${path}/{id}`, one(path, 200)],
    [`PATCH ${path}/{id}`, one(path, 200, '', { description: 'Another', tags: null })],
    [`DELETE ${path}/{id}`, one(path, 204)],
    [`GET ${path}/{id}/members`, one(path, 200, '/members?limit=2')],
    [`PUT ${path}/{id}/members/{userId}`, member(path, false)],
    [`DELETE ${path}/{id}/members/{userId}`, member(path, true)],
  ]),
  ...['/v1/divisions', '/v1/locations'].flatMap((path): [string, Prepare][] => [
    [`POST ${path}`, posted(path, { description: 'Where work is done' })],
    [`GET ${path}`, listed(path)],
    [`GET ${path}/{id}`, one(path, 200)],
    [`PATCH ${path}/{id}`, one(path, 200, '', { description: 'Another' })],
    [`DELETE ${path}/{id}`, one(path, 204)],
  ]),
  [
    'GET /v1/users/{id}/memberships',
    async (w) => ({ path: `/v1/users/${(await newUserOf(w)).id}/memberships`, token: w.client, status: 200 }),
  ],
  ['POST /v1/roles', posted('/v1/roles', role)],
  ['GET /v1/roles', listed('/v1/roles', '')],
  ['GET /v1/roles/{id}', one('/v1/roles', 200, '', undefined, role)],
  ['PATCH /v1/roles/{id}', one('/v1/roles', 200, '', { permissions: ['users:read'] }, role)],
  ['DELETE /v1/roles/{id}', one('/v1/roles', 204, '', undefined, role)],
];
