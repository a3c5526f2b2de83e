// Writes docs/openapi.json from the declared operations, docs/attributes.md from the attributes and the schemas, and
// docs/dialects from what each language says of itself.
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { httpSurfaces } from '../../functions/surfaces.ts';
import type { Operation } from '../../shared/http/endpoint.ts';
import { openApi } from '../../shared/http/openapi.ts';
import { attributeTable } from './attributes.ts';
import { writeDialectPages } from './dialect-docs.ts';

const root = resolve(import.meta.dirname, '../..');
const target = resolve(root, 'docs/openapi.json');

const DESCRIPTION = [
  'A user directory: users, orgs, invites, activation, password reset, contact validation, sign-in.',
  'Bearer tokens come from POST /v1/sessions (people) and POST /oauth/token (machine clients). Plain reads accept a token',
  'until it expires; every change also checks that its bearer has not been cut off. Ids are UUIDv7, instants RFC 3339 in',
  'UTC. An id of another org is unknown: 404.',
].join(' ');

/** Every operation of every surface that speaks our own language. */
export async function allOperations(): Promise<Operation[]> {
  const modules = await Promise.all(
    httpSurfaces
      .filter(({ dialect }) => dialect === undefined)
      .map(({ entry }) => import(`../../functions/${entry}`) as Promise<{ operations: readonly Operation[] }>),
  );
  return modules.flatMap(({ operations }) => operations);
}

export async function freshDocument(): Promise<string> {
  const { version } = JSON.parse(await readFile(resolve(root, 'package.json'), 'utf8')) as { version: string };
  return `${JSON.stringify(openApi(await allOperations(), { version, description: DESCRIPTION }), null, 1)}\n`;
}

export const storedDocument = (): Promise<string> => readFile(target, 'utf8');

if (import.meta.main) {
  await writeFile(target, await freshDocument());
  await writeFile(resolve(root, 'docs/attributes.md'), await attributeTable());
  await writeDialectPages();
}
