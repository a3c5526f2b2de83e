// Which stages there are, and what a wrong name is told.
import { spawnSync } from 'node:child_process';
import { env, execPath } from 'node:process';
import { expect, test } from 'vitest';
import { stageSettings } from '../../infra/stages.ts';

test('without a name the stage is dev', () => {
  expect(stageSettings().name).toBe('dev');
  expect(stageSettings('prod').name).toBe('prod');
});

test.each(['qa', '', 'PROD', 'toString', 7, null])('%o is refused in one line that names the stages', (name) => {
  expect(() => stageSettings(name)).toThrow(/^unknown stage ".*": use -c stage=dev, test, prod$/);
});

test('the app says the same line, nothing else, and fails before it bundles', () => {
  const ran = spawnSync(execPath, ['infra/app.ts'], {
    encoding: 'utf8',
    env: { ...env, CDK_CONTEXT_JSON: '{"stage":"qa"}' },
  });
  expect(ran.stderr).toBe('unknown stage "qa": use -c stage=dev, test, prod\n');
  expect(ran.status).toBe(1);
});

test('each stage sends from an address in the domain that SES signs for', () => {
  for (const name of ['dev', 'test', 'prod']) {
    const { mail } = stageSettings(name);
    expect(mail.from.endsWith(`@${mail.domain}`)).toBe(true);
  }
});
