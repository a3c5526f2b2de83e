// The CDK app: `cdk synth -c stage=prod`. Bundles the functions, then adds four stacks. Each depends only on those
// before it: data (never replaced), mail (needs the table), API (needs both), watching (needs all). A fifth gives other
// systems' languages host names of their own, where a stage names some.
import { App, Tags } from 'aws-cdk-lib/core';
import { ApiStack } from './api-stack.ts';
import { bundle } from './bundle.ts';
import { DataStack } from './data-stack.ts';
import { HostStack } from './host-stack.ts';
import { MailStack } from './mail-stack.ts';
import { type StageSettings, stageSettings } from './stages.ts';
import { WatchStack } from './watch-stack.ts';

export interface Stacks {
  data: DataStack;
  mail: MailStack;
  api: ApiStack;
  watch: WatchStack;
  hosts?: HostStack;
}

/** Adds the stacks of one stage. `assets` holds one folder with `index.js` per surface. */
export function addStacks(app: App, stage: StageSettings, assets: string): Stacks {
  const env = { account: stage.account, region: stage.region };
  const id = (part: string) => `rollcall-${stage.name}-${part}`;
  const data = new DataStack(app, id('data'), stage, { env });
  const mail = new MailStack(app, id('mail'), { env, stage, assets, data });
  const api = new ApiStack(app, id('api'), { env, stage, assets, data, mail });
  const watch = new WatchStack(app, id('watch'), { env, stage, data, mail, api });
  const hosts = stage.hosts && { hosts: new HostStack(app, id('hosts'), { env, stage, api }) };
  Tags.of(app).add('project', 'rollcall');
  Tags.of(app).add('stage', stage.name);
  return { data, mail, api, watch, ...hosts };
}

async function main(): Promise<void> {
  const app = new App();
  const stage = stageSettings(app.node.tryGetContext('stage'));
  addStacks(app, stage, await bundle({ functionsDir: app.node.tryGetContext('functionsDir') }));
  app.synth();
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
}
