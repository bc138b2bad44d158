import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Stack } from '../src/dev/stack.ts';
import { idempotencyKeyOf } from '../src/domain/decision.ts';
import { verdictSignal } from '../src/messages.ts';
import { readConfig } from '../src/worker/config.ts';
import { compose } from '../src/worker/ports.ts';
import type { Arm } from './arm.ts';
import { REVIEWED, STRAIGHT } from './bench-pack.ts';
import { messagesFor } from './messages.ts';

const END_MS = 120_000;

/** The real system: the case client, the real worker process, ledger, audit and outbox, on its own task queue. */
export async function countersignArm(stack: Stack, temporal: Client): Promise<Arm> {
  const config = readConfig({ ...process.env, ...stack.env });
  const { client, ledger, close } = await compose(config, temporal);
  const start = () => stack.startWorker({}, 'countersign-worker');
  const worker = await start();
  await pauseSweep(temporal, `${config.COUNTERSIGN_TASK_QUEUE}-sweep`);
  const seen = new Map<string, string>();
  const arm: Arm = {
    name: 'countersign',
    worker,
    cachedCases: config.COUNTERSIGN_CACHED_CASES,
    messages: await messagesFor('cs'),
    async submit(route, { key, text }) {
      const bytes = Buffer.from(text, 'utf8');
      const documents = [{ name: 'message.txt', mediaType: 'text/plain', bytes }];
      const packId = route === 'straight' ? STRAIGHT : REVIEWED;
      const { caseId, started } = await client.submit({ packId, caseKey: key, documents, channel: 'bench' });
      if (!started) throw new Error(`${caseId}: accepted, but not started at once`);
      return caseId;
    },
    async written(caseId) {
      const result = await client.outcome(caseId, END_MS);
      if (result?.outcome !== 'written') throw new Error(`${caseId}: ${result?.outcome ?? 'still open'}, not written`);
    },
    async waiting() {
      const open = await ledger.db
        .selectFrom('review_tasks')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('closed_at', 'is', null)
        .executeTakeFirstOrThrow();
      return Number(open.count);
    },
    async readQuestions() {
      const open = ledger.db.selectFrom('review_tasks').select(['case_id', 'seen']).where('closed_at', 'is', null);
      for (const task of await open.execute()) seen.set(task.case_id, task.seen);
    },
    async approve(caseId) {
      const verdict = {
        verdictId: `${caseId}-bench`,
        verdict: 'approve',
        by: 'bench.reviewer',
        seen: seen.get(caseId),
      };
      await temporal.workflow.getHandle(caseId).signal(verdictSignal, verdict);
    },
    referenceOf: (caseId) => idempotencyKeyOf(caseId, 1, 'ticket'),
    async restartWorker() {
      await arm.worker.stop(100_000);
      arm.worker = await start();
    },
    close,
  };
  return arm;
}

/** The sweep would add its own actions to the counter. */
async function pauseSweep(temporal: Client, scheduleId: string): Promise<void> {
  await temporal.schedule.getHandle(scheduleId).pause('bench');
  // One that has just been started may still run.
  await sleep(1_000);
}
