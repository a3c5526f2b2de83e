// Writes docs/dialects/*.md: of each language how to point a client here, what differs on purpose, every attribute and
// endpoint of that system and whether it is served. The data is each dialect's own `manual.ts`.
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { httpSurfaces } from '../../functions/surfaces.ts';
import type { Access, Row } from '../../shared/dialect/fields.ts';
import type { ListedEndpoint, Manual, Served } from '../../shared/dialect/manual.ts';
import type { Operation } from '../../shared/http/endpoint.ts';
import { type Attribute, readAttributes } from './attributes.ts';

const root = resolve(import.meta.dirname, '../..');

export interface Documented {
  manual: Manual;
  /** Every operation of the surfaces that speak this language. */
  operations: readonly Operation[];
  mount: string;
}

/** The languages that have a manual: `functions/dialects/<name>/manual.ts` beside the entry `dialects/<name>.ts`. */
export async function documentedDialects(): Promise<Documented[]> {
  const speaking = httpSurfaces.flatMap(({ dialect, entry }) => (dialect === undefined ? [] : [{ dialect, entry }]));
  const mounts = [...new Set(speaking.map(({ dialect }) => dialect))];
  const all = await Promise.all(
    mounts.map(async (mount) => {
      const entries = speaking.filter(({ dialect }) => dialect === mount).map(({ entry }) => entry);
      const home = entries.map((entry) => entry.replace(/\.ts$/, '/manual.ts')).find(isThere);
      if (!home) return [];
      const { manual } = (await import(`../../functions/${home}`)) as { manual: Manual };
      const modules = entries.map(
        (entry) => import(`../../functions/${entry}`) as Promise<Pick<Documented, 'operations'>>,
      );
      const operations = (await Promise.all(modules)).flatMap((module) => module.operations);
      return [{ manual, operations, mount }];
    }),
  );
  return all.flat();
}

const isThere = (file: string): boolean => existsSync(resolve(root, 'functions', file));

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const ACCESS: Record<Access, string> = {
  both: 'read, write',
  shown: 'read',
  accepted: 'write',
  create: 'read, set at creation',
};

const wireOf = ({ name, wire }: Attribute): string => wire ?? name;

/** How an attribute is served; undefined where it is not. */
function servedAs({ rows, beside }: Manual, attribute: Attribute): { how: string; row?: Row } | undefined {
  const row = rows.find(({ wire }) => wire === attribute.name || wire === wireOf(attribute));
  const words = beside[attribute.name];
  if (words !== undefined) return { how: words, ...(row && { row }) };
  return row && { how: ACCESS[row.access], row };
}

function attributesOf(manual: Manual, all: readonly Attribute[]): { table: string; served: number } {
  const lines = all.map((attribute) => {
    const served = servedAs(manual, attribute);
    const place = served?.row?.path ?? attribute.home;
    const searchable = served?.row?.searchable ? 'yes' : '';
    return [`\`${wireOf(attribute)}\``, place ? `\`${place}\`` : '–', served?.how ?? 'not served', searchable].map(
      cell,
    );
  });
  const head = '| attribute | in the record | served | filter, sort |\n|---|---|---|---|';
  const table = [head, ...lines.map((cells) => `| ${cells.join(' | ')} |`)].join('\n');
  return { table, served: all.filter((attribute) => servedAs(manual, attribute)).length };
}

function endpointTable(endpoints: readonly ListedEndpoint[], mount: string): string {
  const lines = endpoints.map(
    ({ method, path, served, note = '' }) => `| \`${method} ${mount}${path}\` | ${served} | ${cell(note)} |`,
  );
  return ['| endpoint | served | |', '|---|---|---|', ...lines].join('\n');
}

const count = (endpoints: readonly ListedEndpoint[], wanted: Served): number =>
  endpoints.filter(({ served }) => served === wanted).length;

export async function dialectPage({ manual, mount }: Documented): Promise<string> {
  const { title, pointing, differs, endpoints, system } = manual;
  const all = (await readAttributes())[system];
  const { table, served } = attributesOf(manual, all);
  const total = endpoints.length;
  const [full, partial] = [count(endpoints, 'full'), count(endpoints, 'partial')];
  return [
    `# ${title}`,
    `Attributes served: ${served} of ${all.length}. Endpoints: ${full} in full, ${partial} in part, of ${total} listed.`,
    'Made by `npm run docs` from the dialect itself; a test fails when this page is stale.',
    '## Pointing a client here',
    pointing.trim(),
    '## What differs on purpose',
    differs.map((line) => `- ${line}`).join('\n'),
    '## Attributes',
    table,
    '## Endpoints',
    endpointTable(endpoints, mount),
  ]
    .join('\n\n')
    .concat('\n');
}

const pathOf = ({ system }: Manual): string => resolve(root, `docs/dialects/${system}.md`);

export const storedPage = ({ manual }: Documented): Promise<string> => readFile(pathOf(manual), 'utf8');

export async function writeDialectPages(): Promise<void> {
  await mkdir(resolve(root, 'docs/dialects'), { recursive: true });
  for (const dialect of await documentedDialects()) {
    await writeFile(pathOf(dialect.manual), await dialectPage(dialect));
  }
}
