// `npm start` as a developer runs it: how soon it answers when it has run before, and what others feel while 500 people
// sign in.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { post, tokenOf } from './letters.ts';
import { type Line, line, quantile, reported } from './lines.ts';

const root = resolve(import.meta.dirname, '../..');
const STARTS = 3;
const SIGN_INS = 500;
const AT_ONCE = 16;

export async function timeLocalRun(): Promise<Line[]> {
  const data = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  try {
    await (await startService(data)).stop();
    const times: number[] = [];
    for (let i = 0; i < STARTS; i++) {
      const service = await startService(data);
      times.push(service.ms);
      if (i < STARTS - 1) await service.stop();
      else return [startLine(times), await crowd(service, data).finally(service.stop), ...left()];
    }
    return [];
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

const startLine = (times: number[]): Line => {
  const all = times.map((ms) => `${(ms / 1000).toFixed(2)}`).join(', ');
  const worst = Math.max(...times) / 1000;
  return line(9, 'npm start, warm, to the first answered request', `${all} s`, '< 2 s', worst < 2);
};

const left = (): Line[] => [
  reported(9, 'whole test suite, whole of .ci/run', 'their own output says', '< 5 min, < 15 min on two cores'),
];

interface Running {
  baseUrl: string;
  ms: number;
  stop(): Promise<void>;
}

async function startService(data: string): Promise<Running> {
  const started = performance.now();
  const env = { ...process.env, ROLLCALL_DATA: data, PORT: '0', INBOX_PORT: '0', DYNAMODB_PORT: '0' };
  // A group of its own: npm does not hand every signal on to what it started.
  const child = spawn('npm', ['start'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const baseUrl = await readyUrl(child);
  await fetch(`${baseUrl}/health`);
  const ms = performance.now() - started;
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const stop = async () => {
    if (child.pid) process.kill(-child.pid, 'SIGTERM');
    await ended;
  };
  return { baseUrl, ms, stop };
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer) => {
      said += chunk;
      const url = /^ready (\S+)$/m.exec(said)?.[1];
      if (url) resolve(url);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', () => reject(new Error(`npm start ended: ${said}`)));
  });
}

/** Reads one after the other while people sign in, as many at once as a browser farm would. */
async function crowd({ baseUrl }: Running, data: string): Promise<Line> {
  const credentials = JSON.parse(readFileSync(join(data, 'credentials.json'), 'utf8'));
  const { adminEmail: email, adminPassword: password } = credentials;
  const headers = { authorization: `Bearer ${await tokenOf({ baseUrl, credentials })}` };
  const read = async () => {
    const started = performance.now();
    const answer = await fetch(`${baseUrl}/v1/users?limit=50`, { headers });
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`list: ${answer.status}`);
    return performance.now() - started;
  };
  const quiet: number[] = [];
  for (let i = 0; i < 100; i++) quiet.push(await read());
  let wanted = SIGN_INS;
  let working = true;
  const person = async () => {
    while (wanted-- > 0) await (await post(`${baseUrl}/v1/sessions`, { email, password })).arrayBuffer();
  };
  const started = performance.now();
  const all = Promise.all(Array.from({ length: AT_ONCE }, person)).finally(() => {
    working = false;
  });
  const busy: number[] = [];
  while (working) busy.push(await read());
  await all;
  const seconds = (performance.now() - started) / 1000;
  const p = (times: number[], q: number) => quantile(times, q).toFixed(0);
  const figure = `p50 ${p(busy, 0.5)}, p99 ${p(busy, 0.99)} ms (quiet: ${p(quiet, 0.5)}, ${p(quiet, 0.99)}); ${seconds.toFixed(0)} s in all`;
  return reported(4, `a list while ${SIGN_INS} people sign in`, figure, 'reported');
}
