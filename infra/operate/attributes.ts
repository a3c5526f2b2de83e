// The attributes of the four systems whose languages the directory speaks, and where each lives in a record: the data of
// docs/attributes.json made into a table to read.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fieldAt, parentAt } from '../../shared/model/fields.ts';

export interface Attribute {
  name: string;
  /** The name in JSON, where the source names it otherwise. */
  wire?: string;
  type: string;
  maxLength?: number;
  options?: string[];
  access: string;
  /** Path in the record; null for what lies in items of its own, which `note` says. */
  home: string | null;
  note?: string;
  /** A reference to a thing of its own rather than a value. */
  relation?: boolean;
}

const SYSTEMS = {
  outreach: 'Outreach (User)',
  genesys: 'Genesys Cloud (OrgUser)',
  axway: 'Axway Amplify (User)',
  identity: 'Engage Identity service (User, PasswordResetRequest, ContactPointValidation)',
} as const;
export type System = keyof typeof SYSTEMS;
export const systems = Object.keys(SYSTEMS) as System[];

const docs = resolve(import.meta.dirname, '../../docs');

export async function readAttributes(): Promise<Record<System, Attribute[]>> {
  return JSON.parse(await readFile(resolve(docs, 'attributes.json'), 'utf8')) as Record<System, Attribute[]>;
}

/** What the record's own schema says of the place. */
function placeOf(home: string): string {
  const field = fieldAt(home);
  if (!field) return parentAt(home)?.many ? 'list' : 'group';
  const limit = field.options ? field.options.join(', ') : field.maxLength && `at most ${field.maxLength}`;
  return [field.many ? `${field.type}s` : field.type, limit].filter(Boolean).join(': ');
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

export async function attributeTable(): Promise<string> {
  const all = await readAttributes();
  const sections = systems.map((system) => {
    const rows = all[system].map(({ name, type, maxLength, options, home, note = '' }) => {
      const theirs = [type, maxLength && `at most ${maxLength}`, options?.join(', ')].filter(Boolean).join('; ');
      const place = home === null ? '–' : `\`${home}\``;
      return `| \`${name}\` | ${cell(theirs)} | ${place} | ${cell(home === null ? '' : placeOf(home))} | ${cell(note)} |`;
    });
    const head = '| attribute | there | lives in | here | |\n|---|---|---|---|---|';
    return `## ${SYSTEMS[system]}: ${rows.length}\n\n${head}\n${rows.join('\n')}\n`;
  });
  const intro = [
    '# Where every attribute lives',
    '',
    'Each attribute and relation of the four systems has one home in the record. Made by `npm run docs` from',
    '[attributes.json](attributes.json) and the schemas in `shared/model`; a test fails when a home is missing, or narrower',
    'than what it must hold.',
    '',
  ];
  return `${intro.join('\n')}\n${sections.join('\n')}`;
}

export const storedTable = (): Promise<string> => readFile(resolve(docs, 'attributes.md'), 'utf8');
