// The bundles, from stub handlers: form, source maps, refusal of warnings.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { surfaces } from '../../functions/surfaces.ts';
import { bundle } from '../../infra/bundle.ts';

let folder: string;
let built: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-bundle-'));
  await Promise.all(
    surfaces.map(async ({ name, entry }) => {
      await mkdir(dirname(join(folder, entry)), { recursive: true });
      await writeFile(
        join(folder, entry),
        `export const operations = [];\nexport const worker = async () => '${name}';\n`,
      );
    }),
  );
  // What every function is told; without a table none of them opens a connection.
  Object.assign(process.env, { STAGE: 'test', BASE_URL: 'https://rollcall.test' });
  built = await bundle({ functionsDir: folder, outDir: join(folder, 'out') });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(surfaces.map(({ name }) => name))('%s becomes a CommonJS file that exports its handler', (name) => {
  const { handler } = createRequire(import.meta.url)(join(built, name, 'index.js'));
  expect(handler).toBeTypeOf('function');
});

test('a worker’s handler hands its event to the worker', async () => {
  const { handler } = createRequire(import.meta.url)(join(built, 'sweeper', 'index.js'));
  expect(await handler({})).toBe('sweeper');
});

test('no AWS SDK comes into a function without a table, and no SES into one that answers requests', async () => {
  const carrying = async (library: string) => {
    const { outputs } = JSON.parse(await readFile(join(built, 'meta.json'), 'utf8')) as { outputs: Outputs };
    const all = Object.entries(outputs).filter(([, { inputs }]) =>
      Object.keys(inputs).some((i) => i.includes(library)),
    );
    return surfaces.filter(({ name }) => all.some(([path]) => path.endsWith(`/${name}/index.js`)));
  };
  expect((await carrying('@aws-sdk/client-dynamodb')).every(({ table }) => table !== 'none')).toBe(true);
  expect((await carrying('@aws-sdk/client-ses')).every(({ kind }) => kind !== 'http')).toBe(true);
});
type Outputs = Record<string, { inputs: Record<string, unknown> }>;

test('source maps lie beside the bundles, which do not mention them', async () => {
  expect(JSON.parse(await readFile(join(built, 'users', 'index.js.map'), 'utf8'))).toHaveProperty('sources');
  expect(await readFile(join(built, 'users', 'index.js'), 'utf8')).not.toContain('sourceMappingURL');
});

test('what went into each bundle is written down', async () => {
  const { outputs } = JSON.parse(await readFile(join(built, 'meta.json'), 'utf8')) as { outputs: object };
  const bundles = Object.keys(outputs).filter((file) => file.endsWith('/index.js'));
  expect(bundles).toHaveLength(surfaces.length);
});

test('a bundle that esbuild warns about is refused', async () => {
  await writeFile(join(folder, 'docs.ts'), 'export const operations = [import.meta.url];\n');
  await expect(bundle({ functionsDir: folder, outDir: join(folder, 'out-2') })).rejects.toThrow(
    '"import.meta" is not available',
  );
});
