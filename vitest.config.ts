import { configDefaults, defineConfig } from 'vitest/config';

/** Tests that start real servers: Temporal, PostgreSQL, a browser, programs of ours. */
const SERVERS = [
  'test/**/*.server.test.ts',
  'test/{dev,workflows,e2e}/**/*.test.ts',
  'test/adapters/ledger/**/*.test.ts',
];
/** Tests that take minutes; `npm run test:full` runs them. */
const FULL = ['test/**/*.full.test.ts'];

export default defineConfig({
  test: {
    // What a passing test prints is noise.
    silent: 'passed-only',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...SERVERS, ...FULL],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'servers',
          include: SERVERS,
          exclude: [...configDefaults.exclude, ...FULL],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Each file brings servers of its own; more at once only wait for each other on a small machine.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'full',
          include: FULL,
          testTimeout: 1_800_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
