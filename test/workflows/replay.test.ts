import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { beforeAll, expect, test } from 'vitest';
import { bundlePath, HISTORIES, quietRuntime } from './harness.ts';

// Made by `node test/workflows/record-histories.ts`. A case that waits for weeks meets the code of several deploys.
const names = readdirSync(HISTORIES).filter((name) => name.endsWith('.json'));
let code = '';

beforeAll(async () => {
  quietRuntime();
  code = readFileSync(await bundlePath(), 'utf8');
});

/** Names of the histories that this code does not replay. */
async function unreplayed(bundle: string): Promise<string[]> {
  const histories = names.map((name) => ({
    workflowId: workflowIdOf(name),
    history: JSON.parse(readFileSync(join(HISTORIES, name), 'utf8')) as unknown,
  }));
  const failed: string[] = [];
  let at = 0;
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: { code: bundle } }, histories)) {
    const name = names[at++] ?? '';
    if (error) failed.push(`${name}: ${error.message}`);
  }
  return failed;
}

/** Steps are called with the workflow's own id. */
function workflowIdOf(name: string): string {
  const { events } = JSON.parse(readFileSync(join(HISTORIES, name), 'utf8')) as {
    events: { workflowExecutionStartedEventAttributes?: { workflowId: string } }[];
  };
  return events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? 'unknown';
}

test('there is a history of every way a case can go', () => {
  expect(names.length).toBeGreaterThan(30);
});

test('every recorded history replays on the code as it is', async () => {
  expect(await unreplayed(code)).toEqual([]);
});

test('code that takes another step does not replay them', async () => {
  const changed = code.replaceAll("'applyDeadline'", "'applyTheDeadline'").replaceAll("'write'", "'writeTwice'");
  expect(changed).not.toBe(code);
  const failed = await unreplayed(changed);
  expect(failed.length).toBeGreaterThan(20);
  expect(failed[0]).toMatch(/TMPRL1100|[Nn]on-?determin/);
});

test('no history names a machine or a folder of it', () => {
  const texts = names.map((name) => readFileSync(join(HISTORIES, name), 'utf8'));
  expect(texts.filter((text) => /\/(work|home|root|Users|node_modules)\/|\d+@/.test(text))).toEqual([]);
});
