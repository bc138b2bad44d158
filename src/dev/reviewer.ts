import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { TaskOpening } from '../activities/ledger-ports.ts';
import type { Ledger } from '../adapters/ledger/ledger.ts';
import { wholeRight } from '../domain/accuracy.ts';
import { caseIdOf } from '../domain/case.ts';
import type { Verdict } from '../domain/verdict.ts';
import { verdictSignal } from '../messages.ts';
import type { ProcessPack } from '../packs/pack.ts';
import type { Sample } from './samples.ts';

const NAME = 'rosa.reviewer (played)';

/**
 * A reviewer played for the demonstration: she knows the ground truth, looks at every waiting case and answers by
 * signal, as a person would from the Temporal UI. She approves what is right, amends what is wrong, and rejects what
 * must not be written (duplicates, unknown suppliers, sums that do not add up).
 */
export class PlayedReviewer {
  readonly #ledger: Ledger;
  readonly #temporal: Client;
  readonly #packs: ReadonlyMap<string, ProcessPack>;
  readonly #samples: ReadonlyMap<string, Sample>;
  readonly #answered = new Set<string>();

  constructor(ledger: Ledger, temporal: Client, packs: readonly ProcessPack[], samples: readonly Sample[]) {
    this.#ledger = ledger;
    this.#temporal = temporal;
    this.#packs = new Map(packs.map((pack) => [pack.id, pack]));
    this.#samples = new Map(samples.map((sample) => [caseIdOf({ ...sample, revision: 1 }), sample]));
  }

  /** Answers until `done` says so; `done` is asked after each round. */
  async work(done: () => Promise<boolean>): Promise<void> {
    do {
      for (const caseId of await this.#waiting()) await this.#answer(caseId);
      await sleep(200);
    } while (!(await done()));
  }

  async #waiting(): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#ledger.reads.listCases({
        stage: 'review',
        limit: 200,
        ...(cursor === undefined ? {} : { cursor }),
      });
      ids.push(...page.cases.map(({ caseId }) => caseId));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return ids;
  }

  async #answer(caseId: string): Promise<void> {
    const sample = this.#samples.get(caseId);
    const task = await this.#ledger.reviews.openTask(caseId);
    if (!sample || !task || this.#answered.has(`${caseId} ${task.seen}`)) return;
    const common = { verdictId: `played-${task.taskNo}-${task.seen}`, by: NAME, seen: task.seen };
    const answer = await this.#judged(task, sample);
    const verdict = { ...common, ...answer } as Verdict;
    this.#answered.add(`${caseId} ${task.seen}`);
    await this.#temporal.workflow.getHandle(caseId).signal(verdictSignal, verdict);
  }

  async #judged(task: TaskOpening, sample: Sample): Promise<{ verdict: string; reason?: string; output?: unknown }> {
    const { truth, packId } = sample;
    const taken = task.reasons.find(({ code }) => code === 'identity-taken');
    if (taken) return { verdict: 'reject', reason: taken.message };
    const pack = this.#packs.get(packId);
    const record = await this.#ledger.cases.get(task.caseId);
    if (!pack || !record?.input) return { verdict: 'reject', reason: 'nothing to read' };
    const { sources, enrichment } = record.input;
    const rules = await pack.judge(truth, { sources, enrichment, feeds: this.#ledger.feeds, evidence: {} });
    const broken = rules.find(
      ({ holds, severity, name }) => !holds && (severity === 'hard' || name === 'known-supplier'),
    );
    if (broken) return { verdict: 'reject', reason: `${broken.name}: ${broken.message}` };
    return wholeRight(task.output, truth) ? { verdict: 'approve' } : { verdict: 'amend', output: truth };
  }
}
