import type { EffectRecord } from '../../src/activities/effect-ports.ts';
import type { DecisionRecord, Judged, TaskOpening } from '../../src/activities/review-ports.ts';
import type { Ports } from '../../src/activities/ports.ts';
import { groupsAfter } from '../../src/domain/escalation.ts';
import { withApproval } from '../../src/domain/policy.ts';
import { withdrawalRefusalOf } from '../../src/domain/undo.ts';
import { approvedBefore } from '../../src/domain/verdict.ts';
import type { FakeLedger, Task } from './fake-ledger.ts';

type Recorded = Parameters<Ports['reviews']['record']>[0];

/** Review tasks, verdicts and decisions of the ledger in memory. */
export function fakeReviews(ledger: FakeLedger): Ports['reviews'] {
  const taskOf = (caseId: string, taskNo: number) =>
    ledger.tasks.find((task) => task.caseId === caseId && task.taskNo === taskNo);
  const onTask = (caseId: string, taskNo: number) =>
    ledger.decisions.find((one) => one.caseId === caseId && one.taskNo === taskNo);
  const ofCase = (caseId: string) => ledger.decisions.filter((one) => one.caseId === caseId);
  const restOf = ({ caseId, group, groups, rest }: Task) =>
    rest ?? groupsAfter(group, groups ?? ledger.case(caseId).plan?.review.groups ?? []);
  const openRequest = ({ caseId, taskNo }: Task) =>
    ledger.requests.find((one) => one.caseId === caseId && one.taskNo === taskNo && !one.answeredAt && !one.givenUpAt);
  const decide = (made: Omit<DecisionRecord, 'decisionNo'>): DecisionRecord => {
    const decision = { ...made, decisionNo: ofCase(made.caseId).length + 1 };
    ledger.decisions.push(decision);
    ledger.audit.push(`decision ${decision.decisionNo} ${decision.kind}`);
    const task = made.taskNo === null ? undefined : taskOf(made.caseId, made.taskNo);
    if (task) task.open = false;
    void ledger.change(
      made.caseId,
      made.kind === 'reject'
        ? { outcome: 'rejected', stage: 'closed' }
        : { stage: made.undo ? 'undo-window' : 'deciding' },
    );
    return decision;
  };
  const settleEffect = (task: Task, state: EffectRecord['state'], change: Partial<EffectRecord>) => {
    const effect = ledger.effects.get(task.effectKey ?? '');
    if (effect) ledger.effects.set(effect.key, { ...effect, state, ...change });
  };
  const withdrawnOf = (caseId: string, decisionNo: number) =>
    ledger.withdrawn.find((one) => one.caseId === caseId && one.decisionNo === decisionNo);
  const withdraw = (caseId: string, { by, seen, reason }: Recorded['verdict']): Judged => {
    const { outcome, stage } = ledger.case(caseId);
    const { undo, decisionNo = 0 } = ofCase(caseId).at(-1) ?? {};
    const standing = { caseId, outcome, stage, undo, withdrawnBy: withdrawnOf(caseId, decisionNo)?.by };
    const refused = withdrawalRefusalOf(seen, standing, ledger.clock());
    if (refused) return { kind: 'refused', refusal: refused };
    ledger.withdrawn.push({ caseId, decisionNo, by, ...(reason === undefined ? {} : { reason }) });
    ledger.audit.push(`withdrawn ${decisionNo}`);
    void ledger.change(caseId, { stage: 'proposing' });
    return { kind: 'accepted', decision: null, withdrawn: decisionNo };
  };
  const open = (task: TaskOpening): Promise<void> => {
    if (taskOf(task.caseId, task.taskNo)) return Promise.resolve();
    for (const older of ledger.tasks) if (older.caseId === task.caseId) older.open = false;
    const opened = { ...task, open: true };
    ledger.tasks.push(opened);
    ledger.openedAt.set(opened, ledger.clock());
    ledger.audit.push(`task ${task.taskNo} ${task.kind}`);
    return ledger.change(task.caseId, { stage: 'review' });
  };
  const judge = (input: Recorded): Judged => {
    const { caseId, verdict, refusal, decide: decides, confirm, retry } = input;
    if (refusal) return { kind: 'refused', refusal };
    if (input.withdraw) return withdraw(caseId, verdict);
    const taskNo = (decides ?? input.askAnew ?? confirm ?? retry ?? input.move ?? input.ask)?.taskNo ?? 0;
    const task = taskOf(caseId, taskNo);
    if (!task?.open) {
      const adopted = onTask(caseId, taskNo);
      const closed = { code: 'already-decided', message: 'The question was already answered.' } as const;
      return { kind: 'refused', refusal: closed, ...(adopted ? { adopted } : {}) };
    }
    if (input.move) {
      const { group, rest, times } = input.move.to;
      Object.assign(task, { group, rest }, times);
      ledger.askedAt.set(task, ledger.clock());
      return { kind: 'accepted', decision: null, changed: taskNo };
    }
    if (input.ask) {
      const none = { answeredAt: null, givenUpAt: null, taskOpen: true };
      ledger.requests.push({ ...input.ask.request, caseId, taskNo, askedAt: ledger.clock(), ...none });
      void ledger.change(caseId, { stage: 'information-asked' });
      return { kind: 'accepted', decision: null, changed: taskNo };
    }
    if (input.askAnew) {
      void open(input.askAnew.opening);
      return { kind: 'accepted', decision: null, askedAnew: input.askAnew.opening.taskNo };
    }
    const counts = decides?.kind === 'accept' ? task.approvals : undefined;
    const twice = approvedBefore(verdict.by, counts);
    if (twice) return { kind: 'refused', refusal: twice };
    const approvals = counts && withApproval(counts, verdict.by, input.inPlaceOf);
    if (approvals && approvals.by.length < approvals.needed) {
      task.approvals = approvals;
      return { kind: 'accepted', decision: null, approvals: task.approvals };
    }
    task.open = false;
    if (decides) {
      const by = { kind: 'reviewer', name: verdict.by } as const;
      if (decides.kind === 'reject') settleEffect(task, 'abandoned', {});
      return {
        kind: 'accepted',
        decision: decide({
          ...{ caseId, by, reason: verdict.reason ?? null },
          ...decides,
          ...(approvals ? { approvedBy: approvals.by } : {}),
        }),
      };
    }
    const done = task.kind === 'compensation' ? 'compensated' : 'applied';
    if (confirm) settleEffect(task, done, done === 'applied' ? { reference: 'confirmed by hand' } : {});
    else if (task.kind === 'compensation') settleEffect(task, 'applied', { undoCalled: false });
    else settleEffect(task, 'pending', { called: false });
    return { kind: 'accepted', decision: null, settled: confirm ? 'by-hand' : 'try-again' };
  };
  return {
    open,
    task: (caseId, taskNo) => {
      const task = taskOf(caseId, taskNo);
      return Promise.resolve(task && { ...task, openedAt: ledger.openedAt.get(task) ?? ledger.clock() });
    },
    standing: (caseId, taskNo) => {
      const task = taskOf(caseId, taskNo);
      if (!task?.open) return Promise.resolve(undefined);
      const { group, dueAt, escalateAt } = task;
      const held = openRequest(task);
      const askedAt = ledger.askedAt.get(task) ?? ledger.openedAt.get(task) ?? ledger.clock();
      const more = { ...(escalateAt ? { escalateAt } : {}), ...(held ? { held } : {}) };
      return Promise.resolve({ taskNo, group, rest: restOf(task), askedAt, dueAt, ...more });
    },
    openTask: (caseId) => {
      const task = ledger.tasks.findLast((one) => one.caseId === caseId && one.open);
      if (!task) return Promise.resolve(undefined);
      const { submittedBy, plan } = ledger.case(caseId);
      const broken = task.rules.filter(({ severity, holds }) => severity === 'hard' && !holds);
      return Promise.resolve({
        ...task,
        hasProposal: task.output !== null,
        brokenHardRules: broken.map(({ name }) => name),
        submittedBy,
        rest: restOf(task),
        held: openRequest(task) !== undefined,
        ...(plan?.review.information ? { information: plan.review.information } : {}),
        fourEyes: plan?.review.fourEyes ?? false,
        planGroups: plan?.review.groups ?? [],
        ...(plan?.review.unattested ? { unattested: plan.review.unattested } : {}),
        ...(plan?.review.passkey ? { passkey: plan.review.passkey } : {}),
        ...(plan?.review.undo ? { undo: plan.review.undo } : {}),
        ...(plan?.review.levels ? { levels: plan.review.levels } : {}),
      });
    },
    recall: (caseId, taskNo) => {
      const task = taskOf(caseId, taskNo);
      if (task) task.open = false;
      return Promise.resolve(task !== undefined);
    },
    viewed: () => Promise.resolve(),
    record: (input) => {
      const judged = judge(input);
      if (judged.kind === 'accepted' && input.countersignature) ledger.signed.push(input.countersignature);
      ledger.verdicts.push({ ...input, judged });
      if (judged.kind === 'refused')
        ledger.refusals.push({ ...input, refusal: judged.refusal, verdictId: input.verdict.verdictId });
      return Promise.resolve(judged);
    },
    former: (caseId, verdictId) =>
      Promise.resolve(ledger.verdicts.find((one) => one.caseId === caseId && one.verdict.verdictId === verdictId)),
    malformed: (caseId, _, refusal, verdictId) => {
      ledger.refusals.push({ caseId, refusal, verdictId });
      return Promise.resolve();
    },
    escalate: (caseId, taskNo, group, times, from) => {
      const task = taskOf(caseId, taskNo);
      const rest = task?.rest && groupsAfter(group, task.rest);
      if (task?.open && (from ?? task.group) === task.group)
        Object.assign(task, times, { group }, rest ? { rest } : {});
      return Promise.resolve(onTask(caseId, taskNo));
    },
    deadline: (caseId, taskNo, kind, handTo) => {
      const standing = onTask(caseId, taskNo);
      const task = taskOf(caseId, taskNo);
      if (task?.open && handTo) Object.assign(task, handTo.times, { group: handTo.group });
      if (standing || kind === 'keep-waiting') return Promise.resolve(standing);
      const by = { kind: 'policy', rule: 'deadline' } as const;
      const reason = 'Nobody answered by the deadline';
      return Promise.resolve(decide({ caseId, kind, by, output: null, effects: [], reason, taskNo }));
    },
    endUndo: (caseId, decisionNo) => {
      const { by, reason } = withdrawnOf(caseId, decisionNo) ?? {};
      if (by !== undefined) return Promise.resolve(reason === undefined ? { by } : { by, reason });
      if (ledger.case(caseId).stage === 'undo-window') void ledger.change(caseId, { stage: 'deciding' });
      return Promise.resolve(undefined);
    },
    decideByPolicy: (decision) => {
      const before = ofCase(decision.caseId).find(({ by, taskNo }) => by.kind === 'policy' && taskNo === null);
      return Promise.resolve(before ?? decide(decision));
    },
    decision: (caseId, decisionNo) => Promise.resolve(ofCase(caseId).find((one) => one.decisionNo === decisionNo)),
    latestDecision: (caseId) => Promise.resolve(ofCase(caseId).at(-1)),
    acceptedVerdict: (caseId) =>
      Promise.resolve(
        ledger.verdicts.findLast((one) => one.caseId === caseId && one.judged.kind === 'accepted')?.verdict,
      ),
  };
}
