// CPU of the service beside the floor's: the same calls, one after the other as in a Lambda instance, in interleaved
// rounds. CPU is of this process alone; the emulator's is its own.
import { heldBy, type Line, line, median, reported } from './lines.ts';
import { type Measured, operations } from './operations.ts';
import { expectStatus, hashOf, PASSWORD, type Prepared, type Result, type Stage } from './stage.ts';
import { stubHashing } from './stub-hash.ts';

const ROUNDS = 7;
const MOST = 1.3;

async function cpuOf(events: readonly Prepared[], run: (event: Prepared) => Promise<Result>, status: number) {
  const before = process.cpuUsage();
  for (const event of events) expectStatus(await run(event), status);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / events.length;
}

/** Goal 3: every operation, the hash stubbed. */
export async function compareCpu(stage: Stage): Promise<Line[]> {
  stubHashing(true);
  const measured = await operations(stage);
  const samples = new Map(measured.map(({ name }) => [name, [] as { ours: number; floor: number }[]]));
  for (let round = -1; round < ROUNDS; round++) {
    // Each round begins with another operation, and the side that goes first changes.
    const order = measured.map((_, i) => measured[(i + round + 1) % measured.length] as Measured);
    for (const operation of order) {
      const sample = await bothSides(stage, operation, round % 2 === 0);
      // Round -1 only warms up.
      if (round >= 0) samples.get(operation.name)?.push(sample);
    }
  }
  stubHashing(false);
  return measured.map(({ name }) => {
    const rounds = samples.get(name) ?? [];
    const ratios = rounds.map(({ ours, floor }) => ours / floor);
    const [ours, floor] = [median(rounds.map((r) => r.ours)), median(rounds.map((r) => r.floor))];
    const right = ratios.filter((ratio) => ratio <= MOST).length;
    const figure = `${median(ratios).toFixed(2)} (${right} of ${ROUNDS} rounds; ${ours.toFixed(2)} / ${floor.toFixed(2)} ms)`;
    return line(3, `${name}: CPU ÷ floor`, figure, `≤ ${MOST}`, heldBy(ratios, MOST));
  });
}

async function bothSides({ ours, floor }: Stage, operation: Measured, oursFirst: boolean) {
  const { calls, status } = operation;
  const events = { ours: await operation.ours(calls), floor: await operation.floor(calls) };
  const runOurs = () => cpuOf(events.ours, ours, status);
  const runFloor = () => cpuOf(events.floor, ({ event }) => floor(event), status);
  if (oursFirst) {
    const first = await runOurs();
    return { ours: first, floor: await runFloor() };
  }
  const first = await runFloor();
  return { ours: await runOurs(), floor: first };
}

/** Goal 4: what a sign-in costs beside its hash, with the real hash. */
export async function signInCpu(stage: Stage): Promise<Line[]> {
  const people = await stage.populate(6, { name: 'signing', hash: await hashOf() });
  const events = people.map(({ email }) =>
    stage.prepare('POST', '/v1/sessions', { body: { email, password: PASSWORD } }),
  );
  const rounds: number[] = [];
  const costs: [number, number][] = [];
  await cpuOf(events, stage.ours, 200);
  for (let round = 0; round < ROUNDS; round++) {
    const hash = async () => {
      const before = process.cpuUsage();
      for (const _ of events) await hashOf();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000 / events.length;
    };
    const first = round % 2 ? await hash() : 0;
    const ours = await cpuOf(events, stage.ours, 200);
    const alone = first || (await hash());
    rounds.push(ours / alone);
    costs.push([ours, alone]);
  }
  const [ours, alone] = [median(costs.map(([cost]) => cost)), median(costs.map(([, cost]) => cost))];
  const figure = `${median(rounds).toFixed(2)} (${ours.toFixed(1)} / ${alone.toFixed(1)} ms)`;
  return [
    line(4, 'sign in: CPU ÷ hash', figure, '≤ 1.10', heldBy(rounds, 1.1)),
    reported(4, 'own function, reserved concurrency', 'test/infra/api-stack.test.ts', 'asserted in the template'),
  ];
}
