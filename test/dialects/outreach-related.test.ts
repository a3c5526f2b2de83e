// What users are related to in Outreach's language.
import { beforeAll, describe, expect, test } from 'vitest';
import { relations } from '../../functions/dialects/outreach/relations.ts';
import { numberOf } from '../../shared/model/ids.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { newAddress, newWorld, ok, PASSWORD, type World } from '../support/world.ts';
import { document, outreachOf } from './outreach-speaker.ts';

let service: TestService;
let world: World;
let other: World;
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
  other = await newWorld(service, await service.secondOrg());
});

const { call, create, newTeam } = outreachOf(() => world);

const keyed = (all: Json): string[] => [all].flat().map(({ type, id }: Json) => `${type} ${id}`);

describe('what users are related to', () => {
  /** Of every writable reference something else, one of each type; to many, two. */
  const references = (): Json =>
    Object.fromEntries(
      relations
        .filter(({ kind, readOnly }) => kind === 'reference' && !readOnly)
        .map(({ name, type, many }, i) => {
          const [first, second] = [
            { type, id: 100 + 2 * i },
            { type, id: 101 + 2 * i },
          ];
          return [name, { data: many ? [first, second] : first }];
        }),
    );

  test('is read by the links that users show, all of them', async () => {
    const team = await newTeam('Linked');
    const teams = { data: [{ type: 'team', id: team.number }] };
    const wanted = { ...references(), role: { data: { type: 'role', id: 4 } }, teams, directAssignedTeams: teams };
    const body = document({ email: newAddress() }, { relationships: wanted });
    const made = (await ok(call('POST', '/users', body, world.owner.token))).data;
    expect(made.relationships).toMatchObject(wanted);
    const followed: string[] = [];
    for (const [name, { data, links }] of Object.entries<Json>(made.relationships)) {
      const { pathname, search } = new URL(links.related);
      const there = await ok(service.call('GET', pathname + search, { token: world.client }));
      expect(keyed(there.data), name).toEqual(data ? keyed(data) : []);
      const own = [there.data].flat().map(({ links: { self } }: Json) => self);
      for (const self of own) expect((await call('GET', self.split('/api/v2')[1])).status, self).toBe(200);
      followed.push(name);
    }
    expect(followed.sort()).toEqual(relations.map(({ name }) => name).sort());
  });

  test('is included, each once, by whatever relationship names it', async () => {
    const body = document({ email: newAddress() }, { relationships: references() });
    const made = (await ok(call('POST', '/users', body, world.owner.token))).data;
    const named = Object.values<Json>(made.relationships).flatMap(({ data }) => (data ? keyed(data) : []));
    const all = await ok(call('GET', `/users/${made.id}?include=${relations.map(({ name }) => name).join(',')}`));
    expect(keyed(all.included).sort()).toEqual([...new Set(named)].sort());
  });

  test('is not known to another org, nor what nobody has', async () => {
    const mailboxes = {
      data: [
        { type: 'mailbox', id: 82 },
        { type: 'mailbox', id: 83 },
      ],
    };
    const team = await newTeam('Own');
    const made = await create({}, { relationships: { mailbox: { data: { type: 'mailbox', id: 81 } }, mailboxes } });
    const all = await ok(call('GET', '/mailboxes?count=true'));
    expect(all.data.map(({ id }: Json) => id)).toEqual(expect.arrayContaining([81, 82, 83]));
    expect(all.meta).toEqual({ count: all.data.length, count_truncated: false });
    expect((await ok(call('GET', '/mailboxes?filter[id]=82,83'))).data).toHaveLength(2);
    expect((await call('GET', '/mailboxes/84')).status).toBe(404);
    expect((await call('GET', '/mailboxes/81', undefined, other.client)).status).toBe(404);
    expect((await call('GET', `/teams/${team.number}`, undefined, other.client)).status).toBe(404);
    expect((await ok(call('GET', `/mailboxes?filter[user][id]=${made.id}`, undefined, other.client))).data).toEqual([]);
  });

  test('is included over three levels of who made whom', async () => {
    /** Made by the bearer of the token, and signed in. */
    const madeBy = async (token: string) => {
      const email = newAddress();
      const relationships = { role: { data: { type: 'role', id: 1 } } };
      const { data } = await ok(
        call('POST', '/users', document({ email, firstName: 'Ada' }, { relationships }), token),
      );
      await service.deliver();
      const [letter] = await service.letters(email);
      await ok(service.call('POST', '/v1/invites/accept', { body: { token: letter?.token, password: PASSWORD } }));
      return { id: data.id, token: (await service.signIn(email, PASSWORD)).accessToken };
    };
    const first = await madeBy(world.owner.token);
    const second = await madeBy(first.token);
    const third = (await ok(call('POST', '/users', document({ email: newAddress() }), second.token))).data;
    const included = async (include: string) =>
      keyed((await ok(call('GET', `/users/${third.id}?include=${include}`))).included);
    expect(await included('creator.creator.creator')).toEqual(
      [second.id, first.id, numberOf(world.owner.id)].map((id) => `user ${id}`),
    );
    expect(await included('creator.creator.role')).toEqual([`user ${second.id}`, `user ${first.id}`, 'role 1']);
    expect(await included('creator.role,updater.creator')).toEqual([`user ${second.id}`, 'role 1', `user ${first.id}`]);
    const listed = await ok(call('GET', `/users?filter[id]=${third.id}&include=creator.creator`));
    // Whoever is included is what their own document says.
    for (const one of listed.included) expect(one).toEqual((await ok(call('GET', `/users/${one.id}`))).data);
    for (const include of ['creator.creator.creator.role', 'role.users', 'creator.mailbox.user', 'creator.pets', '.']) {
      const refused = await call('GET', `/users/${third.id}?include=${include}`);
      expect([refused.status, refused.json.errors[0].source]).toEqual([422, { parameter: 'include' }]);
    }
  });

  test('roles and teams are the directory’s own', async () => {
    const body = { name: 'Auditor', permissions: ['events:read'] };
    const made = await ok(service.call('POST', '/v1/roles', { token: world.client, body }));
    expect((await ok(call('GET', `/roles/${made.number}`))).data).toMatchObject({
      type: 'role',
      id: made.number,
      attributes: { name: 'Auditor', externalId: null, createdAt: made.createdAt },
    });
    const { data } = await ok(call('GET', '/roles'));
    expect(data.slice(0, 4).map(({ attributes }: Json) => attributes.name)).toEqual([
      'owner',
      'admin',
      'member',
      'viewer',
    ]);
    for (const name of ['East', 'North', 'South']) await newTeam(name);
    const names: string[] = [];
    for (let next = '/teams?page[size]=2'; next; ) {
      const page = await ok(call('GET', next));
      names.push(...page.data.map(({ attributes }: Json) => attributes.name));
      next = page.links.next ? page.links.next.split('/api/v2')[1] : '';
    }
    const some = await ok(call('GET', '/teams?count=true'));
    const wanted = some.data.slice(1, 3).map(({ id }: Json) => id);
    const found = await ok(call('GET', `/teams?filter[id]=${wanted.join(',')},99`));
    expect(found.data.map(({ id }: Json) => id)).toEqual(wanted);
    expect(names).toEqual(expect.arrayContaining(['East', 'North', 'South']));
    expect(new Set(names).size).toBe(names.length);
  });
});
