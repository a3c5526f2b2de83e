// A client of the Amplify Platform, as the contract and the matrix of all pairs use it.
import { expect } from 'vitest';
import { ROWS } from '../../functions/dialects/axway/fields.ts';
import type { Wire } from '../../shared/dialect/fields.ts';
import { numberOf } from '../../shared/model/ids.ts';
import { ok, type World } from '../support/world.ts';
import type { Speaker } from './contract.ts';

const API = '/axway/api/v1';

const writable = (wire: Wire): Wire =>
  Object.fromEntries(Object.entries(wire).filter(([name]) => ROWS.some((row) => row.wire === name)));

async function change({ service, client }: World, id: string, wire: Wire): Promise<void> {
  await ok(service.call('PUT', `${API}/user/profile/${id}`, { token: client, body: writable(wire) }));
}

export const axway: Speaker = {
  surface: 'axway',
  rows: ROWS,
  async create(world, email, wire) {
    const { service, client, seed } = world;
    const path = `${API}/org/${numberOf(seed.orgId)}/user`;
    const { result } = await ok(service.call('POST', path, { token: client, body: { email, suppressEmail: true } }));
    await change(world, result.guid, wire);
    return result.guid;
  },
  read: async ({ service, client }, id) =>
    (await ok(service.call('GET', `${API}/user/${id}`, { token: client }))).result,
  update: change,
  get: ({ service, client }, id) => service.call('GET', `${API}/user/${id}`, { token: client }),
  expectRefusal({ status, body }) {
    const { success, code, description, internalCode = 0, ...rest } = JSON.parse(body);
    // The identity broker refuses as OAuth does.
    if (rest.error_description) return expect(rest.error).toMatch(/^[a-z_]+$/);
    expect(rest).toEqual({});
    expect({ success, code }).toEqual({ success: false, code: status });
    expect(description).toMatch(/^["A-Z]/);
    expect(typeof internalCode).toBe('number');
  },
};
