// An erase beside whatever else may happen to the person or to their address: the other thing happens whole, before and
// after each of the job's writes in turn.
import { beforeEach, describe, expect, test } from 'vitest';
import { worker } from '../../functions/worker.ts';
import { h, keys } from '../../shared/store/keys.ts';
import type { Item, Table } from '../../shared/store/table.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { accept } from '../support/invited.ts';
import { hardBounce } from '../support/mail.ts';
import { found } from '../support/rich-person.ts';
import { type Answer, type Json, type TestService, testService } from '../support/service.ts';
import { resetTable } from '../support/snapshot.ts';
import { newWorld, ok, PASSWORD, type World, withLetters } from '../support/world.ts';

const MINUTE = 60_000;
const TIMEOUT_MS = 120_000;
const EMAIL = 'wilhelmina@example.test';
const PROFILE = { givenName: 'Wilhelmina', familyName: 'Quackenbush' };
const TRACES = ['wilhelmina', 'Wilhelmina', 'uackenbush', h(EMAIL)];

let service: TestService;
let world: World;
let other: World;

beforeEach(async () => {
  service = await testService();
  world = await newWorld(service);
  other = await newWorld(service, await service.secondOrg());
  await call('PATCH', `/v1/orgs/${world.seed.orgId}`, { settings: { eraseGraceSeconds: 0 } });
});

const call = (method: string, path: string, body?: Json, by: World = world) =>
  service.call(method, path, { token: by.client, ...(body !== undefined && { body }) });

/** Deleted, their erase asked for and due. Never in, unless told. */
async function prepared({ entered = false } = {}): Promise<string> {
  const body = { email: EMAIL, profile: PROFILE };
  const { answer, letters } = await withLetters(service, 'POST', '/v1/invites', { token: world.client, body });
  if (entered) await ok(accept(service, { token: letters[0]?.token }));
  await ok(call('DELETE', `/v1/users/${answer.userId}`));
  await service.project();
  await ok(call('POST', `/v1/users/${answer.userId}/erase`));
  return answer.userId;
}

/** Runs the job, and what meets it at its nth moment; again after a minute. Resolves to the moments there were. */
async function eraseWith(nth: number, meets: () => Promise<void>): Promise<number> {
  let moments = 0;
  const moment = async () => {
    if (++moments === nth) await meets();
  };
  const met =
    <Args extends unknown[], T>(run: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      await moment();
      const done = await run(...args);
      await moment();
      return done;
    };
  const { table } = service.services.directory;
  const between: Table = { ...table, change: met(table.change), put: met(table.put), commit: met(table.commit) };
  const services = { ...service.services, directory: { ...service.services.directory, table: between } };
  for (let run = 0; run < 3; run++) {
    await worker(services, {});
    // Past the second look, and past the wait after a step that lost a race.
    service.advance(2 * MINUTE);
  }
  return moments;
}

/** At every moment in turn, from one beginning; `judge` sees the answer and the table. Resolves to the answers' statuses. */
async function atEachCall(
  meets: () => Promise<Answer>,
  judge: (answer: Answer, items: Item[], what: string) => Promise<void> | void,
): Promise<Set<number>> {
  const start = await service.dump();
  const statuses = new Set<number>();
  for (let nth = 1, most = nth; nth <= most; nth++) {
    service.clock.reset();
    await resetTable(service, start);
    let answer: Answer | undefined;
    most = await eraseWith(nth, async () => {
      answer = await meets();
    });
    if (!answer) break;
    const items = await service.dump();
    const what = `moment ${nth} of ${most}: ${answer.status} ${answer.body}`;
    expect(brokenInvariants(items, service.clock.now()), what).toEqual([]);
    await judge(answer, items, what);
    statuses.add(answer.status);
  }
  service.clock.reset();
  await resetTable(service, start);
  return statuses;
}

const stateOf = (items: readonly Item[], id: string) =>
  items.find((it) => it.pk === keys.user(world.seed.orgId, id).pk && it.sk === 'U')?.st;
const erasures = (items: readonly Item[], id: string) =>
  items.filter(({ k, u }) => k === 'erasure' && u === id).map(({ st }) => st);

describe('an erase', () => {
  test.each([false, true])(
    'beside a restore: one of the two happens, whole (entered: %s)',
    async (entered) => {
      const id = await prepared({ entered });
      const start = await service.dump();
      const statuses = await atEachCall(
        () => call('POST', `/v1/users/${id}/restore`),
        (answer, items, what) => {
          const restored = answer.status === 200;
          expect([stateOf(items, id), erasures(items, id)], what).toEqual(
            restored ? [entered ? 'active' : 'staged', ['cancelled']] : ['erased', ['done']],
          );
          const before = found(start, TRACES).length;
          // The restored invite of before stays revoked; everything else is there.
          expect(found(items, TRACES).length, what).toBe(restored ? before : 0);
        },
      );
      expect(statuses).toEqual(new Set([200, 409, 404]));
    },
    TIMEOUT_MS,
  );

  test(
    'beside an accept of another org’s invite: the person is erased, or at home there',
    async () => {
      const id = await prepared();
      const body = { email: EMAIL };
      const { letters } = await withLetters(service, 'POST', '/v1/invites', { token: other.client, body });
      const statuses = await atEachCall(
        () => accept(service, { token: letters[0]?.token, profile: PROFILE }),
        async (answer, items, what) => {
          expect([stateOf(items, id), erasures(items, id)], what).toEqual(['erased', ['done']]);
          const [, home] = keys.org(world.seed.orgId).pk.split('#');
          expect(
            found(
              items.filter(({ pk }) => pk.split('#')[1] === home),
              TRACES,
            ),
            what,
          ).toEqual([]);
          if (answer.status !== 200) return expect(found(items, TRACES), what).toEqual([]);
          const { user } = await service.signIn(EMAIL, PASSWORD);
          expect(user, what).toMatchObject({ orgId: other.seed.orgId, profile: PROFILE });
        },
      );
      expect(statuses).toEqual(new Set([200, 410]));
    },
    TIMEOUT_MS,
  );

  test(
    'beside a new invite of the address: by the own org once it is free, by another at any time',
    async () => {
      const id = await prepared({ entered: true });
      const own = await atEachCall(
        () => call('POST', '/v1/invites', { email: EMAIL }),
        (answer, items, what) => {
          expect([stateOf(items, id), erasures(items, id)], what).toEqual(['erased', ['done']]);
          const { userId, deletedUserId } = answer.json;
          if (answer.status === 409) return expect(deletedUserId, what).toBe(id);
          expect(userId, what).not.toBe(id);
        },
      );
      expect(own).toEqual(new Set([409, 201]));
      const abroad = await atEachCall(
        () => call('POST', '/v1/invites', { email: EMAIL }, other),
        (_answer, items, what) => {
          expect([stateOf(items, id), erasures(items, id)], what).toEqual(['erased', ['done']]);
        },
      );
      expect(abroad).toEqual(new Set([201]));
    },
    TIMEOUT_MS,
  );

  test(
    'beside a change of address: not of the person, and another gets it once it is free',
    async () => {
      const id = await prepared({ entered: true });
      const { answer: next } = await withLetters(service, 'POST', '/v1/users', {
        token: world.client,
        body: { email: 'somebody.else@example.test' },
      });
      const own = await atEachCall(
        () => call('PATCH', `/v1/users/${id}`, { email: 'wilhelmina.2@example.test' }),
        (_answer, items, what) => expect(found(items, TRACES), what).toEqual([]),
      );
      expect(own).toEqual(new Set([404]));
      const others = await atEachCall(
        () => call('PATCH', `/v1/users/${next.id}`, { email: EMAIL }),
        (answer, items, what) => {
          const claim = items.find(({ pk }) => pk === keys.emailClaim(EMAIL).pk);
          expect(claim?.u, what).toBe(answer.status === 200 ? next.id : undefined);
          expect([stateOf(items, id), erasures(items, id)], what).toEqual(['erased', ['done']]);
        },
      );
      expect(others).toEqual(new Set([409, 200]));
    },
    TIMEOUT_MS,
  );

  test.each(['own', 'other'])(
    'that comes in between the look and the write of an invite of the %s org',
    async (whose) => {
      const id = await prepared({ entered: true });
      const by = whose === 'own' ? world : other;
      const { table } = service.services.directory;
      const { get } = table;
      // The invite has seen who holds the address; before it sees anything else the person is gone.
      table.get = async (key, options) => {
        const item = await get(key, options);
        if (key.pk === keys.emailClaim(EMAIL).pk && item?.u === id) {
          table.get = get;
          await worker(service.services, {});
        }
        return item;
      };
      const invite = await ok(call('POST', '/v1/invites', { email: EMAIL }, by)).finally(() => {
        table.get = get;
      });
      await eraseWith(0, async () => undefined);
      const items = await service.dump();
      expect([stateOf(items, id), erasures(items, id)]).toEqual(['erased', ['done']]);
      expect(brokenInvariants(items, service.clock.now())).toEqual([]);
      if (whose === 'own') expect(invite.userId).not.toBe(id);
      expect(items.filter(({ pk, k }) => k === 'membership' && pk === keys.user(world.seed.orgId, id).pk)).toEqual([]);
    },
  );

  test('of one of two who share what can be shared leaves the other as they are', async () => {
    const shared = { profile: { ...PROFILE, department: 'Pond', title: 'Diver' }, custom: { custom1: 'the same' } };
    const make = (email: string) => ok(call('POST', '/v1/users', { email, ...shared }));
    const [gone, stays] = [await make('gone@example.test'), await make('shared@example.test')];
    // The one who stays has the address that the other one had, and letters went to it for both.
    await ok(call('POST', `/v1/users/${gone.id}/contact-validations`, { email: 'gone@example.test' }));
    await ok(call('PATCH', `/v1/users/${gone.id}`, { email: 'gone.2@example.test' }));
    await ok(call('PATCH', `/v1/users/${stays.id}`, { email: 'gone@example.test' }));
    await ok(call('POST', `/v1/users/${stays.id}/contact-validations`, { email: 'gone@example.test' }));
    await ok(service.call('POST', '/v1/password-resets', { body: { email: 'gone@example.test' } }));
    await service.deliver();
    for (const letter of (await service.letters('gone@example.test')).slice(-1)) await hardBounce(service, letter);
    await service.project();
    const team = await ok(call('POST', '/v1/teams', { name: 'Divers' }));
    for (const { id } of [gone, stays]) await ok(call('PUT', `/v1/teams/${team.id}/members/${id}`));
    const about = async () => {
      const mine = [stays.id, keys.user(world.seed.orgId, stays.id).pk.slice(-22), h('gone@example.test')];
      return (await service.dump()).filter((item) => mine.some((it) => JSON.stringify(item).includes(it)));
    };
    const before = await about();
    await ok(call('DELETE', `/v1/users/${gone.id}`));
    await ok(call('POST', `/v1/users/${gone.id}/erase`));
    await eraseWith(0, async () => undefined);
    expect(await about()).toEqual(before);
    expect(before.map(({ k }) => k)).toEqual(
      expect.arrayContaining(['standing', 'limiter', 'letter', 'claim', 'entry']),
    );
    expect(found(await service.dump(), ['gone.2@'])).toEqual([]);
    expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
  });
});
