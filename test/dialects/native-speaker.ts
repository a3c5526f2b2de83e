// The native API as one more language, for the matrix of all pairs.
import { asIs } from '../../shared/dialect/codecs.ts';
import { putAt, row, valueAt, type Wire } from '../../shared/dialect/fields.ts';
import { FIELDS } from '../../shared/model/fields.ts';
import { ok } from '../support/world.ts';
import { type Speaker, valuesAt } from './contract.ts';

/** Every member with one plain value, under its own path. */
const rows = [...FIELDS.keys()]
  .filter((path) => path.includes('.') && valuesAt(path) && path !== 'profile.displayName')
  .map((path) => row(path, path, asIs));

function nested(wire: Wire): Wire {
  const body: Wire = {};
  for (const [path, value] of Object.entries(wire)) putAt(body, path, value);
  return body;
}

export const native: Omit<Speaker, 'surface' | 'get' | 'expectRefusal'> = {
  rows,
  async create({ service, client }, email, wire) {
    const body = { email, ...nested(wire) };
    return (await ok(service.call('POST', '/v1/users', { token: client, body }))).id;
  },
  async read({ service, client }, id) {
    const user = await ok(service.call('GET', `/v1/users/${id}`, { token: client }));
    return Object.fromEntries(rows.map(({ path }) => [path, valueAt(user, path) ?? null]));
  },
  async update({ service, client }, id, wire) {
    await ok(service.call('PATCH', `/v1/users/${id}`, { token: client, body: nested(wire) }));
  },
};
