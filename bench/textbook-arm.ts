import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import pg from 'pg';
import type { Log } from '../src/dev/children.ts';
import { jsonLine, startNodeProcess } from '../src/dev/processes.ts';
import type { Stack } from '../src/dev/stack.ts';
import type { Arm } from './arm.ts';
import { messagesFor } from './messages.ts';
import type { PersonsVerdict, TextbookCase } from './textbook/types.ts';
import { personsVerdict, textbookCase } from './textbook/workflow.ts';

const TASK_QUEUE = 'textbook';

/** The textbook workflow: started by `client.workflow.start`, its own worker process on its own task queue. */
export async function textbookArm(stack: Stack, temporal: Client, log: Log): Promise<Arm> {
  const start = () =>
    startNodeProcess({
      name: 'textbook-worker',
      file: fileURLToPath(new URL('./textbook/worker.ts', import.meta.url)),
      env: {
        ...stack.env,
        TEXTBOOK_TASK_QUEUE: TASK_QUEUE,
        TEXTBOOK_MODEL: stack.env['COUNTERSIGN_MODEL']?.split('/')[1] ?? '',
        TEXTBOOK_HELP_DESK: `${stack.businessUrl}/help-desk`,
      },
      stateDir: stack.stateDir,
      log,
      ready: (line) => jsonLine<{ maxCachedWorkflows: number }>(line),
    });
  const worker = await start();
  const pool = new pg.Pool({ connectionString: stack.databaseUrl, max: 2 });
  const arm: Arm = {
    name: 'textbook',
    worker,
    cachedCases: worker.ready.maxCachedWorkflows,
    messages: await messagesFor('tb'),
    async submit(route, { key, text }) {
      const input: TextbookCase = { caseId: key, text, askPerson: route === 'reviewed' };
      await temporal.workflow.start(textbookCase, { workflowId: key, taskQueue: TASK_QUEUE, args: [input] });
      return key;
    },
    async written(workflowId) {
      const { outcome } = await temporal.workflow.getHandle<typeof textbookCase>(workflowId).result();
      if (outcome !== 'written') throw new Error(`${workflowId}: ${outcome}, not written`);
    },
    async waiting() {
      const { rows } = await pool.query<{ open: string }>(
        `select count(*) as open from textbook.proposals p
         where needs_person and not exists (select from textbook.decisions d where d.case_id = p.case_id)`,
      );
      return Number(rows[0]?.open ?? 0);
    },
    readQuestions: () => Promise.resolve(),
    async approve(workflowId) {
      const verdict: PersonsVerdict = { approved: true, by: 'bench.reviewer' };
      await temporal.workflow.getHandle(workflowId).signal(personsVerdict, verdict);
    },
    referenceOf: (workflowId) => workflowId,
    async restartWorker() {
      await arm.worker.stop(60_000);
      arm.worker = await start();
    },
    close: () => pool.end(),
  };
  return arm;
}
