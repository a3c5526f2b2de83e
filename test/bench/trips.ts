// What one call did to the table: sequential round trips, units, and where they went.
import type { Observed } from '../../infra/local/observed.ts';
import type { TestService } from '../support/service.ts';

export interface Footprint {
  /** Calls that had to wait for one another: the longest row of calls that do not overlap. */
  trips: number;
  calls: number;
  reads: number;
  writes: number;
}

const READING = new Set(['GetItem', 'BatchGetItem', 'Query', 'Get', 'BatchGet', 'Scan', 'TransactGet']);

/** Runs the function alone and weighs its calls. */
export async function weigh(service: TestService, run: () => Promise<unknown>): Promise<Footprint> {
  const spans: { from: number; to: number }[] = [];
  const sum = { reads: 0, writes: 0 };
  const stop = service.faults.onCall((call: Observed) => {
    if (call.service !== 'dynamodb') return;
    const to = performance.now();
    spans.push({ from: to - call.ms, to });
    if (READING.has(call.operation)) sum.reads += call.units;
    else sum.writes += call.units;
  });
  try {
    await run();
  } finally {
    stop();
  }
  return { trips: longestRow(spans), calls: spans.length, ...sum };
}

/** The most intervals of which no two overlap: taken by their end, greedily. */
function longestRow(spans: { from: number; to: number }[]): number {
  let row = 0;
  let free = Number.NEGATIVE_INFINITY;
  for (const { from, to } of [...spans].sort((a, b) => a.to - b.to)) {
    if (from < free) continue;
    row++;
    free = to;
  }
  return row;
}
