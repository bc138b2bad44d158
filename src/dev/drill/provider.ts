import { fileURLToPath } from 'node:url';
import type { Log } from '../children.ts';
import { jsonLine, startNodeProcess, type NodeProcess } from '../processes.ts';
import { put } from '../rig.ts';
import type { Call } from '../stand-in-model/calls.ts';

const PROGRAM = fileURLToPath(new URL('../stand-in-model/main.ts', import.meta.url));

/** A call as the provider itself counted it. `status` is what it sent, 0: nothing. */
export type ProviderCall = Omit<Call, 'at' | 'endpoint'>;

/** A stand-in provider as a process of its own: it can be away, and come back under the same address. */
export class Provider {
  readonly #name: string;
  readonly #stateDir: string;
  readonly #log: Log;
  #process: NodeProcess<{ url: string; port: number }>;
  /** Set when its own count was lost with it. */
  #forgot = false;

  private constructor(name: string, stateDir: string, log: Log, process: NodeProcess<{ url: string; port: number }>) {
    this.#name = name;
    this.#stateDir = stateDir;
    this.#log = log;
    this.#process = process;
  }

  static async start(name: string, stateDir: string, log: Log): Promise<Provider> {
    return new Provider(name, stateDir, log, await launched(name, stateDir, log, 0));
  }

  /** Base address with `/v1`. */
  get url(): string {
    return this.#process.ready.url;
  }

  async behave(behaviour: Record<string, unknown>): Promise<void> {
    await put(this.#admin('behaviour'), behaviour);
  }

  /** What it counted since `forget`; undefined when it was killed in between. */
  async calls(): Promise<ProviderCall[] | undefined> {
    const response = await fetch(this.#admin('calls'));
    const { calls } = (await response.json()) as { calls: ProviderCall[] };
    return this.#forgot ? undefined : calls;
  }

  /** Starts counting anew. */
  async forget(): Promise<void> {
    await fetch(this.#admin('calls'), { method: 'DELETE' });
    this.#forgot = false;
  }

  async kill(): Promise<void> {
    this.#forgot = true;
    await this.#process.kill();
  }

  async restart(): Promise<void> {
    this.#process = await launched(this.#name, this.#stateDir, this.#log, this.#process.ready.port);
  }

  #admin(path: string): string {
    return `${this.url.replace(/\/v1$/, '')}/admin/${path}`;
  }
}

async function launched(name: string, stateDir: string, log: Log, port: number) {
  const ready = (line: string) => jsonLine<{ url: string; port: number }>(line);
  return await startNodeProcess({ name, file: PROGRAM, args: ['--port', String(port)], stateDir, log, ready });
}
