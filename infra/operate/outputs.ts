// What a deploy wrote with `--outputs-file`, as far as operators' commands need it.
import { readFileSync } from 'node:fs';
import type { KeyRing } from '../../functions/surfaces/shape.ts';

export interface Outputs {
  tableName: string;
  keyRings: Record<KeyRing, string>;
}

/** Reads the file; throws one line that says how to make it. */
export function readOutputs(path: string | undefined): Outputs {
  if (!path)
    throw new Error(
      'name the file that `npx cdk deploy --all --outputs-file outputs.json` wrote: --outputs outputs.json',
    );
  const stacks = Object.values(JSON.parse(contentOf(path)) as Record<string, Record<string, string>>);
  const all = Object.assign({}, ...stacks) as Record<string, string>;
  const output = (name: string): string => all[name] ?? missing(path, name);
  return {
    tableName: output('TableName'),
    keyRings: {
      signing: output('KeyRingSigning'),
      links: output('KeyRingLinks'),
      clients: output('KeyRingClients'),
      cursors: output('KeyRingCursors'),
    },
  };
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(`${path} cannot be read: it is what \`npx cdk deploy --all --outputs-file ${path}\` writes`, {
      cause,
    });
  }
}

function missing(path: string, name: string): never {
  throw new Error(`${path} lacks ${name}: it must come from a deploy of all stacks`);
}
