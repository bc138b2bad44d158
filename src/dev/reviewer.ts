import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { TaskOpening } from '../activities/review-ports.ts';
import type { Ledger } from '../adapters/ledger/ledger.ts';
import { wholeRight } from '../domain/accuracy.ts';
import { caseIdOf } from '../domain/case.ts';
import type { Verdict } from '../domain/verdict.ts';
import { verdictSignal } from '../messages.ts';
import type { ProcessPack } from '../packs/pack.ts';
import type { BookEntry } from './books.ts';
import type { Sample } from './samples.ts';

/** Who approves; the others only where one approval is not enough. */
const NAMES = ['rosa.reviewer (played)', 'ravi.reviewer (played)', 'rhea.reviewer (played)'] as const;
const AT_ONCE = 6;

/** How she answers when the business system is in the way. */
export interface ReviewerHabits {
  /** The business system's books, into which she looks before answering about an effect in doubt. */
  books?: () => Promise<readonly BookEntry[]>;
  /** What she makes of what the business system refused; by default she judges the proposal, and has an undo tried again. */
  afterRefusal?: () => 'judge' | 'reject' | 'later';
}

/**
 * A reviewer played for the demonstration, and colleagues for what needs more than one approval: she knows the ground
 * truth, looks at every waiting case and answers by signal, as a person would from the Temporal UI. She approves what is right, amends what is wrong, and rejects what
 * must not be written (duplicates, unknown suppliers, sums that do not add up).
 */
export class PlayedReviewer {
  readonly #ledger: Ledger;
  readonly #temporal: Client;
  readonly #packs: ReadonlyMap<string, ProcessPack>;
  readonly #samples: ReadonlyMap<string, Sample>;
  readonly #answered = new Set<string>();
  readonly #habits: ReviewerHabits;

  constructor(
    ledger: Ledger,
    temporal: Client,
    packs: readonly ProcessPack[],
    samples: readonly Sample[],
    habits: ReviewerHabits = {},
  ) {
    this.#habits = habits;
    this.#ledger = ledger;
    this.#temporal = temporal;
    this.#packs = new Map(packs.map((pack) => [pack.id, pack]));
    this.#samples = new Map(samples.map((sample) => [caseIdOf({ ...sample, revision: 1 }), sample]));
  }

  /** Answers until `done` says so; `done` is asked after each round. */
  async work(done: () => Promise<boolean>): Promise<void> {
    do {
      await this.round();
      await sleep(200);
    } while (!(await done()));
  }

  /** Answers everything that waits now, each question once. Throws when the ledger or Temporal does not answer. */
  async round(): Promise<void> {
    const left = await this.#waiting();
    const lane = async () => {
      for (let caseId = left.pop(); caseId !== undefined; caseId = left.pop()) await this.#answer(caseId);
    };
    const lanes = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane));
    for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason;
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
    if (!sample || !task) return;
    const by = NAMES.find((name) => !task.approvals?.by.includes(name)) ?? NAMES[0];
    const verdictId = `played-${task.taskNo}-${task.seen}-${by}`;
    if (this.#answered.has(`${caseId} ${verdictId}`)) return;
    const common = { verdictId, by, seen: task.seen };
    const answer = await this.#judged(task, sample);
    if (!answer) return;
    const verdict = { ...common, ...answer } as Verdict;
    await this.#temporal.workflow.getHandle(caseId).signal(verdictSignal, verdict);
    this.#answered.add(`${caseId} ${verdictId}`);
  }

  /** Undefined: she comes back to it. */
  async #judged(
    task: TaskOpening,
    sample: Sample,
  ): Promise<{ verdict: string; reason?: string; output?: unknown } | undefined> {
    const { truth, packId } = sample;
    const { books, afterRefusal } = this.#habits;
    const refused = task.reasons.some(({ code }) => code === 'effect-refused' || code === 'compensation-refused');
    const habit = refused ? (afterRefusal?.() ?? 'judge') : 'judge';
    if (habit === 'later') return undefined;
    if (task.kind !== 'proposal') {
      const wanted = task.kind === 'compensation' ? `${task.effectKey}/undo` : task.effectKey;
      const there = (await books?.())?.some(({ reference }) => reference === wanted);
      return there ? { verdict: 'confirm', reason: 'it stands in the books' } : { verdict: 'approve' };
    }
    if (habit === 'reject') return { verdict: 'reject', reason: 'the business system refused it' };
    const taken = task.reasons.find(({ code }) => code === 'identity-taken');
    if (taken) return { verdict: 'reject', reason: taken.message };
    const pack = this.#packs.get(packId);
    const input = await this.#ledger.cases.input(task.caseId);
    if (!pack || !input) return { verdict: 'reject', reason: 'nothing to read' };
    const { sources, enrichment } = input;
    const rules = await pack.judge(truth, { sources, enrichment, feeds: this.#ledger.feeds, evidence: {} });
    const broken = rules.find(
      ({ holds, severity, name }) => !holds && (severity === 'hard' || name === 'known-supplier'),
    );
    if (broken) return { verdict: 'reject', reason: `${broken.name}: ${broken.message}` };
    return wholeRight(task.output, truth) ? { verdict: 'approve' } : { verdict: 'amend', output: truth };
  }
}
