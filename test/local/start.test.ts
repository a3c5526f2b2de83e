import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startLocal } from '../../infra/local/local-service.ts';
import { probePort } from '../../infra/local/ports.ts';
import type { Credentials } from '../../infra/local/seed.ts';

const script = resolve(import.meta.dirname, '../../infra/local/start.ts');
const running = new Set<ChildProcess>();
const folders: string[] = [];

afterEach(async () => {
  await Promise.all([...running].map((child) => end(child, 'SIGKILL')));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Setting {
  data: string;
  env: NodeJS.ProcessEnv;
  base: string;
  inbox: string;
}

async function setting(): Promise<Setting> {
  const data = mkdtempSync(join(tmpdir(), 'rollcall-start-'));
  folders.push(data);
  const [port, inbox, dynamo] = await Promise.all([probePort(0), probePort(0), probePort(0)]);
  const ports = { PORT: String(port), INBOX_PORT: String(inbox), DYNAMODB_PORT: String(dynamo) };
  const env = { ...process.env, ...ports, ROLLCALL_DATA: data, DYNAMODB_ENDPOINT: '' };
  return { data, env, base: `http://127.0.0.1:${port}`, inbox: `http://127.0.0.1:${inbox}` };
}

interface Started {
  child: ChildProcess;
  output(): string;
  errors(): string;
  /** The exit code of a process that ends, or undefined once it says that it is ready. */
  ready: Promise<number | null | undefined>;
}

function start(env: NodeJS.ProcessEnv, ...flags: string[]): Started {
  const child = spawn(process.execPath, [script, ...flags], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let output = '';
  let errors = '';
  const said = new Promise<undefined>((done) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (/^ready /m.test(output)) done(undefined);
    });
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  return { child, output: () => output, errors: () => errors, ready: Promise.race([said, ended]) };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const ended = once(child, 'exit');
  child.kill(signal);
  return (await ended)[0] as number | null;
}

async function begin(env: NodeJS.ProcessEnv, ...flags: string[]): Promise<Started> {
  const started = start(env, ...flags);
  expect([await started.ready, started.errors()]).toEqual([undefined, '']);
  return started;
}

const credentialsOf = (data: string): Credentials => JSON.parse(readFileSync(join(data, 'credentials.json'), 'utf8'));

async function api(base: string, { clientId, clientSecret }: Credentials) {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const answer = await fetch(`${base}/oauth/token`, {
    method: 'POST',
    body: form,
    headers: { authorization: `Basic ${basic}` },
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return async (method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const reply = await fetch(base + path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    return { status: reply.status, json: text ? JSON.parse(text) : undefined };
  };
}

const post = (url: string, body: unknown, headers = {}) =>
  fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });

async function inboxUntil(inbox: string, to: string): Promise<{ messageId: string; subject: string }> {
  for (const giveUp = Date.now() + 10_000; Date.now() < giveUp; ) {
    const { emails } = (await (await fetch(`${inbox}/store`)).json()) as {
      emails: { messageId: string; subject: string; destination: { to: string[] } }[];
    };
    const found = emails.find(({ destination }) => destination.to.includes(to));
    if (found) return found;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`no letter to ${to}`);
}

test('one command starts everything, says where it is, and ends all of it', async () => {
  const { data, env, base, inbox } = await setting();
  const { child, output } = await begin(env);
  expect(output().trimEnd().split('\n').at(-1)).toBe(`ready ${base}`);
  expect((await fetch(`${base}/health`)).status).toBe(200);
  expect((await fetch(`${inbox}/store`)).status).toBe(200);
  expect(statSync(join(data, 'credentials.json')).mode & 0o777).toBe(0o600);
  expect(Object.keys(credentialsOf(data))).toEqual([
    ...['baseUrl', 'inboxUrl', 'orgId', 'clientId', 'clientSecret'],
    ...['adminEmail', 'adminPassword', 'platformClientId', 'platformClientSecret'],
  ]);
  expect(credentialsOf(data)).toMatchObject({ baseUrl: base, inboxUrl: inbox });
  expect(await end(child, 'SIGTERM')).toBe(0);
  await expect(fetch(`http://127.0.0.1:${env.DYNAMODB_PORT}`)).rejects.toThrow();
  expect(existsSync(join(data, 'lock'))).toBe(false);
});

test('ends with the shell of npm, which passes no signal on', async () => {
  const { data, env } = await setting();
  const command = ['-c', '"$0" "$1"; exit', process.execPath, script];
  const shell = spawn('sh', command, {
    env: { ...env, npm_lifecycle_event: 'start' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  running.add(shell);
  for await (const chunk of shell.stdout) if (/^ready /m.test(String(chunk))) shell.kill('SIGTERM');
  // The output ends only with the last process that holds it.
  running.delete(shell);
  expect(existsSync(join(data, 'lock'))).toBe(false);
});

test('a second start on the same data says so in one line and exits 1', async () => {
  const { data, env, base } = await setting();
  await begin(env);
  const other = await setting();
  const second = start({ ...other.env, ROLLCALL_DATA: data });
  expect(await second.ready).toBe(1);
  expect(second.errors()).toBe(
    `Rollcall already runs on ${data}. Stop it first, or set ROLLCALL_DATA to another folder.\n`,
  );
  expect((await fetch(`${base}/health`)).status).toBe(200);
});

test.each(['PORT', 'INBOX_PORT', 'DYNAMODB_PORT'])('a %s in use is named in one line', async (name) => {
  const { env } = await setting();
  const holder = createServer().listen(Number(env[name]), '127.0.0.1');
  await once(holder, 'listening');
  const started = start(env);
  expect(await started.ready).toBe(1);
  expect(started.errors()).toBe(
    `Port ${env[name]} is in use. Stop what holds it, or choose another one with ${name}.\n`,
  );
  holder.close();
});

test.each([
  [{ PORT: 'x' }, 'PORT is a port number'],
  [{ DYNAMODB_ENDPOINT: 'http://127.0.0.1:9' }, 'Nothing answers at DYNAMODB_ENDPOINT'],
])('%j is refused with a sentence', async (changes, sentence) => {
  const { env } = await setting();
  const started = start({ ...env, ...changes });
  expect(await started.ready).toBe(1);
  expect(started.errors()).toContain(sentence);
  expect(started.errors().trim().split('\n')).toHaveLength(1);
});

test('data outlives a crash, children do not', async () => {
  const { data, env, base } = await setting();
  const { child } = await begin(env);
  const credentials = credentialsOf(data);
  const created = await (await api(base, credentials))('POST', '/v1/users', { email: 'ada@example.com' });
  expect(created.status).toBe(201);
  await end(child, 'SIGKILL');
  await begin(env);
  expect(credentialsOf(data)).toEqual(credentials);
  const again = await (await api(base, credentials))('GET', `/v1/users/${created.json.id}`);
  expect(again).toMatchObject({ status: 200, json: { email: 'ada@example.com' } });
});

test('--memory keeps nothing and leaves the kept data alone; --fresh empties it', async () => {
  const { data, env, base } = await setting();
  const kept = await begin(env);
  const credentials = credentialsOf(data);
  await end(kept.child, 'SIGTERM');
  const memory = await begin(env, '--memory');
  expect(credentialsOf(data).orgId).not.toBe(credentials.orgId);
  expect((await (await api(base, credentialsOf(data)))('GET', '/v1/users')).status).toBe(200);
  await end(memory.child, 'SIGTERM');
  const back = await begin(env);
  expect(credentialsOf(data)).toEqual(credentials);
  expect((await (await api(base, credentials))('GET', '/v1/users')).status).toBe(200);
  await end(back.child, 'SIGTERM');
  await begin(env, '--fresh');
  expect(credentialsOf(data).orgId).not.toBe(credentials.orgId);
});

test('the switches turn the clock, break the table, report on letters and show them raw', async () => {
  const { data, env, base, inbox } = await setting();
  await begin(env);
  const call = await api(base, credentialsOf(data));
  const invite = await call('POST', '/v1/invites', { email: 'grace@example.com' });
  const { messageId } = await inboxUntil(inbox, 'grace@example.com');

  const raw = await fetch(`${base}/__dev/letters/${messageId}.eml`);
  expect(raw.headers.get('content-type')).toBe('message/rfc822');
  expect(await raw.text()).toMatch(/^To: grace@example.com\r$/m);

  expect((await post(`${base}/__dev/events`, { sesMessageId: messageId, type: 'Delivery' })).status).toBe(200);
  expect((await call('GET', `/v1/invites/${invite.json.id}`)).json.delivery.state).toBe('delivered');

  expect(
    (await post(`${base}/__dev/faults`, { service: 'dynamodb', mode: 'fail-before', operation: 'GetItem' })).status,
  ).toBe(200);
  expect((await call('GET', `/v1/invites/${invite.json.id}`)).status).toBe(503);
  await fetch(`${base}/__dev/faults`, { method: 'DELETE' });
  expect((await call('GET', `/v1/invites/${invite.json.id}`)).status).toBe(200);

  expect((await post(`${base}/__dev/clock`, { advance: 'PT2H' }, { origin: base })).status).toBe(403);
  expect((await call('GET', '/v1/users')).status).toBe(200);
  expect((await post(`${base}/__dev/clock`, { advance: 'PT2H' })).status).toBe(200);
  expect((await call('GET', '/v1/users')).status).toBe(401);
});

test('a letter whose answer is lost was sent, and can be looked at', async () => {
  const { data, env, base, inbox } = await setting();
  await begin(env);
  await post(`${base}/__dev/faults`, { service: 'ses', mode: 'commit-then-fail', times: 1 });
  await (await api(base, credentialsOf(data)))('POST', '/v1/invites', { email: 'twice@example.com' });
  const { messageId } = await inboxUntil(inbox, 'twice@example.com');
  expect((await fetch(`${base}/__dev/letters/${messageId}.eml`)).status).toBe(200);
});

test('what SES refuses goes out once the clock reaches the next attempt', async () => {
  const { data, env, base, inbox } = await setting();
  await begin(env);
  const call = await api(base, credentialsOf(data));
  await post(`${base}/__dev/faults`, { service: 'ses', mode: 'throttle', times: 1 });
  await call('POST', '/v1/invites', { email: 'late@example.com' });
  for (let struck = 0; struck === 0; await new Promise((done) => setTimeout(done, 20))) {
    const { rules } = (await (await fetch(`${base}/__dev/faults`)).json()) as { rules: { struck: number }[] };
    struck = rules[0]?.struck ?? 0;
  }
  expect(await (await fetch(`${inbox}/store`)).json()).toMatchObject({ emails: [] });
  await post(`${base}/__dev/clock`, { advance: 'PT10M' });
  expect(await (await fetch(`${inbox}/store`)).json()).toMatchObject({
    emails: [{ destination: { to: ['late@example.com'] } }],
  });
});

test('two services run in one process, each with data, letters and clock of its own', async () => {
  const open = () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'rollcall-start-'));
    folders.push(dataDir);
    return startLocal({ dataDir, port: 0, inboxPort: 0, dynamoPort: 0, memory: true });
  };
  const [one, two] = await Promise.all([open(), open()]);
  try {
    const call = await api(one.baseUrl, one.credentials);
    await call('POST', '/v1/invites', { email: 'ada@example.com' });
    await one.settle();
    expect(await (await fetch(`${one.inboxUrl}/store`)).json()).toMatchObject({ emails: [{}] });
    expect(await (await fetch(`${two.inboxUrl}/store`)).json()).toMatchObject({ emails: [] });
    one.clock.advance(1_000);
    expect(two.clock.offset()).toBe(0);
    expect(one.credentials.orgId).not.toBe(two.credentials.orgId);
  } finally {
    await Promise.all([one.stop(), two.stop()]);
  }
  await expect(fetch(`${one.baseUrl}/health`)).rejects.toThrow();
});
