// Can the time of an answer tell who exists? Asks for a reset and signs in with a wrong password, for five kinds of
// people in random order, the mailer paused. Reported, not asserted.
import { type Line, mannWhitney, median, reported } from './lines.ts';
import { expectStatus, hashOf, PASSWORD, type Prepared, type Stage } from './stage.ts';

const SAMPLES = 25;
const KINDS = ['active', 'unknown', 'locked', 'invited', 'inactive'] as const;
type Kind = (typeof KINDS)[number];

export async function rankTimings(stage: Stage): Promise<Line[]> {
  const hash = await hashOf();
  const addresses = async (kind: Kind): Promise<string[]> => {
    if (kind === 'unknown') return Array.from({ length: SAMPLES }, (_, i) => `nobody-${i}00000@people.test`);
    const people = await stage.populate(SAMPLES, {
      name: 'timed',
      state: kind === 'locked' ? 'active' : kind,
      locked: kind === 'locked',
      ...(kind !== 'invited' && { hash }),
    });
    return people.map(({ email = '' }) => email);
  };
  const kinds = new Map<Kind, string[]>();
  for (const kind of KINDS) kinds.set(kind, await addresses(kind));
  const ask = (email: string, ip: string) => stage.prepare('POST', '/v1/password-resets', { body: { email }, ip });
  const wrong = (email: string, ip: string) =>
    stage.prepare('POST', '/v1/sessions', { body: { email, password: `not ${PASSWORD}` }, ip });
  return [
    ...(await ranks(stage, 'ask for a reset', kinds, ask, 202)),
    ...(await ranks(stage, 'sign in with a wrong password', kinds, wrong, 401)),
  ];
}

async function ranks(
  stage: Stage,
  what: string,
  kinds: ReadonlyMap<Kind, string[]>,
  prepare: (email: string, ip: string) => Prepared,
  status: number,
): Promise<Line[]> {
  const calls = [...kinds].flatMap(([kind, emails]) => emails.map((email) => ({ kind, email, at: Math.random() })));
  calls.sort((a, b) => a.at - b.at);
  const times = new Map<Kind, number[]>(KINDS.map((kind) => [kind, []]));
  for (const [i, { kind, email }] of calls.entries()) {
    const event = prepare(email, `198.51.${(i >> 8) + 1}.${i & 255}`);
    const started = performance.now();
    expectStatus(await stage.ours(event), status);
    times.get(kind)?.push(performance.now() - started);
  }
  return KINDS.map((kind) => {
    const mine = times.get(kind) ?? [];
    const others = KINDS.filter((other) => other !== kind).flatMap((other) => times.get(other) ?? []);
    const p = Math.min(1, mannWhitney(mine, others) * KINDS.length);
    const told = p < 0.05 ? 'differs' : 'no difference seen';
    return reported(4, `${what}, ${kind}`, `median ${median(mine).toFixed(1)} ms, p ${p.toFixed(2)}: ${told}`);
  });
}
