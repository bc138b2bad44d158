import { condition, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { Answer, Held, ReviewQuestion, TaskStanding } from '../activities/question.ts';
import { groupsAfter } from '../domain/escalation.ts';
import type { ReviewPlan } from '../domain/plan.ts';
import type { Approvals } from '../domain/policy.ts';
import { codesOf } from '../domain/route.ts';
import { CS_DUE_AT, CS_GROUP, CS_REASONS, CS_STAGE } from '../messages.ts';
import { reviewDetails, type Refused, type Wait } from './details.ts';
import { quickly } from './steps.ts';
import type { Turn } from './turn.ts';

/** What comes next when nobody answers, and when (ms since 1970). */
type Step = { at: number } & ({ kind: 'escalate'; to: string } | { kind: 'deadline' } | { kind: 'information' });

/** What a question shows of itself while it is open. */
export type ShownQuestion = ReviewQuestion & { group: string; dueAt: string; held?: Held };

/** One question that is put to people: whom it asks, until when, who is asked next, and how Temporal shows it. */
export class OpenQuestion {
  readonly #caseId: string;
  readonly #plan: ReviewPlan;
  readonly #turn: Turn;
  #question: ReviewQuestion;
  #group: string;
  #rest: readonly string[];
  readonly #before: string[] = [];
  #escalateAt: number;
  #deadlineAt: number;
  #deadlinePassed = false;
  #held: Held | undefined;
  #dueAt = '';
  #wait: Wait;
  /** How often somebody else was asked by a message: what a step found out before that no longer counts. */
  #moves = 0;
  #changed = false;

  /** `turn`: of the messages to the case. A step of the plan waits for those that came before it. */
  constructor(caseId: string, question: ReviewQuestion, plan: ReviewPlan, turn: Turn) {
    this.#caseId = caseId;
    this.#plan = plan;
    this.#turn = turn;
    this.#question = question;
    const { groups = plan.groups, times } = question;
    this.#group = question.group ?? groups[0];
    this.#rest = question.rest ?? groupsAfter(this.#group, groups);
    this.#escalateAt = times ? Date.parse(times.escalateAt) : Date.now() + plan.escalateAfterMs;
    this.#deadlineAt = times ? Date.parse(times.deadlineAt) : Date.now() + plan.deadlineMs;
    this.#wait = { group: this.#group, until: undefined, next: '' };
  }

  get shown(): ShownQuestion {
    const held = this.#held ? { held: this.#held } : {};
    return { ...this.#question, group: this.#group, dueAt: this.#dueAt, ...held };
  }

  get refused(): Refused | undefined {
    return this.#wait.refused;
  }

  /** Waits for an answer, and takes the plan's steps while there is none. `take` gets what such a step came to. */
  async wait(isAnswered: () => boolean, take: (answer: Answer) => void): Promise<void> {
    const isWoken = () => isAnswered() || this.#changed;
    this.#show();
    for (;;) {
      const step = this.#next();
      if (!step) await condition(isWoken);
      else if (!(await this.#wokenBefore(step, isWoken)) && !this.#changed) {
        await this.#turn.over();
        // A message that came first may have answered the question, or moved its steps.
        if (isWoken()) continue;
        const standing = await this.#run(step);
        // A verdict may have been taken in meanwhile; the ledger then holds no other.
        if (standing) take(standing);
        if (isAnswered()) return;
        if (step.kind === 'escalate') this.#show();
        continue;
      }
      if (isAnswered()) return;
      this.#show();
    }
  }

  /** Takes in how the ledger says that the task stands: a verdict, or a calendar, has changed it. */
  apply({ group, rest, escalateAt, deadlineAt, held }: TaskStanding): void {
    if (group !== this.#group) {
      this.#moves += 1;
      this.#before.push(this.#group);
    }
    this.#group = group;
    this.#rest = rest;
    this.#escalateAt = Date.parse(escalateAt);
    this.#deadlineAt = Date.parse(deadlineAt);
    this.#held = held;
    this.#changed = true;
  }

  /** Shows the approvals that were given. An earlier one that is sent again has the answer of then. */
  approved(approvals: Approvals): void {
    if (approvals.by.length < (this.#question.approvals?.by.length ?? 0)) return;
    this.#question = { ...this.#question, approvals };
    this.#tell({ refused: { count: this.#wait.refused?.count ?? 0 } });
  }

  /** Shows a verdict that was refused. */
  refuse(refused: Refused): void {
    this.#tell({ refused });
  }

  #next(): Step | undefined {
    if (this.#held) return { kind: 'information', at: Date.parse(this.#held.answerBy) };
    if (this.#deadlinePassed) return undefined;
    const [to] = this.#rest;
    if (to !== undefined && this.#escalateAt < this.#deadlineAt) return { kind: 'escalate', at: this.#escalateAt, to };
    return { kind: 'deadline', at: this.#deadlineAt };
  }

  async #wokenBefore(step: Step, isWoken: () => boolean): Promise<boolean> {
    return await condition(isWoken, Math.max(step.at - Date.now(), 1), { summary: this.#summaryOf(step) });
  }

  #summaryOf(step: Step): string {
    if (step.kind === 'escalate') return `Escalate to ${step.to} unless answered`;
    return step.kind === 'deadline'
      ? `Deadline: ${this.#plan.deadlineDefault}`
      : 'Back to the reviewers unless the submitter answers';
  }

  async #run(step: Step): Promise<Answer | undefined> {
    if (step.kind === 'escalate') return await this.#escalate(step.to);
    return step.kind === 'deadline' ? await this.#deadline() : await this.#giveUp();
  }

  async #escalate(to: string): Promise<Answer | undefined> {
    const moves = this.#moves;
    const { remindAfterMs, escalateAfterMs } = this.#plan;
    const input = { caseId: this.#caseId, taskNo: this.#question.taskNo, group: to, remindAfterMs, from: this.#group };
    const came = await quickly('escalate', `Nobody answered: escalate to ${to}`, input);
    if (came !== null && came.kind !== 'asked') return came;
    if (moves !== this.#moves) return undefined;
    // Null, and no group: of a case that asked before the ledger's answer named them.
    const { group = to, rest = this.#rest.slice(1), times } = came ?? {};
    if (group !== this.#group) this.#before.push(this.#group);
    this.#group = group;
    this.#rest = rest;
    this.#escalateAt = times ? Date.parse(times.escalateAt) : this.#escalateAt + escalateAfterMs;
    if (times) this.#deadlineAt = Date.parse(times.deadlineAt);
    return undefined;
  }

  async #deadline(): Promise<Answer | undefined> {
    const { deadlineDefault, handTo } = this.#plan;
    const { taskKind, taskNo } = this.#question;
    // Only a proposal may be rejected by default; an effect in doubt always waits for a person.
    const kind = taskKind !== 'proposal' && deadlineDefault === 'reject' ? 'keep-waiting' : deadlineDefault;
    const group = kind === 'hand-to' ? handTo : undefined;
    const input = { caseId: this.#caseId, taskNo, kind, ...(group === undefined ? {} : { group }) };
    const moves = this.#moves;
    const answer = await quickly('applyDeadline', `Deadline passed: ${kind}${group ? ` ${group}` : ''}`, input);
    if (answer !== null) return answer;
    this.#deadlinePassed = true;
    if (group === undefined || moves !== this.#moves) {
      this.#tell({ until: undefined, next: 'the deadline has passed; the case keeps waiting' });
      return undefined;
    }
    this.#before.push(this.#group);
    this.#group = group;
    this.#rest = [];
    upsertSearchAttributes([{ key: CS_GROUP, value: group }]);
    this.#tell({
      group,
      until: undefined,
      next: 'the deadline has passed; nobody else is asked',
      before: this.#before,
    });
    return undefined;
  }

  async #giveUp(): Promise<Answer | undefined> {
    if (!this.#held) return undefined;
    const { requestId } = this.#held;
    const input = { caseId: this.#caseId, taskNo: this.#question.taskNo, requestId };
    const answer = await quickly('giveUpInformation', 'The submitter did not answer: back to the reviewers', input);
    // The question has ended meanwhile, by a message whose result is on its way here.
    if (answer === null) this.#held = undefined;
    return answer ?? undefined;
  }

  #show(): void {
    this.#changed = false;
    const step = this.#next();
    const dueAt = new Date(step?.at ?? this.#deadlineAt);
    this.#dueAt = dueAt.toISOString();
    upsertSearchAttributes([
      { key: CS_STAGE, value: this.#held ? 'information-asked' : 'review' },
      { key: CS_REASONS, value: codesOf(this.#question.reasons) },
      { key: CS_GROUP, value: this.#group },
      { key: CS_DUE_AT, value: dueAt },
    ]);
    const { held: _, ...wait } = this.#wait;
    this.#wait = this.#held ? { ...wait, held: this.#held } : wait;
    this.#tell({ group: this.#group, until: step && dueAt, next: this.#nextText(step), before: this.#before });
  }

  #nextText(step: Step | undefined): string {
    if (step?.kind === 'escalate') return `escalates to ${step.to}`;
    if (step?.kind === 'information') return 'the reviewers are asked again without the answer';
    if (!step) return 'the deadline has passed; the case keeps waiting';
    const { deadlineDefault, handTo = 'nobody' } = this.#plan;
    if (deadlineDefault === 'hand-to') return `it is handed to ${handTo}`;
    return deadlineDefault === 'reject' ? 'the case is rejected' : 'the case keeps waiting';
  }

  /** Changes some of what the current details say. */
  #tell(change: Partial<Wait>): void {
    this.#wait = { ...this.#wait, ...change };
    setCurrentDetails(reviewDetails(this.#question, this.#caseId, this.#wait));
  }
}
