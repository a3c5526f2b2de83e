// What changed since: nothing left out, whoever writes meanwhile.
import { beforeEach, expect, test } from 'vitest';
import { dice } from '../../support/crowd.ts';
import { newGuest } from '../../support/guests.ts';
import { type Json, type TestService, testService } from '../../support/service.ts';
import { newAddress, ok } from '../../support/world.ts';

let service: TestService;
let token: string;

beforeEach(async () => {
  service = await testService();
  token = await service.tokenFor();
  // The owner was made before all of this.
  service.advance(31_000);
});

const delta = (cursor?: string, limit = 50): Promise<Json> =>
  ok(
    service.call('GET', `/v1/users/delta?${new URLSearchParams({ limit: String(limit), ...(cursor && { cursor }) })}`, {
      token,
    }),
  );
const create = (): Promise<Json> => ok(service.call('POST', '/v1/users', { token, body: { email: newAddress() } }));
const settle = () => service.advance(31_000);
const idOf = (change: Json) => change.user?.id ?? change.id;

test('without a cursor there is only one to begin with', async () => {
  await create();
  settle();
  const start = await delta();
  expect(start).toMatchObject({ items: [], more: false });
  expect((await delta(start.nextCursor)).items).toEqual([]);
});

test('a change shows when it has settled, and the end of a person without anything of theirs', async () => {
  const start = await delta();
  const [stays, goes] = [await create(), await create()];
  await service.call('DELETE', `/v1/users/${goes.id}`, { token });
  expect((await delta(start.nextCursor)).items).toEqual([]);
  settle();
  const { items, nextCursor } = await delta(start.nextCursor);
  expect(items).toHaveLength(2);
  expect(items).toContainEqual({ kind: 'changed', user: expect.objectContaining({ id: stays.id }) });
  expect(items).toContainEqual({ kind: 'gone', id: goes.id, state: 'deleted', at: expect.any(String) });
  expect((await delta(nextCursor)).items).toEqual([]);
});

test('an org is told of its guests what their home changes and it sees', async () => {
  const guest = await newGuest(service, await service.secondOrg());
  settle();
  const abroad = (cursor?: string): Promise<Json> =>
    ok(service.call('GET', `/v1/users/delta${cursor ? `?cursor=${cursor}` : ''}`, { token: guest.abroad }));
  const { nextCursor } = await abroad();
  settle();
  const profile = { givenName: 'Married', familyName: 'Elsewhere' };
  await ok(service.call('PATCH', `/v1/users/${guest.id}`, { token, body: { profile } }));
  await ok(service.call('POST', `/v1/users/${guest.id}/deactivate`, { token }));
  settle();
  expect((await abroad(nextCursor)).items).toEqual([
    {
      kind: 'changed',
      user: expect.objectContaining({ id: guest.id, state: 'inactive', profile: expect.objectContaining(profile) }),
    },
  ]);
});

test('a cursor is of one org and one list', async () => {
  const { nextCursor } = await delta();
  const other = await service.secondOrg();
  const foreign = await service.tokenFor(other.clientId, other.clientSecret);
  const answer = await service.call('GET', `/v1/users/delta?cursor=${nextCursor}`, { token: foreign });
  expect(answer).toMatchObject({ status: 400, json: { code: 'cursor-invalid' } });
  expect((await service.call('GET', `/v1/users?cursor=${nextCursor}`, { token })).status).toBe(400);
});

test('whoever changed is met with their last version, in pages of any size, while others write', async () => {
  const roll = dice(9);
  const versions = new Map<string, number>();
  const seen = new Map<string, number>();
  let cursor = (await delta()).nextCursor;
  for (let round = 0; round < 25; round++) {
    for (let n = 0; n < 3; n++) {
      const ids = [...versions.keys()];
      if (ids.length === 0 || roll(3) === 0) {
        versions.set((await create()).id, 1);
      } else {
        const id = ids[roll(ids.length)] as string;
        const body = { profile: { title: `Title ${round}.${n}` } };
        const user = await ok(service.call('PATCH', `/v1/users/${id}`, { token, body }));
        versions.set(id, user.version);
      }
      if (roll(2)) service.advance(roll(40) * 1000);
    }
    const page = await delta(cursor, 1 + roll(3));
    cursor = page.nextCursor;
    for (const change of page.items) seen.set(idOf(change), change.user.version);
  }
  settle();
  for (let more = true; more; ) {
    const page = await delta(cursor, 2);
    for (const change of page.items) seen.set(idOf(change), change.user.version);
    ({ nextCursor: cursor, more } = page);
  }
  expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(versions));
});
