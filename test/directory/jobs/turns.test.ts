// Whose job comes next: what somebody asked for before the background, and nobody behind all of another org's.
import { beforeEach, describe, expect, test } from 'vitest';
import { newId } from '../../../shared/directory/context.ts';
import { inviteStep, startInvites } from '../../../shared/directory/jobs/bulk-invite.ts';
import { type JobStep, runDueJobs, type Steps } from '../../../shared/job-runner.ts';
import type { JobId, OrgId } from '../../../shared/model/ids.ts';
import { workerContext } from '../../../shared/post-office.ts';
import { type JobRecord, newJob } from '../../../shared/store/job-items.ts';
import { DUE_SHARDS, shardOf } from '../../../shared/store/keys.ts';
import { clientContext, readJob } from '../../support/row-jobs.ts';
import { type TestService, testService } from '../../support/service.ts';
import { newAddress } from '../../support/world.ts';

let service: TestService;

beforeEach(async () => {
  service = await testService();
});

/** Jobs of an org that are due, written without whatever asked for them. */
async function dueErases(orgId: OrgId, n: number): Promise<JobRecord[]> {
  const ctx = workerContext(service.services);
  const createdAt = ctx.now.toISOString();
  const jobs = Array.from(
    { length: n },
    (): JobRecord => ({
      ...{ id: newId<JobId>(ctx), orgId, kind: 'user-erase', state: 'waiting' },
      ...{ createdAt, dueAt: createdAt, attempts: 0, options: {} },
      createdBy: { is: 'client', id: service.seed.clientId as string, permissions: [] },
    }),
  );
  for (let i = 0; i < n; i += 100) {
    await ctx.table.commit(jobs.slice(i, i + 100).map(newJob), newId(ctx));
  }
  return jobs;
}

const stepsOf = (erase: JobStep) => ({ 'bulk-invite': inviteStep, 'user-erase': erase }) as Steps;
const erased: JobStep = async (_worker, job) => ({ job: { ...job, state: 'done' } });

describe('beside 1,200 due erases of one org', () => {
  test('an invite of another org is done in the first round, and one that comes meanwhile in the next', async () => {
    await dueErases(service.seed.orgId, 1200);
    service.advance(1000);
    const seed = await service.secondOrg();
    const invite = async () =>
      (await startInvites(clientContext(service, seed), { invites: [{ email: newAddress() }] })).id;
    const ended: string[] = [];
    const first = await invite();
    let late: JobId | undefined;
    let lateCame = 0;
    const step: JobStep = async (worker, job) => {
      ended.push(job.id);
      if (ended.length === 5) {
        late = await invite();
        lateCame = ended.length;
      }
      return erased(worker, job);
    };
    const steps = {
      ...stepsOf(step),
      'bulk-invite': async (worker, job) => {
        ended.push(job.id);
        return inviteStep(worker, job);
      },
    } as Steps;
    // A slice of no length is one job: what others wait for does not depend on the machine.
    while (!late || !ended.includes(late)) await runDueJobs(service.services, steps, { sliceMs: 0, deadlineMs: 500 });
    expect(ended[0]).toBe(first);
    expect(ended.indexOf(late)).toBeLessThanOrEqual(lateCame + 1);
    for (const id of [first, late])
      expect(await readJob(service, { orgId: seed.orgId, id })).toMatchObject({ state: 'done' });
  }, 60_000);

  test('an erase of another org waits for none of them, unless both lie in one shard', async () => {
    const many = service.seed.orgId;
    await dueErases(many, 1200);
    service.advance(1000);
    let other = many;
    while (shardOf(other, DUE_SHARDS) === shardOf(many, DUE_SHARDS))
      other = newId<OrgId>(workerContext(service.services));
    const [one] = await dueErases(other, 1);
    const orgs: string[] = [];
    const step: JobStep = (worker, job) => {
      orgs.push(job.orgId);
      return erased(worker, job);
    };
    while (orgs.length < 2) await runDueJobs(service.services, stepsOf(step), { sliceMs: 100, deadlineMs: 500 });
    expect(orgs.slice(0, 2)).toEqual([many, other]);
    expect(one && (await readJob(service, one))).toMatchObject({ state: 'done' });
  }, 60_000);

  test('they are all done in the end', async () => {
    await dueErases(service.seed.orgId, 300);
    expect(await runDueJobs(service.services, stepsOf(erased))).toEqual({ steps: 300, ended: 300, failed: 0 });
  }, 60_000);
});
