/** What the files of one folder (or one file) may import. Its own files always; a sub-folder may be a layer of its own. */
export interface Layer {
  path: string;
  /** Packages, 'node:*' for the modules of Node. */
  packages: 'any' | readonly string[];
  /** Packages of which only types may be imported. */
  typesOfPackages?: readonly string[];
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
  // What is hashed and signed, as text: the same wherever it is worked out.
  { path: 'src/canonical.ts', packages: ['canonicalize', 'node:crypto'] },
  {
    // Pure functions over what was shown, decided and signed: the write check and the offline verifier are the same code.
    path: 'src/countersignature',
    packages: ['node:crypto', 'zod'],
    values: ['src/canonical.ts', 'src/domain', 'src/adapters/ledger/audit-chain.ts'],
  },
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
    // Of the SDK only how durations are read, so that a pack and the workflow read them alike.
    packages: [
      ...['zod', 'ibantools', 'jsvat', 'date-holidays', 'temporal-polyfill'],
      ...['@temporalio/common/lib/time.js', 'node:*'],
    ],
    values: ['src/canonical.ts', 'src/domain', 'src/failures.ts'],
  },
  {
    // What is outside comes through ports: no Node, no client of a database or provider.
    path: 'src/activities',
    packages: ['@temporalio/activity', '@temporalio/common', 'jsonc-parser', 'zod'],
    values: ['src/canonical.ts', 'src/countersignature', 'src/domain', 'src/packs', 'src/failures.ts'],
    types: ['src/messages.ts'],
  },
  {
    path: 'src/adapters',
    packages: 'any',
    values: ['src/canonical.ts', 'src/countersignature', 'src/domain', 'src/failures.ts'],
    types: [
      'src/activities/case-ports.ts',
      'src/activities/countersign-ports.ts',
      'src/activities/effect-ports.ts',
      'src/activities/feed-ports.ts',
      'src/activities/information-ports.ts',
      'src/activities/model-call-ports.ts',
      'src/activities/ports.ts',
      'src/activities/replan-ports.ts',
      'src/activities/review-ports.ts',
      'src/packs',
    ],
  },
  {
    path: 'src/client',
    packages: 'any',
    values: ['src/canonical.ts', 'src/countersignature', 'src/domain', 'src/messages.ts', 'src/failures.ts'],
    types: ['src/activities', 'src/adapters', 'src/packs'],
  },
  {
    // Reads documents and applies a pack's rules on the user's own machine: no ledger, no model, no server.
    path: 'src/profile',
    packages: 'any',
    values: ['src/domain', 'src/failures.ts', 'src/packs', 'src/adapters/document-reader'],
    types: ['src/activities/ports.ts'],
    computed: ['src/profile/load-packs.ts'],
  },
  {
    path: 'src/cli',
    packages: 'any',
    // An exported audit chain or receipt is verified on the auditor's machine, without a server: pure functions.
    values: ['src/client', 'src/countersignature', 'src/domain', 'src/profile', 'src/adapters/ledger/audit-chain.ts'],
    types: ['src/messages.ts', 'src/failures.ts'],
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
    packages: ['node:buffer', 'node:crypto', 'node:http', 'node:net', 'node:timers', 'node:util', 'zod'],
    typesOfPackages: ['openai'],
  },
  {
    // Sees only its requests and its own books.
    path: 'src/dev/stand-in-business',
    packages: [
      'node:crypto',
      'node:fs',
      'node:http',
      'node:net',
      'node:path',
      'node:timers',
      'node:util',
      'fastify',
      'zod',
    ],
  },
];

/** Programs: only their own files, and those outside src, import them. */
export const ENDS = ['src/worker', 'src/cli', 'src/web', 'src/dev'] as const;
