// What every language must hold, whatever its words: run by the tests of each dialect over its own operations.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { httpSurfaces } from '../../functions/surfaces.ts';
import { fromWire, type Row, toWire, type Wire } from '../../shared/dialect/fields.ts';
import type { Operation } from '../../shared/http/endpoint.ts';
import { FIELDS, PARENTS } from '../../shared/model/fields.ts';
import { PROBLEMS, type ProblemCode } from '../../shared/model/problem.ts';
import type { User } from '../../shared/model/user.ts';
import type { Answer, TestService } from '../support/service.ts';
import { newAddress, newUserOf, ok, type World } from '../support/world.ts';

/** A client of one language, as the contract and the matrix of all pairs use it. Ids are the directory's own. */
export interface Speaker {
  /** Name of its surface. */
  surface: string;
  rows: readonly Row[];
  /** Makes somebody with these attributes; resolves to their id. */
  create(world: World, email: string, wire: Wire): Promise<string>;
  /** The attributes as the language shows them, by the names of the rows. */
  read(world: World, id: string): Promise<Wire>;
  /** Changes attributes as a client of that system would. */
  update(world: World, id: string, wire: Wire): Promise<void>;
  /** Asks for one by the id that this language uses: of a person, of another org, of nobody. */
  get(world: World, id: string): Promise<Answer>;
  /** Expects a refusal in that system's own form, and none of our words in it. */
  expectRefusal(answer: Answer): void;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const filled = (path: string) => path.replaceAll(/\{\w+\}/g, '0192f0c1-0000-7000-8000-000000000000');

/** `service` and `world` are read when a test runs. */
export function contract(
  speaker: Speaker,
  operations: readonly Operation[],
  given: () => { service: TestService; world: World; other: World },
): void {
  const surface = httpSurfaces.find(({ name }) => name === speaker.surface);
  const mount = surface?.dialect ?? '';
  const guarded = operations.filter(({ access }) => access !== 'anyone');
  const taking = operations.filter(({ schemas }) => schemas.body);

  describe('its operations', () => {
    test('lie under its mount, each route once', () => {
      expect(operations.filter(({ path }) => !path.startsWith(`${mount}/`))).toEqual([]);
      expect(new Set(operations.map(({ route }) => route)).size).toBe(operations.length);
    });

    test.each(guarded.map((it) => [it.route, it] as const))('%s needs a token', async (_route, operation) => {
      const { service } = given();
      const path = filled(operation.path);
      const body = operation.schemas.body ? {} : undefined;
      const none = await service.call(operation.method, path, { body });
      expect(none.status, none.body).toBe(401);
      speaker.expectRefusal(none);
      const bad = await service.call(operation.method, path, { body, token: 'a.b.c' });
      expect(bad.status, bad.body).toBe(401);
      speaker.expectRefusal(bad);
    });

    test.each(taking.map((it) => [it.route, it] as const))('%s refuses a broken body', async (_route, operation) => {
      const { service, world } = given();
      const path = filled(operation.path);
      const type = operation.consumes === 'json-api' ? 'application/vnd.api+json' : 'application/json';
      const headers = { 'content-type': type };
      const token = operation.access === 'person' ? world.owner.token : world.client;
      for (const body of ['{"a":', '{"a":1,"a":2}', '"\\ud800"', `"${'x'.repeat(70_000)}"`]) {
        const answer = await service.call(operation.method, path, { token, body, headers });
        expect(answer.status, `${body.slice(0, 20)}: ${answer.body}`).toBeGreaterThanOrEqual(400);
        expect(answer.status, `${body.slice(0, 20)}: ${answer.body}`).toBeLessThan(500);
        speaker.expectRefusal(answer);
      }
      const another = { token, body: '{}', headers: { 'content-type': 'text/plain' } };
      const refused = await service.call(operation.method, path, another);
      expect(refused.status, refused.body).toBe(415);
      speaker.expectRefusal(refused);
    });

    test('refuse unknown addresses and methods in their own form', async () => {
      const { service, world } = given();
      const unknown = await service.call('GET', `${mount}/no/such/thing`, { token: world.client });
      expect(unknown.status).toBe(404);
      speaker.expectRefusal(unknown);
      const path = operations[0]?.path ?? '';
      const taken = operations.filter((operation) => operation.path === path).map(({ method }) => method);
      const method = METHODS.find((one) => !taken.includes(one)) ?? 'PUT';
      const refused = await service.call(method, filled(path), { token: world.client });
      expect(refused.status).toBe(405);
      speaker.expectRefusal(refused);
    });

    test('answer at the root of a host of its own as under the mount', async () => {
      const { service, world } = given();
      const { serve } = await import('../../shared/http/serve.ts');
      const { toEvent } = await import('../../infra/local/event.ts');
      const handler = serve(operations, service.services, { mount });
      const get = operations.find(({ method, path }) => method === 'GET' && !path.includes('{'));
      const path = get?.path ?? '';
      const routed = { key: 'ANY /{proxy+}', params: {} };
      const call = (at: string) => {
        const headers: [string, string][] = [['authorization', `Bearer ${world.client}`]];
        const request = { method: 'GET', path: at, query: '', headers, body: Buffer.alloc(0), sourceIp: '203.0.113.7' };
        return handler(toEvent(request as never, routed as never, service.clock.now()));
      };
      const [under, root] = [await call(path), await call(path.slice(mount.length))];
      expect(root.statusCode).toBe(under.statusCode);
    });
  });

  describe('its refusals', () => {
    test.each(Object.keys(PROBLEMS) as ProblemCode[])('say %s in their own form', (code) => {
      const operation = operations[0] as Operation;
      const request = {
        method: 'GET',
        host: '',
        path: operation.path,
        params: {},
        query: new URLSearchParams(),
        headers: {},
      };
      const problem = { code, detail: 'd', issues: [{ pointer: '/email', message: 'is wrong' }], retryAfterSeconds: 3 };
      const call = { requestId: 'r', request: { ...request, body: Buffer.alloc(0) } };
      const reply = operation.spell?.(problem, call);
      expect(reply?.status).toBeGreaterThanOrEqual(400);
      const { status = 0, headers = {}, body = '' } = reply ?? {};
      if (status === 429 || status === 503) expect(headers['retry-after']).toBeTruthy();
      speaker.expectRefusal({ status, headers, body, json: asJson(body) });
      expect(body).not.toContain(code.includes('-') ? `"${code}"` : '\0');
    });

    test('a person of another org is as unknown as nobody', async () => {
      const { world, other } = given();
      const theirs = await newUserOf(other);
      const [foreign, nobody] = [
        await speaker.get(world, theirs.id),
        await speaker.get(world, '0192f0c1-0000-7000-8000-000000000000'),
      ];
      expect(foreign.status).toBe(404);
      expect(nobody.status).toBe(404);
      speaker.expectRefusal(foreign);
    });
  });

  describe('its attributes', () => {
    test('have places that the record has', () => {
      const lost = speaker.rows.filter(({ path }) => !FIELDS.has(path) && !known(path));
      expect(lost.map(({ wire, path }) => `${wire}: ${path}`)).toEqual([]);
      expect(new Set(speaker.rows.map(({ wire }) => wire)).size).toBe(speaker.rows.length);
    });

    test('come back as they were sent', async () => {
      const { world } = given();
      const wires = fc.record(arbitraries(speaker.rows), { requiredKeys: [] });
      await fc.assert(
        fc.asyncProperty(wires, wires, async (first, second) => {
          const id = await speaker.create(world, newAddress(), first);
          expect(await speaker.read(world, id)).toMatchObject(first);
          await speaker.update(world, id, second);
          expect(await speaker.read(world, id)).toMatchObject({ ...first, ...second });
        }),
        { numRuns: 15 },
      );
    });

    test('that the language shows shorter stay whole when they come back as shown', async () => {
      const { service, world } = given();
      const { id } = await newUserOf(world, { profile: { givenName: 'é'.repeat(200), familyName: 'Long' } });
      const before = await ok(service.call('GET', `/v1/users/${id}`, { token: world.client }));
      await speaker.update(world, id, writable(speaker.rows, await speaker.read(world, id)));
      const after = await ok(service.call('GET', `/v1/users/${id}`, { token: world.client }));
      expect(after.profile).toEqual(before.profile);
    });

    test('are read and written by the same rows', () => {
      const user = { id: 'x', profile: {}, preferences: {} } as object as User;
      const wire = toWire(speaker.rows, user);
      expect(fromWire(speaker.rows, writable(speaker.rows, wire), user)).toEqual({ patch: {}, wrong: [] });
    });
  });
}

/** Groups and lists are places too, and so is what an item beside the record keeps. */
const known = (path: string): boolean => PARENTS.has(path) || path.startsWith('preferences.map');

const writable = (rows: readonly Row[], wire: Wire): Wire =>
  Object.fromEntries(rows.filter(({ access }) => access === 'both').map((row) => [row.wire, wire[row.wire]]));

function asJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const SAMPLES = ['Ada', 'Łucja', '山田', "O'Brien", 'a b'];
const TYPED: Record<string, fc.Arbitrary<unknown>> = {
  string: fc.constantFrom(...SAMPLES),
  number: fc.integer({ min: 1, max: 1_000_000 }),
  boolean: fc.boolean(),
};

/** Of a form of their own. */
const FORMED: Record<string, fc.Arbitrary<unknown>> = {
  'profile.timeZones.primary': fc.constantFrom('Europe/Paris', 'America/New_York'),
  'profile.timeZones.secondary': fc.constantFrom('Asia/Tokyo', 'UTC'),
  'profile.timeZones.tertiary': fc.constantFrom('Europe/Berlin', 'America/Sao_Paulo'),
  'provisioning.providerGuid': fc.constantFrom('6f1b6a6e-2f0a-4a6e-9d54-0f6a3b1c2d3e'),
  'profile.employer.dateHire': fc.constantFrom('2020-02-29', '1999-12-31'),
  'contact.phone.countryCode': fc.constantFrom('FR', '44'),
};

/** Unique, references, or moves of their own: the dialect's own tests write them. */
const SPECIAL =
  /^(id|number|legacyId|email|username|externalId|state|version|.*Id|security|activity|routing|presence|relations)\b/;

/** Values of a member that has one plain value and may simply be written; undefined for any other. */
export function valuesAt(path: string): fc.Arbitrary<unknown> | undefined {
  const field = FIELDS.get(path);
  if (!field || field.many || SPECIAL.test(path)) return undefined;
  return FORMED[path] ?? (field.options ? fc.constantFrom(...field.options) : TYPED[field.type]);
}

/** Rows that are shown and taken and have one plain value. */
export const plainRows = (rows: readonly Row[]): Row[] =>
  rows.filter(({ access, path }) => access === 'both' && valuesAt(path) !== undefined);

/** Values for those rows, as the language writes them. */
const arbitraries = (rows: readonly Row[]): Record<string, fc.Arbitrary<unknown>> =>
  Object.fromEntries(
    plainRows(rows).flatMap((row) => {
      const values = valuesAt(row.path);
      return values ? [[row.wire, values.map((value) => row.codec.show(value))]] : [];
    }),
  );
