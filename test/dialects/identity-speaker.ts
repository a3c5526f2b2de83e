// A client of the Engage Identity service's JSON binding, as the contract and the matrix of all pairs use it.
import { expect } from 'vitest';
import { ATTRIBUTES, FIELDS } from '../../functions/dialects/identity/fields.ts';
import type { Wire } from '../../shared/dialect/fields.ts';
import type { Json } from '../support/service.ts';
import { ok, type World } from '../support/world.ts';
import type { Speaker } from './contract.ts';

const BASE = '/identity/v1';

async function keyOf({ service, client }: World, id: string): Promise<string> {
  const { externalId, username, email } = await ok(service.call('GET', `/v1/users/${id}`, { token: client }));
  return externalId ?? username ?? email;
}

const isAttribute = (name: string): boolean => ATTRIBUTES.some(({ wire }) => wire === name);

/** Flat values as a user object: what is an attribute there stands among the pairs. A null has no text. */
function toObject(wire: Wire): Json {
  const entries = Object.entries(wire);
  const attributes = entries
    .filter(([name]) => isAttribute(name))
    .map(([name, value]) => ({ name, value: value ?? '' }));
  return {
    ...Object.fromEntries(entries.filter(([name]) => !isAttribute(name))),
    ...(attributes.length > 0 && { attributes }),
  };
}

export const identity: Speaker = {
  surface: 'identity',
  rows: [...FIELDS, ...ATTRIBUTES],
  async create({ service, client }, email, wire) {
    const body = { externalId: `x-${email}`, email, ...toObject(wire) };
    await ok(service.call('POST', `${BASE}/users`, { token: client, body }));
    return (await ok(service.call('GET', `/v1/users/by-email/${email}`, { token: client }))).id;
  },
  async read(world, id) {
    const { service, client } = world;
    const user = await ok(service.call('GET', `${BASE}/users/${await keyOf(world, id)}`, { token: client }));
    const pairs = (user.attributes ?? []).map(({ name, value }: Json) => [name, value]);
    return { ...user, ...Object.fromEntries(pairs) };
  },
  async update(world, id, wire) {
    const path = `${BASE}/users/${await keyOf(world, id)}`;
    await ok(world.service.call('PATCH', path, { token: world.client, body: toObject(wire) }));
  },
  get: ({ service, client }, id) => service.call('GET', `${BASE}/users/${id}`, { token: client }),
  expectRefusal({ body, headers }) {
    if (body.startsWith('<')) {
      expect(headers['content-type']).toContain('text/xml');
      expect(body).toMatch(/<soap:Fault>.*<code>[A-Z_]+<\/code><message>[^<]+<\/message>/s);
      return;
    }
    const { errors, ...rest } = JSON.parse(body);
    expect(rest).toEqual({});
    expect(errors[0].code).toMatch(/^[A-Z_]+$/);
    expect(errors[0].message).not.toBe('');
  },
};
