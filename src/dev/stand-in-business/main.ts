// The stand-in business system as a process of its own: a development stand-in. Prints one line {"url": ...} when ready.
// Usage: node src/dev/stand-in-business/main.ts --state-dir <folder> [--port <port>] [--honour-idempotency-key]
import { parseArgs } from 'node:util';
import { startStandInBusiness } from './server.ts';

const { values } = parseArgs({
  options: {
    'state-dir': { type: 'string' },
    port: { type: 'string', default: '0' },
    'honour-idempotency-key': { type: 'boolean' },
  },
});
const stateDir = values['state-dir'];
if (stateDir === undefined) throw new Error('--state-dir is missing');
const system = await startStandInBusiness({
  stateDir,
  port: Number(values.port),
  ...(values['honour-idempotency-key'] && { honourIdempotencyKey: true }),
});
console.log(JSON.stringify({ url: system.url, standIn: 'business system' }));
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void system.stop().then(() => process.exit(0)));
}
