// Files for operators' commands, in a folder that goes with the test.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { localContext } from '../../infra/local/local-context.ts';
import type { Opened } from '../../infra/operate/directory.ts';
import type { Json, TestService } from './service.ts';

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'rollcall-files-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export function fileOf(name: string, text: string | Uint8Array): string {
  const path = join(folder(), name);
  writeFileSync(path, text);
  return path;
}

/** The directory as an operator's command opens it. */
export const openedBy = (service: TestService, orgId = service.seed.orgId): Opened => ({
  orgId,
  context: () => localContext(service.services),
});

/** The values of an NDJSON file. */
export const linesOf = async (path: string): Promise<Json[]> =>
  (await readFile(path, 'utf8')).split('\n').flatMap((line) => (line ? [JSON.parse(line)] : []));
