// A client of Outreach's API, as the contract and the matrix of all pairs use it.
import { expect } from 'vitest';
import { rows } from '../../functions/dialects/outreach/rows.ts';
import type { Wire } from '../../shared/dialect/fields.ts';
import { numberOf } from '../../shared/model/ids.ts';
import type { Json } from '../support/service.ts';
import { ok, type World } from '../support/world.ts';
import type { Speaker } from './contract.ts';

export const USERS = '/outreach/api/v2/users';
export const MEDIA = { 'content-type': 'application/vnd.api+json' };

export const document = (attributes: Wire, more: Json = {}): Json => ({ data: { type: 'user', attributes, ...more } });

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
