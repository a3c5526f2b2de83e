// Carries on the jobs that are due.
import { importStep } from '../shared/directory/imports/jobs.ts';
import { deleteUnitStep } from '../shared/directory/structure/unit-members.ts';
import { runDueJobs, type Steps } from '../shared/job-runner.ts';
import type { Worker } from '../shared/worker.ts';

const STEPS: Steps = { import: importStep, 'unit-delete': deleteUnitStep };

export const worker: Worker = (services) => runDueJobs(services, STEPS);
