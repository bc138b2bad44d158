import type { ShownCall, ShownCase } from '../countersignature/shown.ts';
import { failure } from '../failures.ts';
import type { CaseInput, CaseRecord } from './case-ports.ts';
import type { Ports } from './ports.ts';

/** What stands beside a question: the case as it came in and is pinned, and the model call that gave the proposal. */
export interface AboutCase {
  shown: ShownCase;
  call: ShownCall | undefined;
}

/** `known`: what ingest made of the case, where the caller has it already. */
export async function aboutCase(
  { cases, modelCalls }: Pick<Ports, 'cases' | 'modelCalls'>,
  { caseId, submittedBy, documents, answers, plan }: CaseRecord,
  callId: string | null,
  known?: CaseInput,
): Promise<AboutCase> {
  if (!plan) throw failure('NotStarted', `${caseId}: no plan`);
  const [input, call] = await Promise.all([
    known ?? cases.input(caseId),
    callId === null ? undefined : modelCalls.get(callId),
  ]);
  const { sources = [], findings = [] } = input ?? {};
  const all = [...documents, ...answers];
  return { shown: { caseId, submittedBy, documents: all, plan, sources, findings }, call };
}
