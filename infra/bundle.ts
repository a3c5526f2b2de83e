// All functions in one esbuild call: the same bytes are tested and deployed. `node infra/bundle.ts` is `npm run build`.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, formatMessages, type Plugin } from 'esbuild';
import type { Surface } from '../functions/surfaces/shape.ts';
import { surfaces } from '../functions/surfaces.ts';

const root = resolve(import.meta.dirname, '..');

export interface BundleOptions {
  /** Folder of the handlers, from the root of the project. */
  functionsDir?: string;
  outDir?: string;
}

/**
 * Writes `<outDir>/<surface>/index.js` for every surface, its source map (kept out of the asset) and `meta.json`.
 * Throws when esbuild fails or warns. Returns the folder.
 */
export async function bundle({ functionsDir = 'functions', outDir = '.build' }: BundleOptions = {}): Promise<string> {
  const from = resolve(root, functionsDir);
  const to = resolve(root, outDir);
  await rm(to, { recursive: true, force: true });
  const { metafile, warnings } = await build({
    absWorkingDir: root,
    entryPoints: surfaces.map(({ name }) => ({ in: `lambda:${name}`, out: `${name}/index` })),
    plugins: [lambdaEntries(from)],
    outdir: to,
    bundle: true,
    minify: true,
    // Loads faster than ESM; the SDK's ES modules shake better than its CommonJS ones, which esbuild takes by default.
    format: 'cjs',
    mainFields: ['module', 'main'],
    platform: 'node',
    target: 'node24',
    sourcemap: 'external',
    metafile: true,
    logLevel: 'silent',
  });
  // A warning here is a fault at run time, such as import.meta being empty in CommonJS.
  if (warnings.length > 0) throw new Error((await formatMessages(warnings, { kind: 'warning' })).join(''));
  await Promise.all(surfaces.map(({ name }) => markAsCommonJs(join(to, name))));
  await writeFile(join(to, 'meta.json'), JSON.stringify(metafile));
  return to;
}

/**
 * What Lambda calls: made here rather than exported by the surfaces, so that importing a surface (in a test, the local
 * run, the documents) starts nothing.
 */
function lambdaEntries(from: string): Plugin {
  return {
    name: 'lambda-entries',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^lambda:/ }, ({ path }) => ({ path: path.slice('lambda:'.length), namespace: 'lambda' }));
      onLoad({ filter: /.*/, namespace: 'lambda' }, ({ path }) => {
        const surface = surfaces.find(({ name }) => name === path);
        return surface ? { contents: entryOf(surface, from), resolveDir: root, loader: 'ts' } : undefined;
      });
    },
  };
}

function entryOf(surface: Surface, from: string): string {
  const { kind, entry, table } = surface;
  const mount = JSON.stringify({ mount: kind === 'http' ? surface.dialect : undefined });
  const path = JSON.stringify(join(from, entry));
  // Without a table there is nothing to connect to: the SDK stays out.
  const [services, file] = table === 'none' ? ['bareServices', 'bare-services'] : ['lambdaServices', 'services'];
  return kind === 'http'
    ? `import { operations } from ${path}; import { serve } from './shared/http/serve.ts'; import { ${services} as services } from './shared/${file}.ts'; export const handler = serve(operations, () => services(), ${mount});`
    : `import { worker } from ${path}; import { work } from './shared/worker.ts'; export const handler = work(worker);`;
}

/** The repository is `"type": "module"`: without this, running a bundle in place reads it as ESM. */
async function markAsCommonJs(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}\n');
}

if (import.meta.main) await bundle();
