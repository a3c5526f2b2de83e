// The bytes that are deployed, run as their stage would run them: what works on a laptop works in the cloud, and what a
// laptop adds for developers is not there.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { surfaces } from '../../functions/surfaces.ts';
import { bundle } from '../../infra/bundle.ts';
import { synthesized } from '../infra/synthesized.ts';
import { type Deployed, openDeployed } from '../support/deployed.ts';
import type { Json } from '../support/service.ts';

const folder = mkdtempSync(join(tmpdir(), 'rollcall-deployed-'));
const root = resolve(import.meta.dirname, '../..');
let bundles: string;

beforeAll(async () => {
  bundles = await bundle({ outDir: join(folder, 'bundles') });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('principle 31: test switches exist only in the local run', () => {
  const SWITCHES = /__dev|commit-then-fail|fail-before|runDue|rollcall-local|dynoxide|aws-ses-v2-local|LocalTrouble/;

  test.each(surfaces)('the bundle of $name knows none of them', ({ name, entry }) => {
    const { outputs } = JSON.parse(readFileSync(join(bundles, 'meta.json'), 'utf8')) as {
      outputs: Record<string, { inputs: Record<string, unknown> }>;
    };
    const output = Object.keys(outputs).find((path) => path.endsWith(`/${name}/index.js`)) ?? '';
    const inputs = Object.keys(outputs[output]?.inputs ?? {});
    expect(inputs).toContain(`functions/${entry}`);
    expect(inputs.filter((path) => /^(infra|test)\//.test(path))).toEqual([]);
    expect(readFileSync(join(bundles, name, 'index.js'), 'utf8')).not.toMatch(SWITCHES);
  });

  test('and the local run does know them', () => {
    expect(readFileSync(join(root, 'infra/local/faults.ts'), 'utf8')).toMatch(SWITCHES);
    expect(readFileSync(join(root, 'infra/local/switches.ts'), 'utf8')).toMatch(SWITCHES);
  });
});

describe('a stage', () => {
  let stage: Deployed;

  beforeAll(async () => {
    stage = await openDeployed(synthesized('dev'), bundles);
  });
  afterAll(() => stage?.stop());

  async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const form = body instanceof URLSearchParams;
    const answer = await fetch(stage.base + path, {
      method,
      headers: { ...(body !== undefined && !form && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: form ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const json: Json = answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined;
    return { status: answer.status, text, json, headers: answer.headers };
  }
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const tokenIn = (text: string) => /[?&]token=([\w-]+)/.exec(text)?.[1] ?? '';
  const letterTo = async (to: string) => (await stage.mail()).filter((letter) => letter.to === to).at(-1);

  test('lives its first day: the first admin comes in, invites, and the invited one comes in', async () => {
    const outputs = join(folder, 'outputs.json');
    writeFileSync(outputs, JSON.stringify(stage.outputs));
    const command = [
      'infra/operate/first-admin.ts',
      '--outputs',
      outputs,
      '--org',
      'Acme',
      '--email',
      'boss@acme.test',
    ];
    const { stdout } = await promisify(execFile)(process.execPath, command, {
      cwd: root,
      env: { ...process.env, ...stage.environment },
    });
    const clients = JSON.parse(stdout.slice(0, stdout.lastIndexOf('}') + 1));

    const password = 'nine grey owls read at night';
    const boss = await letterTo('boss@acme.test');
    const form = new URLSearchParams({ token: tokenIn(boss?.text ?? ''), password, givenName: 'Bo' });
    expect(boss?.text).toContain(`${stage.base}/accept-invite?token=`);
    expect((await call('GET', `/accept-invite?${form}`)).status).toBe(200);
    const accepted = await call('POST', '/accept-invite', form);
    expect([accepted.status, accepted.text]).toEqual([200, expect.stringContaining('Acme')]);
    const session = await call('POST', '/v1/sessions', { email: 'boss@acme.test', password });
    const admin = bearer(session.json.accessToken);

    const invite = await call('POST', '/v1/invites', { email: 'ada@acme.test', roles: ['member'] }, admin);
    expect(invite.status).toBe(201);
    const ada = await letterTo('ada@acme.test');
    const body = { token: tokenIn(ada?.text ?? ''), password };
    expect((await call('POST', '/v1/invites/accept', body)).status).toBe(200);
    expect((await call('POST', '/v1/invites/accept', body)).json.code).toBe('link-not-usable');
    const signedIn = await call('POST', '/v1/sessions', { email: 'ada@acme.test', password });
    expect((await call('GET', '/v1/me', undefined, bearer(signedIn.json.accessToken))).json.email).toBe(
      'ada@acme.test',
    );

    const feedback = {
      eventType: 'Delivery',
      mail: { messageId: ada?.messageId, tags: { letter: [ada?.tags.letter] } },
    };
    await stage.invoke('mail-feedback', { Records: [{ Sns: { Message: JSON.stringify(feedback) } }] });
    expect((await call('GET', `/v1/invites/${invite.json.id}`, undefined, admin)).json.delivery.state).toBe(
      'delivered',
    );
    await stage.invoke('sweeper', {});

    const basic = Buffer.from(`${clients.clientId}:${clients.clientSecret}`).toString('base64');
    const grant = new URLSearchParams({ grant_type: 'client_credentials' });
    const machine = await call('POST', '/oauth/token', grant, { authorization: `Basic ${basic}` });
    const { items } = (await call('GET', '/v1/users', undefined, bearer(machine.json.access_token))).json;
    expect(items.map(({ email }: { email: string }) => email)).toEqual(['boss@acme.test', 'ada@acme.test']);
  });

  test('answers on every surface, and on nothing of the local run', async () => {
    expect((await call('GET', '/health')).json).toEqual({ status: 'ok' });
    expect((await call('GET', '/docs')).text).toContain('<h1>');
    expect((await call('GET', '/.well-known/openid-configuration')).json.issuer).toBe(stage.base);
    for (const path of ['/v1/users', '/v1/invites', '/v1/sessions', '/v1/orgs', '/v1/contact-validations/x']) {
      expect([401, 405]).toContain((await call('GET', path)).status);
    }
    expect((await call('POST', '/v1/password-resets', { email: 'nobody@acme.test' })).status).toBe(202);
    expect((await call('POST', '/__dev/clock', { advance: 'PT1H' })).status).toBe(404);
  });
});
