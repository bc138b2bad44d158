import type { Readable } from 'node:stream';
import type { createColors } from 'picocolors';
import type { ApiClient } from '../client/api-client.ts';

/** What a command works with; tests put other things in their place. */
export interface Cli {
  /** The client for the URL that was given. */
  api(): ApiClient;
  /** The default for --by: COUNTERSIGN_USER, else whose the API key is, else who is logged in on this machine. */
  user(): Promise<string>;
  /** One line, or several, for standard output. */
  out(text: string): void;
  /** For standard error: what is no result. */
  note(text: string): void;
  paint: ReturnType<typeof createColors>;
  stdin: Readable;
  /** Columns to fit into; undefined where a program reads the output, so that nothing is cut. */
  columns: number | undefined;
  /** True where a progress bar can be seen. */
  showsProgress: boolean;
  /** Opens a page in the browser; false when there is none. */
  browse(url: string): boolean;
  /** The command has done its work, but not all is well: exit code 1. */
  failed(): void;
}

/** What the person can put right: one sentence, no stack. */
export class UserError extends Error {
  override name = 'UserError';
}
