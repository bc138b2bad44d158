/** What the files of one folder (or one file) may import. Its own files always; a sub-folder may be a layer of its own. */
export interface Layer {
  path: string;
  /** Packages, 'node:*' for the modules of Node. */
  packages: 'any' | readonly string[];
  /** Layers, or parts of them, of which everything may be imported. */
  values?: readonly string[];
  /** Those of which only types may be imported. */
  types?: readonly string[];
  /** Files that may import what only running the code can tell. */
  computed?: readonly string[];
}

/** Imports point one way. Files outside src (tests, scripts, benchmarks) may import anything. */
export const LAYERS: readonly Layer[] = [
  { path: 'src/domain', packages: ['zod'] },
  { path: 'src/failures.ts', packages: ['@temporalio/common'], values: ['src/domain'] },
  { path: 'src/messages.ts', packages: ['@temporalio/common', '@temporalio/workflow'], values: ['src/domain'] },
  {
    path: 'src/workflows',
    packages: ['@temporalio/workflow', '@temporalio/common'],
    values: ['src/domain', 'src/messages.ts', 'src/failures.ts'],
    types: ['src/activities'],
  },
  {
    path: 'src/packs',
    packages: ['zod', 'canonicalize', 'ibantools', 'jsvat', '@temporalio/common', 'node:*'],
    values: ['src/domain', 'src/failures.ts'],
  },
  {
    // What is outside comes through ports: no Node, no client of a database or provider.
    path: 'src/activities',
    packages: ['@temporalio/activity', '@temporalio/common', 'jsonc-parser', 'zod'],
    values: ['src/domain', 'src/packs', 'src/failures.ts'],
    types: ['src/messages.ts'],
  },
  {
    path: 'src/adapters',
    packages: 'any',
    values: ['src/domain', 'src/failures.ts'],
    types: ['src/activities/ports.ts', 'src/packs'],
  },
  {
    path: 'src/client',
    packages: 'any',
    values: ['src/domain', 'src/messages.ts', 'src/failures.ts'],
    types: ['src/activities', 'src/adapters', 'src/packs'],
  },
  {
    path: 'src/cli',
    packages: 'any',
    values: ['src/client'],
    types: ['src/domain', 'src/messages.ts', 'src/failures.ts'],
  },
  { path: 'src/web', packages: 'any', types: ['src/client', 'src/domain'] },
  {
    // The composition root.
    path: 'src/worker',
    packages: 'any',
    values: [
      ...[
        'src/activities',
        'src/adapters',
        'src/client',
        'src/domain',
        'src/failures.ts',
        'src/messages.ts',
        'src/packs',
      ],
    ],
    computed: ['src/worker/ports.ts'],
  },
  {
    path: 'src/dev',
    packages: 'any',
    values: [
      ...['src/adapters', 'src/client', 'src/domain', 'src/failures.ts', 'src/messages.ts', 'src/packs'],
      ...['src/dev/stand-in-model', 'src/dev/stand-in-business'],
    ],
    types: ['src/activities'],
    computed: ['src/dev/postgres-home.ts'],
  },
  {
    // Sees only its requests: nothing of ours, and no file at all.
    path: 'src/dev/stand-in-model',
    packages: ['node:buffer', 'node:crypto', 'node:http', 'node:net', 'node:timers', 'node:util'],
  },
  {
    // Sees only its requests and its own books.
    path: 'src/dev/stand-in-business',
    packages: ['node:crypto', 'node:fs', 'node:http', 'node:net', 'node:path', 'node:timers', 'node:util', 'fastify'],
  },
];

/** Nothing but the composition root's own files, a program's own files, and tests import these. */
export const ENDS = ['src/worker', 'src/cli', 'src/web', 'src/dev'] as const;
