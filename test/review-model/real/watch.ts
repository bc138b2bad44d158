import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { CaseRecord } from '../../../src/activities/case-ports.ts';
import type { Reviews, Standing } from '../../../src/activities/review-ports.ts';
import { getCase, type CaseView } from '../../../src/messages.ts';
import { plain, type Model, type Next, type Question } from '../model.ts';
import type { Voices } from '../voices.ts';
import type { Lane } from './lane.ts';

type Task = NonNullable<Awaited<ReturnType<Reviews['openTask']>>>;

/** What the case does by itself, and when: the next group is asked, the submitter no longer waited for, the effects written. */
export interface Due {
  kind: 'group' | 'submitter' | 'write';
  at: number;
}

/** Longer than a step that a worker took with it when it was killed is waited for. */
const PATIENCE_MS = 60_000;
/** A move is not begun so shortly before something is due. */
const SOON_MS = 400;
/** Between when a step reads the clock and when the ledger records it. */
const EARLY_MS = 1_000;

/** Holds the ledger and the running workflow against the model, and takes in what time does by itself. */
export class Watch {
  due: Due | undefined;
  readonly #lane: Lane;
  readonly #caseId: string;
  readonly #model: Model;
  readonly #voices: Voices;
  readonly #groupMs: number;
  /** The question that must follow. */
  #next: Next | undefined;
  /** Since when whom the model names is asked, at the earliest. */
  #askedAt = 0;
  #lastTaskNo = 0;

  /** `groupMs`: how long a group has before the next one is asked. */
  constructor(lane: Lane, groupMs: number, of: { caseId: string; model: Model; voices: Voices }) {
    this.#lane = lane;
    this.#groupMs = groupMs;
    this.#caseId = of.caseId;
    this.#model = of.model;
    this.#voices = of.voices;
  }

  /** From now on this question must be put. */
  expectNext(next: Next): void {
    this.#next = next;
  }

  /** Waits until ledger and workflow are as the model says, and until all that is due by `upTo` has happened. */
  async settle(upTo = Date.now() + SOON_MS): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const fault = (await this.#faultOfLedger(upTo)) ?? (await this.#faultOfWorkflow());
      if (fault === undefined) return;
      // What cannot be replayed does not get better.
      if (Date.now() > end || fault.includes('TMPRL1100'))
        throw new Error(`${this.#caseId}: ${fault}, for ${PATIENCE_MS / 1000} s; ${await this.#lane.tell()}`);
      await sleep(20);
    }
  }

  /** Two asked somebody else at once: whoever was last stands in the ledger. */
  async adopt(question: Question, allowed: readonly string[]): Promise<void> {
    const standing = await this.#lane.world.ledger.reviews.standing(this.#caseId, question.taskNo);
    if (!standing) return;
    expect(allowed).toContain(standing.group);
    Object.assign(question, { group: standing.group, rest: [...standing.rest] });
    this.#askedAt = standing.askedAt.getTime();
  }

  async #faultOfLedger(upTo: number): Promise<string | undefined> {
    const { cases, reviews } = this.#lane.world.ledger;
    const now = Date.now();
    const record = await cases.get(this.#caseId);
    const task = await reviews.openTask(this.#caseId);
    const standing = task && (await reviews.standing(this.#caseId, task.taskNo));
    if (!record || (task && !standing)) return 'the ledger is being changed';
    if (task && standing) await this.#takeIn(task, standing);
    const { toWrite } = this.#model;
    if (!this.#next && toWrite && (toWrite.until ?? 0) <= now && record.outcome === 'written')
      this.#model.ended = 'written';
    const fault = this.#differs(record, task, standing, now);
    if (fault !== undefined) return fault;
    this.due = this.#dueOf(standing);
    return this.due && this.due.at <= upTo ? `${this.due.kind} is due` : undefined;
  }

  /** A question that was to come, one that comes because the submitter does not answer, groups that are asked in turn. */
  async #takeIn(task: Task, standing: Standing): Promise<void> {
    const { question } = this.#model;
    const isNew = task.taskNo > this.#lastTaskNo;
    if (isNew && this.#next) await this.#asked(task, this.#next);
    else if (isNew && question?.asks) {
      const request = await this.#lane.world.ledger.information.get(question.asks.requestId);
      expect(request?.givenUpAt?.getTime()).toBeGreaterThanOrEqual(request?.answerBy.getTime() ?? Infinity);
      await this.#asked(task, this.#model.unanswered());
    }
    const open = this.#model.question;
    if (open?.taskNo !== task.taskNo) return;
    for (; open.group !== standing.group && open.rest.includes(standing.group); this.#askedAt += this.#groupMs) {
      expect(Date.now() - this.#askedAt).toBeGreaterThanOrEqual(this.#groupMs - EARLY_MS);
      this.#model.escalated();
    }
    if (open.group === standing.group) this.#askedAt = standing.askedAt.getTime();
  }

  async #asked({ taskNo, seen, approvals, output }: Task, next: Next): Promise<void> {
    expect(taskNo).toBe(this.#lastTaskNo + 1);
    expect(output?.['amount']).toBe(next.amount);
    expect(approvals?.needed ?? 1).toBe(next.needed);
    this.#voices.shown(seen);
    this.#model.ask({ taskNo, seen }, next);
    const task = await this.#lane.world.ledger.reviews.task(this.#caseId, taskNo);
    this.#askedAt = task?.openedAt.getTime() ?? 0;
    this.#lastTaskNo = taskNo;
    this.#next = undefined;
  }

  #differs(record: CaseRecord, task: Task | undefined, standing: Standing | undefined, now: number) {
    const { question, ended, toWrite } = this.#model;
    if (this.#next) return `a question about ${this.#next.amount} is to be put`;
    if (ended) return record.outcome === ended ? undefined : `it is to be ${ended}, and is ${record.outcome}`;
    if (question) {
      const { taskNo, seen, group, rest, needed, by, asks } = question;
      const is = {
        ...{ taskNo: task?.taskNo, seen: task?.seen, group: standing?.group, rest: standing?.rest },
        ...{ by: task?.approvals?.by.map(plain) ?? [], asks: standing?.held?.requestId },
      };
      return differenceOf(is, { taskNo, seen, group, rest, by: needed > 1 ? by : [], asks: asks?.requestId });
    }
    if (toWrite?.until !== undefined && now < toWrite.until && record.stage === 'undo-window') return undefined;
    return `decision ${toWrite?.decisionNo} is to be written or held back; the stage is ${record.stage}`;
  }

  #dueOf(standing: Standing | undefined): Due | undefined {
    const { question, isHeldBack, latest } = this.#model;
    if (isHeldBack) return { kind: 'write', at: latest?.until ?? 0 };
    if (question?.asks) return { kind: 'submitter', at: standing?.held?.answerBy.getTime() ?? 0 };
    if (!standing?.escalateAt || standing.rest.length === 0) return undefined;
    return { kind: 'group', at: standing.escalateAt.getTime() };
  }

  /** What the workflow itself shows. */
  async #faultOfWorkflow(): Promise<string | undefined> {
    const { temporal } = this.#lane.world;
    const handle = temporal.workflow.getHandle(this.#caseId);
    let view: CaseView;
    try {
      view = await temporal.withDeadline(Date.now() + 5_000, () => handle.query(getCase));
    } catch (error) {
      return `the workflow does not answer: ${error instanceof Error ? error.message : String(error)}`;
    }
    const { stage, outcome, task, undo } = view;
    const { question, ended, latest } = this.#model;
    if (ended) return differenceOf({ stage, outcome }, { stage: 'closed', outcome: ended });
    if (!question) return differenceOf({ stage, seen: undo?.seen }, { stage: 'undo-window', seen: latest?.seen });
    const { taskNo, seen, group, by, needed, asks } = question;
    const is = {
      ...{ stage, taskNo: task?.taskNo, seen: task?.seen, group: task?.group },
      ...{ by: task?.approvals?.by.map(plain) ?? [], asks: task?.information?.requestId },
    };
    const shall = { taskNo, seen, group, by: needed > 1 ? by : [], asks: asks?.requestId };
    return differenceOf(is, { stage: asks ? 'information-asked' : 'review', ...shall });
  }
}

function differenceOf(is: object, shall: object): string | undefined {
  const [one, other] = [JSON.stringify(is), JSON.stringify(shall)];
  return one === other ? undefined : `it is ${one}, and is to be ${other}`;
}
