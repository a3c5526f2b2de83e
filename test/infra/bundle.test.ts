// The bundles, from stub handlers: form, source maps, refusal of warnings.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { surfaces } from '../../functions/surfaces.ts';
import { bundle } from '../../infra/bundle.ts';

let folder: string;
let built: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-bundle-'));
  await Promise.all(
    surfaces.map(({ name, entry }) =>
      writeFile(join(folder, entry), `export const handler = async (): Promise<string> => '${name}';\n`),
    ),
  );
  built = await bundle({ functionsDir: folder, outDir: join(folder, 'out') });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(surfaces.map(({ name }) => name))('%s becomes a CommonJS file that exports its handler', async (name) => {
  const { handler } = createRequire(import.meta.url)(join(built, name, 'index.js'));
  expect(await handler()).toBe(name);
});

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
  await writeFile(join(folder, 'docs.ts'), 'export const handler = async () => import.meta.url;\n');
  await expect(bundle({ functionsDir: folder, outDir: join(folder, 'out-2') })).rejects.toThrow(
    '"import.meta" is not available',
  );
});
