import {
  CancellationScope,
  condition,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { Answer, ReviewQuestion, Steps } from '../activities/steps.ts';
import type { Approvals } from '../domain/policy.ts';
import type { ReviewPlan } from '../domain/plan.ts';
import { codesOf, type Reason } from '../domain/route.ts';
import {
  CS_DUE_AT,
  CS_GROUP,
  CS_REASONS,
  CS_STAGE,
  submitVerdict,
  verdictSignal,
  type VerdictAnswer,
} from '../messages.ts';
import { answeredDetails, reviewDetails, type Wait } from './details.ts';
import { quickly } from './steps.ts';
import { UndoDesk } from './undo-desk.ts';
import { isDeep, refusedOf, refuseNonMessage, seenOf, summaryOf } from './verdict-message.ts';

type Escalated = NonNullable<Awaited<ReturnType<Steps['escalate']>>>;

/** A case whose own document makes every model fail must come to rest with a person. */
const MOST_RECALLS = 3;
const LATE: Reason = { code: 'late-verdict', message: 'A verdict came while the question was taken back' };

/** Puts review tasks to people and waits, for weeks if need be. Its handlers are set when it is made, before any await. */
export class ReviewDesk {
  readonly undo: UndoDesk;
  readonly #caseId: string;
  #question: (ReviewQuestion & { group: string; dueAt: string }) | undefined;
  /** By the digest of the question meant: a repeat of an earlier verdict never answers a later question. */
  readonly #answers = new Map<string, Answer>();
  /** Approvals of a question that needs more, by its digest. */
  readonly #approvals = new Map<string, Approvals>();
  /** What the current details say about the wait. */
  #wait: Wait | undefined;
  #taskNo = 0;
  #recalls = 0;
  /** A verdict that came when its question had been taken back. */
  #late: Reason[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(caseId: string) {
    this.#caseId = caseId;
    this.undo = new UndoDesk(caseId);
    setHandler(verdictSignal, async (message) => void (await this.#judge('signal', message)), {
      description: 'A verdict on the open review task: { verdictId, verdict, by, seen, ... }',
    });
    setHandler(submitVerdict, (message) => this.#judge('update', message), {
      validator: refuseNonMessage,
      description: 'The same as the signal verdict, with an answer',
    });
  }

  get question(): (ReviewQuestion & { group: string; dueAt: string }) | undefined {
    return this.#question;
  }

  /** Goes on after the tasks of a former run that was lost. */
  skipTo(lastTaskNo: number): void {
    this.#taskNo = lastTaskNo;
  }

  /** Tasks of a case are numbered from 1. */
  nextTaskNo(): number {
    this.#taskNo += 1;
    return this.#taskNo;
  }

  /** Asks about a proposal. Ends with a decision, or with the pinned pack version gone. */
  async review(
    first: ReviewQuestion,
    plan: ReviewPlan,
  ): Promise<Extract<Answer, { kind: 'decided' | 'pack-version-gone' | 'ask-again' }>> {
    for (let question = first; ;) {
      const answer = await this.#ask(question, plan);
      if (answer.kind === 'asked-anew') {
        question = answer.question;
        this.skipTo(question.taskNo);
      } else if (answer.kind !== 'settled-by-hand' && answer.kind !== 'try-again') return answer;
    }
  }

  /** Asks about an effect that policy cannot settle: unknown outcome, refused compensation. */
  async settle(
    question: ReviewQuestion,
    plan: ReviewPlan,
  ): Promise<Exclude<Answer, { kind: 'pack-version-gone' | 'ask-again' | 'asked-anew' }>> {
    for (;;) {
      const answer = await this.#ask(question, plan);
      if (answer.kind === 'pack-version-gone' || answer.kind === 'ask-again' || answer.kind === 'asked-anew') continue;
      return answer;
    }
  }

  /** Asks and escalates by the plan; returns when a verdict is taken or the deadline's default applies. */
  async #ask(question: ReviewQuestion, plan: ReviewPlan): Promise<Answer> {
    const openedAt = Date.now();
    const groups = question.groups ?? plan.groups;
    let { times } = question;
    const answered = () => this.#answers.has(question.seen);
    for (let level = 0; ; level++) {
      const group = groups[level];
      const deadlineAt = times ? Date.parse(times.deadlineAt) : openedAt + plan.deadlineMs;
      const escalateAt = times ? Date.parse(times.escalateAt) : openedAt + plan.escalateAfterMs * (level + 1);
      const nextGroup = groups[level + 1] ?? '';
      const escalates = groups.length > level + 1 && escalateAt < deadlineAt;
      const next = escalates ? `escalates to ${nextGroup}` : atDeadline(plan);
      const wait = { next, before: groups.slice(0, level) };
      if (group !== undefined) this.#show(question, group, escalates ? escalateAt : deadlineAt, wait);
      const waitMs = (escalates ? escalateAt : deadlineAt) - Date.now();
      const summary = escalates ? `Escalate to ${nextGroup} unless answered` : `Deadline: ${plan.deadlineDefault}`;
      if (await condition(answered, Math.max(waitMs, 1), { summary })) break;
      const standing = escalates
        ? await this.#escalate(question, nextGroup, plan)
        : await this.#deadline(question, plan, groups);
      if (standing?.kind === 'asked') ({ times } = standing);
      // A verdict may have been taken in meanwhile; the ledger then holds no other.
      else if (standing !== undefined) this.#take(question.seen, standing);
      if (!escalates) await condition(answered);
      if (answered()) break;
    }
    this.#question = undefined;
    this.#wait = undefined;
    // The loop only ends with an answer. It is used once: the same question may be put again.
    const answer = this.#answers.get(question.seen) as Answer;
    setCurrentDetails(answeredDetails(byOf(answer)));
    this.#answers.delete(question.seen);
    return answer;
  }

  #show(question: ReviewQuestion, group: string, dueAtMs: number, wait: Pick<Wait, 'next' | 'before'>): void {
    const dueAt = new Date(dueAtMs);
    this.#question = { ...question, group, dueAt: dueAt.toISOString() };
    upsertSearchAttributes([
      { key: CS_STAGE, value: 'review' },
      { key: CS_REASONS, value: codesOf(question.reasons) },
      { key: CS_GROUP, value: group },
      { key: CS_DUE_AT, value: dueAt },
    ]);
    this.#tell({ ...wait, group, until: dueAt });
  }

  /** Changes some of what the current details say while a person is asked. */
  #tell(change: Partial<Wait>): void {
    if (!this.#question) return;
    const { group, seen } = this.#question;
    const approvals = this.#approvals.get(seen);
    if (approvals) this.#question = { ...this.#question, approvals };
    this.#wait = { group, until: undefined, next: '', ...this.#wait, ...change };
    setCurrentDetails(reviewDetails(this.#question, this.#caseId, this.#wait));
  }

  async #escalate(question: ReviewQuestion, group: string, plan: ReviewPlan): Promise<Escalated | undefined> {
    const { taskNo } = question;
    const input = { caseId: this.#caseId, taskNo, group, remindAfterMs: plan.remindAfterMs };
    return (await quickly('escalate', `Nobody answered: escalate to ${group}`, input)) ?? undefined;
  }

  async #deadline(question: ReviewQuestion, plan: ReviewPlan, before: readonly string[]): Promise<Answer | undefined> {
    const { deadlineDefault, handTo } = plan;
    // Only a proposal may be rejected by default; an effect in doubt always waits for a person.
    const kind = question.taskKind !== 'proposal' && deadlineDefault === 'reject' ? 'keep-waiting' : deadlineDefault;
    const group = kind === 'hand-to' ? handTo : undefined;
    const input = { caseId: this.#caseId, taskNo: question.taskNo, kind, ...(group === undefined ? {} : { group }) };
    const answer = await quickly('applyDeadline', `Deadline passed: ${kind}${group ? ` ${group}` : ''}`, input);
    if (answer !== null || !this.#question) return answer ?? undefined;
    if (group === undefined) this.#tell({ until: undefined, next: 'the deadline has passed; the case keeps waiting' });
    else {
      this.#question = { ...this.#question, group };
      upsertSearchAttributes([{ key: CS_GROUP, value: group }]);
      this.#tell({ group, until: undefined, next: 'the deadline has passed; nobody else is asked', before });
    }
    return undefined;
  }

  /** Takes the question back when no model answered and nobody has: a model answers again. */
  async askAgain(): Promise<void> {
    const before = this.#turn;
    const recalling = CancellationScope.nonCancellable(async () => {
      await before;
      const question = this.#question;
      if (!question || this.#answers.has(question.seen) || this.#recalls >= MOST_RECALLS) return;
      if (!question.reasons.every(({ code }) => code === 'model-unavailable')) return;
      const why = 'a model answers again';
      const input = { caseId: this.#caseId, taskNo: question.taskNo, why };
      if (await quickly('recallTask', `Take the question back: ${why}`, input)) {
        this.#recalls += 1;
        this.#take(question.seen, { kind: 'ask-again' });
      }
    });
    this.#turn = recalling.catch(() => undefined);
    await recalling;
  }

  /** Why a person is asked although a model answered: someone's verdict was refused while nobody was asked. Told once. */
  takeLate(): Reason[] {
    const late = this.#late;
    this.#late = [];
    return late;
  }

  /** The first answer to a question stands, also when it comes before the question is shown here. */
  #take(seen: string, answer: Answer): void {
    if (!this.#answers.has(seen)) this.#answers.set(seen, answer);
  }

  /** One verdict at a time, also while the case is being cancelled: a verdict that was taken in must be answered. */
  async #judge(channel: 'signal' | 'update', message: unknown): Promise<VerdictAnswer> {
    const before = this.#turn;
    const judging = CancellationScope.nonCancellable(async () => {
      await before;
      const { answer, then, approvals } = await quickly('judgeVerdict', summaryOf(message), {
        caseId: this.#caseId,
        channel,
        message: isDeep(message) ? null : message,
      });
      const seen = seenOf(message);
      if (approvals && seen !== undefined) {
        this.#approvals.set(seen, approvals);
        this.#tell({ refused: { count: this.#wait?.refused?.count ?? 0 } });
      } else if (then?.kind === 'withdrawn') this.undo.take(then);
      else if (then !== undefined && seen !== undefined) this.#take(seen, then);
      else if (!answer.accepted) {
        this.#tell({ refused: refusedOf(message, answer, this.#wait?.refused) });
        this.undo.refused(message, answer);
        if (this.#recalls > 0 && !this.#question) this.#late = [LATE];
      }
      return answer;
    });
    this.#turn = judging.catch(() => undefined);
    return await judging;
  }
}

function byOf(answer: Answer): string | undefined {
  if (answer.kind === 'decided') return answer.decision.by;
  return answer.kind === 'settled-by-hand' ? answer.by : undefined;
}

function atDeadline(plan: ReviewPlan): string {
  if (plan.deadlineDefault === 'hand-to') return `it is handed to ${plan.handTo ?? 'nobody'}`;
  return plan.deadlineDefault === 'reject' ? 'the case is rejected' : 'the case keeps waiting';
}
