import type { Countersignatures } from '../../src/activities/countersign-ports.ts';
import { shownOf } from '../../src/countersignature/shown.ts';
import type { FakeLedger } from './fake-ledger.ts';

/** What is countersigned, held against the ledger in memory. `held` has a line for each thing that was noticed. */
export function fakeCountersignatures(ledger: FakeLedger): Countersignatures {
  return {
    ground: (caseId, decisionNo) => {
      const decision = ledger.decisions.find((one) => one.caseId === caseId && one.decisionNo === decisionNo);
      if (!decision) return Promise.resolve(undefined);
      const { taskNo, grounds, seal } = decision;
      const { submittedBy, documents: received, answers, owner, plan, input } = ledger.case(caseId);
      const documents = [...received, ...answers];
      const task = ledger.tasks.find((one) => one.caseId === caseId && one.taskNo === taskNo);
      const byPolicy = grounds
        ? ({ ...grounds, ...decision, taskNo: null, kind: 'straight-through', reasons: [] } as const)
        : undefined;
      const on = task ?? byPolicy;
      const call = ledger.calls.get(task?.callId ?? grounds?.callId ?? '');
      const { sources = [], findings = [] } = input ?? {};
      const shown = plan && on && shownOf({ caseId, submittedBy, documents, plan, sources, findings }, on, call);
      const effects = [...ledger.effects.values()]
        .filter((one) => one.caseId === caseId && one.decisionNo === decisionNo)
        .map(({ effect, state, called }) => [effect.name, { state, called, prepared: effect }] as const);
      return Promise.resolve({
        ...{ decision, shown: shown ?? undefined, digest: task?.digest ?? null, documents, owner },
        signatures: [...ledger.signed.filter(({ statement }) => statement.caseId === caseId), ...(seal ? [seal] : [])],
        effects: Object.fromEntries(effects),
      });
    },
    tampered: ({ decisionNo, effect, faults }) => {
      ledger.audit.push(`tampering ${decisionNo} ${effect}`);
      ledger.held.push(...faults);
      return Promise.resolve();
    },
    factsChanged: ({ decisionNo, changed }) => {
      ledger.audit.push(`facts-changed ${decisionNo}`);
      ledger.held.push(...changed.map(({ name }) => name));
      return Promise.resolve();
    },
  };
}
