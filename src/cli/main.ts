import { userInfo } from 'node:os';
import pc from 'picocolors';
import { ApiError, ApiUnreachable, createApiClient } from '../client/api-client.ts';
import { browserCommand, openPage } from './browser.ts';
import { UserError, type Cli } from './context.ts';
import { createProgram } from './program.ts';
import { safe } from './text.ts';

/** The command line; this file alone reads the environment. */
const { env, stdin, stdout, stderr } = process;

function cliFor(url: () => string): Cli {
  const key = env['COUNTERSIGN_API_KEY'] || undefined;
  const api = () => createApiClient({ url: url(), ...(key === undefined ? {} : { key }) });
  return {
    api,
    user: async () => {
      const named = env['COUNTERSIGN_USER'];
      if (named) return named;
      const person = key === undefined ? null : await api().me();
      return person?.personId ?? userInfo().username;
    },
    out: (text) => stdout.write(`${text}\n`),
    note: (text) => stderr.write(`${text}\n`),
    paint: pc,
    stdin,
    columns: stdout.isTTY ? stdout.columns : undefined,
    showsProgress: stderr.isTTY,
    browse: (page) => openPage(browserCommand(process.platform, env), page),
    failed: () => {
      process.exitCode = 1;
    },
  };
}

// `countersign list | head` closes the pipe early; that is no fault.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await createProgram(env['COUNTERSIGN_URL'] || 'http://127.0.0.1:7300', cliFor).parseAsync();
} catch (error) {
  process.exitCode = 1;
  const known = error instanceof UserError || error instanceof ApiError || error instanceof ApiUnreachable;
  // Anything else is our own fault, and the stack is what helps to find it.
  stderr.write(known ? `${pc.red(safe(error.message))}\n` : `${(error as Error).stack ?? String(error)}\n`);
}
