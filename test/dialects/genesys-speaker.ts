// A client of Genesys Cloud, as the contract and the matrix of all pairs use it.
import { expect } from 'vitest';
import { ROWS } from '../../functions/dialects/genesys/fields.ts';
import type { Json, TestService } from '../support/service.ts';
import { newAddress, ok, type World } from '../support/world.ts';
import type { Speaker } from './contract.ts';

const BASE = '/genesys/api/v2/users';
export const EVERYTHING = [
  'certifications,biography,employerInfo,profileSkills,locations,languagePreference,dateLastLogin,dateWelcomeSent',
  'routingStatus,skills,languages,conversationSummary,presence,outOfOffice,geolocation,station,lasttokenissued',
  'authorization,groups,team,customAttributes',
].join(',');

/** A client of one world: calls about users, and users made as that system's clients make them. */
export function genesysOf(given: () => World) {
  const call = (method: string, path: string, body?: Json, token = given().client) =>
    given().service.call(method, `${BASE}${path}`, { token, ...(body !== undefined && { body }) });
  const get = (path: string): Promise<Json> => ok(call('GET', path));
  const newUser = (more: Json = {}): Promise<Json> =>
    ok(call('POST', '', { name: 'Ada Lovelace', email: newAddress(), ...more }));
  /** The record behind a user. */
  const native = (id: string): Promise<Json> =>
    ok(given().service.call('GET', `/v1/users/${id}`, { token: given().client }));
  return { call, get, newUser, native };
}

const whole = ({ service, client }: World, id: string) =>
  ok(service.call('GET', `${BASE}/${id}?expand=${EVERYTHING}`, { token: client }));

export const genesys: Speaker = {
  surface: 'genesys',
  rows: ROWS,
  async create({ service, client }, email, wire) {
    const body = { name: 'Some Body', email, ...wire };
    return (await ok(service.call('POST', BASE, { token: client, body }))).id;
  },
  read: whole,
  async update(world, id, wire) {
    const { version } = await whole(world, id);
    const body = { version, ...wire };
    await ok(world.service.call('PATCH', `${BASE}/${id}`, { token: world.client, body }));
  },
  get: ({ service, client }, id) => service.call('GET', `${BASE}/${id}`, { token: client }),
  expectRefusal({ status, headers, body }) {
    const refusal = JSON.parse(body);
    expect(refusal).toMatchObject({ status, messageParams: {}, errors: [] });
    expect(refusal.code).toMatch(/^[a-z]+(\.[a-z]+)*$/);
    expect(refusal.message).not.toBe('');
    expect(refusal.contextId).toBe(headers['inin-correlation-id']);
    expect(Array.isArray(refusal.details)).toBe(true);
  },
};

/** A refusal of this language by its code and status: the answer's body. */
export async function refusedAs(code: string, status: number, answer: ReturnType<TestService['call']>): Promise<Json> {
  const given = await answer;
  genesys.expectRefusal(given);
  expect(given.json, given.body).toMatchObject({ code, status });
  expect(given.status).toBe(status);
  return given.json;
}
