// The worker of the textbook workflow: a process of its own with the SDK's default options. Prints one line of JSON when
// it is ready; stops on SIGTERM and SIGINT.
import { fileURLToPath } from 'node:url';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { OpenAI } from 'openai';
import pg from 'pg';
import { textbookActivities } from './activities.ts';
import { TABLES } from './tables.ts';

const { DATABASE_URL, OPENAI_BASE_URL, OPENAI_API_KEY, TEXTBOOK_TASK_QUEUE, TEXTBOOK_MODEL, TEXTBOOK_HELP_DESK } =
  process.env;

Runtime.install({ logger: new DefaultLogger('WARN') });
const pool = new pg.Pool({ connectionString: DATABASE_URL });
await pool.query(TABLES);
const openai = new OpenAI({
  baseURL: OPENAI_BASE_URL,
  apiKey: OPENAI_API_KEY ?? 'none',
  maxRetries: 0,
  logLevel: 'off',
});
const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
const connection = await NativeConnection.connect(connectionOptions);
const worker = await Worker.create({
  connection,
  namespace,
  taskQueue: TEXTBOOK_TASK_QUEUE ?? 'textbook',
  workflowsPath: fileURLToPath(new URL('./workflow.ts', import.meta.url)),
  activities: textbookActivities({
    pool,
    openai,
    model: TEXTBOOK_MODEL ?? 'stand-in-large',
    helpDesk: TEXTBOOK_HELP_DESK ?? '',
  }),
});
const { maxCachedWorkflows } = worker.options;
process.stdout.write(`${JSON.stringify({ ready: 'textbook', pid: process.pid, maxCachedWorkflows })}\n`);
try {
  await worker.run();
} finally {
  await pool.end();
  await connection.close();
}
