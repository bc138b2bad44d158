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
  compensationRefused: string;
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
  payer: 'lena.ortiz',
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
  const easy = (await messageSamples('sample')).slice(0, 2);
  const odd = (await messageSamples('outside')).slice(0, 6);
  const invoices = (await invoiceSamples()).filter(
    ({ caseKey, faults, document }) => faults.length === 0 && caseKey.endsWith('-2') && document.mediaType === 'text/plain',
  );
  const ids = new Map<Sample, string>();
  const submit = async (samples: Sample[]) => {
    for (const { sample, caseId, refused } of await feed(stack.apiUrl, samples, PEOPLE.submitter)) {
      if (caseId === undefined) throw new Error(`${sample.caseKey}: ${refused}`);
      ids.set(sample, caseId);
    }
  };
  const idOf = (sample: Sample | undefined) => (sample && ids.get(sample)) ?? '';
  const asked = (caseId: string) => until(`${caseId} waits`, () => reviews.openTask(caseId));
  const running = (caseId: string) => temporal.workflow.getHandle(caseId);

  // Two invoices wait for a person before the business system misbehaves.
  const [compensated, compensationRefused, sinkDown] = invoices;
  await submit([easy[0], ...odd, compensated, compensationRefused, sinkDown].filter((one) => one !== undefined));

  const straightThrough = idOf(easy[0]);
  await temporal.workflow.getHandle(straightThrough).result();

  const [amended, rejected, waiting, refusedVerdict, cancelled, withdrawn] = odd.map(idOf);
  const amendment = { intent: 'lost_or_stolen_card', queue: 'cards', priority: 'urgent', outOfScope: false };
  void amendment;
  const seenOf = async (caseId = '') => (await asked(caseId)).seen;
  await running(amended ?? '').signal(verdictSignal, {
    verdictId: 'ui-amend',
    verdict: 'amend',
    by: PEOPLE.amender,
    seen: await seenOf(amended),
    output: easy[1]?.truth,
  });
  const answer: VerdictAnswer = await running(rejected ?? '').executeUpdate(submitVerdict, {
    args: [
      {
        verdictId: 'ui-reject',
        verdict: 'reject',
        by: PEOPLE.rejecter,
        seen: await seenOf(rejected),
        reason: 'answered by telephone already',
      },
    ],
  });
  if (!answer.accepted) throw new Error(answer.refusal.message);
  await seenOf(refusedVerdict);
  await running(refusedVerdict ?? '').signal(verdictSignal, {
    verdictId: 'ui-late',
    verdict: 'approve',
    by: PEOPLE.late,
    seen: '000000000000',
  });
  await seenOf(cancelled);
  await running(cancelled ?? '').cancel();
  await seenOf(withdrawn);
  await running(withdrawn ?? '').signal(withdrawSignal, { by: PEOPLE.withdrawer, reason: 'sent to us by mistake' });
  await seenOf(waiting);

  void sleep;
  return {
    straightThrough,
    amended: amended ?? '',
    rejected: rejected ?? '',
    waiting: waiting ?? '',
    refusedVerdict: refusedVerdict ?? '',
    cancelled: cancelled ?? '',
    withdrawn: withdrawn ?? '',
    compensated: idOf(compensated),
    compensationRefused: idOf(compensationRefused),
    sinkDown: idOf(sinkDown),
    modelRetrying: '',
  };
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
