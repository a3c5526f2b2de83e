// The stacks of a stage as templates, from stub assets: what is tested here does not depend on bundling.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { Template } from 'aws-cdk-lib/assertions';
import { App } from 'aws-cdk-lib/core';
import { afterAll } from 'vitest';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { surfaces } from '../../functions/surfaces.ts';
import { addStacks } from '../../infra/app.ts';
import { type StageName, type StageSettings, stageSettings } from '../../infra/stages.ts';

// Four seconds a synth; `cdk synth` runs it.
env.CDK_VALIDATION = 'false';

export interface Synthesized {
  outdir: string;
  data: Template;
  mail: Template;
  api: Template;
  watch: Template;
  hosts?: Template;
}

export interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
  DependsOn?: string[];
  DeletionPolicy?: string;
}

export interface Statement {
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

const workDir = mkdtempSync(join(tmpdir(), 'rollcall-infra-'));
afterAll(() => rmSync(workDir, { recursive: true, force: true }));
const once = new Map<StageName, Synthesized>();
let runs = 0;

/** The templates of a stage: made once per test file unless settings are changed. */
export function synthesized(name: StageName, changes?: Partial<StageSettings>): Synthesized {
  const made = changes ? undefined : once.get(name);
  if (made) return made;
  const outdir = join(workDir, `out-${runs++}`);
  const app = new App({ context: cdkJson.context, outdir });
  const stage = { ...stageSettings(name), account: '111122223333', region: 'eu-central-1', ...changes };
  const stacks = addStacks(app, stage, stubAssets());
  const templates = {
    outdir,
    data: Template.fromStack(stacks.data),
    mail: Template.fromStack(stacks.mail),
    api: Template.fromStack(stacks.api),
    watch: Template.fromStack(stacks.watch),
    ...(stacks.hosts && { hosts: Template.fromStack(stacks.hosts) }),
  };
  if (!changes) once.set(name, templates);
  return templates;
}

export const resources = (template: Template, type: string): [string, Resource][] =>
  Object.entries(template.findResources(type)) as [string, Resource][];

export function only(template: Template, type: string): Resource {
  const found = resources(template, type);
  if (found.length !== 1) throw new Error(`${found.length} of ${type}`);
  return (found[0] as [string, Resource])[1];
}

/** The function of a surface in the stack it belongs to. */
export function functionOf({ api, mail }: Synthesized, name: string): Resource {
  const found = [api, mail]
    .flatMap((template) => resources(template, 'AWS::Lambda::Function'))
    .filter(([, { Properties }]) => String(Properties.FunctionName).replace(/^rollcall-[a-z]+-/, '') === name);
  if (found.length !== 1) throw new Error(`${found.length} functions ${name}`);
  return (found[0] as [string, Resource])[1];
}

export const roleOf = (fn: Resource): string => (fn.Properties.Role as { 'Fn::GetAtt': [string] })['Fn::GetAtt'][0];

/** All statements of the role of a function. */
export function grantsOf(stacks: Synthesized, name: string): Statement[] {
  const id = roleOf(functionOf(stacks, name));
  const roles = [stacks.api, stacks.mail].flatMap((template) => resources(template, 'AWS::IAM::Role'));
  const role = roles.find(([logicalId]) => logicalId === id)?.[1];
  const policies = role?.Properties.Policies as { PolicyDocument: { Statement: Statement[] } }[];
  return policies.flatMap((policy) => policy.PolicyDocument.Statement);
}

export const actionsOf = (statement: Statement): string[] => [statement.Action].flat();
export const resourcesOf = (statement: Statement): string[] =>
  [statement.Resource].flat().map((resource) => JSON.stringify(resource));

function stubAssets(): string {
  const assets = join(workDir, 'assets');
  for (const { name } of surfaces) {
    mkdirSync(join(assets, name), { recursive: true });
    writeFileSync(join(assets, name, 'index.js'), `exports.handler = async () => '${name}';\n`);
    writeFileSync(join(assets, name, 'index.js.map'), '{}');
  }
  return assets;
}
