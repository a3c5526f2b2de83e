// The worker of imports as a process that kills itself where it is told to: started by `api-import.ts`.

import { localAws } from '../../infra/local/emulators.ts';
import { newFaults } from '../../infra/local/faults.ts';
import type { Config } from '../../shared/config.ts';
import { importStep } from '../../shared/directory/imports/jobs.ts';
import { runDueJobs, type Steps } from '../../shared/job-runner.ts';
import { createServices } from '../../shared/services.ts';

/** Where it dies: so many calls after so many commits, whatever else is under way; or before a step begins. */
export type Stop = { commits: number; calls: number } | { steps: number };

export interface Told {
  config: Config;
  endpoint: string;
  /** How far its clock is ahead: past the lease of the one before. */
  aheadMs: number;
  stop?: Stop;
}

const { config, endpoint, aheadMs, stop } = JSON.parse(process.env.IMPORT_WORKER ?? '') as Told;
const die = () => process.kill(process.pid, 'SIGKILL');

const faults = newFaults();
const services = await createServices(config, {
  clock: () => new Date(Date.now() + aheadMs),
  dynamo: localAws(endpoint),
  dynamoHook: (client) => faults.install(client, 'dynamodb'),
});

if (stop && 'commits' in stop) {
  let [commits, calls] = [0, 0];
  faults.onCall(({ operation }) => {
    if (commits >= stop.commits && ++calls > stop.calls) die();
    if (operation === 'TransactWriteItems') commits++;
  });
}

let steps = 0;
const step: Steps['import'] = (worker, job) => {
  if (stop && 'steps' in stop && ++steps > stop.steps) die();
  return importStep(worker, job);
};
await runDueJobs(services, { import: step } as Steps);
