/**
 * The stand-in model as a process of its own: `node main.ts [--port N] [--host H]` (or PORT in the environment).
 * Prints one line of JSON, `{"url": ..., "port": ...}`, when it listens; stops on SIGTERM and SIGINT.
 */
import { parseArgs } from 'node:util';
import { startStandInModel } from './server.ts';

const { values } = parseArgs({ options: { port: { type: 'string' }, host: { type: 'string' } } });
const standIn = await startStandInModel({
  port: Number(values.port ?? process.env['PORT'] ?? 0),
  ...(values.host === undefined ? {} : { host: values.host }),
});
process.stdout.write(`${JSON.stringify({ url: standIn.url, port: standIn.port })}\n`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void standIn.close().then(() => process.exit(0)));
}
