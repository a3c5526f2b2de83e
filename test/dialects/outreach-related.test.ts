// What users are related to in Outreach's language.
import { beforeAll, describe, expect, test } from 'vitest';
import { type Json, type TestService, testService } from '../support/service.ts';
import { newWorld, ok, type World } from '../support/world.ts';
import { outreachOf } from './outreach-speaker.ts';

let service: TestService;
let world: World;
let other: World;
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
  other = await newWorld(service, await service.secondOrg());
});

const { call, create, newTeam } = outreachOf(() => world);

describe('what users are related to', () => {
  test('is read by the links that users show', async () => {
    const team = await newTeam('Linked');
    const made = await create(
      {},
      {
        relationships: {
          teams: { data: [{ type: 'team', id: team.number }] },
          roleAssignedTeams: { data: [{ type: 'team', id: 12 }] },
          mailbox: { data: { type: 'mailbox', id: 81 } },
          mailboxes: {
            data: [
              { type: 'mailbox', id: 82 },
              { type: 'mailbox', id: 83 },
            ],
          },
        },
      },
    );
    const follow = async (name: string) => {
      const { pathname, search } = new URL(made.relationships[name].links.related);
      const { data } = await ok(service.call('GET', pathname + search, { token: world.client }));
      return [data].flat().map(({ type, id }: Json) => `${type} ${id}`);
    };
    expect(await follow('mailbox')).toEqual(['mailbox 81']);
    expect(await follow('mailboxes')).toEqual(['mailbox 82', 'mailbox 83']);
    expect(await follow('teams')).toEqual([`team ${team.number}`]);
    expect(await follow('directAssignedTeams')).toEqual([`team ${team.number}`]);
    expect(await follow('roleAssignedTeams')).toEqual(['team 12']);
    expect(await follow('role')).toEqual(['role 3']);
    expect(await follow('batches')).toEqual([]);
    const all = await ok(call('GET', '/mailboxes?count=true'));
    expect(all.data.map(({ id }: Json) => id)).toEqual(expect.arrayContaining([81, 82, 83]));
    expect(all.meta).toEqual({ count: all.data.length, count_truncated: false });
    expect((await ok(call('GET', '/mailboxes?filter[id]=82,83'))).data).toHaveLength(2);
    expect((await call('GET', '/mailboxes/84')).status).toBe(404);
    expect((await call('GET', '/mailboxes/81', undefined, other.client)).status).toBe(404);
    expect((await call('GET', `/teams/${team.number}`, undefined, other.client)).status).toBe(404);
    expect((await ok(call('GET', `/mailboxes?filter[user][id]=${made.id}`, undefined, other.client))).data).toEqual([]);
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
