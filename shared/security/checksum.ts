// A checksum over facts that anybody who is shown them can make again.
import { createHash } from 'node:crypto';

/** SHA-256, hexadecimal, of a value as JSON: names sorted at every level, no white space. */
export function checksumOfFacts(facts: object): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(facts)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, part]) => [name, sorted(part)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
