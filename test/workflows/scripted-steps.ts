import { Context } from '@temporalio/activity';
import type { Answer, DecisionRef, Question, ReviewQuestion } from '../../src/activities/question.ts';
import type { Steps, VerdictJudged } from '../../src/activities/steps.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { TaskKind, Verdict } from '../../src/domain/verdict.ts';
import { failure } from '../../src/failures.ts';

export const POST = { name: 'post', title: 'Post 12.00 EUR' };
export const PAY = { name: 'pay', title: 'Pay 12.00 EUR' };

/** Durations in milliseconds; long by default, so that nothing fires unasked. */
export function planOf(review: Partial<Plan['review']> = {}, asking: Partial<Plan['asking']> = {}): Plan {
  const hour = 3_600_000;
  return {
    packId: 'test-pack',
    packVersion: '1.0.0',
    packHash: 'hash-1',
    owner: 'olga',
    threshold: 0.8,
    models: [
      { provider: 'p', model: 'm-1', timeoutMs: 5000, attempts: 2 },
      { provider: 'p', model: 'm-2', timeoutMs: 5000, attempts: 1 },
    ],
    review: {
      groups: ['clerks', 'leads'],
      remindAfterMs: hour,
      escalateAfterMs: 24 * hour,
      deadlineMs: 240 * hour,
      deadlineDefault: 'keep-waiting',
      fourEyes: true,
      ...review,
    },
    asking: {
      patienceMs: 0,
      budget: { perCaseMicros: null, perDayMicros: null, whenSpent: 'person' },
      answersGoodForMs: 0,
      hedge: false,
      ...asking,
    },
  };
}

export function accept(decisionNo = 1, effects = [POST], by = 'policy (test-pack 1.0.0)'): DecisionRef {
  return { decisionNo, kind: 'accept', by, effects };
}

export function seenOf(taskNo: number): string {
  return `seen-of-task-${taskNo}`;
}

export function questionOf(taskNo: number, taskKind: TaskKind = 'proposal'): ReviewQuestion {
  const reasons = [{ code: 'low-confidence', message: 'amount: confidence 0.31 is below 0.80' } as const];
  return { kind: 'review', taskNo, taskKind, seen: seenOf(taskNo), reasons, effects: [POST.title] };
}

export interface Call {
  name: keyof Steps;
  input: Record<string, unknown>;
  isLocal: boolean;
  attempt: number;
}

/**
 * Activities by script. What a test does not script takes the straight way; a `judgeVerdict` that is not scripted keeps
 * the ledger's promises: one answer per question, the first answer again for a repeat.
 */
export function scriptedSteps(script: Partial<Steps> = {}, effects = [POST]) {
  const calls: Call[] = [];
  const judged = new Map<string, VerdictJudged>();
  let open: ReviewQuestion | undefined;
  let decisions = 0;

  const answerTo = (verdict: Verdict, kind: TaskKind): Answer => {
    if (verdict.verdict === 'confirm') return { kind: 'settled-by-hand', by: verdict.by };
    if (verdict.verdict === 'approve' && kind !== 'proposal') return { kind: 'try-again' };
    decisions += 1;
    if (verdict.verdict !== 'reject') return { kind: 'decided', decision: accept(decisions, effects, verdict.by) };
    const { by, reason } = verdict;
    return { kind: 'decided', decision: { decisionNo: decisions, kind: 'reject', by, reason, effects: [] } };
  };
  const judge = (message: unknown): VerdictJudged => {
    const verdict = message as Verdict | null | undefined;
    const verdictId = verdict?.verdictId ?? 'malformed';
    const former = judged.get(verdictId);
    if (former) return former;
    const refuse = (code: 'malformed' | 'case-not-waiting' | 'stale'): VerdictJudged => ({
      answer: { accepted: false, verdictId, refusal: { code, message: code } },
    });
    if (!verdict?.verdictId) return refuse('malformed');
    if (!open) return refuse('case-not-waiting');
    if (verdict.seen !== open.seen) return refuse('stale');
    const result: VerdictJudged = { answer: { accepted: true, verdictId }, then: answerTo(verdict, open.taskKind) };
    judged.set(verdictId, result);
    open = undefined;
    return result;
  };

  const steps: Steps = {
    ingest: () => Promise.resolve({ kind: 'ready', plan: planOf(), unreadable: [], lastTaskNo: 0 }),
    callModel: ({ model }) => Promise.resolve({ callId: 'call-1', outcome: 'ok', model: model.model, costMicros: 70 }),
    validate: () => Promise.resolve({ kind: 'straight-through', decision: accept(++decisions, effects) }),
    judgeVerdict: ({ message }) => Promise.resolve(judge(message)),
    escalate: () => Promise.resolve(null),
    applyDeadline: () => Promise.resolve(null),
    endUndo: () => Promise.resolve(null),
    write: ({ effect }) => Promise.resolve({ kind: 'applied', reference: `ref-${effect}` }),
    compensate: () => Promise.resolve({ kind: 'compensated' }),
    askAboutEffect: ({ taskNo, kind }) => Promise.resolve(questionOf(taskNo, kind)),
    moveToCurrentPack: () => Promise.resolve({ ...planOf(), packHash: 'hash-2', packVersion: '2.0.0' }),
    closeCase: () => Promise.resolve(),
    judgeWithdrawal: () => Promise.resolve(true),
    effectsToReverse: () => Promise.resolve([]),
    sweep: () => Promise.resolve({ started: [], orphaned: [], resent: [], askedAgain: [] }),
    watchFeeds: () => Promise.resolve({ stale: [], fresh: [] }),
    replanReviews: () => Promise.resolve({ looked: 0, told: 0, more: false }),
    replanTask: () => Promise.resolve(null),
    waitForModel: () => Promise.resolve(1),
    takeInformation: () =>
      Promise.resolve({
        answer: { accepted: false, answerId: 'a', refusal: { code: 'no-such-request', message: '' } },
      }),
    readInformation: () => Promise.reject(new Error('nothing was answered')),
    giveUpInformation: () => Promise.resolve(null),
    recallTask: () => Promise.resolve(true),
    ...script,
  };
  const recorded = Object.entries(steps).map(([name, step]) => [
    name,
    async (input: never) => {
      const { isLocal, attempt } = Context.current().info;
      calls.push({ name: name as keyof Steps, input, isLocal, attempt });
      const result = await (step as (given: never) => Promise<Question | undefined>)(input);
      // As in the ledger, a question is open from the moment it is recorded.
      if (result?.kind === 'review') open = result;
      return result;
    },
  ]);
  return {
    activities: Object.fromEntries(recorded) as Steps,
    calls,
    /** The inputs of one step's calls, in order. */
    inputs: (name: keyof Steps) => calls.filter((call) => call.name === name).map(({ input }) => input),
    names: () => calls.map(({ name }) => name),
  };
}

/** Asks a person about every proposal. */
export const alwaysReview: Pick<Steps, 'validate'> = {
  validate: ({ taskNo }) => Promise.resolve(questionOf(taskNo)),
};

/** Answers one after the other, the last one again and again; an Error is thrown. */
export function inTurn<Name extends keyof Steps>(
  ...results: (Awaited<ReturnType<Steps[Name]>> | Error)[]
): Steps[Name] {
  const left = [...results];
  const step = () => {
    const next = left.length > 1 ? left.shift() : left[0];
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  return step as unknown as Steps[Name];
}

export const ledgerDown = () => failure('LedgerUnavailable', 'PostgreSQL did not answer');
