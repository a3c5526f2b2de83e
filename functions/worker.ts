// Carries on the jobs that are due: imports, invites and changes of many, erasures.
import { runDueJobs, type Steps } from '../shared/job-runner.ts';
import type { Worker } from '../shared/worker.ts';

/** What a step of each kind does. */
const STEPS: Steps = {};

export const worker: Worker = (services) => runDueJobs(services, STEPS);
