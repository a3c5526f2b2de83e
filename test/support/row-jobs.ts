// Jobs with rows as tests start and run them: asked for by the seeded client, their rows made into people.
import { commit } from '../../shared/directory/commit.ts';
import type { Context } from '../../shared/directory/context.ts';
import { createUser } from '../../shared/directory/create-user.ts';
import { planRows, type RowRun } from '../../shared/directory/jobs/rows.ts';
import { actorStanding } from '../../shared/directory/standing.ts';
import type { Steps } from '../../shared/job-runner.ts';
import type { ClientId } from '../../shared/model/ids.ts';
import type { RowResult } from '../../shared/model/job.ts';
import { PERMISSIONS } from '../../shared/model/principal.ts';
import type { User, UserCreate } from '../../shared/model/user.ts';
import { workerContext } from '../../shared/post-office.ts';
import { type JobRecord, readJobItem } from '../../shared/store/job-items.ts';
import { readRow } from '../../shared/store/job-row-items.ts';
import { keys } from '../../shared/store/keys.ts';
import type { Seed, TestService } from './service.ts';

/** The seeded client of an org, as the edge would make it. */
export function clientContext(service: TestService, seed: Seed = service.seed): Context {
  const { orgId } = seed;
  const rest = { permissions: PERMISSIONS, epoch: 0, orgEpoch: 0, issuedAt: 0 };
  const principal = { is: 'client' as const, id: seed.clientId as ClientId, orgId, ...rest };
  const ctx = workerContext(service.services);
  return { ...ctx, principal, standing: () => actorStanding(ctx, orgId, principal) };
}

export async function startRows(
  service: TestService,
  rows: readonly unknown[],
  { dryRun = false, seed = service.seed } = {},
): Promise<JobRecord> {
  const ctx = clientContext(service, seed);
  const { job, writes } = await planRows(ctx, { kind: 'import', options: { dryRun }, rows });
  return commit(ctx, { type: 'import-started', orgId: job.orgId, subjectId: job.id }, writes, job);
}

/** A row is the address of somebody new. */
export const createFromRow: RowRun = async (_ctx, { value, keeping }) => {
  const outcome = ({ id }: User) => ({ outcome: 'created' as const, userId: id });
  return outcome(await createUser(keeping(outcome), { email: value } as UserCreate));
};

export const stepsOf = (step: Steps['import']) => ({ import: step }) as Steps;

export async function readJob(
  service: TestService,
  { orgId, id }: Pick<JobRecord, 'orgId' | 'id'>,
): Promise<JobRecord> {
  const item = await workerContext(service.services).table.get(keys.job(orgId, id));
  if (!item) throw new Error(`no job ${id}`);
  return readJobItem(item);
}

export async function resultsOf(service: TestService, job: Pick<JobRecord, 'orgId' | 'id'>): Promise<RowResult[]> {
  const { pk } = keys.job(job.orgId, job.id);
  const { items } = await workerContext(service.services).table.query({ pk, begins: 'R#', strong: true });
  return items.map(readRow);
}
