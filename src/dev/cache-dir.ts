import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where what was fetched or built once is kept for all checkouts of this user: `$XDG_CACHE_HOME` or `~/.cache`. */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return join(env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache'), 'countersign');
}
