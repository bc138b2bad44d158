import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { sql } from 'kysely';
import { pino } from 'pino';
import { createActivities } from '../activities/index.ts';
import type { Ledger } from '../adapters/ledger/ledger.ts';
import { workflowBundle } from './bundle.ts';
import { readConfig } from './config.ts';
import { serveHealth } from './health.ts';
import { sendNotices } from './notices.ts';
import { notifiersOf } from './notifiers.ts';
import { compose } from './ports.ts';
import { registerSearchAttributes, scheduleReplan, scheduleSweep, scheduleWatchFeeds } from './temporal-setup.ts';

/** Longer than any pack's model timeout: a running model call is paid for and may finish. */
const GRACE = '75 seconds';
const FORCE = '90 seconds';

const config = readConfig();
const log = pino({ level: config.LOG_LEVEL, base: { program: 'worker' } });
Runtime.install({
  logger: new DefaultLogger('WARN', ({ level, message, meta }) => log.warn({ level, ...meta }, message)),
  shutdownSignals: [],
});

const connection = await NativeConnection.connect(config.temporal.connectionOptions);
const namespace = config.temporal.namespace ?? 'default';
const temporal = new Client({ connection, namespace });
const added = await registerSearchAttributes(temporal, namespace);
if (added.length > 0) log.info({ added }, 'search attributes registered');
const { ports, ledger, notices: noticesConfig, linkTokens, close } = await compose(config, temporal);
const worker = await Worker.create({
  connection,
  namespace,
  taskQueue: config.COUNTERSIGN_TASK_QUEUE,
  workflowBundle: { codePath: await workflowBundle() },
  activities: createActivities(ports, { sweepAfterMs: config.COUNTERSIGN_SWEEP_AFTER }),
  maxCachedWorkflows: config.COUNTERSIGN_CACHED_CASES,
  shutdownGraceTime: GRACE,
  shutdownForceTime: FORCE,
  ...versioning(config.COUNTERSIGN_BUILD_ID),
});
await scheduleSweep(temporal, config.COUNTERSIGN_TASK_QUEUE, config.COUNTERSIGN_SWEEP_EVERY);
await scheduleWatchFeeds(temporal, config.COUNTERSIGN_TASK_QUEUE, config.COUNTERSIGN_WATCH_FEEDS_EVERY);
await scheduleReplan(temporal, config.COUNTERSIGN_TASK_QUEUE, config.COUNTERSIGN_REPLAN_EVERY);
const health = await serveHealth(config.COUNTERSIGN_HEALTH_PORT, async () => ({
  temporal: worker.getState() === 'RUNNING',
  ledger: await answers(ledger),
}));
const notices = sendNotices({
  ...{ ledger, log },
  notifiers: noticesConfig ? notifiersOf(noticesConfig) : new Map(),
  ...(noticesConfig ? { config: noticesConfig } : {}),
  ...(linkTokens ? { links: linkTokens } : {}),
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    log.info({ signal }, 'shutting down: running steps may finish');
    worker.shutdown();
  });
}
log.info({ packs: ports.packs.ids(), health: health.url }, 'worker runs');
process.stdout.write(`${JSON.stringify({ ready: 'worker', pid: process.pid, healthUrl: health.url })}\n`);
try {
  await worker.run();
} finally {
  await notices.stop();
  await health.close();
  await close();
  await connection.close();
  log.info('worker stopped');
}

async function answers(ledger: Ledger): Promise<boolean> {
  return await sql`select 1`.execute(ledger.db).then(
    () => true,
    () => false,
  );
}

/**
 * Open cases wait for weeks and move to the new code (AUTO_UPGRADE, for every workflow), which was replayed against them
 * before. Temporal refuses a behaviour from a worker without a build id, so it is set here and not on the workflows.
 */
function versioning(buildId: string | undefined): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (buildId === undefined) return {};
  const version = { deploymentName: 'countersign', buildId };
  return { workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'AUTO_UPGRADE' } };
}
