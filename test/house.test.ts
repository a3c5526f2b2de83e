// The house's own rules, read from its sources: who imports whom, no circles, one owner for each outside thing, and the
// habits that a linter does not know.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && !file.startsWith('node_modules/'));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const existing = files.filter((file) => {
  try {
    return read(file) !== undefined;
  } catch {
    return false;
  }
});
const sources = existing.filter((file) => /^(shared|functions|infra)\/.*\.ts$/.test(file));

interface Import {
  from: string;
  /** A file of the repository, or the name of a package. */
  to: string;
  typeOnly: boolean;
}

const imports: Import[] = sources.flatMap((from) =>
  [...read(from).matchAll(/^(?:import|export)( type)?[^'"`;]*?from '([^']+)'|^import '([^']+)'/gm)].map(
    ([, type, name = '', bare]) => {
      const to = bare ?? name;
      return { from, to: to.startsWith('.') ? normalize(join(dirname(from), to)) : to, typeOnly: type !== undefined };
    },
  ),
);

/** `shared/store/keys.ts` is of `store`, `shared/config.ts` of `config`, `functions/users.ts` of `functions`. */
function roomOf(file: string): string {
  const [top = '', room = '', more] = file.split('/');
  if (/^functions\/surfaces(\/|\.ts$)/.test(file)) return 'surfaces';
  if (top === 'shared') return room.replace(/\.ts$/, '');
  return top === 'infra' && more ? `infra/${room}` : top;
}

const EVERYTHING = [
  'config',
  'directory',
  'http',
  'job-runner',
  'log',
  'model',
  'pace',
  'post-office',
  'security',
  'services',
  'transfer',
  'worker',
];

/** What each room may import beside itself. */
const MAY_IMPORT: Record<string, string[]> = {
  model: [],
  config: [],
  log: [],
  html: [],
  surfaces: [],
  security: ['model'],
  // Of security only the shapes of what is stored.
  store: ['model', 'security'],
  directory: ['store', 'security', 'model'],
  transfer: ['model'],
  mail: ['html', 'model'],
  pages: ['html', 'model'],
  services: ['config', 'log', 'store', 'mail', 'security', 'directory', 'model'],
  // The services of a function without table, signing or mail, which another function's package must not drag in.
  'bare-services': ['config', 'log', 'services', 'store'],
  worker: ['services', 'bare-services', 'mail'],
  'post-office': ['services', 'log', 'mail', 'directory', 'store', 'model'],
  pace: ['store'],
  'job-runner': ['services', 'log', 'directory', 'store', 'model', 'post-office'],
  dialect: ['http', 'directory', 'model'],
  http: ['services', 'log', 'html', 'directory', 'store', 'security', 'model'],
  functions: [
    'http',
    'dialect',
    'pages',
    'post-office',
    'job-runner',
    'pace',
    'worker',
    'bare-services',
    'log',
    'directory',
    'security',
    'transfer',
    'model',
    'docs',
  ],
  infra: ['surfaces'],
  'infra/local': ['surfaces', 'infra', 'mail', ...EVERYTHING],
  'infra/operate': ['surfaces', 'infra', 'dialect', ...EVERYTHING],
};

/** Packages with one owner; a type of theirs may be named elsewhere. */
const OWNERS: [name: RegExp, owner: RegExp][] = [
  [/^@aws-sdk\/(client|lib)-dynamodb$/, /^shared\/store\/dynamo-table\.ts$|^infra\/(local|operate)\//],
  [/^@aws-sdk\/client-dynamodb-streams$/, /^infra\/local\//],
  [/^@aws-sdk\/client-ses$/, /^shared\/mail\/ses\.ts$/],
  [/^@aws-sdk\/client-secrets-manager$/, /^shared\/services\.ts$|^infra\/operate\//],
  [/^@middy\//, /^shared\/http\/serve\.ts$/],
  [/^jose$/, /^shared\/security\/(access-token|client-assertion)\.ts$/],
  [/^bcryptjs$/, /^shared\/security\/foreign-hash\.ts$/],
  [/^nodemailer/, /^shared\/mail\/mime\.ts$/],
  [/^@valibot\/to-json-schema$/, /^shared\/http\/openapi\.ts$/],
  [/^(aws-cdk-lib|constructs|esbuild)/, /^infra\//],
];

const inside = ({ to }: Import) => /^(shared|functions|infra|docs|test)\//.test(to);

test('no room imports what it should not know', () => {
  const wrong = imports.filter((found) => {
    const [from, to] = [roomOf(found.from), roomOf(found.to)];
    if (!inside(found)) return false;
    // A language that fills a folder has its parts there; no surface knows another.
    const together = /^functions\/dialects\/(\w+)(\/|\.ts$)/;
    const same = together.exec(found.from)?.[1] === (together.exec(found.to)?.[1] ?? '');
    if (from === to) return from === 'functions' && !same;
    return !(MAY_IMPORT[from] ?? []).includes(to);
  });
  expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

test('no imports go round in circles, between rooms or files', () => {
  const next = (file: string) => imports.filter((found) => found.from === file && inside(found)).map(({ to }) => to);
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (file: string, path: string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (done.has(file) || path.includes(file)) return;
    for (const to of next(file)) walk(to, [...path, file]);
    done.add(file);
  };
  for (const file of sources) walk(file, []);
  expect(circles).toEqual([]);
});

test('every outside thing has one owner, and the model knows none but valibot', () => {
  const wrong = imports.filter(({ from, to, typeOnly }) => {
    const owner = OWNERS.find(([name]) => name.test(to))?.[1];
    return owner && !owner.test(from) && !typeOnly;
  });
  expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  const model = imports.filter((found) => roomOf(found.from) === 'model' && !inside(found)).map(({ to }) => to);
  // Domains are turned to A-labels by the platform's own tables.
  expect([...new Set(model)].sort()).toEqual(['node:url', 'valibot']);
});

const offenders = (of: readonly string[], pattern: RegExp) => of.filter((file) => pattern.test(read(file)));
const withoutComments = (text: string) => text.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');

describe('habits', () => {
  const shared = sources.filter((file) => /^(shared|functions)\//.test(file));

  test('the environment is read in config.ts and infra only', () => {
    expect(offenders(shared, /process\.env/)).toEqual(['shared/config.ts']);
  });

  test('flows and the model are told the time, they do not look', () => {
    const pure = shared.filter((file) => ['directory', 'model', 'store', 'security'].includes(roomOf(file)));
    expect(pure.filter((file) => /Date\.now\(\)|new Date\(\)/.test(withoutComments(read(file))))).toEqual([]);
  });

  test('files stay small enough to be read at once; a list of words is not for reading', () => {
    const long = shared.filter((file) => read(file).split('\n').length > 321);
    expect(long.filter((file) => file !== 'shared/security/common-passwords.ts')).toEqual([]);
  });

  test('no default exports, no barrels, no classes but the one error and the stacks', () => {
    expect(offenders(sources, /^export default/m)).toEqual([]);
    expect(sources.filter((file) => file.endsWith('/index.ts'))).toEqual([]);
    expect(offenders(shared, /^(export )?class /m)).toEqual(['shared/model/problem.ts']);
  });

  test('every source opens by saying what lives there', () => {
    expect(sources.filter((file) => !/^(#!.*\n)?(\/\/|\/\*\*)/.test(read(file)))).toEqual([]);
  });

  test('nothing is left to be done later', () => {
    const mark = new RegExp(
      `\\b(${['TO', 'FIX'].map((half) => `${half}${half === 'TO' ? 'DO' : 'ME'}`).join('|')})\\b`,
    );
    const text = existing.filter(
      (file) => /\.(ts|md|json|yml|sh|css|html)$/.test(file) && file !== 'package-lock.json',
    );
    expect(offenders(text, mark)).toEqual([]);
  });
});
