import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type { Plan } from '../../src/domain/plan.ts';
import { findTimeSkippingServer } from '../../src/dev/time-skipping.ts';
import { SEARCH_ATTRIBUTES } from '../../src/messages.ts';
import {
  bundlePath,
  quietRuntime,
  until,
  verdict,
  withWorker,
  type CaseHandle,
  type Run,
  type Server,
} from './harness.ts';
import { alwaysReview, planOf, scriptedSteps } from './scripted-steps.ts';

// Time is one for the whole server, so these tests run one after the other.
const server = {} as Server;
let missing: string | undefined;
/** temporal.api.enums.v1.IndexedValueType */
const CODES: Record<string, number> = { KEYWORD: 2, DATETIME: 6, KEYWORD_LIST: 7 };

beforeAll(async () => {
  quietRuntime();
  const { path, reason } = await findTimeSkippingServer({ log: () => undefined });
  missing = reason;
  if (path === undefined) return;
  server.codePath = await bundlePath();
  server.env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  // This server cannot list them, which the worker does before it adds what is missing.
  const searchAttributes = Object.fromEntries(SEARCH_ATTRIBUTES.map(({ name, type }) => [name, CODES[type] ?? 0]));
  await server.env.connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes });
});
afterAll(() => server.env?.teardown());

/** A case that asks `clerks` for 1 day, then `leads` until day 10, on a clock of its own. */
async function waitingCase(
  { skip }: TestContext,
  deadlineDefault: Plan['review']['deadlineDefault'],
  body: (case_: CaseHandle, sleep: (days: number) => Promise<void>) => Promise<void>,
) {
  if (missing !== undefined) return skip(missing);
  const at: Record<string, number> = {};
  const begun = await server.env.currentTimeMs();
  const note = async (what: string) => {
    at[what] = Math.round(((await server.env.currentTimeMs()) - begun) / 86_400_000);
  };
  const scripted = scriptedSteps({
    ...alwaysReview,
    ingest: () => Promise.resolve({ kind: 'ready', plan: planOf({ deadlineDefault }), unreadable: [], lastTaskNo: 0 }),
    escalate: async ({ group }) => {
      await note(`asked ${group}`);
      return null;
    },
    applyDeadline: async ({ kind }) => {
      await note(kind);
      if (kind === 'keep-waiting') return null;
      return { kind: 'decided', decision: { decisionNo: 1, kind: 'reject', by: 'policy (deadline)', effects: [] } };
    },
  });
  await withWorker(server, scripted.activities, async (run: Run) => {
    const case_ = await run.start();
    await until(async () => (await case_.view()).task);
    await body(case_, async (days) => await server.env.sleep(days * 86_400_000));
  });
  return { at, ...scripted };
}

describe('a case that nobody answers', () => {
  it('goes to the leads after 1 day and is rejected after 10, where the pack says so', async (test) => {
    const done = await waitingCase(test, 'reject', async (case_) => {
      expect(await case_.handle.result()).toMatchObject({ outcome: 'rejected', decidedBy: 'policy (deadline)' });
    });
    expect(done?.at).toEqual({ 'asked leads': 1, reject: 10 });
    expect(done?.inputs('write')).toEqual([]);
  });

  it('still waits after 29 days otherwise, and takes a verdict then', async (test) => {
    const done = await waitingCase(test, 'keep-waiting', async (case_, sleep) => {
      await sleep(29);
      expect(await case_.view()).toMatchObject({ stage: 'review', task: { group: 'leads' } });
      await case_.signal(verdict('approve', 1));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written', decidedBy: 'rita' });
    });
    expect(done?.at).toEqual({ 'asked leads': 1, 'keep-waiting': 10 });
  });
});

it('a verdict after 6 days, from those it was escalated to, is in time', async (test) => {
  const done = await waitingCase(test, 'reject', async (case_, sleep) => {
    await sleep(6);
    expect((await case_.view()).task?.group).toBe('leads');
    await case_.say('update', verdict('approve', 1));
    expect(await case_.handle.result()).toMatchObject({ outcome: 'written', decidedBy: 'rita' });
  });
  expect(done?.at).toEqual({ 'asked leads': 1 });
});
