import type { BookEntry } from '../../src/dev/books.ts';
import type { CallFacts, CaseFacts, Facts, TaskFacts } from '../../src/dev/drill/facts.ts';
import type { Course } from '../../src/dev/drill/row.ts';

/** Facts as a scenario leaves them; each test says only what matters to it. */
export const right = { intent: 'card_lost', queue: 'cards' };

export function aCase(caseId: string, more: Partial<CaseFacts> = {}): CaseFacts {
  return {
    caseId,
    packId: 'ticket-triage',
    truth: right,
    record: { stage: 'closed', outcome: 'written', threshold: 0.6, findings: [] },
    run: { running: false, events: 24 },
    tasks: [],
    decision: { byPolicy: true, output: right, confidence: { intent: 0.9 } },
    calls: [aCall()],
    ...more,
  };
}

export function aTask(more: Partial<TaskFacts> = {}): TaskFacts {
  return { kind: 'proposal', open: false, reasons: [], output: right, rules: [], confidence: { intent: 0.9 }, ...more };
}

export function aCall(more: Partial<CallFacts> = {}): CallFacts {
  return {
    requestHash: 'question',
    model: 'stand-in-large',
    outcome: 'ok',
    failureType: null,
    costMicros: 100,
    reservedMicros: 400,
    responseId: 'resp_1',
    latencyMs: 5,
    possiblyPaid: false,
    reused: false,
    ...more,
  };
}

export function booked(caseId: string, more: Partial<BookEntry> = {}): BookEntry {
  const reference = `${caseId}/1/ticket`;
  return {
    id: `tickets-${caseId}`,
    collection: 'tickets',
    kind: 'entry',
    key: null,
    reference,
    body: { caseId },
    reversed: false,
    ...more,
  };
}

export function facts(cases: CaseFacts[], more: Partial<Facts> = {}): Facts {
  return { cases, books: [], effects: [], provided: [], ...more };
}

export const course: Course = {
  scenario: 'calm',
  title: 'nothing misbehaves',
  resubmitted: 0,
  peakBacklog: 0,
  recoverMs: 0,
  met: 1,
  seconds: 1,
  notes: [],
  faults: [],
};
