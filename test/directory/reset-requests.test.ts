// A reset that an admin sends, taken back at every station of its letter: nothing that arrives leads anywhere.
import { beforeAll, describe, expect, test } from 'vitest';
import type { Context } from '../../shared/directory/context.ts';
import { leaseLetter } from '../../shared/directory/letters.ts';
import { cancelReset, getReset, triggerReset } from '../../shared/directory/reset-requests.ts';
import type { LinkId, UserId } from '../../shared/model/ids.ts';
import { PERMISSIONS } from '../../shared/model/principal.ts';
import { problemOf } from '../../shared/model/problem.ts';
import { workerContext } from '../../shared/post-office.ts';
import { keys, letterIds } from '../../shared/store/keys.ts';
import { readOrgItem } from '../../shared/store/org-items.ts';
import { auditedTypes } from '../support/guests.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type TestService, testService } from '../support/service.ts';
import { activePerson, NEW_PASSWORD, type Person } from '../support/world.ts';

let service: TestService;
beforeAll(async () => {
  service = await testService();
});

const MINUTE = 60_000;
const CANCELLED = 'password-reset-cancelled';
const codeOf = (error: unknown) => problemOf(error)?.code ?? String(error);

async function caller(): Promise<Context> {
  const ctx = workerContext(service.services);
  const org = readOrgItem((await ctx.table.get(keys.org(service.seed.orgId))) ?? { pk: '', sk: '' });
  const token = { permissions: PERMISSIONS, epoch: 1, orgEpoch: org.epoch, issuedAt: 0 };
  const principal = { is: 'client', id: service.seed.clientId as never, orgId: org.id, ...token } as const;
  return { ...ctx, principal, standing: async () => ({ permissions: PERMISSIONS, org }) };
}

async function started(): Promise<{ person: Person; id: LinkId }> {
  const person = await activePerson(service, service.seed.orgId);
  await service.deliver();
  const { id } = await triggerReset(await caller(), person.id);
  return { person, id: id as LinkId };
}

const stateOf = async (userId: UserId, id: LinkId) => (await getReset(await caller(), userId, id)).state;
const cancel = async (userId: UserId, id: LinkId) => cancelReset(await caller(), userId, id);

/** Letters to them that are sent now or would be sent any time later. */
async function lettersTo({ email }: Person) {
  service.advance(10 * MINUTE);
  return (await service.deliver()).filter(({ to }) => to === email);
}

/** The mailer fails to send while it runs. */
async function withoutMail(run: () => Promise<unknown>): Promise<void> {
  const { sendLetter } = service.services;
  service.services.sendLetter = () => Promise.reject(new Error('the mail service is down'));
  await run();
  service.services.sendLetter = sendLetter;
}

describe('a reset taken back', () => {
  test('before its letter was touched sends nothing', async () => {
    const { person, id } = await started();
    expect(await stateOf(person.id, id)).toBe('queued');
    await cancel(person.id, id);
    expect(await stateOf(person.id, id)).toBe('dead');
    expect(await lettersTo(person)).toEqual([]);
    await expect(cancel(person.id, id)).rejects.toThrow('state-not-allowed');
  });

  test('while a mailer holds the letter that has not opened the link sends nothing', async () => {
    const { person, id } = await started();
    await leaseLetter(workerContext(service.services), letterIds.ofPerson(person.id, id));
    expect(await stateOf(person.id, id)).toBe('queued');
    await cancel(person.id, id);
    expect(await lettersTo(person)).toEqual([]);
    expect(await stateOf(person.id, id)).toBe('dead');
  });

  test('after a try that failed sends nothing', async () => {
    const { person, id } = await started();
    await withoutMail(() => service.deliver());
    expect(await stateOf(person.id, id)).toBe('queued');
    await cancel(person.id, id);
    expect(await lettersTo(person)).toEqual([]);
    expect(await stateOf(person.id, id)).toBe('dead');
  });

  test('while the letter is handed over leaves a letter whose link is dead', async () => {
    const { person, id } = await started();
    const { sendLetter } = service.services;
    service.services.sendLetter = async (outgoing) => {
      await cancel(person.id, id);
      return sendLetter(outgoing);
    };
    const [letter] = await lettersTo(person);
    service.services.sendLetter = sendLetter;
    const body = { token: letter?.token, password: NEW_PASSWORD };
    expect((await service.call('POST', '/v1/password-resets/complete', { body })).status).toBe(410);
    expect(await stateOf(person.id, id)).toBe('dead');
  });

  test('leaves a later one as it is', async () => {
    const { person, id } = await started();
    await cancel(person.id, id);
    service.advance(1000);
    const later = (await triggerReset(await caller(), person.id)).id as LinkId;
    const letters = await lettersTo(person);
    expect(letters).toHaveLength(1);
    expect([await stateOf(person.id, id), await stateOf(person.id, later)]).toEqual(['dead', 'open']);
    const body = { token: letters[0]?.token, password: NEW_PASSWORD };
    expect((await service.call('POST', '/v1/password-resets/complete', { body })).status).toBe(204);
  });

  test('and stopped at any call is taken back once or not at all', async () => {
    let met = 0;
    for (const mode of ['fail-before', 'commit-then-fail'] as const) {
      for (let nth = 1; ; nth++) {
        const { person, id } = await started();
        service.faults.add({ service: 'dynamodb', mode, nth, times: 1 });
        const first = await cancel(person.id, id).catch(codeOf);
        const struck = service.faults.list().some((rule) => rule.struck > 0);
        service.faults.clear();
        if (!struck) break;
        met++;
        expect(['store-unavailable', undefined]).toContain(first);
        // A repeat finds it open still, or finds it done.
        expect([undefined, 'state-not-allowed']).toContain(await cancel(person.id, id).catch(codeOf));
        expect(await stateOf(person.id, id)).toBe('dead');
        expect(await lettersTo(person)).toEqual([]);
        expect(auditedTypes(await service.dump(), person.id).filter((type) => type === CANCELLED)).toHaveLength(1);
      }
    }
    expect(met).toBeGreaterThan(5);
  });

  test('by many at once is taken back once', async () => {
    const { person, id } = await started();
    const ends = await Promise.allSettled([1, 2, 3].map(() => cancel(person.id, id)));
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

test('the table is sound after all of it', async () => {
  expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
});
