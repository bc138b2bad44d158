import { TestWorkflowEnvironment } from '@temporalio/testing';
import { expect, onTestFinished, test } from 'vitest';
import { findTimeSkippingServer } from '../../src/dev/time-skipping.ts';

test('days pass at once', async ({ skip }) => {
  const { path, reason } = await findTimeSkippingServer({ log: () => undefined });
  if (path === undefined) return skip(reason);
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  onTestFinished(() => env.teardown());
  const before = new Date(await env.currentTimeMs()).getTime();
  await env.sleep('29 days');
  const days = (new Date(await env.currentTimeMs()).getTime() - before) / 86_400_000;
  expect(Math.floor(days)).toBe(29);
}, 120_000);

test('without Java there is a reason in place of a path', async () => {
  const env = { PATH: '/nowhere' };
  expect(await findTimeSkippingServer({ log: () => undefined, env })).toEqual({
    path: undefined,
    reason: 'Java is not installed',
  });
});
