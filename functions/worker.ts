// Carries on the jobs that are due.
import { eraseUserStep } from '../shared/directory/erase/erase-job.ts';
import { deleteUnitStep } from '../shared/directory/structure/unit-members.ts';
import { runDueJobs, type Steps } from '../shared/job-runner.ts';
import type { Worker } from '../shared/worker.ts';

const STEPS: Steps = { 'unit-delete': deleteUnitStep, 'user-erase': eraseUserStep };

export const worker: Worker = (services) => runDueJobs(services, STEPS);
