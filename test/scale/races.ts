// Races of a thousand, in waves of fifty whose commits are held until all of the wave stand at the same place.
import { keys } from '../../shared/store/keys.ts';
import { quantile } from '../bench/lines.ts';
import { type Answer, type CallOptions, type Json, type TestService, testService } from '../support/service.ts';

const WAVES = 20;
const WAVE = 50;
const NEXT = 'another long passphrase';

type Call = [method: string, path: string, options: CallOptions];

interface Race {
  name: string;
  /** What a call of a wave is. */
  call(n: number, wave: number): Call;
  /** Made before each wave. */
  before?(wave: number): Promise<void>;
  /** How many winners there may be in all, and how many there were; told after the last wave. */
  verdict(answers: Answer[]): Promise<{ winners: number; wanted: number; note?: string }>;
  after?(wave: number): Promise<void>;
  /** Which calls of the table meet at the barrier. */
  holds: string;
}

/** Runs all races and prints them. True when every invariant holds. */
export async function runRaces(): Promise<boolean> {
  const service = await testService({ at: new Date(), config: { limitScale: 1e6 } });
  let sound = true;
  for (const make of [redeems, accepts, creates, refreshes, demotions]) {
    const race = await make(service);
    sound = (await run(service, race)) && sound;
  }
  return sound;
}

async function run(service: TestService, race: Race): Promise<boolean> {
  const answers: Answer[] = [];
  const times: number[] = [];
  for (let wave = 0; wave < WAVES; wave++) {
    await race.before?.(wave);
    const hold = { until: WAVE, maxMs: 250 };
    service.faults.add({ service: 'dynamodb', operation: race.holds, mode: 'hold', hold });
    const calls = Array.from({ length: WAVE }, (_, i) => race.call(wave * WAVE + i, wave));
    await Promise.all(
      calls.map(async (call) => {
        const started = performance.now();
        answers.push(await service.call(...call));
        times.push(performance.now() - started);
      }),
    );
    service.faults.clear();
    await race.after?.(wave);
  }
  const { winners, wanted, note = '' } = await race.verdict(answers);
  const broken = answers.filter(({ status }) => status >= 500).length;
  const statuses = new Map<number, number>();
  for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  const seen = [...statuses].map(([status, count]) => `${status} × ${count}`).join(', ');
  const holds = winners === wanted && broken === 0;
  const spread = `p50 ${quantile(times, 0.5).toFixed(0)} ms, p99 ${quantile(times, 0.99).toFixed(0)} ms`;
  process.stdout.write(
    `${holds ? 'holds ' : 'BROKEN'}  ${race.name}: ${winners} of ${wanted} wanted${note}; 5xx ${broken}; ${seen}; ${spread}\n`,
  );
  return holds;
}

async function redeems(service: TestService): Promise<Race> {
  const { email } = await newPerson(service, 'redeemer', ['member']);
  await ok(service.call('POST', '/v1/password-resets', { body: { email } }));
  const token = (await service.deliver()).at(-1)?.token;
  return {
    name: '1,000 redeems of one reset link',
    holds: 'TransactWrite',
    call: (n) => ['POST', '/v1/password-resets/complete', { body: { token, password: `${NEXT} ${n}` } }],
    verdict: async (answers) => ({ winners: answers.filter(({ status }) => status === 204).length, wanted: 1 }),
  };
}

async function accepts(service: TestService): Promise<Race> {
  const token = await inviteToken(service, 'accepter@races.test', ['member']);
  return {
    name: '1,000 accepts of one invite',
    holds: 'TransactWrite',
    call: (n) => ['POST', '/v1/invites/accept', { body: { token, password: `${NEXT} ${n}` } }],
    verdict: async (answers) => ({ winners: answers.filter(({ status }) => status === 200).length, wanted: 1 }),
  };
}

async function creates(service: TestService): Promise<Race> {
  const token = await service.tokenFor();
  const address = 'mixed.case@races.test';
  const mixed = (n: number) =>
    [...address].map((letter, i) => ((n >> (i % 10)) & 1 ? letter.toUpperCase() : letter)).join('');
  return {
    name: '1,000 creates of one address in mixed case',
    holds: 'TransactWrite',
    call: (n) => ['POST', '/v1/users', { token, body: { email: mixed(n) } }],
    verdict: async (answers) => ({ winners: answers.filter(({ status }) => status === 201).length, wanted: 1 }),
  };
}

async function refreshes(service: TestService): Promise<Race> {
  const { refreshToken } = await service.signIn();
  return {
    name: '1,000 refreshes of one token',
    holds: 'Update',
    call: () => ['POST', '/v1/sessions/refresh', { body: { refreshToken } }],
    async verdict(answers) {
      const good = answers.filter(({ status }) => status === 200);
      const others = answers.filter(({ status }) => status !== 200 && status !== 409).length;
      const branches = new Set(good.map(({ json }) => json.refreshToken)).size;
      return { winners: branches + others, wanted: 1, note: ' live branch' };
    },
  };
}

/** The two admins of an org demote each other, anew in every wave: one of them always remains, and exactly one. */
async function demotions(service: TestService): Promise<Race> {
  const { email, id: second } = await newPerson(service, 'second-owner', ['owner']);
  const { id: first } = (await service.signIn()).user;
  const client = await service.tokenFor();
  let tokens: string[] = [];
  let onlyOne = 0;
  const roles = (id: string, role: string, token: string): Call => [
    'PUT',
    `/v1/users/${id}/roles`,
    { token, body: { roles: [role] } },
  ];
  return {
    name: '1,000 demotions of two admins by each other',
    holds: 'TransactWrite',
    async before() {
      for (const id of [first, second]) await ok(service.call(...roles(id, 'owner', client)));
      tokens = [(await service.signIn()).accessToken, (await service.signIn(email, NEXT)).accessToken];
    },
    call: (n) => (n % 2 ? roles(first, 'viewer', tokens[1] ?? '') : roles(second, 'viewer', tokens[0] ?? '')),
    async after() {
      const guard = await service.services.directory.table.get(keys.admins(service.seed.orgId));
      if ((guard?.ids as Set<string> | undefined)?.size === 1) onlyOne++;
    },
    verdict: async () => ({ winners: onlyOne, wanted: WAVES, note: ' waves that leave one admin' }),
  };
}

async function inviteToken(service: TestService, email: string, roles: string[]): Promise<string | undefined> {
  const token = await service.tokenFor();
  await ok(service.call('POST', '/v1/invites', { token, body: { email, roles } }));
  return (await service.deliver()).at(-1)?.token;
}

async function newPerson(service: TestService, name: string, roles: string[]): Promise<{ email: string; id: string }> {
  const email = `${name}@races.test`;
  const token = await inviteToken(service, email, roles);
  const { id } = await ok(service.call('POST', '/v1/invites/accept', { body: { token, password: NEXT } }));
  return { email, id };
}

async function ok(asked: Promise<Answer>): Promise<Json> {
  const answer = await asked;
  if (answer.status >= 300) throw new Error(`${answer.status}: ${answer.body}`);
  return answer.body ? answer.json : undefined;
}
