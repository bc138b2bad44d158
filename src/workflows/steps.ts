import { isCancellation, proxyActivities, proxyLocalActivities, TemporalFailure } from '@temporalio/workflow';
import type { Steps } from '../activities/steps.ts';
import { failureTypeOf } from '../failures.ts';

/**
 * Timeouts and retries, one per kind of side effect, with the reason.
 *
 * - Database steps are quick: two seconds, three attempts as local activities (no server round trip); when PostgreSQL is
 *   not there, the same function runs as a normal activity, retried for as long as it takes and visible as pending.
 * - The model: one call per attempt, its own timeout (the pack's), heartbeats so that a lost worker is noticed. The
 *   activity counts the plan's attempts itself, in the ledger: its turn at the provider's rate and a ledger that is away
 *   cost time, not attempts.
 * - Sinks: retried without end, because a recorded decision must take effect; an operator sees the step pending with
 *   its last failure and may pause or cancel.
 */
const patient = { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' } as const;
const local = proxyLocalActivities<Steps>({
  startToCloseTimeout: '2 seconds',
  retry: { maximumAttempts: 3, initialInterval: '100 milliseconds' },
});
const normal = proxyActivities<Steps>({ startToCloseTimeout: '30 seconds', retry: patient });
/** Sinks answer or time out in 10 s; the rest of the 20 s is the ledger's. */
const downstream = proxyActivities<Steps>({
  startToCloseTimeout: '20 seconds',
  retry: patient,
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
});

type QuickStep =
  | 'ingest'
  | 'validate'
  | 'waitForModel'
  | 'judgeVerdict'
  | 'recallTask'
  | 'takeInformation'
  | 'giveUpInformation'
  | 'escalate'
  | 'replanTask'
  | 'applyDeadline'
  | 'endUndo'
  | 'closeCase'
  | 'judgeWithdrawal'
  | 'askAboutEffect';
type Given<Name extends keyof Steps> = Awaited<ReturnType<Steps[Name]>>;

/** Runs a database step as a local activity, and as a normal one when that keeps failing. */
export async function quickly<Name extends QuickStep>(
  name: Name,
  summary: string,
  input: Parameters<Steps[Name]>[0],
): Promise<Given<Name>> {
  try {
    return await run(local, name, summary, input);
  } catch (error) {
    // A local activity throws what it failed with as it is, without the ActivityFailure around it.
    const passing = error instanceof TemporalFailure && !isCancellation(error) && isPassing(error);
    if (!passing) throw error;
    return await runNormally(name, `${summary} (again: the quick way failed)`, input);
  }
}

/** Runs a step as a normal activity: an operator sees it pending and may pause or reset it. */
export async function runNormally<Name extends keyof Steps>(
  name: Name,
  summary: string,
  input: Parameters<Steps[Name]>[0],
): Promise<Given<Name>> {
  return await run(name === 'write' || name === 'compensate' ? downstream : normal, name, summary, input);
}

/** The one place that bridges the proxies' per-name types: `name` decides both what goes in and what comes out. */
async function run<Name extends keyof Steps>(
  proxy: object,
  name: Name,
  summary: string,
  input: unknown,
): Promise<Given<Name>> {
  type Step = { executeWithOptions(options: { summary: string }, args: unknown[]): Promise<Given<Name>> };
  return await (proxy as Record<Name, Step>)[name].executeWithOptions({ summary }, input === undefined ? [] : [input]);
}

/** One call to one model; the next model in the chain follows in the workflow. */
export async function askModel(
  input: Parameters<Steps['callModel']>[0],
  summary: string,
): ReturnType<Steps['callModel']> {
  const { timeoutMs } = input.model;
  const { callModel } = proxyActivities<Steps>({
    startToCloseTimeout: timeoutMs + 30_000,
    heartbeatTimeout: '30 seconds',
    retry: {
      initialInterval: '1 second',
      backoffCoefficient: 2,
      maximumInterval: '30 seconds',
    },
    summary,
  });
  return await callModel(input);
}

function isPassing(error: TemporalFailure): boolean {
  const type = failureTypeOf(error);
  return type === undefined || type === 'LedgerUnavailable';
}
