import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { surfaces } from '../../functions/surfaces.ts';
import { bundle } from '../../infra/bundle.ts';

test('nothing of the local run is in any deployed bundle', async () => {
  const outDir = mkdtempSync(join(tmpdir(), 'rollcall-bundle-'));
  try {
    await bundle({ outDir });
    const { inputs } = JSON.parse(readFileSync(join(outDir, 'meta.json'), 'utf8')) as {
      inputs: Record<string, unknown>;
    };
    expect(inputs).toHaveProperty(['shared/services.ts']);
    expect(
      Object.keys(inputs).filter((path) => /^(infra|test)\//.test(path) && !path.startsWith('infra/bundle')),
    ).toEqual([]);
    for (const { name } of surfaces) {
      expect(readFileSync(join(outDir, name, 'index.js'), 'utf8')).not.toMatch(/__dev|rollcall-local|aws-ses-v2-local/);
    }
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
});
