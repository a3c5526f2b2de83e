// Carries on the jobs that are due.
import { importStep } from '../shared/directory/imports/jobs.ts';
import { changeStep } from '../shared/directory/jobs/bulk-change.ts';
import { inviteStep } from '../shared/directory/jobs/bulk-invite.ts';
import { deleteUnitStep } from '../shared/directory/structure/unit-members.ts';
import { runDueJobs, type Steps } from '../shared/job-runner.ts';
import type { Worker } from '../shared/worker.ts';

const STEPS: Steps = {
  import: importStep,
  'bulk-invite': inviteStep,
  'bulk-change': changeStep,
  'unit-delete': deleteUnitStep,
};

export const worker: Worker = (services) => runDueJobs(services, STEPS);
