// NDJSON as bytes that come in any pieces, to values and back: one JSON value a line.
import { parseJsonText } from '../model/json.ts';
import { hasCode } from '../model/problem.ts';
import type { Reader } from './csv.ts';

/** Bytes of one line. */
const MAX_LINE = 256 * 1024;
const LF = 0x0a;

export type JsonLine = { line: number } & ({ value: unknown } | { broken: string });

/** Reads values, by the rules of a request's body. Lines count from 1; empty ones are none. */
export function ndjsonReader(): Reader<JsonLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let pieces: Uint8Array[] = [];
  let size = 0;
  let line = 0;

  const keep = (piece: Uint8Array) => {
    size += piece.length;
    // What is too long already is only measured.
    if (size <= MAX_LINE) pieces.push(piece);
    else pieces = [];
  };

  const endLine = (): JsonLine[] => {
    line++;
    const [bytes, length] = [Buffer.concat(pieces), size];
    [pieces, size] = [[], 0];
    if (length > MAX_LINE) return [{ line, broken: 'the line is too long' }];
    return parsed(bytes);
  };

  const parsed = (bytes: Buffer): JsonLine[] => {
    let text: string;
    try {
      text = decoder.decode(bytes).trim();
    } catch {
      return [{ line, broken: 'the text is not UTF-8' }];
    }
    if (text === '') return [];
    try {
      return [{ line, value: parseJsonText(text) }];
    } catch (error) {
      if (!hasCode(error, 'malformed-json')) throw error;
      return [{ line, broken: 'the line is not JSON, or has a member twice' }];
    }
  };

  return {
    push(bytes) {
      const ready: JsonLine[] = [];
      let from = 0;
      for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, from)) {
        keep(bytes.subarray(from, at));
        ready.push(...endLine());
        from = at + 1;
      }
      // A copy: the caller may fill the same memory anew.
      if (from < bytes.length) keep(Uint8Array.from(bytes.subarray(from)));
      return ready;
    },
    end: () => (size > 0 ? endLine() : []),
  };
}

/**
 * JSON with the members of every object in the order of their names: the table keeps none, and what is written twice is
 * to be the same bytes.
 */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

export const ndjsonLine = (value: unknown): string => `${canonicalJson(value)}\n`;
