import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runGates, script, type Gate } from './test/gates.ts';

const MINUTE_MS = 60_000;

/** `npm run test:full`: what takes minutes: crashes at every line, the demonstration, the failure drill and the benchmark, for real. */
const GATES: readonly Gate[] = [
  { name: 'tools', kind: 'command', command: script('scripts/test/tools.ts') },
  { name: 'full', kind: 'vitest', project: 'full', needs: 'test/**/*.full.test.ts' },
  { name: 'kills', kind: 'command', command: script('test/kills/kills.ts'), needs: 'test/kills/kills.ts' },
  {
    name: 'demo',
    kind: 'command',
    command: script('src/dev/demo.ts', '--json', join(tmpdir(), 'countersign-demo.json')),
    needs: 'src/dev/demo.ts',
  },
  {
    name: 'drill',
    kind: 'command',
    command: script('src/dev/drill/drill.ts', '--short', '--json', join(tmpdir(), 'countersign-drill.json')),
    needs: 'src/dev/drill/drill.ts',
  },
  { name: 'bench', kind: 'command', command: script('bench/bench.ts', '--short'), needs: 'bench/bench.ts' },
];

await runGates(GATES, process.argv.slice(2), 75 * MINUTE_MS);
