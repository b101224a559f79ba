import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Many tests wait for processes that they start: no processor is kept free for the main one.
    maxWorkers: '100%',
    globalSetup: ['scripts/build-kernels.mjs'],
    setupFiles: ['src/workers/install.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['test/shared/**', 'node_modules/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/shared/**/*.test.ts'],
          testTimeout: 600_000,
        },
      },
    ],
  },
});
