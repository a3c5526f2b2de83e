import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    // A shared machine can take a second where a test counts on a moment: once more, and shown as such.
    retry: process.env.CI ? 1 : 0,
    include: ['test/**/*.test.ts'],
    // Two cores are what the smallest machine has: more workers only make the emulators and the hashing wait.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: { CDK_VALIDATION: 'false' },
  },
});
