// Carries on the jobs that are due.
import { eraseUserStep } from '../shared/directory/erase/erase-job.ts';
import { importStep } from '../shared/directory/imports/jobs.ts';
import { changeStep } from '../shared/directory/jobs/bulk-change.ts';
import { inviteStep } from '../shared/directory/jobs/bulk-invite.ts';
import { deleteUnitStep } from '../shared/directory/structure/unit-members.ts';
import { runDueJobs, type Steps } from '../shared/job-runner.ts';
import { newPace, type Pace, pacedTable } from '../shared/pace.ts';
import type { Worker } from '../shared/worker.ts';

const STEPS: Steps = {
  import: importStep,
  'bulk-invite': inviteStep,
  'bulk-change': changeStep,
  'unit-delete': deleteUnitStep,
  'user-erase': eraseUserStep,
};

/** Of this instance, of which there is one: what it has learned of the table's room holds for the next run. */
let pace: Pace | undefined;

export const worker: Worker = (services) => {
  pace ??= newPace({ first: services.config.firstWritesPerSecond });
  const table = pacedTable(services.directory.table, pace);
  return runDueJobs({ ...services, directory: { ...services.directory, table } }, STEPS);
};
