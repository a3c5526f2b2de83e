// The files of a local run. What belongs to one table lies in one folder: with `memory` that folder is temporary, and
// the rest stays where tools look for it.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../shared/config.ts';
import { randomRings } from './key-rings.ts';
import { type Lock, takeLock } from './lock.ts';
import { trouble } from './trouble.ts';

export interface DataFolder {
  lock: Lock;
  /** Folder of the table's own files; removed at exit when it is temporary. */
  table: string;
  temporary: boolean;
  log: string;
  credentials: string;
}

/** Opens the folder for this process alone. Fails when another one has it. */
export function openDataFolder(dataDir: string, { fresh = false, memory = false } = {}): DataFolder {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = takeLock(join(dataDir, 'lock'));
  if (!lock)
    throw trouble(`Rollcall already runs on ${dataDir}. Stop it first, or set ROLLCALL_DATA to another folder.`);
  const kept = join(dataDir, 'table');
  // By name, not the whole folder: ROLLCALL_DATA may point at one that holds other things.
  if (fresh) {
    for (const name of [kept, join(dataDir, 'credentials.json'), join(dataDir, 'service.log')]) {
      rmSync(name, { recursive: true, force: true });
    }
  }
  const table = memory ? mkdtempSync(join(ramDisk(), 'rollcall-')) : kept;
  mkdirSync(table, { recursive: true, mode: 0o700 });
  return {
    lock,
    table,
    temporary: memory,
    log: join(dataDir, 'service.log'),
    credentials: join(dataDir, 'credentials.json'),
  };
}

const ramDisk = () => (existsSync('/dev/shm') ? '/dev/shm' : tmpdir());

/** The table's key rings, drawn once: its links and client secrets are worth nothing under others. */
export function keptRings(folder: string): Config['rings'] {
  const file = join(folder, 'keys.json');
  const known = readJson<Config['rings']>(file);
  if (known) return known;
  const rings = randomRings();
  writeSecretFile(file, rings);
  return rings;
}

/** The file's JSON; undefined when it is not there. */
export function readJson<T>(file: string): T | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined;
}

/** Writes JSON that only the owner may read, whole or not at all. */
export function writeSecretFile(file: string, value: unknown): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  // The mode above is for a file that was not there.
  chmodSync(`${file}.new`, 0o600);
  renameSync(`${file}.new`, file);
}
