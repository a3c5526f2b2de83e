// Letters: from the commit that makes one due to the call to SES, a reset behind a crowd of invites, and the drain after
// an outage at the rate SES allows.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalService, startLocal } from '../../infra/local/local-service.ts';
import type { Observed } from '../../infra/local/observed.ts';
import { letterOfKey } from '../support/letter-keys.ts';
import { testService } from '../support/service.ts';
import { type Line, line, quantile } from './lines.ts';
import { unique } from './stage.ts';

const LETTERS = 120;
const CROWD = 150;
/** What SES allows an account that has just left the sandbox. */
const RATE = 14;
const DRAINED = 56;

export async function timeLetters(): Promise<Line[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  const ports = { port: 0, inboxPort: 0, dynamoPort: 0 };
  const service = await startLocal({ dataDir, ...ports, memory: true, log: () => undefined });
  try {
    return [...(await timeLocal(service)), await drain()];
  } finally {
    await service.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function timeLocal(service: LocalService): Promise<Line[]> {
  const watch = watchLetters(service);
  const token = await tokenOf(service);
  await invite(service, token, LETTERS, 1);
  await service.settle();
  const waits = watch.waits();
  const p99 = quantile(waits, 0.99);
  const figure = `p50 ${quantile(waits, 0.5).toFixed(0)} ms, p99 ${p99.toFixed(0)} ms of ${waits.length}`;
  watch.forget();
  await invite(service, token, CROWD, 8);
  await post(`${service.baseUrl}/v1/password-resets`, { email: service.credentials.adminEmail });
  await service.settle();
  const reset = watch.waits((id) => id.startsWith('A-'))[0] ?? Number.NaN;
  const behind = watch.sentBefore((id) => id.startsWith('A-'));
  watch.stop();
  const crowd = `${reset.toFixed(0)} ms, ${behind} of ${CROWD} invites sent before it`;
  return [
    line(
      7,
      'from commit to SES call, one invite after the other',
      figure,
      'p99 < 2 s',
      waits.length >= LETTERS && p99 < 2000,
    ),
    line(7, `a reset asked right behind ${CROWD} invites`, crowd, '< 2 s', reset < 2000),
  ];
}

function watchLetters({ faults }: LocalService) {
  let committed = new Map<string, number>();
  let sent = new Map<string, number>();
  const stop = faults.onCall((call: Observed) => {
    const now = performance.now();
    if (call.error) return;
    const tags = call.input.Tags as { Value: string }[] | undefined;
    if (call.service === 'ses' && tags?.[0]) sent.set(tags[0].Value, now - call.ms);
    if (call.service !== 'dynamodb' || !/^(TransactWrite|Put)/.test(call.operation)) return;
    for (const key of call.keys) {
      const id = letterOfKey(key);
      if (id && !committed.has(id)) committed.set(id, now);
    }
  });
  const times = (which: (id: string) => boolean) => [...committed].filter(([id]) => which(id) && sent.has(id));
  return {
    stop,
    forget() {
      [committed, sent] = [new Map(), new Map()];
    },
    waits: (which: (id: string) => boolean = () => true) => times(which).map(([id, at]) => (sent.get(id) ?? 0) - at),
    sentBefore(which: (id: string) => boolean) {
      const at = Math.min(...times(which).map(([id]) => sent.get(id) ?? 0));
      // Those that had been committed and not yet sent when the reset came, and went out before it all the same.
      const asked = Math.min(...times(which).map(([, committedAt]) => committedAt));
      return [...sent.values()].filter((sentAt) => sentAt > asked && sentAt < at).length;
    },
  };
}

async function invite({ baseUrl }: LocalService, token: string, count: number, atOnce: number): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await post(`${baseUrl}/v1/invites`, { email: `${unique()}@new.test` }, token);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

export async function tokenOf({
  baseUrl,
  credentials,
}: Pick<LocalService, 'baseUrl' | 'credentials'>): Promise<string> {
  const { clientId, clientSecret } = credentials;
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  const answer = await fetch(`${baseUrl}/oauth/token`, { method: 'POST', headers: { authorization }, body });
  return ((await answer.json()) as { access_token: string }).access_token;
}

export async function post(url: string, body: unknown, token?: string): Promise<Response> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (answer.status >= 300) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer;
}

/** An hour without SES, then the sweeper: as fast as SES allows, not faster and not slower. */
async function drain(): Promise<Line> {
  const service = await testService({ config: { limitScale: 1000, mailRatePerSecond: RATE } });
  const token = await service.tokenFor();
  for (let i = 0; i < DRAINED; i++) {
    await service.call('POST', '/v1/invites', { token, body: { email: `${unique()}@new.test` } });
  }
  service.mailbox.fail(new Error('SES is down'));
  await service.handlers.work('sweeper', { all: true });
  service.advance(3_600_000);
  service.mailbox.fail();
  const started = performance.now();
  for (let seen = -1; seen !== service.mailbox.sent.length; ) {
    seen = service.mailbox.sent.length;
    await service.handlers.work('sweeper', { all: true });
  }
  const sent = service.mailbox.sent.length;
  const rate = sent / ((performance.now() - started) / 1000);
  const figure = `${rate.toFixed(1)} a second, ${sent} of ${DRAINED} sent`;
  return line(7, 'drain after an hour without SES', figure, `${RATE} a second`, sent === DRAINED && rate > 0.9 * RATE);
}
