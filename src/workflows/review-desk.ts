import { setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { Answer, Informed, ReviewQuestion } from '../activities/question.ts';
import type { ReviewPlan } from '../domain/plan.ts';
import type { Reason } from '../domain/route.ts';
import {
  provideInformationSignal,
  replanSignal,
  submitInformation,
  submitVerdict,
  verdictSignal,
  type InformationAnswer,
  type VerdictAnswer,
} from '../messages.ts';
import { answeredDetails } from './details.ts';
import { OpenQuestion, type ShownQuestion } from './open-question.ts';
import { quickly, runNormally } from './steps.ts';
import { Turn } from './turn.ts';
import { UndoDesk } from './undo-desk.ts';
import { isDeep, refusedOf, refuseNonMessage, seenOf, summaryOf } from './verdict-message.ts';

/** A case whose own document makes every model fail must come to rest with a person. */
const MOST_RECALLS = 3;
const LATE: Reason = { code: 'late-verdict', message: 'A verdict came while the question was taken back' };

/** Puts review tasks to people and waits, for weeks if need be. Its handlers are set when it is made, before any await. */
export class ReviewDesk {
  readonly undo: UndoDesk;
  readonly #caseId: string;
  #open: OpenQuestion | undefined;
  /** By the digest of the question meant: a repeat of an earlier verdict never answers a later question. */
  readonly #answers = new Map<string, Answer>();
  /** What verdicts changed about a question before it was shown here, by its digest. */
  readonly #early = new Map<string, ((open: OpenQuestion) => void)[]>();
  #taskNo = 0;
  #recalls = 0;
  /** A verdict that came when its question had been taken back. */
  #late: Reason[] = [];
  readonly #turn = new Turn();

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
    setHandler(provideInformationSignal, async (message) => void (await this.#inform('signal', message)), {
      description: 'What the submitter answers to a question: { answerId, requestId, by, text }',
    });
    setHandler(replanSignal, () => this.#replan(), {
      description: 'People or calendars have changed: read them again for the open question',
    });
    setHandler(submitInformation, (message) => this.#inform('update', message), {
      validator: refuseNonMessage,
      description: 'The same as the signal provideInformation, with an answer',
    });
  }

  get question(): ShownQuestion | undefined {
    return this.#open?.shown;
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
  ): Promise<Extract<Answer, { kind: 'decided' | 'pack-version-gone' | 'ask-again' | 'propose-again' }>> {
    for (let question = first; ;) {
      let answer = await this.#ask(question, plan);
      if (answer.kind === 'informed') answer = await this.#read(answer);
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
  ): Promise<Extract<Answer, { kind: 'decided' | 'settled-by-hand' | 'try-again' }>> {
    for (;;) {
      const answer = await this.#ask(question, plan);
      if (answer.kind === 'decided' || answer.kind === 'settled-by-hand' || answer.kind === 'try-again') return answer;
    }
  }

  /** Puts a question and returns its answer: a verdict, or what the plan says when nobody gives one. */
  async #ask(question: ReviewQuestion, plan: ReviewPlan): Promise<Answer> {
    const { seen } = question;
    const open = new OpenQuestion(this.#caseId, question, plan, this.#turn);
    // A verdict may have been taken in before the case itself knew that it asks.
    for (const change of this.#early.get(seen) ?? []) change(open);
    this.#open = open;
    await open.wait(
      () => this.#answers.has(seen),
      (answer) => this.#take(seen, answer),
    );
    this.#open = undefined;
    // The wait only ends with an answer. It is used once: the same question may be put again.
    const answer = this.#answers.get(seen) as Answer;
    setCurrentDetails(answeredDetails(byOf(answer)));
    this.#answers.delete(seen);
    return answer;
  }

  /** Takes the question back when no model answered and nobody has: a model answers again. */
  async askAgain(): Promise<void> {
    await this.#turn.take(async () => {
      const question = this.question;
      if (!question || this.#answers.has(question.seen) || this.#recalls >= MOST_RECALLS) return;
      if (!question.reasons.every(({ code }) => code === 'model-unavailable')) return;
      const why = 'a model answers again';
      const input = { caseId: this.#caseId, taskNo: question.taskNo, why };
      if (await quickly('recallTask', `Take the question back: ${why}`, input)) {
        this.#recalls += 1;
        this.#take(question.seen, { kind: 'ask-again' });
      }
    });
  }

  async #replan(): Promise<void> {
    await this.#turn.take(async () => {
      const question = this.question;
      if (!question || question.held || this.#answers.has(question.seen)) return;
      const input = { caseId: this.#caseId, taskNo: question.taskNo };
      const standing = await quickly('replanTask', 'People or calendars changed: who is asked, and until when', input);
      if (standing) this.#change(question.seen, (open) => open.apply(standing));
    });
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

  /** One verdict at a time. */
  async #judge(channel: 'signal' | 'update', message: unknown): Promise<VerdictAnswer> {
    return await this.#turn.take(async () => {
      const input = { caseId: this.#caseId, channel, message: isDeep(message) ? null : message };
      const { answer, then, approvals } = await quickly('judgeVerdict', summaryOf(message), input);
      const seen = seenOf(message);
      if (then?.kind === 'withdrawn') this.undo.take(then);
      else if (!answer.accepted && then === undefined) this.#refused(message, answer);
      else if (seen === undefined) return answer;
      else if (then?.kind === 'changed') this.#change(seen, (open) => open.apply(then.standing));
      else if (approvals) this.#change(seen, (open) => open.approved(approvals));
      else if (then) this.#take(seen, then);
      return answer;
    });
  }

  /** What the submitter answers, in the same turn as verdicts. */
  async #inform(channel: 'signal' | 'update', message: unknown): Promise<InformationAnswer> {
    return await this.#turn.take(async () => {
      const input = { caseId: this.#caseId, channel, message: isDeep(message) ? null : message };
      const { answer, then } = await quickly('takeInformation', 'Take in what the submitter answers', input);
      if (then) this.#take(then.seen, then);
      return answer;
    });
  }

  /** Reads what the submitter answered, off the main thread. The question is put anew, or the model asked again. */
  async #read({ requestId }: Informed): Promise<Exclude<Answer, Informed>> {
    const input = { caseId: this.#caseId, requestId };
    return await runNormally('readInformation', 'Read what the submitter answered', input);
  }

  #change(seen: string, change: (open: OpenQuestion) => void): void {
    if (this.#open && seen === this.#open.shown.seen) change(this.#open);
    else this.#early.set(seen, [...(this.#early.get(seen) ?? []), change]);
  }

  #refused(message: unknown, answer: Extract<VerdictAnswer, { accepted: false }>): void {
    this.#open?.refuse(refusedOf(message, answer, this.#open.refused));
    this.undo.refused(message, answer);
    if (this.#recalls > 0 && !this.#open) this.#late = [LATE];
  }
}

function byOf(answer: Answer): string | undefined {
  if (answer.kind === 'decided') return answer.decision.by;
  return answer.kind === 'settled-by-hand' ? answer.by : undefined;
}
