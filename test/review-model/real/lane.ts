import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import { createCaseClient, type CaseClient } from '../../../src/client/case-client.ts';
import { readBooks } from '../../../src/dev/books.ts';
import { jsonLine, startNodeProcess, type NodeProcess } from '../../../src/dev/processes.ts';
import { fakePorts } from '../../support/fake-ports.ts';
import type { Standing } from '../invariants.ts';
import { directoryWith } from '../ports-on.ts';
import { HURRIED_PACK, PATIENT_PACK } from './packs.ts';

/** All that a worker program is told. */
export interface WorkerTerms {
  databaseUrl: string;
  temporalAddress: string;
  taskQueue: string;
  /** Who is in the directory, as JSON. */
  peopleFile: string;
  /** Of accounts payable in the stand-in business system. */
  booksUrl: string;
  /** PEM. */
  signingKey: string;
}

/** The servers that all courses share. */
export interface World {
  temporal: Client;
  ledger: Ledger;
  /** The stand-in business system. */
  businessUrl: string;
  /** The workflow bundle, to replay what happened. */
  code: string;
  stateDir: string;
  terms: Omit<WorkerTerms, 'taskQueue' | 'peopleFile'>;
}

const PROGRAM = fileURLToPath(new URL('./worker-program.ts', import.meta.url));

/** Courses that are played one after the other on a task queue of their own, with one worker that is stopped, killed and started again. */
export class Lane {
  readonly world: World;
  readonly taskQueue: string;
  readonly cases: CaseClient;
  readonly #peopleFile: string;
  #worker: NodeProcess<true> | undefined;
  #restarting: Promise<void> = Promise.resolve();

  private constructor(world: World, name: string) {
    this.world = world;
    this.taskQueue = `review-model-${name}`;
    this.#peopleFile = join(world.stateDir, `people-${name}.json`);
    const { temporal, ledger } = world;
    const packs = [PATIENT_PACK, HURRIED_PACK];
    const { reader } = fakePorts().ports;
    this.cases = createCaseClient({ ...ledger, temporal, reader, packs, taskQueue: this.taskQueue });
  }

  static async open(world: World, name: string): Promise<Lane> {
    const lane = new Lane(world, name);
    await lane.away(new Map());
    await lane.#start();
    return lane;
  }

  /** Ends the worker, after what it is doing or (`hard`) at once, and starts another. */
  async restart(hard: boolean): Promise<void> {
    const before = this.#restarting;
    this.#restarting = (async () => {
      await before;
      await (hard ? this.#worker?.kill() : this.#worker?.stop());
      await this.#start();
    })();
    await this.#restarting;
  }

  /** Who is away from now on, and who answers meanwhile. */
  async away(away: ReadonlyMap<string, string | null>): Promise<void> {
    const draft = `${this.#peopleFile}.draft`;
    await writeFile(draft, JSON.stringify(directoryWith(away)));
    // At once: the worker may be reading it.
    await rename(draft, this.#peopleFile);
  }

  /** For the message of a failure: whether the worker still runs, and its last words. */
  async tell(): Promise<string> {
    const worker = this.#worker;
    if (!worker) return 'there is no worker';
    const ended = await Promise.race([worker.exited, sleep(0)]);
    const state = ended ? `ended (${ended.signal ?? ended.code})` : 'runs';
    return `its worker (pid ${worker.pid}) ${state}; its last words:\n${await worker.tail()}`;
  }

  async close(): Promise<void> {
    await this.#worker?.kill();
  }

  /** All that was ever applied downstream for a case, in order. */
  async downstream(caseId: string): Promise<Standing[]> {
    const entries = await readBooks(this.world.businessUrl);
    return entries.flatMap(({ reference, body }) =>
      reference?.startsWith(`${caseId}/`) ? [{ key: reference, request: body }] : [],
    );
  }

  async #start(): Promise<void> {
    const { stateDir, terms } = this.world;
    const env = {
      REVIEW_MODEL_WORKER: JSON.stringify({ ...terms, taskQueue: this.taskQueue, peopleFile: this.#peopleFile }),
    };
    const ready = (line: string) => (jsonLine<{ ready?: string }>(line)?.ready === 'worker' ? true : undefined);
    const log = () => undefined;
    const program = { name: this.taskQueue, file: PROGRAM, env, stateDir, log, ready };
    // A lane whose worker does not start has none for all courses that follow.
    this.#worker = await startNodeProcess({ ...program, readyTimeoutMs: 120_000 });
  }
}
