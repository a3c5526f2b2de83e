// Which row of a file had an address first. Of a million addresses 20 MB: digests in plain arrays, no text.
import { createHash } from 'node:crypto';

const FIRST_SIZE = 1024;

/** Resolves an address to the row that had it first, or keeps it as that of this row. */
export type FirstRows = (address: string, row: number) => number | undefined;

export function firstRows(): FirstRows {
  let table = newTable(FIRST_SIZE);
  let held = 0;
  return (address, row) => {
    if (held * 2 > table.rows.length) table = grown(table);
    const digest = createHash('sha256').update(address).digest();
    const [high, low] = [digest.readUIntBE(0, 6), digest.readUInt32BE(6)];
    const slot = find(table, high, low);
    const first = table.rows[slot];
    if (first) return first;
    fill(table, slot, high, low, row);
    held++;
    return undefined;
  };
}

interface Table {
  highs: Float64Array;
  lows: Uint32Array;
  /** 0: nobody. */
  rows: Uint32Array;
}

const newTable = (size: number): Table => ({
  highs: new Float64Array(size),
  lows: new Uint32Array(size),
  rows: new Uint32Array(size),
});

/** The place of a digest, or the free one where it belongs. */
function find({ highs, lows, rows }: Table, high: number, low: number): number {
  let slot = low % rows.length;
  while (rows[slot] && (highs[slot] !== high || lows[slot] !== low)) slot = (slot + 1) % rows.length;
  return slot;
}

function fill(table: Table, slot: number, high: number, low: number, row: number): void {
  table.highs[slot] = high;
  table.lows[slot] = low;
  table.rows[slot] = row;
}

function grown(before: Table): Table {
  const after = newTable(before.rows.length * 2);
  for (const [i, row] of before.rows.entries()) {
    if (row === 0) continue;
    const [high = 0, low = 0] = [before.highs[i], before.lows[i]];
    fill(after, find(after, high, low), high, low, row);
  }
  return after;
}
