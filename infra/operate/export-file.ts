// People of an org to a file: walked in order of creation, written beside its final name, and gone on with after a stop.
// At the end the file appears whole, with a manifest.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Context } from '../../shared/directory/context.ts';
import { exportPortion } from '../../shared/directory/exports.ts';
import { operatorContext } from '../../shared/directory/imports/operator.ts';
import { type Column, USER_COLUMNS } from '../../shared/transfer/columns.ts';
import { type Format, rowWriter } from '../../shared/transfer/rows.ts';
import type { Opened } from './directory.ts';

export interface ExportOptions {
  out: string;
  format: Format;
  filter?: string | undefined;
  /** Brings password hashes along. */
  passwords?: boolean;
}

/** What stands in `people.ndjson.manifest.json`. */
export interface Manifest {
  file: string;
  org: string;
  startedAt: string;
  endedAt: string;
  format: Format;
  /** Of a CSV, in their order. */
  columns?: string[];
  filter?: string;
  passwords: boolean;
  people: number;
  bytes: number;
  sha256: string;
}

/** How far an export has come: what is written up to here is whole. */
interface Checkpoint extends Pick<Manifest, 'org' | 'format' | 'passwords' | 'startedAt' | 'people' | 'bytes'> {
  filter?: string;
  position?: string[];
}

/** People in one step. */
const PORTION = 100;
const PRIVATE = 0o600;
const PASSWORD_HASH: Column = { path: 'passwordHash', type: 'text' };

export const manifestOf = (out: string): string => `${out}.manifest.json`;
const partOf = (out: string): string => `${out}.part`;
const checkpointOf = (out: string): string => `${out}.part.json`;

/** Writes the file and its manifest. An export of the same kind that was stopped goes on; `onStep` is told how far it is. */
export async function exportToFile(
  directory: Opened,
  options: ExportOptions,
  onStep: (people: number) => void = () => undefined,
): Promise<Manifest> {
  const { out, format, filter, passwords = false } = options;
  const wanted = { org: directory.orgId, format, passwords, ...(filter !== undefined && { filter }) };
  const before = await readCheckpoint(out, wanted);
  const columns = [...USER_COLUMNS, ...(passwords ? [PASSWORD_HASH] : [])];
  const writer = rowWriter(format, columns);
  const now = () => directory.context().now.toISOString();
  let at: Checkpoint = before ?? { ...wanted, startedAt: now(), people: 0, bytes: 0 };
  const file = await open(partOf(out), before ? 'a' : 'w', PRIVATE);
  try {
    if (!before) at = { ...at, bytes: await append(file, writer.head) };
    for (let more = !before || before.position !== undefined; more; more = at.position !== undefined) {
      const portion = { ...wanted, from: at.position, limit: PORTION };
      const { people, position } = await exportPortion(acting(directory), portion);
      const bytes = await append(file, people.map(writer.line).join(''));
      const { position: _from, ...rest } = at;
      at = { ...rest, people: at.people + people.length, bytes: at.bytes + bytes, ...(position && { position }) };
      await file.datasync();
      await writeWhole(checkpointOf(out), JSON.stringify(at));
      onStep(at.people);
    }
  } finally {
    await file.close();
  }
  return finish(options, at, now(), columns);
}

/** The caller is the operator: an org is all that is asked of them. */
function acting({ orgId, context }: Opened): Context {
  return operatorContext(context(), orgId, orgId);
}

async function append(file: FileHandle, text: string): Promise<number> {
  const bytes = Buffer.from(text);
  await file.appendFile(bytes);
  return bytes.length;
}

/** What a stopped export of the same kind left; what it wrote since its last step is cut off. */
async function readCheckpoint(out: string, wanted: object): Promise<Checkpoint | undefined> {
  try {
    const found = JSON.parse(await readFile(checkpointOf(out), 'utf8')) as Checkpoint;
    const { position: _p, startedAt: _s, people: _n, bytes, ...kind } = found;
    if (JSON.stringify(Object.entries(kind).sort()) !== JSON.stringify(Object.entries(wanted).sort())) return undefined;
    const there = (await stat(partOf(out))).size >= bytes;
    if (!there) return undefined;
    await truncate(partOf(out), bytes);
    return found;
  } catch {
    return undefined;
  }
}

async function finish(
  { out, format, filter }: ExportOptions,
  at: Checkpoint,
  endedAt: string,
  columns: readonly Column[],
): Promise<Manifest> {
  const manifest: Manifest = {
    file: basename(out),
    org: at.org,
    startedAt: at.startedAt,
    endedAt,
    format,
    ...(format === 'csv' && { columns: columns.map(({ path }) => path) }),
    ...(filter !== undefined && { filter }),
    passwords: at.passwords,
    people: at.people,
    bytes: at.bytes,
    sha256: await digestOf(partOf(out)),
  };
  await rename(partOf(out), out);
  await writeWhole(manifestOf(out), `${JSON.stringify(manifest, null, 2)}\n`);
  await rm(checkpointOf(out), { force: true });
  return manifest;
}

/** SHA-256 of a file, in hex. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Whole or not at all: under another name first. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  await writeFile(temporary, text, { mode: PRIVATE });
  await rename(temporary, path);
}
