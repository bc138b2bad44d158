import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { Ports } from '../../src/activities/ports.ts';
import { openLedger } from '../../src/adapters/ledger/ledger.ts';
import { feed } from '../../src/dev/feeder.ts';
import { invoiceSamples, messageSamples, type Sample } from '../../src/dev/samples.ts';
import type { Stack } from '../../src/dev/stack.ts';
import { submitVerdict, verdictSignal, withdrawSignal, type VerdictAnswer } from '../../src/messages.ts';

/** One case in each state that a person may meet in the Temporal UI, by its case id. */
export interface Paths {
  straightThrough: string;
  amended: string;
  rejected: string;
  waiting: string;
  refusedVerdict: string;
  compensated: string;
  undoRefused: string;
  cancelled: string;
  withdrawn: string;
  sinkDown: string;
  modelRetrying: string;
}

/** Who does what: names that can be looked for in the pages. */
export const PEOPLE = {
  submitter: 'frank.field',
  amender: 'rosa.lindt',
  rejecter: 'tom.hale',
  withdrawer: 'mia.brandt',
  late: 'ivo.late',
  approver: 'lena.ortiz',
};

/** Why: texts that can be looked for in the pages. */
export const REASONS = {
  rejected: 'answered by telephone already',
  withdrawn: 'sent to us by mistake',
  supplierBlocked: { code: 'supplier-blocked', message: 'payments to this supplier are blocked' },
  periodClosed: { code: 'period-closed', message: 'the accounting period is closed' },
};

const PATIENCE_MS = 60_000;

/** Brings one case into each state, on a fresh stack. What misbehaves at the end still does when this returns. */
export async function bringAbout(stack: Stack): Promise<Paths> {
  const ledger = openLedger({ url: stack.databaseUrl, poolSize: 3 });
  const connection = await Connection.connect({ address: stack.temporalAddress });
  const temporal = new Client({ connection, namespace: stack.namespace });
  try {
    return await bring(stack, ledger.reviews, temporal);
  } finally {
    await connection.close();
    await ledger.close();
  }
}

async function bring(stack: Stack, reviews: Ports['reviews'], temporal: Client): Promise<Paths> {
  const easy = await messageSamples('sample');
  const odd = await messageSamples('outside');
  // One person decides about them, and they are written at once.
  const small = (truth: Record<string, unknown>) => Number(truth['grossTotal']) < 500_000;
  const invoices = (await invoiceSamples()).filter(
    ({ document, faults, truth }) => faults.length === 0 && document.mediaType === 'text/plain' && small(truth),
  );
  const running = (caseId: string) => temporal.workflow.getHandle(caseId);
  const submit = async (samples: readonly (Sample | undefined)[]): Promise<string[]> => {
    const given = samples.filter((one) => one !== undefined);
    const receipts = await feed(stack.apiUrl, given, PEOPLE.submitter);
    return receipts.map(({ sample, caseId, refused }) => {
      if (caseId === undefined) throw new Error(`${sample.caseKey}: ${refused}`);
      return caseId;
    });
  };
  /** The digest of the question that the case waits with. */
  const seenOf = async (caseId: string) =>
    (await until(`${caseId} waits for a person`, () => reviews.openTask(caseId))).seen;
  const signal = async (caseId: string, verdict: Record<string, unknown>) =>
    await running(caseId).signal(verdictSignal, { verdictId: `ui-${caseId}`, ...verdict });
  /** The activity when it is pending and was tried before. */
  const tried = async (caseId: string, activity: string) => {
    const { raw } = await running(caseId).describe();
    return raw.pendingActivities?.find((one) => one.activityType?.name === activity && (one.attempt ?? 0) > 1);
  };

  const [straightThrough = ''] = await submit([easy[0]]);
  const [amended = '', rejected = '', waiting = '', refusedVerdict = '', cancelled = '', withdrawn = ''] = await submit(
    odd.slice(0, 6),
  );
  await signal(amended, { verdict: 'amend', by: PEOPLE.amender, seen: await seenOf(amended), output: easy[1]?.truth });
  const rejection = { verdict: 'reject', by: PEOPLE.rejecter, seen: await seenOf(rejected), reason: REASONS.rejected };
  const args: [unknown] = [{ verdictId: 'ui-reject', ...rejection }];
  const answer: VerdictAnswer = await running(rejected).executeUpdate(submitVerdict, { args });
  if (!answer.accepted) throw new Error(answer.refusal.message);
  await seenOf(refusedVerdict);
  await signal(refusedVerdict, { verdict: 'approve', by: PEOPLE.late, seen: '000000000000' });
  await seenOf(cancelled);
  await running(cancelled).cancel();
  await seenOf(withdrawn);
  await running(withdrawn).signal(withdrawSignal, { by: PEOPLE.withdrawer, reason: REASONS.withdrawn });
  await seenOf(waiting);

  /** An invoice that goes straight through is not asked about; one that waits for a person is approved. */
  const approveIfAsked = async (sample: Sample | undefined, end: (caseId: string) => Promise<unknown>) => {
    const [caseId = ''] = await submit([sample]);
    let approved = '';
    await until(`${caseId} gets past its decision`, async () => {
      const task = await reviews.openTask(caseId);
      if (!task || task.seen === approved) return await end(caseId);
      if (task.reasons.some(({ code }) => code.startsWith('effect-') || code.startsWith('compensation-'))) return true;
      approved = task.seen;
      return await signal(caseId, { verdict: 'approve', by: PEOPLE.approver, seen: task.seen });
    });
    return caseId;
  };
  const misbehave = async (behaviour: Record<string, unknown>) =>
    await put(`${stack.businessUrl}/admin/behaviour`, behaviour);
  const notYet = () => Promise.resolve(undefined);
  await misbehave({ collection: 'payment-proposals', refuse: REASONS.supplierBlocked });
  const compensated = await approveIfAsked(invoices[0], notYet);
  await misbehave({ collection: 'postings', refuseReversal: REASONS.periodClosed });
  const undoRefused = await approveIfAsked(invoices[1], notYet);
  await misbehave({ collection: 'postings', down: true });
  const sinkDown = await approveIfAsked(invoices[2], (caseId) => tried(caseId, 'write'));

  await put(`${stack.modelUrl}/admin/behaviour`, { status: 429, code: 'rate_limit_exceeded', retryAfter: '60' });
  const [modelRetrying = ''] = await submit([easy[2]]);
  await until(`${modelRetrying} asks the model again`, () => tried(modelRetrying, 'callModel'));

  for (const caseId of [straightThrough, amended, rejected, withdrawn]) await running(caseId).result();
  await running(cancelled)
    .result()
    .catch(() => undefined);
  return {
    ...{ straightThrough, amended, rejected, waiting, refusedVerdict, cancelled, withdrawn },
    ...{ compensated, undoRefused, sinkDown, modelRetrying },
  };
}

async function put(url: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'PUT', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
}

async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const got = await ask();
    if (got !== undefined) return got;
    if (Date.now() > end) throw new Error(`in vain for ${PATIENCE_MS / 1000} s: ${what}`);
    await sleep(50);
  }
}
