// Changes in Outreach's language, stopped before and after each of their calls to the table, and repeated as a client would.
import { beforeAll, describe, expect, test } from 'vitest';
import type { FaultRule } from '../../infra/local/faults.ts';
import { auditedVersions } from '../support/guests.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type Answer, type Json, type TestService, testService } from '../support/service.ts';
import { newAddress, newWorld, type World } from '../support/world.ts';
import { document, outreach, outreachOf } from './outreach-speaker.ts';

let service: TestService;
let world: World;
beforeAll(async () => {
  service = await testService();
  world = await newWorld(service);
});

const { call, create, newTeam } = outreachOf(() => world);

const STOPS = [
  ['fail-before', 'call'],
  ['commit-then-fail', 'call'],
  ['commit-then-fail', 'attempt'],
] as const;

/** Makes the call under the fault, and again while it answers 503. Undefined where the fault met no call. */
async function stopped(rule: FaultRule, make: () => Promise<Answer>): Promise<Answer[] | undefined> {
  service.faults.add(rule);
  const answers = [await make()];
  const struck = service.faults.list().some((one) => one.struck > 0);
  service.faults.clear();
  if (!struck) return undefined;
  if (answers[0]?.status !== 503) return answers;
  outreach.expectRefusal(answers[0]);
  return [...answers, await make()];
}

/** Every stop at every call, until there is no such call. */
async function everyStop(run: (rule: FaultRule) => Promise<boolean>): Promise<number> {
  let met = 0;
  for (const [mode, per] of STOPS) {
    for (let nth = 1; await run({ service: 'dynamodb', mode, per, nth, times: 1 }); nth++) met++;
  }
  return met;
}

describe('stopped at every call', () => {
  test('a change of everything at once is made once or not at all', async () => {
    const team = await newTeam('Stopped');
    const met = await everyStop(async (rule) => {
      const { id, attributes } = await create();
      const relationships = {
        role: { data: { type: 'role', id: 4 } },
        teams: { data: [{ type: 'team', id: team.number }] },
      };
      const body = document({ title: 'Pilot', locked: true }, { id, relationships });
      const answers = await stopped(rule, () => call('PATCH', `/users/${id}`, body));
      if (!answers) return false;
      expect(answers.at(-1)?.status, JSON.stringify(rule)).toBe(200);
      expect(answers.at(-1)?.json.data).toMatchObject({ attributes: { title: 'Pilot', locked: true }, relationships });
      expect(auditedVersions(await service.dump(), attributes.userGuid)).toEqual([1, 2]);
      return true;
    });
    expect(met).toBeGreaterThan(8);
  });

  test('somebody new is made once, and invited once', async () => {
    const made: Json[] = [];
    const met = await everyStop(async (rule) => {
      const email = newAddress();
      const answers = await stopped(rule, () => call('POST', '/users', document({ email })));
      if (!answers) return false;
      // There is no key to know a repeat by: what was made before the answer was lost is found taken.
      expect([201, 422], JSON.stringify(rule)).toContain(answers.at(-1)?.status);
      made.push(email);
      return true;
    });
    expect(met).toBeGreaterThan(5);
    await service.deliver();
    for (const email of made) expect(await service.letters(email)).toHaveLength(1);
    expect(brokenInvariants(await service.dump(), service.clock.now())).toEqual([]);
  });
});
