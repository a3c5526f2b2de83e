// A model, not a bill: what the counts cost at list price (us-east-1, on demand, without free tiers and data transfer).
import type { Footprints } from './counts.ts';
import { type Line, line } from './lines.ts';
import type { Footprint } from './trips.ts';

/** Dollars. */
const PRICE = {
  readUnit: 0.125e-6,
  writeUnit: 0.625e-6,
  gatewayRequest: 1e-6,
  lambdaRequest: 0.2e-6,
  /** ARM. */
  gigabyteSecond: 13.3334e-6,
  letter: 100e-6,
  logGigabyte: 0.5,
};

/** The line of the log that each request writes, and Lambda's own report. */
const LOG_BYTES = 600;

function request({ reads, writes }: Pick<Footprint, 'reads' | 'writes'>, memoryMb: number, ms: number): number {
  const table = reads * PRICE.readUnit + writes * PRICE.writeUnit;
  const run = PRICE.lambdaRequest + (memoryMb / 1024) * (ms / 1000) * PRICE.gigabyteSecond;
  return PRICE.gatewayRequest + table + run + (LOG_BYTES / 2 ** 30) * PRICE.logGigabyte;
}

/** Assumed: milliseconds billed per request; a third of a core for 512 MB, a whole one for 1,769. */
const READ_MS = 12;
const CHANGE_MS = 30;
const SIGN_IN_MS = 80;

export function costs(footprints: Footprints): Line[] {
  const of = (name: string) => footprints[name] ?? { reads: Number.NaN, writes: Number.NaN };
  const read = request(of('get'), 512, READ_MS);
  const signIn = request(of('sign in'), 1769, SIGN_IN_MS);
  const update = request(of('update'), 512, CHANGE_MS);
  const letter = PRICE.letter + request({ reads: 6, writes: 8 }, 512, 100);
  const person = 8 * signIn + 300 * read + update + 0.1 * letter;
  const million = read * 1e6;
  const parts = `300 reads ${dollars(300 * read)}, 8 sign-ins ${dollars(8 * signIn)}`;
  return [
    line(10, 'model: a million reads', `$${million.toFixed(2)}`, '≤ $1.50', million <= 1.5),
    line(10, 'model: a person active in a month', `${dollars(person)} (${parts})`, '≤ $0.0008', person <= 0.0008),
  ];
}

const dollars = (amount: number) => `$${amount.toFixed(6)}`;
