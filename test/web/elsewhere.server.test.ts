import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../src/dev/chromium.ts';
import { ended, inReview, startFixture, submit, textCase, until, type Fixture } from '../e2e/fixture.ts';
import { openReviewers, type Reviewers } from './reviewers.ts';

const found = await findChromium({ log: () => undefined });

describe.skipIf(found.path === undefined)('a question that somebody else shall answer', () => {
  let fixture: Fixture;
  let reviewers: Reviewers;

  /** A slip that Sam has submitted and that waits for a person. */
  async function slipOfSam(key: string, sender: string): Promise<string> {
    const text = `Sender: ${sender}\nSubject: Please file ${key}\n\nThank you`;
    await submit(fixture, { ...textCase('slips', key, text), submittedBy: 'sam.clerk' });
    await inReview(fixture, `case/slips/${key}`);
    return `case/slips/${key}`;
  }
  const queueOf = (sender: string) => `/desk?alike=${encodeURIComponent(sender)}&order=due`;
  const stageOf = async (caseId: string) => (await fixture.ledger.cases.get(caseId))?.stage;

  beforeAll(async () => {
    fixture = await startFixture({ COUNTERSIGN_PACKS: join(import.meta.dirname, 'packs.ts') }, { web: true });
    reviewers = await openReviewers(found.path ?? '', fixture.stack.apiUrl);
  }, 180_000);
  afterAll(async () => {
    await reviewers?.close();
    await fixture?.close();
  }, 60_000);

  it('I asks who submitted it; the answer comes back live, and the case is proposed again with it', async () => {
    const caseId = await slipOfSam('ask-1', 'Nora Falk');
    const seat = await reviewers.visit(queueOf('Nora Falk'), { name: 'ada.berg' });
    const watcher = await reviewers.visit(queueOf('Nora Falk'), { name: 'ben.okoro' });
    for (const one of [seat, watcher]) await one.shows('Please file ask-1');
    await seat.press('i');
    await seat.dialog('What do you need to know?');
    await seat.page.keyboard.type('Which drawer, please?');
    await seat.press('Control+Enter');
    await until('the submitter is asked', async () => (await stageOf(caseId)) === 'information-asked');
    await seat.shows('1 answered');

    const api = `${fixture.stack.apiUrl}/v1`;
    const asked = await fetch(`${api}/information-requests?caseId=${encodeURIComponent(caseId)}&open=true`);
    const { requests } = (await asked.json()) as { requests: { requestId: string }[] };
    expect(requests).toMatchObject([{ question: 'Which drawer, please?', askedBy: 'ada.berg', askedOf: 'sam.clerk' }]);
    const answer = {
      requestId: requests[0]?.requestId,
      answerId: 'a-1',
      by: 'sam.clerk',
      text: 'The third from above',
    };
    const headers = { 'content-type': 'application/json' };
    const given = await fetch(`${api}/information`, { method: 'POST', headers, body: JSON.stringify(answer) });
    expect(given.status).toBe(200);

    // Nobody reloads: the new question is there, says why it is asked again, and the answer stands in the source.
    for (const one of [seat, watcher]) await one.shows(/The submitter has answered the reviewer's question/);
    await inReview(fixture, caseId, 2);
    expect(await fixture.ledger.reads.caseFile(caseId)).toMatchObject({ modelCalls: [{}, {}] });
    await seat.press('o');
    await seat.shows(/Question of the reviewer: Which drawer, please\?/);
    await seat.shows('The third from above');
    await seat.press('a');
    expect((await ended(fixture, caseId)).outcome).toBe('written');
    const file = await fixture.ledger.reads.caseFile(caseId);
    expect(file?.decisions).toMatchObject([{ by: { name: 'ada.berg' }, taskNo: 2 }]);
    expect([...seat.complaints, ...watcher.complaints]).toEqual([]);
  });

  it('G puts it to whom it names, with the reason; others see that live, and who is asked decides', async () => {
    const caseId = await slipOfSam('hand-1', 'Nils Hagen');
    const seat = await reviewers.visit(queueOf('Nils Hagen'), { name: 'ada.berg' });
    const watcher = await reviewers.visit(queueOf('Nils Hagen'), { name: 'dora.lindt' });
    for (const one of [seat, watcher]) await one.shows('Please file hand-1');
    await watcher.shows(/goes to accounts-payable-leads/);
    await seat.press('g');
    await seat.dialog('Who shall be asked?');
    await seat.page.keyboard.type('accounts-payable-leads');
    await seat.press('Shift+Tab');
    await seat.page.keyboard.type('she knows the sender');
    await seat.press('Tab', 'Control+Enter');
    await seat.shows('1 answered');
    await watcher.page.locator('.desk-first .tag', { hasText: 'accounts-payable-leads' }).waitFor();
    await watcher.page.getByText(/goes to accounts-payable-leads/).waitFor({ state: 'detached' });

    expect(await fixture.ledger.reviews.openTask(caseId)).toMatchObject({
      taskNo: 1,
      group: 'accounts-payable-leads',
      rest: [],
    });
    await watcher.press('a');
    expect((await ended(fixture, caseId)).outcome).toBe('written');
    const file = await fixture.ledger.reads.caseFile(caseId);
    expect(file?.verdicts).toMatchObject([
      { verdict: 'reassign', by: 'ada.berg', body: { to: 'accounts-payable-leads', reason: 'she knows the sender' } },
      { verdict: 'approve', by: 'dora.lindt' },
    ]);
    expect([...seat.complaints, ...watcher.complaints]).toEqual([]);
  });
});
