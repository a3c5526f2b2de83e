// A client of Outreach's API, as the contract and the matrix of all pairs use it.
import { expect } from 'vitest';
import { rows } from '../../functions/dialects/outreach/rows.ts';
import type { Wire } from '../../shared/dialect/fields.ts';
import { numberOf } from '../../shared/model/ids.ts';
import type { Json } from '../support/service.ts';
import { newAddress, ok, type World } from '../support/world.ts';
import type { Speaker } from './contract.ts';

export const USERS = '/outreach/api/v2/users';
export const MEDIA = { 'content-type': 'application/vnd.api+json' };

export const document = (attributes: Wire, more: Json = {}): Json => ({ data: { type: 'user', attributes, ...more } });

/** A client of one world: calls behind the mount, people and teams made as that system's clients make them. */
export function outreachOf(given: () => World) {
  const call = (method: string, path: string, body?: Json, token = given().client) =>
    given().service.call(method, `/outreach/api/v2${path}`, {
      token,
      headers: MEDIA,
      ...(body !== undefined && { body }),
    });
  const create = async (attributes: Json = {}, more: Json = {}): Promise<Json> =>
    (await ok(call('POST', '/users', document({ email: newAddress(), ...attributes }, more)))).data;
  const patch = (id: number, attributes: Json, more: Json = {}) =>
    call('PATCH', `/users/${id}`, document(attributes, { id, ...more }));
  const newTeam = (name: string): Promise<Json> =>
    ok(given().service.call('POST', '/v1/teams', { token: given().client, body: { name } }));
  return { call, create, patch, newTeam };
}

async function userOf({ service, client }: World, id: string): Promise<Json> {
  return (await ok(service.call('GET', `${USERS}/${numberOf(id)}`, { token: client }))).data;
}

export const outreach: Speaker = {
  surface: 'outreach',
  rows,
  async create({ service, client }, email, wire) {
    const body = document({ email, ...wire });
    const { data } = await ok(service.call('POST', USERS, { token: client, body, headers: MEDIA }));
    return data.attributes.userGuid;
  },
  read: async (world, id) => (await userOf(world, id)).attributes,
  async update({ service, client }, id, wire) {
    const number = numberOf(id);
    const body = document(wire, { id: number });
    await ok(service.call('PATCH', `${USERS}/${number}`, { token: client, body, headers: MEDIA }));
  },
  get: ({ service, client }, id) => service.call('GET', `${USERS}/${numberOf(id)}`, { token: client }),
  expectRefusal({ body, headers }) {
    expect(headers['content-type']).toBe('application/vnd.api+json');
    const { errors, ...rest } = JSON.parse(body);
    expect(rest).toEqual({});
    for (const { id, title, detail, details, source, ...others } of errors) {
      expect(others).toEqual({});
      expect(id).toMatch(/^[a-z][A-Za-z]+$/);
      expect(title).not.toBe('');
      expect(detail ?? details).toEqual(expect.any(String));
      if (source) expect(Object.keys(source)).toHaveLength(1);
    }
  },
};
