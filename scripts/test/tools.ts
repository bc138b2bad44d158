// Gets what the tests need and this machine lacks, once: afterwards they need no network. PostgreSQL comes with npm.
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { findChromium } from '../../src/dev/chromium.ts';
import { postgresHome } from '../../src/dev/postgres-home.ts';
import { findTemporal } from '../../src/dev/temporal-binary.ts';
import { findTimeSkippingServer } from '../../src/dev/time-skipping.ts';

const log = (line: string) => console.error(line);
const stateDir = fileURLToPath(new URL('../../.countersign', import.meta.url));

await mkdir(stateDir, { recursive: true });
await postgresHome(stateDir, log);
const temporal = await findTemporal({ log });
log(`Temporal server ${temporal.serverVersion}: ${temporal.path}`);
// Without these two, the tests that need them skip and say why.
for (const [name, tool] of [
  ['Time-skipping server', await findTimeSkippingServer({ log })],
  ['Browser', await findChromium({ log })],
] as const) {
  log(`${name}: ${tool.path ?? `none (${tool.reason})`}`);
}
