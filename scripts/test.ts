import { runGates, script, tool, type Gate } from './test/gates.ts';

const MINUTE_MS = 60_000;

/** `npm test`: what must hold before a change is merged. `npm test -- lint unit` runs only the gates it names. */
const GATES: readonly Gate[] = [
  { name: 'types', kind: 'command', command: tool('tsc', '--noEmit'), quick: true },
  { name: 'types-web', kind: 'command', command: tool('tsc', '--noEmit', '-p', 'src/web'), quick: true },
  { name: 'lint', kind: 'command', command: tool('oxlint', '--type-aware', '--deny-warnings'), quick: true },
  { name: 'format', kind: 'command', command: tool('prettier', '--check', '--log-level', 'warn', '.'), quick: true },
  { name: 'dead', kind: 'command', command: tool('knip', '--no-progress'), quick: true },
  { name: 'unit', kind: 'vitest', project: 'unit' },
  // Gets what the machine lacks once, so that no test's time limit has to wait for it.
  { name: 'tools', kind: 'command', command: script('scripts/test/tools.ts') },
  { name: 'servers', kind: 'vitest', project: 'servers' },
];

await runGates(GATES, process.argv.slice(2), 40 * MINUTE_MS);
