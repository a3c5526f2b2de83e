// JSON as strangers send it: parsed by the platform, then walked once for what the platform lets pass.
import { fail } from './problem.ts';

/** Bytes a body may have where the operation says nothing else, and how deep and wide it may be. */
export const MAX_BODY_BYTES = 64 * 1024;
const MAX_DEPTH = 12;
const MAX_KEYS = 2000;
/** Larger bodies may have as many keys for their size. */
const keysFor = (bytes: number) => Math.max(MAX_KEYS, Math.floor(bytes / (MAX_BODY_BYTES / MAX_KEYS)));

/**
 * The value of a JSON text. Fails with `malformed-json` for broken JSON or UTF-8, repeated keys (RFC 8259 §4 leaves
 * their meaning open, so two readers may see two requests), lone surrogates, NUL, and bodies too deep or wide.
 */
export const parseJson = (bytes: Buffer): unknown =>
  refusing(() => parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), bytes.length));

/** The same of a text that is decoded already. */
export const parseJsonText = (text: string): unknown => refusing(() => parse(text, Buffer.byteLength(text)));

function parse(text: string, bytes: number): unknown {
  const value: unknown = JSON.parse(text);
  checkStructure(text, keysFor(bytes));
  return value;
}

function refusing<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) {
      fail('malformed-json', error);
    }
    throw error;
  }
}

const STRING = /"(?:[^"\\]|\\.)*"/y;

/** Walks well-formed JSON by its strings and brackets; keys are the strings before a colon. */
function checkStructure(text: string, maxKeys: number): void {
  const open: (Set<string> | undefined)[] = [];
  let keys = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '{' || char === '[') {
      open.push(char === '{' ? new Set() : undefined);
      if (open.length > MAX_DEPTH) fail('malformed-json');
    } else if (char === '}' || char === ']') {
      open.pop();
    } else if (char === '"') {
      STRING.lastIndex = i;
      const literal = STRING.exec(text)?.[0] ?? '""';
      const content = JSON.parse(literal) as string;
      if (!content.isWellFormed() || content.includes('\0')) fail('malformed-json');
      i += literal.length - 1;
      if (!isKey(text, i + 1)) continue;
      const siblings = open.at(-1);
      if (siblings?.has(content) || ++keys > maxKeys) fail('malformed-json');
      siblings?.add(content);
    }
  }
}

function isKey(text: string, from: number): boolean {
  let i = from;
  while (text[i] === ' ' || text[i] === '\n' || text[i] === '\r' || text[i] === '\t') i++;
  return text[i] === ':';
}
