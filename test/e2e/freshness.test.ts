import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FeedsReport } from '../../src/activities/steps.ts';
import { readBooks } from '../../src/dev/books.ts';
import { sampleFeeds } from '../../src/dev/samples.ts';
import { EXAMPLES } from '../../src/packs/ticket-triage/pack.ts';
import { TASK_QUEUE } from '../../src/messages.ts';
import { countersign } from './command.ts';
import { ended, inReview, startFixture, submit, textCase, until, type Fixture } from './fixture.ts';

const HOUR = 3_600_000;
const MESSAGE = 'I am still waiting on my card, it has not arrived.';

let fixture: Fixture;
beforeAll(async () => {
  // Only this test runs the watch.
  fixture = await startFixture({ COUNTERSIGN_WATCH_FEEDS_EVERY: '30 days' });
});
afterAll(async () => await fixture.close());

async function loadExamples(ageMs: number): Promise<void> {
  const items = (await sampleFeeds())[EXAMPLES] ?? [];
  await fixture.ledger.feedLoader.load(EXAMPLES, items, new Date(Date.now() - ageMs));
}

async function watch(): Promise<FeedsReport> {
  const workflowId = `watch-${randomUUID()}`;
  return (await fixture.temporal.workflow.execute('watchFeeds', { workflowId, taskQueue: TASK_QUEUE })) as FeedsReport;
}

/** What the webhook got about feeds, once nothing waits to be sent. */
async function told(): Promise<Record<string, unknown>[]> {
  await until('every notice is sent', async () => {
    const query = fixture.ledger.db.selectFrom('outbox').select('id').where('sent_at', 'is', null);
    return (await query.where('kind', 'in', ['feed-stale', 'feed-fresh']).execute()).length === 0;
  });
  const entries = await readBooks(fixture.stack.businessUrl ?? '');
  return entries.map(({ body }) => body).filter(({ kind }) => String(kind).startsWith('feed-'));
}

test('a feed that is 49 hours old stops straight-through and is told once, until it is loaded anew', async () => {
  await submit(fixture, textCase('ticket-triage', 'before', MESSAGE));
  expect(await ended(fixture, 'case/ticket-triage/before')).toMatchObject({ outcome: 'written' });

  await loadExamples(49 * HOUR);
  await submit(fixture, textCase('ticket-triage', 'stale', `${MESSAGE} Please help.`));
  const { reasons } = await inReview(fixture, 'case/ticket-triage/stale');
  const says = /^the example store is 49 hours( 1 minute)? old, at most 48 hours are allowed$/;
  expect(reasons).toEqual([{ code: 'data-quality', message: expect.stringMatching(says) }]);

  const reports = [...(await Promise.all([watch(), watch()])), await watch()];
  expect(reports.flatMap(({ stale }) => stale)).toEqual(['ticket-examples, daniel.okafor was told']);
  expect(await told()).toMatchObject([{ kind: 'feed-stale', owner: 'daniel.okafor' }]);
  const listed = await countersign(fixture.stack.apiUrl, ['feeds']);
  expect(listed.out).toMatch(/ticket-examples .* stale +ticket-triage/);
  expect(listed.out).toMatch(/suppliers .* fresh +invoice-intake/);

  const csv = ['samples/ticket-triage/examples.csv', '--number-rows', '--as-of', new Date().toISOString()];
  const load = await countersign(fixture.stack.apiUrl, ['feeds', 'load', EXAMPLES, ...csv]);
  expect(load).toMatchObject({ code: 0, out: expect.stringContaining('10,003 items loaded') });
  await submit(fixture, textCase('ticket-triage', 'after', `${MESSAGE} Thanks.`));
  expect(await ended(fixture, 'case/ticket-triage/after')).toMatchObject({ outcome: 'written' });
  await watch();
  await watch();
  expect(await told()).toMatchObject([{ kind: 'feed-stale' }, { kind: 'feed-fresh', owner: 'daniel.okafor' }]);
  expect((await fixture.ledger.reviews.openTask('case/ticket-triage/stale'))?.taskNo).toBe(1);
});
